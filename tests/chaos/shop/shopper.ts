/** Somebody who shops: a guest or a user, with or without a cart, who pays, leaves, cancels, is refunded. */
import { setTimeout as delay } from "node:timers/promises";
import { shuffled } from "../../support/random.ts";
import { payPage } from "../../support/pay-page.ts";
import { type Answer, stripeSdk } from "../../support/stack.ts";
import { ask, type Client } from "../client.ts";
import type { KnownOrder } from "../ledger.ts";
import type { Member } from "../people/account.ts";

/** What is on sale, and the code of which there are too few. */
export interface Shop {
  variants: string[];
  code: string;
  /** Who refunds. */
  staffToken: string;
}

interface Placed {
  order: KnownOrder;
  url: string;
  orderToken: string | null;
}

const debit = { name: "Ada", iban: "AT321904300235473204", card_number: "" };
const bouncing = { name: "Ada", iban: "AT051904300235473205", card_number: "" };

/** Shops once. */
export async function visit(client: Client, shop: Shop, member?: Member): Promise<void> {
  const placed = await order(client, shop, member);
  if (placed === undefined) return;
  const { random } = client;
  // Whoever is thorough pays by a card that is good.
  const chance = client.thorough ? 1 : random();
  if (chance < 0.1) return; // Leaves; Stripe ends the session, and that frees the hold.
  if (chance < 0.16) return await cancel(client, placed, member);
  if (chance < 0.22) {
    return void await stripeSdk(client.on).checkout.sessions.expire(placed.order.sessionId)
      // It may have been paid for in another tab, or have ended with its time.
      .catch(() => undefined);
  }
  if (chance < 0.3) await payPage(placed.url, { card_number: "4000000000000002" });
  if (chance < 0.35) return void await payPage(placed.url, random() < 0.5 ? debit : bouncing);
  const tabs = random() < 0.15 ? 2 : 1;
  await Promise.all(Array.from({ length: tabs }, () => payPage(placed.url)));
  await follow(client, placed, member);
  const after = client.thorough ? 0.2 : random();
  if (after < 0.12) await cancel(client, placed, member);
  else if (after < 0.3) await refund(client, shop, placed);
}

async function order(
  client: Client,
  { variants, code }: Shop,
  member: Member | undefined,
): Promise<Placed | undefined> {
  const { random, on } = client;
  const email = member?.email ?? `guest-${crypto.randomUUID()}@example.com`;
  const items = shuffled(variants, random).slice(0, 1 + Math.floor(random() * 3))
    .map((variant_id) => ({ variant_id, quantity: random() < 0.8 ? 1 : 2 }));
  const cart = random() < 0.4 ? await fillCart(client, items, member) : undefined;
  const request = (withCode: boolean) => ({
    ...(member !== undefined && { token: member.token }),
    ...(typeof cart === "string" && { headers: { "x-cart-id": cart } }),
    body: {
      ...(cart === undefined && { items }),
      ...(withCode && { discount_code: code }),
      ...(member === undefined && { email }),
      success_url: `${on.siteUrl}/order/return?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${on.siteUrl}/cart`,
    },
    // `cart_empty`: Redis has lost it, or an order has taken it that nobody told us of.
    expected: ["out_of_stock", "discount_used_up", "cart_empty", "order_already_paid"],
  });
  let answer = await ask(client, "checkout-create", request(random() < 0.4));
  if (answer?.body?.code === "discount_used_up") {
    answer = await ask(client, "checkout-create", request(false));
  }
  if (answer?.status !== 200) return undefined;
  const { order_id: id, session_id: sessionId, checkout_url: url, order_token } = answer.body;
  const known: KnownOrder = { id, sessionId, email, cancelled: false };
  client.ledger.orders.set(id, known);
  return { order: known, url, orderToken: order_token };
}

/** A guest's cart by its id, a user's by true; undefined where Redis did not let him have one. */
async function fillCart(
  client: Client,
  items: { variant_id: string; quantity: number }[],
  member: Member | undefined,
): Promise<string | true | undefined> {
  let cart: string | undefined;
  for (const body of items) {
    const answer: Answer | undefined = await ask(client, "cart", {
      ...(member !== undefined && { token: member.token }),
      ...(cart !== undefined && { headers: { "x-cart-id": cart } }),
      body,
    });
    if (answer?.status !== 200) return undefined;
    cart = answer.body.cart.cart_id ?? cart;
  }
  return member === undefined ? cart : true;
}

/** What names the order to our endpoints. */
function named({ order, orderToken }: Placed, member: Member | undefined) {
  return {
    ...(member !== undefined && { token: member.token }),
    body: orderToken === null ? { order_id: order.id } : { order_token: orderToken },
  };
}

/** The page that Stripe leads back to: asks what became of it, a few times. */
async function follow(client: Client, placed: Placed, member?: Member): Promise<void> {
  for (let look = 0; look < 3; look++) {
    const answer = await ask(client, "checkout-status", {
      ...(member !== undefined && { token: member.token }),
      body: {
        session_id: placed.order.sessionId,
        ...(placed.orderToken !== null && { order_token: placed.orderToken }),
      },
      keyed: false,
    });
    if (answer === undefined || answer.body.order?.status !== "pending") return;
    await delay(500);
  }
}

async function cancel(client: Client, placed: Placed, member?: Member): Promise<void> {
  const answer = await ask(client, "order-cancel", {
    ...named(placed, member),
    expected: ["order_not_cancellable"],
  });
  if (answer?.status === 200) placed.order.cancelled = true;
}

async function refund(client: Client, { staffToken }: Shop, placed: Placed): Promise<void> {
  const whole = client.random() < 0.5;
  const answer = await ask(client, "order-refund", {
    token: staffToken,
    body: {
      order_id: placed.order.id,
      reason: "it came broken",
      ...(whole ? { restock: client.random() < 0.5 } : { amount: 100 }),
    },
    expected: ["order_not_refundable", "refund_exceeds_order"],
  });
  if (answer?.status !== 200) return;
  const { id, amount } = answer.body.refund;
  client.ledger.refunds.push({ id, orderId: placed.order.id, amount });
}
