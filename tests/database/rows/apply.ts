/** The migrations one by one on a database with rows in it, as a project in use meets them. */
import type { Sql } from "postgres";
import { type Migration } from "../../../local/postgres/migrate.ts";
import { insertUser } from "../../support/database.ts";
import { doneBefore, handMade } from "./hand-made.ts";
import { type Keys, makeRows, type Random } from "./make.ts";
import { type Lost, lostRows } from "./lost-rows.ts";
import { readRows, type Rows, type Table, tablesOf } from "./tables.ts";

/** Rows that a migration has taken away or changed. */
export interface LostBy extends Lost {
  migration: string;
}

/** What came of it. */
export interface Applied {
  lost: LostBy[];
  /** Migrations after which nobody can sign up, and why. */
  withoutSignUp: Record<string, string>;
  /** Tables without rows, and why the last row that was tried for each was refused. */
  empty: Record<string, string>;
}

/** Adds rows of a table's present form; tells why one was refused. */
async function addRows(sql: Sql, table: Table, random: Random, keys: Keys): Promise<string> {
  const made = await makeRows(sql, table, { most: 4, rounds: 3, random, keys });
  const statement = handMade[table.name];
  if (made.rows > 0 || statement === undefined) return made.refusal;
  // Refused where what it needs is not there yet: after the next migration it is tried again.
  return await sql.unsafe(statement).then(() => "", (error) => error.message);
}

/**
 * Applies each in a transaction and then inserts rows into every table that is new, has changed or is
 * empty, with all triggers on.
 *
 * @throws naming the migration that fails on the rows there are
 */
export async function applyToRows(
  sql: Sql,
  migrations: Migration[],
  random: Random,
): Promise<Applied> {
  const signatures = new Map<string, string>();
  const lost: LostBy[] = [];
  const withoutSignUp: Record<string, string> = {};
  const refusals = new Map<string, string>();
  let held: Rows = new Map();
  for (const { version, name, sql: text } of migrations) {
    const migration = `${version}_${name}`;
    for (const [end, statement] of Object.entries(doneBefore)) {
      if (migration.endsWith(end)) await sql.unsafe(statement);
    }
    await sql.begin((transaction) => transaction.unsafe(text)).catch((error) => {
      throw new Error(`${migration}: ${error.message}`, { cause: error });
    });
    const tables = await tablesOf(sql);
    const names = tables.map((table) => table.name);
    const now = await readRows(sql, names);
    lost.push(...lostRows(held, now).map((one) => ({ migration, ...one })));
    await insertUser(sql).catch((error) => withoutSignUp[migration] = error.message);
    const keys: Keys = new Map();
    for (const table of tables) {
      const isKnown = signatures.get(table.name) === table.signature;
      if (isKnown && now.get(table.name)!.length > 0) continue;
      signatures.set(table.name, table.signature);
      refusals.set(table.name, await addRows(sql, table, random, keys));
      // Rows of other tables may name these now.
      keys.clear();
    }
    held = await readRows(sql, names);
  }
  const empty = [...held].filter(([, rows]) => rows.length === 0).map(([table]) => [
    table,
    refusals.get(table) ?? "",
  ]);
  return { lost, withoutSignUp, empty: Object.fromEntries(empty) };
}
