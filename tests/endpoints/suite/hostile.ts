/** Values that have broken other systems. */

/** Texts that are well-formed Unicode: they may be refused or taken, never more than that. */
export const strangeTexts: string[] = [
  "",
  " ",
  "\t\r\n",
  "👩‍👩‍👧‍👦 🏳️‍🌈 é",
  "e\u0301\u0327".repeat(40),
  "Z\u0351\u036b\u0343".repeat(30),
  "مرحبا \u202eلا‎ abc\u202c",
  "\u200b\u200d\ufeff",
  "\u0001\u001b[31m\u007f",
  "\u2028\u2029\u0085",
  "ﷺ".repeat(50),
  "ŉİıſ",
  "𝕳𝖊𝖑𝖑𝖔 \u{10ffff}",
  "'; drop table public.profiles; --",
  "\\'\"`${1}{{7*7}}%s%n%00",
  "<script>alert(1)</script>",
  "../../../../etc/passwd",
  "__proto__",
  "null",
  "undefined",
  "NaN",
  "-1e309",
  "a@b@c",
  "eq.1,or=(id.neq.0)",
  "*",
  "a".repeat(10_000),
  "é".repeat(10_000),
];

/** Texts that Postgres cannot hold and JSON can escape. */
export const unstorableTexts: string[] = [
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udfff x",
  "x\udc00\ud800",
];

/** Values of every JSON type. */
export const jsonValues: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  "",
  "text",
  [],
  [[]],
  ["text"],
  {},
  { a: 1 },
  { $ne: null },
  { toString: "x", length: -1 },
];

/** Names of fields that callers try to slip in. */
export const slippedFields = [
  "is_admin",
  "role",
  "id",
  "user_id",
  "status",
  "app_metadata",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "",
  "a.b",
  "a/b~c",
  "x".repeat(10_000),
];

/** Numbers as JSON text may write them, though JavaScript would not. */
export const strangeNumbers = [
  "1e309",
  "-1e309",
  "-0",
  "0.1e-400",
  "1.0000000000000000000001",
  "9007199254740993",
  "123456789012345678901234567890",
  "1E+2",
];

/** Bytes that are no JSON. */
export const notJson: (string | Uint8Array<ArrayBuffer>)[] = [
  "{",
  "}",
  '{"a":}',
  '{"a":1,}',
  "{'a':1}",
  '{"a":NaN}',
  '{"a":Infinity}',
  '{"a":01}',
  '{"a":.5}',
  '{"a":"\\x41"}',
  '{"a":"\\ud8"}',
  '{"a":"line\nbreak"}',
  '{"a":1} {"b":2}',
  "undefined",
  "name=Ada&locale=en",
  "<xml/>",
  " ",
  "// {}",
  "[".repeat(100_000),
  new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  new Uint8Array([0xc0, 0x80]),
  new TextEncoder().encode("{}").reduce((wide, byte, index) => {
    wide[index * 2] = byte;
    return wide;
  }, new Uint8Array(4)),
];

/** An array in an array in an array …, as text: JSON.stringify cannot write it. */
export function nested(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}
