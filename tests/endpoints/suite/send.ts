/** Sending a request that is right but for what a test changes, and checking whatever comes back. */
import { rightBody } from "./body.ts";
import { checkReply, type Reply } from "./reply.ts";
import type { Target } from "./target.ts";

/** What differs from a right request without a body. */
export interface Draft {
  method?: string;
  /** What stands in the address; right ones where there is none. */
  params?: Record<string, string>;
  /** Without the question mark. */
  query?: string;
  /** Over the right ones; null leaves one out. */
  headers?: Record<string, string | null>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: BodyInit;
}

/** The headers by which this method's rightful caller is known; a provider's signature is not among them. */
export async function rightHeaders(
  { declaration, served }: Target,
): Promise<Record<string, string>> {
  const { publishableKey, secretKey, userToken, staffToken } = await served.credentials();
  switch (declaration.auth) {
    case "none":
    case "signature":
      return {};
    case "publishable":
    case "visitor":
      return { apikey: publishableKey };
    case "secret":
      return { apikey: secretKey };
    case "user":
      return { apikey: publishableKey, authorization: `Bearer ${userToken}` };
    case "staff":
      return { apikey: publishableKey, authorization: `Bearer ${staffToken}` };
  }
}

/** Where the method is, with parameters that its schema accepts, or those given. */
export function rightAddress(
  { address, declaration: { params } }: Target,
  given?: Record<string, string>,
): string {
  if (params === undefined) return address;
  const values = given ?? rightBody(params) as Record<string, string>;
  return address.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]!));
}

/** Sends it. The reply is checked against the declaration, see {@link checkReply}. */
export async function send(target: Target, draft: Draft = {}): Promise<Reply> {
  const headers = new Headers(await rightHeaders(target));
  const body = "json" in draft ? JSON.stringify(draft.json) : draft.body;
  if ("json" in draft) headers.set("content-type", "application/json");
  for (const [name, value] of Object.entries(draft.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  const query = draft.query === undefined ? "" : `?${draft.query}`;
  const response = await target.served.fetch(
    new Request(`http://functions/functions/v1/${rightAddress(target, draft.params)}${query}`, {
      method: draft.method ?? target.declaration.method,
      headers,
      // A reply that leads elsewhere is looked at, not followed.
      redirect: "manual",
      ...(body !== undefined && { body }),
    }),
  );
  return await checkReply(target, response);
}
