/** What Resend tells of addresses, by its webhook, and what we no longer send for it. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { Webhook } from "standardwebhooks";
import { connect } from "../support/connect.ts";
import { mailsTo } from "../support/mails.ts";
import { anonymous, call, type Client, stack } from "../support/stack.ts";
import { freshAddress, signUpStaff, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let sql: Sql;
let staff: TestUser;
Deno.test.beforeAll(async () => {
  sql = connect();
  staff = await signUpStaff();
});
Deno.test.afterAll(async () => {
  await sql?.end();
});

const look = async (address: string) =>
  (await call("GET", `mail-suppressions?${new URLSearchParams({ address })}`, {
    token: staff.token,
  })).body.address;
const lift = (address: string) =>
  call("POST", "mail-suppressions", {
    token: staff.token,
    body: { address, reason: "the mailbox exists again" },
  });

/** Somebody at one of Resend's addresses for tests. */
async function signUpAt(kind: string): Promise<{ email: string; client: Client }> {
  const email = `${kind}+${crypto.randomUUID()}@resend.dev`;
  const answer = await call("POST", "auth-signup", {
    body: { email, password: `pw-${crypto.randomUUID()}`, name: "Ada", locale: "en" },
  });
  strictEqual(answer.status, 201, JSON.stringify(answer.body));
  const client = anonymous();
  await client.auth.setSession(answer.body.session);
  return { email, client };
}

function suppressed(email: string) {
  return waitFor(`${email} to be suppressed`, async () => {
    const report = await look(email);
    return report.suppression !== null && report;
  });
}

/** An event as Resend sends it. */
function event(type: string, to: string, changes: Record<string, unknown> = {}, at = new Date()) {
  const data = {
    created_at: at.toISOString(),
    email_id: crypto.randomUUID(),
    to: [to],
    ...changes,
  };
  return { type, created_at: at.toISOString(), data };
}

const soft = { bounce: { type: "Transient", subType: "MailboxFull", message: "full" } };

function deliver(
  body: unknown,
  id = `msg_${crypto.randomUUID()}`,
  secret = stack.mailWebhookSecret,
) {
  const text = JSON.stringify(body);
  const now = new Date();
  return call("POST", "resend-webhook", {
    key: null,
    body: text,
    headers: {
      "content-type": "application/json",
      "svix-id": id,
      "svix-timestamp": String(Math.floor(now.getTime() / 1000)),
      "svix-signature": new Webhook(secret).sign(id, now, text),
    },
  });
}

Deno.test("a hard bounce stops every mail to its address: the outbox says so, the user sees it, staff lift it", async () => {
  const { email, client } = await signUpAt("bounced");
  await suppressed(email);
  // The bounce may be told before the mail is in the log.
  const report = await waitFor("the mail to be logged", async () => {
    const found = await look(email);
    return found.mails.length > 0 && found;
  });
  deepStrictEqual([report.suppression.scope, report.suppression.cause], ["all", "hard_bounce"]);
  deepStrictEqual(
    report.mails.map((one: Record<string, string>) => [one.template, one.outcome, one.delivery]),
    [["welcome", "sent", "bounced"]],
  );
  const own = await client.rpc("mail_suppression");
  deepStrictEqual((own.data as { cause: string }).cause, "hard_bounce");

  const reset = () => call("POST", "auth-password-reset", { body: { email } });
  strictEqual((await reset()).status, 202);
  const held = await waitFor(
    "the reset mail to be held back",
    async () =>
      (await look(email)).mails.find((one: { template: string }) => one.template === "recovery"),
  );
  deepStrictEqual([held.outcome, held.reason], ["suppressed", "hard_bounce"]);
  const [job] = await sql`
    select job.state, job.last_error from private.jobs as job
    join private.mail_log as mail on mail.cause = coalesce(job.dedupe_key, job.id::text)
    where job.kind = 'mail_send' and mail.outcome = 'suppressed'
      and mail.address_hash = ${report.address_hash}`;
  deepStrictEqual({ ...job }, { state: "succeeded", last_error: "suppressed: hard_bounce" });
  strictEqual((await mailsTo(email)).length, 1, "the welcome mail alone");

  strictEqual((await lift(email)).status, 200);
  strictEqual((await look(email)).suppression, null);
  strictEqual((await client.rpc("mail_suppression")).data, null);
  strictEqual((await lift(email)).body.code, "not_found");
  const [noted] = await sql`
    select actor_kind, reason from public.audit_log
    where action = 'mail_suppressions.lift' and target = ${report.address_hash}`;
  deepStrictEqual({ ...noted }, { actor_kind: "staff", reason: "the mailbox exists again" });
});

Deno.test("a complaint stops what is not transactional, and nothing else", async () => {
  const { email } = await signUpAt("complained");
  const { suppression } = await suppressed(email);
  deepStrictEqual([suppression.scope, suppression.cause], ["non_transactional", "complaint"]);
  const [id] = await sql<{ id: string }[]>`select id from auth.users where email = ${email}`;
  const gate = async (topic: string | null) =>
    (await sql`select public.mail_gate(${email}, ${id!.id}, ${topic}, true) as gate`)[0]!["gate"];
  deepStrictEqual(await gate("tips"), { outcome: "suppressed", reason: "complaint" });
  strictEqual(await gate(null), null);
});

Deno.test("Resend's events may come twice and in any order: the later one counts, the same one once", async () => {
  const email = freshAddress();
  const bounce = event("email.bounced", `Ada <${email.toUpperCase()}>`, {
    bounce: { type: "Permanent", subType: "General", message: "no such user" },
  });
  const id = `msg_${crypto.randomUUID()}`;
  const answers = await Promise.all(Array.from({ length: 5 }, () => deliver(bounce, id)));
  deepStrictEqual(answers.map(({ status }) => status), [200, 200, 200, 200, 200]);
  const { feedback } = await suppressed(email);
  strictEqual(feedback.length, 1);
  match(feedback[0].detail, /^Permanent: General: no such user$/);

  await lift(email);
  // It happened before the lift and is told only now.
  const earlier = new Date(Date.now() - 60_000);
  await deliver(event("email.bounced", email, bounce.data as never, earlier));
  await deliver(event("email.complained", email));
  const { suppression } = await suppressed(email);
  strictEqual(suppression.cause, "complaint");
  // Taken off the provider's own list, it is off ours.
  await deliver(event("suppression.removed", email, { email }, new Date(Date.now() + 1_000)));
  await waitFor("it to be lifted", async () => (await look(email)).suppression === null);
});

Deno.test("soft bounces are counted: the fifth within a week stops everything for 30 days", async () => {
  const email = freshAddress();
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  for (const days of [8, 3, 2, 1]) {
    await deliver(event("email.bounced", email, soft, daysAgo(days)));
  }
  await waitFor("four to be counted", async () => (await look(email)).feedback.length === 4);
  strictEqual((await look(email)).suppression, null);
  await deliver(event("email.bounced", email, soft, daysAgo(0.5)));
  await waitFor("five to be counted", async () => (await look(email)).feedback.length === 5);
  strictEqual(
    (await look(email)).suppression,
    null,
    "the first is more than a week before the last",
  );
  const last = daysAgo(0.1);
  await deliver(event("email.bounced", email, soft, last));
  const { suppression } = await suppressed(email);
  deepStrictEqual([suppression.scope, suppression.cause], ["all", "soft_bounces"]);
  strictEqual(Date.parse(suppression.until) - last.getTime(), 30 * 86_400_000);
});

Deno.test("resend-webhook: another's signature, an old one or a body that is no event is refused and not stored", async () => {
  const type = `email.${crypto.randomUUID()}`;
  const other = `whsec_${btoa("x".repeat(32))}`;
  strictEqual(
    (await deliver({ ...event(type, "a@b.example") }, "msg_1", other)).body.code,
    "invalid_signature",
  );
  for (const body of [{}, [], { type }, { type, created_at: "yesterday", data: {} }]) {
    strictEqual((await deliver(body)).body.code, "invalid_json");
  }
  deepStrictEqual([...await sql`select from private.webhook_events where type = ${type}`], []);
  // What says nothing to us is taken all the same.
  strictEqual(
    (await deliver({ type, created_at: new Date().toISOString(), data: {} })).status,
    200,
  );
});
