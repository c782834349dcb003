import * as z from "zod";
import { Money } from "../../money.ts";
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

/** Sent a few days before a trial ends: 3 days, when Stripe announces it. */
export const trialEnding = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    plan: label,
    trial_end: Instant,
    /** What is charged at the end of the trial; absent where that is not known. */
    amount: Money.optional(),
    /** Where the subscription is managed. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    plan: "Pro",
    trial_end: "2026-12-06T09:30:00Z",
    amount: { amount: 4900, currency: "EUR" },
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, plan, trial_end, amount: price, url }) => {
    const { say, brand } = writer;
    const end = writer.date(trial_end);
    const amount = price && writer.money(price);
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre période d’essai ${brand} se termine le ${end}`,
        en: `Your ${brand} trial ends on ${end}`,
      }),
      preheader: amount === undefined
        ? say({
          fr: "Choisissez d’ici là si vous souhaitez continuer.",
          en: "Choose by then whether you want to continue.",
        })
        : say({
          fr: `Premier paiement ce jour-là : ${amount}.`,
          en: `First payment on that day: ${amount}.`,
        }),
      heading: say({ fr: "Votre période d’essai se termine", en: "Your trial is ending" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `La période d’essai de la formule ${plan} pour ${where.fr} se termine le ${end}.`,
          en: `The trial of the ${plan} plan for ${where.en} ends on ${end}.`,
        }),
        text(
          writer,
          amount === undefined
            ? {
              fr: "Pour continuer, vérifiez d’ici là votre moyen de paiement. Sinon, vous pouvez " +
                "résilier à tout moment.",
              en: "If you want to continue, check your payment method by then. If not, you can " +
                "cancel at any time.",
            }
            : {
              fr: "Pour continuer, vous n’avez rien à faire : l’abonnement débutera à cette date " +
                `et un premier paiement de ${amount} sera prélevé. Sinon, résiliez avant : rien ` +
                "ne vous sera facturé.",
              en: "If you want to continue, there is nothing to do: the subscription starts on " +
                `that date with a first payment of ${amount}. If not, cancel before then and ` +
                "you will not be charged.",
            },
        ),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: planLabel, value: plan },
          { label: { fr: "Fin de l’essai", en: "Trial ends on" }, value: end },
          { label: { fr: "Premier paiement", en: "First payment" }, value: amount, strong: true },
        ]),
        manageSubscription(writer, url),
      ],
    };
  },
});
