/** What the services allow, each with its source; none of it is ours to measure. */

/** A size of Supabase's database server. */
export interface Compute {
  name: string;
  cores: number;
  /** Database size in GB that Supabase recommends at most. */
  recommendedGb: number;
  /** Clients of the pooler at once. */
  poolerClients: number;
}

/** With cores of their own, from the smallest. https://supabase.com/docs/guides/platform/compute-and-disk */
export const computes: Compute[] = [
  { name: "Large", cores: 2, recommendedGb: 200, poolerClients: 800 },
  { name: "XL", cores: 4, recommendedGb: 500, poolerClients: 1_000 },
  { name: "2XL", cores: 8, recommendedGb: 1_000, poolerClients: 1_500 },
  { name: "4XL", cores: 16, recommendedGb: 2_000, poolerClients: 3_000 },
  { name: "8XL", cores: 32, recommendedGb: 4_000, poolerClients: 6_000 },
  { name: "12XL", cores: 48, recommendedGb: 6_000, poolerClients: 9_000 },
  { name: "16XL", cores: 64, recommendedGb: 10_000, poolerClients: 12_000 },
];

/** Requests a second. */
export const limits = {
  stripeAll: { perSecond: 100, source: "https://docs.stripe.com/rate-limits" },
  stripeEndpoint: { perSecond: 25, source: "https://docs.stripe.com/rate-limits" },
  upstash: { perSecond: 10_000, source: "https://upstash.com/docs/redis/overall/billing" },
  resend: { perSecond: 5, source: "https://resend.com/docs/api-reference/rate-limit" },
} as const;

/**
 * Function invocations: how many a month the Pro plan includes, and what a million more cost. No rate is published.
 * https://supabase.com/docs/guides/platform/manage-your-usage/edge-function-invocations
 */
export const invocations = { includedAMonth: 2_000_000, dollarsAMillion: 2 } as const;
