/** How long an isolate takes a token's word without verifying it again. */
import assert from "node:assert/strict";
import type { AuthResult } from "@supabase/server";
import { verifiedTokens } from "../../supabase/functions/_shared/verified-tokens.ts";

function verified(exp?: number): AuthResult {
  return {
    authMode: "user",
    token: "a token",
    userClaims: { id: "a user" },
    jwtClaims: { sub: "a user", ...(exp !== undefined && { exp }) },
    keyName: null,
  } as AuthResult;
}

Deno.test("verified tokens: known for a minute, by the whole header and no other", () => {
  let now = 1_000_000;
  const tokens = verifiedTokens(() => now);
  const one = verified(5000);
  tokens.keep("Bearer a", one);
  now += 59_999;
  assert.equal(tokens.find("Bearer a"), one);
  assert.equal(tokens.find("Bearer A"), undefined);
  assert.equal(tokens.find("bearer a"), undefined);
  now += 1;
  assert.equal(tokens.find("Bearer a"), undefined);
});

Deno.test("verified tokens: never past the token's own end, at its very millisecond", () => {
  let now = 1_000_000;
  const tokens = verifiedTokens(() => now);
  tokens.keep("Bearer a", verified(1010));
  now = 1_009_999;
  assert.notEqual(tokens.find("Bearer a"), undefined);
  now = 1_010_000;
  assert.equal(tokens.find("Bearer a"), undefined);
});

Deno.test("verified tokens: one without an end is verified each time", () => {
  const tokens = verifiedTokens(() => 0);
  tokens.keep("Bearer a", verified());
  assert.equal(tokens.find("Bearer a"), undefined);
});

Deno.test("verified tokens: a thousand at most, the first goes first", () => {
  const tokens = verifiedTokens(() => 0);
  for (let n = 0; n <= 1000; n++) tokens.keep(`Bearer ${n}`, verified(5000));
  assert.equal(tokens.find("Bearer 0"), undefined);
  assert.notEqual(tokens.find("Bearer 1"), undefined);
  assert.notEqual(tokens.find("Bearer 1000"), undefined);
});
