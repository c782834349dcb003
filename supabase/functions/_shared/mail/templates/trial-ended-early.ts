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
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** Sent once, when a trial was ended because its card has had one before. */
export const trialEndedEarly = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    plan: label,
    /** Where the subscription is managed. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    plan: "Pro",
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, plan, url }) => {
    const { say, brand } = writer;
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre essai de ${brand} ${plan} est terminé : l’abonnement commence`,
        en: `Your ${brand} ${plan} trial is over: the subscription begins`,
      }),
      preheader: say({
        fr: "Cette carte a déjà eu un essai.",
        en: "This card has had a trial before.",
      }),
      heading: say({ fr: "Votre abonnement commence", en: "Your subscription begins" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: "Nous offrons un essai par carte, et celle que vous avez donnée en a déjà eu un. " +
            `L’abonnement à la formule ${plan} pour ${where.fr} commence donc aujourd’hui, avec ` +
            "son premier paiement ; le reçu vous parvient dans un e-mail à part.",
          en: "We offer one trial per card, and the one that you gave has had a trial before. So " +
            `the ${plan} subscription for ${where.en} begins today, with its first payment; its ` +
            "receipt comes in an email of its own.",
        }),
        text(writer, {
          fr:
            "Ce n’est pas ce que vous vouliez ? Résiliez dès maintenant avec remboursement : la " +
            "part inutilisée est reversée sur votre carte.",
          en: "Not what you wanted? Cancel now with a refund: the unused part goes back to your " +
            "card.",
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
