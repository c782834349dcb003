/** CORS for browsers: supabase-js's own headers plus those that our endpoints read and tell. */
import { corsHeaders } from "@supabase/supabase-js/cors";
import { shopHeaders } from "./shop/headers.ts";

const requestHeaders = [
  "idempotency-key",
  "if-match",
  "if-none-match",
  "x-request-id",
  ...shopHeaders,
];
const replyHeaders = [
  "etag",
  "idempotency-replayed",
  "retry-after",
  "server-timing",
  "x-request-id",
  ...shopHeaders,
];

const shared: Record<string, string> = {
  ...corsHeaders,
  "Access-Control-Allow-Headers": [corsHeaders["Access-Control-Allow-Headers"], ...requestHeaders]
    .join(", "),
  "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
  "Access-Control-Expose-Headers": replyHeaders.join(", "),
};

/** Adds the CORS headers to a response. */
export function addCors(headers: Headers): void {
  for (const [name, value] of Object.entries(shared)) headers.set(name, value);
}

/** The answer to a preflight request, kept by browsers for a day. */
export function preflight(): Response {
  const headers = new Headers({ "Access-Control-Max-Age": "86400" });
  addCors(headers);
  return new Response(null, { status: 204, headers });
}
