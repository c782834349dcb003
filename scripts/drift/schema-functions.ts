/** The functions of the schema dump. */
import type postgres from "postgres";
import { grantLines, literal } from "./schema.ts";

/** Every function with its comment and who may execute it. */
export async function dumpFunctions(sql: postgres.Sql, schemas: string[]): Promise<string> {
  const functions = await sql<
    { signature: string; definition: string; comment: string | null; grantees: string[] }[]
  >`
    select format('%I.%I(%s)', namespace.nspname, proc.proname, array_to_string(array(
        select format_type(type, null) from unnest(proc.proargtypes) as type), ', ')) as signature,
      pg_get_functiondef(proc.oid) as definition,
      obj_description(proc.oid, 'pg_proc') as comment,
      array(select coalesce(grantee.rolname::text, 'public')
        from aclexplode(coalesce(proc.proacl, acldefault('f', proc.proowner))) as acl
        left join pg_catalog.pg_roles as grantee on grantee.oid = acl.grantee
        where acl.grantee <> proc.proowner order by 1) as grantees
    from pg_catalog.pg_proc as proc
    join pg_catalog.pg_namespace as namespace on namespace.oid = proc.pronamespace
    where namespace.nspname = any (${schemas})
    order by 1`;
  return functions.map(({ signature, definition, comment, grantees }) =>
    [
      definition.trimEnd() + ";",
      ...(comment === null ? [] : [`comment on function ${signature} is ${literal(comment)};`]),
      ...grantLines(
        "function ",
        signature,
        grantees.map((grantee) => ({ grantee, privileges: ["execute"] })),
      ),
    ].join("\n")
  ).join("\n\n");
}
