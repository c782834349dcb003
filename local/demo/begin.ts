/** Fills new data in the background, by `task seed` in a process of its own: drawing would hold up the stack's. */
import { join } from "node:path";
import type { Log } from "../log.ts";
import { projectDir, type Stack } from "../stack.ts";
import { partElsewhere } from "./stack-guard.ts";
import { type DemoState, readDemoState, writeDemoState } from "./state.ts";

export interface Filling {
  /** Ends it where it is; the next start goes on. */
  stop(): Promise<void>;
}

/** Whether this stack's data is to be filled, which is decided once: when its database is new. */
export async function demoStateOf(stack: Stack, dataDir: string): Promise<DemoState> {
  if (stack.seeded && partElsewhere(stack.env) === undefined) {
    await writeDemoState(dataDir, "wanted");
  }
  return await readDemoState(dataDir);
}

/** Begins it. What it says goes to the log. */
export function beginDemo(log: Log): Filling {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", join(projectDir, "local/cli/seed.ts")],
    cwd: projectDir,
    env: { SUPABASE_URL: "", SUPABASE_SECRET_KEY: "", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stopping = false;
  const ended = process.output().then(({ success, stdout, stderr }) => {
    if (stopping) return;
    const said = new TextDecoder().decode(success ? stdout : stderr).trim();
    if (success) log("seed", said);
    else log("seed", `not all is there, the next start goes on: ${said}`, "error");
  });
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
