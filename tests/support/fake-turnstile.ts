/** A server that answers as Turnstile's siteverify does, by the token it is asked about. */

/** A running one. */
export interface FakeTurnstile extends AsyncDisposable {
  url: string;
  /** What it was asked, in order. */
  questions: Record<string, string>[];
}

/**
 * Tokens: `good…` once, or again under the same idempotency_key; `old…` once, and then too old for that; `broken…` answers 500 once and is then
 * good; `down…` always 500; `hangs…` never answers; anything else is refused.
 */
export function startFakeTurnstile(secret: string): FakeTurnstile {
  const questions: Record<string, string>[] = [];
  const usedBy = new Map<string, string>();
  const refusal = (code: string) => Response.json({ success: false, "error-codes": [code] });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const question = await request.json() as Record<string, string>;
    questions.push(question);
    const { response: token = "", idempotency_key: key = "" } = question;
    if (question["secret"] !== secret) return refusal("invalid-input-secret");
    if (token.startsWith("hangs")) {
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      return refusal("internal-error");
    }
    const asked = questions.filter((one) => one["response"] === token).length;
    if (token.startsWith("down") || token.startsWith("broken") && asked === 1) {
      return new Response("oops", { status: 500 });
    }
    if (token.startsWith("old") && asked > 1) return refusal("timeout-or-duplicate");
    if (!/^(good|broken|old)/.test(token)) return refusal("invalid-input-response");
    if ((usedBy.get(token) ?? key) !== key) return refusal("timeout-or-duplicate");
    usedBy.set(token, key);
    return Response.json({ success: true, "error-codes": [], hostname: "localhost" });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/siteverify`,
    questions,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}
