/** What a sign-up makes, and that nothing a client sends can make one fail. */
import assert from "node:assert/strict";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 4 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

async function accountOf(userId: string) {
  const [row] = await sql<
    {
      name: string;
      locale: string;
      workspace_id: string;
      workspace: string;
      role: string;
      email: string | null;
      stripe_customer_id: string | null;
    }[]
  >`
    select profile.name, profile.locale, workspace.id as workspace_id, workspace.name as workspace,
      member.role, customer.email, customer.stripe_customer_id
    from public.profiles as profile
    join public.workspaces as workspace on workspace.personal_of = profile.id
    join public.workspace_members as member
      on member.workspace_id = workspace.id and member.user_id = profile.id
    join private.billing_customers as customer on customer.workspace_id = workspace.id
    where profile.id = ${userId}`;
  assert.ok(row, "the sign-up made no account");
  return row;
}

async function jobsOf(dedupeKey: string): Promise<Record<string, unknown>[]> {
  const rows = await sql<{ payload: Record<string, unknown> }[]>`
    select payload from private.jobs where dedupe_key = ${dedupeKey}`;
  return rows.map((row) => row.payload);
}

Deno.test("sign-up: makes a profile, a workspace that its user owns, a customer to create and a welcome", async () => {
  const id = await insertUser(sql, { metadata: { name: "Zoé", locale: "fr" } });
  const account = await accountOf(id);
  assert.deepEqual(
    [account.name, account.locale, account.workspace, account.role, account.stripe_customer_id],
    ["Zoé", "fr", "Zoé", "owner", null],
  );
  assert.equal(account.email, `${id}@example.com`);
  assert.deepEqual(await jobsOf(`customer:${account.workspace_id}`), [
    { workspace_id: account.workspace_id },
  ]);
  const [welcome] = await jobsOf(`welcome:${id}`);
  assert.equal(welcome!["to"], `${id}@example.com`);
  assert.equal(welcome!["locale"], "fr");
});

Deno.test("sign-up: the welcome waits for the confirmation, and is enqueued once", async () => {
  const id = await insertUser(sql, { confirmed: false });
  assert.equal((await jobsOf(`welcome:${id}`)).length, 0);
  for (let n = 0; n < 2; n++) {
    await sql`update auth.users set email_confirmed_at = now() where id = ${id}`;
    await sql`update auth.users set email_confirmed_at = null where id = ${id}`;
  }
  assert.equal((await jobsOf(`welcome:${id}`)).length, 1);
});

const fallback = "fallback";
/** Metadata, and the display name that comes of it. */
const names: [what: string, name: unknown, expected: string | RegExp][] = [
  ["10 kB", "x".repeat(10_000), "x".repeat(100)],
  ["10 kB of emoji", "👩‍👩‍👧".repeat(1000), /^.{100}$/su],
  ["a space where it is cut", "x".repeat(99) + " y", "x".repeat(99)],
  [
    "control characters",
    "Ada\u0007\u001b[31m\r\nBcc: x@example.com",
    "Ada [31m Bcc: x@example.com",
  ],
  ["control characters alone", "\u0001\u0002\t\n\u0085", fallback],
  ["line separators", "Ada\u2028Lovelace\u2029", "Ada Lovelace"],
  ["marks that turn the writing around", "Ada\u202egpj.exe\u2066", "Ada gpj.exe"],
  ["spaces", "   ", fallback],
  ["nothing", "", fallback],
  ["null", null, fallback],
  ["a number", 42, fallback],
  ["true", true, fallback],
  ["an array", ["Ada"], fallback],
  ["an object", { first: "Ada" }, fallback],
  ["quotes and SQL", `'); drop table public.profiles; --`, `'); drop table public.profiles; --`],
  ["another script", "李小龙", "李小龙"],
  ["right to left", "שרה", "שרה"],
];

for (const [what, name, expected] of names) {
  Deno.test(`sign-up: a name of ${what} is made safe, never refused`, async () => {
    const unique = crypto.randomUUID();
    const id = await insertUser(sql, {
      email: `${fallback}@${unique}.example`,
      metadata: { name },
    });
    const account = await accountOf(id);
    if (typeof expected === "string") assert.equal(account.name, expected);
    else assert.match(account.name, expected);
    assert.equal(account.workspace, account.name);
  });
}

Deno.test("sign-up: metadata of any type and an unknown locale give the defaults", async () => {
  const metadata = [
    {},
    null,
    [],
    ["name"],
    "name",
    42,
    { locale: "xx" },
    { locale: ["fr"] },
    { locale: { fr: true } },
    { locale: "x".repeat(10_000) },
    { locale: null },
  ];
  for (const one of metadata) {
    const email = `${fallback}@${crypto.randomUUID()}.example`;
    const account = await accountOf(await insertUser(sql, { email, metadata: one }));
    assert.deepEqual([account.name, account.locale], [fallback, "en"], JSON.stringify(one));
  }
});

Deno.test("sign-up: without a mail address, or with an odd one, there is an account all the same", async () => {
  const emails: [string | null, name: string, workspace: string][] = [
    [null, "", "Personal"],
    ["@nothing-before.example", "", "Personal"],
    [`${"x".repeat(200)}@example.com`, "x".repeat(100), "x".repeat(100)],
    ["a\tb\u202e@example.com", "a b", "a b"],
  ];
  for (const [email, name, workspace] of emails) {
    const account = await accountOf(await insertUser(sql, { email, metadata: {} }));
    assert.deepEqual([account.name, account.workspace], [name, workspace], String(email));
  }
});

Deno.test("sign-up: 10 users at once get an account each", async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, () => insertUser(sql)));
  const accounts = await Promise.all(ids.map(accountOf));
  assert.equal(new Set(accounts.map((account) => account.workspace_id)).size, 10);
});

Deno.test("profiles: a name that could break a line or turn the writing around is refused", async () => {
  const id = await insertUser(sql);
  for (
    const name of ["a\nb", "a\u0007", "a\u0085", "a\u2028", "a\u202e", "a\u2066", "x".repeat(101)]
  ) {
    await assert.rejects(sql`update public.profiles set name = ${name} where id = ${id}`, {
      code: "23514",
    });
  }
  await sql`update public.profiles set name = 'Zoé 👩‍👩‍👧 שרה' where id = ${id}`;
});

Deno.test("sign-up: an anonymous user has a profile and a workspace, and a Stripe customer with the first address", async () => {
  const id = await insertUser(sql, { email: null, metadata: {}, confirmed: false });
  const [workspace] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${id}`;
  const wanted = async () =>
    (await sql`
      select from private.jobs
      where kind = 'stripe_customer_create' and dedupe_key = ${`customer:${workspace!.id}`}`).count;
  assert.equal(await wanted(), 0);

  const email = `${id}@example.com`;
  // As Auth writes it once the address is confirmed; and again when it changes.
  await sql`update auth.users set email = ${email}, email_confirmed_at = now() where id = ${id}`;
  assert.equal(await wanted(), 1);
  await sql`update auth.users set email = ${`new-${email}`} where id = ${id}`;
  assert.equal(await wanted(), 1);
  const [customer] = await sql`
    select email, name from private.billing_customers where workspace_id = ${workspace!.id}`;
  assert.deepEqual({ ...customer }, { email, name: id });
});
