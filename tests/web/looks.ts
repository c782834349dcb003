/** How a page looks: at both widths and in both themes it must be usable, and may be photographed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { seriousFindings } from "./browser.ts";

/** A telephone and a laptop. */
const viewports = [{ width: 390, height: 844 }, { width: 1280, height: 800 }];
const schemes = ["light", "dark"] as const;

/** Taller pages are cut off in a picture. */
const tallest = 2400;

/**
 * The page as it is now, at 390 and 1280 px, light and dark: axe finds nothing serious and nothing is wider
 * than the page. With SCREENSHOTS=<folder> each is kept as `<name>-<width>-<scheme>.webp`.
 */
export async function looksRight(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const viewport of viewports) {
    await page.setViewportSize(viewport);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      await photograph(page, `${name}-${viewport.width}-${colorScheme}`);
      await isAccessible(page, `${name} at ${viewport.width} px, ${colorScheme}`);
    }
  }
  if (before !== null) await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
}

/** The page as it is now: axe finds nothing serious, and nothing is wider than the page. */
export async function isAccessible(page: Page, what: string = page.url()): Promise<void> {
  assert.deepEqual(await seriousFindings(page), [], what);
  const overflow = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  assert.ok(overflow <= 0, `${what} is ${overflow} px too wide`);
}

/** Keeps a picture of the whole page where SCREENSHOTS names a folder. WebP: a quarter of a PNG's size. */
export async function photograph(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("SCREENSHOTS");
  if (folder === undefined) return;
  await page.evaluate("scrollTo(0, 0)");
  const { width, height } = page.viewportSize()!;
  // A dialog lies over what is in sight alone.
  const dialogs = await page.getByRole("dialog").count();
  const content = dialogs > 0
    ? height
    : await page.evaluate<number>("document.documentElement.scrollHeight");
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: 60,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height: Math.min(tallest, Math.max(height, content)), scale: 1 },
  });
  await session.detach();
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(join(folder, `${name}.webp`), Uint8Array.fromBase64(data));
}
