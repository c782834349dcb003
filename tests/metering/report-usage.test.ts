/** Usage at Stripe: each record in one report, each report counted once, whatever dies in between. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import type Stripe from "stripe";
import { meters } from "../../supabase/functions/_shared/billing/plans.ts";
import { publishMeters } from "../../supabase/functions/_shared/billing/publish-meters.ts";
import type { Db } from "../../supabase/functions/_shared/database.ts";
import { reconcileUsage } from "../../supabase/functions/_shared/metering/reconcile-usage.ts";
import { reportUsage } from "../../supabase/functions/_shared/metering/report-usage.ts";
import { connect } from "../support/connect.ts";
import { meterOf } from "../support/metering.ts";
import { operator, stripeSdk } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const admin = operator();
const stripe = stripeSdk();
const eventName = meters["api_calls"]!.eventName;
let sql: Sql;
let meterId: string;
Deno.test.beforeAll(async () => {
  sql = connect();
  const all = await stripe.billing.meters.list({ status: "active" });
  meterId = all.data.find((meter) => meter.event_name === eventName)!.id;
});
Deno.test.afterAll(async () => {
  await sql?.end();
});

/** A workspace that may make any number of calls, and its customer at Stripe. */
async function fresh() {
  const user = await signUp();
  await sql`
    insert into public.feature_overrides (workspace_id, feature, reason)
    values (${user.workspaceId}, 'api_calls', 'a test')`;
  const customer = await waitFor("the workspace's customer", async () => {
    const [row] = await sql<{ id: string | null }[]>`
      select stripe_customer_id as id from private.billing_customers
      where workspace_id = ${user.workspaceId}`;
    return row?.id;
  });
  const { workspaceId } = user;
  return { workspaceId, customer, calls: meterOf(sql, workspaceId, "api_calls") };
}

/** What Stripe has counted of a customer. */
async function atStripe(customer: string): Promise<number> {
  const now = Math.floor(Date.now() / 60_000) * 60;
  const { data } = await stripe.billing.meters.listEventSummaries(meterId, {
    customer,
    start_time: now - 3600,
    end_time: now + 3600,
  });
  return data.reduce((sum, { aggregated_value }) => sum + aggregated_value, 0);
}

/** Opens reports, and keeps a workspace's own from the queue: the test sends them itself. */
async function openReports(workspaceId: string): Promise<string[]> {
  return await sql.begin(async (tx) => {
    await tx`select public.usage_reports_open(1000)`;
    const taken = await tx<{ id: string }[]>`
      delete from private.jobs as job using private.usage_reports as report
      where report.workspace_id = ${workspaceId} and job.kind = 'usage_report'
        and job.payload ->> 'report_id' = report.id::text and job.state = 'pending'
      returning report.id`;
    return taken.map(({ id }) => id);
  });
}

async function stateOf(report: string): Promise<string> {
  const [row] = await sql`select state from private.usage_reports where id = ${report}`;
  return row!["state"];
}

/** As if the first attempt had been so many hours ago. */
async function firstTried(report: string, hours: number): Promise<void> {
  await sql`
    update private.usage_reports set first_sent_at = now() - make_interval(hours => ${hours})
    where id = ${report}`;
}

/** A client that cannot note that a report was sent, as when the process dies after sending it. */
const dying = new Proxy(admin, {
  get(target, property) {
    if (property !== "rpc") return Reflect.get(target, property);
    return (name: string, args: never) => {
      if (name === "usage_report_sent") throw new Error("killed");
      return target.rpc(name as never, args);
    };
  },
}) as Db;

/** The SDK, and how often it was asked to create an event. */
function counting(): { stripe: Stripe; events: () => number } {
  const watched = stripeSdk();
  let events = 0;
  const create = watched.billing.meterEvents.create.bind(watched.billing.meterEvents);
  watched.billing.meterEvents.create = (...args) => {
    events++;
    return create(...args);
  };
  return { stripe: watched, events: () => events };
}

Deno.test("usage: what was used is at Stripe by the schedule's job, and nothing of it twice", async () => {
  const { workspaceId, customer, calls } = await fresh();
  await calls.count(2);
  await calls.count(5, "a cause");
  const hold = await calls.reserve(9, "a call");
  await calls.settle(hold.hold_id!, 4);
  await admin.rpc("job_enqueue", { kind: "usage_reports_open", payload: {} }).throwOnError();
  await waitFor("the use at Stripe", async () => await atStripe(customer) === 11);
  await calls.count(3);
  await admin.rpc("job_enqueue", { kind: "usage_reports_open", payload: {} }).throwOnError();
  await waitFor("the rest of it", async () => await atStripe(customer) === 14);
  const [row] = await sql`
    select count(*) filter (where report_id is null)::int as open, count(distinct report_id)::int as reports
    from public.usage_records where workspace_id = ${workspaceId}`;
  assert.deepEqual({ ...row }, { open: 0, reports: 2 });
});

Deno.test("usage: reports opened at once, while calls are counted, take each record once", async () => {
  const { workspaceId, calls } = await fresh();
  await Promise.all([
    ...Array.from({ length: 30 }, () => calls.count(1)),
    ...Array.from({ length: 8 }, () => openReports(workspaceId)),
  ]);
  await openReports(workspaceId);
  const [row] = await sql`
    select (select sum(value)::int from private.usage_reports where workspace_id = ${workspaceId}) as reported,
      (select sum(amount)::int from public.usage_records where workspace_id = ${workspaceId}) as used,
      (select count(*)::int from private.usage_reports as report
       where report.workspace_id = ${workspaceId} and report.value <> (
         select sum(amount) from public.usage_records as record where record.report_id = report.id
       )) as wrong`;
  assert.deepEqual({ ...row }, { reported: 30, used: 30, wrong: 0 });
});

Deno.test("usage: a report whose sender died is sent again as the same event; that Stripe refuses it is success (langfuse#16292)", async () => {
  const { workspaceId, customer, calls } = await fresh();
  await calls.count(7);
  const [report] = await openReports(workspaceId);
  await assert.rejects(reportUsage({ admin: dying, stripe }, report!), { message: "killed" });
  assert.equal(await stateOf(report!), "open");
  await calls.count(5); // Comes into the next report, never into this one.
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () => reportUsage({ admin, stripe }, report!)),
  );
  assert.ok(outcomes.every(({ outcome }) => outcome === "succeeded"));
  assert.equal(await stateOf(report!), "sent");
  assert.equal(await atStripe(customer), 7);
});

Deno.test("usage: a day later Stripe is asked; what it has counted is not sent again", async () => {
  const { workspaceId, customer, calls } = await fresh();
  await calls.count(7);
  const [report] = await openReports(workspaceId);
  await assert.rejects(reportUsage({ admin: dying, stripe }, report!));
  await firstTried(report!, 25);
  const watched = counting();
  const result = await reportUsage({ admin, stripe: watched.stripe }, report!);
  assert.equal(result.outcome, "succeeded");
  assert.equal(watched.events(), 0);
  assert.deepEqual([await stateOf(report!), await atStripe(customer)], ["sent", 7]);
});

Deno.test("usage: a day later, what Stripe has not counted is sent", async () => {
  const { workspaceId, customer, calls } = await fresh();
  await calls.count(7);
  const [report] = await openReports(workspaceId);
  await firstTried(report!, 25);
  assert.equal((await reportUsage({ admin, stripe }, report!)).outcome, "succeeded");
  assert.equal(await atStripe(customer), 7);
});

Deno.test("usage: a day later, what cannot be told is a dead letter and not sent", async () => {
  const { workspaceId, customer, calls } = await fresh();
  await calls.count(7);
  const [report] = await openReports(workspaceId);
  const [row] = await sql`
    select extract(epoch from occurred_at)::int as at from private.usage_reports where id = ${report!}`;
  // Somebody else's event in the same minute.
  await stripe.billing.meterEvents.create({
    event_name: eventName,
    payload: { stripe_customer_id: customer, value: "2" },
    timestamp: row!["at"],
  });
  await firstTried(report!, 25);
  const watched = counting();
  const result = await reportUsage({ admin, stripe: watched.stripe }, report!);
  assert.equal(result.outcome, "fatal");
  assert.match((result as { reason: string }).reason, /Stripe counts 2/);
  assert.equal(watched.events(), 0);
  assert.equal(await stateOf(report!), "open");
});

/** As `private.restore_begin` opens reports; the rest of it would stop everybody's mails. */
async function openRestored(workspaceId: string): Promise<string> {
  return await sql.begin(async (tx) => {
    await tx`
      insert into private.restores (taken_at, note, mails_listed_at)
      values (now() - interval '1 hour', 'a test of usage', now())`;
    await tx`select public.usage_reports_open(1000)`;
    const [taken] = await tx<{ id: string }[]>`
      update private.usage_reports set first_sent_at = now() - interval '25 hours'
      where workspace_id = ${workspaceId} returning id`;
    await tx`
      delete from private.jobs where kind = 'usage_report' and payload ->> 'report_id' = ${
      taken!.id
    }`;
    return taken!.id;
  });
}

Deno.test("usage: after a restore, what a lost report has told of is not told again", async () => {
  const { workspaceId, customer, calls } = await fresh();
  await calls.count(7);
  // With two more, that were used and told in the lost time.
  await stripe.billing.meterEvents.create({
    event_name: eventName,
    payload: { stripe_customer_id: customer, value: "9" },
  });
  const report = await openRestored(workspaceId);
  const watched = counting();
  const result = await reportUsage({ admin, stripe: watched.stripe }, report);
  assert.equal(result.outcome, "succeeded", JSON.stringify(result));
  assert.equal(watched.events(), 0);
  assert.deepEqual([await stateOf(report), await atStripe(customer)], ["sent", 9]);
});

Deno.test("usage: after a restore, what no report had told of is told; what is unclear is a dead letter", async () => {
  const untold = await fresh();
  await untold.calls.count(7);
  const report = await openRestored(untold.workspaceId);
  assert.equal((await reportUsage({ admin, stripe }, report)).outcome, "succeeded");
  assert.equal(await atStripe(untold.customer), 7);

  const unclear = await fresh();
  await unclear.calls.count(7);
  await stripe.billing.meterEvents.create({
    event_name: eventName,
    payload: { stripe_customer_id: unclear.customer, value: "2" },
  });
  const other = await openRestored(unclear.workspaceId);
  assert.equal((await reportUsage({ admin, stripe }, other)).outcome, "fatal");
  assert.deepEqual([await stateOf(other), await atStripe(unclear.customer)], ["open", 2]);
});

Deno.test("usage: what Stripe definitely refuses is a dead letter; what it does not answer is tried again", async () => {
  const { workspaceId, calls } = await fresh();
  await calls.count(1);
  const [report] = await openReports(workspaceId);
  const down = stripeSdk();
  down.billing.meterEvents.create = () => Promise.reject(new Error("no answer"));
  await assert.rejects(reportUsage({ admin, stripe: down }, report!), { message: "no answer" });
  await sql`
    update private.usage_reports set stripe_customer_id = 'cus_gone' where id = ${report!}`;
  const refused = await reportUsage({ admin, stripe }, report!);
  assert.equal(refused.outcome, "fatal");
  assert.equal((await reportUsage({ admin, stripe }, crypto.randomUUID())).outcome, "succeeded");
});

/** What a reconciliation of today says of a customer. */
async function drifts(customer: string): Promise<string[]> {
  const today = new Date().toISOString().slice(0, 10);
  const found: string[] = [];
  let after: { customer: string; event: string } | undefined;
  do {
    const part = await reconcileUsage({ admin, stripe }, today, after);
    found.push(...part.drifts.filter((drift) => drift.startsWith(`${customer} `)));
    after = part.next;
  } while (after !== undefined);
  return found;
}

Deno.test("usage: a reconciliation finds what Stripe counts otherwise than we have sent", async () => {
  const { workspaceId, customer, calls } = await fresh();
  await calls.count(7);
  const [first] = await openReports(workspaceId);
  assert.deepEqual(await drifts(customer), [], "what is on its way is no drift");
  await reportUsage({ admin, stripe }, first!);
  assert.deepEqual(await drifts(customer), []);
  await stripe.billing.meterEvents.create({
    event_name: eventName,
    payload: { stripe_customer_id: customer, value: "2" },
  });
  const [drift] = await drifts(customer);
  assert.match(drift!, /we have sent 7, Stripe counts 9$/);
});

Deno.test("meters: publishing is repeatable, takes up what was deactivated, and renames", async () => {
  assert.deepEqual(await publishMeters(stripe, meters), []);
  const name = `calls_${crypto.randomUUID().slice(0, 8)}`;
  const declared = { calls: { displayName: "Calls", eventName: name } };
  const [one, two] = await Promise.all([
    publishMeters(stripe, declared),
    publishMeters(stripe, declared),
  ]);
  assert.equal(one!.length + two!.length >= 1, true);
  assert.deepEqual(await publishMeters(stripe, declared), []);
  const found = (await stripe.billing.meters.list({ limit: 100 })).data
    .filter((meter) => meter.event_name === name);
  assert.equal(found.length, 1);
  await stripe.billing.meters.deactivate(found[0]!.id);
  const renamed = { calls: { displayName: "Your calls", eventName: name } };
  assert.deepEqual(await publishMeters(stripe, renamed), [
    `reactivated meter ${found[0]!.id} for ${name}`,
    `renamed meter ${found[0]!.id} for ${name}`,
  ]);
  await stripe.billing.meters.deactivate(found[0]!.id);
});
