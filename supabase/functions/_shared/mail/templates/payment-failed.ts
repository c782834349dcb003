import { z } from "zod";
import { Money } from "../../money.ts";
import {
  action,
  greeting,
  note,
  planLabel,
  rows,
  text,
  theWorkspace,
  workspaceLabel,
} from "../blocks.ts";
import { Instant } from "../locale.ts";
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** Sent for each failed attempt to collect an invoice. */
export const paymentFailed = mailTemplate({
  props: z.strictObject({
    name: personName,
    /** What is still due. */
    amount: Money,
    workspace: label,
    plan: label.optional(),
    /** When Stripe tries by itself again; absent where it does not. */
    next_attempt: Instant.optional(),
    /** Where the card is replaced or the invoice is paid. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    amount: { amount: 4900, currency: "EUR" },
    workspace: "Atelier Martin",
    plan: "Pro",
    next_attempt: "2026-12-25T09:30:00Z",
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, amount: due, workspace, plan, next_attempt, url }) => {
    const { say, brand } = writer;
    const amount = writer.money(due);
    const where = theWorkspace(workspace);
    const again = next_attempt && writer.date(next_attempt);
    return {
      subject: say({
        fr: `Votre paiement ${brand} n’a pas abouti`,
        en: `Your ${brand} payment did not go through`,
      }),
      preheader: say({
        fr: `Il reste ${amount} à régler pour ${where.fr}.`,
        en: `${amount} is still due for ${where.en}.`,
      }),
      heading: say({ fr: "Votre paiement n’a pas abouti", en: "Your payment did not go through" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `Votre paiement de ${amount} pour ${where.fr} a été refusé. Le plus souvent, la ` +
            "carte a expiré ou son plafond est atteint.",
          en: `Your payment of ${amount} for ${where.en} was declined. Most often the card has ` +
            "expired or reached its limit.",
        }),
        text(
          writer,
          again === undefined
            ? {
              fr: "Mettez à jour votre moyen de paiement ou réglez la facture pour conserver " +
                "votre abonnement.",
              en: "Update your payment method or pay the invoice to keep your subscription.",
            }
            : {
              fr: `Nous ferons une nouvelle tentative le ${again}. Pour qu’elle aboutisse, ` +
                "mettez à jour votre moyen de paiement d’ici là.",
              en: `We will try again on ${again}. For it to succeed, update your payment method ` +
                "before then.",
            },
        ),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: planLabel, value: plan },
          { label: { fr: "Prochaine tentative", en: "Next attempt" }, value: again },
          { label: { fr: "Montant dû", en: "Amount due" }, value: amount, strong: true },
        ]),
        action(writer, url, { fr: "Régulariser le paiement", en: "Complete the payment" }),
        note(writer, {
          fr: "Vous avez réglé entre-temps ? Vous n’avez rien à faire.",
          en: "Already paid? There is nothing to do.",
        }),
      ],
    };
  },
});
