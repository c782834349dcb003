/** Where the last order went: where most likely this one goes as well. */
import type { Supabase } from "../../supabase.ts";
import { rows } from "../../use-read.ts";
import type { Order } from "../types.ts";

export type Address = NonNullable<Order["shipping_address"]>;

/** Of whoever is signed in; null without one. @throws {ProblemError} */
export async function lastAddress(supabase: Supabase): Promise<Address | null> {
  const found = await rows(
    supabase.from("orders").select("shipping_address").not("shipping_address", "is", null)
      .order("created_at", { ascending: false }).limit(1),
  );
  return (found[0]?.shipping_address ?? null) as Address | null;
}
