/**
 * `task logs [part …] [--follow] [--lines N] [--level warn] [--json]`: what the stack logged, the running
 * one or the last. A part is a function's name, or `stripe`, `mail`, `gateway` and the like.
 */
import { setTimeout as delay } from "node:timers/promises";
import { terminalLine } from "./lines.ts";
import { logFiles, type LogLine, parseLines } from "./log-file.ts";
import { LogFollower } from "./log-follower.ts";
import { dataDir } from "./running.ts";
import { textIfThere } from "../text-if-there.ts";
import { fail, readArguments } from "./arguments.ts";

const usage =
  "Usage: task logs [part …] [--follow] [--lines N] [--level info|warn|error] [--grep text] [--json]";
const levels = ["info", "warn", "error"] as const;
/** Between two looks at a file that is followed. */
const pauseMs = 200;

const { values, positionals: parts } = readArguments(usage, {
  allowPositionals: true,
  options: {
    follow: { type: "boolean", short: "f", default: false },
    lines: { type: "string", short: "n", default: "100" },
    level: { type: "string", default: "info" },
    grep: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});
const count = Number(values.lines);
const level = levels.findIndex((one) => one === values.level);
if (!Number.isInteger(count) || count < 0 || level < 0) fail(usage);

function isWanted(line: LogLine): boolean {
  return (parts.length === 0 ||
    parts.some((part) => line.source === part || line.source === `function ${part}`)) &&
    levels.indexOf(line.level) >= level && line.message.includes(values.grep);
}

function show(line: LogLine): void {
  console.log(
    values.json
      ? JSON.stringify(line)
      : terminalLine(new Date(line.time), line.source, line.message),
  );
}

const { current, older } = logFiles(dataDir);

/** Shows what is added from a position on. */
async function follow(position: number): Promise<never> {
  using follower = await LogFollower.at(dataDir, position);
  for (;;) {
    (await follower.look()).filter(isWanted).forEach(show);
    await delay(pauseMs);
  }
}

const text = await textIfThere(current);
if (text === undefined) {
  fail("Nothing has been logged here. Start the stack with: npx -y deno@2.9.6 task start");
}
let held = parseLines(text).filter(isWanted);
if (held.length < count) {
  held = [...parseLines(await textIfThere(older) ?? "").filter(isWanted), ...held];
}
held.slice(Math.max(0, held.length - count)).forEach(show);
if (values.follow) await follow(new TextEncoder().encode(text).length);
