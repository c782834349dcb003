/**
 * The schema as SQL text, out of the catalogue: what the migrations have made, in an order that
 * depends on names alone, so that a change of the database is a small change of the text.
 *
 * pg_dump is not among the embedded programs; and a reader wants grants and policies beside their table.
 */
import type postgres from "postgres";
import { dumpFunctions } from "./schema-functions.ts";
import { dumpTables } from "./schema-tables.ts";

/** The schemas that are the product's own. */
export const ownSchemas = ["private", "public"];

/** `text` as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Grants of one object, one line a grantee: privileges in order, and columns where they are granted. */
export function grantLines(
  kind: string,
  object: string,
  grants: { grantee: string; privileges: string[] }[],
): string[] {
  return grants.map(({ grantee, privileges }) =>
    `grant ${privileges.join(", ")} on ${kind}${object} to ${grantee};`
  );
}

async function dumpSchemas(sql: postgres.Sql): Promise<string> {
  const schemas = await sql<{ name: string; comment: string | null; usage: string[] }[]>`
    select nspname as name, obj_description(oid, 'pg_namespace') as comment,
      array(select grantee.rolname::text from aclexplode(nspacl) as acl
        join pg_catalog.pg_roles as grantee on grantee.oid = acl.grantee
        where acl.privilege_type = 'USAGE' and acl.grantee <> nspowner
          and grantee.rolname in ('anon', 'authenticated', 'service_role')
        order by 1) as usage
    from pg_catalog.pg_namespace where nspname = any (${ownSchemas}) order by 1`;
  return schemas.map(({ name, comment, usage }) =>
    [
      `create schema ${name};`,
      ...(comment === null ? [] : [`comment on schema ${name} is ${literal(comment)};`]),
      ...(usage.length === 0 ? [] : [`grant usage on schema ${name} to ${usage.join(", ")};`]),
    ].join("\n")
  ).join("\n\n");
}

async function dumpTypes(sql: postgres.Sql): Promise<string> {
  const types = await sql<{ name: string; definition: string; comment: string | null }[]>`
    select type.oid::regtype::text as name, obj_description(type.oid, 'pg_type') as comment,
      case type.typtype
        when 'e' then 'enum (' || (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)
          from pg_catalog.pg_enum where enumtypid = type.oid) || ')'
        else 'domain over ' || format_type(type.typbasetype, type.typtypmod)
      end as definition
    from pg_catalog.pg_type as type
    join pg_catalog.pg_namespace as namespace on namespace.oid = type.typnamespace
    where namespace.nspname = any (${ownSchemas}) and type.typtype in ('e', 'd')
    order by 1`;
  return types.map(({ name, definition, comment }) =>
    [
      `create type ${name} as ${definition};`,
      ...(comment === null ? [] : [`comment on type ${name} is ${literal(comment)};`]),
    ].join("\n")
  ).join("\n\n");
}

/** What the product adds to the platform's own tables. */
async function dumpPlatform(sql: postgres.Sql): Promise<string> {
  const policies = await sql<{ definition: string }[]>`
    select format('create policy %I on %I.%I for %s to %s%s%s;', policyname, schemaname, tablename,
      lower(cmd), array_to_string(roles, ', '),
      E'\n  using (' || qual || ')', E'\n  with check (' || with_check || ')') as definition
    from pg_catalog.pg_policies where schemaname <> all (${ownSchemas}) order by 1`;
  const triggers = await sql<{ definition: string }[]>`
    select pg_get_triggerdef(trigger.oid, true) || ';' as definition
    from pg_catalog.pg_trigger as trigger
    join pg_catalog.pg_class as relation on relation.oid = trigger.tgrelid
    join pg_catalog.pg_proc as called on called.oid = trigger.tgfoid
    where not trigger.tgisinternal and relation.relnamespace::regnamespace::text <> all (${ownSchemas})
      and called.pronamespace::regnamespace::text = any (${ownSchemas})
    order by relation.oid::regclass::text, trigger.tgname`;
  const buckets = await sql<{ definition: string }[]>`
    select format('insert into storage.buckets (id, public, file_size_limit, allowed_mime_types)%s  values (%L, %L, %L, %L);',
      E'\n', id, public, file_size_limit, allowed_mime_types) as definition
    from storage.buckets order by id`;
  const defaults = await sql<{ definition: string }[]>`
    select format('-- new %s of %s%s: %s', case defaclobjtype
        when 'f' then 'functions' when 'r' then 'tables' when 'S' then 'sequences' else 'types' end,
      defaclrole::regrole, case when defaclnamespace = 0 then '' else ' in ' || defaclnamespace::regnamespace end,
      case when defaclacl = '{}' then 'nothing to anybody' else defaclacl::text end) as definition
    from pg_catalog.pg_default_acl where defaclrole::regrole::text = 'postgres' order by 1`;
  const groups: [string, { definition: string }[]][] = [
    ["-- Default privileges", defaults],
    ["-- Triggers on the platform's tables", triggers],
    ["-- Policies on the platform's tables", policies],
    ["-- Storage buckets", buckets],
  ];
  return groups.filter(([, found]) => found.length > 0)
    .map(([title, found]) => [title, ...found.map((one) => one.definition)].join("\n"))
    .join("\n\n");
}

/** The whole text; the same for the same schema. */
export async function dumpSchema(sql: postgres.Sql): Promise<string> {
  const parts = [
    "-- The database's schema, written by `task schema` from the migrations: not to be edited or run, but\n" +
    "-- read, and reviewed as a diff. Ordered by name; `task drift` fails when it is out of date.",
    await dumpSchemas(sql),
    await dumpTypes(sql),
    await dumpTables(sql, ownSchemas),
    await dumpFunctions(sql, ownSchemas),
    await dumpPlatform(sql),
  ];
  return parts.filter((part) => part !== "").join("\n\n") + "\n";
}
