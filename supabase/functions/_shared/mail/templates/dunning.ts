/**
 * What follows a renewal that failed, step by step of the dunning policy. Each says what holds now, what
 * comes next and when, and leads to where it is paid. All take the same props, so that a policy can name
 * any of them for any of its steps.
 */
import * as z from "zod";
import { Money } from "../../money.ts";
import {
  action,
  type Fact,
  greeting,
  note,
  planLabel,
  rows,
  text,
  theWorkspace,
  workspaceLabel,
} from "../blocks.ts";
import { Instant } from "../locale.ts";
import { type Block, mailTemplate, type Writer } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** What each mail about an unpaid renewal takes. */
export const DunningProps = z.strictObject({
  name: personName,
  /** What is still due, or was until it was paid. */
  amount: Money,
  workspace: label,
  plan: label.optional(),
  /** When Stripe tries by itself again; absent where it does not. */
  next_attempt: Instant.optional(),
  /** When the workspace becomes read-only; absent where it will not, or is already. */
  read_only_at: Instant.optional(),
  /** When it is locked; absent likewise. */
  locked_at: Instant.optional(),
  /** Where the card is replaced or the invoice is paid. */
  url: link,
});

type Props = z.output<typeof DunningProps>;

const preview = {
  name: "Camille Martin",
  amount: { amount: 4900, currency: "EUR" },
  workspace: "Atelier Martin",
  plan: "Pro",
  url: "https://invoice.stripe.com/i/acct_1/test_0042",
};

/** What is owed and what comes next, as a table. */
export function dunningFacts(writer: Writer, props: Props): Fact[] {
  const day = (at: string | undefined) => at && writer.date(at);
  return [
    { label: workspaceLabel, value: props.workspace },
    { label: planLabel, value: props.plan },
    { label: { fr: "Prochaine tentative", en: "Next attempt" }, value: day(props.next_attempt) },
    {
      label: { fr: "Lecture seule à partir du", en: "Read-only from" },
      value: day(props.read_only_at),
    },
    { label: { fr: "Accès fermé à partir du", en: "Locked from" }, value: day(props.locked_at) },
    {
      label: { fr: "Montant dû", en: "Amount due" },
      value: writer.money(props.amount),
      strong: true,
    },
  ];
}

/** The button that pays, and a word to whoever just did. */
export function payNow(writer: Writer, url: string): Block[] {
  return [
    action(writer, url, { fr: "Régulariser le paiement", en: "Complete the payment" }),
    note(writer, {
      fr: "Vous avez réglé entre-temps ? Vous n’avez rien à faire.",
      en: "Already paid? There is nothing to do.",
    }),
  ];
}

/** A first reminder, while everything still works. */
export const paymentReminder = mailTemplate({
  purpose: "transactional",
  props: DunningProps,
  preview: {
    ...preview,
    next_attempt: "2026-12-25T09:30:00Z",
    read_only_at: "2026-12-29T09:30:00Z",
    locked_at: "2027-01-05T09:30:00Z",
  },
  write: (writer, props) => {
    const { say, brand } = writer;
    const amount = writer.money(props.amount);
    const where = theWorkspace(props.workspace);
    const until = props.read_only_at && writer.date(props.read_only_at);
    return {
      subject: say({
        fr: `Rappel : votre paiement ${brand} de ${amount} est en attente`,
        en: `Reminder: your ${brand} payment of ${amount} is still due`,
      }),
      preheader: say({
        fr: `Il concerne ${where.fr}.`,
        en: `It is for ${where.en}.`,
      }),
      heading: say({ fr: "Votre paiement est en attente", en: "Your payment is still due" }),
      blocks: [
        greeting(writer, props.name),
        text(writer, {
          fr: `Nous n’avons toujours pas pu encaisser ${amount} pour ${where.fr}. Vérifiez votre ` +
            "moyen de paiement ou réglez la facture : cela prend une minute.",
          en:
            `We still could not collect ${amount} for ${where.en}. Check your payment method or ` +
            "pay the invoice: it takes a minute.",
        }),
        ...(until === undefined ? [] : [text(writer, {
          fr:
            `Sans règlement, l’espace de travail passera en lecture seule le ${until}. D’ici là, ` +
            "rien ne change.",
          en: `Without payment the workspace becomes read-only on ${until}. Until then nothing ` +
            "changes.",
        })]),
        rows(writer, dunningFacts(writer, props)),
        ...payNow(writer, props.url),
      ],
    };
  },
});

/** The workspace can be read and no longer changed. */
export const accessReadOnly = mailTemplate({
  purpose: "transactional",
  props: DunningProps,
  preview: {
    ...preview,
    next_attempt: "2026-12-30T09:30:00Z",
    locked_at: "2027-01-05T09:30:00Z",
  },
  write: (writer, props) => {
    const { say, brand } = writer;
    const amount = writer.money(props.amount);
    const where = theWorkspace(props.workspace);
    const until = props.locked_at && writer.date(props.locked_at);
    return {
      subject: say({
        fr: `Votre espace de travail ${brand} est en lecture seule`,
        en: `Your ${brand} workspace is now read-only`,
      }),
      preheader: say({
        fr: `Réglez ${amount} pour le débloquer aussitôt.`,
        en: `Pay ${amount} to unblock it at once.`,
      }),
      heading: say({
        fr: "Votre espace de travail est en lecture seule",
        en: "Your workspace is read-only",
      }),
      blocks: [
        greeting(writer, props.name),
        text(writer, {
          fr:
            `Faute de paiement, ${where.fr} est désormais en lecture seule. Vous gardez l’accès ` +
            "à toutes vos données, mais rien ne peut plus y être ajouté ni modifié.",
          en:
            `Since it was not paid for, ${where.en} is now read-only. You can still see all your ` +
            "data, but nothing can be added or changed.",
        }),
        text(
          writer,
          until === undefined
            ? {
              fr: `Dès que ${amount} sont réglés, tout redevient comme avant.`,
              en: `As soon as ${amount} is paid, everything is as before.`,
            }
            : {
              fr: `Dès que ${amount} sont réglés, tout redevient comme avant. Sans règlement, ce ` +
                `que comprend votre formule sera fermé le ${until}.`,
              en: `As soon as ${amount} is paid, everything is as before. Without payment, what ` +
                `your plan includes is locked on ${until}.`,
            },
        ),
        rows(writer, dunningFacts(writer, props)),
        ...payNow(writer, props.url),
      ],
    };
  },
});

/** What the plan includes is closed; billing stays open. */
export const accessLocked = mailTemplate({
  purpose: "transactional",
  props: DunningProps,
  preview,
  write: (writer, props) => {
    const { say, brand } = writer;
    const amount = writer.money(props.amount);
    const where = theWorkspace(props.workspace);
    return {
      subject: say({
        fr: `L’accès à votre formule ${brand} est fermé`,
        en: `Access to your ${brand} plan is locked`,
      }),
      preheader: say({
        fr: `Réglez ${amount} pour le rouvrir aussitôt.`,
        en: `Pay ${amount} to open it again at once.`,
      }),
      heading: say({
        fr: "L’accès à votre formule est fermé",
        en: "Access to your plan is locked",
      }),
      blocks: [
        greeting(writer, props.name),
        text(writer, {
          fr: `${amount} restent impayés malgré nos rappels : ce que comprend votre formule est ` +
            `désormais fermé pour ${where.fr}. Vos données sont conservées.`,
          en: `${amount} is still unpaid despite our reminders: what your plan includes is now ` +
            `locked for ${where.en}. Your data is kept.`,
        }),
        text(writer, {
          fr: "Le règlement de la facture rouvre tout aussitôt, sans autre démarche.",
          en: "Paying the invoice opens everything again at once; nothing else is needed.",
        }),
        rows(writer, dunningFacts(writer, props)),
        ...payNow(writer, props.url),
      ],
    };
  },
});

/** Paid: what was taken is back. The receipt comes by itself. */
export const accessRestored = mailTemplate({
  purpose: "transactional",
  props: DunningProps,
  preview: { ...preview, url: "https://app.example.com/billing" },
  write: (writer, props) => {
    const { say, brand } = writer;
    const amount = writer.money(props.amount);
    const where = theWorkspace(props.workspace);
    return {
      subject: say({
        fr: `Votre espace de travail ${brand} est de nouveau ouvert`,
        en: `Your ${brand} workspace is open again`,
      }),
      preheader: say({
        fr: "Votre paiement est arrivé, tout fonctionne comme avant.",
        en: "Your payment has arrived; everything works as before.",
      }),
      heading: say({
        fr: "Votre espace de travail est de nouveau ouvert",
        en: "Your workspace is open again",
      }),
      blocks: [
        greeting(writer, props.name),
        text(writer, {
          fr:
            `Votre paiement de ${amount} est arrivé. Merci ! Toutes les restrictions sont levées ` +
            `pour ${where.fr}, et vous pouvez y travailler comme avant.`,
          en: `Your payment of ${amount} has arrived. Thank you! Every restriction is lifted for ` +
            `${where.en}, and you can work in it as before.`,
        }),
        rows(writer, [
          { label: workspaceLabel, value: props.workspace },
          { label: planLabel, value: props.plan },
          { label: { fr: "Montant payé", en: "Amount paid" }, value: amount, strong: true },
        ]),
        action(writer, props.url, { fr: "Voir la facturation", en: "View billing" }),
      ],
    };
  },
});
