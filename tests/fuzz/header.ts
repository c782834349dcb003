/** Headers that a client may send and seldom does. */
import fc from "fast-check";

/** A header to set; null leaves out one that would have come. */
export interface HeaderChange {
  name: string;
  value: string | null;
}

const texts = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "*",
    "*/*;q=0",
    "text/html",
    "\u00e9\u00ff",
    "'; select 1 --",
    "x".repeat(8000),
    "a,".repeat(500),
    "-1",
    "1e309",
    "99999999999999999999",
    'W/""',
    '"a", "b", *',
    "bytes=0-",
    "bytes=-1,5-2",
    "null",
    "__proto__",
    "http://[::1]:99999",
    "999.999.999.999, 127.0.0.1",
  ),
  // A header's value is of Latin-1 without control characters, or the client refuses to send it.
  fc.string({
    unit: fc.integer({ min: 32, max: 255 }).filter((one) => one !== 127).map((one) =>
      String.fromCharCode(one)
    ),
    maxLength: 40,
  }).map((text) => text.trim()),
);

const names = [
  "accept",
  "accept-charset",
  "accept-encoding",
  "accept-language",
  "authorization",
  "apikey",
  "cf-connecting-ip",
  "content-type",
  "content-encoding",
  "content-length",
  "cookie",
  "forwarded",
  "idempotency-key",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "origin",
  "prefer",
  "range",
  "referer",
  "traceparent",
  "user-agent",
  "x-api-key",
  "x-actor",
  // #region shop
  "x-cart-id",
  // #endregion shop
  "x-client-info",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-http-method-override",
  "x-request-id",
  "x-socle",
];

const types = [
  "application/json; charset=utf-16",
  'application/json;charset=""',
  "APPLICATION/JSON",
  "application/merge-patch+json",
  "application/jsonx",
  "text/json",
  "multipart/form-data",
  "multipart/form-data; boundary=",
  "application/x-www-form-urlencoded; charset=latin1",
  ", application/json",
];

/** Any header of these. */
export const header: fc.Arbitrary<HeaderChange> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ name: fc.constantFrom(...names), value: texts }) },
  {
    weight: 1,
    arbitrary: fc.record({ name: fc.constantFrom(...names), value: fc.constant(null) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      name: fc.constant("content-type"),
      value: fc.constantFrom(...types),
    }),
  },
);
