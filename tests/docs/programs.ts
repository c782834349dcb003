/** What somebody who follows a page types into: programs as a reader has them, and the stack of his clone. */
import { join } from "node:path";
import type { CheckoutCopy } from "../../scripts/checkout-copy.ts";
import { waitFor } from "../support/wait.ts";

/**
 * Programs as a reader has them, with two differences: the Deno that they download is the one of this process, and
 * a stack takes a port that is free and shows nothing off.
 *
 * `await using` removes them.
 */
export interface Programs extends AsyncDisposable {
  /** To be put before `PATH`; they want the rest of it as `REAL_PATH`. */
  folder: string;
}

/** Writes them. @param port where a stack is to begin */
export async function programs(port: number): Promise<Programs> {
  const folder = await Deno.makeTempDir({ prefix: "socle-bin-" });
  const made: Programs = {
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
  const npx = `#!/bin/sh
if [ "$1 $2" = "-y deno@2.9.6" ]; then
  shift 2
  if [ "$*" = "task start" ]; then exec "${Deno.execPath()}" task start --port ${port} --no-seed; fi
  exec "${Deno.execPath()}" "$@"
fi
PATH="$REAL_PATH" exec npx "$@"
`;
  try {
    await Deno.chmod(folder, 0o755);
    await Deno.writeTextFile(join(folder, "npx"), npx, { mode: 0o755 });
  } catch (error) {
    await made[Symbol.asyncDispose]();
    throw error;
  }
  return made;
}

/** Starts a copy's stack by a page's command, and waits until it is there. */
export async function startStackOf(
  copy: CheckoutCopy,
  command: string,
  env: Record<string, string>,
): Promise<Deno.ChildProcess> {
  // Its packages are those of this checkout: there is nothing to install.
  await Deno.mkdir(join(copy.folder, ".socle"), { recursive: true });
  const log = join(copy.folder, ".socle/start.log");
  // `exec`: what is ended at last is the stack and not the shell.
  const stack = copy.spawn("sh", ["-ec", `exec ${command} > .socle/start.log 2>&1`], env);
  let ended = false;
  stack.status.then(() => ended = true);
  try {
    await waitFor("the stack of the page", async () => {
      if (ended) throw new Error(await Deno.readTextFile(log));
      const held = await Deno.stat(join(copy.folder, ".socle/running.json")).catch(() => undefined);
      return held?.isFile;
    });
  } catch (error) {
    await ending(stack);
    throw error;
  }
  return stack;
}

/** Ends a program, if it has not ended by itself. @throws {Error} where it must be killed, a minute later */
export async function ending(program: Deno.ChildProcess | undefined): Promise<void> {
  if (program === undefined) return;
  try {
    program.kill("SIGTERM");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  const late = setTimeout(() => program.kill("SIGKILL"), 60_000);
  const { signal } = await program.status;
  clearTimeout(late);
  if (signal === "SIGKILL") throw new Error(`process ${program.pid} did not end by SIGTERM`);
}
