/**
 * Callers whose credentials are made with the right secrets and still must not pass, on a stack whose
 * secrets the test knows: tokens that Auth would not issue, users who are gone, signed nonsense.
 */
import assert from "node:assert/strict";
import { decodeJwt, importJWK, type JWTPayload, SignJWT } from "jose";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { connect } from "../support/connect.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { apiAccess, createApiKey } from "../support/api-keys.ts";
import { call } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { expectUnauthenticated } from "./suite/caller-cases.ts";
import { each } from "./suite/case.ts";
import { nested, notJson } from "./suite/hostile.ts";
import { rightRequest } from "./suite/right-request.ts";
import { send } from "./suite/send.ts";
import { productTargets, servedBy, type Target } from "./suite/target.ts";

let own: OwnStack;
let user: TestUser;
let staff: TestUser;

Deno.test.beforeAll(async () => {
  own = await startOwnStack({ schedule: false });
  [user, staff] = await Promise.all([signUp({ on: own.at }), signUpStaff({ on: own.at })]);
});
Deno.test.afterAll(async () => await own?.[Symbol.asyncDispose]());

const targets = await productTargets({
  fetch: (request) => servedBy(own.at).fetch(request),
  credentials: () =>
    Promise.resolve({
      publishableKey: own.at.publishableKey,
      secretKey: own.at.secretKey,
      userToken: user.token,
      staffToken: staff.token,
    }),
});
const calledBy = (auth: string) => targets.filter(({ declaration }) => declaration.auth === auth);

/** A user's own claims with changes, signed as Auth signs; undefined leaves a claim out. */
async function token(of: TestUser, changes: Record<string, unknown> = {}): Promise<string> {
  const claims = { ...decodeJwt(of.token), ...changes };
  const { signingKey } = own.keys;
  return await new SignJWT(JSON.parse(JSON.stringify(claims)) as JWTPayload)
    .setProtectedHeader({ alg: "ES256", kid: signingKey.kid, typ: "JWT" })
    .sign(await importJWK(signingKey, "ES256"));
}

/** Somebody whose account is gone, with the token that is left. */
async function deletedUser(): Promise<TestUser> {
  const gone = await signUp({ on: own.at });
  const sql = connect(own.at);
  try {
    await sql`delete from auth.users where id = ${gone.id}`;
  } finally {
    await sql.end();
  }
  return gone;
}

const now = () => Math.floor(Date.now() / 1000);

const anonymous = "of an anonymous user";

/** What Auth would not put into a user's token. */
const wrongClaims: [what: string, changes: () => Record<string, unknown>][] = [
  ["expired an hour ago", () => ({ exp: now() - 3600 })],
  ["expired a second ago", () => ({ exp: now() - 1 })],
  ["without an end", () => ({ exp: undefined })],
  ["not valid yet", () => ({ nbf: now() + 3600 })],
  ["issued in the future", () => ({ iat: now() + 3600, exp: now() + 7200 })],
  ["of another issuer", () => ({ iss: "https://other.supabase.co/auth/v1" })],
  ["of an issuer that begins like ours", () => ({ iss: `${own.at.url}/auth/v1/` })],
  ["of no issuer", () => ({ iss: undefined })],
  ["for another audience", () => ({ aud: "anon" })],
  ["for no audience", () => ({ aud: undefined })],
  ["with the role anon", () => ({ role: "anon" })],
  ["with the role service_role", () => ({ role: "service_role" })],
  ["without a role", () => ({ role: undefined })],
  [
    "of a workspace's key",
    () => ({ api_key: { id: crypto.randomUUID(), role: "admin", scopes: [] } }),
  ],
  [anonymous, () => ({ is_anonymous: true })],
  ["of nobody", () => ({ sub: undefined })],
  ["of somebody who is no user", () => ({ sub: "admin" })],
  ["of a user with a strange id", () => ({ sub: "') or 1=1 --" })],
];

for (const target of calledBy("visitor")) {
  Deno.test(`${target.label}: a token that our key signed, but not as Auth does, makes no guest`, async () => {
    const callers = wrongClaims.filter(([what]) => what !== anonymous).map(async (
      [what, changes],
    ) =>
      [what, { authorization: `Bearer ${await token(user, changes())}` }] as [
        string,
        Record<string, string>,
      ]
    );
    await expectUnauthenticated(target, await Promise.all(callers));
    // Whom Auth signed in anonymously is a guest.
    for (const changes of [{}, { is_anonymous: true }]) {
      const headers = { authorization: `Bearer ${await token(user, changes)}` };
      const reply = await send(target, { ...rightRequest(target), headers });
      assert.notEqual(reply.status, 401);
    }
  });
}

for (const target of [...calledBy("user"), ...calledBy("staff")]) {
  const caller = () => target.declaration.auth === "staff" ? staff : user;
  Deno.test(`${target.label}: a token that our key signed, but not as Auth does, is 401`, async () => {
    const callers = wrongClaims.map(async ([what, changes]) =>
      [what, { authorization: `Bearer ${await token(caller(), changes())}` }] as [
        string,
        Record<string, string>,
      ]
    );
    await expectUnauthenticated(target, await Promise.all(callers));
    // The control: the same token with nothing changed is taken.
    const headers = { authorization: `Bearer ${await token(caller())}` };
    const reply = await send(target, { ...rightRequest(target), headers });
    assert.notEqual(reply.status, 401);
  });

  Deno.test(`${target.label}: the token of a deleted user does nothing, and says so`, async () => {
    const gone = await deletedUser();
    const headers = { authorization: `Bearer ${gone.token}` };
    const reply = await send(target, { ...rightRequest(target), headers });
    assert.ok(reply.status >= 400, JSON.stringify(reply.body));
  });
}

Deno.test("the token of a deleted user reads and writes nothing by REST and storage, though it has not expired", async () => {
  const gone = await deletedUser();
  for (const table of ["workspaces", "profiles", "workspace_members", "invoices"] as const) {
    const { data, error } = await gone.client.from(table).select();
    assert.deepEqual([data, error], [[], null], table);
  }
  const writes = [
    await gone.client.rpc("workspace_create", { name: "Mine" }),
    await gone.client.from("workspaces").insert({ name: "Mine", slug: "mine" }),
    await gone.client.from("mail_preferences")
      .insert({ user_id: gone.id, topic: "tips", subscribed: true }),
  ];
  for (const { error } of writes) assert.ok(error !== null);
  // A file would outlive its owner, in a bucket that everybody reads.
  const { error } = await gone.client.storage.from("avatars")
    .upload(`${gone.id}/avatar.png`, new Uint8Array(8), { contentType: "image/png" });
  assert.ok(error !== null, "a file of nobody's was taken");
});

Deno.test("the token behind a key, should it ever leak, reaches the key's workspace alone and no longer than the key", async () => {
  const owner = await signUp({ on: own.at });
  await apiAccess(owner, own.at);
  const { key, id } = await createApiKey(owner, { role: "admin" }, own.at);
  const leaked = await token(owner, {
    sub: id,
    email: undefined,
    workspace_id: user.workspaceId,
    api_key: { id, role: "owner", scopes: ["workspace:write"] },
  });
  const read = async (path: string) => {
    const reply = await fetch(`${own.at.url}/rest/v1/${path}`, {
      headers: { apikey: own.at.publishableKey, authorization: `Bearer ${leaked}` },
    });
    assert.equal(reply.status, 200);
    return await reply.json();
  };
  // Its claims name another's workspace and a role that no key has: the row decides.
  assert.deepEqual(await read("workspaces?select=id"), [{ id: owner.workspaceId }]);
  assert.deepEqual(await read("profiles?select=id"), []);
  assert.equal((await read("workspace_api_keys?select=id")).length, 1);

  // What is logged of a request names the key by its id, and holds nothing of its text.
  const answer = await call("GET", "workspace", { on: own.at, key: null, token: key });
  assert.equal(answer.status, 200);
  const requestId = answer.headers.get("x-request-id")!;
  const line = await waitFor("the log line", async () => {
    return await Promise.resolve(own.log.find((one) => one.includes(requestId)));
  });
  assert.ok(line.includes(`"caller":"api_key:${id}"`), line);
  assert.ok(!own.log.some((one) => one.includes(key.split("_")[3]!)));

  await owner.client.from("workspace_api_keys").update({ revoked_at: new Date().toISOString() })
    .eq("id", id).throwOnError();
  assert.deepEqual(await read("workspaces?select=id"), []);
});

/** Sets of whom a second factor is required. */
async function requireSecondFactor(audience: "staff" | "paying_owners", required: boolean) {
  const sql = connect(own.at);
  try {
    await sql`update private.second_factor_rules set required = ${required} where audience = ${audience}`;
  } finally {
    await sql.end();
  }
}

Deno.test("staff: where a second factor is required, a token without it is refused by name", async () => {
  await requireSecondFactor("staff", true);
  try {
    for (const target of calledBy("staff")) {
      const as = async (aal: string) => ({
        authorization: `Bearer ${await token(staff, { aal })}`,
      });
      const without = await send(target, { ...rightRequest(target), headers: await as("aal1") });
      assert.equal(without.code, "second_factor_required", target.label);
      const withIt = await send(target, { ...rightRequest(target), headers: await as("aal2") });
      assert.notEqual(withIt.code, "second_factor_required", target.label);
      // Who is no staff learns of no such rule.
      const headers = { authorization: `Bearer ${await token(user)}` };
      const stranger = await send(target, { ...rightRequest(target), headers });
      assert.equal(stranger.code, "forbidden", target.label);
    }
  } finally {
    await requireSecondFactor("staff", false);
  }
});

Deno.test("owners who pay: where a second factor is required, billing and keys change with it alone", async () => {
  const [payer, other] = await Promise.all([signUp({ on: own.at }), signUp({ on: own.at })]);
  const sql = connect(own.at);
  try {
    await sql`
      insert into public.subscriptions (
        workspace_id, stripe_subscription_id, status, quantity, currency, created_at
      ) values (${payer.workspaceId}, ${`sub_${payer.id}`}, 'active', 1, 'EUR', now())`;
  } finally {
    await sql.end();
  }
  const guarded = targets.filter(({ declaration }) => declaration.secondFactor);
  assert.ok(guarded.length >= 7);
  await requireSecondFactor("paying_owners", true);
  try {
    for (const target of guarded) {
      const as = async (of: TestUser, aal: string) => {
        const headers = { authorization: `Bearer ${await token(of, { aal })}` };
        return await send(target, { ...rightRequest(target), headers });
      };
      assert.equal((await as(payer, "aal1")).code, "second_factor_required", target.label);
      assert.notEqual((await as(other, "aal1")).code, "second_factor_required", target.label);
    }
    // With it the request goes on, here to its own refusal.
    const headers = { authorization: `Bearer ${await token(payer, { aal: "aal2" })}` };
    const uncancel = guarded.find(({ name }) => name === "subscription-uncancel")!;
    const reply = await send(uncancel, { json: { workspace_id: crypto.randomUUID() }, headers });
    assert.equal(reply.code, "workspace_not_found");
  } finally {
    await requireSecondFactor("paying_owners", false);
  }
});

/** What a user may change of billing without a second factor: it reads, or asks only what something would cost. */
const readsAlone = ["checkout-status", "subscription-preview"];

Deno.test("whatever a user may change of billing and keys declares secondFactor", () => {
  const open = calledBy("user").filter(({ name, declaration: { method, limit, secondFactor } }) =>
    (limit === "billing" || limit === "api_key_create") && method !== "GET" &&
    secondFactor !== true && !readsAlone.includes(name)
  );
  assert.deepEqual(open.map(({ label }) => label), []);
});

/** How each provider signs, by the header that carries it. */
const signers: Record<string, (body: string) => Promise<Record<string, string>>> = {
  "stripe-signature": async (payload) => ({
    "stripe-signature": await new Stripe("sk_test_unused").webhooks.generateTestHeaderStringAsync({
      payload,
      secret: own.at.stripeWebhookSecret,
    }),
  }),
  "webhook-signature": (body) => {
    const secret = own.keys.emailHookSecret.replace("v1,whsec_", "");
    const id = `msg_${crypto.randomUUID()}`;
    const at = new Date();
    return Promise.resolve({
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, at, body),
    });
  },
};

/** Svix, by which Resend delivers, signs alike under names of its own. */
signers["svix-signature"] = (body) => {
  const id = `msg_${crypto.randomUUID()}`;
  const at = new Date();
  return Promise.resolve({
    "svix-id": id,
    "svix-timestamp": String(Math.floor(at.getTime() / 1000)),
    "svix-signature": new Webhook(own.at.mailWebhookSecret).sign(id, at, body),
  });
};

async function sendSigned(target: Target, body: string) {
  const header = target.declaration.signatureHeader!;
  const sign = signers[header];
  assert.ok(sign, `say in this file how the provider signs ${header}`);
  return await send(target, { body, headers: await sign(body) });
}

for (const target of calledBy("signature")) {
  Deno.test(`${target.label}: nonsense under a valid signature is refused, but not for its signature`, async () => {
    const nonsense = [
      ...notJson.filter((body) => typeof body === "string"),
      "null",
      "[]",
      "1",
      '"text"',
      "{}",
      '{"id":1,"type":2,"data":3}',
      '{"user":null,"email_data":null}',
      '{"user":{"id":"x"},"email_data":{"email_action_type":"signup"}}',
      nested(100_000),
    ];
    await each(nonsense, async (body) => {
      const reply = await sendSigned(target, body);
      assert.ok(reply.status >= 400, `${body.slice(0, 100)}: ${JSON.stringify(reply.body)}`);
      assert.notEqual(reply.code, "invalid_signature", body.slice(0, 100));
    });
  });

  Deno.test(`${target.label}: a signature for another body, or an old one, is 400`, async () => {
    const header = target.declaration.signatureHeader!;
    const headers = await signers[header]!('{"a":1}');
    assert.equal((await send(target, { body: '{"a":2}', headers })).code, "invalid_signature");
    const old = Math.floor(Date.now() / 1000) - 3600;
    const aged = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        name.endsWith("-timestamp") ? String(old) : value.replace(/^t=\d+/, `t=${old}`),
      ]),
    );
    const reply = await send(target, { body: '{"a":1}', headers: aged });
    assert.equal(reply.code, "invalid_signature");
  });
}
