/** What must have a row in the access matrix: each object of the database and each column, one line each. */
import type { Sql } from "../support/database.ts";
import type { BucketAccess, FunctionAccess, TableAccess } from "./access.ts";
import type { TransactionSql } from "postgres";

/** Lines such as `table public.profiles` and `column public.profiles.name`. */
export type Inventory = Set<string>;

export interface Matrix {
  schemas: Record<string, readonly string[]>;
  tables: Record<string, TableAccess>;
  functions: Record<string, FunctionAccess>;
  buckets: Record<string, BucketAccess>;
  sequences: readonly string[];
  types: readonly string[];
}

/** What the matrix names. */
export function declaredIn(matrix: Matrix): Inventory {
  return new Set([
    ...Object.keys(matrix.schemas).map((name) => `schema ${name}`),
    ...Object.entries(matrix.tables).flatMap(([name, { view, columns }]) => [
      `${view ? "view" : "table"} ${name}`,
      ...columns.map((column) => `column ${name}.${column}`),
    ]),
    ...Object.keys(matrix.functions).map((name) => `function ${name}`),
    ...Object.keys(matrix.buckets).map((name) => `bucket ${name}`),
    ...matrix.sequences.map((name) => `sequence ${name}`),
    ...matrix.types.map((name) => `type ${name}`),
  ]);
}

/** What the database has. Schemas of the platform and of Postgres are not the product's. */
export async function foundIn(sql: Sql | TransactionSql): Promise<Inventory> {
  const rows = await sql<{ line: string }[]>`
    with own as (
      select oid, nspname as schema from pg_catalog.pg_namespace
      where nspname !~ '^pg_'
        and nspname not in ('information_schema', 'auth', 'storage', 'extensions', 'supabase_migrations')
    ), relation as (
      select class.oid, class.relkind, own.schema || '.' || class.relname as name
      from pg_catalog.pg_class as class join own on own.oid = class.relnamespace
    )
    select 'schema ' || schema as line from own
    union all
    select case relkind when 'v' then 'view ' when 'm' then 'materialized view ' when 'f' then 'foreign table '
      else 'table ' end || name
    from relation where relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select 'column ' || relation.name || '.' || attribute.attname
    from relation join pg_catalog.pg_attribute as attribute on attribute.attrelid = relation.oid
    where relation.relkind in ('r', 'p', 'v', 'm', 'f')
      and attribute.attnum > 0 and not attribute.attisdropped
    union all
    -- An identity column's own is reached by its table's grants alone.
    select 'sequence ' || name from relation
    where relkind = 'S' and not exists (
      select from pg_catalog.pg_depend as depend
      where depend.classid = 'pg_class'::regclass and depend.objid = relation.oid and depend.deptype = 'i')
    union all
    select 'function ' || own.schema || '.' || proc.proname || '(' ||
      array_to_string(array(select format_type(type, null) from unnest(proc.proargtypes) as type), ',') || ')'
    from pg_catalog.pg_proc as proc join own on own.oid = proc.pronamespace
    union all
    select 'type ' || own.schema || '.' || type.typname
    from pg_catalog.pg_type as type join own on own.oid = type.typnamespace
    -- A table's row type and an array's come with what they are of.
    where type.typtype in ('d', 'e', 'r', 'b') and type.typcategory <> 'A'
      or type.typtype = 'c' and exists (
        select from pg_catalog.pg_class where oid = type.typrelid and relkind = 'c')
    union all
    select 'bucket ' || id from storage.buckets`;
  return new Set(rows.map(({ line }) => line));
}

/** What one side has and the other has not. */
export function unaccounted(found: Inventory, declared: Inventory): string[] {
  return [
    ...found.difference(declared).values().map((line) => `not in the matrix: ${line}`),
    ...declared.difference(found).values().map((line) => `not in the database: ${line}`),
  ].toSorted();
}
