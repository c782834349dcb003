/** How an object at Stripe and our row of it differ. Pure. */
import type { ObjectType } from "./fetch.ts";

/** Kinds of differences, as `private.billing_drifts.kind` names them. */
export type DriftKind =
  | "paid_not_active"
  | "active_not_paid"
  | "amount"
  | "missing"
  | "extra"
  | "differs"
  | "two_live"
  | "orphan";

/** One difference. */
export interface Drift {
  kind: DriftKind;
  object_type: ObjectType | "customer";
  object_id: string;
  /** Field by field. */
  detail: Record<string, unknown>;
  repaired: boolean;
}

type Fields = Record<string, unknown>;

/** What gives access. */
const live: ReadonlySet<unknown> = new Set(["active", "trialing"]);
const amounts: ReadonlySet<string> = new Set([
  "unit_amount",
  "total",
  "amount_due",
  "amount_paid",
  "paid",
  "amount_refunded",
  "currency",
]);

/** The sum of an invoice record's payments that came in: compared as one figure. */
function comparable(type: ObjectType, record: Fields): Fields {
  if (type !== "invoice") return record;
  const payments = record["payments"] as { status: string; amount: number }[];
  const paid = payments.filter((payment) => payment.status === "succeeded")
    .reduce((sum, payment) => sum + payment.amount, 0);
  return { ...record, paid };
}

/**
 * Compares what Stripe holds with our row, on the fields that the row has.
 *
 * @param record what records.ts makes of Stripe's object
 * @param mirrored the row in the same words; undefined when there is none
 * @returns the difference, undefined when there is none
 */
export function driftOf(
  type: ObjectType,
  record: Fields & { id: string },
  mirrored: Fields | undefined,
): Drift | undefined {
  const about = { object_type: type, object_id: record.id, repaired: false };
  if (mirrored === undefined) return { ...about, kind: "missing", detail: {} };
  const held = comparable(type, record);
  const detail = Object.fromEntries(
    Object.entries(mirrored)
      .filter(([field, ours]) => (held[field] ?? null) !== (ours ?? null))
      .map(([field, ours]) => [field, { stripe: held[field] ?? null, ours }]),
  );
  const fields = Object.keys(detail);
  if (fields.length === 0) return undefined;
  if (type === "subscription" && "status" in detail) {
    const [there, here] = [live.has(held["status"]), live.has(mirrored["status"])];
    if (there && !here) return { ...about, kind: "paid_not_active", detail };
    if (here && !there) return { ...about, kind: "active_not_paid", detail };
  }
  return {
    ...about,
    kind: fields.some((field) => amounts.has(field)) ? "amount" : "differs",
    detail,
  };
}
