import * as z from "zod";
import { Money } from "../../money.ts";
import { action, greeting, note, rows, text, theWorkspace, workspaceLabel } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** Sent when the bank wants its client to confirm a payment that we started: 3-D Secure on a renewal. */
export const paymentActionRequired = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    amount: Money,
    workspace: label,
    /** Where the confirmation is completed. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    amount: { amount: 4900, currency: "EUR" },
    workspace: "Atelier Martin",
    url: "https://invoice.stripe.com/i/acct_1/test_0042",
  },
  write: (writer, { name, amount: due, workspace, url }) => {
    const { say, brand } = writer;
    const amount = writer.money(due);
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Confirmez votre paiement ${brand} de ${amount}`,
        en: `Confirm your ${brand} payment of ${amount}`,
      }),
      preheader: say({
        fr: "Votre banque attend votre confirmation.",
        en: "Your bank is waiting for your confirmation.",
      }),
      heading: say({ fr: "Confirmez votre paiement", en: "Confirm your payment" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `Votre banque vous demande de confirmer le paiement de ${amount} pour ${where.fr}. ` +
            "Tant que vous ne l’avez pas fait, votre carte n’est pas débitée et l’abonnement " +
            "reste impayé.",
          en: `Your bank asks you to confirm the payment of ${amount} for ${where.en}. Until you ` +
            "do, your card is not charged and the subscription stays unpaid.",
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          {
            label: { fr: "Montant à confirmer", en: "Amount to confirm" },
            value: amount,
            strong: true,
          },
        ]),
        action(writer, url, { fr: "Confirmer le paiement", en: "Confirm the payment" }),
        note(writer, {
          fr: "La confirmation se fait auprès de votre banque. Nous ne vous demandons jamais de " +
            "code, ni par téléphone ni par e-mail.",
          en: "You confirm with your bank. We never ask you for a code by email or phone.",
        }),
      ],
    };
  },
});
