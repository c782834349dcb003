/** What a user writes about himself, at sign-up or later, is a name and a language: it grants nothing. */
import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { each } from "../endpoints/suite/case.ts";
import { verbsOf } from "./access.ts";
import { tables } from "./matrix.ts";
import { type Caller, type RestWorld, restWorld } from "./rest-world.ts";
import { sorted } from "./rows.ts";

let world: RestWorld;
Deno.test.beforeAll(async () => {
  world = await restWorld();
});
Deno.test.afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

/** Everything that somebody might be taken for, by the names that products use. */
async function claims(): Promise<Record<string, unknown>> {
  const workspace_id = await world.workspaceOf(world.owner);
  return {
    sub: world.owner.id,
    id: world.owner.id,
    user_id: world.owner.id,
    role: "service_role",
    roles: ["staff", "owner"],
    is_staff: true,
    staff: true,
    is_admin: true,
    is_super_admin: true,
    aal: "aal2",
    api_key: { id: world.samplesOf.owner.row("public.workspace_api_keys")["id"], role: "admin" },
    workspace_id,
    workspace_ids: [workspace_id],
    workspace_role: "owner",
    plan: "pro",
    app_metadata: { role: "staff", workspace_id },
  };
}

/** Reads every table as him: what comes is what the matrix gives to somebody without any rights. */
async function expectNoMore({ id, client }: Caller, about: string): Promise<void> {
  const { data: session } = await client.auth.refreshSession();
  const token = decodeJwt(session.session!.access_token);
  assert.deepEqual([token.sub, token["role"], token["aal"]], [id, "authenticated", "aal1"], about);
  assert.deepEqual(Object.keys(token["app_metadata"] as object).toSorted(), [
    "provider",
    "providers",
  ]);
  const { data: isStaff } = await client.rpc("is_staff");
  assert.equal(isStaff, false, about);
  const caller: Caller = { name: about, role: "authenticated", id, client, token: null };
  const published = Object.entries(tables).filter(([name]) => name.startsWith("public."));
  await each(published, async ([table, access]) => {
    const { select } = verbsOf(access, "authenticated");
    const { data, error } = await client.from(table.replace("public.", "")).select();
    if (select === undefined) return assert.equal(error?.code, "42501", table);
    assert.equal(error, null, table);
    assert.deepEqual(
      sorted(data!),
      sorted(await world.rowsWhere(table, select, caller)),
      `${table}, ${about}`,
    );
  });
}

Deno.test("user_metadata: whatever it says at sign-up or later, nothing is granted", async () => {
  const metadata = await claims();
  const { client } = world.newcomer();
  const { data, error } = await client.auth.signUp({
    email: `${crypto.randomUUID()}@example.com`,
    password: crypto.randomUUID(),
    options: { data: metadata },
  });
  assert.equal(error, null);
  const id = data.user!.id;
  const caller: Caller = { name: "newcomer", role: "authenticated", id, client, token: null };
  await expectNoMore(caller, "after sign-up");

  assert.equal((await client.auth.updateUser({ data: metadata })).error, null);
  await expectNoMore(caller, "after updateUser");

  // The same as fields of the user, past supabase-js.
  const { data: { session } } = await client.auth.getSession();
  const reply = await fetch(`${world.url}/auth/v1/user`, {
    method: "PUT",
    headers: {
      apikey: world.publishableKey,
      authorization: `Bearer ${session!.access_token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ ...metadata, raw_app_meta_data: metadata["app_metadata"] }),
  });
  await reply.body?.cancel();
  await expectNoMore(caller, "after a hand-made update");
});

Deno.test("user_metadata: no policy reads it, and of the functions only those that take a name from it", async () => {
  const policies = await world.sql<{ name: string }[]>`
    select tablename || ': ' || policyname as name from pg_catalog.pg_policies
    where concat_ws(' ', qual, with_check) ~ 'user_meta|app_meta'`;
  assert.deepEqual([...policies], []);
  const functions = await world.sql<{ name: string }[]>`
    select oid::regprocedure::text as name from pg_catalog.pg_proc
    where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and prosrc || coalesce(pg_get_function_sqlbody(oid), '') ~ 'user_meta|app_meta'
    order by 1`;
  assert.deepEqual(functions.map(({ name }) => name), readers.sql);
});

/** Who may read it, for what is shown to the user himself. */
const readers = {
  sql: [
    // What is kept of the user, in his own export.
    "private.account_facts(uuid)",
    // Name and language of the profile that sign-up makes.
    "private.handle_new_user()",
  ],
  functions: [
    // Name and language of the mails that Auth asks for.
    "_shared/mail/auth-hook.ts",
    "_shared/mail/auth-mails.ts",
  ],
};

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const at = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* sources(at);
    else if (/\.tsx?$/.test(name) && name !== "database.types.ts") yield at;
  }
}

Deno.test("user_metadata: no function reads it but those that write a mail to the user", async () => {
  const root = new URL("../../supabase/functions/", import.meta.url);
  const found = [];
  for await (const file of sources(root)) {
    const text = await Deno.readTextFile(file);
    if (/user_?metadata/i.test(text)) found.push(file.href.replace(root.href, ""));
  }
  assert.deepEqual(found.toSorted(), readers.functions);
});
