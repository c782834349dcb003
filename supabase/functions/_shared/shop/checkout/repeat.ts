/** A checkout that is asked for again under its key, when its buyer has paid or come back meanwhile. */
import type { Subject } from "../../idempotency.ts";
import { chosenBefore } from "./choice.ts";
import { type CheckoutTools, readOrder } from "./order.ts";
import { syncSession } from "./session.ts";
import { afterPaying, payPage, sessionFor, type StartedCheckout, withProblems } from "./start.ts";

/**
 * What an earlier attempt of the same request has placed: its page, or, where it is paid or the bank is
 * deciding, the page after that. Neither the cart nor the prices are asked, which may be others by now.
 *
 * @returns undefined where it has placed nothing, and where that has ended unpaid
 * @throws {Problem} `order_pending`, `payment_provider_unavailable`
 */
export async function checkoutStartedBefore(
  tools: CheckoutTools,
  subject: Subject,
): Promise<StartedCheckout | undefined> {
  const id = chosenBefore(subject);
  const order = id === undefined ? null : await readOrder(tools.admin, id);
  if (order === null) return undefined;
  return await withProblems(async () => {
    if (order.status === "pending") {
      const session = await sessionFor(tools, { order, fresh: false });
      const page = session && payPage(order, session);
      if (page !== undefined) return page;
      if (session !== undefined) await syncSession(tools, session.id);
    }
    const now = await readOrder(tools.admin, order.id) ?? order;
    return now.paid || now.status === "pending" ? afterPaying(now) : undefined;
  });
}
