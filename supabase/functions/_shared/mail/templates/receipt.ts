import * as z from "zod";
import { Money } from "../../money.ts";
import { action, greeting, planLabel, rows, text, workspaceLabel } from "../blocks.ts";
import { Instant, TimeZone } from "../locale.ts";
import { type Block, mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** Sent once for each paid invoice. */
export const receipt = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    /** What was paid, taxes included. */
    amount: Money,
    paid_at: Instant,
    /** The invoice's number, as Stripe gave it. */
    number: label,
    /** The invoice's page. */
    url: link,
    pdf_url: link.optional(),
    workspace: label,
    /** What was bought, such as "Pro, monthly". */
    plan: label,
    /** The time paid for: from `start` until `end`. */
    period: z.strictObject({ start: Instant, end: Instant }).optional(),
    /** In which the dates are read; UTC unless given. */
    time_zone: TimeZone.optional(),
  }),
  preview: {
    name: "Camille Martin",
    amount: { amount: 1900, currency: "EUR" },
    paid_at: "2026-11-22T09:30:00Z",
    number: "SOCLE-0042",
    url: "https://invoice.stripe.com/i/acct_1/test_0042",
    pdf_url: "https://pay.stripe.com/invoice/acct_1/test_0042/pdf",
    workspace: "Atelier Martin",
    plan: "Pro",
    period: { start: "2026-11-22T09:30:00Z", end: "2026-12-22T09:30:00Z" },
  },
  write: (writer, props) => {
    const { say, brand } = writer;
    const amount = writer.money(props.amount);
    const day = (at: string) => writer.date(at, props.time_zone);
    const pdf: Block[] = props.pdf_url === undefined ? [] : [{
      kind: "link",
      label: say({ fr: "Télécharger la facture (PDF)", en: "Download the invoice (PDF)" }),
      url: props.pdf_url,
    }];
    const period = props.period && say({
      fr: `du ${day(props.period.start)} au ${day(props.period.end)}`,
      en: `${day(props.period.start)} to ${day(props.period.end)}`,
    });
    return {
      subject: say({
        fr: `Votre reçu ${brand} n°\u00a0${props.number}`,
        en: `Your ${brand} receipt ${props.number}`,
      }),
      preheader: say({
        fr: `${amount} payés le ${day(props.paid_at)} pour ${props.workspace}.`,
        en: `${amount} paid on ${day(props.paid_at)} for ${props.workspace}.`,
      }),
      heading: say({ fr: "Votre reçu", en: "Your receipt" }),
      blocks: [
        greeting(writer, props.name),
        text(writer, {
          fr: `Nous avons bien reçu votre paiement de ${amount}. Merci !`,
          en: `We have received your payment of ${amount}. Thank you!`,
        }),
        rows(writer, [
          { label: { fr: "Facture", en: "Invoice" }, value: props.number },
          { label: { fr: "Payé le", en: "Paid on" }, value: day(props.paid_at) },
          { label: workspaceLabel, value: props.workspace },
          { label: planLabel, value: props.plan },
          { label: { fr: "Période", en: "Period" }, value: period },
          { label: { fr: "Montant payé", en: "Amount paid" }, value: amount, strong: true },
        ]),
        action(writer, props.url, { fr: "Voir la facture", en: "View the invoice" }),
        ...pdf,
      ],
    };
  },
});
