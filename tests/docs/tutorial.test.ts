/** docs/tutorial.md: every block of it is run, in order, in a copy of this checkout. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type CheckoutCopy, copyCheckout } from "../../scripts/checkout-copy.ts";
import { portsInARow } from "../support/ports-in-a-row.ts";
import { blocksOf } from "./blocks.ts";
import { ending, programs, startStackOf } from "./programs.ts";

const page = await Deno.readTextFile(new URL("../../docs/tutorial.md", import.meta.url));

/** The one file that a path with a `*` means. */
async function named(copy: CheckoutCopy, path: string): Promise<string> {
  const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replace("*", "[^/]*")}$`);
  const found = (await copy.tree()).paths.filter((one) => pattern.test(one));
  assert.equal(found.length, 1, `${path}: ${found}`);
  return join(copy.folder, found[0]!);
}

Deno.test("tutorial: each block does what the page says, from a clone to an endpoint that is ready", async (t) => {
  await using copy = await copyCheckout();
  await using bin = await programs(portsInARow());
  const path = Deno.env.get("PATH")!;
  const env = { PATH: `${bin.folder}:${path}`, REAL_PATH: path };
  let stack: Deno.ChildProcess | undefined;
  const blocks = blocksOf(page);
  assert.ok(blocks.length >= 12, `${blocks.length} blocks`);
  try {
    for (const block of blocks) {
      const name = block.text.trim().split("\n")[0]!;
      if (block.kind === "run" && block.background) {
        const isUp = await t.step(`${name} comes up`, async () => {
          stack = await startStackOf(copy, block.text.trim(), env);
        });
        assert.ok(isUp, `stopped at: ${name}`);
        continue;
      }
      const done = await t.step(name, async () => {
        if (block.kind === "file") {
          await Deno.writeTextFile(join(copy.folder, block.path), block.text);
        } else if (block.kind === "append") {
          await Deno.writeTextFile(await named(copy, block.path), block.text, { append: true });
        } else {
          const script = block.kind === "run"
            ? block.text
            : `git apply <<'PATCH'\n${block.text}PATCH\n`;
          const { success, output } = await copy.run("sh", ["-ec", script], env);
          assert.ok(success, output);
          if (name.includes("try.ts")) {
            assert.match(output, /direct: \[ \{ text: "Write a program" \} \]/, output);
          }
          if (name.includes("task db")) assert.match(output, /Write a program\n\(1 row\)/, output);
        }
      });
      assert.ok(done, `stopped at: ${name}`);
      // The last that asks the stack: Ctrl-C comes next.
      if (block.text.includes("task logs")) await ending(stack);
    }
  } finally {
    await ending(stack);
  }
});
