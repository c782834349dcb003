/**
 * `task test:next`: docs/next.md is done as it says, beside a copy of this checkout whose stack runs, and the
 * application is used in Chromium. It downloads what the page names, so it is no part of `task ok`.
 *
 * A program and no test: `deno test` ends at Ctrl-C without letting anything be put away, and here that is
 * servers and some 400 MB.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readSwitches } from "../../../local/cli/arguments.ts";
import { projectDir } from "../../../local/stack.ts";
import { copyCheckout } from "../../../scripts/checkout-copy.ts";
import { portsInARow, rowLength } from "../../support/ports-in-a-row.ts";
import { chromiumPath, launchBrowser } from "../../web/browser.ts";
import { ending, programs, startStackOf } from "../programs.ts";
import { placeBeside, type Steps } from "./application.ts";
import { pathWithNode } from "./node.ts";
import { walk } from "./walk.ts";

readSwitches("Usage: task test:next");

/** supabase-js renews a session 90 seconds before it ends: half a minute after it began. */
const sessionSeconds = 120;

/** By signal, what a shell makes of it. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

let isInterrupted = false;

const steps: Steps = {
  async step(name, run) {
    const started = performance.now();
    const told = (word: string) =>
      `${name} … ${word} (${((performance.now() - started) / 1000).toFixed(1)} s)`;
    try {
      await run();
      console.log(told("ok"));
      return true;
    } catch (error) {
      if (!isInterrupted) console.error(told("FAILED"), error);
      return false;
    }
  },
};

/** What is to be put away at the end, or at Ctrl-C. */
const held = new AsyncDisposableStack();

/** Holds what has just been made; what comes after Ctrl-C is put away at once. */
async function hold<One extends AsyncDisposable>(one: One): Promise<One> {
  if (!held.disposed) return held.use(one);
  await one[Symbol.asyncDispose]();
  throw new Error("interrupted");
}

async function makeAndWalk(): Promise<void> {
  assert.ok(chromiumPath !== undefined, "needs Chromium: apt-get install chromium");
  const page = await Deno.readTextFile(join(projectDir, "docs/next.md"));
  const path = await pathWithNode();
  const first = portsInARow(1);
  const port = first + rowLength;
  const bin = await hold(await programs(first));
  const env = { PATH: `${bin.folder}:${path}`, REAL_PATH: path };
  const copy = await hold(await copyCheckout());
  const settings = join(copy.folder, "supabase/config.toml");
  await Deno.writeTextFile(
    settings,
    (await Deno.readTextFile(settings)).replaceAll("127.0.0.1:3000", `127.0.0.1:${port}`)
      .replace("jwt_expiry = 3600", `jwt_expiry = ${sessionSeconds}`),
  );
  const stack = await startStackOf(copy, "npx -y deno@2.9.6 task start", env);
  await hold({ [Symbol.asyncDispose]: () => ending(stack) });
  const place = await hold(await placeBeside(copy, port, env));
  const application = await place.make(steps, page);
  // Else Playwright ends this process at Ctrl-C.
  const browser = await launchBrowser({
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  await hold({ [Symbol.asyncDispose]: () => browser.close() });
  await walk(steps, application, browser);
}

const interrupted = Promise.withResolvers<number>();
for (const [signal, code] of Object.entries(exitCodes)) {
  Deno.addSignalListener(signal as keyof typeof exitCodes, () => {
    isInterrupted = true;
    interrupted.resolve(code);
  });
}
let code = 1;
const work = makeAndWalk().then(() => 0, (error) => {
  if (!isInterrupted) console.error(error);
  return 1;
});
try {
  code = await Promise.race([work, interrupted.promise]);
} finally {
  await held.disposeAsync();
  // What was under way at Ctrl-C ends with what it needs.
  await work;
}
Deno.exit(code);
