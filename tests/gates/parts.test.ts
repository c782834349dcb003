/** Every test file is run by one of the tasks that `task ok` runs. */
import assert from "node:assert/strict";
import { repository } from "../../scripts/gates/tree.ts";
import { choose, readAsked } from "../arguments.ts";
import { partFiles, partNames } from "../parts.ts";
import { testFiles } from "../reach.ts";

Deno.test("parts: each has its task, and each test file is of one or of the rest", async () => {
  const tree = await repository();
  const { tasks } = JSON.parse(await tree.read("deno.json"));
  for (const name of partNames) {
    assert.equal(tasks[`test:${name}`]?.command, `deno run -A tests/run.ts --part=${name}`);
  }
  const files = await Promise.all(
    [undefined, ...partNames].map(async (name) => (await partFiles(tree, name)).files),
  );
  assert.ok(files.every((one) => one.length > 0));
  assert.deepEqual(files.flat().sort(), testFiles(tree));
  assert.ok(files[0]!.includes("tests/rls/tables.test.ts"));
});

Deno.test("parts: paths, a part and a filter choose as one expects", async () => {
  const filesOf = async (...args: string[]) => (await choose(await readAsked(args))).files;
  assert.deepEqual(await filesOf("tests/gates", "--filter=x"), ["tests/gates"]);
  assert.deepEqual(await filesOf("--part=web", "tests/web/shell.test.ts"), [
    "tests/web/shell.test.ts",
  ]);
  assert.ok(
    (await filesOf("--part=stacks", "tests/billing")).includes("tests/billing/vat.test.ts"),
  );
  assert.ok((await filesOf("--filter=x")).includes("tests/web/shell.test.ts"));
  assert.ok(!(await filesOf()).includes("tests/web/shell.test.ts"));
  await assert.rejects(filesOf("--part=web", "tests/rls"), /none of the named tests is of "web"/);
  await assert.rejects(filesOf("--part=none"), /one of web, tools, stacks/);
  await assert.rejects(filesOf("--part"), /one of web/);
  await assert.rejects(filesOf("--part=web", "--http-only"), /exclude each other/);
});
