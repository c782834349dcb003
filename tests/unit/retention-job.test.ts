/** The retention job: goes on while there is more, and hands over what one job does not get done. */
import assert from "node:assert/strict";
import type { Db } from "../../supabase/functions/_shared/database.ts";
import { retention } from "../../supabase/functions/_shared/jobs/retention.ts";

/** A database that has something to remove for the first `calls` calls. */
function database(calls: number) {
  const seen: [name: string, parameters: unknown][] = [];
  const rpc = (name: string, parameters: unknown) => {
    seen.push([name, parameters]);
    const data = name === "retention_run" ? { removed: { jobs: 5 }, more: --calls > 0 } : 1;
    return Promise.resolve({ data, error: null });
  };
  return { admin: { rpc } as unknown as Db, seen };
}

const run = async (calls: number) => {
  const { admin, seen } = database(calls);
  const signal = new AbortController().signal;
  assert.equal((await retention.handle({ admin, cause: "c", signal }, {})).outcome, "succeeded");
  return seen;
};

Deno.test("retention job: calls until nothing is left, and enqueues nothing then", async () => {
  assert.deepEqual((await run(3)).map(([name]) => name), Array(3).fill("retention_run"));
});

Deno.test("retention job: what is left after its share is another job's, once", async () => {
  const seen = await run(Infinity);
  const [name, parameters] = seen.at(-1)!;
  assert.equal(name, "job_enqueue");
  assert.deepEqual(parameters, { kind: "retention", payload: {}, dedupe_key: "after:c" });
  assert.equal(seen.filter(([one]) => one === "job_enqueue").length, 1);
});
