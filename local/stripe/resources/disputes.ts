import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { newDispute } from "./dispute-object.ts";
import { testCardOf } from "./payment-methods.ts";

type Dispute = Documents["dispute"];

const update = operation<Stripe.DisputeUpdateParams>(
  "POST /v1/disputes/{id}",
  ["evidence.customer_name", "evidence.uncategorized_text", "metadata", "submit"],
  (call, params, id) => {
    const dispute = openDispute(call, id);
    const { customer_name: name, uncategorized_text: text } = params.evidence ?? {};
    const submitted = params.submit ?? true;
    const evidence = {
      ...dispute.evidence,
      ...(name === undefined ? {} : { customer_name: name || null }),
      ...(text === undefined ? {} : { uncategorized_text: text || null }),
    };
    const sends = params.evidence !== undefined && submitted;
    const updated = call.update(dispute, {
      evidence,
      evidence_details: {
        ...dispute.evidence_details,
        has_evidence: dispute.evidence_details.has_evidence || params.evidence !== undefined,
        submission_count: dispute.evidence_details.submission_count + (sends ? 1 : 0),
      },
      metadata: mergeMetadata(dispute.metadata, params.metadata),
      ...(sends ? { status: "under_review" } : {}),
    }, "charge.dispute.updated");
    // Stripe's test mode decides at once by these words: https://docs.stripe.com/testing#evidence
    if (sends && text === "winning_evidence") return settleDispute(call, updated, "won");
    if (sends && text === "losing_evidence") return settleDispute(call, updated, "lost");
    return updated;
  },
);

const close = operation(
  "POST /v1/disputes/{id}/close",
  [],
  (call, _params, id) => settleDispute(call, openDispute(call, id), "lost"),
);

const list = operation<Stripe.DisputeListParams>(
  "GET /v1/disputes",
  [...paging, "charge", "created", "payment_intent"],
  (call, params) =>
    page(call, "dispute", "/v1/disputes", params, {
      where: { charge: params.charge, payment_intent: params.payment_intent },
      filter: (dispute) => within(dispute.created, params.created),
    }),
);

/** What a card's holder does with his bank: disputes a charge, whose money is taken back at once. */
export function openDisputeOf(
  call: Call,
  charge: Documents["charge"],
  { amount = charge.amount - charge.amount_refunded, reason = "fraudulent" } = {},
): Dispute {
  if (!charge.paid || charge.disputed) {
    throw invalid(`Charge ${charge.id} cannot be disputed: it was not paid, or is disputed.`);
  }
  if (amount < 1 || amount > charge.amount) {
    throw invalid(`amount must be from 1 to ${charge.amount}`, { param: "amount" });
  }
  call.update(charge, { disputed: true }, "charge.updated");
  const dispute = call.create(newDispute(call, charge, { amount, reason }));
  call.emit("charge.dispute.created", dispute);
  call.emit("charge.dispute.funds_withdrawn", dispute);
  return dispute;
}

/** The dispute of that id, which is not decided yet. */
export function openDispute(call: Call, id: string): Dispute {
  const dispute = call.need("dispute", id);
  if (dispute.status === "won" || dispute.status === "lost") {
    throw invalid(`This dispute is already closed: it was ${dispute.status}.`);
  }
  return dispute;
}

/** Ends a dispute; a won one gives the money back. */
export function settleDispute(call: Call, dispute: Dispute, status: "won" | "lost"): Dispute {
  const closed = call.update(dispute, { status });
  call.emit("charge.dispute.closed", closed);
  if (status === "won") call.emit("charge.dispute.funds_reinstated", closed);
  return closed;
}

function disputeByCard(call: Call, id: string): void {
  const charge = call.need("charge", id);
  const method = call.store.get("payment_method", charge.payment_method ?? "");
  const reason = method?.type === "card" ? testCardOf(call, method).disputes : undefined;
  if (reason !== undefined) openDisputeOf(call, charge, { reason });
}

export const disputes: Resource = {
  kinds: ["dispute"],
  operations: [update, close, retrieveOperation("dispute", "/v1/disputes"), list],
  reactions: [{
    to: "payment_intent.succeeded",
    run: (call, id) => disputeByCard(call, call.need("payment_intent", id).latest_charge ?? ""),
  }],
};
