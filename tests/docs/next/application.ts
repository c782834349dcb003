/** The application of docs/next.md, made of the page alone: its files are written, its commands run. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { type CheckoutCopy, environment } from "../../../scripts/checkout-copy.ts";
import { waitFor } from "../../support/wait.ts";
import { blocksOf } from "../blocks.ts";

/** Where the page says that it answers. */
const pageOrigin = "http://127.0.0.1:3000";

/** What tells of each thing that is done: a test's context, or what a program makes of it. */
export interface Steps {
  /** @returns whether it went well; why not has been told */
  step(name: string, run: () => Promise<void>): Promise<boolean>;
}

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
  make(t: Steps, page: string): Promise<Application>;
}

/** How long a program may take to end when it is asked to. */
const patience = 5000;

/** Tells a program and all that it started; a group, since npm does not tell what it runs. */
function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    Deno.kill(-child.pid, name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function ended(child: Deno.ChildProcess): Promise<void> {
  signal(child, "SIGTERM");
  const deadline = setTimeout(() => signal(child, "SIGKILL"), patience);
  await child.status;
  clearTimeout(deadline);
  // What it left behind, as a shell does that ends before what it runs.
  signal(child, "SIGKILL");
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
  try {
    await Deno.symlink(copy.folder, join(parent, "socle"));
    await Deno.mkdir(folder);
  } catch (error) {
    await Deno.remove(parent, { recursive: true });
    throw error;
  }
  const logFile = join(parent, "start.log");
  const url = `http://127.0.0.1:${port}`;
  const options = {
    cwd: folder,
    clearEnv: true,
    env: environment({ ...env, PORT: String(port), NEXT_TELEMETRY_DISABLED: "1" }),
    stdin: "null",
    // A group of its own: it is ended with all that it started.
    detached: true,
  } as const;
  const running = new Set<Deno.ChildProcess>();
  let isClosed = false;

  function spawn(script: string, output: "null" | "piped"): Deno.ChildProcess {
    if (isClosed) throw new Error("the application's folder is gone");
    const child = new Deno.Command("sh", {
      ...options,
      args: ["-ec", script],
      stdout: output,
      stderr: output,
    }).spawn();
    running.add(child);
    return child;
  }

  async function run(script: string): Promise<void> {
    const child = spawn(script, "piped");
    const { success, stdout, stderr } = await child.output();
    running.delete(child);
    const [said, complained] = [stdout, stderr].map((one) => new TextDecoder().decode(one));
    assert.ok(success, said! + complained);
  }

  async function start(command: string): Promise<void> {
    const child = spawn(`exec ${command} > ../start.log 2>&1`, "null");
    let isOver = false;
    child.status.then(() => isOver = true);
    await waitFor("the application", async () => {
      const log = await Deno.readTextFile(logFile).catch(() => "");
      if (isOver) throw new Error(log);
      // Something else may answer at its port: it says itself that it listens there.
      if (!log.includes(url) || !/\bReady in\b/.test(log)) return false;
      const reply = await fetch(`${url}/login`).catch(() => undefined);
      return reply?.status === 200 && (await reply.text()).includes("<h1>Log in</h1>");
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
            await run(block.text);
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
      isClosed = true;
      await Promise.all([...running].map(ended));
      await Deno.remove(parent, { recursive: true });
    },
  };
}
