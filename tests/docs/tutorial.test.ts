/** docs/tutorial.md: every block of it is run, in order, in a copy of this checkout. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type CheckoutCopy, copyCheckout } from "../../scripts/checkout-copy.ts";
import { portsInARow } from "../support/ports-in-a-row.ts";
import { waitFor } from "../support/wait.ts";
import { blocksOf } from "./blocks.ts";

const page = await Deno.readTextFile(new URL("../../docs/tutorial.md", import.meta.url));

/**
 * Programs as a reader has them, with two differences: the Deno that they download is the one of this process, and
 * a stack takes a port that is free and shows nothing off.
 */
async function programs(folder: string, port: number): Promise<string> {
  const bin = await Deno.makeTempDir({ prefix: "socle-bin-" });
  await Deno.chmod(bin, 0o755);
  const npx = `#!/bin/sh
if [ "$1 $2" = "-y deno@2.9.6" ]; then
  shift 2
  if [ "$*" = "task start" ]; then exec "${Deno.execPath()}" task start --port ${port} --no-seed; fi
  exec "${Deno.execPath()}" "$@"
fi
PATH="$REAL_PATH" exec npx "$@"
`;
  await Deno.writeTextFile(join(bin, "npx"), npx, { mode: 0o755 });
  // Its packages are those of this checkout: there is nothing to install.
  await Deno.mkdir(join(folder, ".socle"), { recursive: true });
  return bin;
}

/** Ends a stack, if it has not ended by itself. */
async function ending(stack: Deno.ChildProcess | undefined): Promise<void> {
  try {
    stack?.kill("SIGTERM");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  await stack?.status;
}

/** The one file that a path with a `*` means. */
async function named(copy: CheckoutCopy, path: string): Promise<string> {
  const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replace("*", "[^/]*")}$`);
  const found = (await copy.tree()).paths.filter((one) => pattern.test(one));
  assert.equal(found.length, 1, `${path}: ${found}`);
  return join(copy.folder, found[0]!);
}

Deno.test("tutorial: each block does what the page says, from a clone to an endpoint that is ready", async (t) => {
  await using copy = await copyCheckout();
  const bin = await programs(copy.folder, portsInARow());
  const path = Deno.env.get("PATH")!;
  const env = { PATH: `${bin}:${path}`, REAL_PATH: path };
  let stack: Deno.ChildProcess | undefined;
  const blocks = blocksOf(page);
  assert.ok(blocks.length >= 12, `${blocks.length} blocks`);
  try {
    for (const block of blocks) {
      const name = block.text.trim().split("\n")[0]!;
      if (block.kind === "run" && block.background) {
        // `exec`: what is ended at last is the stack and not the shell.
        stack = copy.spawn("sh", ["-ec", `exec ${block.text.trim()} > .socle/start.log 2>&1`], env);
        let ended = false;
        stack.status.then(() => ended = true);
        await t.step(`${name} comes up`, async () => {
          await waitFor("the stack of the tutorial", async () => {
            const log = join(copy.folder, ".socle/start.log");
            if (ended) throw new Error(await Deno.readTextFile(log));
            const held = await Deno.stat(join(copy.folder, ".socle/running.json"))
              .catch(() => undefined);
            return held?.isFile;
          }, 120);
        });
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
    await Deno.remove(bin, { recursive: true });
  }
});
