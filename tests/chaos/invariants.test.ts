/**
 * Each invariant of `task chaos` can fail: on evidence that is sound, one thing is spoiled by hand, and the
 * one that is about it says so. No stack and no Stripe: rows in a database, objects as Stripe gives them.
 */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { faultKinds } from "./fault-kinds.ts";
import { invariants } from "./invariants/all.ts";
import type { Evidence } from "./invariants/invariant.ts";
import { judge } from "./report.ts";
import { shopSpoils } from "./shop/spoils.ts";
import { type Sound, soundEvidence } from "./sound-evidence.ts";
import { type Spoil, unguarded } from "./spoil.ts";

let database: TestDatabase;
let sql: Sql;
let sound: Sound;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  sql = database.sql;
  sound = await soundEvidence(sql);
});
Deno.test.afterAll(async () => await database?.[Symbol.asyncDispose]());

class RolledBack extends Error {}

/** Which invariants are broken once `spoil` has been at the evidence; the rows are as before afterwards. */
async function brokenBy(spoil: Spoil): Promise<string[]> {
  let broken: string[] = [];
  await sql.begin(async (spoiled) => {
    const evidence: Evidence = structuredClone({ ...sound.evidence, sql: undefined }) as never;
    evidence.sql = spoiled as unknown as postgres.Sql;
    await spoil(evidence, sound);
    broken = (await judge(invariants, evidence)).filter(({ offences }) => offences.length > 0)
      .map(({ name }) => name);
    throw new RolledBack();
  }).catch((error) => {
    if (!(error instanceof RolledBack)) throw error;
  });
  return broken;
}

/** The purchase that the sound evidence leaves open. */
async function openPurchase(sql: Sql): Promise<string> {
  const [intent] = await sql<{ id: string }[]>`
    select id from private.subscription_intents where state = 'open'`;
  return intent!.id;
}

const bad = { endpoint: "POST x", requestId: "r-1", detail: "" };

/** By invariant, what breaks it. Others may break with it: an order that is gone is gone in many ways. */
const spoils: Record<string, Spoil[]> = {
  "the run was one": [
    ({ ledger }) => ledger.signUps.length = 0,
    (evidence) => Object.assign(evidence, { minutes: 0.5 }).ledger.signUps.length = 0,
    ({ ledger }) => ledger.subscriptions.get("sub_1")!.paid = false,
    ({ ledger }) => ledger.changes = 0,
    ({ ledger }) => ledger.cancellations = 0,
    ({ ledger }) => ledger.events.clear(),
    ({ ledger }) => ledger.requests = 0,
    ({ ledger }) => ledger.givenUp = 5,
    // What is enough for two minutes is not for thirty.
    (evidence) => evidence.minutes = 30,
    ...faultKinds.map((kind): Spoil => ({ faults }) => faults[kind] = {}),
  ],
  "acknowledged sign-ups exist": [
    ({ ledger }) => ledger.signUps.push({ email: "lost@example.com", userId: crypto.randomUUID() }),
    ({ ledger }) => ledger.signUps[0]!.email = "another@example.com",
  ],
  "accounts are whole": [
    ({ sql }) => sql`delete from private.jobs where dedupe_key like 'welcome:%'`,
    ({ sql }, { userId }) =>
      unguarded(
        sql,
        "public.workspace_members",
        () => sql`update public.workspace_members set role = 'member' where user_id = ${userId}`,
      ),
    ({ sql }, { userId }) =>
      unguarded(
        sql,
        "public.profiles",
        () => sql`delete from public.profiles where id = ${userId}`,
      ),
  ],
  "acknowledged events are kept and handled": [
    ({ ledger }) => ledger.events.set("evt_lost", 1),
    ({ sql }) => sql`update private.webhook_events set handled_at = null`,
  ],
  "no event waits": [({ sql }) => sql`update private.webhook_events set handled_at = null`],
  "no job is stuck": [
    ({ sql }) =>
      sql`select private.enqueue('retention', '{}', null, private.now() - interval '2 minutes')`,
    ({ sql }) =>
      sql`
        insert into private.jobs (kind, attempts, run_at)
        values ('retention', 1, private.now() + interval '1 hour')`,
  ],
  "no dead letter": [
    ({ sql }) =>
      sql`insert into private.jobs (kind, state, finished_at) values ('retention', 'dead', now())`,
  ],
  "no object is behind an event": [
    ({ sql }) =>
      sql`
        select public.webhook_event_handled(
          public.webhook_store('stripe', 'evt_2', 'x', '{}', '[{"type": "charge", "id": "ch_1"}]'))`,
  ],
  "no cancellation waits": [
    ({ sql }) => sql`update private.subscription_cancellations set refunded_at = null`,
  ],
  "no purchase is behind Stripe": [
    async ({ sql, stripe }) => {
      stripe.subscriptions[0]!.metadata = { intent_id: await openPurchase(sql) };
    },
    async ({ sql, stripe }) => {
      const metadata = { intent_id: await openPurchase(sql) };
      stripe.sessions.push({ id: "cs_paid", status: "complete", metadata } as never);
    },
  ],
  "health is ok": [(evidence) => evidence.health = { status: 503, body: { code: "unhealthy" } }],
  "acknowledged subscriptions and changes hold": [
    ({ stripe }) => stripe.subscriptions = [],
    ({ stripe }) => stripe.subscriptions[0]!.items.data[0]!.quantity = 7,
    ({ stripe }) => stripe.subscriptions[0]!.cancel_at_period_end = true,
    ({ stripe }) => stripe.subscriptions[0]!.status = "incomplete",
  ],
  "one customer a workspace": [
    ({ stripe }) => stripe.customers.push({ ...stripe.customers[0]!, id: "cus_again" }),
  ],
  "one live subscription a customer": [
    ({ stripe }) => stripe.subscriptions.push({ ...stripe.subscriptions[0]!, id: "sub_again" }),
  ],
  "one charge an invoice": [
    ({ stripe }) => {
      stripe.charges.push({ ...stripe.charges[0]!, id: "ch_again", payment_intent: "pi_again" });
      stripe.invoicePayments.push({
        ...stripe.invoicePayments[0]!,
        payment: { type: "payment_intent", payment_intent: "pi_again" },
      });
    },
    ({ stripe }) => stripe.charges[0]!.amount = 1,
  ],
  "local billing equals Stripe's": [
    ({ sql }) => sql`update public.subscriptions set status = 'past_due'`,
    ({ sql }) => sql`update public.payments set amount_refunded = 1`,
    ({ stripe }) => stripe.invoices.push({ ...stripe.invoices[0]!, id: "in_unknown" }),
  ],
  "nothing drifts": [({ drifts }) => drifts.push({ kind: "missing", object_id: "in_1" })],
  ...shopSpoils,
  "one mail a cause": [
    ({ mails }) => mails.push({ ...mails[0]!, id: "mail-again", subject: "Other" }),
    ({ mails }) => mails.pop(),
  ],
  "no mail twice": [({ mails }) => mails.push({ ...mails[0]!, id: "mail-again" })],
  "what happened was mailed": [
    ({ sql }) => sql`delete from private.jobs where dedupe_key like 'receipt:%'`,
    ({ sql }) => sql`update private.jobs set state = 'dead' where dedupe_key like 'welcome:%'`,
  ],
  "no undeclared failure": [
    ({ ledger }) => ledger.failures.push({ ...bad, status: 500, code: "internal_error" }),
    ({ ledger }) => ledger.failures.push({ ...bad, status: 503, code: "none" }),
  ],
  "no unexplained refusal": [
    ({ ledger }) => ledger.surprises.push({ ...bad, status: 409, code: "subscription_exists" }),
  ],
  "a repeated request is the same request": [
    ({ ledger }) => ledger.otherwise.push({ endpoint: "POST x", first: "[1]", second: "[2]" }),
  ],
  "reading works or says why not": [
    ({ ledger }) => ledger.readErrors.push({ what: "rows", code: "42501", message: "no" }),
  ],
  "no part crashed": [
    ({ log }) => log.push('functions: {"status":500,"code":"internal_error"}'),
    ({ log }) => log.push("gateway: TypeError: x is undefined"),
  ],
};

Deno.test("chaos: of sound evidence no invariant complains", async () => {
  assert.deepEqual(
    (await judge(invariants, sound.evidence)).filter(({ offences }) => offences.length > 0),
    [],
  );
});

Deno.test("chaos: every invariant has something that breaks it", () => {
  assert.deepEqual(Object.keys(spoils).toSorted(), invariants.map(({ name }) => name).toSorted());
});

for (const [name, ways] of Object.entries(spoils)) {
  Deno.test(`chaos: "${name}" is noticed when it is broken`, async () => {
    for (const [index, spoil] of ways.entries()) {
      const broken = await brokenBy(spoil);
      assert.ok(
        broken.includes(name),
        `way ${index} breaks only ${broken.join(", ") || "nothing"}`,
      );
    }
  });
}

Deno.test("chaos: an invariant that cannot be checked counts as broken", async () => {
  const [verdict] = await judge([{
    name: "x",
    says: "x",
    offences: () => Promise.reject(new Error("no such table")),
  }], sound.evidence);
  assert.deepEqual(verdict?.offences, [{ cannot_be_checked: "Error: no such table" }]);
});
