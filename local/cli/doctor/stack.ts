/** The stack of this checkout: whether one runs and is well, what an earlier one has left, whose ports are taken. */
import { join } from "node:path";
import { type Ports, portsFrom } from "../../ports.ts";
import { usableDataDir } from "../../postgres/server.ts";
import { isAlive, notedRunning } from "../running.ts";
import { bad, type Finding, ok, warn } from "./check.ts";

/** Health is asked no longer than this. */
const patienceMs = 5_000;

async function health(url: string): Promise<Finding> {
  try {
    const reply = await fetch(`${url}/functions/v1/health`, {
      signal: AbortSignal.timeout(patienceMs),
    });
    const body = await reply.json() as { status?: string; detail?: string };
    return reply.ok
      ? ok("health", body.status ?? "ok")
      : bad("health", `${reply.status}: ${body.detail ?? ""}`, "see: task logs --level error");
  } catch (error) {
    return bad("health", `${url} does not answer: ${(error as Error).message}`, "see: task logs");
  }
}

function takenPorts(ports: Ports): string[] {
  return Object.entries(ports).flatMap(([name, port]) => {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return [];
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return [`${port} (${name})`];
      throw error;
    }
  });
}

/** A Postgres of this data folder that runs although no stack does: the next start meets its lock. */
async function strayPostgres(dataDir: string): Promise<Finding> {
  const folder = await usableDataDir(join(dataDir, "postgres"));
  let text: string;
  try {
    text = await Deno.readTextFile(join(folder, "postmaster.pid"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return ok("left-over processes", "none");
    throw error;
  }
  const pid = Number(text.split("\n")[0]);
  if (!isAlive(pid)) {
    return ok("left-over processes", "none; Postgres was killed, and will recover");
  }
  return bad(
    "left-over processes",
    `Postgres (process ${pid}) of ${folder} runs without its stack`,
    `kill ${pid}`,
  );
}

/** Everything about the stack whose data is in `dataDir`; `port` is that of its API. */
export async function stack(dataDir: string, port: number): Promise<Finding[]> {
  const noted = await notedRunning(dataDir);
  if (noted !== undefined && isAlive(noted.pid)) {
    const url = noted.env["SUPABASE_URL"]!;
    return [ok("stack", `runs at ${url} (process ${noted.pid})`), await health(url)];
  }
  const taken = takenPorts(portsFrom(port));
  return [
    noted === undefined
      ? ok("stack", "does not run; start it: npx -y deno@2.9.6 task start")
      : warn(
        "stack",
        `process ${noted.pid} ended without saying so`,
        "start it again; what was committed is there: npx -y deno@2.9.6 task start",
      ),
    taken.length === 0
      ? ok("ports", `${port} to ${port + 6} are free`)
      : warn("ports", `in use: ${taken.join(", ")}`, "choose others: task start --port <number>"),
    await strayPostgres(dataDir),
  ];
}
