import * as z from "zod";
import { Money } from "../../money.ts";
import { action, greeting, rows, text, theWorkspace, workspaceLabel } from "../blocks.ts";
import { Instant } from "../locale.ts";
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** Sent once for each refund, whole or in part. */
export const refunded = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    /** What was given back: a positive amount. */
    amount: Money,
    workspace: label,
    /** The refunded invoice's number, as Stripe gave it. */
    number: label.optional(),
    refunded_at: Instant,
    /** The invoice's page. */
    url: link.optional(),
  }),
  preview: {
    name: "Camille Martin",
    amount: { amount: 4900, currency: "EUR" },
    workspace: "Atelier Martin",
    number: "SOCLE-0042",
    refunded_at: "2026-11-24T09:30:00Z",
    url: "https://invoice.stripe.com/i/acct_1/test_0042",
  },
  write: (writer, { name, amount: given, workspace, number, refunded_at, url }) => {
    const { say, brand } = writer;
    const amount = writer.money(given);
    const day = writer.date(refunded_at);
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre remboursement ${brand} de ${amount}`,
        en: `Your ${brand} refund of ${amount}`,
      }),
      preheader: say({
        fr: `Effectué le ${day} pour ${where.fr}.`,
        en: `Made on ${day} for ${where.en}.`,
      }),
      heading: say({ fr: "Votre remboursement", en: "Your refund" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `Nous vous avons remboursé ${amount} pour ${where.fr}, sur le moyen de paiement ` +
            "utilisé. Selon votre banque, le montant apparaît sur votre compte sous 5 à 10 " +
            "jours ouvrés.",
          en: `We have refunded ${amount} for ${where.en}, to the payment method that you used. ` +
            "Depending on your bank, it shows on your account within 5 to 10 business days.",
        }),
        rows(writer, [
          { label: { fr: "Facture", en: "Invoice" }, value: number },
          { label: { fr: "Remboursé le", en: "Refunded on" }, value: day },
          { label: workspaceLabel, value: workspace },
          {
            label: { fr: "Montant remboursé", en: "Amount refunded" },
            value: amount,
            strong: true,
          },
        ]),
        ...(url === undefined
          ? []
          : [action(writer, url, { fr: "Voir la facture", en: "View the invoice" })]),
      ],
    };
  },
});
