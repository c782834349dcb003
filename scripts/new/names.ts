/** Which names are taken, and which are none: what is refused is said before anything is written. */
import { parse } from "smol-toml";
import type { Tree } from "../gates/tree.ts";
import { template } from "./scaffold.ts";

/** A name that cannot be used; the message says why, and what to do. */
export class NameRefused extends Error {
  override name = "NameRefused";
}

/** Of ECMAScript: what names no constant in a module. */
const reservedWords = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export " +
    "extends false finally for function if implements import in instanceof interface let new null package " +
    "private protected public return static super switch this throw true try typeof var void while with yield " +
    // Values of the global object that TypeScript lets no module name anew.
    "undefined globalThis")
    .split(" "),
);

/** Of Postgres 17 (https://www.postgresql.org/docs/17/sql-keywords-appendix.html): what names no table unquoted. */
const reservedInSql = new Set(
  ("all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate " +
    "collation column concurrently constraint create cross current_catalog current_date current_role " +
    "current_schema current_time current_timestamp current_user default deferrable desc distinct do else end " +
    "except false fetch for foreign freeze from full grant group having ilike in initially inner intersect " +
    "into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null " +
    "offset on only or order outer overlaps placing primary references returning right select session_user " +
    "similar some symmetric system_user table tablesample then to trailing true union unique user using " +
    "variadic verbose when where window with").split(" "),
);

function refuse(what: string, name: string, why: string): never {
  throw new NameRefused(`cannot make the ${what} ${JSON.stringify(name)}: ${why}`);
}

/** `text` in camel case: how a constant is named for a kind or a table. */
export function camelCase(text: string): string {
  return text.replaceAll(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Refuses a name that a template's module already has, of what it imports. */
export async function refuseImported(
  what: string,
  name: string,
  constant: string,
  file: string,
  others: string[] = [],
): Promise<void> {
  const imports = (await template(file)).matchAll(/^import (?:\* as (\w+)|\{([^}]*)\}) from /gm);
  const imported = [...imports].flatMap(([, all, some]) =>
    all ?? some!.split(",").map((one) => one.replace(/^\s*type /, "").trim())
  );
  if (imported.includes(constant) || others.includes(constant)) {
    refuse(what, name, `the example has something else of this name, ${constant}`);
  }
}

/**
 * A name for an endpoint: small letters and hyphens, in no use yet.
 *
 * @throws {NameRefused}
 */
export async function endpointName(tree: Tree, name: string): Promise<string> {
  if (!/^[a-z]+(-[a-z]+)*$/.test(name) || name.length > 48) {
    refuse(
      "endpoint",
      name,
      "a name is words of small letters with hyphens between them, such as note-create, " +
        "48 characters at most",
    );
  }
  const config = parse(await tree.read("supabase/config.toml")) as { functions: object };
  const isTaken = Object.hasOwn(config.functions, name) ||
    tree.paths.some((path) => path.startsWith(`supabase/functions/${name}/`));
  if (isTaken) {
    refuse("endpoint", name, `supabase/functions/${name}/index.ts is there already`);
  }
  const test = `tests/${name}.test.ts`;
  if (tree.paths.includes(test)) refuse("endpoint", name, `${test} is there already`);
  return name;
}

/** Words with underscores between them, as tables and kinds of jobs are named. */
function snakeName(what: string, name: string, example: string): void {
  if (!/^[a-z]+(_[a-z]+)*$/.test(name) || name.length > 48) {
    refuse(
      what,
      name,
      `a name is words of small letters with underscores between them, such as ${example}, ` +
        "48 characters at most",
    );
  }
}

/**
 * A name for a table of the schema `public`.
 *
 * @throws {NameRefused}
 */
export async function tableName(tree: Tree, name: string): Promise<string> {
  snakeName("table", name, "notes");
  if (reservedInSql.has(name)) refuse("table", name, "SQL keeps this word for itself");
  const schema = await tree.read("docs/schema.sql");
  if (new RegExp(`^create (table|view) (public|private)\\.${name}\\b`, "m").test(schema)) {
    refuse("table", name, "docs/schema.sql has a table of this name");
  }
  const folder = `supabase/functions/_shared/${name.replaceAll("_", "-")}`;
  const files = [`${folder}.ts`, `tests/rls/matrix/${name.replaceAll("_", "-")}.ts`];
  const held = tree.paths.find((path) => files.includes(path) || path.startsWith(`${folder}/`));
  if (held !== undefined) refuse("table", name, `${held} is there already`);
  return name;
}

/**
 * A name for a kind of job.
 *
 * @throws {NameRefused}
 */
export async function jobName(tree: Tree, name: string): Promise<string> {
  snakeName("job", name, "report_send");
  const file = `${name.replaceAll("_", "-")}.ts`;
  const folder = "supabase/functions/_shared/jobs";
  const test = `tests/jobs/${name.replaceAll("_", "-")}.test.ts`;
  const held = [`${folder}/${file}`, test].find((path) => tree.paths.includes(path));
  if (held !== undefined) refuse("job", name, `${held} is there already`);
  // Loaded here alone, since it brings every handler with it.
  const { jobKinds } = await import("../../supabase/functions/_shared/jobs/registry.ts");
  const own = await tree.read(`${folder}/own.ts`);
  if (Object.hasOwn(jobKinds, name) || new RegExp(`^  ${name}\\b`, "m").test(own)) {
    refuse("job", name, "a kind of this name is registered already");
  }
  if (reservedWords.has(camelCase(name))) {
    refuse("job", name, "TypeScript keeps this word for itself");
  }
  await refuseImported("job", name, camelCase(name), "job.ts.template", ["ownJobKinds"]);
  return name;
}
