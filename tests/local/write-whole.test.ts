import assert from "node:assert/strict";
import { join } from "node:path";
import { writeWhole } from "../../local/write-whole.ts";

Deno.test("a file that is written over and over is whole for whoever reads it meanwhile", async () => {
  const folder = await Deno.makeTempDir({ prefix: "socle-whole-" });
  const path = join(folder, "state.json");
  const text = (round: number) => JSON.stringify({ round, much: "x".repeat(100_000) });
  await writeWhole(path, text(0));
  let writing = true;
  const writer = (async () => {
    for (let round = 1; round <= 300; round++) await writeWhole(path, text(round));
    writing = false;
  })();
  let reads = 0;
  while (writing) {
    const read = await Deno.readTextFile(path);
    assert.equal(read.length, text(JSON.parse(read).round).length);
    reads++;
  }
  await writer;
  assert.ok(reads > 10, `${reads}`);
  assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["state.json"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what is only its owner's to read is so from the beginning", async () => {
  const folder = await Deno.makeTempDir({ prefix: "socle-whole-" });
  const path = join(folder, "running.json");
  await writeWhole(path, "{}", { mode: 0o600 });
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  await Deno.remove(folder, { recursive: true });
});
