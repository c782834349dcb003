import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import type { EmailData } from "../../local/gateway/mod.ts";
import { generateKeys } from "../../local/keys.ts";
import { type Fixture, type FixtureOptions, startServer } from "./gateway-fixture.ts";

interface Mail {
  user: Record<string, unknown> & {
    id: string;
    email: string;
    user_metadata: Record<string, unknown>;
  };
  email_data: EmailData;
}

/** A hook that checks its callers and keeps what they send. */
interface Hook extends AsyncDisposable {
  url: string;
  secret: string;
  mails: Mail[];
  ids: string[];
  /** What it answers. */
  answer: () => Response | Promise<Response>;
}

const { emailHookSecret } = await generateKeys();

function startHook(): Hook {
  const webhook = new Webhook(emailHookSecret.replace("v1,whsec_", ""));
  const hook: Partial<Hook> & Pick<Hook, "mails" | "ids"> = {
    mails: [],
    ids: [],
    answer: () => Response.json({}),
    secret: emailHookSecret,
  };
  const running = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.text();
      const mail = webhook.verify(body, Object.fromEntries(request.headers)) as Mail;
      hook.mails.push(mail);
      hook.ids.push(request.headers.get("webhook-id")!);
      return await hook.answer!();
    },
  );
  return Object.assign(hook as Hook, {
    url: `http://127.0.0.1:${running.addr.port}/`,
    [Symbol.asyncDispose]: () => running.shutdown(),
  });
}

const server = await startServer();
Deno.test.afterAll(() => server.stop());

async function withHook(
  options: FixtureOptions,
  test: (fixture: Fixture, hook: Hook) => Promise<void>,
): Promise<void> {
  await using hook = startHook();
  const fixture = await server.fixture({
    ...options,
    auth: { confirmations: true, siteUrl: "http://site.example", ...options.auth },
    connections: { emailHook: { url: hook.url, secret: hook.secret } },
  });
  await test(fixture, hook);
}

const password = "correct horse";
const address = () => `${crypto.randomUUID()}@example.com`;

Deno.test("sign-up: the profile trigger finds the metadata as an object", async () => {
  const fixture = await server.fixture();
  const { id } = await fixture.user("Ada");
  const rows = await fixture.sql`select * from private.welcomes`;
  assert.deepEqual([...rows], [{ user_id: id, name: "Ada", locale: "fr" }]);
});

Deno.test("sign-up: one that a trigger refuses leaves nothing and says what GoTrue says", async () => {
  const fixture = await server.fixture();
  const { error } = await fixture.client().auth.signUp({ email: "refused@example.com", password });
  assert.equal(error?.message, "Database error saving new user");
  assert.equal(error?.status, 500);
  const [count] = await fixture.sql`select count(*)::int as n from auth.users`;
  assert.equal(count!["n"], 0);
});

Deno.test("sign-up: without confirmations a taken address is 422, also when twenty come at once", async () => {
  const fixture = await server.fixture();
  const email = address();
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => fixture.client().auth.signUp({ email, password })),
  );
  assert.equal(replies.filter((reply) => reply.data.session).length, 1);
  for (const { error } of replies.filter((reply) => !reply.data.session)) {
    assert.equal(error?.code, "user_already_exists");
    assert.equal(error?.status, 422);
  }
});

Deno.test("sign-up: with confirmations the hook gets one signed mail, and its link signs in", () =>
  withHook({ auth: { redirectAllowList: ["https://app.example/**"] } }, async (fixture, hook) => {
    const email = address();
    const { data, error } = await fixture.client().auth.signUp({
      email,
      password,
      options: {
        data: { name: "Zoë", locale: "fr" },
        emailRedirectTo: "https://app.example/welcome",
      },
    });
    assert.ifError(error);
    assert.equal(data.session, null);
    assert.equal(hook.mails.length, 1);
    const [mail] = hook.mails as [Mail];
    assert.equal(mail.user.id, data.user!.id);
    assert.equal(mail.user.email, email);
    assert.equal(mail.user.user_metadata["name"], "Zoë");
    assert.equal(mail.user.user_metadata["locale"], "fr");
    const { token, token_hash, ...rest } = mail.email_data;
    assert.match(token, /^\d{6}$/);
    assert.deepEqual(rest, {
      redirect_to: "https://app.example/welcome",
      email_action_type: "signup",
      site_url: `${fixture.gateway.url}/auth/v1`,
      token_new: "",
      token_hash_new: "",
      old_email: "",
    });

    const early = await fixture.client().auth.signInWithPassword({ email, password });
    assert.equal(early.error?.code, "email_not_confirmed");
    const link = new URL(`${mail.email_data.site_url}/verify`);
    link.search = String(
      new URLSearchParams({ token: token_hash, type: "signup", redirect_to: rest.redirect_to }),
    );
    const reply = await fetch(link, { redirect: "manual" });
    await reply.body?.cancel();
    const [target, fragment] = reply.headers.get("location")!.split("#");
    assert.equal(target, "https://app.example/welcome");
    const session = new URLSearchParams(fragment);
    const client = fixture.client();
    const signedIn = await client.auth.setSession({
      access_token: session.get("access_token")!,
      refresh_token: session.get("refresh_token")!,
    });
    assert.ifError(signedIn.error);
    const claims = (await client.auth.getClaims()).data!.claims;
    assert.equal(claims.sub, mail.user.id);
    assert.equal((claims.amr as { method: string }[])[0]?.method, "otp");
    assert.deepEqual((await client.from("notes").select()).data, []);
  }));

Deno.test("verify: the code works with type email, once", () =>
  withHook({}, async (fixture, hook) => {
    const email = address();
    await fixture.client().auth.signUp({ email, password });
    const { token } = hook.mails[0]!.email_data;
    const wrong = await fixture.client().auth.verifyOtp({ email, token: "000000", type: "email" });
    assert.equal(wrong.error?.code, "otp_expired");
    const right = await fixture.client().auth.verifyOtp({ email, token, type: "email" });
    assert.equal(right.data.user?.email, email);
    const again = await fixture.client().auth.verifyOtp({ email, token, type: "email" });
    assert.equal(again.error?.code, "otp_expired");
  }));

Deno.test("sign-up: a taken address answers like a new one, and only an unconfirmed one gets mail", () =>
  withHook({}, async (fixture, hook) => {
    const email = address();
    const first = await fixture.client().auth.signUp({ email, password });
    const second = await fixture.client().auth.signUp({ email, password: "another one" });
    assert.ifError(second.error);
    assert.notEqual(second.data.user!.id, first.data.user!.id);
    assert.deepEqual(second.data.user!.identities, []);
    assert.equal(hook.mails.length, 2);

    const { token } = hook.mails[1]!.email_data;
    assert.ifError((await fixture.client().auth.verifyOtp({ email, token, type: "signup" })).error);
    const third = await fixture.client().auth.signUp({ email, password: "another one" });
    assert.ifError(third.error);
    assert.equal(third.data.session, null);
    assert.equal(hook.mails.length, 2);
    assert.ifError((await fixture.client().auth.signInWithPassword({ email, password })).error);
  }));

Deno.test("mails: one user gets no two within the pause of config.toml", () =>
  withHook({ auth: { emailMaxFrequency: 60 } }, async (fixture, hook) => {
    const email = address();
    await fixture.client().auth.signUp({ email, password });
    for (
      const call of [
        () => fixture.client().auth.signUp({ email, password }),
        () => fixture.client().auth.resend({ type: "signup", email }),
      ]
    ) {
      const { error } = await call();
      assert.equal(error?.status, 429);
      assert.equal(error?.code, "over_email_send_rate_limit");
      assert.match(error!.message, /after (60|5\d) seconds/);
    }
    assert.ifError((await fixture.client().auth.resetPasswordForEmail(email)).error);
    assert.equal((await fixture.client().auth.resetPasswordForEmail(email)).error?.status, 429);
    assert.equal(hook.mails.length, 2);
  }));

Deno.test("mails: resend sends a new code and tells nothing of unknown addresses", () =>
  withHook({}, async (fixture, hook) => {
    const email = address();
    await fixture.client().auth.signUp({ email, password });
    assert.ifError((await fixture.client().auth.resend({ type: "signup", email })).error);
    const unknown = await fixture.client().auth.resend({ type: "signup", email: address() });
    assert.ifError(unknown.error);
    assert.equal(hook.mails.length, 2);
    const { token } = hook.mails[1]!.email_data;
    assert.ifError((await fixture.client().auth.verifyOtp({ email, token, type: "signup" })).error);
  }));

Deno.test("recovery: the mailed code sets a new password; unknown addresses get the same answer", () =>
  withHook({ auth: { confirmations: false } }, async (fixture, hook) => {
    const { email } = await fixture.user();
    const client = fixture.client();
    const redirectTo = "https://evil.example/";
    assert.ifError((await client.auth.resetPasswordForEmail(email, { redirectTo })).error);
    assert.ifError((await client.auth.resetPasswordForEmail(address())).error);
    assert.equal(hook.mails.length, 1);
    const { token_hash, email_action_type, redirect_to } = hook.mails[0]!.email_data;
    assert.equal(email_action_type, "recovery");
    assert.equal(redirect_to, "http://site.example", "an address off the list is not used");
    const verified = await client.auth.verifyOtp({ token_hash, type: "recovery" });
    assert.ifError(verified.error);
    assert.ifError((await client.auth.updateUser({ password: "a new one" })).error);
    const fresh = fixture.client();
    assert.ifError((await fresh.auth.signInWithPassword({ email, password: "a new one" })).error);
  }));

Deno.test("e-mail change: takes the codes of both mailboxes, in either order", () =>
  withHook({ auth: { confirmations: false } }, async (fixture, hook) => {
    for (const newFirst of [false, true]) {
      const { client, email, id } = await fixture.user();
      const newEmail = address();
      assert.ifError((await client.auth.updateUser({ email: newEmail })).error);
      const { user, email_data: codes } = hook.mails.at(-1)!;
      assert.equal(codes.email_action_type, "email_change");
      assert.equal(user.email, email);
      assert.equal(user["new_email"], newEmail);

      const steps = [{ email, token: codes.token }, { email: newEmail, token: codes.token_new }];
      if (newFirst) steps.reverse();
      const half = await fixture.client().auth.verifyOtp({ ...steps[0]!, type: "email_change" });
      assert.ifError(half.error);
      assert.equal(half.data.session, null);
      const row = () => fixture.sql`select email from auth.users where id = ${id}`;
      assert.equal((await row())[0]!["email"], email);
      const again = await fixture.client().auth.verifyOtp({ ...steps[0]!, type: "email_change" });
      assert.equal(again.error?.code, "otp_expired");
      const whole = await fixture.client().auth.verifyOtp({ ...steps[1]!, type: "email_change" });
      assert.ifError(whole.error);
      assert.equal((await row())[0]!["email"], newEmail);
      assert.equal(whole.data.user?.email, newEmail);
    }
  }));

Deno.test("e-mail change: the hashes are crosswise, as hosted hooks get them", () =>
  withHook({ auth: { confirmations: false } }, async (fixture, hook) => {
    const { client } = await fixture.user();
    await client.auth.updateUser({ email: address() });
    const codes = hook.mails.at(-1)!.email_data;
    // The current address gets token + token_hash_new, the new one token_new + token_hash.
    for (const token_hash of [codes.token_hash_new, codes.token_hash]) {
      const { error } = await fixture.client().auth.verifyOtp({ token_hash, type: "email_change" });
      assert.ifError(error);
    }
  }));

Deno.test("reauthentication: sends a code with its hash", () =>
  withHook({ auth: { confirmations: false } }, async (fixture, hook) => {
    const { client } = await fixture.user();
    assert.ifError((await client.auth.reauthenticate()).error);
    const { email_action_type, token, token_hash } = hook.mails[0]!.email_data;
    assert.equal(email_action_type, "reauthentication");
    assert.match(token, /^\d{6}$/);
    assert.match(token_hash, /^[0-9a-f]{64}$/);
  }));

Deno.test("hook: its failure fails the call, and the sign-up leaves no trace", () =>
  withHook({}, async (fixture, hook) => {
    hook.answer = () => new Response("no", { status: 500 });
    const email = address();
    const { error } = await fixture.client().auth.signUp({ email, password });
    assert.equal(error?.status, 500);
    assert.equal(error?.message, "Unexpected status code returned from hook: 500");
    const [count] = await fixture.sql`select count(*)::int as n from auth.users`;
    assert.equal(count!["n"], 0);
    const [welcomes] = await fixture.sql`select count(*)::int as n from private.welcomes`;
    assert.equal(welcomes!["n"], 0);
    hook.answer = () => Response.json({});
    assert.ifError((await fixture.client().auth.signUp({ email, password })).error);
  }));

Deno.test("hook: one that asks to come back is tried three times, with fresh ids", () =>
  withHook({}, async (fixture, hook) => {
    let calls = 0;
    hook.answer = () =>
      ++calls < 3
        ? new Response(null, { status: 503, headers: { "retry-after": "1" } })
        : Response.json({});
    assert.ifError((await fixture.client().auth.signUp({ email: address(), password })).error);
    assert.equal(new Set(hook.ids).size, 3);
    assert.equal(hook.mails[0]!.email_data.token, hook.mails[2]!.email_data.token);
  }));

Deno.test("hook: one that answers with an error, or not as JSON, fails the call", () =>
  withHook({}, async (fixture, hook) => {
    hook.answer = () => Response.json({ error: { http_code: 422, message: "not this address" } });
    const said = await fixture.client().auth.signUp({ email: address(), password });
    assert.equal(said.error?.status, 422);
    assert.equal(said.error?.message, "not this address");
    hook.answer = () => new Response("fine");
    const plain = await fixture.client().auth.signUp({ email: address(), password });
    assert.equal(plain.error?.code, "hook_payload_invalid_content_type");
  }));

Deno.test("hook: it may call the gateway back while many sign-ups wait for it", () =>
  withHook({}, async (fixture, hook) => {
    hook.answer = async () => {
      const service = fixture.client(fixture.keys.secretKey);
      const { error } = await service.from("notes").select("id").limit(1);
      return Response.json(error ? { error: { message: error.message } } : {});
    };
    const replies = await Promise.all(
      Array.from(
        { length: 20 },
        () => fixture.client().auth.signUp({ email: address(), password }),
      ),
    );
    assert.deepEqual(replies.map((reply) => reply.error), replies.map(() => null));
    assert.equal(hook.mails.length, 20);
  }));

Deno.test("auth: bad input gets GoTrue's replies and never a 500", async () => {
  const fixture = await server.fixture();
  const post = (path: string, body: string) =>
    fetch(`${fixture.gateway.url}/auth/v1${path}`, {
      method: "POST",
      headers: { apikey: fixture.keys.publishableKey, "content-type": "application/json" },
      body,
    });
  const cases: [string, string, number][] = [
    ["/signup", "{", 400],
    ["/signup", "[]", 400],
    ["/signup", "null", 400],
    ["/signup", '{"email":"not an address","password":"correct horse"}', 400],
    ["/signup", '{"email":"a@example.com","password":"x"}', 422],
    ["/signup", '{"email":5,"password":"correct horse"}', 400],
    ["/token?grant_type=password", '{"email":"a@example.com","password":"x"}', 400],
    ["/token?grant_type=password", '{"email":["a"],"password":{}}', 400],
    ["/token?grant_type=refresh_token", '{"refresh_token":"x"}', 400],
    ["/token?grant_type=refresh_token", '{"refresh_token":5}', 400],
    ["/token?grant_type=x", "{}", 400],
    ["/verify", '{"type":"email","token_hash":"x"}', 403],
    ["/verify", '{"type":5,"token_hash":7}', 400],
    ["/verify", "{}", 400],
    ["/recover", '{"email":7}', 400],
    ["/resend", '{"type":"signup","email":7}', 400],
    ["/otp", "{}", 400],
  ];
  for (const [path, body, status] of cases) {
    const reply = await post(path, body);
    const text = await reply.text();
    assert.equal(reply.status, status, `${path} ${body}: ${text}`);
  }
});

Deno.test("admin: the secret key reads a user and deletes it with its sessions, once", async () => {
  const fixture = await server.fixture();
  const operator = fixture.client(fixture.keys.secretKey);
  const { id, email, client } = await fixture.user();
  const found = await operator.auth.admin.getUserById(id);
  assert.ifError(found.error);
  assert.equal(found.data.user!.email, email);

  const { data: { session } } = await client.auth.getSession();
  assert.ifError((await operator.auth.admin.deleteUser(id)).error);
  for (
    const again of [
      await operator.auth.admin.deleteUser(id),
      await operator.auth.admin.getUserById(id),
    ]
  ) {
    assert.equal(again.error?.status, 404);
    assert.equal(again.error?.code, "user_not_found");
  }
  const refreshed = await fixture.client().auth.refreshSession(session!);
  assert.notEqual(refreshed.error, null);
  const [left] = await fixture.sql`
    select (select count(*) from auth.sessions where user_id = ${id})::int as sessions,
      (select count(*) from auth.refresh_tokens where user_id = ${id})::int as tokens,
      (select count(*) from auth.identities where user_id = ${id})::int as identities`;
  assert.deepEqual(left, { sessions: 0, tokens: 0, identities: 0 });
});

Deno.test("admin: nobody without the secret key reads or deletes a user", async () => {
  const fixture = await server.fixture();
  const [victim, attacker] = [await fixture.user(), await fixture.user()];
  const call = async (method: string, headers: Record<string, string>) => {
    const reply = await fetch(`${fixture.gateway.url}/auth/v1/admin/users/${victim.id}`, {
      method,
      headers,
    });
    return [reply.status, (await reply.json()).error_code];
  };
  const { publishableKey, secretKey } = fixture.keys;
  for (const method of ["GET", "DELETE"]) {
    assert.deepEqual(await call(method, { apikey: publishableKey }), [401, "no_authorization"]);
    for (const apikey of [publishableKey, secretKey]) {
      const authorization = `Bearer ${attacker.token}`;
      assert.deepEqual(await call(method, { apikey, authorization }), [403, "not_admin"]);
    }
  }
  const [left] = await fixture.sql`select id from auth.users where id = ${victim.id}`;
  assert.equal(left!["id"], victim.id);
});

Deno.test("admin: a deletion that a trigger refuses leaves the user and says what GoTrue says", async () => {
  const fixture = await server.fixture({
    asSuperuser: true,
    migration: `
      create function private.refuse() returns trigger language plpgsql as $$
      begin raise exception 'no'; end; $$;
      create trigger refuse before delete on auth.users
        for each row execute function private.refuse();`,
  });
  const { id, client, email } = await fixture.user();
  const refused = await fixture.client(fixture.keys.secretKey).auth.admin.deleteUser(id);
  assert.equal(refused.error?.message, "Database error deleting user");
  assert.equal(refused.error?.status, 500);
  assert.equal((await client.auth.getUser()).data.user?.email, email);
});
