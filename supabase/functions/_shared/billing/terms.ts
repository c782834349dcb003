/** On what terms a subscription is bought: with a trial, with a promotion code; checked before it is a purchase. */
import type Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import { problem } from "../problem.ts";
import { ensureCustomer } from "./customers.ts";
import { plans } from "./plans.ts";
import { priceOnSale } from "./price-on-sale.ts";
import { findPromotion } from "./promotions.ts";

/** What is asked for. */
export interface WantedTerms {
  userId: string;
  workspaceId: string | null;
  price: string;
  quantity: number;
  trial?: boolean | undefined;
  /** As the customer typed it. */
  promotionCode?: string | undefined;
  /** Whether Stripe's page takes the card. */
  onStripesPage: boolean;
}

/** What a purchase keeps of them, for each attempt to send Stripe the same. */
export interface Terms {
  trialDays: number | null;
  trialNeedsCard: boolean;
  promotionCodeId: string | null;
  /** The card on file that the trial begins with. */
  paymentMethodId: string | null;
}

/** At most so many cards of one customer are looked at. */
const cardsLookedAt = 100;

async function trialTerms(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  { planId, customer, onStripesPage }: { planId: string; customer: string; onStripesPage: boolean },
): Promise<Omit<Terms, "promotionCodeId">> {
  const plan = plans.find(({ id }) => id === planId);
  if (plan?.trialDays === undefined) throw problem("trial_not_offered");
  const { data: cards } = await stripe.paymentMethods.list({
    customer,
    type: "card",
    limit: cardsLookedAt,
  });
  for (const { card } of cards) {
    if (!card?.fingerprint) continue;
    if (await rows(admin.rpc("card_trial_used", { fingerprint: card.fingerprint }))) {
      throw problem("trial_used", {
        detail: "A card on file has had a trial: subscribe without one.",
      });
    }
  }
  const terms = { trialDays: plan.trialDays, trialNeedsCard: plan.trialNeedsCard ?? false };
  if (!terms.trialNeedsCard || onStripesPage) return { ...terms, paymentMethodId: null };
  const [card] = cards;
  if (card === undefined) {
    // Stripe starts a trial at once and would take the card later, or never.
    throw problem("trial_needs_card", {
      detail: "Start it by subscription-checkout, which takes the card first.",
    });
  }
  return { ...terms, paymentMethodId: card.id };
}

/**
 * @throws {Problem} `workspace_not_found`, `forbidden`, `price_not_found`, `trial_not_offered`,
 *   `trial_used`, `trial_needs_card`, `promotion_code_invalid`
 */
export async function termsOf(
  tools: { admin: Db; stripe: Stripe },
  wanted: WantedTerms,
): Promise<Terms> {
  const none: Terms = {
    trialDays: null,
    trialNeedsCard: false,
    promotionCodeId: null,
    paymentMethodId: null,
  };
  const { trial = false, promotionCode, quantity, onStripesPage } = wanted;
  if (!trial && promotionCode === undefined) return none;
  const { admin, stripe } = tools;
  const workspace = await rows(admin.rpc("billing_workspace_for", {
    user_id: wanted.userId,
    workspace_id: wanted.workspaceId as string,
  }));
  const price = await priceOnSale(admin, wanted.price);
  const customer = await ensureCustomer(tools, workspace);
  const terms = trial
    ? { ...none, ...await trialTerms(tools, { planId: price.plan_id, customer, onStripesPage }) }
    : none;
  if (promotionCode === undefined) return terms;
  const { unit_amount, currency } = await stripe.prices.retrieve(price.id);
  const promotion = await findPromotion(stripe, promotionCode, {
    customer,
    product: price.product_id,
    amount: (unit_amount ?? 0) * quantity,
    currency,
  });
  return { ...terms, promotionCodeId: promotion.id };
}
