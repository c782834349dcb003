/**
 * The shop against Stripe, both ways, and against its own books: a paid session without a paid order, a
 * paid order without a charge, amounts and refunds that differ, holds past their end, counters that are
 * not their ledgers' sums.
 *
 * It walks in steps that are kept, so that a run that is cut off goes on where it was. What looks different
 * is looked at twice, since a change may be on its way through a webhook. Mending is looking again at
 * Stripe, as a webhook makes us do; nothing is ever written into a ledger to make it agree.
 */
import type Stripe from "stripe";
import * as z from "zod";
import { isMissing } from "../../billing/fetch.ts";
import { syncNow } from "../../billing/sync.ts";
import { type Db, rows } from "../../database.ts";
import { pacer } from "../../pacer.ts";
import { lookAtOrder } from "../checkout/sweep.ts";
import { lostOrder } from "./lost-orders.ts";
import { type Kind, kinds, type Listed, listPage, retrieve } from "./listed.ts";

/** A difference. `object_type` is a kind of Stripe's, or ledger, order, variant, product, books. */
const Drift = z.object({
  kind: z.string(),
  object_type: z.string(),
  object_id: z.string(),
  order_id: z.guid().nullable(),
  detail: z.record(z.string(), z.unknown()),
  repaired: z.boolean(),
});
type Drift = z.infer<typeof Drift>;
type Found = Omit<Drift, "repaired">;

/** What a run found so far; `done` when it has seen everything. */
export const ShopReconciliation = z.object({
  run_id: z.int(),
  done: z.boolean(),
  /** Objects compared. */
  checked: z.int(),
  drifts: z.array(Drift),
});

const phases = [...kinds, "ledger", "hold", "books"] as const;
type Phase = typeof phases[number] | "done";

interface Run {
  id: number;
  repair: boolean;
  phase: Phase;
  cursor: string | null;
  /** What was made before it, in seconds, is not looked at. */
  since: number | null;
}

/** What one step did, or a part of it. */
interface Step {
  phase: Phase;
  cursor: string | null;
  checked: number;
  /** Ids that the ledger need not be asked about. */
  seen: string[];
  drifts: Drift[];
}

interface Tools {
  /** A restore's moment: what was paid since, for an order that is not here, is given back. */
  lostSince: Date | undefined;
  admin: Db;
  stripe: Stripe;
  /** Waits until the next call may be made. */
  pace(): Promise<void>;
}

/** Stripe allows 25 requests a second an endpoint; a run leaves room for everybody else. */
const callsPerSecond = 15;
/** Of the ledger's movements that are looked for at once, each by a call. */
const ledgerBatch = 100;
const holdBatch = 100;

const next = (phase: Exclude<Phase, "done">): Phase => phases[phases.indexOf(phase) + 1] ?? "done";

async function compare(
  { admin }: Tools,
  runId: number | null,
  kind: Kind,
  records: Listed[],
): Promise<Found[]> {
  return await rows(admin.rpc("shop_reconciliation_compare", {
    run_id: runId as number,
    object_type: kind,
    objects: records as never,
  })) as unknown as Found[];
}

/** Keeps what was done, in one transaction. */
async function note(
  admin: Db,
  run: Run,
  { phase, cursor, checked, seen, drifts }: Step,
): Promise<void> {
  await rows(admin.rpc("shop_reconciliation_note", {
    run_id: run.id,
    phase,
    cursor: cursor as string,
    checked,
    seen,
    drifts: drifts as never,
  }));
}

/** Keeps differences in the middle of a step. */
async function noteHere(admin: Db, run: Run, drifts: Drift[]): Promise<void> {
  const { phase, cursor } = run;
  await note(admin, run, { phase, cursor, checked: 0, seen: [], drifts });
}

/** What of a suspicion is left once Stripe was asked again, and after mending. */
async function confirm(tools: Tools, run: Run, kind: Kind, id: string): Promise<Drift[]> {
  const look = async () => {
    await tools.pace();
    const record = await retrieve(tools.stripe, kind, id);
    return { record, found: await compare(tools, null, kind, [record]) };
  };
  const { record, found: [found] } = await look();
  if (found === undefined) return [];
  if (found.kind === "order_missing") {
    const became = await lostOrder(
      tools,
      id,
      () => noteHere(tools.admin, run, [{ ...found, repaired: false }]),
    );
    if (became === "owes nothing") return [];
    if (typeof became === "string") return [{ ...found, repaired: became === "given back" }];
    return [{ ...found, detail: { ...found.detail, ...became }, repaired: false }];
  }
  if (!run.repair) return [{ ...found, repaired: false }];
  await lookAgain(tools, kind, record);
  const { found: left } = await look();
  return [{ ...found, repaired: left.length === 0 }];
}

/** Does what the webhook does that never came. */
async function lookAgain(tools: Tools, kind: Kind, record: Listed): Promise<void> {
  await tools.pace();
  if (kind === "charge") {
    // An order is paid by its session.
    const payment = record["payment_id"] as string | null;
    if (payment === null) return;
    const { data } = await tools.stripe.checkout.sessions.list({ payment_intent: payment });
    for (const session of data) await syncNow(tools, "checkout_session", session.id);
  } else if (kind === "refund") {
    const charge = record["charge_id"] as string | null;
    if (charge !== null) await syncNow(tools, "charge", charge);
  } else {
    await syncNow(tools, kind, record.id);
  }
}

/**
 * One page of what Stripe lists. What was looked at again is kept at once, and the run stands behind it:
 * whoever goes on, after whatever cut it off, does not look at it a third time.
 */
async function listing(tools: Tools, run: Run, kind: Kind, until: number): Promise<Step> {
  await tools.pace();
  const listed = (cursor: string | null) => listPage(tools.stripe, kind, run.since, cursor);
  const { records, last } = await listed(run.cursor).catch((error) => {
    // What it stood behind is not there any more: this kind once more.
    if (run.cursor === null || !isMissing(error)) throw error;
    return listed(null);
  });
  const namesOf = (some: Listed[]) => some.flatMap(({ names }) => names);
  const found = await compare(tools, run.id, kind, records);
  const suspected = new Set(found.map(({ object_id }) => object_id));
  let checked = 0;
  for (const [index, { id }] of records.entries()) {
    if (!suspected.has(id)) continue;
    const drifts = await confirm(tools, run, kind, id);
    const step: Step = {
      phase: kind,
      cursor: id,
      checked: index + 1 - checked,
      seen: namesOf(records.slice(checked, index + 1)),
      drifts,
    };
    if (Date.now() >= until) return step;
    await note(tools.admin, run, step);
    // Where what is noted in the middle of a confirmation leaves it.
    run.cursor = id;
    checked = index + 1;
  }
  return {
    phase: last === null ? next(kind) : kind,
    cursor: last,
    checked: records.length - checked,
    seen: namesOf(records.slice(checked)),
    drifts: [],
  };
}

interface Movement {
  kind: string;
  stripe_id: string;
  order_id: string;
  amount: number;
}

/** Whether Stripe has what a movement of ours names. */
async function isAtStripe({ stripe, pace }: Tools, { kind, stripe_id: id }: Movement) {
  await pace();
  try {
    if (kind.startsWith("refund")) await stripe.refunds.retrieve(id);
    else if (kind.startsWith("dispute")) await stripe.disputes.retrieve(id);
    else if (id.startsWith("pi_")) await stripe.paymentIntents.retrieve(id);
    else if (id.startsWith("cs_")) await stripe.checkout.sessions.retrieve(id);
    else await stripe.charges.retrieve(id);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Movements of ours that Stripe did not list: of something older, or of nothing at all. */
async function ledger(tools: Tools, run: Run, until: number): Promise<Step> {
  const unlisted = await rows(
    tools.admin.rpc("shop_reconciliation_unlisted", { run_id: run.id, batch: ledgerBatch }),
  ) as unknown as Movement[];
  const seen: string[] = [];
  const drifts: Drift[] = [];
  for (const movement of unlisted) {
    if (seen.length > 0 && Date.now() >= until) break;
    if (!await isAtStripe(tools, movement)) {
      const { kind, stripe_id, order_id, amount } = movement;
      drifts.push({
        kind: "not_at_stripe",
        object_type: "ledger",
        object_id: stripe_id,
        order_id,
        detail: { movement: kind, amount },
        repaired: false,
      });
    }
    seen.push(movement.stripe_id);
  }
  const over = unlisted.length < ledgerBatch && seen.length === unlisted.length;
  return {
    phase: over ? next("ledger") : "ledger",
    cursor: null,
    checked: seen.length,
    seen,
    drifts,
  };
}

/** Orders that hold stock past the end of their hold, which the sweep should have ended. */
async function holds(tools: Tools, run: Run): Promise<Step> {
  const overdue = async () =>
    await rows(tools.admin.rpc("shop_holds_overdue", { batch: holdBatch })) as string[];
  const found = await overdue();
  if (run.repair) {
    for (const id of found) {
      await tools.pace();
      await lookAtOrder(tools, id);
    }
  }
  const left = new Set(run.repair && found.length > 0 ? await overdue() : found);
  return {
    phase: next("hold"),
    cursor: null,
    checked: found.length,
    seen: [],
    drifts: found.map((id) => ({
      kind: "hold_overdue",
      object_type: "order",
      object_id: id,
      order_id: id,
      detail: {},
      repaired: !left.has(id),
    })),
  };
}

/** What does not add up here, whatever Stripe says. */
async function books({ admin }: Tools): Promise<Step> {
  const found = await rows(admin.rpc("shop_books")) as unknown as Found[];
  return {
    phase: next("books"),
    cursor: null,
    checked: 0,
    seen: [],
    drifts: found.map((one) => ({ ...one, repaired: false })),
  };
}

function stepOf(tools: Tools, run: Run, until: number): Promise<Step> {
  if (run.phase === "ledger") return ledger(tools, run, until);
  if (run.phase === "hold") return holds(tools, run);
  if (run.phase === "books") return books(tools);
  return listing(tools, run, run.phase as Kind, until);
}

/**
 * Goes on with a run until it is done or time is up.
 *
 * @param runId a run to go on with; null begins one
 * @param cause what begins the run, at most once: the same cause again goes on with its run
 * @param repair whether a new run mends what it finds; a run that goes on keeps what it began with
 * @param budgetMs how long this call may work, but for the step that it is at
 * @param lostSince the moment that a restore took the database back to: what was paid since, for an order
 * that is not here, is given back, where the run mends
 * @throws {Problem} `not_found` for an unknown run
 */
export async function reconcileShop(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  { runId, cause = null, repair, budgetMs, lostSince }: {
    runId: number | null;
    cause?: string | null;
    repair: boolean;
    budgetMs: number;
    lostSince?: Date | undefined;
  },
): Promise<z.infer<typeof ShopReconciliation>> {
  const until = Date.now() + budgetMs;
  const run = await rows(admin.rpc("shop_reconciliation_begin", {
    run_id: runId as number,
    repair,
    cause: cause as string,
  })) as unknown as Run;
  const tools: Tools = {
    admin,
    stripe,
    pace: pacer(callsPerSecond),
    // To look is to move nothing, whatever else is asked for.
    lostSince: run.repair ? lostSince : undefined,
  };
  while (run.phase !== "done" && Date.now() < until) {
    const step = await stepOf(tools, run, until);
    await note(admin, run, step);
    Object.assign(run, { phase: step.phase, cursor: step.cursor });
  }
  return ShopReconciliation.parse(
    await rows(admin.rpc("shop_reconciliation_report", { run_id: run.id })),
  );
}
