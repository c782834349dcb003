/**
 * `task test:next`: docs/next.md is done as it says, beside a copy of this checkout whose stack runs, and the
 * application is used in Chromium. It downloads what the page names, so it is no part of `task ok`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { freePorts } from "../../../local/ports.ts";
import { projectDir } from "../../../local/stack.ts";
import { copyCheckout } from "../../../scripts/checkout-copy.ts";
import { portsInARow } from "../../support/ports-in-a-row.ts";
import { chromiumPath, launchBrowser } from "../../web/browser.ts";
import { ending, programs, startStackOf } from "../programs.ts";
import { placeBeside } from "./application.ts";
import { pathWithNode } from "./node.ts";
import { walk } from "./walk.ts";

const page = await Deno.readTextFile(join(projectDir, "docs/next.md"));

/** supabase-js renews a session 90 seconds before it ends: half a minute after it began. */
const sessionSeconds = 120;

Deno.test("next.md: the application that it describes is made, built and used", async (t) => {
  assert.ok(chromiumPath !== undefined, "needs Chromium: apt-get install chromium");
  const path = await pathWithNode();
  const [ports, port] = [portsInARow(), freePorts().web];
  const bin = await programs(ports);
  const env = { PATH: `${bin}:${path}`, REAL_PATH: path };
  await using copy = await copyCheckout();
  const settings = join(copy.folder, "supabase/config.toml");
  await Deno.writeTextFile(
    settings,
    (await Deno.readTextFile(settings)).replaceAll("127.0.0.1:3000", `127.0.0.1:${port}`)
      .replace("jwt_expiry = 3600", `jwt_expiry = ${sessionSeconds}`),
  );
  let stack: Deno.ChildProcess | undefined;
  let browser: Browser | undefined;
  try {
    stack = await startStackOf(copy, "npx -y deno@2.9.6 task start", env);
    await using place = await placeBeside(copy, port, env);
    const application = await place.make(t, page);
    browser = await launchBrowser();
    await walk(t, application, browser);
  } finally {
    await browser?.close();
    await ending(stack);
    await Deno.remove(bin, { recursive: true });
  }
});
