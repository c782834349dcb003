/** The application of docs/next.md, made of the page alone: its files are written, its commands run. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { type CheckoutCopy, environment } from "../../../scripts/checkout-copy.ts";
import { waitFor } from "../../support/wait.ts";
import { blocksOf } from "../blocks.ts";

/** Where the page says that it answers. */
const pageOrigin = "http://127.0.0.1:3000";

/** The application, running. */
export interface Application {
  /** Its origin. */
  url: string;
  /** What it reads, from .env.local. */
  variables: Record<string, string>;
  /** What it has said so far. */
  log(): Promise<string>;
}

/** A folder for it with a clone named `socle` beside; `await using` ends what runs there, and removes it. */
export interface Place extends AsyncDisposable {
  /** Does what the page says, a step a block. */
  make(t: Deno.TestContext, page: string): Promise<Application>;
}

async function ended(child: Deno.ChildProcess | undefined): Promise<void> {
  if (child === undefined) return;
  try {
    // The group: npm does not tell what it runs.
    Deno.kill(-child.pid, "SIGTERM");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await child.status;
}

async function variablesIn(file: string): Promise<Record<string, string>> {
  const lines = (await Deno.readTextFile(file)).trim().split("\n");
  return Object.fromEntries(lines.map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)];
  }));
}

/**
 * @param port where it is to answer: the page's may be taken
 * @param env the reader's programs
 */
export async function placeBeside(
  copy: CheckoutCopy,
  port: number,
  env: Record<string, string>,
): Promise<Place> {
  const parent = await Deno.makeTempDir({ prefix: "socle-next-" });
  const folder = join(parent, "application");
  await Deno.symlink(copy.folder, join(parent, "socle"));
  await Deno.mkdir(folder);
  const logFile = join(parent, "start.log");
  const url = `http://127.0.0.1:${port}`;
  const options = {
    cwd: folder,
    clearEnv: true,
    env: environment({ ...env, PORT: String(port), NEXT_TELEMETRY_DISABLED: "1" }),
    stdin: "null",
  } as const;
  let running: Deno.ChildProcess | undefined;

  async function start(command: string): Promise<void> {
    running = new Deno.Command("sh", {
      ...options,
      args: ["-ec", `exec ${command} > ../start.log 2>&1`],
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    let isOver = false;
    running.status.then(() => isOver = true);
    await waitFor("the application", async () => {
      if (isOver) throw new Error(await Deno.readTextFile(logFile));
      const reply = await fetch(url, { redirect: "manual" }).catch(() => undefined);
      await reply?.body?.cancel();
      return reply !== undefined;
    });
  }

  return {
    async make(t, page) {
      assert.ok(page.includes(pageOrigin), `the page says that it answers at ${pageOrigin}`);
      for (const block of blocksOf(page)) {
        const name = block.kind === "file" ? block.path : block.text.trim().split("\n")[0]!;
        const done = await t.step(name, async () => {
          if (block.kind === "file") {
            await Deno.mkdir(join(folder, dirname(block.path)), { recursive: true });
            await Deno.writeTextFile(join(folder, block.path), block.text);
          } else if (block.kind === "run" && block.background) {
            await start(block.text.trim());
          } else if (block.kind === "run") {
            const { success, stdout, stderr } = await new Deno.Command("sh", {
              ...options,
              args: ["-ec", block.text],
            }).output();
            const [said, complained] = [stdout, stderr].map((one) => new TextDecoder().decode(one));
            assert.ok(success, said! + complained);
          } else assert.fail(`nobody knows what to do with a block that is to ${block.kind}`);
        });
        assert.ok(done, `stopped at: ${name}`);
      }
      return {
        url,
        variables: await variablesIn(join(folder, ".env.local")),
        log: () => Deno.readTextFile(logFile),
      };
    },
    async [Symbol.asyncDispose]() {
      await ended(running);
      await Deno.remove(parent, { recursive: true });
    },
  };
}
