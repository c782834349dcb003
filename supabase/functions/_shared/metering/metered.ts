/** Counting what a workspace uses: around a call whose use is known only afterwards, or at once. */
import type { MeterName } from "../billing/plans.ts";
import { type Db, rows } from "../database.ts";
import { type GrantingPlan, planRequired } from "../entitlements/require-feature.ts";
import { describeError, log } from "../log.ts";
import { type Problem, problem } from "../problem.ts";

/** What is to be counted. */
export interface Use {
  workspaceId: string;
  meter: MeterName;
  /** How much, in the meter's unit: a whole number of at least 1. */
  amount: number;
  /** The cause: under the same key it is counted once, whatever is repeated. */
  key: string;
  /** How long the call may take before its hold no longer counts. Default: 5 minutes. */
  ttlSeconds?: number;
}

interface MeterAnswer {
  outcome: "reserved" | "settled" | "counted" | "refused";
  hold_id: string | null;
  reason: "access" | "plan" | "limit";
  limit: number;
  used: number;
  resets_at: string;
  granted_by: GrantingPlan[];
}

function refusal(meter: MeterName, answer: MeterAnswer): Problem {
  const { reason, limit, used, resets_at, granted_by } = answer;
  if (reason === "plan") return planRequired(meter, granted_by);
  if (reason === "access") return problem("workspace_read_only");
  return problem("quota_exceeded", {
    detail: `The plan includes ${limit} of ${meter} a billing period; the next begins on ` +
      `${resets_at.slice(0, 10)}.`,
    extra: { feature: meter, limit, used, resets_at, granted_by },
  });
}

/** How often a settle is tried: what was used must not go uncounted for a moment's failure. */
const settleAttempts = 3;

async function settle(admin: Db, use: Use, holdId: string, used: number): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      await rows(admin.rpc("meter_settle", { hold_id: holdId, used }));
      return;
    } catch (error) {
      if (attempt < settleAttempts) {
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
        continue;
      }
      // The work is done and its result is owed. The line says all that settling by hand needs.
      log("error", {
        event: "usage_not_settled",
        workspace: use.workspaceId,
        meter: use.meter,
        hold: holdId,
        used,
        error: describeError(error),
      });
      return;
    }
  }
}

async function release(admin: Db, holdId: string): Promise<void> {
  await rows(admin.rpc("meter_release", { hold_id: holdId })).catch((error) =>
    // It expires by itself, and whoever called is owed the first failure.
    log("warn", { event: "hold_not_released", hold: holdId, error: describeError(error) })
  );
}

/**
 * Does metered work: sets `amount` aside, does it, and records what it says was used.
 *
 * `work` gets a function to say how much it used, as soon as it knows; without a word it is `amount`.
 * Work that throws has used what it has said, else nothing: in doubt the workspace does not pay. When
 * the process dies in between, the hold expires and its amount is free again. Repeated under the same
 * key the work is done again, and counted once.
 *
 * @example
 * ```ts
 * const answer = await metered({ admin }, use, async (used) => {
 *   const reply = await provider.complete(prompt, { idempotencyKey: use.key });
 *   used(reply.tokens);
 *   return reply.text;
 * });
 * ```
 * @throws {Problem} before the work: `quota_exceeded` or `plan_required` with `granted_by`,
 *   `workspace_read_only`; anything that the work throws
 */
export async function metered<T>(
  { admin }: { admin: Db },
  use: Use,
  work: (used: (amount: number) => void) => Promise<T>,
): Promise<T> {
  const reserved = await rows(admin.rpc("meter_reserve", {
    workspace_id: use.workspaceId,
    meter: use.meter,
    amount: use.amount,
    key: use.key,
    ...(use.ttlSeconds !== undefined && { ttl_seconds: use.ttlSeconds }),
  })) as unknown as MeterAnswer;
  if (reserved.outcome === "refused") throw refusal(use.meter, reserved);
  const hold = reserved.outcome === "reserved" ? reserved.hold_id! : undefined;

  let said: number | undefined;
  let result: T;
  try {
    result = await work((amount) => said = amount);
  } catch (error) {
    if (hold !== undefined) {
      if (said === undefined) await release(admin, hold);
      else await settle(admin, use, hold, said);
    }
    throw error;
  }
  if (hold !== undefined) await settle(admin, use, hold, said ?? use.amount);
  return result;
}

/**
 * Counts a use that is known beforehand, in one call; with a key, once.
 *
 * @throws {Problem} `quota_exceeded`, `plan_required`, `workspace_read_only`: then nothing is counted
 */
export async function countUse(
  { admin }: { admin: Db },
  use: { workspaceId: string; meter: MeterName; amount?: number; key?: string },
): Promise<void> {
  const counted = await rows(admin.rpc("meter_count", {
    workspace_id: use.workspaceId,
    meter: use.meter,
    ...(use.amount !== undefined && { amount: use.amount }),
    ...(use.key !== undefined && { key: use.key }),
  })) as unknown as MeterAnswer;
  if (counted.outcome === "refused") throw refusal(use.meter, counted);
}
