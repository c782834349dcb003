/** How staff find a workspace: by its name, slug or id, and by who is in it. */
import assert from "node:assert/strict";
import { asAnon, asUser, refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

interface Found {
  id: string;
  name: string;
  personal: boolean;
  created_at: Date;
  members: string;
  plan: string | null;
  access: string;
  overrides: string;
}

let database: TestDatabase;
let sql: Sql;
let staff: string;
Deno.test.beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  staff = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const find = (search: string | null, as = staff) =>
  asUser(
    sql,
    as,
    async (call) => [...await call<Found[]>`select * from public.staff_workspaces(${search})`],
  );

const ids = async (search: string | null) => (await find(search)).map(({ id }) => id);

/** A workspace with a member. */
async function workspace(name: string, member?: string): Promise<string> {
  const [made] = await sql<{ id: string }[]>`
    insert into public.workspaces (name) values (${name}) returning id`;
  if (member !== undefined) {
    await sql`
      insert into public.workspace_members (workspace_id, user_id, role)
      values (${made!.id}, ${member}, 'owner')`;
  }
  return made!.id;
}

const personalOf = async (user: string) =>
  (await sql<{ id: string }[]>`select id from public.workspaces where personal_of = ${user}`)[0]!
    .id;

Deno.test("staff_workspaces: a workspace is found by the beginning of its name, whatever the case, its slug and its id", async () => {
  const id = await workspace("Élan 100%_sûr");
  const other = await workspace("Elan 100 of another");
  const [{ slug } = { slug: "" }] = await sql<{ slug: string }[]>`
    select slug from public.workspaces where id = ${id}`;
  for (const search of ["élan", "ÉLAN 100%", " élan 100%_ ", slug, id, id.toUpperCase()]) {
    assert.deepEqual(await ids(search), [id], search);
  }
  // What LIKE would take for anything is what it is.
  assert.deepEqual(await ids("é_an"), []);
  assert.deepEqual(await ids("%"), []);
  assert.deepEqual(await ids("100"), []);
  assert.ok(!(await ids("élan")).includes(other));
});

Deno.test("staff_workspaces: a member's address or id finds the workspaces of the member, and no others", async () => {
  const email = `ada-${crypto.randomUUID()}@example.com`;
  const ada = await insertUser(sql, { email });
  const charles = await insertUser(sql);
  const team = await workspace("Engines", ada);
  const expected = [team, await personalOf(ada)].sort();
  assert.deepEqual((await ids(email)).sort(), expected);
  assert.deepEqual((await ids(email.toUpperCase())).sort(), expected);
  assert.deepEqual((await ids(ada)).sort(), expected);
  assert.deepEqual(await ids(charles), [await personalOf(charles)]);
  const named = await workspace(`${email} and friends`);
  assert.deepEqual((await ids(email)).sort(), [...expected, named].sort());
  const at = await workspace("R@D Labs");
  assert.deepEqual(await ids("r@d"), [at]);
  // A part of an address finds nobody.
  assert.deepEqual(await ids("@example.com"), []);
});

Deno.test("staff_workspaces: it tells what counts now: plan, access, members, overrides that have not ended", async () => {
  const ada = await insertUser(sql);
  const team = await workspace("Counted", ada);
  await sql`
    insert into public.feature_overrides (workspace_id, feature, expires_at, reason)
    values (${team}, 'audit_log', null, 'a test'), (${team}, 'projects', now() - interval '1 day', 'over')`;
  const [found] = await find(team);
  const [free] = await sql`select private.free_plan() as plan`;
  const { id: _, created_at: __, ...told } = found!;
  assert.deepEqual(told, {
    name: "Counted",
    slug: "counted",
    personal: false,
    members: "1",
    plan: free!["plan"],
    access: "full",
    overrides: "1",
  });
});

Deno.test("staff_workspaces: pages follow each other without a gap, also among those of one moment", async () => {
  const moment = "2020-01-01T00:00:00Z";
  for (const name of ["p1", "p2", "p3", "p4", "p5"]) {
    const id = await workspace(`Paged ${name}`);
    await sql`update public.workspaces set created_at = ${moment} where id = ${id}`;
  }
  const seen: string[] = [];
  let before: { at: Date | null; id: string | null } = { at: null, id: null };
  for (let page = 0; page < 3; page++) {
    const found = await asUser(sql, staff, async (call) => [
      ...await call<Found[]>`
        select * from public.staff_workspaces('paged', ${before.at}, ${before.id}, 2)`,
    ]);
    seen.push(...found.map(({ name }) => name));
    const last = found.at(-1)!;
    before = { at: last.created_at, id: last.id };
  }
  assert.deepEqual(seen.sort(), ["Paged p1", "Paged p2", "Paged p3", "Paged p4", "Paged p5"]);
  const everything = await find(null);
  assert.ok(everything.length >= 6 && everything.length <= 50);
});

Deno.test("staff_workspaces: nobody but staff, with a second factor where it is required", async () => {
  const user = await insertUser(sql);
  await refused(find(await personalOf(user), user), "forbidden");
  await refused(asAnon(sql, (call) => call`select public.staff_workspaces('a')`), "42501");
  await sql`update private.second_factor_rules set required = true where audience = 'staff'`;
  try {
    await refused(find("a"), "second_factor_required");
  } finally {
    await sql`update private.second_factor_rules set required = false where audience = 'staff'`;
  }
});
