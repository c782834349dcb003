/**
 * A built site, held in memory: a request can only name what was read, so no path leads out of the
 * folder, and a newer build that replaces the folder disturbs nobody.
 */
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const contentTypes: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

interface SiteFile {
  body: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

/** A site's files by path, `/index.html` among them. */
export type Site = Map<string, SiteFile>;

/** Reads a folder that Vite built. */
export async function readSite(folder: string, under = ""): Promise<Site> {
  const site: Site = new Map();
  for await (const entry of Deno.readDir(join(folder, under))) {
    const path = `${under}/${entry.name}`;
    if (entry.isDirectory) {
      for (const [name, file] of await readSite(folder, path)) site.set(name, file);
      continue;
    }
    site.set(path, {
      body: await Deno.readFile(join(folder, path)),
      headers: {
        "content-type": contentTypes[extname(path)] ?? "application/octet-stream",
        // Names under assets/ carry a hash of the content.
        "cache-control": path.startsWith("/assets/")
          ? "public, max-age=31536000, immutable"
          : "no-cache",
      },
    });
  }
  return site;
}

/** What index.html loads at once: its script, and what that imports. */
const loadedAtOnce = /<(?:script|link)\b[^>]*\s(?:src|href)="(\/[^"]+\.js)"/g;

/** How much script every visit loads, compressed, in bytes; the page that is opened brings its own. */
export function scriptBytes(site: Site): number {
  const page = new TextDecoder().decode(site.get("/index.html")?.body);
  let bytes = 0;
  for (const [, path] of page.matchAll(loadedAtOnce)) {
    const file = site.get(path!);
    if (file !== undefined) bytes += gzipSync(file.body).length;
  }
  return bytes;
}

/** The file of a path; for every other address of the application its one page. Undefined: no such file. */
export function siteFile(site: Site, path: string): SiteFile | undefined {
  return site.get(path) ?? (extname(path) === "" ? site.get("/index.html") : undefined);
}
