/** What scaffolds write where, and the names that they refuse, each with a sentence that says why. */
import assert from "node:assert/strict";
import { newEndpoint } from "../../scripts/new/endpoint.ts";
import { newJob } from "../../scripts/new/job.ts";
import { newTable } from "../../scripts/new/table.ts";
import { endpointName, jobName, NameRefused, tableName } from "../../scripts/new/names.ts";
import { changed, repository } from "../../scripts/gates/tree.ts";
import { jobKinds } from "../../supabase/functions/_shared/jobs/registry.ts";

const tree = await repository();
const own = "supabase/functions/_shared/jobs/own.ts";

async function refused(attempt: Promise<string>, why: RegExp): Promise<void> {
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof NameRefused, String(error));
    assert.match(error.message, why);
    return true;
  });
}

Deno.test("new: a name that nothing has is taken", async () => {
  assert.equal(await endpointName(tree, "note-create"), "note-create");
  assert.equal(await tableName(tree, "field_notes"), "field_notes");
  assert.equal(await jobName(tree, "report_send"), "report_send");
});

Deno.test("new: an endpoint's name is refused when it is none, or taken", async () => {
  for (
    const name of ["", "Note", "note_create", "-note", "note-", "_shared", "a/b", "..", "note2"]
  ) {
    await refused(endpointName(tree, name), /words of small letters with hyphens/);
  }
  await refused(endpointName(tree, "a".repeat(49)), /48 characters at most/);
  await refused(
    endpointName(tree, "plans"),
    /supabase\/functions\/plans\/index\.ts is there already/,
  );
});

Deno.test("new: a table's name is refused when it is none, kept by SQL, or taken", async () => {
  for (const name of ["", "Notes", "my-notes", "notes;drop", "_notes"]) {
    await refused(tableName(tree, name), /words of small letters with underscores/);
  }
  await refused(tableName(tree, "user"), /SQL keeps this word/);
  await refused(tableName(tree, "invoices"), /docs\/schema\.sql has a table of this name/);
  await refused(tableName(tree, "jobs"), /docs\/schema\.sql has a table of this name/);
  await refused(tableName(tree, "privacy"), /_shared\/privacy\/.* is there already/);
});

Deno.test("new: a job's kind is refused when it is none, kept by TypeScript, or taken", async () => {
  await refused(jobName(tree, "report-send"), /words of small letters with underscores/);
  await refused(jobName(tree, "delete"), /TypeScript keeps this word/);
  await refused(jobName(tree, "mail_send"), /jobs\/mail-send\.ts is there already/);
  // Registered, in a file of another name.
  await refused(jobName(tree, "billing_close"), /a kind of this name is registered/);
  await refused(jobName(tree, "retention"), /is there already/);
  // Of another part, in a folder of its own.
  for (const kind of Object.keys(jobKinds)) await assert.rejects(jobName(tree, kind), NameRefused);
  // Not in the registry that runs, but in the tree that is written to.
  const made = changed(tree, { [own]: `export const ownJobKinds = {\n  report_send: send,\n};\n` });
  await refused(jobName(made, "report_send"), /a kind of this name is registered/);
});

Deno.test("new: a name is refused that the example's own imports have", async () => {
  for (const name of ["log", "rows", "succeeded", "job_kind", "z", "own_job_kinds"]) {
    await refused(jobName(tree, name), /the example has something else of this name/);
  }
  for (const name of ["db", "dbs", "promises"]) {
    await assert.rejects(newTable(tree, "own-things", name, new Date()), (error) => {
      assert.ok(error instanceof NameRefused, String(error));
      assert.match(error.message, /the example has something else of this name/);
      return true;
    });
  }
});

Deno.test("new: a second one is put beside the first", async () => {
  let made = tree;
  for (const name of ["hello", "hello-again"]) {
    made = changed(made, (await newEndpoint(made, name)).files);
  }
  for (const table of ["notes", "field_notes"]) {
    const { files } = await newTable(made, table.replaceAll("_", "-"), table, new Date());
    made = changed(made, files);
  }
  for (const kind of ["notes_count", "notes_sweep"]) {
    made = changed(made, (await newJob(made, kind)).files);
  }
  const config = await made.read("supabase/config.toml");
  for (const name of ["hello", "hello-again", "notes", "field-notes", "plans"]) {
    assert.equal(config.split(`[functions.${name}]\n`).length, 2, name);
  }
  assert.match(
    await made.read("docs/architecture.md"),
    /^- \*\*Yours\*\*: `hello`, `hello-again`, `notes`, `field-notes`$/m,
  );
  const jobs = await made.read("supabase/functions/_shared/jobs/own.ts");
  assert.match(jobs, /^ {2}notes_count: notesCount,$/m);
  assert.match(jobs, /^ {2}notes_sweep: notesSweep,$/m);
  const matrix = await made.read("tests/rls/matrix/own.ts");
  assert.match(matrix, /^ {2}\.\.\.notesTables,$/m);
  assert.match(matrix, /^import \{ fieldNotesTables \} from "\.\/field-notes\.ts";$/m);
  const examples = await made.read("tests/endpoints/suite/own-examples.ts");
  assert.match(examples, /"notes POST"/);
  assert.match(examples, /"field-notes POST"/);
  assert.equal(examples.split("import { count }").length, 2);
});

Deno.test("new: a migration comes after every one that is there, whatever the clock says", async () => {
  const migrationOf = async (now: string) => {
    const { files } = await newTable(tree, "notes", "notes", new Date(now));
    return Object.keys(files).find((path) => path.endsWith("_notes.sql"))!;
  };
  assert.equal(
    await migrationOf("2099-01-02T03:04:05Z"),
    "supabase/migrations/20990102030405_notes.sql",
  );
  const last = tree.paths.filter((path) => /^supabase\/migrations\/.*\.sql$/.test(path)).sort().at(
    -1,
  )!;
  assert.ok(await migrationOf("2001-01-01T00:00:00Z") > last);
});
