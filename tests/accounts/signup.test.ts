import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { settledJobs } from "../support/jobs.ts";
import { mailsTo } from "../support/mails.ts";
import { anonymous, call, type Client, stripeSdk } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";

let sql: Sql;
Deno.test.beforeAll(() => {
  sql = connect();
});
Deno.test.afterAll(() => sql?.end());

const password = "correct horse battery";

function valid(change: Record<string, unknown> = {}) {
  return { email: freshAddress(), password, name: "Zoé Martin", locale: "fr", ...change };
}

/** What follows a sign-up, once all of it is done. */
async function whatFollowed(client: Client, userId: string, email: string) {
  const { data: workspace } = await client.from("workspaces").select().single().throwOnError();
  await settledJobs(sql, userId);
  await settledJobs(sql, workspace.id);
  return {
    workspace,
    profile: (await client.from("profiles").select().single().throwOnError()).data,
    members: (await client.from("workspace_members").select().throwOnError()).data,
    customers: (await stripeSdk().customers.list({ email })).data,
    mails: await mailsTo(email),
  };
}

Deno.test("auth-signup: answers 201 with user and a session that supabase-js takes", async () => {
  const body = valid();
  const answer = await call("POST", "auth-signup", { body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  const { user, session } = answer.body;
  assert.deepEqual(Object.keys(answer.body).sort(), ["session", "user"]);
  assert.deepEqual(user, { id: user.id, email: body.email, name: "Zoé Martin" });
  assert.deepEqual(Object.keys(session).sort(), [
    "access_token",
    "expires_at",
    "expires_in",
    "refresh_token",
    "token_type",
  ]);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const { data, error } = await anonymous().auth.setSession(session);
  assert.equal(error, null);
  assert.equal(data.user?.id, user.id);
});

Deno.test("auth-signup: makes profile, workspace, one customer and one welcome mail in the user's language", async () => {
  for (const locale of ["fr", "en"] as const) {
    const { client, id, email } = await signUp({ name: "Zoé Martin", locale });
    const { profile, workspace, members, customers, mails } = await whatFollowed(client, id, email);
    assert.deepEqual([profile.id, profile.name, profile.locale], [id, "Zoé Martin", locale]);
    assert.equal(profile.avatar_url, null);
    assert.equal(workspace.personal_of, id);
    assert.deepEqual(
      members.map((member) => [member.workspace_id, member.user_id, member.role]),
      [[workspace.id, id, "owner"]],
    );
    assert.deepEqual(customers.map((customer) => customer.metadata), [{
      workspace_id: workspace.id,
    }]);
    assert.equal(customers[0]?.name, "Zoé Martin");
    assert.deepEqual(mails.map((mail) => mail.subject), [
      { fr: "Bienvenue sur Socle", en: "Welcome to Socle" }[locale],
    ]);
    assert.match(mails[0]!.text!, /Zoé Martin/);
    assert.match(mails[0]!.html!, locale === "fr" ? /espace de travail/ : /workspace/);
  }
});

Deno.test("sign-up straight through supabase-js is followed by the same", async () => {
  const client = anonymous();
  const email = freshAddress();
  const { data, error } = await client.auth.signUp({
    email,
    password,
    options: { data: { name: "Ève", locale: "fr" } },
  });
  assert.equal(error, null);
  const id = data.user!.id;
  const { profile, customers, mails } = await whatFollowed(client, id, email);
  assert.deepEqual([profile.name, profile.locale], ["Ève", "fr"]);
  assert.equal(customers.length, 1);
  assert.deepEqual(mails.map((mail) => mail.subject), ["Bienvenue sur Socle"]);
});

Deno.test("sign-up straight through supabase-js with hostile metadata makes a plain profile", async () => {
  const hostile: [metadata: Record<string, unknown>, name: string | RegExp][] = [
    [{}, /^user-/],
    [{ name: null, locale: null }, /^user-/],
    [{ name: "  \t\n ", locale: "FR" }, /^user-/],
    [{ name: "x".repeat(10_000), locale: "xx" }, "x".repeat(100)],
    [{ name: "🦀".repeat(3000) }, "🦀".repeat(100)],
    [{ name: "a\r\nBcc: all@example.com\u0007", locale: ["fr"] }, "a Bcc: all@example.com"],
    [{ name: { $ne: 1 }, locale: { fr: 1 } }, /^user-/],
    [{ name: 42, id: crypto.randomUUID(), role: "service_role", version: 9 }, /^user-/],
    [{ name: "pay \u202eecila" }, "pay  ecila"],
    [{ name: "'); drop table public.profiles; --" }, "'); drop table public.profiles; --"],
  ];
  await Promise.all(hostile.map(async ([metadata, expected]) => {
    const client = anonymous();
    const email = freshAddress();
    const { data, error } = await client.auth.signUp({
      email,
      password,
      options: { data: metadata },
    });
    assert.equal(error, null, JSON.stringify(metadata).slice(0, 80));
    const { profile, mails } = await whatFollowed(client, data.user!.id, email);
    if (typeof expected === "string") assert.equal(profile.name, expected);
    else assert.match(profile.name, expected);
    assert.equal(profile.locale, "en");
    assert.equal(profile.version, 1);
    assert.deepEqual(mails.map((mail) => mail.subject), ["Welcome to Socle"]);
    assert.equal(mails[0]!.text!.includes("all@example.com"), false);
  }));
});

Deno.test("auth-signup: 20 sign-ups of one address at once make one user, the others 409 email_taken", async () => {
  const body = valid();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => call("POST", "auth-signup", { body })),
  );
  const made = answers.filter((answer) => answer.status === 201);
  assert.equal(made.length, 1, JSON.stringify(answers.map((answer) => answer.body)));
  for (const refused of answers.filter((answer) => answer.status !== 201)) {
    assert.deepEqual([refused.status, refused.body.code], [409, "email_taken"]);
    assert.equal(refused.headers.get("content-type"), "application/problem+json");
  }
  const client = anonymous();
  await client.auth.setSession(made[0]!.body.session);
  const { customers, mails } = await whatFollowed(client, made[0]!.body.user.id, body.email);
  assert.equal(customers.length, 1);
  assert.equal(mails.length, 1);
  const [row] =
    await sql`select count(*)::int as users from auth.users where email = ${body.email}`;
  assert.equal(row?.["users"], 1);
});

Deno.test("auth-signup: an address is trimmed and lower-cased, so its other spellings are taken", async () => {
  const email = freshAddress("mixed");
  const spelled = `  ${email.replace("mixed", "MiXeD").replace("example", "EXAMPLE")} `;
  const first = await call("POST", "auth-signup", { body: valid({ email: spelled }) });
  assert.equal(first.status, 201, JSON.stringify(first.body));
  assert.equal(first.body.user.email, email);
  const again = await call("POST", "auth-signup", { body: valid({ email: email.toUpperCase() }) });
  assert.deepEqual([again.status, again.body.code], [409, "email_taken"]);
});

Deno.test("auth-signup: the locale is English unless said, the name is trimmed", async () => {
  const { locale: _, ...body } = valid({ name: "  Zoé \u00a0" });
  const answer = await call("POST", "auth-signup", { body });
  assert.equal(answer.status, 201);
  assert.equal(answer.body.user.name, "Zoé");
  const client = anonymous();
  await client.auth.setSession(answer.body.session);
  const { data } = await client.from("profiles").select("name, locale").single().throwOnError();
  assert.deepEqual(data, { name: "Zoé", locale: "en" });
});

Deno.test("auth-signup: bad fields are named, and make no user", async () => {
  const email = freshAddress();
  const bad: [field: string, value: unknown][] = [
    ["email", undefined],
    ["email", "no address"],
    ["email", "a@b"],
    ["email", `${"a".repeat(250)}@example.com`],
    ["email", { "": 1 }],
    ["email", `a\0${email}`],
    ["password", undefined],
    ["password", "1234567"],
    ["password", "p".repeat(73)],
    ["password", "é".repeat(37)],
    ["password", "p".repeat(10_000)],
    ["password", "correct horse\0battery"],
    ["name", undefined],
    ["name", ""],
    ["name", " \t "],
    ["name", "x".repeat(101)],
    ["name", "x".repeat(10_000)],
    ["name", "two\nlines"],
    ["name", "two\u2028lines"],
    ["name", "bell\u0007"],
    ["name", "half a pair \ud800"],
    ["name", 42],
    ["locale", "de"],
    ["locale", "FR"],
    ["locale", null],
    ["role", "service_role"],
    ["user_metadata", {}],
  ];
  await Promise.all(bad.map(async ([field, value]) => {
    const answer = await call("POST", "auth-signup", { body: valid({ email, [field]: value }) });
    const what = `${field}: ${JSON.stringify(value)?.slice(0, 40)}`;
    assert.deepEqual([answer.status, answer.body.code], [422, "invalid_body"], what);
    assert.equal(answer.headers.get("content-type"), "application/problem+json");
    assert.deepEqual(
      answer.body.errors.map((error: { pointer: string }) => error.pointer),
      [`/${field}`],
      what,
    );
  }));
  const answer = await call("POST", "auth-signup", { body: valid({ email }) });
  assert.equal(answer.status, 201);
});

Deno.test("auth-signup: a password of exactly 72 bytes is all compared", async () => {
  const email = freshAddress();
  const longest = "é".repeat(36);
  const made = await call("POST", "auth-signup", { body: valid({ email, password: longest }) });
  assert.equal(made.status, 201);
  const right = await call("POST", "auth-login", { body: { email, password: longest } });
  assert.equal(right.status, 200);
  const wrong = await call("POST", "auth-login", {
    body: { email, password: longest.slice(0, -1) + "è" },
  });
  assert.equal(wrong.status, 401);
});

Deno.test("auth-signup: names of every script arrive unchanged in profile, reply and mail", async () => {
  const names = ["王小明", "مُحَمَّد", "O’Brien-Ñandú", "👩‍🚀 Ada", "<b>Bob</b> & co"];
  await Promise.all(names.map(async (name) => {
    const { client, id, email } = await signUp({ name });
    const { profile, mails, customers } = await whatFollowed(client, id, email);
    assert.equal(profile.name, name);
    assert.equal(customers[0]?.name, name);
    assert.equal(mails.length, 1);
    assert.equal(mails[0]!.html!.includes("<b>Bob"), false);
  }));
});
