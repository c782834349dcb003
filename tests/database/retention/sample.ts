/** What a rule of retention is tried with. */
import { insertUser, type Sql, testDatabase } from "../../support/database.ts";

/** What a call of retention answers. */
export interface Applied {
  removed: Record<string, number>;
  more: boolean;
}

/** A database of the file's own, with a workspace in it. */
export interface World extends AsyncDisposable {
  sql: Sql;
  workspaceId: string;
  apply(batch?: number): Promise<Applied>;
}

/** A row of an age, and which rows are left. */
export interface Sample {
  /** Inserts one that is named `name`; `age` is SQL for how old it is. */
  insert(name: string, age: string): Promise<unknown>;
  /** Names of what is left. */
  left(): Promise<string[]>;
}

/** By the rule's name. */
export type Samples = Record<string, (world: World) => Sample>;

export const names = (rows: Iterable<{ name: string }>): string[] =>
  [...rows].map(({ name }) => name).toSorted();

/** SQL for a moment that is as long ago as `age` says of a rule's `keep`. */
export const ago = (rule: string, age: string): string =>
  `now() - (select ${age} from private.retention_rules where name = '${rule}')`;

export async function retentionWorld(): Promise<World> {
  const database = await testDatabase({ connections: 1 });
  const { sql } = database;
  const user = await insertUser(sql);
  const [mine] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${user}`;
  return {
    sql,
    workspaceId: mine!.id,
    async apply(batch = 1000) {
      const [row] = await sql<{ run: Applied }[]>`select public.retention_run(${batch}) as run`;
      return row!.run;
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
