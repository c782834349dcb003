/**
 * Rows of whatever table: values by type, what the checks list, and rows that foreign keys name. What the
 * checks and triggers ask for beyond that is found by trying: a row that is refused is made anew.
 */
import fc from "fast-check";
import type { Sql } from "postgres";
import type { Column, Table } from "./tables.ts";

type Value = string | number | boolean | null;
/** Gives numbers from 0 to 1, the same ones each run. */
export type Random = () => number;

function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

/** Texts that a check names for the column: those it lists, or some of its pattern. */
function fromChecks(column: string, checks: string[]): string[] {
  const own = checks.filter((check) => new RegExp(`\\b"?${column}"?\\b`).test(check));
  const listed = own.flatMap((check) => {
    const list = new RegExp(`\\b"?${column}"? = ANY \\(\\(?ARRAY\\[([^\\]]*)\\]`).exec(check)?.[1];
    return [...(list ?? "").matchAll(/'((?:[^']|'')*)'::/g)].map((match) => match[1]!);
  });
  if (listed.length > 0) return listed;
  const compared = own.flatMap((check) =>
    [...check.matchAll(new RegExp(`\\b"?${column}"? (?:=|<>) '([^']*)'::text`, "g"))].map((match) =>
      match[1]!
    )
  );
  const patterns = own.flatMap((check) => {
    const pattern = new RegExp(`\\b"?${column}"? ~ '((?:[^']|'')*)'`).exec(check)?.[1];
    return pattern === undefined ? [] : [pattern.replaceAll("''", "'")];
  });
  const samples = patterns.flatMap((pattern) => {
    try {
      return fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 3, seed: 1 });
    } catch {
      // Postgres knows patterns that JavaScript does not.
      return [];
    }
  });
  return [...compared, ...samples];
}

const moments = ["2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z"];

const byType: Record<string, readonly Value[]> = {
  boolean: [true, false],
  smallint: [1, 0, 2, 10],
  integer: [1, 0, 2, 1000],
  bigint: [1, 0, 2, 1000],
  numeric: ["1", "0.5"],
  "timestamp with time zone": moments,
  "timestamp without time zone": ["2026-01-01T00:00:00", "2026-06-01T00:00:00"],
  date: ["2026-01-01"],
  interval: ["1 day", "7 days"],
  jsonb: ["{}", "[]", '{"a": 1}'],
  "text[]": ['{"a"}', "{}", '{"order.paid"}', '{"FR"}', '{"workspace:read"}'],
  "uuid[]": ["{}"],
  "bigint[]": ["{}", "{1}"],
  "integer[]": ["{}", "{1}"],
  "smallint[]": ["{}", "{1}"],
  tsvector: ["'a' 'b'"],
  bytea: ["\\x00"],
  inet: ["127.0.0.1"],
};

function text(column: string, random: Random): string {
  const unique = String(Math.floor(random() * 2 ** 40).toString(36));
  return oneOf(random, [
    `${column.replaceAll("_", "-")}-${unique}`,
    `text ${unique}`,
    `${unique}@example.com`,
    `https://example.com/${unique}`,
    "EUR",
    "FR",
    "en",
  ]);
}

/** What the checks name for each column, by table as it is: making texts of a pattern takes a while. */
const named = new Map<string, string[]>();

function namedByChecks(column: Column, { name, signature, checks }: Table): string[] {
  const key = `${name}.${column.name} ${signature}`;
  let found = named.get(key);
  if (found === undefined) named.set(key, found = fromChecks(column.name, checks));
  return found;
}

function valueOf(column: Column, table: Table, random: Random): Value {
  const checked = namedByChecks(column, table);
  if (checked.length > 0 && random() < 0.9) return oneOf(random, checked);
  if (column.type === "uuid") return crypto.randomUUID();
  if (column.type === "text" || column.type === "character varying") {
    return text(column.name, random);
  }
  const known = byType[column.type];
  if (known !== undefined) return oneOf(random, known);
  throw new Error(`cannot make a value of ${table.name}.${column.name}: ${column.type}`);
}

/**
 * Columns that nothing writes before a later migration, which says what may be in them: no database has
 * such rows.
 */
const notYetWritten: Record<string, string[]> = {
  // References usage_reports, which 20261125000420 makes.
  "public.usage_records": ["report_id"],
};

/** Key values of rows that there are, by table and columns. */
export type Keys = Map<string, Record<string, Value>[]>;

async function keysOf(sql: Sql, { table, referenced }: Table["foreignKeys"][number], keys: Keys) {
  const name = `${table} ${referenced}`;
  let found = keys.get(name);
  if (found === undefined) {
    const columns = referenced.map((one) => `"${one}"::text`).join(", ");
    found = [
      ...await sql.unsafe<Record<string, Value>[]>(
        `select ${columns} from ${table} order by ctid desc limit 12`,
      ),
    ];
    keys.set(name, found);
  }
  return found;
}

/** One attempt at a row; undefined where a table that it must name has none. */
async function candidate(
  sql: Sql,
  table: Table,
  random: Random,
  keys: Keys,
): Promise<Record<string, Value> | undefined> {
  const row: Record<string, Value> = {};
  // Of one attempt: how many of what may be left out is.
  const sparse = random();
  const leftOut = ({ notNull, hasDefault }: Column) => {
    if (notNull && !hasDefault) return false;
    return random() < sparse;
  };
  const keyed = new Set(table.foreignKeys.flatMap(({ columns }) => columns));
  for (const column of table.columns) {
    if (keyed.has(column.name) || leftOut(column)) continue;
    if (notYetWritten[table.name]?.includes(column.name)) continue;
    row[column.name] = valueOf(column, table, random);
  }
  for (const key of table.foreignKeys) {
    const columns = key.columns.map((name) => table.columns.find((one) => one.name === name));
    const optional = columns.every((one) => one === undefined || leftOut(one));
    if (optional) continue;
    const referenced = await keysOf(sql, key, keys);
    if (referenced.length === 0) {
      if (columns.some((one) => one?.notNull)) return undefined;
      continue;
    }
    const chosen = oneOf(random, referenced);
    key.columns.forEach((name, index) => row[name] = chosen[key.referenced[index]!]!);
  }
  return row;
}

const quoted = (value: Value) =>
  value === null
    ? "null"
    : typeof value === "string"
    ? `'${value.replaceAll("'", "''")}'`
    : String(value);

/** The statement that inserts a row. */
export function insertion(table: string, row: Record<string, Value>): string {
  const names = Object.keys(row);
  return names.length === 0
    ? `insert into ${table} default values`
    : `insert into ${table} (${names.map((name) => `"${name}"`).join(", ")})
       values (${names.map((name) => quoted(row[name]!)).join(", ")})`;
}

/** What came of making rows. */
export interface Made {
  rows: number;
  /** Why an attempt was refused; empty if none was. */
  refusal: string;
}

const attemptsAtOnce = 24;

/** Tries them in one statement, each on its own, until `most` are in. */
function attempts(insertions: string[], most: number): string {
  const each = insertions.map((insertion) => `
    if made < ${most} then
      begin
        ${insertion};
        made := made + 1;
      exception when others then refusal := sqlerrm;
      end;
    end if;`);
  return `
    do $attempts$
    declare
      made integer := 0;
      refusal text := '';
    begin
      ${each.join("")}
      perform set_config('rows.made', made::text, false), set_config('rows.refusal', refusal, false);
    end;
    $attempts$;
    select current_setting('rows.made')::int as rows, current_setting('rows.refusal') as refusal`;
}

/** Inserts up to `most` rows, in so many rounds of attempts at most. */
export async function makeRows(
  sql: Sql,
  table: Table,
  { most, rounds, random, keys }: { most: number; rounds: number; random: Random; keys: Keys },
): Promise<Made> {
  const made: Made = { rows: 0, refusal: "" };
  for (let round = 0; round < rounds && made.rows < most; round++) {
    const candidates: string[] = [];
    for (let count = 0; count < (round === 0 ? most * 2 : attemptsAtOnce); count++) {
      const row = await candidate(sql, table, random, keys);
      if (row === undefined) return { ...made, refusal: "a table that it must name has no rows" };
      candidates.push(insertion(table.name, row));
    }
    const results = await sql.unsafe(attempts(candidates, most - made.rows)) as unknown as Made[][];
    const [came] = results.at(-1)!;
    made.rows += came!.rows;
    made.refusal = came!.refusal || made.refusal;
  }
  return made;
}
