/** Whether all is well, and who is told when it is not: health, alerts and the error tracker, on one stack. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { Sql } from "postgres";
import { Webhook } from "standardwebhooks";
import {
  type AlertListener,
  alertSecret,
  type Post,
  startAlertListener,
} from "./support/alert-listener.ts";
import { connect } from "./support/connect.ts";
import { mailsTo, mailTo } from "./support/mails.ts";
import { type OwnStack, startOwnStack } from "./support/own-stack.ts";
import { type Answer, call } from "./support/stack.ts";
import { signUp, signUpStaff } from "./support/users.ts";
import { waitFor } from "./support/wait.ts";

let listener: AlertListener;
let own: OwnStack;
let sql: Sql;
Deno.test.beforeAll(async () => {
  listener = startAlertListener();
  own = await startOwnStack({
    functionsEnv: {
      ALERT_EMAIL: "",
      ALERT_WEBHOOK_URL: `${listener.url}/alerts`,
      ALERT_WEBHOOK_SECRET: alertSecret,
      SENTRY_DSN: `${listener.url.replace("//", "//key@")}/42`,
    },
  });
  sql = connect(own.at);
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await own?.[Symbol.asyncDispose]();
  await listener?.stop();
});

function health(): Promise<Answer> {
  return call("GET", "health", { on: own.at, key: null });
}

function assertUnhealthy(answer: Answer) {
  assert.deepEqual([answer.status, answer.body.code], [503, "unhealthy"]);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.ok(Number(answer.headers.get("retry-after")) > 0);
  assert.equal(answer.body.health.status, "unhealthy");
}

Deno.test("health: tells that all is well, to anyone, in numbers only", async () => {
  const answer = await waitFor("an empty queue", async () => {
    const answer = await health();
    return answer.body.due_jobs === 0 && answer;
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.deepEqual(answer.body, {
    status: "ok",
    database: "ok",
    redis: "ok",
    due_jobs: 0,
    oldest_due_job_seconds: 0,
    dead_jobs: 0,
    oldest_unhandled_event_seconds: 0,
    // #region shop
    shop_drifts: 0,
    // #endregion shop
  });
});

Deno.test("health: a job that nobody works off for five minutes is an alarm, one that runs is not", async () => {
  // Locked, so that no worker takes it: what a queue looks like whose workers hang.
  const stick = async (minutes: number) => {
    const [job] = await sql`
      insert into private.jobs (kind, run_at, locked_until)
      values ('retention', now() - make_interval(mins => ${minutes}), now() + interval '1 hour')
      returning id`;
    return job!["id"] as string;
  };
  const young = await stick(4);
  const fine = await health();
  assert.equal(fine.status, 200, JSON.stringify(fine.body));
  assert.ok(fine.body.due_jobs >= 1 && fine.body.oldest_due_job_seconds >= 240);
  const old = await stick(6);
  const stuck = await health();
  assertUnhealthy(stuck);
  assert.deepEqual([stuck.body.health.database, stuck.body.health.redis], ["ok", "ok"]);
  assert.ok(stuck.body.health.oldest_due_job_seconds >= 360);
  await sql`delete from private.jobs where id in (${young}, ${old})`;
  assert.equal((await health()).status, 200);
});

Deno.test("health: an event that nobody handles for five minutes is an alarm", async () => {
  const [event] = await sql`
    insert into private.webhook_events (provider, event_id, type, payload, received_at)
    values ('stripe', 'evt_stuck', 'invoice.paid', '{}', now() - interval '6 minutes')
    returning id`;
  const stuck = await health();
  assertUnhealthy(stuck);
  assert.ok(stuck.body.health.oldest_unhandled_event_seconds >= 360);
  await sql`delete from private.webhook_events where id = ${event!["id"]}`;
  assert.equal((await health()).status, 200);
});

Deno.test("health: a dead letter is counted, and no alarm by itself", async () => {
  const [job] = await sql`
    insert into private.jobs (kind, state, attempts, finished_at)
    values ('mail_send', 'dead', 20, now()) returning id`;
  const answer = await health();
  assert.equal(answer.status, 200);
  assert.equal(answer.body.dead_jobs, 1);
  await sql`delete from private.jobs where id = ${job!["id"]}`;
});

// Alerts: told without the queue, to a listener of the test's own.

const alertsRun = async () =>
  (await call("POST", "alerts-run", { on: own.at, key: own.at.secretKey, body: {} })).body;
const postsOf = (rule: string) => listener.posts.filter(({ body }) => body.alert?.rule === rule);
const statesOf = (rule: string) => postsOf(rule).map(({ body }) => body.alert.state);

/** A job that hangs: due for so long, and held by a worker that does not end. */
async function hang(minutes: number): Promise<string> {
  const [job] = await sql`
    insert into private.jobs (kind, run_at, locked_until)
    values ('retention', now() - make_interval(mins => ${minutes}), now() + interval '1 hour')
    returning id`;
  return job!["id"];
}

async function die(kind: string): Promise<string> {
  const [job] = await sql`
    insert into private.jobs (kind, state, attempts, finished_at, last_error)
    values (${kind}, 'dead', 20, now(), 'refused') returning id`;
  return job!["id"];
}

Deno.test("alerts: a stuck queue is told once while it is stuck, reminded of, and told again when it is well", async () => {
  const staff = await signUpStaff({ on: own.at, locale: "fr" });
  const stuck = await hang(6);
  // Nothing works this queue off, and the alert goes all the same. Many who look at once tell it once.
  const runs = await Promise.all(Array.from({ length: 4 }, alertsRun));
  assert.equal(runs.reduce((sum, { told }) => sum + told, 0), 1, JSON.stringify(runs));
  await alertsRun();
  assert.deepEqual(statesOf("queue_stuck"), ["opened"]);
  const [{ headers, text, body }] = postsOf("queue_stuck") as [Post];
  new Webhook(alertSecret).verify(text, Object.fromEntries(headers));
  assert.match(body.text, /^Alert: The queue is stuck .*: 3\d\d/);
  assert.ok(body.alert.value >= 360 && body.alert.threshold === 300);
  const mail = await mailTo(staff.email, /^Alerte\s: file d’attente bloquée/, own.at);
  assert.match(mail.text!, /docs\/operations\.md, alerte queue_stuck/);

  await sql`update private.alert_incidents set occasion_at = now() - interval '59 minutes'
            where rule = 'queue_stuck'`;
  await alertsRun();
  assert.deepEqual(statesOf("queue_stuck"), ["opened"], "not yet");
  await sql`update private.alert_incidents set occasion_at = now() - interval '61 minutes'
            where rule = 'queue_stuck'`;
  await alertsRun();
  await alertsRun();
  assert.deepEqual(statesOf("queue_stuck"), ["opened", "reminder"]);

  await sql`delete from private.jobs where id = ${stuck}`;
  await alertsRun();
  await alertsRun();
  assert.deepEqual(statesOf("queue_stuck"), ["opened", "reminder", "resolved"]);
  assert.match(postsOf("queue_stuck")[2]!.body.text, /^Resolved: .*at its worst \d{3}/);
  const subjects = (await mailsTo(staff.email, own.at)).map(({ subject }) =>
    subject.split(/\s:/)[0]
  );
  assert.deepEqual(subjects.filter((one) => !/^Bienvenue/.test(one!)), [
    "Alerte",
    "Toujours en cours",
    "Terminé",
  ]);
  // It may come back: that is another incident.
  const again = await hang(7);
  await alertsRun();
  await sql`delete from private.jobs where id = ${again}`;
  await alertsRun();
  assert.deepEqual(statesOf("queue_stuck").slice(3), ["opened", "resolved"]);
  await sql`delete from private.staff where user_id = ${staff.id}`;
});

Deno.test("alerts: a dead letter is told; one that staff discard is no alarm any more", async () => {
  const staff = await signUpStaff({ on: own.at });
  const id = await die("test_dead");
  await alertsRun();
  assert.deepEqual(postsOf("dead_letters")[0]!.body.alert.detail, { test_dead: 1 });
  const decided = await call("POST", "jobs", {
    on: own.at,
    token: staff.token,
    body: { action: "discard", ids: [Number(id)], reason: "nobody waits for it" },
  });
  assert.equal(decided.body.changed.length, 1, JSON.stringify(decided.body));
  await alertsRun();
  assert.deepEqual(statesOf("dead_letters"), ["opened", "resolved"]);
  assert.equal((await health()).body.dead_jobs, 0);
  await sql`delete from private.staff where user_id = ${staff.id}`;
});

Deno.test("alerts: a webhook that fails is tried again, and the mail that went is not sent twice", async () => {
  const staff = await signUpStaff({ on: own.at });
  const earlier = statesOf("dead_letters").length;
  const id = await die("test_dead");
  listener.failing = 2;
  assert.deepEqual(await alertsRun(), { told: 0, failed: 1 });
  assert.deepEqual(await alertsRun(), { told: 0, failed: 0 }, "it waits for its minute");
  const hasten = () =>
    sql`update private.alert_incidents set claimed_until = null where resolved_at is null`;
  await hasten();
  assert.deepEqual(await alertsRun(), { told: 0, failed: 1 });
  const [failed] =
    await sql`select last_error from private.alert_incidents where resolved_at is null`;
  assert.match(failed!["last_error"], /answered 500/);
  await hasten();
  assert.deepEqual(await alertsRun(), { told: 1, failed: 0 });
  const ids = new Set(
    postsOf("dead_letters").slice(earlier).map(({ headers }) => headers.get("webhook-id")),
  );
  assert.equal(ids.size, 1, "the receiver can tell a repetition");
  const alerts = (await mailsTo(staff.email, own.at)).filter(({ subject }) =>
    /^Alert/.test(subject)
  );
  assert.equal(alerts.length, 1);
  await sql`delete from private.jobs where id = ${id}`;
  await alertsRun();
  await sql`delete from private.staff where user_id = ${staff.id}`;
});

Deno.test("alerts: drift of the latest comparison counts until it is mended; a rule that is turned off says nothing", async () => {
  const measure = async () => {
    const [row] = await sql<{ value: number; detail: unknown }[]>`
      select value::int, detail from private.alert_measures() where measure = 'unrepaired_drifts'`;
    return { ...row };
  };
  const [run] = await sql`
    insert into private.reconciliations (repair, phase, finished_at) values (false, 'done', now()) returning id`;
  await sql`
    insert into private.billing_drifts (reconciliation_id, kind, object_type, object_id)
    values (${run!["id"]}, 'missing', 'invoice', 'in_1'), (${
    run!["id"]
  }, 'missing', 'invoice', 'in_2'),
      (${run!["id"]}, 'two_live', 'subscription', 'sub_1')`;
  assert.deepEqual(await measure(), { value: 3, detail: { missing: 2, two_live: 1 } });
  await sql`update private.alert_rules set enabled = false where name = 'drift'`;
  await alertsRun();
  assert.deepEqual(statesOf("drift"), []);
  await sql`update private.alert_rules set enabled = true where name = 'drift'`;
  await alertsRun();
  await sql`update private.billing_drifts set repaired_at = now()`;
  await alertsRun();
  assert.deepEqual(statesOf("drift"), ["opened", "resolved"]);
  assert.deepEqual(await measure(), { value: 0, detail: {} });
  await sql`delete from private.reconciliations`;
});

Deno.test("error tracker: an internal error and a dead job are told, masked, and the reply is the same without a tracker", async () => {
  const user = await signUp({ on: own.at });
  const mac = createHmac("sha256", own.stack.functionsEnv["LINK_SECRET"]!)
    .update(`unsubscribe:${user.id}.tips`).digest("base64url");
  await sql`alter function public.mail_unsubscribe(uuid, text) rename to away`;
  const answer = await call("POST", `mail-unsubscribe?token=${user.id}.tips.${mac}`, {
    on: own.at,
    key: null,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "List-Unsubscribe=One-Click",
  });
  await sql`alter function public.away(uuid, text) rename to mail_unsubscribe`;
  assert.deepEqual([answer.status, answer.body.code], [500, "internal_error"]);
  const told = await waitFor(
    "the error to be tracked",
    () =>
      Promise.resolve(
        listener.events.find(({ extra }) => extra.request_id === answer.body.request_id),
      ),
  );
  assert.deepEqual(told.tags, { function: "mail-unsubscribe", code: "internal_error" });
  assert.ok(told.exception.values.length > 0);

  await sql`
    insert into private.jobs (kind, max_attempts, payload)
    values ('mail_send', 1, '{"template": "welcome", "to": "ada@example.com", "locale": "xx", "props": {}}')`;
  const job = await waitFor("the dead job to be tracked", async () => {
    await call("POST", "jobs-run", { on: own.at, key: own.at.secretKey, body: {} });
    return listener.events.find(({ tags }) => tags.kind === "mail_send");
  });
  assert.match(job.exception.values.at(-1).value, /invalid payload/);
  assert.equal(JSON.stringify(listener.events).includes("@example.com"), false);
  await sql`delete from private.jobs where state = 'dead'`;
});
