/** Card testing at the shop's checkout: by guests, who have no account, and of orders under way. */
import type Stripe from "stripe";
import { declineArguments, keyedHash, permit, tolerance } from "../../billing/card-testing.ts";
import { idOf } from "../../billing/records.ts";
import { type Db, rows } from "../../database.ts";
import { countRequest } from "../../limits.ts";
import { networkOf } from "../../network.ts";
import type { CheckoutTools } from "./order.ts";
import { lookAtOrder } from "./sweep.ts";

/** The address, keyed, as card testing knows it; undefined for one that is nobody's. */
export async function addressHash(address: string): Promise<string | undefined> {
  const network = networkOf(address);
  return network === "" ? undefined : await keyedHash("address", network);
}

/**
 * As `permitCardAttempt`, for a guest: by where he comes from, and by the address he gives.
 *
 * @throws {Problem} `rate_limited`, `too_many_declines`
 */
export async function permitGuestCardAttempt(
  admin: Db,
  { email, address }: { email: string; address: string },
): Promise<void> {
  const network = networkOf(address);
  const hash = await addressHash(address);
  const [, , begun] = await Promise.all([
    countRequest("card_account", email.toLowerCase()),
    network === "" ? undefined : countRequest("card_address", network),
    hash === undefined ? undefined : rows(
      admin.rpc("card_attempt_begin_guest", { address_hash: hash, tolerance: tolerance() }),
    ),
  ]);
  permit(begun ?? { allowed: true });
}

/** Counts the decline that an event tells of, for where its guest's order came from; another event is none. */
export async function recordGuestDecline(admin: Db, event: Stripe.Event): Promise<void> {
  if (event.type !== "charge.failed") return;
  const charge = event.data.object;
  // Stripe copies the payment's metadata; those of another product name no order of ours.
  const orderId = charge.metadata["order_id"];
  if (idOf(charge.customer) !== null || orderId === undefined) return;
  const counted = await declineArguments({
    cause: charge.id,
    fingerprint: charge.payment_method_details?.card?.fingerprint ?? null,
    code: charge.outcome?.reason ?? charge.failure_code,
  });
  await rows(admin.rpc("card_decline_record_guest", { ...counted, order_id: orderId }));
}

/** Ends the checkouts under way of whose personal workspace it is. What is paid already stays. */
export async function endPendingOrders(tools: CheckoutTools, workspaceId: string): Promise<void> {
  const orders = await rows(
    tools.admin.rpc("orders_pending_of", { workspace_id: workspaceId }),
  ) as string[];
  for (const id of orders) await lookAtOrder(tools, id, { end: true });
}
