/** The send-email hook, called as Supabase Auth calls it, for everything that Auth may ask to mail. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { Webhook } from "standardwebhooks";
import { EmailAction, SendEmailHook } from "../../supabase/functions/_shared/mail/auth-hook.ts";
import { authMails } from "../../supabase/functions/_shared/mail/auth-mails.ts";
import { renderMail } from "../../supabase/functions/_shared/mail/render.tsx";
import { connect } from "../support/connect.ts";
import { settledJobs } from "../support/jobs.ts";
import { authLink, mailsTo } from "../support/mails.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { type Answer, call } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";

let own: OwnStack;
let sql: Sql;
let webhook: Webhook;
Deno.test.beforeAll(async () => {
  own = await startOwnStack();
  sql = connect(own.at);
  webhook = new Webhook(own.stack.functionsEnv["SEND_EMAIL_HOOK_SECRET"]!.replace("v1,whsec_", ""));
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await own?.[Symbol.asyncDispose]();
});

interface Payload {
  metadata?: Record<string, unknown>;
  user: Record<string, unknown> & { id: string; email: string };
  email_data: Record<string, unknown>;
}

/** A payload as Auth writes it, with everything that any action reads. */
function payloadOf(action: string, change: Partial<Payload> = {}): Payload {
  const notice = action.endsWith("_notification");
  const secret = () => crypto.randomUUID().replaceAll("-", "");
  return {
    metadata: { uuid: crypto.randomUUID(), name: "send-email", time: new Date().toISOString() },
    user: {
      id: crypto.randomUUID(),
      aud: "authenticated",
      email: freshAddress(),
      new_email: action === "email_change" ? freshAddress("new") : "",
      phone: "33612345678",
      user_metadata: { name: "Zoé", locale: "fr" },
      identities: [],
    },
    email_data: {
      email_action_type: action,
      token: notice ? "" : "305805",
      token_hash: notice ? "" : secret(),
      token_new: action === "email_change" ? "712345" : "",
      token_hash_new: action === "email_change" ? secret() : "",
      redirect_to: "http://127.0.0.1:3000/welcome?next=/a&b=c",
      site_url: "http://127.0.0.1:54321/auth/v1",
      old_email: action === "email_changed_notification" ? freshAddress("old") : "",
      provider: "github",
      factor_type: "totp",
    },
    ...change,
  };
}

function signed(body: string, by = webhook, at = new Date()): Record<string, string> {
  const id = `msg_${crypto.randomUUID()}`;
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": by.sign(id, at, body),
  };
}

function post(body: string, headers: Record<string, string> = signed(body)): Promise<Answer> {
  return call("POST", "auth-email-hook", { on: own.at, key: null, body, headers });
}

async function assertRefused(answer: Answer, status: number, code: string) {
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  const [row] = await sql`select count(*)::int as jobs from private.jobs where kind = 'mail_send'`;
  return row!["jobs"] as number;
}

Deno.test("auth-email-hook: every action arrives as rendered, once, though Auth calls three times", async () => {
  await Promise.all(EmailAction.options.map(async (action) => {
    const payload = payloadOf(action);
    const body = JSON.stringify(payload);
    const answers = await Promise.all([post(body), post(body), post(body)]);
    for (const answer of answers) {
      assert.deepEqual([answer.status, answer.body], [200, {}], action);
      assert.equal(answer.headers.get("content-type"), "application/json");
    }
    await settledJobs(sql, payload.user.id);
    assert.equal((await post(body)).status, 200);
    await settledJobs(sql, payload.user.id);

    const wanted = authMails(SendEmailHook.parse(payload), {
      supabaseUrl: own.at.url,
      siteUrl: own.stack.functionsEnv["SITE_URL"],
    });
    assert.equal(wanted.length, action === "email_change" ? 2 : 1);
    for (const { to, template, locale, props } of wanted) {
      assert.equal(locale, "fr");
      const rendered = await renderMail(template, locale, props);
      const mails = await mailsTo(to, own.at);
      assert.deepEqual(
        mails.map(({ from, subject, text, html }) => ({ from, subject, text, html })),
        [{ from: "Socle <hello@socle.local>", ...rendered }],
        action,
      );
      assert.match(mails[0]!.text!, /Zoé/);
      assert.match(mails[0]!.html!, /lang="fr"/);
    }
  }));
});

Deno.test("auth-email-hook: links of a secure e-mail change belong to their mailboxes", async () => {
  const payload = payloadOf("email_change");
  const { user, email_data } = payload;
  assert.equal((await post(JSON.stringify(payload))).status, 200);
  await settledJobs(sql, user.id);
  const [current] = await mailsTo(user.email, own.at);
  const [next] = await mailsTo(user["new_email"] as string, own.at);
  const tokenOf = (mail: typeof current) => new URL(authLink(mail!)).searchParams.get("token");
  assert.equal(tokenOf(current), email_data["token_hash_new"]);
  assert.equal(tokenOf(next), email_data["token_hash"]);
  assert.match(current!.text!, /305805/);
  assert.match(next!.text!, /712345/);
});

Deno.test("auth-email-hook: language and name are the profile's, metadata counts without one", async () => {
  const user = await signUp({ name: "Before", locale: "en", on: own.at });
  await user.client.from("profiles").update({ locale: "fr", name: "Après" }).eq("id", user.id)
    .throwOnError();
  const known = payloadOf("recovery");
  known.user = { ...known.user, id: user.id, email: user.email };
  known.user["user_metadata"] = { name: "Before", locale: "en" };
  const odd = payloadOf("recovery");
  odd.user["user_metadata"] = { name: { $ne: 1 }, locale: ["fr"] };
  const none = payloadOf("recovery");
  none.user["user_metadata"] = null;
  for (const payload of [known, odd, none]) {
    assert.equal((await post(JSON.stringify(payload))).status, 200);
    await settledJobs(sql, payload.user.id);
  }
  const last = async (email: string) => (await mailsTo(email, own.at)).at(-1)!;
  assert.match((await last(user.email)).text!, /Bonjour Après/);
  assert.equal((await last(user.email)).subject, "Réinitialisez votre mot de passe Socle");
  assert.equal((await last(odd.user.email)).subject, "Reset your Socle password");
  assert.equal((await last(none.user.email)).subject, "Reset your Socle password");
});

Deno.test("auth-email-hook: what a name may not do in a mail, it does not", async () => {
  const names = [
    "Win at evil.example",
    "<img src=x onerror=alert(1)>",
    "a\r\nBcc: all@example.com",
    "https://evil.example",
    "x".repeat(10_000),
  ];
  await Promise.all(names.map(async (name) => {
    const payload = payloadOf("signup");
    payload.user["user_metadata"] = { name, locale: "en" };
    assert.equal((await post(JSON.stringify(payload))).status, 200);
    await settledJobs(sql, payload.user.id);
    const mails = await mailsTo(payload.user.email, own.at);
    assert.equal(mails.length, 1);
    const { subject, text, html } = mails[0]!;
    assert.equal(subject, "Confirm your email address for Socle");
    assert.equal(/evil\.example|all@example/.test(text! + html!), false);
    assert.equal(html!.includes("<img"), false);
    assert.ok(html!.length < 30_000);
  }));
});

Deno.test("auth-email-hook: without Auth's own fresh signature nothing is sent", async () => {
  const body = JSON.stringify(payloadOf("signup"));
  const jobs = await assertRefused(await post(body, {}), 400, "invalid_signature");
  const good = signed(body);
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const stranger = new Webhook(btoa("somebody else's secret, long enough"));
  const forged: [what: string, body: string, headers: Record<string, string>][] = [
    ["no signature", body, { ...good, "webhook-signature": "" }],
    ["another's signature", body, signed(body, stranger)],
    ["an old timestamp", body, signed(body, webhook, minutes(-6))],
    ["a timestamp to come", body, signed(body, webhook, minutes(6))],
    ["no timestamp", body, { ...good, "webhook-timestamp": "soon" }],
    ["another id", body, { ...good, "webhook-id": "msg_other" }],
    ["a changed body", body.replace("Zoé", "Zoë"), good],
    ["an empty body", "", good],
    ["the secret key alone", body, { apikey: own.at.secretKey }],
  ];
  for (const [what, sent, headers] of forged) {
    assert.equal(
      await assertRefused(await post(sent, headers), 400, "invalid_signature"),
      jobs,
      what,
    );
  }
  const get = await call("GET", "auth-email-hook", { on: own.at, key: null });
  await assertRefused(get, 405, "method_not_allowed");
});

Deno.test("auth-email-hook: a signed body that asks for no mail of ours is a clear problem", async () => {
  const before = await assertRefused(await post("not json"), 400, "invalid_json");
  const unknown = payloadOf("signup");
  unknown.email_data["email_action_type"] = "sing_up";
  const withoutToken = payloadOf("recovery");
  withoutToken.email_data["token_hash"] = "";
  const withoutAddress = payloadOf("signup");
  withoutAddress.user.email = "";
  const withoutUser = { email_data: payloadOf("signup").email_data };
  const badId = payloadOf("signup");
  badId.user.id = "1; drop table";
  const halfPair = payloadOf("signup");
  halfPair.user["user_metadata"] = { name: "\ud800" };
  for (
    const payload of [
      unknown,
      withoutToken,
      withoutAddress,
      withoutUser,
      badId,
      halfPair,
      {},
      [],
      1,
    ]
  ) {
    const answer = await post(JSON.stringify(payload));
    assert.equal(await assertRefused(answer, 422, "invalid_body"), before);
  }
  const huge = JSON.stringify({ ...payloadOf("signup"), more: "x".repeat(1024 * 1024) });
  await assertRefused(await post(huge), 413, "body_too_large");
});

Deno.test("auth-email-hook: finished jobs hold no link, no code and no address", async () => {
  const payload = payloadOf("magiclink");
  assert.equal((await post(JSON.stringify(payload))).status, 200);
  await settledJobs(sql, payload.user.id);
  const jobs = await sql`
    select payload, dedupe_key, last_error from private.jobs
    where strpos(dedupe_key, ${payload.user.id}) > 0`;
  assert.deepEqual(jobs.map((job) => job["payload"]), [{}]);
  const kept = JSON.stringify(jobs);
  assert.equal(kept.includes(payload.user.email), false);
  assert.equal(kept.includes(String(payload.email_data["token_hash"])), false);
  const logged = own.log.join("\n");
  assert.equal(logged.includes(String(payload.email_data["token_hash"])), false);
});
