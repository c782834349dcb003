/** Signing up, and reading by supabase-js as an application does. */
import { setTimeout as delay } from "node:timers/promises";
import type { PostgrestSingleResponse } from "@supabase/supabase-js";
import { anonymous, type Client as Supabase } from "../../support/stack.ts";
import { ask, type Client } from "../client.ts";

/** Somebody who is signed in. */
export interface Member {
  userId: string;
  email: string;
  token: string;
  db: Supabase;
}

/** Signs up; a sign-up whose answer was lost ends in a log-in. Undefined when it was too tedious. */
export async function join(client: Client, name: string): Promise<Member | undefined> {
  const email = `${name}-${crypto.randomUUID().slice(0, 8)}@example.com`;
  const password = `pw-${crypto.randomUUID()}`;
  let answer = await ask(client, "auth-signup", {
    keyed: false,
    body: { email, password, name: "Ada", locale: client.random() < 0.5 ? "en" : "fr" },
    expected: ["email_taken"],
  });
  if (answer?.status === 409) {
    answer = await ask(client, "auth-login", { keyed: false, body: { email, password } });
  }
  if (answer === undefined || answer.status >= 400) return undefined;
  const { user, session } = answer.body;
  client.ledger.signUps.push({ email, userId: user.id });
  const db = anonymous(client.on);
  // It asks Auth who that is, and without an answer stays signed out.
  for (let tries = 0; (await db.auth.setSession(session)).error !== null; tries++) {
    if (tries === 20) return undefined;
    await delay(500);
  }
  return { userId: user.id, email, token: session.access_token, db };
}

/** Reads rows until they come, and `enough` of them; undefined when they do not come in time. */
export async function read<T>(
  { ledger }: Client,
  what: string,
  query: () => PromiseLike<PostgrestSingleResponse<T>>,
  enough: (rows: T) => boolean,
  seconds: number,
): Promise<T | undefined> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const { data, error, status } = await query();
    if (error === null && enough(data)) return data;
    // No answer and 503 are the database's way to say that it is away.
    if (error !== null && status !== 0 && status !== 503) {
      ledger.readErrors.push({ what, code: error.code, message: error.message });
    }
    await delay(300);
  }
  return undefined;
}
