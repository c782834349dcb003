/** The `apikey` that every call to auth, rest and storage carries, as hosted Supabase checks it. */
import type { Keys } from "../keys.ts";

// Reached by a browser's address bar or an <img>, which can send no header.
const keyless = [
  /^\/auth\/v1\/(callback|authorize|verify)$/,
  /^\/auth\/v1\/\.well-known\//,
  /^\/storage\/v1\/object\/(public|sign)\//,
  /^\/storage\/v1\/object\/upload\/sign\//,
  /^\/storage\/v1\/status$/,
];

function refusal(message: string, hint: string, code: string): Response {
  return Response.json({ message, hint }, { status: 401, headers: { "sb-error-code": code } });
}

/** The key of a request: its header, or `?apikey=` where a header cannot be sent. */
export function apiKeyOf(request: Request, url: URL): string | undefined {
  return request.headers.get("apikey") ?? url.searchParams.get("apikey") ?? undefined;
}

/** The 401 for a missing or foreign key, or undefined when the request may go on. */
export function refuseApiKey(request: Request, url: URL, keys: Keys): Response | undefined {
  if (keyless.some((path) => path.test(url.pathname)) && request.method !== "POST") {
    return undefined;
  }
  const key = apiKeyOf(request, url);
  if (key === undefined) {
    return refusal(
      "No API key found in request",
      "No `apikey` request header or url param was found.",
      "UNAUTHORIZED_MISSING_API_KEY",
    );
  }
  if (key !== keys.publishableKey && key !== keys.secretKey) {
    return refusal(
      "Invalid API key",
      "Double check your Supabase `apikey` header or url param.",
      "UNAUTHORIZED_INVALID_API_KEY",
    );
  }
  return undefined;
}
