/**
 * The plans, as code: the one place to change them. `task plans` makes Stripe equal to this file; the
 * database learns from Stripe, by the same webhooks as any change made there.
 */

/** What a plan costs. Amounts in minor units of the currency (ISO 4217). */
export interface PlanPrice {
  /** The name that code uses; Stripe moves it to the new price when an amount changes. */
  lookupKey: string;
  currency: string;
  unitAmount: number;
  interval: "month" | "year";
  /** Whether the amount holds its VAT; on top of it unless given. Stripe lets it be set once. */
  taxBehavior?: "exclusive" | "inclusive";
}

/** A plan. */
export interface PlanDeclaration {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** What is included: `true`, or how much of it. A feature that is not named is not included. */
  readonly features: Readonly<Record<string, true | number>>;
  readonly prices: readonly PlanPrice[];
  /** Whether a price is for one member: then as many are bought as there are members. */
  readonly perSeat?: boolean;
  /** Days that one may try it before the first payment; absent: no trial. */
  readonly trialDays?: number;
  /** Whether a trial takes a card first. Without, a trial that nobody gave a card for just ends. */
  readonly trialNeedsCard?: boolean;
}

const declared = [
  {
    id: "free",
    name: "Free",
    description: "For trying things out",
    features: { projects: 1, members: 1 },
    prices: [],
  },
  {
    id: "basic",
    name: "Basic",
    description: "For a small team",
    trialDays: 14,
    features: { projects: 10, members: 5, api_access: true, api_calls: 10_000 },
    prices: [
      { lookupKey: "price_monthly_basic", currency: "EUR", unitAmount: 1900, interval: "month" },
      { lookupKey: "price_yearly_basic", currency: "EUR", unitAmount: 19000, interval: "year" },
    ],
  },
  {
    id: "pro",
    name: "Pro",
    description: "For a company",
    trialDays: 7,
    trialNeedsCard: true,
    features: {
      projects: 100,
      members: 50,
      api_access: true,
      api_calls: 100_000,
      audit_log: true,
      priority_support: true,
    },
    prices: [
      { lookupKey: "price_monthly_pro", currency: "EUR", unitAmount: 4900, interval: "month" },
      { lookupKey: "price_yearly_pro", currency: "EUR", unitAmount: 49000, interval: "year" },
    ],
  },
  {
    id: "team",
    name: "Team",
    description: "For as many as you are",
    perSeat: true,
    features: {
      projects: true,
      members: true,
      api_access: true,
      api_calls: 1_000_000,
      audit_log: true,
      priority_support: true,
    },
    prices: [
      { lookupKey: "price_monthly_team", currency: "EUR", unitAmount: 900, interval: "month" },
      { lookupKey: "price_yearly_team", currency: "EUR", unitAmount: 9000, interval: "year" },
    ],
  },
] as const satisfies readonly PlanDeclaration[];

/** From the smallest to the largest. */
export const plans: readonly PlanDeclaration[] = declared;

type FeaturesOf<P> = P extends { features: infer F } ? keyof F : never;

/** A feature that some plan includes: a name with a slip in it does not compile. */
export type FeatureName = FeaturesOf<typeof declared[number]>;

/** A feature whose limit begins anew with each billing period, and whose use Stripe is told. */
export interface MeterDeclaration {
  /** As Stripe's dashboard and invoices show it. */
  readonly displayName: string;
  /** The name of Stripe's meter events. It cannot be changed once Stripe has the meter. */
  readonly eventName: string;
}

const declaredMeters = {
  api_calls: { displayName: "API calls", eventName: "socle_api_calls" },
} as const satisfies Partial<Record<FeatureName, MeterDeclaration>>;

/** By the feature whose limits the plans declare. */
export const meters: Readonly<Record<string, MeterDeclaration>> = declaredMeters;

/** A feature that is metered. */
export type MeterName = keyof typeof declaredMeters;
