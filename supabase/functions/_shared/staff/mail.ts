/** Mail as staff see it: what keeps it from an address, and what became of what was sent. */
import * as z from "zod";
import { TOPIC_NAMES } from "../mail/topics.ts";
import { Id, Reason } from "./fields.ts";

export const Address = z.email().max(254);

const Suppression = z.object({
  /** `all`, or `non_transactional`: receipts and what the reader asks for still go. */
  scope: z.enum(["all", "non_transactional"]),
  cause: z.enum(["hard_bounce", "soft_bounces", "complaint", "provider"]),
  since: z.string(),
  /** When it ends by itself; null: when staff lift it. */
  until: z.string().nullable(),
});

/** What is known of one address. Addresses are kept as hashes, so one must know it to ask. */
export const AddressReport = z.object({
  address_hash: z.string(),
  suppression: Suppression.nullable(),
  feedback: z.array(z.object({
    kind: z.enum(["hard_bounce", "soft_bounce", "complaint", "provider", "lifted"]),
    occurred_at: z.string(),
    detail: z.string().nullable(),
  })),
  mails: z.array(z.object({
    template: z.string(),
    purpose: z.enum(["transactional", ...TOPIC_NAMES]),
    outcome: z.enum(["sent", "suppressed", "unsubscribed"]),
    reason: z.string().nullable(),
    provider_id: z.string().nullable(),
    delivery: z.string().nullable(),
    created_at: z.string(),
  })),
});

export const SuppressionPage = z.object({
  suppressions: z.array(Suppression.extend({ id: Id, address_hash: z.string() })),
  /** What `cursor` is for the next page; null on the last one. */
  next_cursor: z.string().nullable(),
});

export const Lift = z.strictObject({ address: Address, reason: Reason });
