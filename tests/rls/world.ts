/** Two workspaces with everybody in them, a sample of each table for both, and SQL as any of them. */
import postgres from "postgres";
import { insertUser, type Sql } from "../support/database.ts";
import type { Owner, Rows, Sample } from "./access.ts";
import { tables } from "./matrix.ts";

type Transaction = postgres.TransactionSql;

/** Who calls. */
export interface Actor {
  name: string;
  role: "anon" | "authenticated" | "service_role";
  id: string | null;
}

/** How a statement ended: its rows and how many it touched, or its SQLSTATE. */
export type Outcome = { rows: Record<string, unknown>[]; count: number } | { code: string };

export interface World {
  tx: Transaction;
  actors: Actor[];
  owner: Owner;
  stranger: Owner;
  /** Runs a statement as somebody, and undoes what it did. */
  as(actor: Actor, statement: string, parameters?: unknown[]): Promise<Outcome>;
  /** Inserts a row as the owner of the schema. */
  insert(table: string, row: Sample): Promise<Record<string, unknown>>;
  /** Primary keys, as text, of the rows that `rows` names for an actor. */
  keysWhere(table: string, rows: Rows, actor: Actor): Promise<string[]>;
}

/** The rows of a statement that must not have been refused. */
export function rowsOf(outcome: Outcome, about: string): Record<string, unknown>[] {
  if ("code" in outcome) throw new Error(`${about} was refused with ${outcome.code}`);
  return outcome.rows;
}

class Undone extends Error {}

/** `insert` of one row, its columns named. */
export function insertStatement(table: string, row: Sample): string {
  const names = Object.keys(row);
  return `insert into ${table} (${names.map((name) => `"${name}"`).join(", ")})
    values (${names.map((_, index) => `$${index + 1}`).join(", ")})`;
}

/** The primary key of a table as one SQL expression of type text. */
export async function keyOf(sql: Sql | Transaction, table: string): Promise<string> {
  const columns = await sql<{ name: string }[]>`
    select attribute.attname as name
    from pg_catalog.pg_index as index, unnest(index.indkey) as key
    join pg_catalog.pg_attribute as attribute on attribute.attnum = key
    where index.indrelid = ${table}::regclass and index.indisprimary
      and attribute.attrelid = index.indrelid`;
  // A view has none: its rows have the ids of its tables'.
  if (columns.length === 0) return `"id"::text`;
  return columns.map(({ name }) => `"${name}"::text`).join(" || ' ' || ");
}

async function makeWorld(tx: Transaction): Promise<World> {
  const user = async (name: string) => await insertUser(tx, { metadata: { name } });
  const personalOf = async (id: string) => {
    const [row] = await tx<{ id: string }[]>`
      select id from public.workspaces where personal_of = ${id}`;
    return row!.id;
  };
  const ids = {
    owner: await user("Owner"),
    admin: await user("Admin"),
    member: await user("Member"),
    billing: await user("Billing"),
    stranger: await user("Stranger"),
    staff: await user("Staff"),
  };
  const workspaceId = await personalOf(ids.owner);
  const otherStaffId = await user("Other staff");
  for (const role of ["admin", "member", "billing"] as const) {
    await tx`
      insert into public.workspace_members (workspace_id, user_id, role)
      values (${workspaceId}, ${ids[role]}, ${role})`;
  }
  const actors: Actor[] = [
    { name: "anon", role: "anon", id: null },
    ...Object.entries(ids).map(([name, id]): Actor => ({ name, role: "authenticated", id })),
    { name: "service_role", role: "service_role", id: null },
  ];

  const world: World = {
    tx,
    actors,
    owner: ownerOf(ids.owner, workspaceId, ids.staff),
    stranger: ownerOf(ids.stranger, await personalOf(ids.stranger), otherStaffId),
    async as(actor, statement, parameters = []) {
      let outcome: Outcome | undefined;
      try {
        await tx.savepoint(async (inner) => {
          const claims = { role: actor.role, ...(actor.id !== null && { sub: actor.id }) };
          await inner.unsafe(`
            set local request.jwt.claims = '${JSON.stringify(claims)}';
            set local role ${actor.role}`);
          const rows = await inner.unsafe(statement, parameters as never[]);
          outcome = { rows: [...rows], count: rows.count };
          throw new Undone();
        });
      } catch (error) {
        if (error instanceof postgres.PostgresError) return { code: error.code };
        if (!(error instanceof Undone)) throw error;
      }
      return outcome!;
    },
    async insert(table, row) {
      const statement = `${insertStatement(table, row)} returning *`;
      const [made] = await tx.unsafe(statement, Object.values(row) as never[]).catch((error) => {
        throw new Error(`the sample of ${table} cannot be inserted: ${error.message}`);
      });
      return made!;
    },
    async keysWhere(table, rows, actor) {
      const condition = rows.replaceAll("$me", actor.id === null ? "null" : `'${actor.id}'`);
      const found = await tx.unsafe<{ key: string }[]>(
        `select ${await keyOf(tx, table)} as key from ${table} where ${condition} order by 1`,
      );
      return found.map((row) => row.key);
    },
  };
  for (const owner of [world.owner, world.stranger]) {
    const made = new Map<string, Record<string, unknown>>();
    owner.row = (table) => made.get(table)!;
    for (const [table, { samples }] of Object.entries(tables)) {
      if (samples === "sign-up") continue;
      for (const sample of samples(owner)) {
        const row = await world.insert(table, sample);
        if (!made.has(table)) made.set(table, row);
      }
    }
  }
  return world;
}

function ownerOf(userId: string, workspaceId: string, staffId: string): Owner {
  const unique = crypto.randomUUID().slice(0, 8);
  return { userId, workspaceId, staffId, unique, row: () => ({}) };
}

/** Gives `look` a world of its own, in a transaction that is rolled back. */
export async function inWorld(sql: Sql, look: (world: World) => Promise<void>): Promise<void> {
  try {
    await sql.begin(async (tx) => {
      await look(await makeWorld(tx));
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
}
