/** A part of the product that has something to show on a new stack. */
import type { SupabaseClient } from "@supabase/supabase-js";
import type Stripe from "stripe";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";
import type { AccountName } from "./accounts.ts";
import type { Variables, Visitor } from "./visitor.ts";

/** Who is there, on a stack of this machine. */
export interface World {
  env: Variables;
  admin: SupabaseClient<Database>;
  stripe: Stripe;
  /** Somebody, logged in; who was never there signs up, at the time that it is then. */
  visitor(name: AccountName): Promise<Visitor>;
}

/** What is done at a time. Each adds what is missing, and leaves what is there. */
export interface Act {
  /** How long before now. Acts of one time are done together, in the order of their parts. */
  daysAgo: number;
  /** Waits for nothing that came of the time before, and leaves nothing to be waited for. */
  alone?: true;
  /** Does it only while there is a past: at real time nothing could come of it, or all of it at once. */
  past?: true;
  do(world: World): Promise<unknown>;
}

export interface DemoPart {
  /** What may be on any project. Adds what is missing. @returns what was added, in words */
  add?(admin: SupabaseClient<Database>): Promise<string>;
  /** What the users did. */
  acts?: Act[];
}
