/** Makes Stripe equal to plans.ts. Safe to repeat: what is equal is left alone. */
import type Stripe from "stripe";
import { toStripeAmount } from "../money.ts";
import { meters, type PlanDeclaration, type PlanPrice } from "./plans.ts";

/** What was changed, in words, for whoever runs it. */
export type Report = string[];

function productMetadata(plan: PlanDeclaration, rank: number): Record<string, string> {
  const features = Object.entries(plan.features).flatMap(([feature, limit]) => {
    const meter = meters[feature];
    return [
      [`feature_${feature}`, String(limit)],
      ...(meter === undefined ? [] : [[`meter_${feature}`, meter.eventName]]),
    ];
  });
  return {
    plan: plan.id,
    rank: String(rank),
    per_seat: String(plan.perSeat ?? false),
    ...Object.fromEntries(features),
  };
}

/** Whether a key of a product's metadata is one that this file writes, whatever the declaration. */
function isDeclared(key: string): boolean {
  return key.startsWith("feature_") || key.startsWith("meter_");
}

/** The metadata to send so that exactly `wanted` remains: Stripe merges, and an empty value deletes. */
function metadataChange(held: Record<string, string>, wanted: Record<string, string>) {
  const gone = Object.keys(held)
    .filter((key) => isDeclared(key) && !(key in wanted))
    .map((key) => [key, ""]);
  return { ...wanted, ...Object.fromEntries(gone) };
}

async function publishProduct(
  stripe: Stripe,
  plan: PlanDeclaration,
  rank: number,
  held: Stripe.Product | undefined,
  report: Report,
): Promise<string> {
  const metadata = productMetadata(plan, rank);
  const { name, description } = plan;
  if (held === undefined) {
    // A fixed id: two runs at once make one product.
    const created = await stripe.products.create(
      { id: `plan_${plan.id}`, name, description, metadata },
      { idempotencyKey: `plan:${plan.id}:${crypto.randomUUID()}` },
    );
    report.push(`created product ${created.id}`);
    return created.id;
  }
  const same = held.name === name && held.description === description && held.active &&
    Object.entries(metadata).every(([key, value]) => held.metadata[key] === value) &&
    Object.keys(held.metadata).every((key) => !isDeclared(key) || key in metadata);
  if (!same) {
    await stripe.products.update(held.id, {
      name,
      description,
      active: true,
      metadata: metadataChange(held.metadata, metadata),
    });
    report.push(`updated product ${held.id}`);
  }
  return held.id;
}

function samePrice(held: Stripe.Price, wanted: PlanPrice, product: string): boolean {
  const { amount, currency } = toStripeAmount({
    amount: wanted.unitAmount,
    currency: wanted.currency,
  });
  return held.unit_amount === amount && held.currency === currency &&
    held.recurring?.interval === wanted.interval && held.recurring.interval_count === 1 &&
    held.product === product;
}

/** What a price says of its tax, declared or not: without any, Stripe Tax refuses to compute it. */
function taxBehaviorOf(wanted: PlanPrice): "exclusive" | "inclusive" {
  return wanted.taxBehavior ?? "exclusive";
}

/** Metadata of the prices that this file made: the name that each was made for. */
const declaredAs = "declared_as";

async function publishPrice(
  stripe: Stripe,
  product: string,
  wanted: PlanPrice,
  held: Stripe.Price | undefined,
  report: Report,
): Promise<void> {
  if (held !== undefined && samePrice(held, wanted, product)) {
    if (held.tax_behavior === taxBehaviorOf(wanted)) return;
    if (held.tax_behavior === "unspecified" || held.tax_behavior === null) {
      await stripe.prices.update(held.id, { tax_behavior: taxBehaviorOf(wanted) });
      report.push(`set the tax behaviour of price ${held.id}`);
      return;
    }
  }
  // A price's amount cannot change: a new one takes the name over. Who subscribed keeps the old one.
  const { amount, currency } = toStripeAmount({
    amount: wanted.unitAmount,
    currency: wanted.currency,
  });
  const created = await stripe.prices.create({
    product,
    currency,
    unit_amount: amount,
    recurring: { interval: wanted.interval },
    lookup_key: wanted.lookupKey,
    transfer_lookup_key: true,
    tax_behavior: taxBehaviorOf(wanted),
    metadata: { [declaredAs]: wanted.lookupKey },
  });
  report.push(`created price ${created.id} as ${wanted.lookupKey}`);
  if (held !== undefined) {
    await stripe.prices.update(held.id, { active: false });
    report.push(`retired price ${held.id}`);
  }
}

/**
 * Takes prices off sale that we made and no longer declare: those of a removed line, and what a run
 * that broke off left without its name. Prices that a person made at Stripe stay.
 */
async function retirePrices(
  stripe: Stripe,
  product: string,
  plan: PlanDeclaration | undefined,
  report: Report,
): Promise<void> {
  const keys = plan?.prices.map((price) => price.lookupKey) ?? [];
  const held = await stripe.prices.list({ product, active: true, limit: 100 })
    .autoPagingToArray({ limit: 10_000 });
  for (const price of held) {
    if (price.metadata[declaredAs] === undefined) continue;
    if (price.lookup_key !== null && keys.includes(price.lookup_key)) continue;
    await stripe.prices.update(price.id, { active: false });
    report.push(`retired price ${price.id}`);
  }
}

/** @returns what was changed; empty when Stripe was equal already */
export async function publishPlans(
  stripe: Stripe,
  plans: readonly PlanDeclaration[],
): Promise<Report> {
  const report: Report = [];
  const products = (await stripe.products.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }))
    .filter((product) => product.metadata["plan"] !== undefined);
  const keys = plans.flatMap((plan) => plan.prices.map((price) => price.lookupKey));
  // Stripe takes at most ten lookup keys a call.
  const prices: Stripe.Price[] = [];
  for (let from = 0; from < keys.length; from += 10) {
    prices.push(
      ...(await stripe.prices.list({
        lookup_keys: keys.slice(from, from + 10),
        active: true,
        limit: 100,
      })).data,
    );
  }
  for (const [rank, plan] of plans.entries()) {
    const product = await publishProduct(
      stripe,
      plan,
      rank,
      products.find((held) => held.metadata["plan"] === plan.id),
      report,
    );
    for (const price of plan.prices) {
      await publishPrice(
        stripe,
        product,
        price,
        prices.find((held) => held.lookup_key === price.lookupKey),
        report,
      );
    }
  }
  for (const held of products) {
    const plan = plans.find((plan) => plan.id === held.metadata["plan"]);
    await retirePrices(stripe, held.id, plan, report);
    if (held.active && plan === undefined) {
      await stripe.products.update(held.id, { active: false });
      report.push(`retired product ${held.id}: its plan is no longer declared`);
    }
  }
  return report;
}
