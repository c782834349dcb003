/** The one client: everything the application reads or does goes through it. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";
import type { Config } from "./config.ts";

export type Supabase = SupabaseClient<Database>;

/** Makes it. A session in the address is taken over; an error there is ours to show (auth-link.ts). */
export function createSupabase(config: Config): Supabase {
  return createClient<Database>(config.supabaseUrl, config.supabasePublishableKey, {
    auth: {
      flowType: "implicit",
      detectSessionInUrl: (_url, parameters) => parameters["access_token"] !== undefined,
    },
  });
}
