import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Document, Documents, Kind } from "./wire.ts";

const schema = `
  create table if not exists documents (
    seq  integer primary key autoincrement,
    kind text not null,
    id   text not null unique,
    body text not null
  );
  create index if not exists documents_kind on documents (kind, seq);
  create index if not exists documents_customer
    on documents (kind, json_extract(body, '$.customer'), seq);
  -- What Stripe keeps of an object without showing it (a secret, a card's behaviour), and what is
  -- left of a deleted one.
  create table if not exists hidden (id text primary key, body text not null);
  create table if not exists settings (name text primary key, value text not null);
`;

/** A row as SQLite answers it. */
export type Row = Record<string, string | number | null>;

/** What a list call asks of the store. */
export interface Selection<K extends Kind> {
  /** Fields that must be equal (or, for a list, one of), by path: `payment.payment_intent`. */
  where?: Record<string, string | number | boolean | string[] | undefined>;
  filter?: (document: Documents[K]) => boolean;
  startingAfter?: string | undefined;
  endingBefore?: string | undefined;
  limit?: number;
}

/**
 * Documents by id in SQLite, in memory or in a file. Every call of the API is synchronous from its
 * first read to its last write, inside one transaction: no two calls can interleave.
 */
export class Store {
  readonly database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #dry = false;
  readonly #removed: ((id: string) => void)[] = [];

  constructor(file: string | undefined) {
    if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
    this.database = new DatabaseSync(file ?? ":memory:");
    // Normal: a crash of the machine may lose the last calls, a crash of the process loses nothing.
    this.database.exec("pragma journal_mode = wal; pragma synchronous = normal;");
    this.database.exec(schema);
  }

  get<K extends Kind>(kind: K, id: string): Documents[K] | undefined {
    return parsed(this.row("select body from documents where kind = ? and id = ?", kind, id));
  }

  /** Any document by its id alone. */
  find(id: string): Document | undefined {
    return parsed(this.row("select body from documents where id = ?", id));
  }

  put(document: Document): void {
    this.#prepare(
      `insert into documents (kind, id, body) values (?, ?, ?)
       on conflict (id) do update set body = excluded.body`,
    ).run(document.object, document.id, JSON.stringify(document));
  }

  remove(id: string): void {
    this.#prepare("delete from documents where id = ?").run(id);
    for (const listener of this.#removed) listener(id);
  }

  /** Calls `listener` with the id of every document that is removed. */
  onRemove(listener: (id: string) => void): void {
    this.#removed.push(listener);
  }

  /** One page, newest first as Stripe lists, and whether more follow in the direction asked. */
  list<K extends Kind>(kind: K, selection: Selection<K>): { data: Documents[K][]; more: boolean } {
    const conditions = ["kind = ?"];
    const values: (string | number)[] = [kind];
    for (const [path, wanted] of Object.entries(selection.where ?? {})) {
      if (wanted === undefined) continue;
      const any = Array.isArray(wanted) ? wanted : [wanted];
      const marks = any.map(() => "?").join(", ");
      conditions.push(`json_extract(body, '$.${path}') in (${marks})`);
      values.push(...any.map((one) => typeof one === "boolean" ? Number(one) : one));
    }
    const backwards = selection.endingBefore !== undefined;
    const cursor = selection.endingBefore ?? selection.startingAfter;
    if (cursor !== undefined) {
      conditions.push(`seq ${backwards ? ">" : "<"} (select seq from documents where id = ?)`);
      values.push(cursor);
    }
    const limit = selection.limit ?? Infinity;
    // One more than asked says whether more follow; a filter decides after the rows are read.
    const inSql = selection.filter === undefined && limit < Infinity ? `limit ${limit + 1}` : "";
    const rows = this.#prepare(
      `select body from documents where ${conditions.join(" and ")}
       order by seq ${backwards ? "asc" : "desc"} ${inSql}`,
    ).all(...values) as Row[];
    const data: Documents[K][] = [];
    for (const { body } of rows) {
      const document: Documents[K] = JSON.parse(String(body));
      if (selection.filter !== undefined && !selection.filter(document)) continue;
      data.push(document);
      if (data.length > limit) break;
    }
    const more = data.length > limit;
    if (more) data.pop();
    return { data: backwards ? data.reverse() : data, more };
  }

  /** All documents of a kind that match, newest first. */
  all<K extends Kind>(kind: K, where: Selection<K>["where"] = {}): Documents[K][] {
    return this.list(kind, { where }).data;
  }

  hidden<T>(id: string): T | undefined {
    return parsed(this.row("select body from hidden where id = ?", id));
  }

  hide(id: string, body: unknown): void {
    this.#prepare(
      `insert into hidden (id, body) values (?, ?)
       on conflict (id) do update set body = excluded.body`,
    ).run(id, JSON.stringify(body));
  }

  setting(name: string): string | undefined {
    return this.row("select value from settings where name = ?", name)?.value?.toString();
  }

  set(name: string, value: string): void {
    this.#prepare(
      `insert into settings (name, value) values (?, ?)
       on conflict (name) do update set value = excluded.value`,
    ).run(name, value);
  }

  /** Runs `work` in one transaction, undone where it throws (unless `keep` says otherwise). */
  transaction<T>(work: () => T, keep: (error: unknown) => boolean = () => false): T {
    this.database.exec("begin immediate");
    try {
      const result = work();
      this.database.exec("commit");
      return result;
    } catch (error) {
      this.database.exec(keep(error) ? "commit" : "rollback");
      throw error;
    }
  }

  /** True while nothing of what is written will be kept. */
  get dry(): boolean {
    return this.#dry;
  }

  /** What `work` would answer, with nothing of it kept. Inside a transaction. */
  dryRun<T>(work: () => T): T {
    this.database.exec("savepoint dry_run");
    this.#dry = true;
    try {
      return work();
    } finally {
      this.#dry = false;
      this.database.exec("rollback to dry_run; release dry_run");
    }
  }

  /** Deletes everything kept. */
  clear(): void {
    this.transaction(() => {
      const tables = this.database.prepare(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
      ).all() as Row[];
      for (const { name } of tables) this.database.exec(`delete from "${name}"`);
    });
  }

  close(): void {
    this.#statements.clear();
    this.database.close();
  }

  /** The first row that a statement gives. */
  row(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  /** Runs a statement that gives no rows. */
  run(sql: string, ...values: (string | number | null)[]): void {
    this.#prepare(sql).run(...values);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function parsed<T>(row: Row | undefined): T | undefined {
  return row === undefined ? undefined : JSON.parse(String(row.body));
}
