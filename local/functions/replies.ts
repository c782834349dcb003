/**
 * What the runtime itself answers, in the hosted platform's `{ code, message }` with the members of
 * problem+json (RFC 9457) around it.
 *
 * @see https://supabase.com/docs/guides/functions/error-codes
 */
const replies = {
  UNAUTHORIZED: [401, "Unauthorized"],
  NOT_FOUND: [404, "Function not found"],
  WORKER_ERROR: [502, "Function ended"],
  WORKER_LIMIT: [502, "Function ran out of memory"],
  BOOT_ERROR: [503, "Function failed to start"],
  IDLE_TIMEOUT: [504, "Function did not answer"],
} as const;

/** Why the runtime answers instead of the function. */
export type RuntimeReplyCode = keyof typeof replies;

/** The runtime's own reply; `message` says what happened and what to do. */
export function runtimeReply(code: RuntimeReplyCode, message: string): Response {
  const [status, title] = replies[code];
  const headers = new Headers({
    "content-type": "application/problem+json",
    "sb-error-code": code,
  });
  // supabase-js turns this header into a FunctionsRelayError: the function gave no answer at all.
  if (status >= 500) headers.set("x-relay-error", "true");
  return new Response(
    JSON.stringify({ type: "about:blank", title, status, detail: message, code, message }),
    { status, headers },
  );
}
