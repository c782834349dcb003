/** A cart as its owner sees it: each line with what it is now, and what changed since it was put in. */
import * as z from "zod";
import { type CartFacts, LineFacts } from "./facts.ts";
import type { StoredCart, StoredLine } from "./store.ts";

const Amount = z.int();

/** What changed about a line since it was last added. Amounts in minor units. */
const Change = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("price_up"), from_amount: Amount, to_amount: Amount }),
  z.object({ kind: z.literal("price_down"), from_amount: Amount, to_amount: Amount }),
  /** None is left. */
  z.object({ kind: z.literal("out_of_stock") }),
  /** Fewer are left than wanted; how many is told only when they are few. */
  z.object({ kind: z.literal("fewer_left"), wanted: z.int(), can_have: z.int().nullable() }),
  /** Unknown, withdrawn, or not sold by this price list. */
  z.object({ kind: z.literal("not_on_sale") }),
  /** Two carts became one, and there was not room or stock for what both held. */
  z.object({ kind: z.literal("capped"), wanted: z.int(), kept: z.int() }),
]);

const Line = z.object({
  variant_id: z.guid(),
  quantity: z.int(),
  unit_amount_when_added: Amount,
  /** What it is now; null when it is not on sale. */
  item: LineFacts.omit({ variant_id: true }).nullable(),
  /** Whether the whole quantity can be had now. */
  enough: z.boolean(),
  /** Unit amount now, times quantity; 0 when it is not on sale. */
  subtotal_amount: Amount,
  changes: z.array(Change),
});

/** A cart. */
export const Cart = z.object({
  /** A guest's cart: send it as `x-cart-id`. Null: a user's own, or none yet; forget the id you have. */
  cart_id: z.string().nullable(),
  price_list: z.string(),
  currency: z.string(),
  /** In the order in which they were put in. */
  lines: z.array(Line),
  /** What did not fit when two carts became one, until the variant is added or deleted. */
  left_out: z.array(z.object({ variant_id: z.guid(), quantity: z.int() })),
  /** What all lines that are on sale come to, without shipping and discount. */
  subtotal_amount: Amount,
  /** Whether there is something in it, all of which can be bought as it is. */
  purchasable: z.boolean(),
});

type Change = z.infer<typeof Change>;
type CartLine = z.infer<typeof Line>;

function changesOf(stored: StoredLine, facts: CartFacts): Change[] {
  const { quantity, unitAmount, wanted } = stored;
  const now = facts.lines.get(stored.variantId);
  const changes: Change[] = [];
  if (wanted > 0) changes.push({ kind: "capped", wanted, kept: quantity });
  if (now === undefined) return [...changes, { kind: "not_on_sale" }];
  if (stored.priceListId === facts.priceListId && now.unit_amount !== unitAmount) {
    changes.push({
      kind: now.unit_amount > unitAmount ? "price_up" : "price_down",
      from_amount: unitAmount,
      to_amount: now.unit_amount,
    });
  }
  const canHave = facts.canHave.get(stored.variantId) ?? 0;
  if (canHave === 0) changes.push({ kind: "out_of_stock" });
  else if (canHave < quantity) {
    changes.push({ kind: "fewer_left", wanted: quantity, can_have: now.few_left });
  }
  return changes;
}

function viewLine(stored: StoredLine, facts: CartFacts): CartLine {
  const { variantId, quantity, unitAmount } = stored;
  const item = facts.lines.get(variantId);
  return {
    variant_id: variantId,
    quantity,
    unit_amount_when_added: unitAmount,
    item: item ?? null,
    enough: item !== undefined && (facts.canHave.get(variantId) ?? 0) >= quantity,
    subtotal_amount: item === undefined ? 0 : item.unit_amount * quantity,
    changes: changesOf(stored, facts),
  };
}

/** Puts a cart and the facts of its lines together. @param cartId the guest's, if it is a guest's */
export function viewCart(
  cart: StoredCart,
  facts: CartFacts,
  cartId: string | null,
): z.infer<typeof Cart> {
  const lines = cart.lines.map((line) => viewLine(line, facts));
  return {
    cart_id: cartId,
    price_list: facts.priceListId,
    currency: facts.currency,
    lines,
    left_out: cart.leftOut.map(({ variantId, quantity }) => ({ variant_id: variantId, quantity })),
    subtotal_amount: lines.reduce((sum, line) => sum + line.subtotal_amount, 0),
    purchasable: lines.length > 0 && lines.every(({ enough }) => enough),
  };
}
