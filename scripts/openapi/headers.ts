/** Headers of requests and replies, as OpenAPI components. */

const text = { type: "string" };
const seconds = { type: "integer", minimum: 1 };

/** Headers that a caller may send, by the name of their component. */
export const parameters = {
  RequestId: {
    name: "x-request-id",
    in: "header",
    description: "Names the request in logs and replies. Another form than this is replaced.",
    schema: { type: "string", pattern: "^[\\w.-]{8,64}$" },
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Makes a repetition safe: for 24 hours the same key gets the first reply again, and nothing is done twice.",
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
  },
  // #region shop
  CartId: {
    name: "x-cart-id",
    in: "header",
    description: "A guest's cart, as `cart_id` told it; whoever is signed in has one without.",
    schema: text,
  },
  // #endregion shop
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "The ETag last read: the change happens only if nothing else changed since.",
    schema: text,
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "The ETag last read: 304 without a body if it is still the same.",
    schema: text,
  },
};

/** Headers of replies, by the name of their component. */
export const headers = {
  RequestId: { description: "Names the request in our logs.", schema: text },
  ServerTiming: { description: "Where the time went, in milliseconds.", schema: text },
  CacheControl: { description: "How long the reply may be kept.", schema: text },
  ETag: {
    description: "Version of what came: for If-None-Match, or If-Match to change it.",
    schema: text,
  },
  IdempotencyReplayed: {
    description: "`true` when this is the kept reply of the first request with the key.",
    schema: { type: "string", enum: ["true"] },
  },
  RetryAfter: {
    description: "Seconds after which the same request may succeed.",
    schema: seconds,
  },
  Allow: { description: "The methods that this address takes.", schema: text },
  WwwAuthenticate: { description: "The scheme to sign in by.", schema: text },
};

/** A reference to a component. */
export function parameter(name: keyof typeof parameters) {
  return { $ref: `#/components/parameters/${name}` };
}

/** A reference to a component. */
export function header(name: keyof typeof headers) {
  return { $ref: `#/components/headers/${name}` };
}
