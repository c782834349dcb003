/** What `task new` writes passes everything that every endpoint, table and job must pass, at once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type CheckoutCopy, copyCheckout } from "../../scripts/checkout-copy.ts";

let copy: CheckoutCopy;
Deno.test.beforeAll(async () => {
  copy = await copyCheckout();
});
Deno.test.afterAll(async () => {
  await copy?.[Symbol.asyncDispose]();
});

async function succeeds(...args: string[]): Promise<string> {
  const { success, output } = await copy.deno(args);
  assert.ok(success, `deno ${args.join(" ")}\n${output}`);
  return output;
}

/** The files that a scaffold said it wrote. */
function written(output: string): string[] {
  return [...output.matchAll(/^written {2}(.+)$/gm)].map(([, path]) => path!);
}

/** How many tests passed, by the line that `deno test` ends with. */
function passed(output: string): number {
  return Number(/\| (\d+) passed/.exec(output)?.[1] ?? 0);
}

/** What is tested of every endpoint, and of every table, in the files where it is. */
const everyEndpoint = ["bad-input", "idempotency", "tokens"];
const everyTable = [
  "rls/completeness",
  "rls/tables",
  "privacy/personal-data",
  "database/retention-rules",
  "database/migrations",
];

Deno.test("new: an endpoint, one with a table, and a job pass every check and their tests as written", async (t) => {
  const files: string[] = [];
  await t.step("they are written, and what is derived from them", async () => {
    for (
      const args of [
        ["endpoint", "hello"],
        ["endpoint", "field-notes", "--table", "field_notes"],
        ["job", "members_count"],
      ]
    ) {
      files.push(...written(await succeeds("task", "new", ...args)));
    }
    assert.ok(files.includes("supabase/functions/field-notes/index.ts"), files.join("\n"));
  });
  await t.step("what is refused changes nothing", async () => {
    const before = await Deno.readTextFile(join(copy.folder, "supabase/config.toml"));
    const { success, output } = await copy.deno(["task", "new", "endpoint", "hello"]);
    assert.ok(!success);
    assert.match(output, /cannot make the endpoint "hello"/);
    assert.equal(await Deno.readTextFile(join(copy.folder, "supabase/config.toml")), before);
  });
  await t.step("format, lint, types", async () => {
    const sources = [...new Set(files)].filter((path) => path.endsWith(".ts"));
    await succeeds("fmt", "--check", ...new Set(files));
    await succeeds("lint", ...sources);
    await succeeds("check", ...sources, "tests/rls/matrix.ts");
  });
  await t.step("reference, gates, advisors", async () => {
    await succeeds("task", "openapi", "--check");
    await succeeds("task", "gates");
    await succeeds("task", "advisors");
  });
  await t.step("their own tests, and those of every endpoint, table and job", async () => {
    const own = /hello|field.notes|members_count/;
    const complete = /matrix: every|export: every|retention: every|migrations: (named|each)/;
    const output = await succeeds(
      "task",
      "test",
      ...[...new Set(files)].filter((path) => path.endsWith(".test.ts")),
      ...everyEndpoint.map((name) => `tests/endpoints/${name}.test.ts`),
      ...everyTable.map((name) => `tests/${name}.test.ts`),
      `--filter=/${own.source}|${complete.source}|idempotent endpoints: each/`,
    );
    // Three methods, a table, a kind: far fewer would mean that some were not found.
    assert.ok(passed(output) > 60, output);
  });
});
