/** The processes that run a stack's functions, to kill one in the middle of what it does. */
import type { StackAddress } from "./stack.ts";

/** Each function of a stack that runs now, by name. Linux tells each process's arguments and variables. */
export async function functionProcesses(on: StackAddress): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    const file = (name: string) => Deno.readTextFile(`/proc/${entry.name}/${name}`);
    try {
      const name = /\/functions\/([\w-]+)\/index\.ts/.exec(await file("cmdline"))?.[1];
      if (name === undefined) continue;
      if ((await file("environ")).split("\0").includes(`SUPABASE_URL=${on.url}`)) {
        found.set(name, Number(entry.name));
      }
    } catch (error) {
      // Ended meanwhile, maybe between opening and reading (ESRCH), or another account's.
      const passed = [Deno.errors.NotFound, Deno.errors.PermissionDenied];
      const gone = passed.some((expected) => error instanceof expected) ||
        /os error 3\b/.test((error as Error).message);
      if (!gone) throw error;
    }
  }
  return found;
}

/** Kills a process; one that has just ended is as good. */
export function killProcess(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
