/** Fills new data in the background, by `task seed` in a process of its own: drawing would hold up the stack's. */
import { join } from "node:path";
import type { Log } from "../log.ts";
import { projectDir, type Stack, type UnseededStack } from "../stack.ts";
import { historySeconds } from "./clock.ts";
import { partElsewhere } from "./stack-guard.ts";
import { type DemoState, readDemoState, writeDemoState } from "./state.ts";

export interface Filling {
  /** Ends it where it is; the next start goes on. */
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

/** Begins it. What it says goes to the log. Whatever becomes of it, the clocks are in real time once it has ended. */
export function beginDemo(stack: Pick<Stack, "toRealTime">, log: Log): Filling {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", join(projectDir, "local/cli/seed.ts")],
    cwd: projectDir,
    env: { SUPABASE_URL: "", SUPABASE_SECRET_KEY: "", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stopping = false;
  const ended = process.output().then(async ({ success, stdout, stderr }) => {
    if (stopping) return;
    const said = new TextDecoder().decode(success ? stdout : stderr).trim();
    if (success) return log("seed", said);
    log("seed", `not all is there, the next start goes on: ${said}`, "error");
    await stack.toRealTime();
  }).catch((error) => log("seed", (error as Error).message, "error"));
  return {
    async stop() {
      stopping = true;
      try {
        process.kill();
      } catch {
        // It has ended.
      }
      await ended;
    },
  };
}
