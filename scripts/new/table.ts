/**
 * An endpoint with a table of its own: migration with RLS, its row in the access matrix, an example for the
 * tests of repeated requests, and tests of what nobody else sees.
 */
import type { Tree } from "../gates/tree.ts";
import { registered } from "./endpoint.ts";
import { camelCase, endpointName, refuseImported, tableName } from "./names.ts";
import { filled, insertedAfter, type Scaffold } from "./scaffold.ts";

const migrations = "supabase/migrations/";
const matrix = "tests/rls/matrix/own.ts";
const examples = "tests/endpoints/suite/own-examples.ts";

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

/** The name of one row, as English has it for most nouns; else that of the table. */
function singular(table: string): string {
  if (table.endsWith("ies")) return `${table.slice(0, -3)}y`;
  return /[^s]s$/.test(table) ? table.slice(0, -1) : table;
}

/** A version after every migration that is there: the time, as the Supabase CLI writes it, or one more. */
function nextVersion(tree: Tree, now: Date): string {
  const time = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const last = tree.paths.filter((path) => path.startsWith(migrations))
    .map((path) => path.slice(migrations.length, migrations.length + 14)).sort().at(-1) ?? "";
  return time > last ? time : String(BigInt(last) + 1n);
}

/** An import behind the others of a file. */
function imported(text: string, line: string): string {
  return text.replace(/(?:^import .*\n)+/m, (held) => `${held}${line}\n`);
}

async function matrixWith(tree: Tree, constant: string, file: string): Promise<string> {
  const text = await insertedAfter(
    tree,
    matrix,
    "export const ownTables: Record<string, TableAccess> = {",
    `\n  ...${constant}Tables,\n`,
  );
  return imported(text, `import { ${constant}Tables } from "./${file}.ts";`);
}

async function exampleOf(tree: Tree, name: string, table: string): Promise<string> {
  const text = await insertedAfter(
    tree,
    examples,
    "export const ownExamples: Record<string, Example> = {",
    `
  "${name} POST": {
    body: () => Promise.resolve({ text: "Written once" }),
    effects: ({ id }, sql) =>
      count(sql<{ count: number }[]>\`
        select count(*)::int from public.${table} where user_id = \${id}\`),
  },
`,
  );
  return text.includes('import { count } from "./count.ts";')
    ? text
    : imported(text, 'import { count } from "./count.ts";');
}

/**
 * An endpoint that lists and writes texts of its caller.
 *
 * @param now when the migration is made
 * @throws {NameRefused}
 */
export async function newTable(
  tree: Tree,
  wantedName: string,
  wantedTable: string,
  now: Date,
): Promise<Scaffold> {
  const name = await endpointName(tree, wantedName);
  const table = await tableName(tree, wantedTable);
  const constant = camelCase(table);
  const file = table.replaceAll("_", "-");
  const words = table.replaceAll("_", " ");
  const one = singular(table);
  const title = capital(words);
  const [type, types] = [capital(camelCase(one)), capital(constant)];
  // An async function's module lets nothing else be a Promise.
  await refuseImported("table", table, type, "table.ts.template", ["Promise"]);
  const values = { name, table, one, constant, file, words, type, types, title };
  const migration = `${migrations}${nextVersion(tree, now)}_${table}.sql`;
  return {
    files: {
      [migration]: await filled("table.sql.template", values),
      [`supabase/functions/_shared/${file}.ts`]: await filled("table.ts.template", values),
      [`supabase/functions/${name}/index.ts`]: await filled("table-endpoint.ts.template", values),
      [`tests/${name}.test.ts`]: await filled("table-endpoint.test.ts.template", values),
      [`tests/rls/matrix/${file}.ts`]: await filled("table-matrix.ts.template", values),
      [matrix]: await matrixWith(tree, constant, file),
      [examples]: await exampleOf(tree, name, table),
      ...await registered(tree, name),
    },
    // In this order: the reference of errors reads the schema.
    derive: ["schema", "types", "openapi"],
    next: `Next:
  npx -y deno@2.9.6 task test tests/${name}.test.ts
  npx -y deno@2.9.6 task test tests/rls tests/database tests/privacy   what is tested of every table
  Change ${migration} until it is released, then never again; after each change:
    npx -y deno@2.9.6 task schema && npx -y deno@2.9.6 task types && npx -y deno@2.9.6 task openapi
  A stack that runs takes the migration when it starts the next time.`,
  };
}
