/** A price as it is on sale, by Stripe's id or its lookup key. */
import Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import { type Problem, problem } from "../problem.ts";

/** A price on sale. */
export interface PriceOnSale {
  id: string;
  product_id: string;
  plan_id: string;
}

/** @throws {Problem} `price_not_found` */
export async function priceOnSale(db: Db, price: string): Promise<PriceOnSale> {
  // Two queries, not an `or` filter: a key is whatever somebody typed.
  const [byId, byKey] = await Promise.all(
    (["id", "lookup_key"] as const).map((column) =>
      rows(
        db.from("prices").select("id, product_id, plan_id").eq(column, price).eq("active", true)
          .not("plan_id", "is", null).order("created_at", { ascending: false }).limit(1),
      )
    ),
  );
  const found = byId?.[0] ?? byKey?.[0];
  if (found === undefined) {
    throw problem("price_not_found", {
      detail: "No price on sale has this id or lookup key; see the plans endpoint.",
    });
  }
  return found as PriceOnSale;
}

/**
 * What Stripe's refusal of a price is to the caller: it was withdrawn there, and the webhook that tells us
 * is still on its way. Undefined for any other error.
 */
export function asPriceProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return undefined;
  if (!/^price$|\[price\]$/.test(error.param ?? "")) return undefined;
  return problem("price_not_found", {
    detail: "This price has just been withdrawn; see the plans endpoint.",
    cause: error,
  });
}
