/** Photographs pages by Chromium's own command line: no driver to install. */
import { pathToFileURL } from "node:url";

/** The Chromium to use: CHROMIUM_PATH, or else the first on the PATH; undefined where none starts. */
export async function findChromium(): Promise<string | undefined> {
  const given = Deno.env.get("CHROMIUM_PATH");
  for (const command of given ? [given] : ["chromium", "google-chrome"]) {
    try {
      const version = new Deno.Command(command, { args: ["--version"], stderr: "null" });
      if ((await version.output()).success) return command;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/**
 * Writes a PNG of the whole of a local page, in two runs: Chromium cuts a screenshot at the window, so
 * the page says first how high it is, by `data-height` on its root element.
 *
 * @param width CSS pixels
 * @throws {Error} Chromium fails, or the page does not say its height
 */
export async function screenshot(
  chromium: string,
  { page, image, width }: { page: string; image: string; width: number },
): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "mail-previews-" });
  const url = pathToFileURL(page).href;
  try {
    const dom = await run(chromium, profile, [`--window-size=${width},1000`, "--dump-dom", url]);
    const height = /<html[^>]* data-height="(\d+)"/.exec(dom)?.[1];
    if (height === undefined) throw new Error(`cannot photograph ${page}: it set no data-height`);
    await run(chromium, profile, [
      `--window-size=${width},${height}`,
      `--screenshot=${image}`,
      url,
    ]);
  } finally {
    await Deno.remove(profile, { recursive: true });
  }
}

async function run(chromium: string, profile: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(chromium, {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
      "--hide-scrollbars",
      `--user-data-dir=${profile}`,
      ...args,
    ],
    stdin: "null",
    // A page that never loads ends with an error instead of holding the task.
    signal: AbortSignal.timeout(60_000),
  }).output();
  if (!success) throw new Error(`Chromium failed: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout);
}
