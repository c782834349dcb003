/** The mails about an order of the shop after it was paid. They go to guests as well. */
import * as z from "zod";
import { Money } from "../../money.ts";
import { action, greeting, note, rows, text } from "../../mail/blocks.ts";
import { Instant } from "../../mail/locale.ts";
import { mailTemplate } from "../../mail/template.ts";
import { label, link } from "../../mail/untrusted.ts";
import {
  Address,
  address,
  because,
  eur,
  numberLabel,
  order,
  sample,
  toOrder,
  whenOnAccount,
} from "./order-parts.ts";

/** Sent when the parcel leaves, and again if its tracking is corrected. */
export const orderShipped = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    ...order,
    shipped_at: Instant,
    carrier: label.optional(),
    tracking_number: label.optional(),
    /** The carrier's page. */
    tracking_url: link.optional(),
    address: Address.optional(),
  }),
  preview: {
    ...sample,
    shipped_at: "2026-11-25T15:00:00Z",
    carrier: "Colissimo",
    tracking_number: "6A12345678901",
    tracking_url: "https://www.laposte.fr/outils/suivre-vos-envois?code=6A12345678901",
    address: {
      name: "Camille Martin",
      line1: "12 rue des Lilas",
      postal_code: "69003",
      city: "Lyon",
      country: "FR",
    },
  },
  write: (writer, props) => {
    const { say } = writer;
    const day = writer.date(props.shipped_at);
    return {
      subject: say({
        fr: `Votre commande ${props.number} est en route`,
        en: `Your order ${props.number} is on its way`,
      }),
      preheader: say({
        fr: `Expédiée le ${day}${props.carrier === undefined ? "" : ` par ${props.carrier}`}.`,
        en: `Sent on ${day}${props.carrier === undefined ? "" : ` by ${props.carrier}`}.`,
      }),
      heading: say({ fr: "Votre commande est en route", en: "Your order is on its way" }),
      blocks: [
        greeting(writer, props.name),
        text(writer, {
          fr: "Votre commande est partie.",
          en: "Your order has left.",
        }),
        rows(writer, [
          { label: numberLabel, value: props.number },
          { label: { fr: "Expédiée le", en: "Sent on" }, value: day },
          { label: { fr: "Transporteur", en: "Carrier" }, value: props.carrier },
          {
            label: { fr: "Numéro de suivi", en: "Tracking number" },
            value: props.tracking_number,
            strong: true,
          },
        ]),
        ...props.address === undefined ? [] : address(writer, props.address),
        ...props.tracking_url === undefined ? [toOrder(writer, props.url)] : [
          action(writer, props.tracking_url, { fr: "Suivre mon colis", en: "Track my parcel" }),
          {
            kind: "link" as const,
            label: say({ fr: "Voir ma commande", en: "View my order" }),
            url: props.url,
          },
        ],
      ],
      ...because(writer),
    };
  },
});

/** Sent once for each refund, whole or in part, when Stripe has made it. */
export const orderRefunded = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    ...order,
    amount: Money,
    refunded_at: Instant,
  }),
  preview: { ...sample, amount: eur(12900), refunded_at: "2026-11-28T10:00:00Z" },
  write: (writer, props) => {
    const { say } = writer;
    const amount = writer.money(props.amount);
    const day = writer.date(props.refunded_at);
    return {
      subject: say({
        fr: `Remboursement de ${amount} pour votre commande ${props.number}`,
        en: `Refund of ${amount} for your order ${props.number}`,
      }),
      preheader: say({ fr: `Effectué le ${day}.`, en: `Made on ${day}.` }),
      heading: say({ fr: "Votre remboursement", en: "Your refund" }),
      blocks: [
        greeting(writer, props.name),
        text(writer, {
          fr: `Nous vous avons remboursé ${amount} sur le moyen de paiement utilisé. ` +
            whenOnAccount.fr,
          en: `We have refunded ${amount} to the payment method that you used. ` +
            whenOnAccount.en,
        }),
        rows(writer, [
          { label: numberLabel, value: props.number },
          { label: { fr: "Remboursé le", en: "Refunded on" }, value: day },
          {
            label: { fr: "Montant remboursé", en: "Amount refunded" },
            value: amount,
            strong: true,
          },
        ]),
        toOrder(writer, props.url),
      ],
      ...because(writer),
    };
  },
});

/** Sent when an order is cancelled, by its buyer or by us. */
export const orderCancelled = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    ...order,
    /** What goes back; nothing where nothing was paid. */
    refund: Money.optional(),
  }),
  preview: { ...sample, refund: eur(30193) },
  write: (writer, props) => {
    const { say } = writer;
    const refund = props.refund && writer.money(props.refund);
    return {
      subject: say({
        fr: `Votre commande ${props.number} est annulée`,
        en: `Your order ${props.number} is cancelled`,
      }),
      preheader: refund === undefined
        ? say({ fr: "Rien ne vous a été débité.", en: "You were charged nothing." })
        : say({ fr: `${refund} vous sont remboursés.`, en: `${refund} goes back to you.` }),
      heading: say({ fr: "Votre commande est annulée", en: "Your order is cancelled" }),
      blocks: [
        greeting(writer, props.name),
        text(
          writer,
          refund === undefined
            ? {
              fr: `La commande ${props.number} est annulée. Rien ne vous a été débité.`,
              en: `Order ${props.number} is cancelled. You were charged nothing.`,
            }
            : {
              fr:
                `La commande ${props.number} est annulée et nous vous remboursons ${refund} sur ` +
                "le moyen de paiement utilisé. Nous vous écrirons quand ce sera fait.",
              en: `Order ${props.number} is cancelled and we are refunding ${refund} to the ` +
                "payment method that you used. We will write to you when that is done.",
            },
        ),
        toOrder(writer, props.url),
      ],
      ...because(writer),
    };
  },
});

/** Sent when a payment came after the order had ended, by its buyer or by time: all goes back. */
export const orderExpiredPaid = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    ...order,
    amount: Money,
    /** It was cancelled, and not that its time was over and its items sold to others. */
    cancelled: z.boolean(),
  }),
  preview: { ...sample, amount: eur(30193), cancelled: false },
  write: (writer, props) => {
    const { say } = writer;
    const amount = writer.money(props.amount);
    return {
      subject: say(
        props.cancelled
          ? {
            fr: `Votre commande ${props.number} était annulée : votre paiement vous est remboursé`,
            en: `Your order ${props.number} was cancelled: your payment is refunded`,
          }
          : {
            fr: `Votre commande ${props.number} n’a pas pu aboutir : elle vous est remboursée`,
            en: `Your order ${props.number} could not be completed: you are refunded`,
          },
      ),
      preheader: say({
        fr: `${amount} vous sont rendus en totalité.`,
        en: `All of ${amount} goes back to you.`,
      }),
      heading: say(
        props.cancelled
          ? {
            fr: "Votre paiement vous est remboursé",
            en: "Your payment is refunded",
          }
          : {
            fr: "Votre commande n’a pas pu aboutir",
            en: "Your order could not be completed",
          },
      ),
      blocks: [
        greeting(writer, props.name),
        text(
          writer,
          props.cancelled
            ? {
              fr: `Votre paiement de ${amount} nous est parvenu alors que la commande ` +
                `${props.number} avait été annulée. Rien ne vous sera envoyé.`,
              en: `Your payment of ${amount} reached us after order ${props.number} had been ` +
                "cancelled. Nothing will be sent.",
            }
            : {
              fr:
                `Votre paiement de ${amount} nous est parvenu après l’expiration de la commande ` +
                `${props.number}, et ses articles ont été vendus entre-temps. Nous en sommes désolés.`,
              en:
                `Your payment of ${amount} reached us after order ${props.number} had expired, and ` +
                "its items were sold in the meantime. We are sorry.",
            },
        ),
        text(writer, {
          fr: "Nous vous remboursons la totalité sur le moyen de paiement utilisé, sans que vous " +
            `ayez rien à faire. ${whenOnAccount.fr}`,
          en: "We are refunding all of it to the payment method that you used; there is nothing " +
            `that you need to do. ${whenOnAccount.en}`,
        }),
        rows(writer, [
          { label: numberLabel, value: props.number },
          {
            label: { fr: "Montant remboursé", en: "Amount refunded" },
            value: amount,
            strong: true,
          },
        ]),
        toOrder(writer, props.url),
      ],
      ...because(writer),
    };
  },
});

/** Sent when staff have decided about a return that the buyer asked for. */
export const orderReturn = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    ...order,
    accepted: z.boolean(),
    /** What goes back, where it was accepted. */
    refund: Money.optional(),
    /** What staff say to it. */
    answer: z.string().max(500).overwrite((said) => said.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim())
      .optional(),
  }),
  preview: {
    ...sample,
    accepted: true,
    refund: eur(12900),
    answer: "Merci pour le renvoi rapide.",
  },
  write: (writer, props) => {
    const { say } = writer;
    const refund = props.refund && writer.money(props.refund);
    return {
      subject: props.accepted
        ? say({
          fr: `Retour accepté pour votre commande ${props.number}`,
          en: `Return accepted for your order ${props.number}`,
        })
        : say({
          fr: `Retour refusé pour votre commande ${props.number}`,
          en: `Return refused for your order ${props.number}`,
        }),
      preheader: props.accepted && refund !== undefined
        ? say({ fr: `${refund} vous sont remboursés.`, en: `${refund} goes back to you.` })
        : say({ fr: "Notre réponse à votre demande.", en: "Our answer to your request." }),
      heading: say({ fr: "Votre demande de retour", en: "Your return request" }),
      blocks: [
        greeting(writer, props.name),
        text(
          writer,
          props.accepted
            ? {
              fr: `Nous avons accepté votre retour pour la commande ${props.number}.` +
                (refund === undefined ? "" : ` Nous vous remboursons ${refund}.`),
              en: `We have accepted your return for order ${props.number}.` +
                (refund === undefined ? "" : ` We are refunding ${refund}.`),
            }
            : {
              fr: `Nous ne pouvons pas accepter votre retour pour la commande ${props.number}.`,
              en: `We cannot accept your return for order ${props.number}.`,
            },
        ),
        ...props.answer ? [note(writer, { fr: props.answer, en: props.answer })] : [],
        toOrder(writer, props.url),
      ],
      ...because(writer),
    };
  },
});
