/** Making, naming and deleting workspaces. */
import assert from "node:assert/strict";
import { asServer, asUser, refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { givePlan, makeTeam, makeWorkspace, rolesIn } from "./team.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

async function create(user: string, name: string, slug: string | null = null) {
  const [made] = await asUser(
    sql,
    user,
    (call) =>
      call<{ id: string; name: string; slug: string; personal_of: null }[]>`
      select * from public.workspace_create(${name}, ${slug})`,
  );
  return made!;
}

Deno.test("workspaces: whoever makes one owns it, and its first purchase finds its customer's details", async () => {
  const user = await insertUser(sql, { email: "maker@example.com" });
  const made = await create(user, "  Atelier Martin ");
  assert.equal(made.name, "Atelier Martin");
  assert.equal(made.personal_of, null);
  assert.deepEqual(await rolesIn(sql, made.id), { [user]: "owner" });
  const [customer] = await sql`
    select email, name, stripe_customer_id from private.billing_customers where workspace_id = ${made.id}`;
  assert.deepEqual(customer, {
    email: "maker@example.com",
    name: "Atelier Martin",
    stripe_customer_id: null,
  });
});

Deno.test("workspaces: nobody chooses an id, which the audit log and Stripe may know of one that is gone", async () => {
  const user = await insertUser(sql);
  const id = crypto.randomUUID();
  await refused(
    asUser(
      sql,
      user,
      (call) => call`insert into public.workspaces (id, name) values (${id}, 'Mine')`,
    ),
    "42501",
  );
});

Deno.test("workspaces: a name of blanks alone, of whatever script, fails no sign-up", async () => {
  for (const name of ["\u00a0", "\u3000\u2003", "\u1680", " \t\n "]) {
    const user = await insertUser(sql, { metadata: { name } });
    const [profile] = await sql<{ name: string }[]>`
      select name from public.profiles where id = ${user}`;
    assert.equal(profile!.name, user, "the address's first part instead");
  }
});

Deno.test("workspaces: a name of any length, cut after whichever of its words, fails no sign-up", async () => {
  for (let length = 34; length <= 41; length++) {
    await insertUser(sql, { metadata: { name: `${"x".repeat(length)} y` } });
  }
});

Deno.test("workspaces: a slug is made from whatever the name is", async () => {
  const user = await insertUser(sql);
  const mark = crypto.randomUUID().slice(0, 8);
  for (
    const [name, slug] of [
      [`École d’Été ${mark}`, `ecole-d-ete-${mark}`],
      [`  --Ünï__çødé ${mark}!! `, `uni-c-de-${mark}`],
      [`ＦＵＬＬ ${mark}`, `full-${mark}`],
    ] as const
  ) {
    assert.equal((await create(user, name)).slug, slug);
  }
  for (const name of ["漢字", "🎉", "...", "x".repeat(100), `${"a-".repeat(50)}`]) {
    assert.match((await create(user, name)).slug, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  }
  for (const name of ["", "   ", "a\u202eb", "x".repeat(101)]) {
    await refused(create(user, name), "23514");
  }
});

Deno.test("workspaces: ten of one name at once have ten slugs, and one of them the plain one", async () => {
  const name = `Same ${crypto.randomUUID().slice(0, 8)}`;
  const slugs = await Promise.all(Array.from({ length: 10 }, async () => {
    return (await create(await insertUser(sql), name)).slug;
  }));
  assert.equal(new Set(slugs).size, 10);
  assert.equal(slugs.filter((slug) => /^same-[0-9a-f]{8}$/.test(slug)).length, 1);
});

Deno.test("workspaces: a slug of one's own choice is taken once, and refused by name", async () => {
  const [one, other] = [await insertUser(sql), await insertUser(sql)];
  const slug = `mine-${crypto.randomUUID().slice(0, 8)}`;
  const ends = await Promise.allSettled([create(one, "One", slug), create(other, "Other", slug)]);
  assert.deepEqual(ends.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  const loser = ends.find((end) => end.status === "rejected")!;
  assert.equal(loser.reason.message, "slug_taken");
  const free = await create(one, "Free");
  await refused(
    asUser(
      sql,
      one,
      (call) => call`update public.workspaces set slug = ${slug} where id = ${free.id}`,
    ),
    "slug_taken",
  );
  for (const wrong of ["a b", "-a", "a--b", "é", "x".repeat(51)]) {
    await refused(create(one, "Wrong", wrong), "23514");
  }
  assert.equal((await create(one, "Upper", ` ${slug.toUpperCase()}-2 `)).slug, `${slug}-2`);
});

Deno.test("workspaces: twenty are as many as one may own, however many are asked for at once", async () => {
  const user = await insertUser(sql);
  const ends = await Promise.allSettled(
    Array.from({ length: 24 }, (_, index) => create(user, `Number ${index}`)),
  );
  assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 20);
  for (const end of ends) {
    if (end.status === "rejected") assert.equal(end.reason.message, "workspace_limit");
  }
});

Deno.test("workspaces: owners and admins rename, nobody else, and nobody moves one to another person", async () => {
  const team = await makeTeam(sql);
  const rename = (user: string) =>
    asUser(
      sql,
      user,
      async (call) =>
        (await call`update public.workspaces set name = 'Renamed' where id = ${team.id}`).count,
    );
  assert.equal(await rename(team.owner), 1);
  assert.equal(await rename(team.admin), 1);
  assert.equal(await rename(team.member), 0);
  assert.equal(await rename(team.billing), 0);
  await refused(
    asUser(sql, team.owner, (call) =>
      call`
      update public.workspaces set personal_of = ${team.owner} where id = ${team.id}`),
    "42501",
  );
});

Deno.test("workspaces: one that pays, or is just buying, is not deleted; another goes with all it has", async () => {
  const team = await makeTeam(sql);
  const end = (user: string) => sql`select public.workspace_delete(${user}, ${team.id})`;
  await refused(
    asUser(sql, team.owner, (call) => call`delete from public.workspaces where id = ${team.id}`),
    "42501",
  );
  for (const user of [team.admin, team.member, team.billing]) {
    await refused(end(user), "forbidden");
  }
  await refused(end(await insertUser(sql)), "workspace_not_found");
  await givePlan(sql, team.id, 5);
  await refused(end(team.owner), "workspace_subscribed");
  await sql`update public.subscriptions set status = 'canceled' where workspace_id = ${team.id}`;
  await sql`
    insert into private.subscription_intents (workspace_id, user_id, price_id, quantity)
    values (${team.id}, ${team.owner}, 'price_x', 1)`;
  await refused(end(team.owner), "workspace_subscribed");
  await sql`update private.subscription_intents set state = 'abandoned' where workspace_id = ${team.id}`;
  await end(team.owner);
  assert.deepEqual(await rolesIn(sql, team.id), {});
});

Deno.test("workspaces: what was invoiced stays when a workspace is deleted, and nothing that says whose it was", async () => {
  const team = await makeTeam(sql);
  await sql`
    insert into public.invoices (workspace_id, stripe_invoice_id, status, currency, subtotal, total,
      amount_due, amount_paid, period_start, period_end, created_at)
    values (${team.id}, ${
    "in_" + team.id
  }, 'paid', 'EUR', 1900, 1900, 1900, 1900, now(), now(), now())`;
  await sql`select public.workspace_delete(${team.owner}, ${team.id})`;
  const [kept] = await sql`
    select workspace.name, invoice.total::int as total from public.workspaces as workspace
    join public.invoices as invoice on invoice.workspace_id = workspace.id
    where workspace.id = ${team.id}`;
  assert.deepEqual(kept, { name: "Closed", total: 1900 });
  assert.deepEqual(await rolesIn(sql, team.id), {});
});

Deno.test("workspaces: neither a key's token nor somebody anonymous makes one", async () => {
  const key = crypto.randomUUID();
  await refused(
    asUser(sql, key, (call) => call`insert into public.workspaces (name) values ('By a key')`),
    "42501",
  );
  const user = await insertUser(sql);
  await refused(
    sql.begin(async (call) => {
      const claims = JSON.stringify({ role: "authenticated", sub: user, is_anonymous: true });
      await call`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
      await call`insert into public.workspaces (name) values ('Anonymous')`;
    }),
    "42501",
  );
  // The server, which acts for nobody, makes one without members.
  const [made] = await asServer(
    sql,
    (call) =>
      call<{ id: string }[]>`insert into public.workspaces (name) values ('Server') returning id`,
  );
  assert.deepEqual(await rolesIn(sql, made!.id), {});
});

Deno.test("workspaces: people of one name sign up at once, each with a slug of his own", async () => {
  const people = await Promise.all(
    Array.from({ length: 8 }, () => insertUser(sql, { metadata: { name: "Zoé O’Neil" } })),
  );
  const slugs = await sql<{ slug: string }[]>`
    select slug from public.workspaces where personal_of = any (${people})`;
  assert.equal(new Set(slugs.map(({ slug }) => slug)).size, 8);
  for (const { slug } of slugs) assert.match(slug, /^zoe-o-neil-[0-9a-f]{12}$/);
  assert.equal((await makeWorkspace(sql, people[0]!)).length, 36);
});
