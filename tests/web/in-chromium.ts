/** What a test file in Chromium stands on: pages of a stack and a browser, from its first test to its last. */
import type { Browser, BrowserContextOptions } from "playwright-core";
import { siteCacheDir } from "../../local/stack.ts";
import { startWeb } from "../../local/web/server.ts";
import { type Differences, type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { stack } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";
import { chromiumPath, launchBrowser, type Visit, visit } from "./browser.ts";

/** Where the file's tests find what was started for them. */
export interface InChromium<Started> {
  /** Whether there is no Chromium, for `Deno.test`. */
  ignore: boolean;
  readonly started: Started;
  /** Opens a tab with nothing kept from others; `await using` closes it. */
  visit(options?: BrowserContextOptions): Promise<Visit>;
}

interface Pages extends AsyncDisposable {
  siteUrl: string;
}

function inChromium<Started extends AsyncDisposable>(
  start: () => Promise<Started>,
  siteUrl: (started: Started) => string,
): InChromium<Started> {
  const ignore = chromiumPath === undefined;
  let started: Started | undefined;
  let browser: Browser | undefined;
  Deno.test.beforeAll(async () => {
    if (ignore) return;
    started = await start();
    browser = await launchBrowser();
  });
  Deno.test.afterAll(async () => {
    await browser?.close();
    await started?.[Symbol.asyncDispose]();
  });
  return {
    ignore,
    get started() {
      return started!;
    },
    visit: (options) => visit(browser!, siteUrl(started!), options),
  };
}

/** On a stack of the file's own: where one comes back from Stripe's pages, or the clock is moved. */
export function onOwnStack(differences: Differences = {}): InChromium<OwnStack> {
  return inChromium(() => startOwnStack({ ...differences, web: true }), ({ at }) => at.siteUrl);
}

/**
 * On the stack that all tests share, which has no pages: they are served beside it.
 *
 * @param port where its mails lead, if a test follows them
 */
export function onSharedStack(port = 0): InChromium<Pages> {
  return inChromium(async () => {
    const web = await startWeb({
      port,
      env: { SUPABASE_URL: stack.url, SUPABASE_PUBLISHABLE_KEY: stack.publishableKey },
      cacheDir: siteCacheDir,
      log: () => {},
    });
    await waitFor("the build", async () => (await fetch(web.url, { method: "HEAD" })).ok);
    return { siteUrl: web.url, [Symbol.asyncDispose]: () => web.stop() };
  }, ({ siteUrl }) => siteUrl);
}
