/** The inbox as staff work with it: what came, what it changed, and handling it anew. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { buy } from "../support/purchases.ts";
import { call } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let sql: Sql;
let staff: TestUser;
Deno.test.beforeAll(async () => {
  sql = connect();
  staff = await signUpStaff();
});
Deno.test.afterAll(async () => {
  await sql?.end();
});

const list = (query: Record<string, string>) =>
  call("GET", `webhook-events?${new URLSearchParams(query)}`, { token: staff.token });
const inspect = async (id: number) => (await list({ id: String(id) })).body.event;
const replay = (body: unknown) => call("POST", "webhook-events", { token: staff.token, body });

/** Waits until an event has been handled since `before`, and looks into it. */
function handledAgain(id: number, before: string) {
  return waitFor(`event ${id} to be handled again`, async () => {
    const event = await inspect(id);
    return event.state === "handled" && event.handled_at > before && event;
  });
}

Deno.test("webhook-events: an event shows what its handling changed; a replay mends the mirror and shows that as well", async () => {
  const user = await signUp();
  const subscription = await buy(user);
  const [stored] = await sql<{ id: number }[]>`
    select id::int from private.webhook_events
    where type = 'customer.subscription.created' and payload #>> '{data,object,id}' = ${subscription}`;
  const event = await waitFor("the event to be handled", async () => {
    const one = await inspect(stored!.id);
    return one.state === "handled" && one;
  });
  strictEqual(event.payload.data.object.id, subscription);
  const target = event.targets.find((one: { id: string }) => one.id === subscription);
  ok(target.synced_seq >= target.seq);
  strictEqual(target.mirrored.status, "active");

  await sql`update public.subscriptions set status = 'past_due', quantity = 7
            where stripe_subscription_id = ${subscription}`;
  const reason = "the customer says that he has paid";
  const answer = await replay({ ids: [stored!.id], reason });
  strictEqual(answer.status, 200, JSON.stringify(answer.body));
  deepStrictEqual(
    answer.body.replayed.map(({ id, state_before }: Record<string, unknown>) => [id, state_before]),
    [[stored!.id, "handled"]],
  );
  const after = await handledAgain(stored!.id, event.handled_at);
  const mended = after.changes.at(-1);
  deepStrictEqual(
    [mended.table, mended.row, mended.before, mended.after],
    ["subscriptions", subscription, { status: "past_due", quantity: 7 }, {
      status: "active",
      quantity: 1,
    }],
  );
  strictEqual(after.note, reason);
  const [noted] = await sql`
    select actor_id, actor_kind, reason from public.audit_log
    where action = 'webhook_events.replay' and target = ${String(stored!.id)}`;
  deepStrictEqual({ ...noted }, { actor_id: staff.id, actor_kind: "staff", reason });

  // Once more changes nothing, and says so by adding nothing.
  await replay({ ids: [stored!.id], reason });
  const again = await handledAgain(stored!.id, after.handled_at);
  strictEqual(again.changes.length, after.changes.length);
});

Deno.test("webhook-events: only our own server says which event a change belongs to, whatever header comes", async () => {
  const user = await signUp();
  const subscription = await buy(user);
  const { id } = await deadEvent();
  class Undone extends Error {}
  const changedAs = async (role: string) => {
    let noted = -1;
    await sql.begin(async (tx) => {
      const headers = JSON.stringify({ "x-webhook-event": String(id) });
      await tx`select set_config('request.headers', ${headers}, true), set_config('role', ${role}, true)`;
      await tx`update public.subscriptions set quantity = 9
               where stripe_subscription_id = ${subscription}`;
      noted = (await tx`select from private.webhook_event_changes where event_id = ${id}`).length;
      throw new Undone();
    }).catch((error) => {
      if (!(error instanceof Undone)) throw error;
    });
    return noted;
  };
  deepStrictEqual([await changedAs("service_role"), await changedAs("postgres")], [1, 0]);
});

/** An event that no adapter takes: its job dies at once. */
async function deadEvent(
  type = `test.${crypto.randomUUID()}`,
): Promise<{ id: number; type: string }> {
  const [row] = await sql<{ id: number }[]>`
    select public.webhook_store('nobody', ${crypto.randomUUID()}, ${type}, '{"a": 1}')::int as id`;
  await waitFor("its job to die", async () => (await inspect(row!.id)).state === "dead");
  return { id: row!.id, type };
}

Deno.test("webhook-events: an event whose job died is dead; discarded it waits for nobody, and a replay takes it up again", async () => {
  const { id, type } = await deadEvent();
  const [job] = (await inspect(id)).job_ids;
  const decide = (action: string) =>
    call("POST", "jobs", {
      token: staff.token,
      body: { action, ids: [job], reason: "nobody needs this event" },
    });
  deepStrictEqual((await decide("discard")).body.changed, [{ id: job, state_before: "dead" }]);
  strictEqual((await inspect(id)).state, "discarded");
  const [waiting] = await sql`
    select from private.webhook_events
    where id = ${id} and handled_at is null and discarded_at is null`;
  strictEqual(waiting, undefined, "health no longer counts it");

  const found = await list({ type, state: "discarded" });
  deepStrictEqual(found.body.events.map((one: { id: number }) => one.id), [id]);
  deepStrictEqual((await list({ type, state: "dead" })).body.events, []);

  const { body } = await replay({ filter: { type }, reason: "an adapter is there now" });
  strictEqual(body.replayed.length, 1);
  strictEqual(body.replayed[0].state_before, "discarded");
  await waitFor("the new job to die too", async () => (await inspect(id)).state === "dead");

  // Replayed once more, what died is a dead letter no longer: the new job stands for it.
  const [second] = (await inspect(id)).job_ids.filter((one: number) => one !== job);
  const next = await replay({ ids: [id], reason: "third time lucky" });
  await waitFor("the third job to die", async () => (await inspect(id)).state === "dead");
  const [former] = await sql<{ state: string; note: string }[]>`
    select state, note from private.jobs where id = ${second}`;
  strictEqual(former!.state, "discarded");
  strictEqual(former!.note, `job ${next.body.replayed[0].job_id} handles its event anew`);
  await decide("discard");
});

Deno.test("webhook-events: pages by cursor, newest first, without gap or repetition while more come in", async () => {
  const type = `test.${crypto.randomUUID()}`;
  const ids: number[] = [];
  for (let index = 0; index < 5; index++) ids.push((await deadEvent(type)).id);
  const first = (await list({ type, page_size: "2" })).body;
  await deadEvent(type);
  const second = (await list({ type, page_size: "2", cursor: first.next_cursor })).body;
  const third = (await list({ type, page_size: "2", cursor: second.next_cursor })).body;
  const seen = [first, second, third].flatMap(({ events }) =>
    events.map((one: { id: number }) => one.id)
  );
  deepStrictEqual(seen, ids.toReversed());
  strictEqual(third.next_cursor, null);
  const [{ received_at }] = third.events;
  deepStrictEqual(
    (await list({ type, until: received_at })).body.events,
    [],
    "until is exclusive",
  );
  strictEqual((await list({ type, since: received_at })).body.events.length, 6);
});

Deno.test("webhook-events: ids that do not exist are left out or 404, neither ids nor a filter is 422", async () => {
  const answer = await replay({ ids: [999_999_999_999], reason: "a slip of the pen" });
  deepStrictEqual([answer.status, answer.body.replayed], [200, []]);
  strictEqual((await list({ id: "999999999999" })).body.code, "not_found");
  const both = { ids: [1], filter: {}, reason: "cannot decide" };
  for (const body of [{ reason: "neither of both" }, both]) {
    const refused = (await replay(body)).body;
    strictEqual(refused.code, "invalid_body");
    deepStrictEqual(refused.errors, [{
      pointer: "/filter",
      detail: "Give either ids or a filter",
    }]);
  }
  match(JSON.stringify((await replay({ ids: [1], reason: " why " })).body.errors), /reason/);
});
