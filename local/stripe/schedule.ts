import type { Call } from "./call.ts";
import type { Row, Store } from "./store.ts";
import type { Document, Documents, Kind } from "./wire.ts";

const schema = `
  create table if not exists due (
    seq    integer primary key autoincrement,
    name   text not null,
    id     text not null,
    rank   integer not null,
    at     integer,
    ran_at integer,
    unique (name, id)
  );
  create index if not exists due_at on due (at, rank, seq) where at is not null;
`;

/** Something that happens to a document at a time that the document itself tells. */
export interface Due {
  /** `subscription renews` */
  name: string;
  kind: Kind;
  /** Seconds since 1970; null where it is not to happen. Each new time happens once. */
  at(document: Document, call: Call): number | null;
  run(call: Call, id: string): void;
}

/** Declares what falls due, its documents typed. */
export function due<K extends Kind>(
  name: string,
  kind: K,
  at: (document: Documents[K], call: Call) => number | null,
  run: (call: Call, id: string) => void,
): Due {
  return { name, kind, at: at as Due["at"], run };
}

/** A moment at which something falls due. */
export interface Moment {
  name: string;
  id: string;
  at: number;
}

/**
 * What falls due and when, kept beside the documents and derived from them whenever one is written:
 * nobody has to remember to plan, change or cancel a renewal.
 */
export class Schedule {
  readonly #store: Store;
  readonly #dues: readonly Due[];

  constructor(store: Store, dues: readonly Due[]) {
    this.#store = store;
    this.#dues = dues;
    store.database.exec(schema);
    store.onRemove((id) => store.run("delete from due where id = ?", id));
  }

  /** Plans what a document's present state makes due. */
  plan(document: Document, call: Call): void {
    for (const [rank, { name, kind, at }] of this.#dues.entries()) {
      if (kind !== document.object) continue;
      this.#store.run(
        `insert into due (name, id, rank, at) values (?, ?, ?, ?)
         on conflict (name, id) do update set at = excluded.at, rank = excluded.rank`,
        name,
        document.id,
        rank,
        at(document, call),
      );
    }
  }

  /** Plans for all documents: what they make due may have changed with the program. */
  planAll(call: Call): void {
    for (const kind of new Set(this.#dues.map((one) => one.kind))) {
      for (const document of this.#store.all(kind)) this.plan(document, call);
    }
  }

  /** The first moment up to `until` that has not been; of one time, in the order of declaration. */
  next(until: number): Moment | undefined {
    return this.#store.row(
      `select name, id, at from due where at <= ? and ran_at is not at
       order by at, rank, seq limit 1`,
      until,
    ) as Moment | undefined;
  }

  /** When the next moment is, however far. */
  nextAt(): number | undefined {
    const row: Row | undefined = this.#store.row(
      "select min(at) as at from due where at is not null and ran_at is not at",
    );
    return row?.at == null ? undefined : Number(row.at);
  }

  /** Lets a moment happen, once. */
  run(call: Call, moment: Moment): void {
    this.skip(moment);
    const one = this.#dues.find(({ name }) => name === moment.name);
    one?.run(call, moment.id);
  }

  /** Marks a moment as past. */
  skip({ name, id, at }: Moment): void {
    this.#store.run("update due set ran_at = ? where name = ? and id = ?", at, name, id);
  }
}
