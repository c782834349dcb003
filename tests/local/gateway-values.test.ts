import assert from "node:assert/strict";
import { parseArray } from "../../local/gateway/array-text.ts";
import { allowedRedirect } from "../../local/gateway/redirects.ts";
import { statusOfSqlState } from "../../local/gateway/rest-errors.ts";
import { valueParser } from "../../local/gateway/value-parsers.ts";

const text = (value: string) => value;

Deno.test("arrays: quotes, escapes, nesting, NULL and bounds are read", () => {
  assert.deepEqual(parseArray("{}", text), []);
  assert.deepEqual(parseArray("{1,2}", Number), [1, 2]);
  assert.deepEqual(parseArray('{a,"b,c","q\\"x","\\\\",""}', text), ["a", "b,c", 'q"x', "\\", ""]);
  assert.deepEqual(parseArray('{NULL,"NULL"}', text), [null, "NULL"]);
  assert.deepEqual(parseArray("{{1,2},{3,NULL}}", Number), [[1, 2], [3, null]]);
  assert.deepEqual(parseArray("[0:1]={a,b}", text), ["a", "b"]);
  assert.deepEqual(parseArray("{(0,1);(2,3)}", text, ";"), ["(0,1)", "(2,3)"]);
});

Deno.test("values: are written as PostgREST writes them", () => {
  const arrays = new Map([[1185, { element: 1184, delimiter: "," }]]);
  const parse = (oid: number, value: string) => valueParser(oid, arrays)(value);
  assert.equal(parse(1184, "2026-11-22 08:00:00.5+00"), "2026-11-22T08:00:00.5+00:00");
  assert.equal(parse(1184, "2026-11-22 08:00:00+05:30"), "2026-11-22T08:00:00+05:30");
  assert.equal(parse(1184, "infinity"), "infinity");
  assert.equal(parse(1114, "2026-11-22 08:00:00"), "2026-11-22T08:00:00");
  assert.equal(parse(1082, "2026-11-22"), "2026-11-22");
  assert.equal(parse(1700, "4.50"), 4.5);
  assert.equal(parse(1700, "NaN"), "NaN");
  assert.equal(parse(20, "9007199254740991"), 9007199254740991);
  assert.equal(parse(20, "9007199254740993"), 9007199254740993n);
  assert.equal(parse(17, "\\x01"), "\\x01");
  assert.deepEqual(parse(1185, '{"2026-11-22 08:00:00+00"}'), ["2026-11-22T08:00:00+00:00"]);
});

Deno.test("errors: SQLSTATEs have PostgREST's statuses", () => {
  assert.equal(statusOfSqlState("42501", true), 401);
  assert.equal(statusOfSqlState("42501", false), 403);
  assert.equal(statusOfSqlState("PT418", false), 418);
  assert.equal(statusOfSqlState("PT999", false), 500);
  assert.equal(statusOfSqlState("P0001", false), 400);
  assert.equal(statusOfSqlState("P0002", false), 500);
  assert.equal(statusOfSqlState("23505", false), 409);
  assert.equal(statusOfSqlState("23514", false), 400);
  assert.equal(statusOfSqlState("57014", false), 500);
  assert.equal(statusOfSqlState("53300", false), 503);
});

Deno.test("redirects: lead to the site or to what the list allows, else to the site", () => {
  const site = "https://app.example/home";
  const list = ["https://*.preview.example/**", "https://shop.example/a?c/*", "myapp://callback"];
  const allowed = [
    "https://app.example/anything?x=1#y",
    "https://one.preview.example/a/b/c",
    "https://shop.example/abc/d",
    "myapp://callback",
  ];
  for (const url of allowed) assert.equal(allowedRedirect(url, site, list), url);
  const refused = [
    null,
    "",
    "/relative",
    "http://app.example/",
    "https://app.example.evil.example/",
    "https://app.example@evil.example/",
    "https://evil.example/?https://app.example/",
    "https://a.b.preview.example/",
    "https://shop.example/abc/d/e",
    "javascript:alert(1)",
  ];
  for (const url of refused) {
    assert.equal(allowedRedirect(url, site, list), site, String(url));
  }
});
