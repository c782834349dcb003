/** Callers that are not who they must be. Tokens that the right key signed are in tokens.test.ts. */
import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { stack } from "../../support/stack.ts";
import { newKey } from "../../../supabase/functions/_shared/api-keys/key.ts";
import { rightBody } from "./body.ts";
import { type Case, each } from "./case.ts";
import { expectProblem } from "./reply.ts";
import { rightRequest } from "./right-request.ts";
import { type Draft, send } from "./send.ts";
import type { Target } from "./target.ts";

/** Sends a right request for each of these headers, none of which makes a caller. */
export async function expectUnauthenticated(
  target: Target,
  callers: [what: string, headers: Record<string, string | null>][],
): Promise<void> {
  await each(callers, async ([what, headers]) => {
    const reply = await send(target, { ...rightRequest(target), headers });
    expectProblem(reply, "unauthenticated", what);
  });
}

/** Tokens of a user's claims that our key has not signed. */
async function forgedTokens(userToken: string): Promise<[string, string][]> {
  const claims = JSON.parse(
    atob(userToken.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/")),
  );
  const [known] = (JSON.parse(stack.jwks) as { keys: { kid: string }[] }).keys;
  const { kid } = known!;
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const own = (header: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg: "ES256", ...header }).sign(privateKey);
  const [header, payload, signature] = userToken.split(".") as [string, string, string];
  const admin = btoa(JSON.stringify({ ...claims, role: "service_role" })).replaceAll("=", "");
  return [
    ["alg none", new UnsecuredJWT(claims).encode()],
    ["alg None", `${btoa('{"alg":"None"}').replaceAll("=", "")}.${payload}.`],
    ["another key under our kid", await own({ kid })],
    ["an unknown kid", await own({ kid: crypto.randomUUID() })],
    ["no kid", await own({})],
    ["a key of its own in the header", await own({ kid, jwk: await exportJWK(publicKey) })],
    ["a key elsewhere", await own({ kid, jku: "http://127.0.0.1:9/jwks.json" })],
    [
      "our public key as the secret of HS256",
      await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid })
        .sign(new TextEncoder().encode(JSON.stringify(known))),
    ],
    ["other claims under our signature", `${header}.${admin}.${signature}`],
    ["no signature", `${header}.${payload}.`],
    ["a signature of zeros", `${header}.${payload}.${"A".repeat(86)}`],
    ["half a token", `${header}.${payload}`],
    ["no token at all", "x.y.z"],
    ["a very long one", "e".repeat(8000)],
  ];
}

/** A right request about a workspace. Whatever takes keys lets its caller name one. */
function inWorkspace(target: Target, workspaceId: string): Draft {
  const { body } = target.declaration;
  if (body === undefined) return { query: `workspace_id=${workspaceId}` };
  return { json: { ...rightBody(body), workspace_id: workspaceId } };
}

const wrongKeys: [string, string | null][] = [
  ["no key", null],
  ["an empty key", ""],
  ["a key that is none", "sb_publishable_wrong"],
  ["a secret key that is none", "sb_secret_wrong"],
  ["a strange key", "'; select 1"],
];

export const callerCases: Case[] = [
  {
    name: "without a valid key is 401",
    applies: ({ declaration: { auth } }) => auth === "publishable" || auth === "secret",
    async run(target) {
      const { publishableKey, userToken } = await target.served.credentials();
      const authorization = `Bearer ${userToken}`;
      await expectUnauthenticated(target, [
        ...wrongKeys.map(([what, apikey]) =>
          [what, { apikey }] as [string, { apikey: typeof apikey }]
        ),
        ["a user's token instead", { apikey: null, authorization }],
        ["a user's token as the key", { apikey: userToken }],
        ["the key as a token", { apikey: null, authorization: `Bearer ${publishableKey}` }],
        ...(target.declaration.auth === "secret"
          ? [["a publishable key", { apikey: publishableKey, authorization }]] as [
            string,
            { apikey: string; authorization: string },
          ][]
          : []),
      ]);
    },
  },
  {
    name: "a visitor without a valid key is 401, and one with an invalid token is no guest",
    applies: ({ declaration: { auth } }) => auth === "visitor",
    async run(target) {
      await expectUnauthenticated(target, [
        ...wrongKeys.map(([what, apikey]) =>
          [what, { apikey }] as [string, { apikey: typeof apikey }]
        ),
        ["a token that is none, beside a good key", { authorization: "Bearer eyJh.eyJh.c2ln" }],
      ]);
    },
  },
  {
    name: "without a user's token is 401, whatever key comes",
    applies: ({ declaration: { auth } }) => auth === "user" || auth === "staff",
    async run(target) {
      const { publishableKey, secretKey, userToken } = await target.served.credentials();
      await expectUnauthenticated(target, [
        ["nothing", { apikey: null, authorization: null }],
        ["a publishable key", { authorization: null }],
        ["a secret key", { apikey: secretKey, authorization: null }],
        ["a publishable key as a token", { authorization: `Bearer ${publishableKey}` }],
        ["a secret key as a token", { authorization: `Bearer ${secretKey}` }],
        ["the token as a key", { apikey: userToken, authorization: null }],
        ["another scheme", { authorization: `Basic ${btoa("user:password")}` }],
        ["no scheme", { authorization: userToken }],
        ["an empty token", { authorization: "Bearer " }],
      ]);
    },
  },
  {
    name: "a user who is not staff is 403",
    applies: ({ declaration: { auth } }) => auth === "staff",
    async run(target) {
      const { userToken } = await target.served.credentials();
      const headers = { authorization: `Bearer ${userToken}` };
      const reply = await send(target, { ...rightRequest(target), headers });
      expectProblem(reply, "forbidden", "a user");
    },
  },
  {
    name: "a workspace's key is no user where keys are not taken",
    applies: ({ declaration: { auth, apiKey }, served }) =>
      (auth === "user" || auth === "staff") && apiKey === undefined &&
      served.workspaceKeys !== undefined,
    async run(target) {
      const { key } = newKey(false);
      await expectUnauthenticated(target, [
        ["as the token", { authorization: `Bearer ${key}` }],
        ["as the key", { authorization: null, "x-api-key": key }],
      ]);
    },
  },
  {
    name:
      "a workspace's key passes if it is good and has the scope, and reaches that workspace alone",
    applies: ({ declaration: { apiKey } }) => apiKey !== undefined,
    async run(target) {
      const keys = await target.served.workspaceKeys!(target.declaration.apiKey!);
      const asKey = (key: string) => ({ authorization: `Bearer ${key}` });
      const unknown = newKey(false).key;
      await expectUnauthenticated(target, [
        ["unknown", asKey(unknown)],
        ["revoked", asKey(keys.revoked)],
        ["expired", asKey(keys.expired)],
        ["cut short", asKey(keys.good.slice(0, -1))],
        [
          "one character changed",
          asKey(keys.good.replace(/.$/, (last) => last === "0" ? "1" : "0")),
        ],
        ["in other letters", asKey(keys.good.toUpperCase())],
        ["its prefix alone", asKey(keys.good.slice(0, 20))],
        ["without a secret", asKey("socle_test_")],
        ["strange", asKey("socle_test_'; select 1 --")],
        ["very long", asKey(keys.good + "a".repeat(8000))],
        ["another scheme", { authorization: `Basic ${keys.good}` }],
        ["as the publishable key", { authorization: null, apikey: keys.good }],
        ["an unknown one beside a user's token", { "x-api-key": unknown }],
        ["an empty one beside a user's token", { "x-api-key": "" }],
      ]);
      const right = rightRequest(target);
      const wrongScope = await send(target, { ...right, headers: asKey(keys.otherScope) });
      expectProblem(wrongScope, "scope_missing", "another scope");
      const smaller = await send(target, { ...right, headers: asKey(keys.smallerPlan) });
      expectProblem(smaller, "plan_required", "a smaller plan");

      // The controls: each way of sending it is taken.
      for (
        const headers of [asKey(keys.good), { authorization: null, "x-api-key": keys.good }]
      ) {
        const reply = await send(target, { ...right, headers });
        assert.ok(![401, 402, 403].includes(reply.status), JSON.stringify(reply.body));
      }
      const elsewhere = await send(target, {
        ...inWorkspace(target, keys.otherWorkspaceId),
        headers: asKey(keys.good),
      });
      expectProblem(elsewhere, "workspace_not_found", "another's workspace");
    },
  },
  {
    name: "a forged token is 401",
    applies: ({ declaration: { auth } }) => auth === "user" || auth === "staff",
    async run(target) {
      const { userToken } = await target.served.credentials();
      await expectUnauthenticated(
        target,
        (await forgedTokens(userToken)).map(([what, token]) => [
          what,
          { authorization: `Bearer ${token}` },
        ]),
      );
    },
  },
  {
    name: "without a valid signature is 400, also for who holds keys",
    applies: ({ declaration: { auth } }) => auth === "signature",
    async run(target) {
      const { secretKey, userToken } = await target.served.credentials();
      const header = target.declaration.signatureHeader!;
      const now = Math.floor(Date.now() / 1000);
      const wrong = [
        null,
        "",
        "v1",
        "v1,",
        `v1,${btoa("x".repeat(32))}`,
        `t=${now},v1=${"0".repeat(64)}`,
        `t=${now},v0=${"0".repeat(64)}`,
        `t=,v1=`,
        "t=1,".repeat(2000),
        "é",
      ];
      await each(wrong, async (signature) => {
        const reply = await send(target, {
          json: { id: "evt_1" },
          headers: {
            apikey: secretKey,
            authorization: `Bearer ${userToken}`,
            "webhook-id": "msg_1",
            "webhook-timestamp": String(now),
            [header]: signature,
          },
        });
        expectProblem(reply, "invalid_signature", String(signature));
      });
    },
  },
];
