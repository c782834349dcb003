import type { Row, Store } from "../store.ts";

const schema = `
  create table if not exists deliveries (
    id       integer primary key autoincrement,
    event    text not null,
    target   text not null,
    attempts integer not null default 0,
    since    integer not null,
    next_at  integer not null
  );
  create index if not exists deliveries_next on deliveries (next_at, id);
  create index if not exists deliveries_event on deliveries (event);
  create table if not exists dropped_deliveries (
    id     integer primary key autoincrement,
    event  text not null,
    target text not null
  );
`;

/** An event that an address has not accepted yet. Times are milliseconds of real time. */
export interface Delivery {
  id: number;
  event: string;
  /** The id of a webhook endpoint, or "configured" for the one that the stack was started with. */
  target: string;
  attempts: number;
  since: number;
  next_at: number;
}

/** The deliveries still to be made; they live in the store's database and outlast a restart. */
export class DeliveryQueue {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.database.exec(schema);
  }

  add(event: string, target: string, now: number, delayMs = 0): void {
    this.#store.run(
      "insert into deliveries (event, target, since, next_at) values (?, ?, ?, ?)",
      event,
      target,
      now,
      now + delayMs,
    );
  }

  /** Notes a delivery that a fault keeps from being made. */
  drop(event: string, target: string): void {
    this.#store.run("insert into dropped_deliveries (event, target) values (?, ?)", event, target);
  }

  dropped(): number {
    return Number(this.#store.row("select count(*) as count from dropped_deliveries")?.count);
  }

  /** The dropped deliveries, of some events or of all, which are forgotten by that. */
  takeDropped(events?: readonly string[]): { event: string; target: string }[] {
    const rows = this.#store.database.prepare(
      "select id, event, target from dropped_deliveries order by id",
    ).all() as { id: number; event: string; target: string }[];
    const taken = rows.filter(({ event }) => events === undefined || events.includes(event));
    for (const { id } of taken) {
      this.#store.run("delete from dropped_deliveries where id = ?", id);
    }
    return taken;
  }

  /** What is due, oldest first, without what is being delivered already. */
  due(now: number, limit: number, running: ReadonlySet<number>): Delivery[] {
    const rows = this.#store.database.prepare(
      "select * from deliveries where next_at <= ? order by next_at, id limit ?",
    ).all(now, limit + running.size) as unknown as Delivery[];
    return rows.filter(({ id }) => !running.has(id)).slice(0, limit);
  }

  /** How many are pending, and when the next one not running is due. */
  pending(running: ReadonlySet<number> = new Set()): { count: number; nextAt: number | null } {
    const marks = [...running].map(() => "?").join(", ");
    const row = this.#store.database.prepare(
      `select count(*) as count, min(case when id not in (${marks}) then next_at end) as next_at
       from deliveries`,
    ).get(...running) as Row | undefined;
    return { count: row?.count as number, nextAt: row?.next_at as number | null };
  }

  pendingOf(event: string): number {
    const row = this.#store.database.prepare(
      "select count(*) as count from deliveries where event = ?",
    ).get(event) as Row;
    return row.count as number;
  }

  /** How many of an address's deliveries have failed and wait for another attempt. */
  failing(target: string): number {
    const row = this.#store.database.prepare(
      "select count(*) as count from deliveries where target = ? and attempts > 0",
    ).get(target) as Row;
    return row.count as number;
  }

  postpone(id: number, attempts: number, nextAt: number): void {
    this.#store.database.prepare("update deliveries set attempts = ?, next_at = ? where id = ?")
      .run(attempts, nextAt, id);
  }

  remove(id: number): void {
    this.#store.database.prepare("delete from deliveries where id = ?").run(id);
  }
}
