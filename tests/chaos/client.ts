/**
 * Calls as a real client makes them: it waits only so long, repeats with the same Idempotency-Key what
 * failed, and some give up.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, call, type StackAddress } from "../support/stack.ts";
import type { BadAnswer, Ledger } from "./ledger.ts";

/** A user's end of the line. */
export interface Client {
  on: StackAddress;
  ledger: Ledger;
  random: () => number;
  /** His network address, as the functions see it. */
  address: string;
  /** Whether he goes all the way and gives nothing up, so that each run sees everything. */
  thorough: boolean;
}

/** Whether a user does what so many do. */
export function does({ thorough, random }: Client, share: number): boolean {
  return random() < share || thorough;
}

/** Whether he leaves, as so many do. */
export function leaves({ thorough, random }: Client, share: number): boolean {
  return random() < share && !thorough;
}

/** What is asked. */
export interface Asked {
  method?: string;
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
  /** Codes of refusals that the user's story explains. */
  expected?: readonly string[];
  /** Whether the endpoint takes an Idempotency-Key. Default true. */
  keyed?: boolean;
}

/** Longer than a healthy answer takes, shorter than our time limits at Stripe: people do not wait 20 s. */
const patienceMs = 12_000;

function told(endpoint: string, answer: Answer): BadAnswer {
  const { status, body, headers } = answer;
  return {
    endpoint,
    status,
    code: String(body?.code ?? "none"),
    requestId: headers.get("x-request-id"),
    detail: String(body?.detail ?? (typeof body === "string" ? body : "")).slice(0, 300),
  };
}

/** What an answer says was made, by its id. */
function madeBy({ body }: Answer): string {
  const { order_id, session_id, subscription, refund, cart, order } = body;
  return JSON.stringify([
    order_id,
    session_id,
    subscription?.id,
    refund?.id,
    cart?.cart_id,
    order?.id,
  ]);
}

/** Whether the same request may succeed when it comes again. */
function isPassing({ status, headers }: Answer): boolean {
  return status >= 500 || (headers.has("retry-after") && status !== 422);
}

/** Milliseconds, longer each time: who asks at once what is away keeps the others from getting through. */
function pauseBefore(attempt: number): number {
  return Math.min(200 * 1.5 ** (attempt - 1), 2500);
}

/**
 * Asks until there is an answer that ends it.
 *
 * @returns undefined when the user gave up, and does not know what became of it
 */
export async function ask(
  client: Client,
  path: string,
  asked: Asked = {},
): Promise<Answer | undefined> {
  const { on, ledger, random, address } = client;
  const { method = "POST", body, token, expected = [], keyed = true } = asked;
  const endpoint = `${method} ${path.split(/[/?]/)[0]}`;
  const headers = {
    "x-forwarded-for": address,
    ...(keyed && { "idempotency-key": crypto.randomUUID() }),
    ...asked.headers,
  };
  // One in eight loses patience early; nobody tries for ever.
  const most = leaves(client, 0.12) ? 1 + Math.floor(random() * 2) : 30;
  ledger.requests++;
  const once = () =>
    call(method, path, {
      on,
      headers,
      ...(token !== undefined && { token }),
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(patienceMs),
    }).catch((error: Error) => error);
  for (let attempt = 0; attempt < most; attempt++) {
    if (attempt > 0) await delay(pauseBefore(attempt) * (0.5 + random()));
    const answer = await once();
    if (answer instanceof Error) continue;
    if (answer.status >= 500) ledger.failures.push(told(endpoint, answer));
    if (isPassing(answer)) continue;
    if (answer.status >= 400 && !expected.includes(answer.body?.code)) {
      ledger.surprises.push(told(endpoint, answer));
    }
    ledger.acknowledged++;
    // One in ten did not see the answer, and asks once more.
    if (keyed && answer.status < 300 && random() < 0.1) {
      const again = await once();
      if (!(again instanceof Error) && again.status < 300) {
        const [first, second] = [madeBy(answer), madeBy(again)];
        if (first !== second) ledger.otherwise.push({ endpoint, first, second });
      }
    }
    return answer;
  }
  ledger.givenUp++;
  return undefined;
}
