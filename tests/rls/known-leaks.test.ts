/** How others have leaked one tenant's data to another, asked of every function and policy that there is. */
import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type Actor, inWorld } from "./world.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => void (database = await testDatabase()));
Deno.test.afterAll(async () => await database?.[Symbol.asyncDispose]());

interface ClientFunction {
  name: string;
  types: string[];
  roles: string[];
}

/** What the API offers to clients: functions of the exposed schema that they may execute. */
async function clientFunctions(): Promise<ClientFunction[]> {
  return await database.sql<ClientFunction[]>`
    select 'public.' || quote_ident(proname) as name,
      array(select format_type(type, null) from unnest(proargtypes) as type) as types,
      array(
        select role from unnest(array['anon', 'authenticated']) as role
        where has_function_privilege(role, oid, 'execute')
      ) as roles
    from pg_catalog.pg_proc
    where pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype
      and (has_function_privilege('anon', oid, 'execute')
        or has_function_privilege('authenticated', oid, 'execute'))
    order by 1`;
}

/** A call with `id` for whatever could name something, and plausible values for the rest. */
function callOf({ name, types }: ClientFunction, id: string): string {
  const values: Record<string, string> = {
    uuid: `'${id}'`,
    text: `'${id}'`,
    "text[]": `array['${id}']`,
    "uuid[]": `array['${id}']::uuid[]`,
    boolean: "true",
    jsonb: `jsonb_build_object('workspace_id', '${id}', 'id', '${id}')`,
  };
  const given = types.map((type) => `${values[type] ?? "null"}::${type}`);
  return `select to_jsonb(answer) as answer from ${name}(${given.join(", ")}) as answer`;
}

Deno.test("definer RPCs leak tenant state to anon (capgo PR#1967, #3280): no client may execute a definer function of the exposed schema", async () => {
  const found = await database.sql<{ name: string }[]>`
    select oid::regprocedure::text as name from pg_catalog.pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace`;
  assert.deepEqual([...found], []);
  // Behind it, who is not signed in may execute those alone that ask for a secret, an invitation's token, or
  // tell everybody what names nobody.
  const open = await database.sql<{ name: string }[]>`
    select oid::regprocedure::text as name from pg_catalog.pg_proc
    where prosecdef and pronamespace = 'private'::regnamespace
      and has_function_privilege('anon', oid, 'execute')`;
  const expected = [
    "private.invitation_by_token(text)",
    "private.invitation_decline(text,uuid)",
    // #region shop
    // Which products were bought together with one.
    "private.bought_together(uuid,integer)",
    // Reviews with a first name and an initial.
    "private.reviews_shown(uuid,text,integer)",
    // #endregion shop
  ];
  assert.deepEqual(open.map(({ name }) => name).filter((name) => !expected.includes(name)), []);
});

Deno.test("definer RPCs leak tenant state to anon (capgo PR#1967, #3280): another's ids are answered as ids of nobody", async () => {
  const functions = await clientFunctions();
  assert.ok(functions.some(({ types }) => types.includes("uuid")), "some take ids");
  await inWorld(database.sql, async (world) => {
    const stranger = world.actors.find(({ name }) => name === "stranger")!;
    const anon = world.actors.find(({ name }) => name === "anon")!;
    const { userId, workspaceId, row } = world.owner;
    const known = [
      userId,
      workspaceId,
      ...["public.subscriptions", "public.invoices", "public.workspace_api_keys"]
        .map((table) => String(row(table)["id"])),
    ];
    /** What a caller is told, but for the id that he sent himself and ids that the call has made. */
    const told = async (caller: Actor, one: ClientFunction, id: string) =>
      JSON.stringify(await world.as(caller, callOf(one, id))).replaceAll(id, "<id>")
        .replaceAll(
          /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
          (found) => known.includes(found) ? found : "<made>",
        );
    for (const one of functions) {
      for (const caller of [stranger, anon].filter(({ role }) => one.roles.includes(role))) {
        const nobody = await told(caller, one, crypto.randomUUID());
        for (const id of known) {
          assert.equal(await told(caller, one, id), nobody, `${one.name} as ${caller.name}`);
        }
      }
    }
  });
});

Deno.test("`using (true)` on customers (paddle starter PR#109): a policy that lets everybody is on the catalogue alone", async () => {
  const found = await database.sql<{ name: string }[]>`
    select distinct schemaname || '.' || tablename as name from pg_catalog.pg_policies
    where schemaname in ('public', 'private') and permissive = 'PERMISSIVE'
      and (lower(btrim(qual, '() ')) = 'true' or lower(btrim(with_check, '() ')) = 'true')
    order by 1`;
  // What plans include, and what becomes of whoever does not pay: the product's own, nobody's rows.
  const product = [
    "public.dunning_policy",
    "public.plan_features",
    // #region shop
    "public.product_documents",
    "public.search_words",
    // #endregion shop
  ];
  assert.deepEqual(found.map(({ name }) => name).filter((name) => !product.includes(name)), []);

  // Whatever is somebody's asks, in each of its policies, whose it is.
  const unasked = await database.sql<{ name: string }[]>`
    select policy.tablename || ': ' || policy.policyname as name
    from pg_catalog.pg_policies as policy
    join pg_catalog.pg_attribute as attribute
      on attribute.attrelid = (policy.schemaname || '.' || policy.tablename)::regclass
    where policy.schemaname = 'public' and policy.permissive = 'PERMISSIVE'
      and attribute.attname in ('workspace_id', 'user_id') and not attribute.attisdropped
      and concat_ws(' ', policy.qual, policy.with_check) !~ '(my_workspace_ids|auth\.uid|auth\.jwt|is_staff|private\.)'
    order by 1`;
  assert.deepEqual([...unasked], []);
});
