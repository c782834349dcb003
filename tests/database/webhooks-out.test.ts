/** Webhooks out, in SQL: which events are written, once each, and what becomes of deliveries and endpoints. */
import assert from "node:assert/strict";
import { asServer, asUser, refused } from "../support/callers.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { webhookEndpoint } from "../support/webhook-endpoints.ts";

let database: TestDatabase;
let sql: Sql;
let staff: string;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 6 });
  sql = database.sql;
  staff = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
  // As a model adds its own.
  await sql`
    insert into public.webhook_event_types (type, description)
    values ('thing.done', 'A thing was done.'), ('thing.else', 'Something else.')`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const endpoint = (...events: string[]) => webhookEndpoint(sql, staff, events);

Deno.test("webhooks out: what is undone with its cause was never told", async () => {
  await using hook = await endpoint("thing.done");
  await assert.rejects(
    sql.begin(async (tx) => {
      await tx`select private.webhook_emit('thing.done', ${crypto.randomUUID()}, '{"id": 1}')`;
      await tx`select 1 / 0`;
    }),
    { code: "22012" },
  );
  assert.deepEqual(await hook.deliveries(), []);
});

Deno.test("webhooks out: the same cause at once is one event; endpoints that are off or want others get none", async () => {
  await using wants = await endpoint("thing.done");
  await using other = await endpoint("thing.else");
  await using off = await endpoint("thing.done");
  await sql`update public.webhook_endpoints set enabled = false where id = ${off.id}`;
  const cause = crypto.randomUUID();
  const ids = await Promise.all(Array.from({ length: 6 }, async () => {
    const [row] = await asServer(
      sql,
      (call) =>
        call`select private.webhook_emit('thing.done', ${cause}, ${sql.json({ id: cause })}) as id`,
    );
    return row!["id"];
  }));
  assert.equal(new Set(ids).size, 1);
  assert.equal((await wants.deliveries()).length, 1);
  assert.deepEqual([await other.deliveries(), await off.deliveries()], [[], []]);
});

Deno.test("webhooks out: data too large to send tells where to look, and fails no cause", async () => {
  await using hook = await endpoint("thing.done");
  const data = { id: "a thing", items: "x".repeat(70_000) };
  await sql`select private.webhook_emit('thing.done', ${crypto.randomUUID()}, ${sql.json(data)})`;
  const [one] = await hook.deliveries();
  assert.deepEqual(one!.payload.data, { id: "a thing", truncated: true });
});

Deno.test("webhooks out: an endpoint is https without credentials, and asks for events that there are", async () => {
  const insert = (url: string, events: string[] = ["thing.done"]) =>
    asUser(
      sql,
      staff,
      (call) => call`insert into public.webhook_endpoints (url, events) values (${url}, ${events})`,
    );
  for (
    const url of [
      "http://example.com/",
      "ftp://example.com/",
      "https://",
      "https://user:secret@example.com/",
      "http://127.0.0.1.example.com/",
      "http://localhost@example.com/",
      "https://example.com/#part",
      `https://example.com/${"x".repeat(2000)}`,
    ]
  ) await refused(insert(url), "23514");
  for (
    const url of [
      "https://example.com:8080/",
      "https://example.com:4430/hook",
      "https://example.com:25",
      "https://example.com:x/",
      "https://[2001:db8::1]:22/",
      "https://2001:db8::1/",
    ]
  ) await refused(insert(url), "invalid_body");
  await refused(insert("https://example.com/", ["thing.lost"]), "invalid_body");
  await refused(insert("https://example.com/", []), "23514");
});

Deno.test("webhooks out: the sender's ports are taken, and an endpoint of before at another can be disabled", async () => {
  await using hook = await endpoint("thing.done");
  const asStaff = (set: Record<string, unknown>) =>
    asUser(
      sql,
      staff,
      (call) => call`update public.webhook_endpoints set ${sql(set)} where id = ${hook.id}`,
    );
  for (
    const url of [
      "https://example.com",
      "https://example.com?a=b:80",
      "https://example.com:443/a:9/",
      "https://example.com:8443?x",
      "https://example.com:0443/",
      "https://[2001:db8::1]/",
      "https://[2001:db8::1]:8443/",
      "https://münchen.example/",
    ]
  ) await asStaff({ url });
  await sql.begin(async (tx) => {
    await tx`alter table public.webhook_endpoints disable trigger webhook_endpoints_port`;
    await tx`update public.webhook_endpoints set url = 'https://example.com:9/' where id = ${hook.id}`;
    await tx`alter table public.webhook_endpoints enable trigger webhook_endpoints_port`;
  });
  await refused(asStaff({ enabled: true, url: "https://example.com:9/" }), "invalid_body");
  await asStaff({ enabled: false });
});

Deno.test("webhooks out: staff read an endpoint's secret and rotate it, with both for a while; others nothing", async () => {
  await using hook = await endpoint("thing.done");
  const user = await insertUser(sql);
  const read = (who: string) =>
    asUser(sql, who, async (call) => {
      const [row] = await call`select public.webhook_endpoint_secret(${hook.id}) as held`;
      return row!["held"] as { secret: string; previous_signs_until: string | null };
    });
  await refused(read(user), "forbidden");
  const before = await read(staff);
  assert.match(before.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const rotate = (who: string, hours: number) =>
    asUser(
      sql,
      who,
      (call) => call`select public.webhook_endpoint_rotate(${hook.id}, ${hours}) as held`,
    );
  await refused(rotate(user, 24), "forbidden");
  await refused(rotate(staff, 169), "invalid_body");
  const after = (await rotate(staff, 24))[0]!["held"];
  assert.notEqual(after.secret, before.secret);
  assert.ok(after.previous_signs_until);
  const secrets = async () => {
    await sql`select private.webhook_emit('thing.done', ${crypto.randomUUID()}, '{"id": 1}')`;
    const { id } = (await hook.deliveries()).at(-1)!;
    const [row] = await asServer(
      sql,
      (call) => call`select public.webhook_delivery_begin(${id}) as attempt`,
    );
    return row!["attempt"].secrets;
  };
  assert.deepEqual(await secrets(), [after.secret, before.secret]);
  await sql`update private.webhook_endpoint_secrets set previous_until = now() where endpoint_id = ${hook.id}`;
  assert.deepEqual(await secrets(), [after.secret]);
  const noted = await sql`
    select action, actor_kind from public.audit_log
    where target = ${hook.id} and action <> 'webhook_endpoints.insert' order by id`;
  assert.deepEqual([...noted], [
    { action: "webhook_endpoints.secret_read", actor_kind: "staff" },
    { action: "webhook_endpoints.rotate", actor_kind: "staff" },
    { action: "webhook_endpoints.secret_read", actor_kind: "staff" },
  ]);
  await refused(
    asUser(
      sql,
      staff,
      (call) => call`select public.webhook_endpoint_secret(${crypto.randomUUID()})`,
    ),
    "webhook_endpoint_not_found",
  );
});

Deno.test("webhooks out: a rotation repeated with its id makes no other secret, also two at once; without one it does", async () => {
  await using hook = await endpoint("thing.done");
  const rotate = (rotationId: string | null) =>
    asUser(sql, staff, async (call) => {
      const [row] = await call`
        select public.webhook_endpoint_rotate(${hook.id}, 24, ${rotationId}) as held`;
      return row!["held"] as { secret: string; previous_signs_until: string };
    });
  const kept = async () => {
    const [row] = await sql`
      select secret, previous_secret from private.webhook_endpoint_secrets
      where endpoint_id = ${hook.id}`;
    return { ...row };
  };
  const { secret: used } = await kept();
  const id = crypto.randomUUID();
  const [made, beside] = await Promise.all([rotate(id), rotate(id)]);
  assert.deepEqual(made, beside);
  assert.deepEqual(await rotate(id), made);
  // What the receiver has signs still.
  assert.deepEqual(await kept(), { secret: made.secret, previous_secret: used });
  const rotations = await sql`
    select from public.audit_log where target = ${hook.id} and action = 'webhook_endpoints.rotate'`;
  assert.equal(rotations.length, 1);
  const other = await rotate(crypto.randomUUID());
  assert.notEqual(other.secret, made.secret);
  const without = await rotate(null);
  assert.notEqual((await rotate(null)).secret, without.secret);
});

/** Begins an attempt of a delivery and ends it with a status. */
async function attempt(id: number, status: number | null, final = false): Promise<string | null> {
  return await asServer(sql, async (call) => {
    const [row] = await call`select public.webhook_delivery_begin(${id}) as attempt`;
    if (row!["attempt"] === null) return null;
    const [ended] = await call`
      select public.webhook_delivery_end(
        ${id}, ${row!["attempt"].attempt}, ${status}, 'it failed', 'Sorry', ${final}
      ) as state`;
    return ended!["state"] as string;
  });
}

async function emitted(hook: { deliveries(): Promise<{ id: number }[]> }): Promise<number> {
  await sql`select private.webhook_emit('thing.done', ${crypto.randomUUID()}, '{"id": 1}')`;
  return (await hook.deliveries()).at(-1)!.id;
}

Deno.test("webhooks out: a delivery is tried twenty times, ends once, and staff send it anew under its id", async () => {
  await using hook = await endpoint("thing.done");
  const id = await emitted(hook);
  const [{ event_id: eventId } = { event_id: "" }] = await hook.deliveries();
  for (let n = 1; n < 20; n++) assert.equal(await attempt(id, 500), "pending");
  assert.equal(await attempt(id, 500), "failed");
  assert.equal(await attempt(id, 200), null, "it has ended");
  assert.ok((await hook.row())["failing_since"]);

  const resend = (who: string, ids: number[]) =>
    asServer(
      sql,
      (call) =>
        call`
      select public.staff_webhook_resend(${who}, 'they are back', ${ids}, '{}', 100) as sent`,
    );
  await refused(resend(await insertUser(sql), [id]), "forbidden");
  const sent = await resend(staff, [id]);
  assert.deepEqual(sent[0]!["sent"], { deliveries: [{ id, state_before: "failed" }] });
  assert.deepEqual((await resend(staff, [id]))[0]!["sent"], { deliveries: [] }, "it waits already");
  // The answer of an attempt that another worker has overtaken counts no more.
  const [late] = await asServer(
    sql,
    (call) => call`select public.webhook_delivery_end(${id}, 20, 200, null, null, false) as state`,
  );
  assert.equal(late!["state"], "superseded");
  assert.equal(await attempt(id, 204), "delivered");
  assert.equal((await hook.deliveries())[0]!.event_id, eventId);
  assert.equal((await hook.row())["failing_since"], null);
  const jobs = await sql`
    select dedupe_key from private.jobs where payload ->> 'delivery_id' = ${
    String(id)
  } order by id`;
  assert.deepEqual(jobs.map((job) => job["dedupe_key"]), [`delivery:${id}:0`, `delivery:${id}:1`]);
});

Deno.test("webhooks out: an endpoint that is gone, or fails for three days, is disabled until staff decide", async () => {
  await using hook = await endpoint("thing.done");
  const enable = (enabled: boolean) =>
    asUser(
      sql,
      staff,
      (call) =>
        call`update public.webhook_endpoints set enabled = ${enabled} where id = ${hook.id}`,
    );
  const gone = await emitted(hook);
  const waiting = await emitted(hook);
  assert.equal(await attempt(gone, 410), "failed");
  assert.equal((await hook.row())["enabled"], false);
  assert.equal((await hook.row())["disabled_reason"], "answered 410 Gone");
  assert.equal(await attempt(waiting, 200), null);
  assert.equal((await hook.deliveries())[1]!.state, "failed");

  await enable(true);
  assert.deepEqual(
    [(await hook.row())["disabled_reason"], (await hook.row())["failing_since"]],
    [null, null],
  );
  const slow = await emitted(hook);
  assert.equal(await attempt(slow, null), "pending");
  const since = (age: string) =>
    sql.unsafe(
      `update public.webhook_endpoints set failing_since = now() - interval '${age}' where id = '${hook.id}'`,
    );
  await since("71 hours");
  assert.equal(await attempt(slow, null), "pending");
  assert.equal((await hook.row())["enabled"], true);
  await since("73 hours");
  assert.equal(await attempt(slow, null), "pending");
  assert.match((await hook.row())["disabled_reason"], /^nothing reached it for 3 days: it failed$/);
  // Left as it is, by somebody who has seen it: nobody need be told any more.
  await enable(false);
  assert.equal((await hook.row())["disabled_reason"], null);
});

Deno.test("webhooks out: three at once are under way to an endpoint, also when all begin together", async () => {
  await using slow = await endpoint("thing.done");
  await using other = await endpoint("thing.done");
  for (let n = 0; n < 8; n++) await emitted(slow);
  const begin = (id: number) =>
    asServer(sql, async (call) => {
      const [row] = await call`select public.webhook_delivery_begin(${id}) as attempt`;
      return row!["attempt"];
    });
  const ids = (await slow.deliveries()).map(({ id }) => id);
  const begun = await Promise.all(ids.map(begin));
  const sending = ids.filter((_, n) => begun[n].busy === undefined);
  assert.equal(sending.length, 3);
  assert.ok(!("busy" in await begin((await other.deliveries())[0]!.id)), "another is not held up");
  const waiting = ids.find((id) => !sending.includes(id))!;
  const [row] = await sql`select attempts from public.webhook_deliveries where id = ${waiting}`;
  assert.equal(row!["attempts"], 0, "waiting costs no attempt");
  await asServer(
    sql,
    (call) => call`select public.webhook_delivery_end(${sending[0]!}, 1, 200, null, null, false)`,
  );
  assert.ok(!("busy" in await begin(waiting)));
  // A worker that died does not hold its place for good.
  await sql`
    update public.webhook_deliveries set sending_until = now() - interval '1 second' where endpoint_id = ${slow.id}`;
  const last = ids.find((id) => !sending.includes(id) && id !== waiting)!;
  assert.ok(!("busy" in await begin(last)));
});

Deno.test("webhooks out: what leads into a private network is not tried again", async () => {
  await using hook = await endpoint("thing.done");
  assert.equal(await attempt(await emitted(hook), null, true), "failed");
});
