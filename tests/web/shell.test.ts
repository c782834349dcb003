/** The frame of every page: how much it loads, and its ways at both widths and in both themes. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { looksRight } from "./looks.ts";
import { signUp } from "../support/users.ts";
import { headingIs, logInOn, seriousFindings } from "./browser.ts";
import { onOwnStack } from "./in-chromium.ts";

const chromium = onOwnStack();
const { ignore } = chromium;

/** Compressed, in bytes: what the first page may load of script. */
const budget = 200_000;

Deno.test({
  name: "web: the first page loads less than 200 kB of script, compressed",
  ignore,
  async fn() {
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    const scripts = new Map<string, Promise<number>>();
    page.on("response", (response) => {
      if (response.request().resourceType() !== "script" || response.status() !== 200) return;
      scripts.set(response.url(), response.body().then((body) => gzipSync(body).length));
    });
    await page.goto("/", { waitUntil: "networkidle" });
    await page.getByRole("button", { name: "Log in" }).waitFor();
    await looksRight(page, "home");
    const sizes = await Promise.all(scripts.values());
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(scripts.size > 1, "the scripts are seen");
    assert.ok(bytes > 50_000 && bytes < budget, `${bytes} bytes of script`);
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: at 390 px the ways are behind the menu, which says whether it is open",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    await using tab = await chromium.visit({
      viewport: { width: 390, height: 844 },
    });
    const { page, complaints } = tab;
    await page.goto("/");
    await logInOn(page, user);
    await headingIs(page, "Welcome, Test User");
    await looksRight(page, "home-signed-in");
    const menu = page.getByRole("button", { name: "Menu" });
    assert.equal(await menu.getAttribute("aria-expanded"), "false");
    const ways = page.getByRole("navigation", { name: "Main" });
    assert.equal(await ways.count(), 0, "what cannot be seen is not there");
    await menu.click();
    assert.equal(await menu.getAttribute("aria-expanded"), "true");
    assert.deepEqual(await seriousFindings(page), []);
    await ways.getByRole("link", { name: "Billing" }).click();
    await headingIs(page, "Plan and billing");
    assert.equal(await page.title(), "Plan and billing · Socle");
    assert.equal(await ways.count(), 0, "the menu closes behind whoever went on");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: the colours follow the device until somebody chooses, and the choice stays",
  ignore,
  async fn() {
    await using tab = await chromium.visit({ colorScheme: "dark" });
    const { page, complaints } = tab;
    const scheme = () => page.locator("html").getAttribute("data-mantine-color-scheme");
    await page.goto("/");
    await page.getByRole("button", { name: "Colours: as the device" }).click();
    await page.getByRole("button", { name: "Colours: light" }).waitFor();
    assert.equal(await scheme(), "light");
    await page.reload();
    await page.getByRole("button", { name: "Colours: light" }).click();
    await page.getByRole("button", { name: "Colours: dark" }).click();
    await page.getByRole("button", { name: "Colours: as the device" }).waitFor();
    assert.equal(await scheme(), "dark", "as the device is");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: an address that leads nowhere says so and leads on",
  ignore,
  async fn() {
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/nowhere/at/all");
    await headingIs(page, "This page does not exist");
    await looksRight(page, "not-found");
    await page.getByRole("main").getByRole("link").click();
    await page.waitForURL((url) => url.pathname === "/");
    assert.deepEqual(complaints, []);
  },
});
