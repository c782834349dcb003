/** Fills new data in the background, by `task seed` in a process of its own: drawing would hold up the stack's. */
import { join } from "node:path";
import type { Log } from "../log.ts";
import { projectDir, type Stack, type UnseededStack } from "../stack.ts";
import { historySeconds } from "./clock.ts";
import { partElsewhere } from "./stack-guard.ts";
import { type DemoState, readDemoState, writeDemoState } from "./state.ts";

export interface Filling {
  /** Ends it where it is, at once; the next start goes on. */
  stop(): Promise<void>;
}

/**
 * Notes that new data is to be filled, and lets its clocks begin some weeks ago where it will be: where all of the
 * stack is on this machine.
 */
export async function wantDemo({ env, begin }: UnseededStack, dataDir: string): Promise<void> {
  await writeDemoState(dataDir, "wanted");
  if (partElsewhere(env) === undefined) await begin?.(historySeconds);
}

/** Notes that what was wanted is not any more: a start without the seed. What is there stays. */
export async function unwantDemo(dataDir: string): Promise<void> {
  if (await readDemoState(dataDir) === "wanted") await writeDemoState(dataDir, "none");
}

/**
 * Whether this stack's data is to be filled, or is. Which is decided once, when its database is new: `wanted` is
 * noted before the seed (see start.ts), so that a start that ends meanwhile does not forget it. In each start
 * anew, `none` where a part is not on this machine: such a stack gets no users, and promises none.
 */
export async function demoStateOf(
  stack: Pick<Stack, "seeded" | "env">,
  dataDir: string,
): Promise<DemoState> {
  if (partElsewhere(stack.env) === undefined) return await readDemoState(dataDir);
  if (stack.seeded) await writeDemoState(dataDir, "none");
  return "none";
}

/** How often it is tried: what fails once may be over by the next time, and its past would be lost for good. */
const mostTries = 3;

/**
 * Begins it. What it says goes to the log. Whatever becomes of it, the clocks are in real time once it has ended; unless
 * it was stopped: then the next start goes on in the past.
 */
export function beginDemo(stack: Pick<Stack, "toRealTime">, log: Log): Filling {
  let stopping = false;
  let child: Deno.ChildProcess;

  async function fill(): Promise<boolean> {
    for (let tries = 1;; tries++) {
      child = seedProcess();
      const { success, stdout, stderr } = await child.output();
      if (stopping) return true;
      const said = new TextDecoder().decode(success ? stdout : stderr).trim();
      if (success) {
        log("seed", said);
        return true;
      }
      const again = tries < mostTries;
      const then = again
        ? "it is gone on with"
        : "the rest will be of today, with no weeks behind it; the next start goes on";
      log("seed", `not all is there, ${then}: ${said}`, again ? "warn" : "error");
      if (!again) return false;
    }
  }

  const fails = (error: unknown) => log("seed", (error as Error).message, "error");
  const ended = fill()
    .catch((error) => {
      fails(error);
      return false;
    })
    .then(async (filled) => {
      if (!filled) await stack.toRealTime();
    })
    .catch(fails);
  return {
    stop() {
      stopping = true;
      try {
        child.kill();
      } catch {
        // It has ended.
      }
      return ended;
    },
  };
}

function seedProcess(): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", join(projectDir, "local/cli/seed.ts")],
    cwd: projectDir,
    env: { SUPABASE_URL: "", SUPABASE_SECRET_KEY: "", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // Ctrl-C is for the stack, which ends this one: the terminal would tell both at once.
    detached: true,
  }).spawn();
}
