import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { displayMoney } from "../billing/display.ts";
import { newId } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents } from "../wire.ts";

type Charge = Documents["charge"];
type Refund = Documents["refund"];

const create = operation<Stripe.RefundCreateParams>(
  "POST /v1/refunds",
  ["amount", "charge", "metadata", "payment_intent", "reason"],
  (call, params) => {
    const { amount, metadata, reason } = params;
    return refundCharge(call, chargeFor(call, params), {
      ...(amount === undefined ? {} : { amount }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(reason === undefined ? {} : { reason }),
    });
  },
);

/** Gives back a payment, or the part of it that is asked for; throws where that is not left. */
export function refundCharge(
  call: Call,
  charge: Charge,
  params: Pick<Stripe.RefundCreateParams, "amount" | "metadata" | "reason">,
): Refund {
  const amount = amountOf(charge, params.amount);
  const refund = call.create<Refund>({
    id: newId("re"),
    object: "refund",
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: call.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: { card: { type: "refund" }, type: "card" },
    metadata: mergeMetadata({}, params.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: params.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: "succeeded",
    transfer_reversal: null,
  }, "refund.created");
  const total = charge.amount_refunded + amount;
  call.update(
    charge,
    { amount_refunded: total, refunded: total === charge.amount },
    "charge.refunded",
  );
  return refund;
}

/** What a bank does days later: it sends the money back, whose account or card is closed. */
export function failRefund(call: Call, id: string): Refund {
  const refund = call.need("refund", id);
  if (refund.status === "failed") throw invalid(`Refund ${id} has failed already.`);
  const charge = call.need("charge", refund.charge as string);
  call.update(charge, {
    amount_refunded: charge.amount_refunded - refund.amount,
    refunded: false,
  }, "charge.updated");
  const failed = call.update(refund, {
    status: "failed",
    failure_reason: "expired_or_canceled_card",
  }, "refund.failed");
  call.emit("charge.refund.updated", failed);
  return failed;
}

const update = operation<Stripe.RefundUpdateParams>(
  "POST /v1/refunds/{id}",
  ["metadata"],
  (call, params, id) => {
    const refund = call.need("refund", id);
    const metadata = mergeMetadata(refund.metadata, params.metadata);
    const changed = call.update(refund, { metadata }, "refund.updated");
    // Stripe still sends the event's older name, too.
    if (changed !== refund) call.emit("charge.refund.updated", changed);
    return changed;
  },
);

const list = operation<Stripe.RefundListParams>(
  "GET /v1/refunds",
  [...paging, "charge", "created", "payment_intent"],
  (call, params) =>
    page(call, "refund", "/v1/refunds", params, {
      where: { charge: params.charge, payment_intent: params.payment_intent },
      filter: (refund) => within(refund.created, params.created),
    }),
);

function chargeFor(call: Call, params: Stripe.RefundCreateParams): Charge {
  if ((params.charge === undefined) === (params.payment_intent === undefined)) {
    throw invalid("You must specify exactly one of `charge` and `payment_intent`.", {
      param: "charge",
    });
  }
  if (params.charge !== undefined) return call.need("charge", params.charge, "charge");
  const intent = call.need("payment_intent", params.payment_intent ?? "", "payment_intent");
  if (intent.status !== "succeeded" || intent.latest_charge === null) {
    throw invalid(
      `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
      {
        param: "payment_intent",
      },
    );
  }
  return call.need("charge", intent.latest_charge);
}

function amountOf(charge: Charge, wanted: number | undefined): number {
  const left = charge.amount - charge.amount_refunded;
  if (!charge.paid) {
    throw invalid(`Charge ${charge.id} has not been paid: there is nothing to refund.`);
  }
  if (charge.disputed) {
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: "charge_disputed",
    });
  }
  if (left === 0) {
    throw invalid(`Charge ${charge.id} has already been refunded.`, {
      code: "charge_already_refunded",
    });
  }
  const amount = wanted ?? left;
  if (amount < 1) {
    throw invalid("This value must be greater than or equal to 1.", {
      code: "parameter_invalid_integer",
      param: "amount",
    });
  }
  if (amount > left) {
    throw invalid(
      `Refund amount (${
        displayMoney(amount, charge.currency)
      }) is greater than unrefunded amount ` +
        `on charge (${displayMoney(left, charge.currency)})`,
      { param: "amount" },
    );
  }
  return amount;
}

export const refunds: Resource = {
  kinds: ["refund"],
  operations: [create, update, retrieveOperation("refund", "/v1/refunds"), list],
};
