/** What breaks first at so many checkouts a minute: arithmetic over what one checkout costs. Pure. */
import { type Compute, computes, limits } from "./limits.ts";

/** What one checkout costs, from the call of checkout-create to the confirmation's mail. */
export interface CheckoutCost {
  /** Processor time of the database's backends, in milliseconds. */
  databaseMs: number;
  /** Transactions that it committed. */
  transactions: number;
  /** Bytes of write-ahead log: what a replica is sent. */
  walBytes: number;
  /** Bytes by which the tables and their indexes grew. */
  grownBytes: number;
  /** Calls to Stripe by endpoint, `GET /v1/charges/:id`. */
  stripeCalls: Record<string, number>;
  /** Mails handed to Resend, a call each. */
  mails: number;
  /** Requests to Redis. */
  redisRequests: number;
  jobs: number;
  /** Stripe's events that `stripe-webhook` accepted. */
  events: number;
  /** Requests that functions answered, `jobs-run` among them. */
  functionCalls: number;
}

/** What `task scaling` counts: bench/scaling.json. */
export interface Counted {
  measured: string;
  machine: { cores: number; os: string; deno: string };
  checkouts: number;
  cost: CheckoutCost;
  /** Orders a second of one variant, and of as many variants as buyers, by 16 buyers at once. */
  ordersPerSecond: { oneVariant: number; distinctVariants: number };
}

/** All that is measured. */
export interface Measurement extends Counted {
  /** As docs/performance.md shows it: jobs claimed and settled on one core, events accepted on all of the machine. */
  perSecond: { jobs: number; webhooks: number };
}

/** How much of a resource is in use; 1 is all of it. */
export interface Use {
  resource: string;
  utilization: number;
}

/** From here on a resource's queue grows faster than its load. */
export const full = 0.7;

const sum = (values: number[]) => values.reduce((total, one) => total + one, 0);

/** Checkouts a minute to a resource's share, each of those that may break. */
export function usesAt(
  perMinute: number,
  { cost, ordersPerSecond, perSecond: rates }: Measurement,
): Use[] {
  const perSecond = perMinute / 60;
  const calls = Object.entries(cost.stripeCalls);
  const [busiest, most] = calls.toSorted((a, b) => b[1] - a[1])[0] ?? ["none", 0];
  const largest = computes.at(-1)!;
  return [
    {
      resource: "Resend, all calls",
      utilization: perSecond * cost.mails / limits.resend.perSecond,
    },
    {
      resource: `Stripe, \`${busiest}\``,
      utilization: perSecond * most / limits.stripeEndpoint.perSecond,
    },
    {
      resource: "Stripe, all calls",
      utilization: perSecond * sum(Object.values(cost.stripeCalls)) / limits.stripeAll.perSecond,
    },
    {
      resource: "one variant that everybody buys",
      utilization: perSecond / ordersPerSecond.oneVariant,
    },
    {
      resource: "Redis",
      utilization: perSecond * cost.redisRequests / limits.upstash.perSecond,
    },
    { resource: "the queue", utilization: perSecond * cost.jobs / rates.jobs },
    {
      resource: "Stripe's events, on one machine like this",
      utilization: perSecond * cost.events / rates.webhooks,
    },
    {
      resource: `Postgres on ${computes[0]!.name}`,
      utilization: databaseUse(perMinute, cost, computes[0]!),
    },
    {
      resource: `Postgres on ${largest.name}`,
      utilization: databaseUse(perMinute, cost, largest),
    },
  ];
}

/** The share of a server's cores that checkouts keep busy. */
export function databaseUse(perMinute: number, cost: CheckoutCost, { cores }: Compute): number {
  return perMinute / 60 * cost.databaseMs / 1000 / cores;
}

/** Function invocations a month of 30 days. */
export function invocationsAMonth(perMinute: number, { functionCalls }: CheckoutCost): number {
  return perMinute * 60 * 24 * 30 * functionCalls;
}

/** The smallest server on which checkouts leave room; undefined where none does. */
export function computeFor(perMinute: number, cost: CheckoutCost): Compute | undefined {
  return computes.find((one) => databaseUse(perMinute, cost, one) <= full);
}

/** What breaks: the resources that are beyond `full`, the first to break first. */
export function breaking(uses: Use[]): Use[] {
  return uses.filter(({ utilization }) => utilization > full)
    .toSorted((a, b) => b.utilization - a.utilization);
}

/** The checkouts a minute at which a resource is as full as may be. */
export function bearable(use: Use, perMinute: number): number {
  return use.utilization === 0 ? Infinity : perMinute * full / use.utilization;
}

/** Days until the tables reach a size, from empty, at a steady rate. */
export function daysUntil(gigabytes: number, perMinute: number, cost: CheckoutCost): number {
  return gigabytes * 1e9 / (perMinute * 60 * 24 * cost.grownBytes);
}

/** A path with its ids taken out: one endpoint to Stripe. */
export function stripeEndpoint(call: string): string {
  return call.replace(/\/(?:cs_test|[a-z]+)_(?:test_)?[A-Za-z0-9]{8,}/g, "/:id");
}
