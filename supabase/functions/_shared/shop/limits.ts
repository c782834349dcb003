/** The shop's rate limits: the part of the table in limits.ts that is its own. */
import type { Limit } from "../limits.ts";

/** By name. */
export const shopLimits = {
  // Changes of carts, which are in Redis: without it there are none to count.
  cart: { requests: 120, windowSeconds: 60, withoutRedis: "open" },
} as const satisfies Record<string, Limit>;
