/** The database as the handling of one event writes it. */
import { createClient } from "@supabase/supabase-js";
import type { Database } from "../database.types.ts";
import type { Db } from "../database.ts";
import { env, secretKey } from "../env.ts";
import { fetchInRequest } from "../request-scope.ts";

/**
 * A client whose requests say which stored event they work for, so that what they change is kept as
 * that event's (private.note_webhook_change). A client an event costs 0.3 ms.
 */
export function dbOfEvent(storedId: number): Db {
  return createClient<Database>(env("SUPABASE_URL"), secretKey(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { headers: { "x-webhook-event": String(storedId) }, fetch: fetchInRequest },
  });
}
