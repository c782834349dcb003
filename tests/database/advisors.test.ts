/** `task advisors` fails on what nobody has argued for, and on arguments that nothing needs any more. */
import assert from "node:assert/strict";
import { accepted, advisorComplaints, complaintsAbout } from "../../scripts/drift/advisors.ts";
import { testDatabase } from "../support/database.ts";

const finding = (name: string, schema: string) => ({
  name,
  level: "ERROR",
  detail: `found in ${schema}`,
  remediation: "see there",
  metadata: { schema, name: "one" },
});
const known = accepted.flatMap(({ name, schemas }) =>
  schemas.map((schema) => finding(name, schema))
);

Deno.test("advisors: what is argued for is no complaint, anything else is", () => {
  assert.deepEqual(complaintsAbout(known), []);
  for (
    const one of [
      finding("rls_disabled_in_public", "public"),
      // Argued for in private alone.
      finding("rls_enabled_no_policy", "public"),
      { ...finding("unused_index", "public"), metadata: {} },
    ]
  ) {
    const complaints = complaintsAbout([...known, one]);
    assert.equal(complaints.length, 1, one.name);
    assert.match(complaints[0]!, new RegExp(`^ERROR ${one.name}: `));
  }
});

Deno.test("advisors: an argument that no finding needs is a complaint", () => {
  for (const { name } of accepted) {
    const complaints = complaintsAbout(known.filter((one) => one.name !== name));
    assert.equal(complaints.length, 1);
    assert.match(complaints[0]!, new RegExp(`^${name} is accepted .* no longer found`));
  }
});

Deno.test("advisors: a migration that opens a table, or a function to its caller's search path, is found", async () => {
  await using database = await testDatabase({ connections: 1 });
  await database.sql.unsafe(`
    create table public.opened (id integer primary key);
    create function public.misled() returns integer language sql as 'select 1';
    create view public.raised as select id from public.workspaces;
    grant select on public.opened, public.raised to anon, authenticated;`);
  const complaints = await advisorComplaints(database.fresh.adminUrl);
  const about = (name: string, object: string) =>
    complaints.some((one) => one.includes(` ${name}: `) && one.includes(object));
  assert.ok(about("rls_disabled_in_public", "opened"), complaints.join("\n"));
  assert.ok(about("function_search_path_mutable", "misled"), complaints.join("\n"));
  assert.ok(about("security_definer_view", "raised"), complaints.join("\n"));
  // And of what is there nothing else.
  const others = complaints.filter((one) => !/opened|misled|raised/.test(one));
  assert.deepEqual(others, []);
});
