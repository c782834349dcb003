/** What is left in a checkout when a scaffold cannot be written to its end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { write } from "../../scripts/new/write.ts";

Deno.test("new: what cannot be written to its end leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir({ prefix: "socle-new-" });
  try {
    await Deno.writeTextFile(join(folder, "own.ts"), "held\n");
    await Deno.writeTextFile(join(folder, "taken"), "a file where a folder is needed\n");
    const files = { "jobs/new.ts": "new\n", "own.ts": "changed\n", "taken/more.ts": "never\n" };
    await assert.rejects(write(folder, { files, derive: [], next: "" }), /taken/);
    assert.equal(await Deno.readTextFile(join(folder, "own.ts")), "held\n");
    await assert.rejects(Deno.stat(join(folder, "jobs/new.ts")), Deno.errors.NotFound);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
