/** What a deployment must answer to somebody without an account. Each failure says what is likely missing. */

/** A deployment. */
export interface Deployment {
  /** The project's origin. */
  url: string;
  /** Its publishable key. */
  key: string;
  /** The functions that are to be there. */
  functions: string[];
}

/** One thing that is asked. */
export interface Check {
  name: string;
  /** @throws with what was answered instead, and where to look */
  run(): Promise<void>;
}

/** A function may have to start first. */
const patienceMs = 20_000;
/** How many functions are asked at once. */
const atOnce = 8;

interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any -- whatever it answers is looked at
  body: any;
}

function shown({ status, body }: Answer): string {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return `${status} ${text.slice(0, 200)}`;
}

function expectProblem(answer: Answer, status: number, code: string, hint: string): void {
  if (answer.status === status && answer.body?.code === code) return;
  throw new Error(`expected ${status} ${code}, got ${shown(answer)}; ${hint}`);
}

/**
 * The checks, in the order in which a deployment comes about.
 *
 * @param patience milliseconds in which the plans may come on sale: what `task plans` just told Stripe comes
 *   back by events
 */
export function smokeChecks(
  { url, key, functions }: Deployment,
  patience: number,
): Check[] {
  async function ask(method: string, path: string, headers = {}, body?: unknown): Promise<Answer> {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const text = await reply.text();
    const isJson = /json/.test(reply.headers.get("content-type") ?? "");
    return { status: reply.status, body: isJson ? JSON.parse(text) : text };
  }
  const keyed = { apikey: key };
  const unsigned = (name: string, secret: string): Check => ({
    name: `${name} refuses what is not signed`,
    async run() {
      const answer = await ask("POST", `/functions/v1/${name}`, {}, {});
      expectProblem(
        answer,
        400,
        "invalid_signature",
        `is ${secret} set? \`task secrets\` lists them`,
      );
    },
  });
  return [
    {
      name: "the database has the migrations, and lets nobody read profiles",
      async run() {
        const answer = await ask("GET", "/rest/v1/profiles?select=id", keyed);
        if (answer.body?.code === "42501") return;
        throw new Error(`expected 42501, got ${shown(answer)}; was \`db push --remote\` run?`);
      },
    },
    {
      name: "a key that functions can look up is published for tokens",
      async run() {
        const answer = await ask("GET", "/auth/v1/.well-known/jwks.json", keyed);
        const keys = answer.body?.keys as { kty?: string }[] | undefined;
        if (keys?.some(({ kty }) => kty === "EC" || kty === "RSA" || kty === "OKP")) return;
        throw new Error(`no such key: ${shown(answer)}; see docs/deploy.md, step 2`);
      },
    },
    {
      name: `all ${functions.length} functions are there`,
      async run() {
        const missing: string[] = [];
        const waiting = [...functions];
        await Promise.all(Array.from({ length: atOnce }, async () => {
          for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
            const { status } = await ask("OPTIONS", `/functions/v1/${name}`, {
              origin: "https://example.com",
              "access-control-request-method": "POST",
            });
            if (status >= 400) missing.push(`${name} (${status})`);
          }
        }));
        if (missing.length > 0) {
          throw new Error(`not there: ${missing.sort().join(", ")}; was \`functions deploy\` run?`);
        }
      },
    },
    {
      name: "health: database, Redis, queue and inbox are well",
      async run() {
        const answer = await ask("GET", "/functions/v1/health");
        if (answer.status !== 200) throw new Error(`${shown(answer)}; see docs/operations.md`);
      },
    },
    {
      name: "plans are on sale",
      async run() {
        const until = Date.now() + patience;
        let answer: Answer;
        do {
          answer = await ask("GET", "/functions/v1/plans");
          const plans = answer.body?.plans as { prices: unknown[] }[] | undefined;
          if (plans?.some(({ prices }) => prices.length > 0)) return;
          if (answer.status !== 200) break;
          await new Promise((resolve) => setTimeout(resolve, Math.min(3000, patience)));
        } while (Date.now() < until);
        throw new Error(
          `no price is on sale: ${
            shown(answer)
          }; was \`task plans --deploy\` run, and does Stripe reach ` +
            "stripe-webhook?",
        );
      },
    },
    {
      name: "sign-up says what is wrong, field by field",
      async run() {
        const body = { email: "not an address", password: "short" };
        const answer = await ask("POST", "/functions/v1/auth-signup", keyed, body);
        expectProblem(answer, 422, "invalid_body", "is the key the project's publishable one?");
      },
    },
    {
      name: "a profile is nobody's who is not signed in",
      async run() {
        const answer = await ask("GET", "/functions/v1/user-profile", keyed);
        expectProblem(answer, 401, "unauthenticated", "is verify_jwt off, as config.toml says?");
      },
    },
    {
      name: "jobs are run for nobody without the secret key",
      async run() {
        const answer = await ask("POST", "/functions/v1/jobs-run", keyed, {});
        expectProblem(answer, 401, "unauthenticated", "is this the function of this repository?");
      },
    },
    unsigned("stripe-webhook", "STRIPE_WEBHOOK_SECRET"),
    unsigned("resend-webhook", "RESEND_WEBHOOK_SECRET"),
    unsigned("auth-email-hook", "SEND_EMAIL_HOOK_SECRET"),
  ];
}
