/** The stack's log as a file that outlives the terminal: what `task logs` reads. */
import { join } from "node:path";
import type { Log } from "../log.ts";

/** One line of the file. */
export interface LogLine {
  /** ISO 8601. */
  time: string;
  /** The part that said it: `stripe`, `function plans`. */
  source: string;
  level: "info" | "warn" | "error";
  message: string;
}

/** Then the file becomes the older one, of which one is kept: a stack may run for weeks. */
const mostBytes = 10_000_000;

/** Where the log is, and where what came before it. */
export function logFiles(dataDir: string): { current: string; older: string } {
  return { current: join(dataDir, "stack.log"), older: join(dataDir, "stack.log.1") };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/**
 * Opens the log to add to it. Written at once and in order, so that a crash loses none; readable for its
 * owner alone, since mails' addresses are in it. What cannot be written (the disk is full) ends nothing: it is
 * said once, and again after a line that could be.
 *
 * @param complain where that is said
 */
export async function openLogFile(
  dataDir: string,
  limit = mostBytes,
  complain: (message: string) => void = console.error,
): Promise<Log> {
  await Deno.mkdir(dataDir, { recursive: true });
  const { current, older } = logFiles(dataDir);
  const open = () => Deno.openSync(current, { append: true, create: true, mode: 0o600 });
  let bytes = await sizeOf(current);
  let file = open();
  const encoder = new TextEncoder();
  const add = (text: Uint8Array) => {
    if (bytes > 0 && bytes + text.length > limit) {
      Deno.renameSync(current, older);
      const next = open();
      file.close();
      file = next;
      bytes = 0;
    }
    for (let written = 0; written < text.length;) {
      const more = file.writeSync(text.subarray(written));
      written += more;
      bytes += more;
    }
  };
  let failing = false;
  return (source, message, level = "info") => {
    const line: LogLine = { time: new Date().toISOString(), source, level, message };
    try {
      // After a failure there may be half a line.
      add(encoder.encode(`${failing ? "\n" : ""}${JSON.stringify(line)}\n`));
      failing = false;
    } catch (error) {
      if (!failing) complain(`The log cannot be written, lines are lost: ${error}`);
      failing = true;
    }
  };
}

/** The lines of a text; one that is not whole (the disk was full) is passed over. */
export function parseLines(text: string): LogLine[] {
  return text.split("\n").flatMap((line) => {
    if (!line.endsWith("}")) return [];
    try {
      return [JSON.parse(line) as LogLine];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}
