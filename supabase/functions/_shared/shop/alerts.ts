/** What the shop's alert rules mean to people. */
import type { Sentence } from "../mail/template.ts";

/** By rule; in French it follows a colon. */
export const shopAlerts: Record<string, Sentence> = {
  shop_drift: {
    fr: "écarts entre les commandes, Stripe et les stocks",
    en: "Orders, Stripe and the stock differ",
  },
  shop_reconciliation_late: {
    fr: "comparaison des commandes avec Stripe en retard (en secondes)",
    en: "The comparison of orders with Stripe is late (seconds since the last)",
  },
  orders_in_review: {
    fr: "commandes payées à vérifier avant envoi",
    en: "Paid orders that somebody must look at",
  },
};
