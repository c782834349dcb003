/** What is done to sound evidence, so that an invariant breaks. */
import type { Sql } from "../support/database.ts";
import type { Evidence } from "./invariants/invariant.ts";
import type { Sound } from "./sound-evidence.ts";

/** Spoils one thing. */
export type Spoil = (evidence: Evidence, sound: Sound) => unknown;

/** Writes past what guards a table: that is what a bug would have to do as well. */
export async function unguarded(sql: Sql, table: string, write: () => PromiseLike<unknown>) {
  await sql.unsafe(`alter table ${table} disable trigger user`);
  await write();
}
