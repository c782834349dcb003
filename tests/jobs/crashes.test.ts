/** Workers and databases that die in the middle: what was taken is done, and done once. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import postgres from "postgres";
import { type FaultyStack, withFaultyStack } from "../support/faulty-stack.ts";
import { functionProcesses } from "../support/function-processes.ts";
import { mailsTo } from "../support/mails.ts";
import { stripeSdk } from "../support/stack.ts";
import { deliver, eventAbout, handled } from "../support/stripe-events.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let proxy: FaultyStack["proxy"];
let on: FaultyStack["on"];
let sql: FaultyStack["sql"];
withFaultyStack((parts) => ({ proxy, on, sql } = parts));

/** The process of this stack that runs a function. */
async function processOf(name: string): Promise<number> {
  const pid = (await functionProcesses(on)).get(name);
  if (pid === undefined) throw new Error(`no process runs ${name}`);
  return pid;
}

Deno.test({
  name:
    "a worker killed in the middle of a job: another takes it after the lease, and it happens once",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const never = Promise.withResolvers<void>();
    const creation = { method: "POST", path: /^\/v1\/customers$/ };
    const held = proxy.breakCalls(creation, { kind: "answer held", until: never.promise }, 1);
    const user = await signUp({ on });
    await waitFor("a worker to be in the middle of it", () => Promise.resolve(held.met === 1));
    // Stripe has done it; who asked will never know.
    Deno.kill(await processOf("jobs-run"), "SIGKILL");
    never.resolve();

    const about = sql`kind = 'stripe_customer_create'
      and payload ->> 'workspace_id' = ${user.workspaceId}`;
    const [locked] = await sql`select state, attempts, locked_until > now() as leased
      from private.jobs where ${about}`;
    deepStrictEqual({ ...locked }, { state: "pending", attempts: 1, leased: true });
    await sql`update private.jobs set locked_until = now() - interval '1 second'
              where state = 'pending'`;
    const [done] = await waitFor("another worker to finish it", async () => {
      const rows = await sql`select attempts from private.jobs
                             where ${about} and state = 'succeeded'`;
      return rows.length === 1 && rows;
    });
    strictEqual(done!["attempts"], 2);
    const { data } = await stripeSdk(on).customers.list({ email: user.email });
    strictEqual(data.length, 1);
    const [row] = await sql`select stripe_customer_id from private.billing_customers
                            where workspace_id = ${user.workspaceId}`;
    strictEqual(row!["stripe_customer_id"], data[0]!.id);
    // The mail that the same worker had, or would have had, comes once too.
    await waitFor("the welcome mail", async () => (await mailsTo(user.email, on)).length > 0);
    const pending = await sql`select kind from private.jobs where state = 'pending'
                              and payload ->> 'to' = ${user.email}`;
    deepStrictEqual([...pending], []);
    strictEqual((await mailsTo(user.email, on)).length, 1);
  },
});

Deno.test("jobs whose provider hangs hold up nobody else's", async () => {
  const release = Promise.withResolvers<void>();
  const creation = { method: "POST", path: /^\/v1\/customers$/ };
  const held = proxy.breakCalls(creation, { kind: "answer held", until: release.promise }, 3);
  try {
    // Whoever wakes workers now waits for one that hangs: the request, the schedule, the webhook.
    for (let hanging = 1; hanging <= 3; hanging++) {
      await signUp({ on });
      await waitFor("a worker to hang", () => Promise.resolve(held.met === hanging));
    }
    const user = await signUp({ on });
    await waitFor(
      "the mail, though workers hang",
      async () => (await mailsTo(user.email, on)).length > 0,
      12, // Less than the 20 s after which the SDK gives a call up.
    );
  } finally {
    release.resolve();
  }
});

Deno.test("every database connection killed again and again: 503 with Retry-After, and nothing acknowledged is lost", async () => {
  const server = postgres(Deno.env.get("SOCLE_TEST_DATABASE")!, { max: 1, onnotice: () => {} });
  const database = new URL(on.databaseUrl).pathname.slice(1);
  const events = Array.from(
    { length: 60 },
    (_, index) => eventAbout({ id: `prod_crash_${index}`, object: "product" }),
  );
  const acknowledged = new Set<string>();
  let refused = 0;
  let going = true;
  const killer = (async () => {
    while (going) {
      await server`select pg_terminate_backend(pid) from pg_stat_activity
                   where datname = ${database} and pid <> pg_backend_pid()`;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  try {
    const waiting = [...events];
    await Promise.all(Array.from({ length: 6 }, async () => {
      for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
        const answer = await deliver(event, { on });
        if (answer.status === 200) {
          acknowledged.add(event.id);
          continue;
        }
        refused++;
        strictEqual(answer.status, 503, JSON.stringify(answer.body));
        strictEqual(answer.body.code, "database_unavailable");
        match(answer.headers.get("retry-after") ?? "", /^\d+$/);
      }
    }));
  } finally {
    going = false;
    await killer;
    await server.end();
  }
  ok(refused > 0, "the killing was noticed");

  await waitFor("the database to be reached again", async () => {
    return (await deliver(events[0], { on })).status === 200;
  });
  const stored = await sql<{ event_id: string }[]>`
    select event_id from private.webhook_events where event_id = any (${[...acknowledged]})`;
  strictEqual(stored.length, acknowledged.size);
  // As Stripe does, what was not acknowledged is delivered again.
  for (const event of events) strictEqual((await deliver(event, { on })).status, 200);
  await sql`update private.jobs set locked_until = now() - interval '1 second', run_at = now()
            where state = 'pending'`;
  await handled(sql, events.map(({ id }) => id));
  const dead = await sql`select kind, last_error from private.jobs where state = 'dead'`;
  deepStrictEqual([...dead], []);
});
