/**
 * `task new endpoint <name> [--table <table>]` and `task new job <kind>`: writes an example that works and
 * is tested, registers it, and writes anew what is made from declarations and migrations.
 */
import { repository, root } from "./gates/tree.ts";
import { newEndpoint } from "./new/endpoint.ts";
import { newJob } from "./new/job.ts";
import { NameRefused } from "./new/names.ts";
import { newTable } from "./new/table.ts";
import type { Scaffold } from "./new/scaffold.ts";
import { write } from "./new/write.ts";
import { fail, readArguments } from "../local/cli/arguments.ts";

const usage = `Usage:
  task new endpoint <name>                   an endpoint that answers its caller, and its test
  task new endpoint <name> --table <table>   one with a table of its own: migration, RLS, access matrix
  task new job <kind>                        a kind of job, and its test`;

async function scaffold(): Promise<Scaffold> {
  const { values, positionals: [what, name, ...more] } = readArguments(usage, {
    options: { table: { type: "string" } },
    allowPositionals: true,
  });
  if (name === undefined || more.length > 0) fail(usage);
  const tree = await repository();
  if (what === "endpoint" && values.table !== undefined) {
    return await newTable(tree, name, values.table, new Date());
  }
  if (what === "endpoint") return await newEndpoint(tree, name);
  if (what === "job" && values.table === undefined) return await newJob(tree, name);
  fail(usage);
}

try {
  const made = await scaffold();
  await write(root, made);
  console.log(
    [...Object.keys(made.files).map((path) => `written  ${path}`), "", made.next].join("\n"),
  );
} catch (error) {
  if (error instanceof NameRefused) fail(error.message);
  throw error;
}
