import assert from "node:assert/strict";
import { createGateway } from "../../local/gateway/mod.ts";
import { generateKeys } from "../../local/keys.ts";
import { type Fixture, startServer } from "./gateway-fixture.ts";

const server = await startServer();
Deno.test.afterAll(() => server.stop());

const origin = "http://app.example";

function preflight(fixture: Fixture, path: string, method: string, headers: string) {
  return fetch(`${fixture.gateway.url}${path}`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": method,
      "access-control-request-headers": headers,
    },
  });
}

Deno.test("cors: a browser may call auth, rest and storage with any header, and read the replies", async () => {
  const fixture = await server.fixture();
  const wanted = "apikey,authorization,idempotency-key,x-client-info,x-cart-id";
  const calls = [["/auth/v1/signup", "POST"], ["/rest/v1/notes", "PATCH"], [
    "/storage/v1/object/avatars/x",
    "PUT",
  ]] as const;
  for (const [path, method] of calls) {
    const asked = await preflight(fixture, path, method, wanted);
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get("access-control-allow-origin"), "*");
    assert.equal(asked.headers.get("access-control-allow-headers"), wanted);
    assert.ok(asked.headers.get("access-control-allow-methods")!.includes(method));
    const refused = await fetch(`${fixture.gateway.url}${path}`, { method, headers: { origin } });
    await refused.body?.cancel();
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get("access-control-allow-origin"), "*");
    assert.match(refused.headers.get("access-control-expose-headers")!, /Content-Range/);
  }
});

Deno.test("functions: requests pass as they are, their CORS too; without functions it is a 404", async () => {
  const none = await server.fixture();
  const missing = await fetch(`${none.gateway.url}/functions/v1/hello`);
  assert.equal(missing.status, 404);
  await missing.body?.cancel();

  const seen: { path: string; wanted: string | null }[] = [];
  const fixture = await server.fixture({
    connections: {
      functions: {
        handle(request) {
          const wanted = request.headers.get("access-control-request-headers");
          seen.push({ path: new URL(request.url).pathname, wanted });
          return Promise.resolve(new Response("own", { headers: { "x-own": "1" } }));
        },
      },
    },
  });
  const reply = await preflight(fixture, "/functions/v1/hello/there?x=1", "POST", "x-any");
  assert.equal(await reply.text(), "own");
  assert.equal(reply.headers.get("access-control-allow-origin"), null);
  assert.deepEqual(seen, [{ path: "/functions/v1/hello/there", wanted: "x-any" }]);
  const { error } = await fixture.client().functions.invoke("hello", { body: { a: 1 } });
  assert.ifError(error);
});

Deno.test("gateway: the root names the services, other paths are 404", async () => {
  const fixture = await server.fixture();
  const { url } = fixture.gateway;
  assert.equal((await (await fetch(url)).json()).rest, `${url}/rest/v1`);
  const lost = await fetch(`${url}/realtime/v1/x`);
  await lost.body?.cancel();
  assert.equal(lost.status, 404);
});

Deno.test("gateway: answers 503 until it is opened", async () => {
  const keys = await generateKeys();
  const dir = await Deno.makeTempDir();
  const gateway = await createGateway({
    port: 0,
    databaseUrl: server.adminUrl(),
    supabaseDir: dir,
    storageDir: dir,
    keys,
    log: () => {},
  });
  try {
    const reply = await fetch(`${gateway.url}/rest/v1/x`, { headers: { apikey: keys.secretKey } });
    await reply.body?.cancel();
    assert.equal(reply.status, 503);
    assert.equal(reply.headers.get("retry-after"), "1");
  } finally {
    await gateway.stop();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("gateway: preparing a database again keeps what is in it, and its grants", async () => {
  const fixture = await server.fixture();
  const { client, email } = await fixture.user();
  await client.from("notes").insert({ body: "kept" });
  await fixture.gateway.prepare();
  await fixture.gateway.open();
  assert.deepEqual((await client.from("notes").select("body")).data, [{ body: "kept" }]);
  const again = await fixture.client().auth.signInWithPassword({
    email,
    password: "correct horse",
  });
  assert.ifError(again.error);
  const forbidden = await client.from("notes").update({ status: "x" }).eq("body", "kept");
  assert.equal(forbidden.error?.code, "42501");
});

Deno.test("gateway: two in one process on two databases know nothing of each other", async () => {
  const [one, two] = [await server.fixture(), await server.fixture()];
  const user = await one.user();
  await user.client.from("notes").insert({ body: "here" });
  const foreign = await fetch(`${two.gateway.url}/rest/v1/notes`, {
    headers: { apikey: two.keys.publishableKey, authorization: `Bearer ${user.token}` },
  });
  assert.equal(foreign.status, 401);
  await foreign.body?.cancel();
  const [count] = await two.sql`select count(*)::int as n from public.notes`;
  assert.equal(count!["n"], 0);
});

/** Ends every connection of the database but the test's own. */
async function cut(fixture: Fixture): Promise<void> {
  await fixture.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and application_name <> 'gateway test'`;
}

Deno.test("faults: idle connections that end are replaced without anybody noticing", async () => {
  const fixture = await server.fixture();
  const { client } = await fixture.user();
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 4 }, () => client.from("notes").select()));
    await cut(fixture);
    const deadline = Date.now() + 5000;
    for (;;) {
      const { error, status } = await client.from("notes").select();
      if (!error) break;
      assert.equal(status, 503);
      assert.ok(Date.now() < deadline, "did not reconnect");
    }
  }
  // The schema is still followed: the connection that listens came back as well.
  await fixture.sql.unsafe(
    "create table public.after (id int); grant select on public.after to anon",
  );
  const deadline = Date.now() + 5000;
  while ((await fixture.client().from("after").select()).error) {
    assert.ok(Date.now() < deadline, "the schema was not read again");
  }
});

Deno.test("faults: a request whose connection ends under it is a 503 with Retry-After, at once", async () => {
  const fixture = await server.fixture({
    migration: `
      create function public.nap() returns void language sql as 'select pg_sleep(20)';
      grant execute on function public.nap to anon, service_role;
    `,
  });
  const napping = fetch(`${fixture.gateway.url}/rest/v1/rpc/nap`, {
    method: "POST",
    headers: { apikey: fixture.keys.secretKey, "content-type": "application/json" },
    body: "{}",
  });
  const asleep = () =>
    fixture.sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event = 'PgSleep'`;
  const deadline = Date.now() + 5000;
  while ((await asleep()).length === 0) assert.ok(Date.now() < deadline, "never fell asleep");
  await cut(fixture);
  const reply = await napping;
  assert.equal(reply.status, 503);
  assert.equal(reply.headers.get("retry-after"), "1");
  assert.equal((await reply.json()).code, "PGRST000");
});

Deno.test("faults: while Postgres is down every service says 503, then all work again", async () => {
  const own = await startServer();
  try {
    const fixture = await own.fixture();
    const { client, email } = await fixture.user();
    const { url } = fixture.gateway;
    const headers = { apikey: fixture.keys.publishableKey };
    const post = (path: string, body: object) =>
      fetch(`${url}/auth/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const password = "correct horse";
    const calls: (() => Promise<Response>)[] = [
      () => fetch(`${url}/rest/v1/notes`, { headers }),
      () => fetch(`${url}/storage/v1/object/public/avatars/x`),
      () => post("/token?grant_type=password", { email, password }),
      () => post("/signup", { email: "new@example.com", password }),
    ];
    await own.down();
    for (const call of [...calls, ...calls]) {
      const reply = await call();
      assert.equal(reply.status, 503, await reply.text());
      assert.equal(reply.headers.get("retry-after"), "1");
    }
    await own.up();
    const deadline = Date.now() + 5000;
    while ((await client.from("notes").select()).error) {
      assert.ok(Date.now() < deadline, "did not reconnect");
    }
    assert.ifError((await client.auth.signInWithPassword({ email, password })).error);
  } finally {
    await own.stop();
  }
});

Deno.test("faults: stopping does not wait for a statement that sleeps", async () => {
  const fixture = await server.fixture({
    migration: `
      create function public.nap() returns void language sql as 'select pg_sleep(60)';
      grant execute on function public.nap to service_role;
    `,
  });
  const napping = fixture.client(fixture.keys.secretKey).rpc("nap").then((reply) => reply);
  const deadline = Date.now() + 5000;
  const asleep = () =>
    fixture.sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event = 'PgSleep'`;
  while ((await asleep()).length === 0) assert.ok(Date.now() < deadline, "never fell asleep");
  const started = performance.now();
  await fixture.gateway.stop();
  assert.ok(performance.now() - started < 10_000);
  assert.ok((await napping).error);
});

Deno.test("faults: garbage of every kind gets a 4xx and takes nothing down", async () => {
  const fixture = await server.fixture();
  const { url } = fixture.gateway;
  const headers = { apikey: fixture.keys.secretKey, "content-type": "application/json" };
  const paths = [
    "/rest/v1/notes?select=((",
    "/rest/v1/notes?id=eq.x",
    "/rest/v1/notes?order=id.sideways",
    "/rest/v1/notes?limit=-1",
    "/rest/v1/notes?body=eq.%00",
    "/rest/v1/%ff",
    "/rest/v1/rpc/",
    "/rest/v1/notes?apikey=x&and=(((",
    "/auth/v1/verify?type=signup&token=%00",
    "/auth/v1/verify?type=email_change&token=x",
    "/auth/v1/nothing/here",
    "/storage/v1/object/",
    "/storage/v1/object/a/b?transform=x",
    "/storage/v1/bucket/%00",
  ];
  const failures: string[] = [];
  for (const path of paths) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const reply = await fetch(`${url}${path}`, {
        method,
        headers,
        redirect: "manual",
        ...(method !== "GET" && { body: '{"x": [' }),
      });
      await reply.body?.cancel();
      if (reply.status >= 500) failures.push(`${method} ${path}: ${reply.status}`);
    }
  }
  assert.deepEqual(failures, []);
  assert.ifError((await (await fixture.user()).client.from("notes").select()).error);
});
