import assert from "node:assert/strict";
import fc from "fast-check";
import {
  hashKey,
  isKeyText,
  keyPattern,
  newKey,
} from "../../supabase/functions/_shared/api-keys/key.ts";

Deno.test("api key: has a form that secret scanners can match, names its mode and carries its prefix", () => {
  for (const [live, mode] of [[true, "live"], [false, "test"]] as const) {
    const { key, prefix } = newKey(live);
    assert.match(key, keyPattern);
    assert.ok(key.startsWith(`socle_${mode}_${prefix}_`));
    assert.ok(isKeyText(key));
  }
});

Deno.test("api key: no two are alike", () => {
  const made = Array.from({ length: 500 }, () => newKey(false));
  assert.equal(new Set(made.map(({ key }) => key)).size, 500);
  assert.equal(new Set(made.map(({ prefix }) => prefix)).size, 500);
});

Deno.test("api key: any other character anywhere is noticed without a look-up", () => {
  const { key } = newKey(false);
  fc.assert(fc.property(
    fc.integer({ min: 0, max: key.length - 1 }),
    fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 }),
    (at, other) => {
      fc.pre(key[at] !== other);
      assert.ok(!isKeyText(key.slice(0, at) + other + key.slice(at + 1)));
    },
  ));
});

Deno.test("api key: the checksum is CRC-32, as other software computes it", () => {
  // crc32("socle_test_aaaaaaaa_" + 32 times "b") = 0x22c01433, by zlib.
  const unchecked = `socle_test_aaaaaaaa_${"b".repeat(32)}`;
  assert.ok(isKeyText(`${unchecked}0Dsgqn`));
});

Deno.test("api key: what is kept is SHA-256 of the whole", async () => {
  assert.equal(
    await hashKey("abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
