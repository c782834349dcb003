import { dirname } from "node:path";
import { writeWhole } from "../write-whole.ts";

/** A record as emulate's services keep it. */
export interface StoredRecord {
  id: number;
  created_at: string;
  updated_at: string;
  [field: string]: unknown;
}

/** A collection of records with the calls that emulate's services make. */
export interface Collection {
  insert(fields: Record<string, unknown>): StoredRecord;
  update(id: number, fields: Record<string, unknown>): StoredRecord | undefined;
  delete(id: number): boolean;
  all(): StoredRecord[];
  findBy(field: string, value: unknown): StoredRecord[];
  findOneBy(field: string, value: unknown): StoredRecord | undefined;
}

/** Collections by name, in memory and, where a file is given, in it. */
export interface RecordStore {
  collection(name: string): Collection;
  close(): void;
}

/** One change, a line of the file. */
type Change =
  | { collection: string; put: StoredRecord }
  | { collection: string; remove: number };

/** More than anyone reads: the file of a stack that runs for months stays small. */
const keptRecords = 1000;

/**
 * Opens the store. The file is a journal of changes, one JSON a line, since a mail a second into
 * one big document would write that document every second; opening writes it anew without what was
 * overwritten. A line cut short by a crash is the last one, and is left out.
 */
export async function openRecordStore(file?: string): Promise<RecordStore> {
  const records = new Map<string, Map<number, StoredRecord>>();
  const collections = new Map<string, Collection>();
  let journal: Deno.FsFile | undefined;

  const recordsOf = (name: string) => {
    const found = records.get(name) ?? new Map<number, StoredRecord>();
    records.set(name, found);
    return found;
  };

  function apply(change: Change): void {
    const held = recordsOf(change.collection);
    if ("put" in change) held.set(change.put.id, change.put);
    else held.delete(change.remove);
    journal?.writeSync(new TextEncoder().encode(JSON.stringify(change) + "\n"));
  }

  if (file !== undefined) {
    await Deno.mkdir(dirname(file), { recursive: true });
    for (const change of await readChanges(file)) apply(change);
    const lines = [...records].flatMap(([collection, held]) =>
      [...held.values()].slice(-keptRecords).map((put) =>
        JSON.stringify({ collection, put }) + "\n"
      )
    );
    records.forEach((held) =>
      [...held.keys()].slice(0, -keptRecords).forEach((id) => held.delete(id))
    );
    await writeWhole(file, lines.join(""), { mode: 0o600 });
    journal = await Deno.open(file, { append: true });
  }

  function collection(name: string): Collection {
    const held = recordsOf(name);
    let last = Math.max(0, ...held.keys());
    const findBy = (field: string, value: unknown) =>
      [...held.values()].filter((record) => record[field] === value);
    return {
      insert(fields) {
        const now = new Date().toISOString();
        const id = ++last;
        const put = { ...fields, id, created_at: now, updated_at: now };
        apply({ collection: name, put });
        return put;
      },
      update(id, fields) {
        const before = held.get(id);
        if (!before) return;
        const put = { ...before, ...fields, id, updated_at: new Date().toISOString() };
        apply({ collection: name, put });
        return put;
      },
      delete(id) {
        const there = held.has(id);
        if (there) apply({ collection: name, remove: id });
        return there;
      },
      all: () => [...held.values()],
      findBy,
      findOneBy: (field, value) => findBy(field, value)[0],
    };
  }

  return {
    // One of each name: it counts its records.
    collection(name) {
      const known = collections.get(name) ?? collection(name);
      collections.set(name, known);
      return known;
    },
    close: () => journal?.close(),
  };
}

async function readChanges(file: string): Promise<Change[]> {
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}
