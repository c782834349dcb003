/** The migrations one by one on a database with rows in it, as a project in use meets them. */
import type { Sql } from "postgres";
import { type Migration } from "../../../local/postgres/migrate.ts";
import { insertUser } from "../../support/database.ts";
import { handMade } from "./hand-made.ts";
import { type Keys, makeRows, type Random } from "./make.ts";
import { rowCounts, type Table, tablesOf } from "./tables.ts";

/** Rows that a migration has taken away. */
export interface Vanished {
  migration: string;
  table: string;
  before: number;
  after: number;
}

/** What came of it. */
export interface Applied {
  vanished: Vanished[];
  /** Tables without rows, and why the last row that was tried for each was refused. */
  empty: Record<string, string>;
}

/** The same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    // Mulberry32: a few lines, and good enough to choose values by.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
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
  const vanished: Vanished[] = [];
  const refusals = new Map<string, string>();
  let held = new Map<string, number>();
  for (const { version, name, sql: text } of migrations) {
    const migration = `${version}_${name}`;
    await sql.begin((transaction) => transaction.unsafe(text)).catch((error) => {
      throw new Error(`${migration}: ${error.message}`, { cause: error });
    });
    const tables = await tablesOf(sql);
    const now = await rowCounts(sql, tables.map((table) => table.name));
    for (const [table, before] of held) {
      const after = now.get(table) ?? 0;
      if (after < before) vanished.push({ migration, table, before, after });
    }
    // Where signing up calls what a later migration makes, nobody has signed up in between.
    await insertUser(sql).catch(() => {});
    const keys: Keys = new Map();
    for (const table of tables) {
      const isKnown = signatures.get(table.name) === table.signature;
      if (isKnown && (now.get(table.name) ?? 0) > 0) continue;
      signatures.set(table.name, table.signature);
      refusals.set(table.name, await addRows(sql, table, random, keys));
      // Rows of other tables may name these now.
      keys.clear();
    }
    held = await rowCounts(sql, tables.map((table) => table.name));
  }
  const empty = [...held].filter(([, rows]) => rows === 0).map(([table]) => [
    table,
    refusals.get(table) ?? "",
  ]);
  return { vanished, empty: Object.fromEntries(empty) };
}
