/** What is told of each request: to its caller by headers, to the operator by one line without secrets. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { call } from "../support/stack.ts";
import { freshAddress } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

function timings(header: string | null): Map<string, number> {
  return new Map(
    (header ?? "").split(", ").map((mark) => {
      const [, name, ms] = /^(\w+);dur=(\d+\.\d)$/.exec(mark) ?? [];
      assert.ok(name !== undefined, mark);
      return [name, Number(ms)];
    }),
  );
}

Deno.test("Server-Timing: a reply tells how long its parts took, which are no longer than all of it", async () => {
  const reply = await call("GET", "plans");
  const marks = timings(reply.headers.get("server-timing"));
  // A read's handler and its limit run side by side: either may be done first.
  assert.deepEqual([...marks.keys()].sort(), ["auth", "handler", "limit", "total"]);
  const { auth = 0, limit = 0, handler = 0, total = 0 } = Object.fromEntries(marks);
  // Each is rounded to a tenth of a millisecond.
  const longest = auth + Math.max(limit, handler);
  assert.ok(longest <= total + 0.3, reply.headers.get("server-timing")!);
});

Deno.test("Server-Timing: a request that is refused early tells of the parts it came to", async () => {
  const reply = await call("GET", "user-profile", { key: null });
  assert.deepEqual([...timings(reply.headers.get("server-timing")).keys()], ["auth", "total"]);
});

Deno.test("x-request-id: the caller's own comes back, on success and in a problem", async () => {
  const id = `web-${crypto.randomUUID()}`;
  const headers = { "x-request-id": id };
  const success = await call("GET", "plans", { headers });
  assert.equal(success.headers.get("x-request-id"), id);
  const failure = await call("GET", "user-profile", { headers });
  assert.equal(failure.headers.get("x-request-id"), id);
  assert.equal(failure.body.request_id, id);
});

Deno.test("x-request-id: requests that name none get one each", async () => {
  const replies = await Promise.all(Array.from({ length: 10 }, () => call("GET", "plans")));
  assert.equal(new Set(replies.map((one) => one.headers.get("x-request-id"))).size, 10);
});

interface Line {
  event: string;
  request_id: string;
  [field: string]: unknown;
}

Deno.test("log: each request is one line, and no line holds an address, a password, a token or a key", async () => {
  await using own = await startOwnStack();
  const sql = connect(own.at);
  await using _connection = { [Symbol.asyncDispose]: () => sql.end() };
  const email = freshAddress("Log.Secret+tag");
  const password = `pw-${crypto.randomUUID()}`;
  const signUp = (id: string, changes = {}) =>
    call("POST", "auth-signup", {
      on: own.at,
      headers: { "x-request-id": id },
      body: { email, password, name: "Ada", ...changes },
    });

  const signedUp = await signUp("request-signed-up");
  assert.equal(signedUp.status, 201, JSON.stringify(signedUp.body));
  const { access_token, refresh_token } = signedUp.body.session;
  assert.equal((await signUp("request-taken")).status, 409);
  assert.equal((await signUp("request-invalid", { email: `${email}@` })).status, 422);
  const login = { email, password: "wrong-password" };
  assert.equal((await call("POST", "auth-login", { on: own.at, body: login })).status, 401);
  await call("POST", "auth-password-reset", { on: own.at, body: { email } });
  await call("GET", "user-profile", { on: own.at, token: access_token });
  await call("GET", "user-profile", { on: own.at, token: `${access_token}x` });
  await waitFor("every job that follows to end", async () => {
    const [row] = await sql`
      select count(*)::int as pending from private.jobs
      where state = 'pending' and run_at < now() + interval '1 minute'
        -- The calendar writes the coming slot's ahead.
        and kind not in (select kind from private.schedule_rules)`;
    return row!["pending"] === 0;
  });

  const requestLine = (id: string) => (line: Line) =>
    line.event === "request" && line.request_id === id;
  // A function's line reaches the stack a moment after its reply.
  const lines = await waitFor("the line of each request", () => {
    const seen = ownLines(own.log);
    const ids = ["request-signed-up", "request-taken", "request-invalid"];
    return Promise.resolve(ids.every((id) => seen.some(requestLine(id))) && seen);
  });
  const [signedUpLine, ...others] = lines.filter(requestLine("request-signed-up"));
  assert.equal(others.length, 0);
  const { level, time: _time, duration_ms, ...said } = signedUpLine!;
  assert.equal(level, "info");
  assert.equal(typeof duration_ms, "number");
  assert.deepEqual(said, {
    event: "request",
    request_id: "request-signed-up",
    function: "auth-signup",
    method: "POST",
    status: 201,
    caller: "publishable",
  });
  assert.equal(lines.find(requestLine("request-taken"))!["code"], "email_taken");

  const ofEnvironment = Object.entries(own.stack.functionsEnv)
    .filter(([name]) => /KEY|SECRET|TOKEN/.test(name))
    .flatMap(([, value]) => value.startsWith("{") ? Object.values(JSON.parse(value)) : [value]);
  const secrets = [
    email,
    email.split("@")[0]!,
    password,
    access_token,
    refresh_token,
    "wrong-password",
  ];
  for (const secret of [...secrets, ...ofEnvironment] as string[]) {
    // "re_local" is the stand-in's key, and part of words.
    if (secret.length < 10) continue;
    const telling = functionLines(own.log)
      .filter((line) => line.toLowerCase().includes(secret.toLowerCase()));
    assert.deepEqual(telling, [], `holds ${secret.slice(0, 12)}…`);
  }
});

/** What functions wrote; the other parts are development tools, whose mailbox names addresses. */
function functionLines(log: string[]): string[] {
  return log.filter((line) => line.startsWith("function "));
}

function ownLines(log: string[]): Line[] {
  return functionLines(log).map((line) => line.slice(line.indexOf(": ") + 2))
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}
