import * as z from "zod";
import { Money } from "../../money.ts";
import { greeting, note, rows, text } from "../../mail/blocks.ts";
import { Instant } from "../../mail/locale.ts";
import { mailTemplate, type Sentence } from "../../mail/template.ts";
import { label } from "../../mail/untrusted.ts";
import { Address, address, because, eur, order, sample, toOrder } from "./order-parts.ts";

const Line = z.strictObject({
  name: label,
  /** Size, colour: what makes the variant differ. */
  options: label.optional(),
  quantity: z.int().positive(),
  unit: Money,
  total: Money,
});

/** Sent when an order is paid: what was bought, for how much, where it goes. */
export const orderConfirmed = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    ...order,
    ordered_at: Instant,
    lines: z.array(Line).min(1),
    subtotal: Money,
    discount: Money.optional(),
    discount_code: label.optional(),
    shipping: Money.optional(),
    /** On top of the prices. */
    tax: Money.optional(),
    total: Money,
    delivery: z.strictObject({
      name: label,
      min_days: z.int().optional(),
      max_days: z.int().optional(),
    }).optional(),
    address: Address.optional(),
  }),
  preview: {
    ...sample,
    ordered_at: "2026-11-24T09:30:00Z",
    lines: [
      {
        name: "Chaise Hygge en chêne massif",
        options: "Naturel, assise haute",
        quantity: 2,
        unit: eur(12900),
        total: eur(25800),
      },
      { name: "Lampe Aube", quantity: 1, unit: eur(5990), total: eur(5990) },
    ],
    subtotal: eur(31790),
    discount: eur(3179),
    discount_code: "HIVER10",
    shipping: eur(990),
    tax: eur(592),
    total: eur(30193),
    delivery: { name: "Colis suivi", min_days: 2, max_days: 4 },
    address: {
      name: "Camille Martin",
      line1: "12 rue des Lilas",
      line2: "Bâtiment B",
      postal_code: "69003",
      city: "Lyon",
      country: "FR",
    },
  },
  write: (writer, props) => {
    const { say, money } = writer;
    const total = money(props.total);
    return {
      subject: say({
        fr: `Votre commande ${props.number} est confirmée`,
        en: `Your order ${props.number} is confirmed`,
      }),
      preheader: say({
        fr: `${total} payés le ${writer.date(props.ordered_at)}.`,
        en: `${total} paid on ${writer.date(props.ordered_at)}.`,
      }),
      heading: say({ fr: "Merci pour votre commande", en: "Thank you for your order" }),
      blocks: [
        greeting(writer, props.name),
        text(writer, {
          fr: `Nous avons reçu votre paiement et préparons votre commande ${props.number}. Nous ` +
            "vous écrirons quand elle sera expédiée.",
          en: `We have received your payment and are preparing your order ${props.number}. We ` +
            "will write to you when it is on its way.",
        }),
        {
          kind: "items",
          items: props.lines.map(({ name, options, quantity, unit, total: sum }) => ({
            name,
            detail: [options, `${quantity} × ${money(unit)}`].filter(Boolean).join(" · "),
            value: money(sum),
          })),
        },
        rows(writer, [
          { label: { fr: "Sous-total", en: "Subtotal" }, value: money(props.subtotal) },
          {
            label: props.discount_code === undefined ? { fr: "Remise", en: "Discount" } : {
              fr: `Remise ${props.discount_code}`,
              en: `Discount ${props.discount_code}`,
            },
            value: props.discount && money({ ...props.discount, amount: -props.discount.amount }),
          },
          {
            label: { fr: "Livraison", en: "Shipping" },
            value: props.shipping &&
              (props.shipping.amount === 0
                ? say({ fr: "Offerte", en: "Free" })
                : money(props.shipping)),
          },
          { label: { fr: "Taxes", en: "Tax" }, value: props.tax && money(props.tax) },
          { label: { fr: "Total payé", en: "Total paid" }, value: total, strong: true },
        ]),
        ...props.address === undefined ? [] : address(writer, props.address),
        ...props.delivery === undefined ? [] : [note(writer, delivery(props.delivery))],
        toOrder(writer, props.url),
      ],
      ...because(writer),
    };
  },
});

function delivery(
  { name, min_days: min, max_days: max }: {
    name: string;
    min_days?: number | undefined;
    max_days?: number | undefined;
  },
): Sentence {
  if (max === undefined) return { fr: `${name}.`, en: `${name}.` };
  const one = min === undefined || min === max;
  const days = one ? `${max}` : `${min}–${max}`;
  return {
    fr: `${name} : ${days.replace("–", " à ")} jour${max > 1 ? "s" : ""} après l’expédition.`,
    en: `${name}: ${days} day${max > 1 ? "s" : ""} after dispatch.`,
  };
}
