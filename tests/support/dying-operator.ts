/** A worker that dies: its client of the database and of storage, up to a request whose answer it does not live to see. */
import { createClient } from "@supabase/supabase-js";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";
import { type Client, stack, type StackAddress } from "./stack.ts";

/** What the error says that ends it. */
export const death = "the worker died";

/**
 * A client with the secret key. Its `n`-th request does what it asks for, and nobody gets the answer;
 * dying before a request is the same as after the one before it.
 */
export function dyingOperator(n: number, on: StackAddress = stack): Client {
  let requests = 0;
  const dying: typeof fetch = async (input, init) => {
    requests++;
    if (requests > n) throw new Error(death);
    const reply = await fetch(input, init);
    if (requests < n) return reply;
    await reply.body?.cancel();
    throw new Error(death);
  };
  return createClient<Database>(on.url, on.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { fetch: dying },
  });
}
