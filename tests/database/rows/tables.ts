/** What the catalogue says of our tables: what a row of one may be made of. */
import type { Sql } from "postgres";

/** A column that a row may give a value. */
export interface Column {
  name: string;
  type: string;
  notNull: boolean;
  hasDefault: boolean;
}

/** A foreign key: these columns name a row of another table. */
export interface ForeignKey {
  columns: string[];
  table: string;
  referenced: string[];
}

/** A table as a migration has left it. */
export interface Table {
  /** With its schema. */
  name: string;
  columns: Column[];
  foreignKeys: ForeignKey[];
  /** The checks' conditions. */
  checks: string[];
  /** Changes when a column or a constraint does. */
  signature: string;
}

/** The tables of `public` and `private`. */
export async function tablesOf(sql: Sql): Promise<Table[]> {
  const rows = await sql<Table[]>`
    select relation.oid::regclass::text as name,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'name', attribute.attname, 'type', format_type(attribute.atttypid, null),
          'notNull', attribute.attnotnull, 'hasDefault', attribute.atthasdef
        ) order by attribute.attnum), '[]')
        from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = relation.oid and attribute.attnum > 0
          and not attribute.attisdropped and attribute.attidentity = '' and attribute.attgenerated = ''
      ) as columns,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'columns', (select jsonb_agg(attribute.attname order by place)
            from unnest(held.conkey) with ordinality as key (num, place)
            join pg_catalog.pg_attribute as attribute
              on attribute.attrelid = held.conrelid and attribute.attnum = key.num),
          'table', held.confrelid::regclass::text,
          'referenced', (select jsonb_agg(attribute.attname order by place)
            from unnest(held.confkey) with ordinality as key (num, place)
            join pg_catalog.pg_attribute as attribute
              on attribute.attrelid = held.confrelid and attribute.attnum = key.num)
        )), '[]')
        from pg_catalog.pg_constraint as held
        where held.conrelid = relation.oid and held.contype = 'f'
      ) as "foreignKeys",
      (select coalesce(jsonb_agg(pg_get_constraintdef(held.oid)), '[]')
        from pg_catalog.pg_constraint as held
        where held.conrelid = relation.oid and held.contype = 'c') as checks,
      md5(
        (select string_agg(attname || atttypid || attnotnull, ',' order by attnum)
          from pg_catalog.pg_attribute where attrelid = relation.oid and attnum > 0)
        || (select coalesce(string_agg(pg_get_constraintdef(held.oid), ',' order by conname), '')
          from pg_catalog.pg_constraint as held where held.conrelid = relation.oid)
      ) as signature
    from pg_catalog.pg_class as relation
    where relation.relkind in ('r', 'p') and not relation.relispartition
      and relation.relnamespace::regnamespace::text in ('public', 'private')
    order by relation.oid`;
  return [...rows].map((row) => ({
    ...row,
    // The search path leaves `public` out of names.
    name: row.name.includes(".") ? row.name : `public.${row.name}`,
  }));
}

/** Rows by table, each by its columns. */
export type Rows = Map<string, Record<string, unknown>[]>;

/** What each table holds. */
export async function readRows(sql: Sql, names: string[]): Promise<Rows> {
  const held: Rows = new Map(names.map((name) => [name, []]));
  if (names.length === 0) return held;
  const each = names.map((name) =>
    `select '${name}' as name, to_jsonb(held) as row from ${name} as held`
  );
  const rows = await sql.unsafe<{ name: string; row: Record<string, unknown> }[]>(
    each.join(" union all "),
  );
  for (const { name, row } of rows) held.get(name)!.push(row);
  return held;
}
