/**
 * The API reference at /reference: Swagger UI over docs/openapi.json. Nothing is loaded from elsewhere, which
 * the page's policy makes sure of.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSite, type Site } from "../site.ts";
import { turnOf } from "../turn.ts";

const projectDir = fileURLToPath(new URL("../../..", import.meta.url));
const here = join(projectDir, "local/web/reference");

/** Swagger UI's own files that the page loads. */
const ofSwagger = ["/swagger-ui.css", "/swagger-ui-bundle.js", "/favicon-32x32.png"];
const ours = ["/page.html", "/page.css", "/page.js"];

/** Answers what is below /reference. */
export interface Reference {
  /** Undefined for any other path. @throws when Swagger UI cannot be had, in Deno's words */
  answer(pathname: string): Promise<Response | undefined>;
}

export interface ReferenceOptions {
  /** The stack that is asked. */
  supabaseUrl: string;
  /** Of the builds of the pages, with which it takes turns at installing packages. */
  cacheDir: string;
  /** Ends a wait and an installation. */
  signal: AbortSignal;
}

async function swaggerFolder(
  { cacheDir, signal }: Pick<ReferenceOptions, "cacheDir" | "signal">,
): Promise<string> {
  using _turn = await turnOf(cacheDir, signal);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(here, "folder.ts")],
    cwd: projectDir,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
    signal,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  return new TextDecoder().decode(stdout).trim();
}

function only(site: Site, names: string[]): Site {
  return new Map([...site].filter(([name]) => names.includes(name)));
}

/** The document, with the stack at hand as the first server. */
async function document(supabaseUrl: string): Promise<Response> {
  const held = JSON.parse(await Deno.readTextFile(join(projectDir, "docs/openapi.json")));
  held.servers[0].url = supabaseUrl;
  return Response.json(held, { headers: { "cache-control": "no-store" } });
}

/** Makes one; Swagger UI is looked for at the first request. */
export function reference({ supabaseUrl, ...turn }: ReferenceOptions): Reference {
  let files: Promise<Site> | undefined;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    // Swagger UI sets styles of elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src 'self' ${supabaseUrl}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

  async function load(): Promise<Site> {
    const [swagger, own] = await Promise.all([
      swaggerFolder(turn).then((folder) => readSite(folder)),
      readSite(here),
    ]);
    return new Map([...only(swagger, ofSwagger), ...only(own, ours)]);
  }

  return {
    async answer(pathname) {
      if (pathname !== "/reference" && !pathname.startsWith("/reference/")) return undefined;
      if (pathname === "/reference/openapi.json") return await document(supabaseUrl);
      files ??= load().catch((error) => {
        files = undefined; // The next request tries again.
        throw error;
      });
      const path = pathname.slice("/reference".length);
      const file = (await files).get(path === "" || path === "/" ? "/page.html" : path);
      if (file === undefined) return new Response("Not found\n", { status: 404 });
      return new Response(file.body, {
        headers: { ...file.headers, "content-security-policy": policy },
      });
    },
  };
}
