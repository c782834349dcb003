/** The stack's log while its file changes, and while it cannot be written. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { logFiles, openLogFile, parseLines } from "../../local/cli/log-file.ts";
import { LogFollower } from "../../local/cli/log-follower.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "socle-log-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const said = (lines: { message: string }[]) => lines.map(({ message }) => message);

Deno.test("log: who follows it misses no line when the file is changed for a new one", async () => {
  await inFolder(async (folder) => {
    const log = await openLogFile(folder, 250);
    log("stripe", "before");
    const { size } = await Deno.stat(logFiles(folder).current);
    using follower = await LogFollower.at(folder, size);
    assert.deepEqual(await follower.look(), []);
    log("stripe", "the last of the older");
    log("stripe", `the first of the newer ${"é".repeat(40)}`);
    assert.match(await Deno.readTextFile(logFiles(folder).older), /the last of the older/);
    assert.deepEqual(said(await follower.look()), [
      "the last of the older",
      `the first of the newer ${"é".repeat(40)}`,
    ]);
    log("stripe", "one more");
    assert.equal(said(await follower.look()).at(-1), "one more");
    assert.deepEqual(await follower.look(), []);
  });
});

Deno.test("log: who looks while no file has the name waits for the next", async () => {
  await inFolder(async (folder) => {
    const { current, older } = logFiles(folder);
    await Deno.writeTextFile(current, "");
    using follower = await LogFollower.at(folder, 0);
    await Deno.writeTextFile(current, '{"message":"last"}\n{"mess', { append: true });
    await Deno.rename(current, older);
    assert.deepEqual(said(await follower.look()), ["last"]);
    await Deno.writeTextFile(older, 'age":"late"}\n', { append: true });
    await Deno.writeTextFile(current, '{"message":"first"}\n');
    assert.deepEqual(said(await follower.look()), ["late", "first"]);
  });
});

Deno.test({
  name: "log: a full disk ends nothing, and is said once until it has room again",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await inFolder(async (folder) => {
      await Deno.symlink("/dev/full", logFiles(folder).current);
      const complaints: string[] = [];
      const log = await openLogFile(folder, 500, (message) => complaints.push(message));
      log("stripe", "lost");
      log("stripe", "lost too");
      assert.equal(complaints.length, 1);
      assert.match(complaints[0]!, /The log cannot be written, lines are lost: .*space/);
    });
    await inFolder(async (folder) => {
      const complaints: string[] = [];
      const log = await openLogFile(folder, 150, (message) => complaints.push(message));
      log("stripe", "kept");
      // The older file's name is taken by a folder: nothing can be renamed to it.
      const { current, older } = logFiles(folder);
      await Deno.mkdir(join(older, "full"), { recursive: true });
      log("stripe", "x".repeat(100));
      assert.equal(complaints.length, 1);
      await Deno.remove(older, { recursive: true });
      log("stripe", "y".repeat(100));
      assert.deepEqual(said(parseLines(await Deno.readTextFile(older))), ["kept"]);
      assert.deepEqual(said(parseLines(await Deno.readTextFile(current))), ["y".repeat(100)]);
    });
  },
});
