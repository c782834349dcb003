import * as z from "zod";
import { action, greeting, note, rows, text, theWorkspace, workspaceLabel } from "../blocks.ts";
import { mailTemplate, type Sentence } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** Sent when the card that renewals are charged to is about to expire. */
export const cardExpiring = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    /** The card's, as Stripe calls it: "visa". */
    brand: label,
    last4: z.string().regex(/^\d{4}$/),
    /** 1 to 12; the card is good until this month is over. */
    exp_month: z.int().min(1).max(12),
    /** In four digits. */
    exp_year: z.int().min(2000).max(9999),
    /** Where the card is replaced. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    brand: "visa",
    last4: "4242",
    exp_month: 12,
    exp_year: 2026,
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, brand: network, last4, exp_month, exp_year, url }) => {
    const { say, brand } = writer;
    const card = cardName(network);
    const expiry = `${String(exp_month).padStart(2, "0")}/${exp_year}`;
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre carte enregistrée chez ${brand} expire bientôt`,
        en: `Your card on file with ${brand} expires soon`,
      }),
      preheader: say({
        fr: `${card.fr} se terminant par ${last4}, valable jusqu’à fin ${expiry}.`,
        en: `${card.en} ending in ${last4}, valid through ${expiry}.`,
      }),
      heading: say({ fr: "Votre carte expire bientôt", en: "Your card expires soon" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `La carte qui règle l’abonnement de ${where.fr} arrive à expiration. Pour que vos ` +
            "prochains paiements aboutissent, enregistrez-en une autre dès que possible.",
          en: `The card that pays the subscription of ${where.en} is about to expire. For your ` +
            "next payments to go through, add another one as soon as you can.",
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          {
            label: { fr: "Carte", en: "Card" },
            value: `${say(card)}\u00a0••••\u00a0${last4}`,
          },
          { label: { fr: "Expiration", en: "Expires" }, value: expiry, strong: true },
        ]),
        action(writer, url, { fr: "Remplacer ma carte", en: "Replace my card" }),
        note(writer, {
          fr: "Vous l’avez déjà remplacée ? Vous n’avez rien à faire.",
          en: "Already replaced it? There is nothing to do.",
        }),
      ],
    };
  },
});

/** @see https://docs.stripe.com/api/payment_methods/object#payment_method_object-card-brand */
function cardName(network: string): Sentence {
  const known: Record<string, string> = {
    amex: "American Express",
    cartes_bancaires: "CB",
    diners: "Diners Club",
    discover: "Discover",
    eftpos_au: "Eftpos",
    jcb: "JCB",
    link: "Link",
    mastercard: "Mastercard",
    unionpay: "UnionPay",
    visa: "Visa",
  };
  if (network === "unknown") return { fr: "Carte", en: "Card" };
  const name = known[network] ?? network;
  return { fr: name, en: name };
}
