/** An incident as it is told, and what each rule means to people. */
import * as z from "zod";
import type { Sentence } from "../mail/template.ts";
import { shopAlerts } from "../shop/alerts.ts";
import { together } from "../together.ts";

export const Incident = z.object({
  id: z.int(),
  rule: z.string(),
  /** 1: it opened; then one more for each reminder; the last: it resolved. */
  occasion: z.int(),
  state: z.enum(["opened", "reminder", "resolved"]),
  value: z.int(),
  threshold: z.int(),
  peak: z.int(),
  detail: z.record(z.string(), z.unknown()),
  opened_at: z.string(),
  /** When this occasion was. */
  at: z.string(),
  note: z.string().nullable(),
  /** Ways that are still to be told. */
  to_mail: z.boolean(),
  to_post: z.boolean(),
});
export type Incident = z.infer<typeof Incident>;

/** What a rule watches; in French it follows a colon. One that an operator has added is called by its name. */
const meanings: Record<string, Sentence> = together(
  {
    dead_letters: { fr: "tâches abandonnées", en: "Dead letters" },
    queue_stuck: {
      fr: "file d’attente bloquée (attente en secondes)",
      en: "The queue is stuck (seconds waited)",
    },
    inbox_stuck: {
      fr: "événements reçus non traités (attente en secondes)",
      en: "Received events are not handled (seconds waited)",
    },
    drift: { fr: "écarts entre Stripe et notre base", en: "Stripe and our database differ" },
    reconciliation_late: {
      fr: "comparaison avec Stripe en retard (en secondes)",
      en: "The comparison with Stripe is late (seconds since the last)",
    },
    bounces: {
      fr: "adresses dont les e-mails reviennent, en un jour",
      en: "Addresses that bounced or complained within a day",
    },
    webhook_endpoint_disabled: {
      fr: "adresses de webhooks désactivées, qu’on n’atteint plus",
      en: "Webhook endpoints that are disabled, since nothing reaches them",
    },
  },
  shopAlerts,
);

export function meaningOf(rule: string): Sentence {
  return meanings[rule] ?? { fr: rule, en: rule };
}
