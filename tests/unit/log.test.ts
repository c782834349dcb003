import assert from "node:assert/strict";
import fc from "fast-check";
import { describeError, mask } from "../../supabase/functions/_shared/log.ts";

const address = fc.tuple(
  fc.stringMatching(/^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]{1,20}$/),
  fc.stringMatching(/^[a-z0-9-]{1,10}(\.[a-z]{2,5}){0,2}$/),
).map(([local, domain]) => `${local}@${domain}`);

Deno.test("mask: no mail address survives, whatever stands around it", () => {
  fc.assert(fc.property(
    address,
    fc.constantFrom("", " ", '"', "<", "(", "=", "mailto:", "Key (email)=(", "é"),
    fc.constantFrom("", " ", '"', ">", ")", ",", ") already exists.", "\\n"),
    (address, before, after) => {
      const masked = mask(`${before}${address}${after}`);
      assert.equal(masked.includes(address), false, masked);
      assert.equal(masked.includes("@"), false, masked);
    },
  ));
});

Deno.test("mask: addresses of other scripts, without a dot, with odd characters go whole", () => {
  for (
    const written of [
      "josé@exämple.fr",
      "用户@例子.广告",
      "o'neil@x.com",
      "a%b=c@x.com",
      "root@localhost",
    ]
  ) assert.equal(mask(`sent to ${written}, twice`), "sent to [address], twice");
});

Deno.test("mask: keys and tokens go whole, their kind stays", () => {
  const cases = {
    "key sk_test_51Abcdefghijk used": "key sk_test_[masked] used",
    "rk_live_abcdefgh12": "rk_live_[masked]",
    "socle_test_0a1b2c3d_0123456789abcdef": "socle_test_[masked]",
    '"sb_secret_a-bcdefgh_12-34"': '"sb_secret_[masked]"',
    "v1,whsec_AbCd+/EfGh1234==": "v1,whsec_[masked]",
    "re_AbCdEfGh_12345678": "re_[masked]",
    "authorization: Bearer AX8eASQgNzA5-x.y_z=": "authorization: Bearer [masked]",
    "jwt eyJhbGciOiJF.eyJzdWIiOiIx.c2ln-bmF0 end": "jwt [token] end",
    "postgres://postgres:secret@127.0.0.1:5432/x": "postgres://postgres:[address]:5432/x",
  };
  for (const [text, masked] of Object.entries(cases)) assert.equal(mask(text), masked);
});

Deno.test("mask: what is neither stays readable", () => {
  for (
    const text of [
      "POST /functions/v1/auth-login 200 in 12 ms",
      '{"level":"info","request_id":"0f1e2d3c-1111-4222-8333-444455556666","duration_ms":3}',
      "price_monthly_basic of prod_123 at 2026-11-22T09:00:00.000Z",
      "pm_card_visa, are_you_sure, sk_test_",
      "https://example.com/a?b=c",
    ]
  ) assert.equal(mask(text), text);
});

Deno.test("mask: a long text is masked in no time", () => {
  const started = performance.now();
  // Read from each of its characters anew, these took three minutes.
  for (const unit of ["a", "a.", "@", "a@", "eyJ", "re_", "bearer ", "!"]) {
    mask(unit.repeat(50_000));
  }
  assert.ok(performance.now() - started < 20_000);
});

Deno.test("describeError: tells name, message and causes, masked", () => {
  const cause = new TypeError("refused for ada@example.com");
  assert.equal(
    describeError(new Error("cannot send", { cause })),
    "Error: cannot send (because: TypeError: refused for [address])",
  );
  assert.equal(describeError("plain"), "plain");
  assert.equal(describeError(undefined), "undefined");
});

Deno.test("describeError: causes that lead back to the first end somewhere", () => {
  const error = new Error("round");
  error.cause = new Error("about", { cause: error });
  assert.equal(describeError(error).match(/because/g)?.length, 5);
});
