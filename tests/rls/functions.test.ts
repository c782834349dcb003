/** Every cell of the matrix for functions: who may execute which, and whose rights it runs with. */
import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { functions } from "./matrix.ts";
import { inWorld } from "./world.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase();
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

interface Found {
  name: string;
  definer: boolean;
  config: string[] | null;
  /** `name(null::type, …)` */
  call: string;
}

async function foundFunctions(): Promise<Found[]> {
  return await database.sql<Found[]>`
    select namespace.nspname || '.' || proc.proname || '(' ||
        array_to_string(array(select format_type(type, null) from unnest(proc.proargtypes) as type), ',')
        || ')' as name,
      proc.prosecdef as definer, proc.proconfig as config,
      format('select %I.%I(%s)', namespace.nspname, proc.proname, array_to_string(array(
        select 'null::' || format_type(type, null) from unnest(proc.proargtypes) as type), ', ')) as call
    from pg_catalog.pg_proc as proc
    join pg_catalog.pg_namespace as namespace on namespace.oid = proc.pronamespace
    where namespace.nspname in ('public', 'private')
    order by 1`;
}

Deno.test("a function runs with its owner's rights only where the matrix says so, never in public", async () => {
  for (const { name, definer } of await foundFunctions()) {
    assert.equal(definer, functions[name]?.definer ?? false, name);
    if (definer) assert.match(name, /^private\./);
  }
});

Deno.test("each role executes what the matrix allows; anything else is 42501", async () => {
  const found = await foundFunctions();
  await inWorld(database.sql, async (world) => {
    for (const { name, call } of found) {
      const { execute } = functions[name]!;
      // By the catalogue, too: a call may also end in 42501 for what the function does.
      const granted = await world.tx<{ role: string }[]>`
        select role from unnest(array['anon', 'authenticated', 'service_role']) as role
        where has_function_privilege(role, ${name}, 'execute')`;
      assert.deepEqual(granted.map(({ role }) => role), execute, name);
      for (const actor of world.actors) {
        const outcome = await world.as(actor, call);
        const code = "code" in outcome ? outcome.code : undefined;
        const about = `${call} as ${actor.name} ended with ${code}`;
        // Allowed, it may still refuse the nulls it is called with, but never for want of a grant: what
        // it reads and writes must be open to its caller, too.
        if (execute.includes(actor.role)) assert.notEqual(code, "42501", about);
        else assert.equal(code, "42501", about);
      }
    }
  });
});
