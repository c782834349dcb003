import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DisplayName,
  Email,
  Locale,
  Password,
} from "../../supabase/functions/_shared/accounts/fields.ts";

/** Any code point. fast-check's own "binary" unit takes seconds to begin. */
const unit = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));

Deno.test("Email: is kept trimmed and in lower case, and taking it again changes nothing", () => {
  fc.assert(fc.property(
    fc.stringMatching(/^[A-Za-z0-9]{1,20}$/),
    fc.stringMatching(/^[A-Za-z0-9]{1,20}$/),
    fc.stringMatching(/^[ \t\n]{0,3}$/),
    (local, domain, space) => {
      const taken = Email.parse(`${space}${local}@${domain}.Example${space}`);
      assert.equal(taken, `${local}@${domain}.example`.toLowerCase());
      assert.equal(Email.parse(taken), taken);
    },
  ));
});

Deno.test("Email: refuses what is no address of one mailbox", () => {
  for (
    const text of [
      "",
      "@",
      "a@",
      "@example.com",
      "a@example",
      "a b@example.com",
      "a@example.com, b@example.com",
      "Ada <a@example.com>",
      "a@example.com\nBcc: b@example.com",
      "a..b@example.com",
      "a@exam_ple.com",
      `${"a".repeat(250)}@example.com`,
    ]
  ) assert.equal(Email.safeParse(text).success, false, text);
});

Deno.test("Password: counts bytes, since bcrypt reads 72 of them, and changes nothing", () => {
  fc.assert(fc.property(fc.string({ unit, maxLength: 80 }), (text) => {
    const bytes = new TextEncoder().encode(text).length;
    const parsed = Password.safeParse(text);
    assert.equal(parsed.success, [...text].length >= 8 && bytes <= 72);
    if (parsed.success) assert.equal(parsed.data, text);
  }));
});

Deno.test("DisplayName: one visible line of at most 100 characters, trimmed", () => {
  fc.assert(fc.property(fc.string({ unit, maxLength: 120 }), (text) => {
    const parsed = DisplayName.safeParse(text);
    if (!parsed.success) return;
    assert.equal(parsed.data, text.trim());
    assert.ok(parsed.data !== "" && [...parsed.data].length <= 100);
    assert.equal(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(parsed.data), false);
    assert.ok(parsed.data.isWellFormed());
  }));
});

Deno.test("DisplayName: takes names as people write them", () => {
  for (const name of ["X", "王小明", "مُحَمَّد", "O’Brien-Ñandú", "👩‍🚀 Ada", "Anne Marie"]) {
    assert.equal(DisplayName.parse(name), name);
  }
});

Deno.test("Locale: the two that we write in", () => {
  assert.deepEqual(Locale.options, ["en", "fr"]);
});
