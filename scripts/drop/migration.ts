/**
 * The migration that takes a part out of the database. Those that made it stay: a project that runs has
 * applied them, the next one to be set up gets the same history, and merging an upgrade meets no file that
 * was rewritten.
 */
import { join } from "node:path";
import { readMigrations } from "../../local/postgres/migrate.ts";
import { type Objects, objectsOf } from "./objects.ts";
import type { Part } from "./part.ts";
import { remove } from "./tree.ts";

const folder = "supabase/migrations";

/** A comma-separated list in lines of at most 110 characters. */
function listed(names: readonly string[]): string {
  const lines = [""];
  for (const name of names) {
    const line = lines.at(-1)!;
    if (line.length + name.length > 106) lines.push(name);
    else lines[lines.length - 1] = line === "" ? name : `${line}, ${name}`;
  }
  return lines.map((line) => `  ${line}`).join(",\n");
}

function dropping({ tables, functions }: Objects): string {
  const rules = ["retention_rules", "retention_reasons", "personal_data"].map((table) =>
    `delete from private.${table} where relation in (\n${
      listed(tables.map((name) => `'${name}'`))
    }\n);`
  );
  return [
    "-- Its tables, with their triggers and policies, and what rules say of them.",
    ...rules,
    `drop table if exists\n${listed(tables)}\ncascade;`,
    "-- Its functions. Those that took or gave rows of a table went with it.",
    `drop function if exists\n${listed(functions)};`,
  ].join("\n\n");
}

const suffix = (part: Part) => `without_${part.name}`;

/** How the list begins of those of the part's migrations that a clone already had. */
const before = (part: Part) => `-- The ${part.name}'s migrations before this one:\n`;

/**
 * Writes the migration, if there is something to drop. After an upgrade: deletes what it brought of the
 * part's migrations, whose tables are not there any more, and writes another where the upgrade says
 * otherwise what goes.
 *
 * @returns what was done, for people
 */
export async function writeMigration(root: string, part: Part): Promise<string[]> {
  const told: string[] = [];
  const all = await readMigrations(join(root, folder));
  const fileOf = (one: { version: string; name: string }) => `${one.version}_${one.name}.sql`;
  const own = all.filter((one) => part.migrations.test(fileOf(one)));
  const earlier = all.filter((one) => one.name === suffix(part));
  const first = earlier[0];

  const known = first === undefined ? own : own.filter((one) => first.sql.includes(fileOf(one)));
  const late = own.filter((one) => !known.includes(one));
  await remove(root, late.map((one) => `${folder}/${fileOf(one)}`));
  told.push(...late.map((one) => `${folder}/${fileOf(one)}: deleted, an upgrade brought it`));

  const others = all.filter((one) => !own.includes(one) && !earlier.includes(one));
  const texts = (some: { sql: string }[]) => some.map((one) => one.sql);
  const text = [
    `-- Without the ${part.name}: written by \`task drop ${part.name}\`, which says why it is one more migration.`,
    await Deno.readTextFile(part.sql),
    dropping(objectsOf(texts(known), texts(others), part.kept)),
  ].map((one) => one.trim()).join("\n\n");

  // What was written last still says what goes, unless a later migration says it anew.
  const last = earlier.at(-1);
  const shared = /^create (?:or replace )?function ([\w.]+)/gm;
  const restored = [...text.matchAll(shared)].map((match) => match[1]!);
  const redone = last !== undefined &&
    others.some((one) =>
      one.version > last.version && restored.some((name) => one.sql.includes(`function ${name}(`))
    );
  if (last?.sql.startsWith(text) && !redone) return told;

  const version = BigInt(all.filter((one) => !late.includes(one)).at(-1)!.version) + 1n;
  const name = `${version}_${suffix(part)}.sql`;
  const record = before(part) + known.map((one) => `--   ${fileOf(one)}`).join("\n");
  await Deno.writeTextFile(join(root, folder, name), `${text}\n\n${record}\n`);
  return [...told, `${folder}/${name}: written`];
}
