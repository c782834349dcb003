/** How the stack's log looks in a terminal: the functions' request lines made short, the rest as it is. */
import type { Log } from "../log.ts";

interface RequestLine {
  event?: string;
  method?: string;
  function?: string;
  status?: number;
  duration_ms?: number;
  code?: string;
  error?: string;
  request_id?: string;
  kind?: string;
  state?: string;
  job?: number;
}

function shortened(message: string): string {
  if (!message.startsWith("{")) return message;
  let line: RequestLine;
  try {
    line = JSON.parse(message);
  } catch {
    return message; // Not ours: printed by a library.
  }
  if (line.event === "request") {
    const tail = [line.code, line.error, (line.status ?? 0) >= 500 ? line.request_id : undefined]
      .filter((part) => part !== undefined).join(" ");
    return `${line.method} ${line.status} ${line.duration_ms} ms ${tail}`.trimEnd();
  }
  if (line.event === "job") {
    return `job ${line.job} ${line.kind} ${line.state} ${line.duration_ms} ms ${line.error ?? ""}`
      .trimEnd();
  }
  return message;
}

/** A line as a terminal shows it. */
export function terminalLine(time: Date, source: string, message: string): string {
  return `${time.toISOString().slice(11, 19)} ${source.padEnd(28)} ${shortened(message)}`;
}

/** A log that writes to the terminal. */
export const terminalLog: Log = (source, message, level = "info") => {
  const line = terminalLine(new Date(), source, message);
  if (level === "info") console.log(line);
  else console.error(line);
};
