/** French: the pages of plans and payments. */
import type { Texts } from "./en.ts";

function countOf(limit: number | null, what: string): string {
  if (limit === null) return `${what[0]!.toUpperCase()}${what.slice(1)}s sans limite`;
  return limit === 1 ? `1 ${what}` : `${limit} ${what}s`;
}

export const texts: Texts = {
  billingTitle: "Offre et facturation",
  workspace: (name) => `Espace de travail : ${name}`,
  yourPlan: "Votre offre",
  choosePlan: "Choisir une offre",
  choose: (plan, price) => `Choisir ${plan} : ${price}`,
  priceEvery: { day: "par jour", week: "par semaine", month: "par mois", year: "par an" },
  priceEveryFew: (count, unit) => {
    const units: Record<string, string> = {
      day: "jours",
      week: "semaines",
      month: "mois",
      year: "ans",
    };
    return `tous les ${count} ${units[unit] ?? unit}`;
  },
  perMember: (price) => `${price} et par membre`,
  free: "Gratuit",
  endedOn: (plan, day) => `Votre offre ${plan} a pris fin le ${day}.`,
  noPlan: "Vous n’avez pas d’offre payante.",
  renewsOn: (day) => `Se renouvelle le ${day}.`,
  endsOn: (day) => `Prend fin le ${day}. Rien ne change d’ici là.`,
  trialUntil: (day) => `Essai gratuit jusqu’au ${day}.`,
  paymentFailed: "Le dernier paiement a échoué",
  paymentFailedText:
    "Enregistrez une autre carte dans le portail de facturation, ou réglez la facture ouverte.",
  payInvoice: "Régler la facture ouverte",
  cancel: "Résilier à la fin de la période",
  uncancel: "Garder l’offre",
  portal: "Ouvrir le portail de facturation",
  cancelled: "L’offre prend fin avec sa période.",
  uncancelled: "L’offre continue.",
  card: (brand, last4, expiry) => `${brand} se terminant par ${last4}, valable jusqu’à ${expiry}`,
  paymentMethods: "Cartes enregistrées",
  status: {
    active: "Active",
    trialing: "Essai",
    past_due: "Paiement en retard",
    unpaid: "Impayée",
    paused: "En pause",
    incomplete: "Pas encore payée",
    canceled: "Terminée",
    incomplete_expired: "Jamais payée",
  },
  features: {
    projects: (limit) => countOf(limit, "projet"),
    members: (limit) => countOf(limit, "membre"),
    api_access: () => "Accès à l’API",
    api_calls: (limit) =>
      limit === null
        ? "Appels d’API illimités"
        : `${limit.toLocaleString("fr")} appels d’API par mois`,
    audit_log: () => "Journal d’audit",
    priority_support: () => "Assistance prioritaire",
  },
  usage: "Consommation",
  meters: { api_calls: "Appels d’API" },
  usedOf: (used, limit) =>
    limit === null
      ? `${used.toLocaleString("fr")} sur cette période de facturation`
      : `${used.toLocaleString("fr")} sur ${
        limit.toLocaleString("fr")
      } pour cette période de facturation`,
  byDay: "Par jour",
  amountUsed: "Quantité",
  invoices: "Factures",
  payments: "Paiements",
  documents: "Documents",
  viewInvoice: (number) => `Voir la facture ${number}`,
  view: "Voir",
  pdfInvoice: (number) => `Facture ${number} en PDF`,
  invoiceStatus: {
    draft: "Brouillon",
    open: "Ouverte",
    paid: "Payée",
    uncollectible: "Abandonnée",
    void: "Annulée",
  },
  paymentStatus: { pending: "En attente", succeeded: "Payé", canceled: "Annulé" },
  refunded: (amount) => `${amount} remboursés`,
  checkoutTitle: "Votre achat",
  checkoutChecking: "Nous demandons à Stripe…",
  checkoutPaid: "Merci : c’est payé",
  checkoutPaidText: (day) => `Votre offre est payée jusqu’au ${day}.`,
  checkoutProcessing: "Le paiement est en cours",
  checkoutProcessingText: "Votre banque n’a pas encore répondu. Nous vous écrirons.",
  checkoutOpen: "Pas encore payé",
  checkoutOpenText: "Rien n’a été débité. Vous pouvez reprendre où vous en étiez.",
  checkoutGoOn: "Poursuivre le paiement",
  checkoutExpired: "Cet achat a expiré",
  checkoutExpiredText: "Rien n’a été débité. Choisissez une offre pour recommencer.",
  checkoutCancelled: "Achat annulé",
  checkoutCancelledText: "Rien n’a été débité.",
};
