/** `task reset`: empties the data; the next start is a first one. */
import { join } from "node:path";
import { usableDataDir } from "../postgres/server.ts";
import { dataDir, readRunning } from "./running.ts";
import { readSwitches } from "./arguments.ts";

readSwitches("Usage: task reset");

const running = await readRunning();
if (running !== undefined) {
  console.error(
    `The stack runs (process ${running.pid}). Stop it first: Ctrl-C where it was started.`,
  );
  Deno.exit(1);
}
// Ctrl-C would leave a database without the Stripe that belongs to it, or one without the other's customers.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(
    signal,
    () => console.error("Removing all of it; that cannot be half done."),
  );
}
// The database may lie elsewhere: see local/postgres/server-account.ts.
for (const folder of [await usableDataDir(join(dataDir, "postgres")), dataDir]) {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
console.log("The data is gone. The next start makes everything anew.");
Deno.exit(0);
