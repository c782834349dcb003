/** CORS for browsers on auth, rest and storage. Functions answer their own. */

const methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

const exposed = [
  "Content-Range",
  "Content-Location",
  "Content-Profile",
  "Preference-Applied",
  "Range-Unit",
  "Location",
  "Retry-After",
  "X-Total-Count",
  "Link",
  "X-Sb-Error-Code",
  "Sb-Error-Code",
].join(", ");

/** The reply to a preflight, or undefined when the request is none. */
export function preflightReply(request: Request): Response | undefined {
  if (request.method !== "OPTIONS" || !request.headers.has("access-control-request-method")) {
    return undefined;
  }
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": methods,
      "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "*",
      "access-control-max-age": "86400",
      vary: "Access-Control-Request-Headers",
    },
  });
}

/** `reply` with the headers that let a page of any origin read it. */
export function withCors(reply: Response): Response {
  const headers = new Headers(reply.headers);
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", exposed);
  // A credentials flag next to the wildcard makes browsers refuse the reply.
  headers.delete("access-control-allow-credentials");
  return new Response(reply.body, {
    status: reply.status,
    statusText: reply.statusText,
    headers,
  });
}
