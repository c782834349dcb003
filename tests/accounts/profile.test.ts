import assert from "node:assert/strict";
import { type Answer, call, stack } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";

const path = "user-profile";

function read(user: TestUser): Promise<Answer> {
  return call("GET", path, { token: user.token });
}

function patch(user: TestUser, body: unknown, ifMatch?: string): Promise<Answer> {
  return call("PATCH", path, {
    token: user.token,
    body,
    ...(ifMatch !== undefined && { headers: { "if-match": ifMatch } }),
  });
}

function put(user: TestUser, body: unknown, ifMatch?: string): Promise<Answer> {
  return call("PUT", path, {
    token: user.token,
    body,
    ...(ifMatch !== undefined && { headers: { "if-match": ifMatch } }),
  });
}

Deno.test("user-profile: GET shows profile, no subscription yet, and an ETag", async () => {
  const user = await signUp({ name: "Zoé", locale: "fr" });
  const answer = await read(user);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { profile, subscription } = answer.body;
  assert.deepEqual(Object.keys(answer.body).sort(), ["profile", "subscription"]);
  assert.equal(subscription, null);
  assert.deepEqual(profile, {
    id: user.id,
    name: "Zoé",
    locale: "fr",
    avatar_url: null,
    created_at: profile.created_at,
    updated_at: profile.updated_at,
  });
  assert.ok(Date.now() - Date.parse(profile.created_at) < 60_000);
  assert.match(answer.headers.get("etag")!, /^"\d+"$/);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.match(answer.headers.get("access-control-expose-headers")!, /etag/);
});

Deno.test("user-profile: PATCH changes what it names and leaves the rest", async () => {
  const user = await signUp({ name: "Before", locale: "fr" });
  const before = await read(user);
  const changed = await patch(user, { name: " After " });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.deepEqual([changed.body.profile.name, changed.body.profile.locale], ["After", "fr"]);
  assert.notEqual(changed.headers.get("etag"), before.headers.get("etag"));
  assert.ok(changed.body.profile.updated_at > before.body.profile.updated_at);
  assert.equal(changed.body.subscription, null);

  const nothing = await patch(user, {});
  assert.equal(nothing.status, 200);
  assert.equal(nothing.headers.get("etag"), changed.headers.get("etag"));
  const { data } = await user.client.from("profiles").select("name, locale").single()
    .throwOnError();
  assert.deepEqual(data, { name: "After", locale: "fr" });
});

Deno.test("user-profile: PUT replaces everything writable, and wants all of it", async () => {
  const user = await signUp({ name: "Before", locale: "fr" });
  const whole = { name: "After", locale: "en", avatar_url: null };
  const replaced = await put(user, whole);
  assert.equal(replaced.status, 200, JSON.stringify(replaced.body));
  const { name, locale, avatar_url } = replaced.body.profile;
  assert.deepEqual({ name, locale, avatar_url }, whole);
  for (const field of Object.keys(whole)) {
    const answer = await put(user, { ...whole, [field]: undefined });
    assert.equal(answer.status, 422);
    assert.deepEqual(
      answer.body.errors.map((error: { pointer: string }) => error.pointer),
      [`/${field}`],
    );
  }
});

Deno.test("user-profile: what is not one's to write is 422 by name, and nothing changes", async () => {
  const user = await signUp({ name: "Before" });
  const before = await read(user);
  const fields = {
    id: crypto.randomUUID(),
    version: 99,
    created_at: "2020-01-01T00:00:00Z",
    updated_at: "2020-01-01T00:00:00Z",
    email: "other@example.com",
    role: "owner",
    subscription: { status: "active" },
    workspace_id: crypto.randomUUID(),
    __proto__x: 1,
  };
  for (const [field, value] of Object.entries(fields)) {
    const answer = await patch(user, { name: "After", [field]: value });
    assert.deepEqual([answer.status, answer.body.code], [422, "invalid_body"], field);
    assert.deepEqual(
      answer.body.errors.map((error: { pointer: string }) => error.pointer),
      [`/${field}`],
    );
  }
  const proto = await call("PATCH", path, {
    token: user.token,
    body: '{"__proto__": {"role": "owner"}, "constructor": 1}',
    headers: { "content-type": "application/json" },
  });
  assert.equal(proto.status, 422);
  assert.deepEqual((await read(user)).body, before.body);
});

Deno.test("user-profile: bad values are 422 by name, as PATCH and as PUT", async () => {
  const user = await signUp();
  const values: [field: string, value: unknown][] = [
    ["name", ""],
    ["name", "   "],
    ["name", null],
    ["name", "x".repeat(101)],
    ["name", "x".repeat(10_000)],
    ["name", "a\0b"],
    ["name", "a\nb"],
    ["name", "a\u2028b"],
    ["name", "a\u0085b"],
    ["name", "a\u202eb"],
    ["name", "\udc00"],
    ["name", ["a"]],
    ["locale", "de"],
    ["locale", null],
    ["avatar_url", 7],
    ["avatar_url", ""],
  ];
  await Promise.all(values.map(async ([field, value]) => {
    const whole = { name: "Whole", locale: "en", avatar_url: null, [field]: value };
    for (const answer of [await patch(user, { [field]: value }), await put(user, whole)]) {
      const what = `${field}: ${JSON.stringify(value).slice(0, 40)}`;
      assert.deepEqual([answer.status, answer.body.code], [422, "invalid_body"], what);
      assert.deepEqual(
        answer.body.errors.map((error: { pointer: string }) => error.pointer),
        [`/${field}`],
        what,
      );
    }
  }));
});

Deno.test("user-profile: If-Match lets only who has read the present state change it", async () => {
  const user = await signUp();
  const etag = (await read(user)).headers.get("etag")!;
  const first = await patch(user, { name: "First" }, etag);
  assert.equal(first.status, 200);
  for (const method of [patch, put]) {
    const whole = { name: "Second", locale: "fr", avatar_url: null };
    const late = await method(user, whole, etag);
    assert.deepEqual([late.status, late.body.code], [412, "precondition_failed"]);
  }
  for (const stale of [etag, '"999999999"', '"none"', "nonsense", `${etag}, "7000"`, ""]) {
    assert.equal((await patch(user, { name: "Third" }, stale)).status, 412, stale);
    assert.equal((await patch(user, {}, stale)).status, 412, stale);
  }
  assert.equal((await read(user)).body.profile.name, "First");

  const now = first.headers.get("etag")!;
  assert.equal((await patch(user, {}, now)).status, 200);
  const listed = await patch(user, { name: "Listed" }, `"7000", ${now}`);
  assert.equal(listed.status, 200);
  // Proxies that compress mark a tag as weak.
  const weak = await patch(user, { name: "Weak" }, `W/${listed.headers.get("etag")}`);
  assert.equal(weak.status, 200);
  assert.equal((await patch(user, { name: "Any" }, "*")).status, 200);
});

Deno.test("user-profile: of 20 changes at once with one If-Match exactly one happens", async () => {
  const user = await signUp();
  const etag = (await read(user)).headers.get("etag")!;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => patch(user, { name: `Name ${index}` }, etag)),
  );
  const done = answers.flatMap((answer, index) => answer.status === 200 ? [index] : []);
  assert.equal(done.length, 1);
  assert.equal(answers.filter((answer) => answer.status === 412).length, 19);
  const after = await read(user);
  assert.equal(after.body.profile.name, `Name ${done[0]}`);
  assert.equal(after.headers.get("etag"), answers[done[0]!]!.headers.get("etag"));
});

Deno.test("user-profile: 20 changes at once without If-Match all happen, each with its own ETag", async () => {
  const user = await signUp();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => patch(user, { name: `Name ${index}` })),
  );
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
  assert.equal(new Set(answers.map((answer) => answer.headers.get("etag"))).size, 20);
});

Deno.test("user-profile: avatar_url takes only a file in one's own folder of our bucket", async () => {
  const [user, other] = await Promise.all([signUp(), signUp()]);
  const { origin } = new URL(stack.url);
  const own = `${origin}/storage/v1/object/public/avatars/${user.id}/picture.png`;
  for (const good of [own, new URL(own).pathname]) {
    const answer = await patch(user, { avatar_url: good });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.profile.avatar_url, own);
  }
  const bad = [
    own.replace(user.id, other.id),
    own.replace(user.id, `${other.id}/../${user.id}`),
    own.replace("picture.png", "../" + other.id + "/picture.png"),
    own.replace("picture.png", "deeper/picture.png"),
    own.replace("picture.png", "picture.svg"),
    own.replace("picture.png", "picture.png?x=.png"),
    own.replace("picture.png", "picture.png#.png"),
    own.replace("picture.png", "%2e%2e/picture.png"),
    own.replace("picture.png", ".png"),
    own.replace("/avatars/", "/private/"),
    own.replace(origin, "https://evil.example"),
    own.replace(origin, `${origin}.evil.example`),
    own.replace(origin, `${origin}@evil.example`),
    own.replace("http:", "ftp:"),
    own.replace("http:", "javascript:"),
    `https://evil.example/?${own}`,
    `${own}\n`,
    own + "x".repeat(500),
  ];
  for (const avatar_url of bad) {
    const answer = await patch(user, { avatar_url });
    assert.deepEqual([answer.status, answer.body.code], [422, "invalid_body"], avatar_url);
    assert.equal(answer.body.errors[0].pointer, "/avatar_url");
  }
  assert.equal((await read(user)).body.profile.avatar_url, own);
  const cleared = await patch(user, { avatar_url: null });
  assert.equal(cleared.status, 200);
  assert.equal(cleared.body.profile.avatar_url, null);
});

Deno.test("user-profile: supabase-js changes the same fields directly, no others, and the ETag follows", async () => {
  const [user, other] = await Promise.all([signUp(), signUp({ name: "Other" })]);
  const etag = (await read(user)).headers.get("etag")!;
  const profiles = () => user.client.from("profiles");
  const blank = await profiles().update({ name: "  " }).eq("id", user.id);
  assert.match(blank.error!.message, /profiles_name_not_blank/);
  await profiles().update({ name: "Direct", locale: "fr" }).eq("id", user.id).throwOnError();
  const after = await read(user);
  assert.deepEqual([after.body.profile.name, after.body.profile.locale], ["Direct", "fr"]);
  assert.notEqual(after.headers.get("etag"), etag);
  assert.equal((await patch(user, { name: "Late" }, etag)).status, 412);

  const forbidden = [
    { version: 1 },
    { id: crypto.randomUUID() },
    { created_at: "2020-01-01T00:00:00Z" },
    { updated_at: "2020-01-01T00:00:00Z" },
    { name: "With", version: 1 },
  ];
  for (const change of forbidden) {
    const { error } = await profiles().update(change).eq("id", user.id);
    assert.equal(error?.code, "42501", JSON.stringify(change));
  }
  for (
    const change of [
      { name: "x".repeat(101) },
      { name: "two\nlines" },
      { name: "two\u2028lines" },
      { locale: "de" },
      { avatar_url: "https://evil.example/a.png" },
      { avatar_url: `/storage/v1/object/public/avatars/${other.id}/a.png` },
    ]
  ) {
    const { error } = await profiles().update(change).eq("id", user.id);
    assert.equal(error?.code, "23514", JSON.stringify(change));
  }
  const foreign = await profiles().update({ name: "Mine now" }).eq("id", other.id).select();
  assert.deepEqual(foreign.data, []);
  const inserted = await profiles().insert({ id: crypto.randomUUID(), name: "New" });
  assert.equal(inserted.error?.code, "42501");
  const deleted = await profiles().delete().eq("id", user.id);
  assert.equal(deleted.error?.code, "42501");
  assert.equal((await read(other)).body.profile.name, "Other");
});

Deno.test("user-profile: each sees himself alone, and nobody without a token", async () => {
  const [ada, bob] = await Promise.all([signUp({ name: "Ada" }), signUp({ name: "Bob" })]);
  assert.equal((await read(ada)).body.profile.id, ada.id);
  assert.equal((await read(bob)).body.profile.id, bob.id);
  for (const method of ["GET", "PATCH", "PUT"]) {
    const answer = await call(method, path, method === "GET" ? {} : { body: {} });
    assert.deepEqual([answer.status, answer.body.code], [401, "unauthenticated"]);
  }
});
