/** Webhooks out on the running stack: real receivers, which verify as docs/webhooks-out.md shows. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { call, operator } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { documentedReceiver, requestOf, webhookReceiver } from "../support/webhook-receiver.ts";

const sql = connect();
let staff: TestUser;
Deno.test.beforeAll(async () => {
  staff = await signUpStaff();
});
Deno.test.afterAll(() => sql.end());

const receiver = (events: string[], ...answers: (() => Response | Promise<Response>)[]) =>
  webhookReceiver({ sql, staff }, events, ...answers);

const list = (query: Record<string, string>, token = staff.token) =>
  call("GET", `webhook-deliveries?${new URLSearchParams(query)}`, { token });
const send = (body: unknown, token = staff.token) =>
  call("POST", "webhook-deliveries", { token, body });
const ping = (endpoint_id: string) =>
  send({ action: "ping", endpoint_id, reason: "is it reached?" });

/** Lets the queue's backoff pass. */
async function againNow(deliveryId: number): Promise<void> {
  await waitFor("the attempt to be over", async () => {
    const [job] = await sql`
      update private.jobs set run_at = private.now()
      where kind = 'webhook_send' and payload ->> 'delivery_id' = ${String(deliveryId)}
        and state = 'pending' and locked_until is null and last_error is not null returning id`;
    return job;
  });
  await operator().functions.invoke("jobs-run", { body: {} });
}

Deno.test("webhooks out: what fails goes again under the same id, freshly signed, until it is taken", async () => {
  await using hook = await receiver(
    ["webhook.ping"],
    () => new Response("out\nof order", { status: 503 }),
    () => new Response(null, { status: 302, headers: { location: "/elsewhere" } }),
    () => new Response(null, { status: 200 }),
  );
  const sent = await ping(hook.id);
  assert.equal(sent.status, 200, JSON.stringify(sent.body));
  const [{ id }] = sent.body.deliveries;
  await waitFor("the first attempt", () => Promise.resolve(hook.received.length === 1));
  const first = await waitFor("its end", async () => {
    const [one] = await hook.deliveries();
    return one.last_status === 503 && one;
  });
  assert.deepEqual(
    [first.state, first.attempts, first.last_error, first.last_excerpt],
    ["pending", 1, "it answered 503", "out of order"],
  );
  await againNow(id);
  await waitFor("the second attempt", () => Promise.resolve(hook.received.length === 2));
  await againNow(id);
  const done = await waitFor("the delivery", async () => {
    const [one] = await hook.deliveries();
    return one.state === "delivered" && one;
  });
  assert.deepEqual([done.attempts, done.last_status, done.last_excerpt], [3, 200, null]);
  assert.equal(hook.received.length, 3, "no redirect was followed");
  const ids = hook.received.map(({ headers }) => headers.get("webhook-id"));
  assert.deepEqual(new Set(ids), new Set([done.event_id]));

  const again = await send({ action: "replay", ids: [id], reason: "they lost it" });
  assert.deepEqual(again.body, { deliveries: [{ id, state_before: "delivered" }] });
  await waitFor("the replay", () => Promise.resolve(hook.received.length === 4));
  assert.equal(hook.received[3]!.headers.get("webhook-id"), done.event_id);
  assert.equal(hook.received[3]!.text, hook.received[0]!.text);
});

Deno.test("webhooks out: while a secret is rotated, who knows either one believes the event", async () => {
  await using hook = await receiver(["webhook.ping"]);
  const before = await hook.secret();
  const rotated = await staff.client.rpc("webhook_endpoint_rotate", { endpoint_id: hook.id });
  assert.equal(rotated.error, null);
  await ping(hook.id);
  const event = await waitFor("the event", () => Promise.resolve(hook.received[0]));
  assert.equal(event.headers.get("webhook-signature")!.split(" ").length, 2);
  const receive = await documentedReceiver();
  for (const secret of [before, await hook.secret()]) {
    assert.equal((await receive(requestOf(event), secret)).status, 204);
  }
  const other = `whsec_${btoa("another secret of thirty-two byte")}`;
  assert.equal((await receive(requestOf(event), other)).status, 400);
});

Deno.test("webhooks out: an address inside a private network is not called, and not tried again", async () => {
  await using hook = await receiver(["webhook.ping"]);
  await sql`update public.webhook_endpoints set url = 'https://169.254.169.254/latest' where id = ${hook.id}`;
  await ping(hook.id);
  const ended = await waitFor("the delivery to fail", async () => {
    const [one] = await hook.deliveries();
    return one.state === "failed" && one;
  });
  assert.deepEqual(
    [ended.attempts, ended.last_status, ended.last_error],
    [1, null, "169.254.169.254 is not a public address"],
  );
});

Deno.test("webhook-deliveries: staff alone, page by page, by filter", async () => {
  const user = await signUp();
  assert.equal((await list({}, user.token)).body.code, "forbidden");
  const ids = crypto.randomUUID();
  assert.equal(
    (await send({ action: "ping", endpoint_id: ids, reason: "is it reached?" }, user.token)).body
      .code,
    "forbidden",
  );
  assert.equal((await ping(ids)).body.code, "webhook_endpoint_not_found");
  await using hook = await receiver(["webhook.ping"]);
  for (let n = 0; n < 5; n++) await ping(hook.id);
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const { body }: { body: { deliveries: { id: number }[]; next_cursor: string | null } } =
      await list({ endpoint_id: hook.id, page_size: "2", ...(cursor !== null && { cursor }) });
    seen.push(...body.deliveries.map(({ id }) => id));
    cursor = body.next_cursor;
  } while (cursor !== null);
  assert.equal(seen.length, 5);
  assert.deepEqual(seen, [...new Set(seen)].toSorted((a, b) => b - a));
  assert.deepEqual(
    (await list({ endpoint_id: hook.id, type: "thing.done" })).body.deliveries,
    [],
  );
});
