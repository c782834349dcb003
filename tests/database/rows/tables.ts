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

/** How many rows each table has. */
export async function rowCounts(sql: Sql, names: string[]): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const counts = names.map((name) =>
    `select '${name}' as name, count(*)::int as rows from ${name}`
  );
  const rows = await sql.unsafe<{ name: string; rows: number }[]>(counts.join(" union all "));
  return new Map([...rows].map(({ name, rows }) => [name, rows]));
}
