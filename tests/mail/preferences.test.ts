/** What users want to be written to about: turned off by one click, without a session, by the mail's own link. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { topics } from "../../supabase/functions/_shared/mail/topics.ts";
import { connect } from "../support/connect.ts";
import { mailTo } from "../support/mails.ts";
import { call, operator, stack } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let sql: Sql;
Deno.test.beforeAll(() => {
  sql = connect();
});
Deno.test.afterAll(async () => {
  await sql?.end();
});

/** Somebody who signed up four days ago. */
async function newcomer(locale: "en" | "fr" = "en"): Promise<TestUser> {
  const user = await signUp({ locale });
  await mailTo(user.email, locale === "fr" ? /^Bienvenue/ : /^Welcome/);
  await sql`update public.profiles set created_at = now() - interval '4 days' where id = ${user.id}`;
  return user;
}

/** What the calendar does once a day. */
async function sendTips(): Promise<void> {
  const { error } = await operator().rpc("getting_started_mails");
  if (error !== null) throw error;
  await call("POST", "jobs-run", { key: stack.secretKey, body: {} });
}

interface SentMail {
  to: string[];
  subject: string;
  headers: Record<string, string>;
  text: string;
}

/** A mail with its headers, which the mailbox's list leaves out. */
async function withHeaders(id: string): Promise<SentMail> {
  const reply = await fetch(new URL(`/emails/${id}`, stack.mailUrl), {
    headers: { authorization: `Bearer ${stack.mailKey}` },
  });
  return await reply.json();
}

const oneClick = { "List-Unsubscribe": "One-Click" };
const urlEncoded = { "content-type": "application/x-www-form-urlencoded" };

/** The POST of a mail program: RFC 8058, section 3.2. */
async function click(address: string, init: RequestInit = {}) {
  const reply = await fetch(address, {
    method: "POST",
    body: new URLSearchParams(oneClick),
    ...init,
  });
  return { status: reply.status, body: await reply.json() };
}

const decisions = async (user: TestUser) =>
  (await user.client.from("mail_preferences").select("topic, subscribed")).data;

Deno.test("tips come once, a few days after the sign-up, with a link that ends them by one click", async () => {
  const user = await newcomer();
  await sendTips();
  const listed = await mailTo(user.email, /^Getting started/);
  const mail = await withHeaders(listed.id);
  strictEqual(mail.headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
  const address = /^<(.+)>$/.exec(mail.headers["List-Unsubscribe"]!)![1]!;
  match(
    address,
    new RegExp(`^${stack.url}/functions/v1/mail-unsubscribe\\?token=${user.id}\\.tips\\.`),
  );
  const page = /http\S+\/unsubscribe\?token=\S+/.exec(mail.text)![0];
  strictEqual(new URL(page).searchParams.get("token"), new URL(address).searchParams.get("token"));

  // Whatever opens links in mails changes nothing, and people are led to the page.
  const opened = await fetch(address, { redirect: "manual" });
  await opened.body?.cancel();
  deepStrictEqual([opened.status, opened.headers.get("location")], [303, page]);
  deepStrictEqual(await decisions(user), []);

  const form = new FormData();
  form.set("List-Unsubscribe", "One-Click");
  for (const init of [{}, {}, { body: form }]) {
    deepStrictEqual(await click(address, init), {
      status: 200,
      body: { topic: "tips", subscribed: false },
    });
  }
  deepStrictEqual(await decisions(user), [{ topic: "tips", subscribed: false }]);
  const [noted] = await sql`
    select actor_id, reason from public.audit_log
    where action = 'mail_preferences.insert' and target = ${user.id}`;
  deepStrictEqual({ ...noted }, { actor_id: user.id, reason: "by the link of a mail" });
  await sendTips();
  const [again] = await sql<{ mails: number }[]>`
    select count(*)::int as mails from private.jobs
    where kind = 'mail_send' and dedupe_key = ${`getting_started:${user.id}`}`;
  await sendTips();
  strictEqual(again!.mails, 1);
});

Deno.test("a topic that is turned off between the cause and the sending is not written about", async () => {
  const user = await newcomer("fr");
  const { error } = await user.client.rpc("mail_preference_set", {
    topic: "tips",
    subscribed: false,
  });
  strictEqual(error, null);
  await sendTips();
  const job = await waitFor("the mail to be held back", async () => {
    const [found] = await sql<{ state: string; last_error: string }[]>`
      select state, last_error from private.jobs
      where kind = 'mail_send' and dedupe_key = ${`getting_started:${user.id}`} and state <> 'pending'`;
    return found;
  });
  deepStrictEqual({ ...job }, { state: "succeeded", last_error: "unsubscribed: tips" });
  const [logged] = await sql`
    select outcome, reason, purpose from private.mail_log where cause = ${`getting_started:${user.id}`}`;
  deepStrictEqual({ ...logged }, { outcome: "unsubscribed", reason: "tips", purpose: "tips" });
  // On again, by the user alone.
  await user.client.rpc("mail_preference_set", { topic: "tips", subscribed: true });
  deepStrictEqual(await decisions(user), [{ topic: "tips", subscribed: true }]);
});

Deno.test("an unsubscribe link works for its user and topic alone, and takes nothing but the one click", async () => {
  const [user, other] = await Promise.all([newcomer(), signUp()]);
  await sendTips();
  const mail = await withHeaders((await mailTo(user.email, /^Getting started/)).id);
  const address = mail.headers["List-Unsubscribe"]!.slice(1, -1);
  const token = new URL(address).searchParams.get("token")!;
  const [, , mac] = token.split(".") as [string, string, string];
  const at = (token: string) =>
    `${stack.url}/functions/v1/mail-unsubscribe?token=${encodeURIComponent(token)}`;
  for (
    const wrong of [
      `${other.id}.tips.${mac}`,
      `${user.id}.product_news.${mac}`,
      `${user.id}.receipts.${mac}`,
      `${user.id}.tips.${mac.slice(0, -1)}`,
      `${user.id}.tips.`,
      `${token}.x`,
      "é",
    ]
  ) strictEqual((await click(at(wrong))).body.code, "unsubscribe_link_invalid", wrong);
  strictEqual(
    (await click(at(token), { body: "", headers: urlEncoded })).body.code,
    "invalid_body",
  );
  strictEqual(
    (await click(at(token), { body: "List-Unsubscribe=No", headers: urlEncoded })).body.code,
    "invalid_body",
  );
  const twice = "List-Unsubscribe=One-Click&List-Unsubscribe=One-Click";
  strictEqual(
    (await click(at(token), { body: twice, headers: urlEncoded })).body.code,
    "invalid_body",
  );
  const json = { body: JSON.stringify(oneClick), headers: { "content-type": "application/json" } };
  strictEqual((await click(at(token), json)).body.code, "unsupported_media_type");
  deepStrictEqual(await decisions(user), []);
});

Deno.test("a user decides about topics that there are, and for nobody else", async () => {
  const [user, other] = await Promise.all([signUp(), signUp()]);
  const unknown = await user.client.rpc("mail_preference_set", {
    topic: "receipts",
    subscribed: false,
  });
  strictEqual(unknown.error?.code, "23514");
  const foreign = await user.client.from("mail_preferences")
    .insert({ user_id: other.id, topic: "tips", subscribed: false });
  strictEqual(foreign.error?.code, "42501");
  const [held] = await sql<{ definition: string }[]>`
    select pg_get_constraintdef(oid) as definition from pg_catalog.pg_constraint
    where conname = 'mail_preferences_topic_known'`;
  const known = [...held!.definition.matchAll(/'([a-z_]+)'/g)].map(([, name]) => name);
  deepStrictEqual(known.toSorted(), Object.keys(topics).toSorted());
  ok(!topics.product_news.onByDefault, "what promotes needs consent beforehand");
});
