/**
 * The two notices of a pause. Stripe pauses a subscription whose trial ends without a payment
 * method, and resumes it when one has been added.
 *
 * @see https://docs.stripe.com/billing/subscriptions/trials/free-trials#create-free-trials-without-payment
 */
import * as z from "zod";
import {
  action,
  greeting,
  manageSubscription,
  planLabel,
  rows,
  text,
  theWorkspace,
  workspaceLabel,
} from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

const props = z.strictObject({
  name: personName,
  workspace: label,
  plan: label,
  /** Where the subscription is managed. */
  url: link,
});

const preview = {
  name: "Camille Martin",
  workspace: "Atelier Martin",
  plan: "Pro",
  url: "https://app.example.com/billing",
};

export const subscriptionPaused = mailTemplate({
  purpose: "transactional",
  props: props.extend({
    /** Somebody of the workspace asked for it; else Stripe lacks a means of payment. */
    requested: z.boolean().default(false),
  }),
  preview,
  write: (writer, { name, workspace, plan, requested, url }) => {
    const { say, brand } = writer;
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre abonnement ${brand} est en pause`,
        en: `Your ${brand} subscription is paused`,
      }),
      preheader: say(
        requested
          ? {
            fr: "Rien n’est prélevé tant que vous ne le reprenez pas.",
            en: "Nothing is charged until you resume it.",
          }
          : {
            fr: "Vérifiez votre moyen de paiement pour le reprendre.",
            en: "Check your payment method to resume it.",
          },
      ),
      heading: say({ fr: "Votre abonnement est en pause", en: "Your subscription is paused" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `La formule ${plan} pour ${where.fr} est en pause : rien n’est prélevé, et ce ` +
            "qu’elle comprend n’est pas disponible. " +
            (requested
              ? "Ce que vous aviez payé et pas encore utilisé sera déduit à la reprise."
              : "Pour la reprendre, vérifiez votre moyen de paiement."),
          en: `The ${plan} plan for ${where.en} is paused: nothing is charged, and what it ` +
            "includes is not available. " +
            (requested
              ? "What was paid for and not used yet is taken off when you resume it."
              : "To resume it, check your payment method."),
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: planLabel, value: plan },
        ]),
        action(writer, url, { fr: "Reprendre mon abonnement", en: "Resume my subscription" }),
      ],
    };
  },
});

export const subscriptionResumed = mailTemplate({
  purpose: "transactional",
  props,
  preview,
  write: (writer, { name, workspace, plan, url }) => {
    const { say, brand } = writer;
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre abonnement ${brand} a repris`,
        en: `Your ${brand} subscription has resumed`,
      }),
      preheader: say({
        fr: `La formule ${plan} est de nouveau active pour ${where.fr}.`,
        en: `The ${plan} plan is active again for ${where.en}.`,
      }),
      heading: say({ fr: "Votre abonnement a repris", en: "Your subscription has resumed" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `La pause est terminée : vous profitez de nouveau, dans ${where.fr}, de tout ce ` +
            `que comprend la formule ${plan}.`,
          en: `The pause is over: everything that the ${plan} plan includes is yours again in ` +
            `${where.en}.`,
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: planLabel, value: plan },
        ]),
        manageSubscription(writer, url),
      ],
    };
  },
});
