import { greeting, rows, text, theWorkspace } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { dunningFacts, DunningProps, payNow } from "./dunning.ts";

/** Sent when a renewal could not be collected, once an invoice; the policy's later steps have their own. */
export const paymentFailed = mailTemplate({
  purpose: "transactional",
  props: DunningProps,
  preview: {
    name: "Camille Martin",
    amount: { amount: 4900, currency: "EUR" },
    workspace: "Atelier Martin",
    plan: "Pro",
    next_attempt: "2026-12-25T09:30:00Z",
    read_only_at: "2026-12-29T09:30:00Z",
    locked_at: "2027-01-05T09:30:00Z",
    url: "https://app.example.com/billing",
  },
  write: (writer, props) => {
    const { name, amount: due, workspace, next_attempt, url } = props;
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
        rows(writer, dunningFacts(writer, props)),
        ...payNow(writer, url),
      ],
    };
  },
});
