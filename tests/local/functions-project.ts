import { dirname, join } from "node:path";
import type { Log } from "../../local/log.ts";
import {
  type FunctionsOptions,
  type FunctionsRuntime,
  startFunctions,
} from "../../local/functions/runtime.ts";

/** A supabase folder of its own with a running functions runtime; disposing ends and removes both. */
export interface FunctionsProject extends AsyncDisposable {
  runtime: FunctionsRuntime;
  directory: string;
  logged: string[];
  /** Writes a file, as an editor does. */
  write(path: string, text: string): Promise<void>;
  /** Resolves with the first line of the log that matches, also one logged before. */
  logs(pattern: RegExp): Promise<string>;
  /** Calls `/functions/v1<path>`. */
  call(path: string, init?: RequestInit): Promise<Response>;
}

export async function functionsProject(
  files: Record<string, string>,
  options: Partial<FunctionsOptions> = {},
): Promise<FunctionsProject> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "socle-functions-" }));
  const logged: string[] = [];
  const waiting = new Set<() => void>();
  const log: Log = (source, message) => {
    logged.push(`${source}: ${message}`);
    waiting.forEach((check) => check());
  };
  const write = async (path: string, text: string) => {
    const file = join(directory, path);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(file, text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  const runtime = await startFunctions({
    supabaseDir: directory,
    env: {},
    ownVariables: true,
    log,
    ...options,
  });
  return {
    runtime,
    directory,
    logged,
    write,
    logs: (pattern) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          reject(new Error(`no line like ${pattern} among\n${logged.join("\n")}`));
        }, 120_000);
        const check = () => {
          const line = logged.find((line) => pattern.test(line));
          if (line === undefined) return;
          clearTimeout(late);
          waiting.delete(check);
          resolve(line);
        };
        waiting.add(check);
        check();
      }),
    call: (path, init) =>
      runtime.handle(new Request(`http://127.0.0.1:54321/functions/v1${path}`, init)),
    async [Symbol.asyncDispose]() {
      await runtime.stop();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** A config.toml that lists the functions, all open to anyone. */
export function listed(...names: string[]): string {
  return names.map((name) => `[functions.${name}]\nverify_jwt = false\n`).join("\n");
}

/** A function's source: `export default { fetch }` around a handler's source. */
export function handler(source: string): string {
  return `export default { fetch: ${source} };\n`;
}
