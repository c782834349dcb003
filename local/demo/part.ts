/** A part of the product that has something to show on a new stack. */
import type { SupabaseClient } from "@supabase/supabase-js";
import type Stripe from "stripe";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";
import type { Variables, Visitor } from "./visitor.ts";

/** Who is there, on a stack of this machine. */
export interface World {
  env: Variables;
  admin: SupabaseClient<Database>;
  stripe: Stripe;
  subscriber: Visitor;
  shopper: Visitor;
  fresh: Visitor;
  staff: Visitor;
}

/** Each adds what is missing, and leaves what is there. */
export interface DemoPart {
  /** What may be on any project. @returns what was added, in words */
  add?(admin: SupabaseClient<Database>): Promise<string>;
  /** What the users did. */
  live?(world: World): Promise<void>;
}
