/**
 * Reconciliation: proves that our tables hold what Stripe holds, and mends them where they do not.
 *
 * It walks every page of every kind, then our rows that no page had, in steps that are kept: a run that
 * is cut off goes on where it was.
 * What looks different is looked at twice, since a change may be on its way through a webhook.
 */
import type Stripe from "stripe";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { type Drift, driftOf } from "./drift.ts";
import { fetchObject, isMissing } from "./fetch.ts";
import {
  chargeRecord,
  creditNoteRecord,
  idOf,
  invoiceRecord,
  priceRecord,
  productRecord,
  subscriptionExpands,
  subscriptionRecord,
} from "./records.ts";
import { pacer } from "../pacer.ts";
import { strangers } from "./strangers.ts";
import { syncNow } from "./sync.ts";

/** What a run found so far; `done` when it has seen everything. */
export const Reconciliation = z.object({
  run_id: z.int(),
  done: z.boolean(),
  /** Objects compared. */
  checked: z.int(),
  drifts: z.array(z.object({
    kind: z.enum([
      "paid_not_active",
      "active_not_paid",
      "amount",
      "missing",
      "extra",
      "differs",
      "two_live",
      "orphan",
    ]),
    object_type: z.string(),
    object_id: z.string(),
    detail: z.record(z.string(), z.unknown()),
    repaired: z.boolean(),
  })),
});

const phases = ["product", "price", "subscription", "invoice", "charge", "credit_note"] as const;
type Phase = typeof phases[number];

/** Where a run is: first it lists a kind at Stripe, then it looks for our rows that were not listed. */
interface Position {
  phase: Phase | "done";
  stage: "listing" | "extras";
  cursor: string | null;
}

interface Run extends Position {
  id: number;
  repair: boolean;
}

/** What one step did, or a part of it. */
interface Step {
  next: Position;
  /** Objects compared. */
  checked: number;
  /** Ids of our rows that need not be looked for again. */
  seen: string[];
  drifts: Drift[];
}

/** Stripe allows 25 requests a second an endpoint; a run leaves room for everybody else. */
const callsPerSecond = 15;
const pageSize = 100;
/** Our rows that are looked for at once: each takes a call, and another one to mend. */
const extrasBatch = 200;

interface Tools {
  /** A restore's moment: what was bought since, for a workspace that is not here, is given back. */
  lostSince: Date | undefined;
  admin: Db;
  stripe: Stripe;
  /** Waits until the next call may be made. */
  pace(): Promise<void>;
}

type Listed = Record<string, unknown> & { id: string };

/** One page of a kind at Stripe, as records. */
async function page(
  { stripe, pace }: Tools,
  phase: Phase,
  cursor: string | null,
): Promise<{ records: Listed[]; last: string | null }> {
  const params = { limit: pageSize, ...(cursor !== null && { starting_after: cursor }) };
  await pace();
  switch (phase) {
    case "product": {
      const list = await stripe.products.list(params);
      const records = list.data.map(productRecord).filter((record) => record.plan_id !== null);
      return { records, last: list.has_more ? list.data.at(-1)!.id : null };
    }
    case "price": {
      const list = await stripe.prices.list(params);
      const records = list.data.map(priceRecord).filter((record) => record.interval !== null);
      return { records, last: list.has_more ? list.data.at(-1)!.id : null };
    }
    case "subscription": {
      const list = await stripe.subscriptions.list({
        ...params,
        status: "all",
        expand: subscriptionExpands.map((path) => `data.${path}`),
      });
      return {
        records: list.data.map(subscriptionRecord),
        last: list.has_more ? list.data.at(-1)!.id : null,
      };
    }
    case "invoice": {
      const list = await stripe.invoices.list({ ...params, expand: ["data.payments"] });
      const records = list.data.map((invoice) =>
        invoiceRecord(invoice, invoice.payments?.data ?? [])
      );
      return { records, last: list.has_more ? list.data.at(-1)!.id : null };
    }
    case "charge": {
      const list = await stripe.charges.list(params);
      // Of a payment's attempts one succeeds, and only that one can be refunded.
      const records = list.data.filter((charge) => charge.status === "succeeded")
        .map((charge) => ({ ...chargeRecord(charge, []), customer_id: idOf(charge.customer) }))
        .filter((record) => record.payment_id !== null);
      return { records, last: list.has_more ? list.data.at(-1)!.id : null };
    }
    case "credit_note": {
      const list = await stripe.creditNotes.list(params);
      return {
        records: list.data.map(creditNoteRecord),
        last: list.has_more ? list.data.at(-1)!.id : null,
      };
    }
  }
}

/** What our row of an object is found by: a charge is held as its payment. */
function heldAs(phase: Phase, record: Listed): string {
  return phase === "charge" ? record["payment_id"] as string : record.id;
}

interface Compared {
  mirrored: Record<string, Record<string, unknown>>;
  on_their_way: string[];
  customers: string[];
}

async function compare(
  { admin }: Tools,
  run: Run | undefined,
  phase: Phase,
  records: Listed[],
): Promise<Drift[]> {
  const { mirrored, customers, on_their_way } = await rows(admin.rpc("reconciliation_compare", {
    run_id: (run?.id ?? null) as number,
    object_type: phase,
    objects: records.map((record) => ({
      id: record.id,
      customer_id: record["customer_id"] ?? null,
      held_as: heldAs(phase, record),
    })) as never,
  })) as unknown as Compared;
  const ours = new Set(customers);
  // Told of by an event that is not handled yet: late, not wrong. Health tells when it stays so.
  const late = new Set(on_their_way);
  return records.filter((record) => !late.has(record.id))
    // Another product of the same Stripe account has customers of its own.
    .filter((record) =>
      record["customer_id"] === undefined || ours.has(record["customer_id"] as string)
    )
    .map((record) => ({ record, held: mirrored[heldAs(phase, record)] }))
    // A payment that we lack is its invoice's difference; one without an invoice is not ours.
    .filter(({ held }) => phase !== "charge" || held !== undefined)
    .flatMap(({ record, held }) => driftOf(phase, record, held) ?? []);
}

/** Looks again at what seemed to differ, and mends it when that is asked for. */
async function confirm(tools: Tools, run: Run, phase: Phase, suspected: Drift): Promise<Drift[]> {
  await tools.pace();
  const { record } = await fetchObject(tools.stripe, phase, suspected.object_id);
  const [drift] = await compare(tools, undefined, phase, [record as Listed]);
  if (drift === undefined) return [];
  return [await mend(tools, run, drift)];
}

async function mend(tools: Tools, run: Run, drift: Drift): Promise<Drift> {
  // A customer and an orphan are looked after where they are found.
  if (!run.repair || drift.kind === "two_live" || drift.object_type === "customer") return drift;
  await tools.pace();
  await syncNow(tools, drift.object_type, drift.object_id);
  return { ...drift, repaired: true };
}

/**
 * One page of what Stripe lists. What was looked at again is kept at once, and the run stands behind it:
 * whoever goes on, after whatever cut it off, does not look at it a third time. Once time is up it
 * stops there, or behind a customer's subscription that was mended: the same page again has one less.
 */
async function listing(tools: Tools, run: Run, phase: Phase, until: number): Promise<Step> {
  const { records, last } = await page(tools, phase, run.cursor).catch((error) => {
    // What it stood behind was deleted meanwhile: this kind once more.
    if (run.cursor === null || !isMissing(error)) throw error;
    return page(tools, phase, null);
  });
  // First, so that what is bought by a customer that is linked again is compared as ours.
  if (phase === "subscription") {
    const { repair, cursor } = run;
    const here: Step = {
      next: { phase, stage: "listing", cursor },
      checked: 0,
      seen: [],
      drifts: [],
    };
    for await (const drift of strangers(tools, records, { repair, lostSince: tools.lostSince })) {
      await note(tools.admin, run, phase, { ...here, drifts: [drift] });
      if (drift.repaired && Date.now() >= until) return here;
    }
  }
  const found = await compare(tools, run, phase, records);
  const suspected = new Map(found.map((drift) => [drift.object_id, drift]));
  let checked = 0;
  for (const [index, { id }] of records.entries()) {
    const drift = suspected.get(id);
    if (drift === undefined) continue;
    const step: Step = {
      next: { phase, stage: "listing", cursor: id },
      checked: index + 1 - checked,
      seen: [],
      drifts: await confirm(tools, run, phase, drift),
    };
    if (Date.now() >= until) return step;
    await note(tools.admin, run, phase, step);
    checked = index + 1;
  }
  return {
    next: { phase, stage: last === null ? "extras" : "listing", cursor: last },
    checked: records.length - checked,
    seen: [],
    drifts: [],
  };
}

/**
 * Some rows of ours that Stripe did not list: truly gone there, or listed a moment too early. Looks for
 * one at least, and for no more once time is up.
 */
async function extras(tools: Tools, run: Run, phase: Phase, until: number): Promise<Step> {
  const unseen = await rows(tools.admin.rpc("reconciliation_unseen", {
    run_id: run.id,
    object_type: phase,
    batch: extrasBatch,
  })) as string[];
  const seen: string[] = [];
  const drifts: Drift[] = [];
  for (const id of unseen) {
    if (seen.length > 0 && Date.now() >= until) break;
    if (!await exists(tools, phase, id)) {
      drifts.push(
        await mend(tools, run, {
          kind: "extra",
          object_type: phase,
          object_id: id,
          detail: {},
          repaired: false,
        }),
      );
    }
    seen.push(id);
  }
  const over = unseen.length < extrasBatch && seen.length === unseen.length;
  if (!over) return { next: { phase, stage: "extras", cursor: null }, checked: 0, seen, drifts };
  if (phase === "subscription") drifts.push(...await twoLive(tools.admin));
  const next = phases[phases.indexOf(phase) + 1] ?? "done";
  return { next: { phase: next, stage: "listing", cursor: null }, checked: 0, seen, drifts };
}

async function exists({ stripe, pace }: Tools, phase: Phase, id: string): Promise<boolean> {
  await pace();
  try {
    if (phase === "product") await stripe.products.retrieve(id);
    else if (phase === "price") await stripe.prices.retrieve(id);
    else if (phase === "subscription") await stripe.subscriptions.retrieve(id);
    else if (phase === "invoice") await stripe.invoices.retrieve(id);
    else if (phase === "credit_note") await stripe.creditNotes.retrieve(id);
    else await stripe.charges.retrieve(id);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Workspaces that Stripe truly lets pay twice: for a person to decide. */
async function twoLive(admin: Db): Promise<Drift[]> {
  const found = await rows(admin.rpc("workspaces_with_two_live")) as {
    workspace_id: string;
    subscriptions: string[];
  }[];
  return found.map(({ workspace_id, subscriptions }) => ({
    kind: "two_live",
    object_type: "subscription",
    object_id: subscriptions[0]!,
    detail: { workspace_id, subscriptions },
    repaired: false,
  }));
}

/** Keeps what was done, in one transaction. */
async function note(
  admin: Db,
  run: Run,
  phase: Phase,
  { next, checked, seen, drifts }: Step,
): Promise<void> {
  await rows(admin.rpc("reconciliation_note", {
    run_id: run.id,
    phase: next.phase,
    stage: next.stage,
    cursor: next.cursor as string,
    checked,
    seen: seen.map((id) => ({ object_type: phase, object_id: id })) as never,
    drifts: drifts as never,
  }));
}

/**
 * Goes on with a run until it is done or time is up.
 *
 * @param runId a run to go on with; null begins one
 * @param cause what begins the run, at most once: the same cause again goes on with its run
 * @param repair whether a new run mends what it finds; a run that goes on keeps what it began with
 * @param budgetMs how long this call may work, but for the step that it is at
 * @param lostSince the moment that a restore took the database back to: a subscription that was bought since,
 * for a workspace that is not here, is ended and what it paid given back, where the run mends
 * @throws {Problem} `not_found` for an unknown run
 */
export async function reconcile(
  { admin, stripe }: { admin: Db; stripe: Stripe },
  { runId, cause = null, repair, budgetMs, lostSince }: {
    runId: number | null;
    cause?: string | null;
    repair: boolean;
    budgetMs: number;
    lostSince?: Date | undefined;
  },
): Promise<z.infer<typeof Reconciliation>> {
  const until = Date.now() + budgetMs;
  const run = await rows(
    admin.rpc("reconciliation_begin", {
      run_id: runId as number,
      repair,
      cause: cause as string,
    }),
  ) as unknown as Run;
  const tools: Tools = {
    admin,
    stripe,
    pace: pacer(callsPerSecond),
    // To look is to move nothing, whatever else is asked for.
    lostSince: run.repair ? lostSince : undefined,
  };
  while (run.phase !== "done" && Date.now() < until) {
    const { phase } = run;
    const step = run.stage === "listing"
      ? await listing(tools, run, phase, until)
      : await extras(tools, run, phase, until);
    await note(admin, run, phase, step);
    Object.assign(run, step.next);
  }
  return Reconciliation.parse(await rows(admin.rpc("reconciliation_report", { run_id: run.id })));
}
