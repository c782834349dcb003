/** What a change of a running subscription would cost, as Stripe reckons it, signed for ten minutes. */
import type Stripe from "stripe";
import * as z from "zod";
import type { Db } from "../database.ts";
import { fromStripeAmount } from "../money.ts";
import { Problem, problem } from "../problem.ts";
import { whichSubscription, type Whose } from "./changes.ts";
import { asPriceProblem, priceOnSale } from "./price-on-sale.ts";
import { asPromotionProblem, findPromotion } from "./promotions.ts";
import { type QuotedChange, type QuotedState, type SignedQuote, signQuote } from "./quote-token.ts";
import { idOf } from "./records.ts";
import { quantityAfter } from "./seats.ts";
import { isDefiniteRefusal, stripeProblem } from "./stripe.ts";

/** How long a quote may be accepted, in seconds of real time. */
const goodForSeconds = 600;

/** A quote. Amounts in minor units of `currency`, times ISO 8601. */
export const Quote = z.object({
  /** For subscription-update: accept the quote by sending this back, unchanged. */
  quote: z.string(),
  subscription_id: z.guid(),
  price_id: z.string(),
  quantity: z.int(),
  currency: z.string(),
  /** When the change happens. */
  when: z.enum(["now", "renewal"]),
  effective_at: z.string(),
  /** Whether it takes the place of a change that is planned for the renewal. */
  replaces_planned_change: z.boolean(),
  /** What is invoiced at once; empty where nothing is. */
  lines: z.array(z.object({
    description: z.string().nullable(),
    /** Before discounts; negative for a credit of unused time. */
    amount: z.int(),
    proration: z.boolean(),
    period_start: z.string(),
    period_end: z.string(),
  })),
  /** What those lines come to, after discounts and taxes; negative: it becomes credit. */
  total: z.int(),
  /** What is charged at once: the total less the credit that the customer has. */
  amount_due: z.int(),
  /**
   * What each renewal costs from then on, and when the next one is: a price of another interval begins
   * its period when the quote is accepted, up to ten minutes later.
   */
  next_amount: z.int(),
  next_at: z.string(),
  proration_date: z.string(),
  expires_at: z.string(),
});

/** What is asked for; what is absent stays as it is. */
export interface WantedChange {
  when: "now" | "renewal";
  /** A price's id or lookup key. */
  price?: string | undefined;
  /** Of a price for one member, no fewer than there are members are quoted. */
  quantity?: number | undefined;
  promotionCode?: string | undefined;
}

/** What a quote is made with: `db` is the caller's, `admin` checks his role. */
export interface QuoteTools {
  db: Db;
  admin: Db;
  stripe: Stripe;
}

const statesThatChange: ReadonlySet<string> = new Set(["active", "trialing"]);

/** What a quote depends on. */
export function stateOf(held: Stripe.Subscription): z.infer<typeof QuotedState> {
  const [item] = held.items.data;
  if (item === undefined) throw new Error(`cannot quote ${held.id}: it has no items`);
  return {
    status: held.status,
    item: item.id,
    price: item.price.id,
    quantity: item.quantity ?? 1,
    period_start: item.current_period_start,
    period_end: item.current_period_end,
    discounts: held.discounts.map((discount) => idOf(discount)!),
    ends_at: held.cancel_at ?? (held.cancel_at_period_end ? item.current_period_end : null),
  };
}

/** A change's item. A price that stays is not named: one that is no longer on sale would be refused. */
export function itemOf(
  before: z.infer<typeof QuotedState>,
  { price, quantity }: z.infer<typeof QuotedChange>,
): { id: string; price?: string; quantity: number } {
  return { id: before.item, ...(price !== before.price && { price }), quantity };
}

/** What Stripe would invoice for a change: at once, and at each renewal from then on. */
export interface Reckoning {
  /** The invoice of the change itself; null where none is made. */
  now: Stripe.Invoice | null;
  next: Stripe.Invoice;
}

function isProration(line: Stripe.InvoiceLineItem): boolean {
  return line.parent?.subscription_item_details?.proration ??
    line.parent?.invoice_item_details?.proration ?? false;
}

/** A line after its discounts, with the taxes that come on top. */
function lineTotal(line: Stripe.InvoiceLineItem): number {
  const off = (line.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const taxes = (line.taxes ?? []).filter(({ tax_behavior }) => tax_behavior === "exclusive")
    .reduce((sum, { amount }) => sum + amount, 0);
  return line.amount - off + taxes;
}

/** What a renewal costs, without what waits for it once. */
export function renewalTotal(next: Stripe.Invoice): number {
  // A preview's lines have no further pages to read: the whole is then the closest that can be said.
  if (next.lines.has_more) return next.total;
  return next.lines.data.filter((line) => !isProration(line))
    .reduce((sum, line) => sum + lineTotal(line), 0);
}

/**
 * Asks Stripe. A preview shows the next renewal where a change invoices nothing, so whether one is of
 * the change itself is told by what it bills: time before the end of the current period.
 */
export async function reckon(
  stripe: Stripe,
  subscription: string,
  before: z.infer<typeof QuotedState>,
  change: z.infer<typeof QuotedChange>,
  { prorationDate, once }: { prorationDate: number; once: boolean },
): Promise<Reckoning> {
  const items = [itemOf(before, change)];
  const discounts = change.promotion_code === null
    ? {}
    : { discounts: [{ promotion_code: change.promotion_code }] };
  const costsMore = change.price !== before.price || change.quantity !== before.quantity;
  const shown = change.when === "now" && costsMore && before.status !== "trialing"
    ? await stripe.invoices.createPreview({
      subscription,
      ...discounts,
      subscription_details: {
        items,
        proration_behavior: "always_invoice",
        proration_date: prorationDate,
      },
    })
    : null;
  const now = shown?.lines.data.every((line) => line.period.start < before.period_end)
    ? shown
    : null;
  const next = await stripe.invoices.createPreview({
    subscription,
    // What counts once has then counted for the invoice of the change, and has taken the former's place.
    ...(once && now !== null ? { discounts: "" as const } : discounts),
    subscription_details: { items, proration_behavior: "none" },
  });
  return { now, next };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** When the next renewal is: a price of another interval begins its period with the change. */
function nextAt(next: Stripe.Invoice, before: z.infer<typeof QuotedState>): number {
  const periods = next.lines.data.filter((line) => !isProration(line)).map(({ period }) => period);
  const start = Math.max(...periods.map((period) => period.start));
  return start >= before.period_end ? start : Math.min(...periods.map((period) => period.end));
}

function unchangeable(detail: string): Problem {
  return problem("subscription_not_changeable", { detail });
}

/** @throws {Problem} `subscription_not_changeable` where a change cannot be quoted */
function assertChangeable(held: Stripe.Subscription): void {
  if (!statesThatChange.has(held.status)) {
    throw unchangeable(
      held.status === "paused"
        ? "It is paused: resume it first."
        : `It is ${held.status}: pay its open invoice first.`,
    );
  }
  if (stateOf(held).ends_at !== null) {
    throw unchangeable("It is to end: let it go on first (subscription-uncancel).");
  }
  if (held.items.data.length > 1) {
    throw unchangeable("It has several items, which only Stripe's dashboard can change.");
  }
}

/**
 * Quotes a change.
 *
 * @throws {Problem} `workspace_not_found`, `forbidden`, `subscription_not_found`,
 *   `subscription_ambiguous`, `subscription_not_changeable`, `price_not_found`,
 *   `promotion_code_invalid`, `invalid_body` when nothing would change, `payment_provider_unavailable`
 */
export async function quoteChange(
  { db, admin, stripe }: QuoteTools,
  whose: Whose,
  wanted: WantedChange,
): Promise<z.infer<typeof Quote>> {
  const target = await whichSubscription(admin, whose);
  try {
    const held = await stripe.subscriptions.retrieve(target.stripe_subscription_id);
    assertChangeable(held);
    const before = stateOf(held);
    const { price: heldPrice } = held.items.data[0]!;
    const price = wanted.price === undefined
      ? { id: heldPrice.id, product_id: idOf(heldPrice.product)! }
      : await priceOnSale(db, wanted.price);
    const quantity = await quantityAfter(
      admin,
      { userId: whose.userId, workspaceId: target.workspace_id },
      { from: before.price, to: price.id, held: before.quantity, wanted: wanted.quantity },
    );
    const offered = price.id === heldPrice.id ? heldPrice : await stripe.prices.retrieve(price.id);
    if (offered.currency !== held.currency) {
      throw unchangeable("A running subscription keeps its currency.");
    }
    // https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
    if ((offered.unit_amount ?? 0) * quantity > 99_999_999) {
      throw problem("invalid_body", {
        detail: "One payment takes at most eight digits: ask for a smaller quantity.",
      });
    }
    const promotion = wanted.promotionCode === undefined
      ? null
      : await findPromotion(stripe, wanted.promotionCode, {
        customer: idOf(held.customer)!,
        product: price.product_id,
        amount: (offered.unit_amount ?? 0) * quantity,
        currency: held.currency,
      });
    if (price.id === before.price && quantity === before.quantity && promotion === null) {
      throw problem("invalid_body", { detail: "Nothing would change." });
    }
    const change = {
      when: wanted.when,
      price: price.id,
      quantity,
      promotion_code: promotion?.id ?? null,
    };
    const { now, next } = await reckon(stripe, held.id, before, change, {
      prorationDate: target.now,
      once: promotion?.once ?? false,
    });
    const signed: SignedQuote = {
      id: crypto.randomUUID(),
      user: whose.userId,
      workspace: target.workspace_id,
      subscription: held.id,
      before,
      change,
      invoiced: now !== null,
      total: now?.total ?? 0,
      amount_due: now?.amount_due ?? 0,
      next_total: renewalTotal(next),
      currency: held.currency,
      proration_date: target.now,
      expires_at: Math.floor(Date.now() / 1000) + goodForSeconds,
    };
    return {
      ...await asQuote(signed, target.id, { now, next }),
      replaces_planned_change: held.schedule !== null,
    };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw asPromotionProblem(error) ?? asPriceProblem(error) ??
      (isDefiniteRefusal(error)
        ? problem("subscription_not_changeable", { cause: error })
        : stripeProblem(error));
  }
}

async function asQuote(
  signed: SignedQuote,
  subscriptionId: string,
  { now, next }: Reckoning,
): Promise<Omit<z.infer<typeof Quote>, "replaces_planned_change">> {
  const { change, before } = signed;
  const currency = signed.currency.toUpperCase();
  const amount = (value: number) => fromStripeAmount(value, currency).amount;
  return {
    quote: await signQuote(signed),
    subscription_id: subscriptionId,
    price_id: change.price,
    quantity: change.quantity,
    currency,
    when: change.when,
    effective_at: iso(change.when === "now" ? signed.proration_date : before.period_end),
    lines: (now?.lines.data ?? []).map((line) => ({
      description: line.description,
      amount: amount(line.amount),
      proration: isProration(line),
      period_start: iso(line.period.start),
      period_end: iso(line.period.end),
    })),
    total: amount(signed.total),
    amount_due: amount(signed.amount_due),
    next_amount: amount(signed.next_total),
    next_at: iso(change.when === "renewal" ? before.period_end : nextAt(next, before)),
    proration_date: iso(signed.proration_date),
    expires_at: iso(signed.expires_at),
  };
}
