/** Sign-up where an address must be confirmed first: the setting of a deployed project. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { settledJobs } from "../support/jobs.ts";
import { authLink, mailsTo, mailTo } from "../support/mails.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { anonymous, call, type StackAddress } from "../support/stack.ts";
import { freshAddress } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let own: OwnStack;
let on: StackAddress;
let sql: Sql;
Deno.test.beforeAll(async () => {
  own = await startOwnStack({ auth: { confirmations: true } });
  on = own.at;
  sql = connect(on);
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await own?.[Symbol.asyncDispose]();
});

const password = "correct horse battery";
const asked = { fr: /^Confirmez votre adresse/, en: /^Confirm your email/ };
const welcomed = { fr: /^Bienvenue/, en: /^Welcome/ };

function signUpAs(email: string, change: Record<string, unknown> = {}) {
  const body = { email, password, name: "Zoé", locale: "fr", ...change };
  return call("POST", "auth-signup", { on, body });
}

async function open(link: string): Promise<URL> {
  const reply = await fetch(link, { redirect: "manual" });
  await reply.body?.cancel();
  assert.equal(reply.status, 303);
  return new URL(reply.headers.get("location")!);
}

async function userOf(email: string): Promise<string> {
  const [row] = await sql`select id from auth.users where email = ${email}`;
  return row!["id"];
}

Deno.test("with confirmations: sign-up, mail, link, welcome, log-in, in the user's language", async () => {
  for (const locale of ["fr", "en"] as const) {
    const email = freshAddress();
    const made = await signUpAs(email, { locale });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.session, null);
    assert.equal(made.body.user.email, email);

    const login = () => call("POST", "auth-login", { on, body: { email, password } });
    const early = await login();
    assert.deepEqual([early.status, early.body.code], [403, "email_not_confirmed"]);

    const mail = await mailTo(email, asked[locale], on);
    assert.match(mail.text!, /Zoé/);
    const id = await userOf(email);
    await settledJobs(sql, id);
    assert.equal((await mailsTo(email, on)).length, 1);

    const landed = await open(authLink(mail));
    assert.equal(landed.origin + landed.pathname, `${on.siteUrl}/confirm`);
    assert.ok(new URLSearchParams(landed.hash.slice(1)).get("access_token"), landed.href);

    assert.match((await mailTo(email, welcomed[locale], on)).text!, /Zoé/);
    const late = await login();
    assert.equal(late.status, 200, JSON.stringify(late.body));
    assert.equal(late.body.user.id, id);

    // The link once more, as a mail scanner or an impatient finger opens it.
    const again = await open(authLink(mail));
    assert.equal(new URLSearchParams(again.hash.slice(1)).get("access_token"), null);
    await settledJobs(sql, id);
    assert.equal((await mailsTo(email, on)).length, 2);
    assert.equal((await login()).status, 200);
  }
});

Deno.test("with confirmations: a taken address answers like a fresh one, confirmed or not", async () => {
  const confirmed = freshAddress();
  await signUpAs(confirmed);
  await open(authLink(await mailTo(confirmed, asked.fr, on)));
  const waiting = freshAddress();
  await signUpAs(waiting);
  const fresh = freshAddress();

  const shapes = await Promise.all([confirmed, waiting, fresh].map(async (email) => {
    const answer = await signUpAs(email, { name: "Somebody" });
    assert.deepEqual(
      [answer.status, answer.body.session],
      [201, null],
      JSON.stringify(answer.body),
    );
    assert.deepEqual(answer.body.user, { id: answer.body.user.id, email, name: "Somebody" });
    assert.match(answer.body.user.id, /^[0-9a-f-]{36}$/);
    return [...answer.headers.keys()].sort();
  }));
  assert.deepEqual(shapes[0], shapes[2]);
  assert.deepEqual(shapes[1], shapes[2]);

  // Nothing changed for who has the account.
  const login = await call("POST", "auth-login", { on, body: { email: confirmed, password } });
  assert.equal(login.body.user.name, "Zoé");
  const id = await userOf(confirmed);
  await settledJobs(sql, id);
  assert.equal((await mailsTo(confirmed, on)).length, 2);
});

Deno.test("with confirmations: 20 sign-ups of one address at once all answer 201 and make one user", async () => {
  const email = freshAddress();
  const answers = await Promise.all(Array.from({ length: 20 }, () => signUpAs(email)));
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [201]);
  assert.deepEqual([...new Set(answers.map((answer) => answer.body.session))], [null]);
  await settledJobs(sql, await userOf(email));
  // Auth mails again who asks again a second later; each mail has a link of its own, the newest holds.
  const links = (await mailsTo(email, on)).map((mail) => authLink(mail));
  assert.equal(new Set(links).size, links.length);
  let confirmed = 0;
  for (const link of links) {
    if ((await open(link)).hash.includes("access_token")) confirmed++;
  }
  assert.equal(confirmed, 1);
  await mailTo(email, welcomed.fr, on);
  const [row] = await sql`select count(*)::int as users from auth.users where email = ${email}`;
  assert.equal(row?.["users"], 1);
});

Deno.test("with confirmations: supabase.auth.signUp directly is confirmed and welcomed the same way", async () => {
  const email = freshAddress();
  const client = anonymous(on);
  const { data, error } = await client.auth.signUp({
    email,
    password,
    options: { data: { name: "Ève", locale: "en" }, emailRedirectTo: "http://127.0.0.1:3000/hi" },
  });
  assert.equal(error, null);
  assert.equal(data.session, null);
  const landed = await open(authLink(await mailTo(email, asked.en, on)));
  assert.equal(landed.origin + landed.pathname, "http://127.0.0.1:3000/hi");
  await mailTo(email, welcomed.en, on);
});

Deno.test("with confirmations: nobody is welcomed who only asked for another mail", async () => {
  const email = freshAddress();
  await signUpAs(email);
  const id = await userOf(email);
  await mailTo(email, asked.fr, on);
  const client = anonymous(on);
  await waitFor("a second confirmation mail", async () => {
    const { error } = await client.auth.resend({ type: "signup", email });
    if (error !== null && error.code !== "over_email_send_rate_limit") throw error;
    return error === null;
  });
  await settledJobs(sql, id);
  assert.deepEqual(
    (await mailsTo(email, on)).map((mail) => asked.fr.test(mail.subject)),
    [true, true],
  );
});
