import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { settledJobs } from "../support/jobs.ts";
import { authLink, mailsTo, mailTo } from "../support/mails.ts";
import { anonymous, call } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let sql: Sql;
Deno.test.beforeAll(() => {
  sql = connect();
});
Deno.test.afterAll(() => sql?.end());

const reset = /mot de passe|password/;

function ask(body: unknown) {
  return call("POST", "auth-password-reset", { body });
}

Deno.test("auth-password-reset: the mail is in the language of the profile, its link lets a new password be set", async () => {
  const user = await signUp({ name: "Zoé", locale: "en" });
  // The language and the name as they are now, not as they were at sign-up.
  await user.client.from("profiles").update({ locale: "fr", name: "Zoé Neuve" }).eq("id", user.id)
    .throwOnError();
  const redirectTo = "http://127.0.0.1:3000/account/password?from=mail";
  const answer = await ask({ email: ` ${user.email.toUpperCase()}`, redirect_to: redirectTo });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  assert.deepEqual(answer.body, {});

  const mail = await mailTo(user.email, reset);
  assert.equal(mail.subject, "Réinitialisez votre mot de passe Socle");
  assert.match(mail.text!, /Zoé Neuve/);

  const opened = await fetch(authLink(mail), { redirect: "manual" });
  await opened.body?.cancel();
  assert.equal(opened.status, 303);
  const landed = new URL(opened.headers.get("location")!);
  const tokens = new URLSearchParams(landed.hash.slice(1));
  landed.hash = "";
  assert.equal(landed.href, redirectTo);
  assert.equal(tokens.get("type"), "recovery");

  const client = anonymous();
  const session = await client.auth.setSession({
    access_token: tokens.get("access_token")!,
    refresh_token: tokens.get("refresh_token")!,
  });
  assert.equal(session.error, null);
  const password = `new-${crypto.randomUUID()}`;
  assert.equal((await client.auth.updateUser({ password })).error, null);

  const login = (password: string) =>
    call("POST", "auth-login", { body: { email: user.email, password } });
  assert.equal((await login(password)).status, 200);
  assert.equal((await login(user.password)).status, 401);

  const again = await fetch(authLink(mail), { redirect: "manual" });
  await again.body?.cancel();
  assert.equal(new URL(again.headers.get("location")!).hash.includes("access_token"), false);
});

Deno.test("auth-password-reset: an address without account gets the same answer, and no mail", async () => {
  const [known, unknown] = [(await signUp()).email, freshAddress()];
  const answers = await Promise.all([known, unknown].map((email) => ask({ email })));
  assert.deepEqual(answers.map((answer) => [answer.status, answer.body]), [[202, {}], [202, {}]]);
  assert.deepEqual(
    [...answers[0]!.headers.keys()].sort(),
    [...answers[1]!.headers.keys()].sort(),
  );
  await mailTo(known, reset);
  await waitFor("the job of the unknown address to end", async () => {
    const [pending] = await sql`
      select from private.jobs where kind = 'password_reset' and payload ->> 'email' = ${unknown}`;
    return pending === undefined;
  });
  assert.deepEqual(await mailsTo(unknown), []);
});

Deno.test("auth-password-reset: the finished job holds no address, and no row stays for good", async () => {
  const { email } = await signUp();
  await ask({ email });
  await mailTo(email, reset);
  const held = await waitFor("the jobs to end", async () => {
    const rows = await sql`
      select kind, state, payload, dedupe_key from private.jobs
      where kind = 'password_reset' or payload ->> 'to' = ${email}`;
    return rows.every((row) => row["state"] !== "pending") && rows;
  });
  assert.equal(JSON.stringify(held).includes(email), false);
  for (const job of held.filter((job) => job["kind"] === "password_reset")) {
    assert.deepEqual([job["payload"], job["dedupe_key"]], [{}, null]);
  }
});

Deno.test("auth-password-reset: redirects only where the operator allows, whatever it is spelled like", async () => {
  const { email, id } = await signUp();
  const refused = [
    "",
    "/relative",
    "https://evil.example/",
    "http://127.0.0.1:3000.evil.example/",
    "http://127.0.0.1:3000@evil.example/",
    "http://127.0.0.1:3001/",
    "https://127.0.0.1:3000/",
    "//evil.example",
    "javascript:alert(1)//http://127.0.0.1:3000/",
    "data:text/html,x",
    42,
    null,
    "http://127.0.0.1:3000/" + "x".repeat(2000),
  ];
  for (const redirect_to of refused) {
    const answer = await ask({ email, redirect_to });
    assert.equal(answer.status, 422, `${redirect_to} gave ${answer.status}`);
    assert.ok(["redirect_not_allowed", "invalid_body"].includes(answer.body.code));
  }
  await settledJobs(sql, id);
  assert.deepEqual((await mailsTo(email)).filter((mail) => reset.test(mail.subject)), []);
});
