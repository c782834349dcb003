/** What the mails about an order of the shop share. */
import { action } from "../../mail/blocks.ts";
import type { Locale } from "../../mail/locale.ts";
import type { Block, Sentence, Writer } from "../../mail/template.ts";
import { label, link, personName } from "../../mail/untrusted.ts";
import * as z from "zod";

/** What each of them says of its order. */
export const order = {
  name: personName,
  /** The order's number, as the buyer reads it out. */
  number: label,
  /** The order's page; a guest's carries a signature. */
  url: link,
};

/** Whom and what the samples are about. */
export const sample = {
  name: "Camille Martin",
  number: "7K3M9QX2TA",
  url: "https://shop.example.com/order?token=0f8b2c4e-1d3a-4b5c-8d7e-9f0a1b2c3d4e.c2lnbmF0dXJl",
};

export const eur = (amount: number) => ({ amount, currency: "EUR" });

/** Why its reader gets it: guests have no account that it could be about. */
export function because({ say }: Writer): { because: string } {
  return {
    because: say({
      fr: "Vous recevez cet e-mail parce qu’une commande a été passée avec cette adresse.",
      en: "You receive this email because an order was placed with this address.",
    }),
  };
}

/** The button to the order's page. */
export function toOrder(writer: Writer, url: string): Block {
  return action(writer, url, { fr: "Voir ma commande", en: "View my order" });
}

export const numberLabel: Sentence = { fr: "Commande", en: "Order" };

/** How long a refund takes to be seen: the bank decides. */
export const whenOnAccount: Sentence = {
  fr: "Selon votre banque, le montant apparaît sur votre compte sous 5 à 10 jours ouvrés.",
  en: "Depending on your bank, it shows on your account within 5 to 10 business days.",
};

/** Where it goes, as far as it is known. */
export const Address = z.object({
  name: label.optional(),
  line1: label.optional(),
  line2: label.optional(),
  city: label.optional(),
  state: label.optional(),
  postal_code: label.optional(),
  country: label.optional(),
});

/** The country's name as the reader calls it; the code where it is none. */
function country(code: string, locale: Locale): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames([locale], { type: "region" }).of(code) ?? code;
}

/** The address as an envelope has it; nothing where none is known. */
export function address({ say, locale }: Writer, to: z.output<typeof Address>): Block[] {
  const town = [to.postal_code, to.city].filter(Boolean).join(" ");
  const lines = [
    to.name,
    to.line1,
    to.line2,
    town,
    to.state,
    to.country && country(to.country, locale),
  ]
    .filter((line): line is string => Boolean(line));
  return lines.length === 0
    ? []
    : [{ kind: "address", label: say({ fr: "Livraison à", en: "Delivery to" }), lines }];
}
