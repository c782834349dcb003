/**
 * What the client's types promise, as assertions of the compiler: `deno check` fails when one does not hold.
 * tests/client/types.test.ts has it checked.
 */
import { createClient } from "@supabase/supabase-js";
import {
  type CallOptions,
  createSocle,
  isSocleError,
  outcome,
  type ProblemCode,
  type Socle,
  type SocleErrorCode,
  type SubscriptionCancelCode,
  type SubscriptionCancelReply,
} from "../../client/src/mod.ts";
import type { operations } from "../../client/src/operations.ts";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true
  : false;
const holds = <_ extends true>() => {};

/** Never called: it is there to be compiled. */
export async function promised(id: string, file: File): Promise<void> {
  // Any client of supabase-js will do, typed with a database or not.
  createSocle(createClient("", ""), { retries: 0 });
  const socle = createSocle(createClient<Database>("", ""));
  // @ts-expect-error: what has no functions.invoke is none
  createSocle({ from: () => {} });

  // Each row of the table is a method, and each method has a row.
  holds<Same<keyof Socle, keyof typeof operations>>();

  // What comes back is the endpoint's reply.
  const cancelled = await socle.subscriptionCancel({ workspace_id: id });
  holds<Same<typeof cancelled, SubscriptionCancelReply>>();
  holds<Same<typeof cancelled.subscription.status extends string ? true : false, true>>();
  holds<Same<typeof cancelled.subscription.cancel_at, string | null>>();
  // @ts-expect-error: nothing of that name comes
  cancelled.subscription.cancelled_by;

  // What may be left out may, what must be there must, and nothing else goes.
  await socle.subscriptionCancel();
  await socle.subscriptionCancel({ workspace_id: undefined });
  // @ts-expect-error: a number is no id
  await socle.subscriptionCancel({ workspace_id: 1 });
  // @ts-expect-error: of two words
  await socle.subscriptionCancel({ refund: "all" });
  // @ts-expect-error: no field of this endpoint
  await socle.subscriptionCancel({ invoice_id: id });
  // @ts-expect-error: a price is needed
  await socle.subscriptionCreate();
  // @ts-expect-error: an address is needed
  await socle.authLogin({ password: "correct horse" });
  await socle.userProfileGet();
  // @ts-expect-error: takes nothing
  await socle.userProfileGet({ id });

  // #region shop
  // A path's value stands beside those of the query and the body.
  await socle.productsGet({ product: "bowl", locale: "fr" });
  // @ts-expect-error: which product?
  await socle.productsGet({ locale: "fr" });
  await socle.productsList({ in_stock: true, page_size: 24, min_amount: "100" });
  // @ts-expect-error: not a word that the query takes
  await socle.productsList({ sort: "cheapest" });
  await socle.cartAdd({ variant_id: id, price_list: "eur" });
  // #endregion shop

  // A file is a Blob.
  await socle.avatarUpload({ file });
  // @ts-expect-error: a path is none
  await socle.avatarUpload({ file: "picture.png" });

  // Options are those that the method takes.
  const signal = AbortSignal.timeout(1000);
  await socle.subscriptionCancel({}, { idempotencyKey: id, signal, timeout: 5000, retries: 1 });
  // #region shop
  await socle.cartGet({}, { cartId: null });
  // #endregion shop
  await socle.userProfileUpdate({ name: "Ada" }, { ifMatch: '"1"' });
  // @ts-expect-error: a read takes no key
  await socle.userProfileGet({}, { idempotencyKey: id });
  // #region shop
  // @ts-expect-error: knows its caller without a cart
  await socle.subscriptionCancel({}, { cartId: id });
  // #endregion shop
  // @ts-expect-error: not conditional
  await socle.subscriptionCancel({}, { ifMatch: '"1"' });
  holds<Same<keyof CallOptions<never> & "idempotencyKey", never>>();

  // The codes are those of the method, and the client's own.
  const { data, error } = await outcome(socle.subscriptionCancel());
  if (error === null) holds<Same<typeof data, SubscriptionCancelReply>>();
  else {
    holds<Same<typeof data, null>>();
    if (error.code === "subscription_not_found" || error.code === "unreachable") return;
    // @ts-expect-error: no address is asked
    if (error.code === "email_taken") return;
  }
  holds<Same<Extract<SubscriptionCancelCode, "email_taken">, never>>();
  holds<Same<SubscriptionCancelCode extends ProblemCode ? true : false, true>>();

  // Caught, it may be any code of the catalogue, or the one that was asked for.
  try {
    await socle.plans();
  } catch (caught) {
    if (isSocleError(caught, "rate_limited")) holds<Same<typeof caught.code, "rate_limited">>();
    else if (isSocleError(caught)) holds<Same<typeof caught.code, SocleErrorCode>>();
    // @ts-expect-error: no code of the catalogue
    isSocleError(caught, "teapot");
  }
}
