/** The two notices of a change of plan: made, and planned for the renewal. */
import * as z from "zod";
import {
  greeting,
  manageSubscription,
  planLabel,
  rows,
  text,
  theWorkspace,
  workspaceLabel,
} from "../blocks.ts";
import { Instant } from "../locale.ts";
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

const quantity = z.int().min(0);
const quantityLabel = { fr: "Quantité", en: "Quantity" };
const previousLabel = { fr: "Formule précédente", en: "Previous plan" };

export const planChanged = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    plan: label,
    previous_plan: label,
    quantity,
    /** Where the subscription is managed. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    plan: "Pro",
    previous_plan: "Basic",
    quantity: 1,
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, plan, previous_plan, quantity, url }) => {
    const { say, brand } = writer;
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre abonnement ${brand} a changé : ${plan}`,
        en: `Your ${brand} subscription has changed: ${plan}`,
      }),
      preheader: say({
        fr: `La formule ${plan} est active pour ${where.fr}.`,
        en: `The ${plan} plan is active for ${where.en}.`,
      }),
      heading: say({ fr: "Votre abonnement a changé", en: "Your subscription has changed" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr:
            `Le changement demandé pour ${where.fr} est fait. S’il y a eu un paiement, son reçu ` +
            "vous parvient dans un e-mail à part.",
          en: `The change that was asked for in ${where.en} is made. If there was a payment, its ` +
            "receipt comes in an email of its own.",
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: planLabel, value: plan, strong: true },
          { label: previousLabel, value: previous_plan === plan ? undefined : previous_plan },
          { label: quantityLabel, value: quantity === 1 ? undefined : String(quantity) },
        ]),
        manageSubscription(writer, url),
      ],
    };
  },
});

export const planChangePlanned = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    plan: label,
    previous_plan: label,
    quantity,
    changes_at: Instant,
    /** Where the subscription is managed. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    plan: "Basic",
    previous_plan: "Pro",
    quantity: 1,
    changes_at: "2026-12-22T09:30:00Z",
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, plan, previous_plan, quantity, changes_at, url }) => {
    const { say, brand } = writer;
    const at = writer.date(changes_at);
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre abonnement ${brand} changera le ${at}`,
        en: `Your ${brand} subscription changes on ${at}`,
      }),
      preheader: say({
        fr: `D’ici là, tout reste comme aujourd’hui.`,
        en: `Until then everything stays as it is.`,
      }),
      heading: say({ fr: "Un changement est prévu", en: "A change is planned" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr:
            `L’abonnement de ${where.fr} changera à son prochain renouvellement, le ${at}. D’ici ` +
            "là, tout reste comme aujourd’hui, et vous pouvez annuler ce changement.",
          en: `The subscription of ${where.en} changes at its next renewal, on ${at}. Until then ` +
            "everything stays as it is, and the change can be called off.",
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: { fr: "Formule actuelle", en: "Current plan" }, value: previous_plan },
          { label: { fr: "Formule à venir", en: "Next plan" }, value: plan, strong: true },
          { label: quantityLabel, value: quantity === 1 ? undefined : String(quantity) },
          { label: { fr: "À partir du", en: "From" }, value: at },
        ]),
        manageSubscription(writer, url),
      ],
    };
  },
});
