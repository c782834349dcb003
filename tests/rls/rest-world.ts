/** The Supabase API over a fresh database, and users of it with a sample of each table. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import type { Owner, Rows } from "./access.ts";
import { tables } from "./matrix.ts";
import { insertStatement, keyOf } from "./world.ts";

/** Somebody with a client; anon and the operator have no id. */
export interface Caller {
  name: string;
  role: "anon" | "authenticated" | "service_role";
  id: string | null;
  client: SupabaseClient;
  token: string | null;
}

export interface RestWorld extends AsyncDisposable {
  url: string;
  publishableKey: string;
  sql: Sql;
  anon: Caller;
  owner: Caller & { id: string };
  /** Members of the owner's workspace, by their role in it. */
  admin: Caller & { id: string };
  member: Caller & { id: string };
  billing: Caller & { id: string };
  stranger: Caller & { id: string };
  /** Who operates the product, and is in nobody's workspace. */
  staff: Caller & { id: string };
  /** Everybody above. */
  callers: Caller[];
  /** With the secret key. */
  operator: Caller;
  /** Somebody new with a client of his own, who has not signed up yet. */
  newcomer(): { client: SupabaseClient };
  /** What the samples of the two were made from. */
  samplesOf: { owner: Owner; stranger: Owner };
  workspaceOf(caller: Caller): Promise<string>;
  /** The rows of a table that a condition names for a caller, as a user of the API would get them. */
  rowsWhere(table: string, rows: Rows, caller: Caller): Promise<Record<string, unknown>[]>;
}

const sessionless = { auth: { persistSession: false, autoRefreshToken: false } };

async function addSamples(
  sql: Sql,
  userId: string,
  workspaceId: string,
  staffId: string,
): Promise<Owner> {
  const made = new Map<string, Record<string, unknown>>();
  const owner: Owner = {
    userId,
    workspaceId,
    staffId,
    unique: crypto.randomUUID().slice(0, 8),
    row: (table) => made.get(table)!,
  };
  for (const [table, { samples }] of Object.entries(tables)) {
    if (samples === "sign-up") continue;
    for (const sample of samples(owner)) {
      const statement = `${insertStatement(table, sample)} returning *`;
      const [row] = await sql.unsafe(statement, Object.values(sample) as never[]);
      if (!made.has(table)) made.set(table, row!);
    }
  }
  return owner;
}

/** Starts it. */
export async function restWorld(): Promise<RestWorld> {
  const database = await testDatabase();
  try {
    return await peopled(database);
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

async function peopled(database: TestDatabase): Promise<RestWorld> {
  const { sql, fresh } = database;
  const gateway = await fresh.gateway();
  await gateway.open();
  const { url } = gateway;
  const client = (key: string) => createClient(url, key, sessionless);

  const signUp = async (name: string): Promise<Caller & { id: string }> => {
    const mine = client(fresh.keys.publishableKey);
    const { data, error } = await mine.auth.signUp({
      email: `${crypto.randomUUID()}@example.com`,
      password: crypto.randomUUID(),
      options: { data: { name } },
    });
    if (error !== null) throw error;
    const token = data.session!.access_token;
    return { name, role: "authenticated", id: data.user!.id, client: mine, token };
  };
  const keyed = (name: string, role: Caller["role"], key: string): Caller => (
    { name, role, id: null, client: client(key), token: null }
  );
  const anon = keyed("anon", "anon", fresh.keys.publishableKey);
  type User = Caller & { id: string };
  const [owner, admin, member, billing, stranger, staff] = await Promise.all(
    ["owner", "admin", "member", "billing", "stranger", "staff"].map(signUp),
  ) as [User, User, User, User, User, User];

  const workspaceOf = async (caller: Caller) => {
    const [row] = await sql<{ id: string }[]>`
      select id from public.workspaces where personal_of = ${caller.id}`;
    return row!.id;
  };
  const workspaceId = await workspaceOf(owner);
  for (const { name: role, id } of [admin, member, billing]) {
    await sql`
      insert into public.workspace_members (workspace_id, user_id, role)
      values (${workspaceId}, ${id}, ${role})`;
  }
  const samplesOf = {
    owner: await addSamples(sql, owner.id, workspaceId, staff.id),
    stranger: await addSamples(
      sql,
      stranger.id,
      await workspaceOf(stranger),
      await insertUser(sql),
    ),
  };

  return {
    url,
    publishableKey: fresh.keys.publishableKey,
    sql,
    anon,
    owner,
    admin,
    member,
    billing,
    stranger,
    staff,
    callers: [anon, owner, admin, member, billing, stranger, staff],
    operator: keyed("operator", "service_role", fresh.keys.secretKey),
    samplesOf,
    newcomer: () => ({ client: client(fresh.keys.publishableKey) }),
    workspaceOf,
    async rowsWhere(table, rows, caller) {
      const condition = rows.replaceAll("$me", caller.id === null ? "null" : `'${caller.id}'`);
      const key = await keyOf(sql, table);
      const found = await sql.unsafe<{ row: Record<string, unknown> }[]>(
        `select to_jsonb(found) as row from ${table} as found where ${condition} order by ${key}`,
      );
      return found.map(({ row }) => row);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
