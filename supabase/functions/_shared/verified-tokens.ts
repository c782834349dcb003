/**
 * Users' tokens that this isolate has verified: who calls again with the same one is known without its
 * signature, which costs more than anything else before a handler (0.3 ms of 2).
 *
 * For a minute at most, and never past the token's own end: a signing key that Auth gives up is trusted no
 * longer than that, where a token alone would be for an hour.
 */
import type { AuthResult } from "@supabase/server";

const keptMs = 60_000;
/** Beyond it the one that was verified first is verified anew. */
const keptAtMost = 1000;

/** What has been verified, by the whole text of the Authorization header. */
export interface VerifiedTokens {
  find(authorization: string): AuthResult | undefined;
  keep(authorization: string, verified: AuthResult): void;
}

/** An empty one. `now` in milliseconds. */
export function verifiedTokens(now: () => number = Date.now): VerifiedTokens {
  const kept = new Map<string, { verified: AuthResult; until: number }>();
  return {
    find(authorization) {
      const found = kept.get(authorization);
      if (found === undefined || now() < found.until) return found?.verified;
      kept.delete(authorization);
      return undefined;
    },
    keep(authorization, verified) {
      const exp = verified.jwtClaims?.exp;
      if (typeof exp !== "number") return;
      const first = kept.keys().next();
      if (kept.size >= keptAtMost && !first.done) kept.delete(first.value);
      kept.set(authorization, { verified, until: Math.min(exp * 1000, now() + keptMs) });
    },
  };
}
