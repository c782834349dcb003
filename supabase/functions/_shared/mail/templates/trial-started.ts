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

/** Sent once, when a subscription begins with a trial. */
export const trialStarted = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    plan: label,
    trial_end: Instant,
    /** Whether there is a card to charge when it ends. */
    card: z.boolean(),
    /** Where the subscription is managed. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    plan: "Pro",
    trial_end: "2026-12-06T09:30:00Z",
    card: true,
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, plan, trial_end, card, url }) => {
    const { say, brand } = writer;
    const end = writer.date(trial_end);
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre essai de ${brand} ${plan} a commencé`,
        en: `Your ${brand} ${plan} trial has started`,
      }),
      preheader: say({
        fr: `Rien n’est facturé avant le ${end}.`,
        en: `Nothing is charged before ${end}.`,
      }),
      heading: say({ fr: "Votre essai a commencé", en: "Your trial has started" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr:
            `Jusqu’au ${end}, vous essayez gratuitement, dans ${where.fr}, tout ce que comprend ` +
            `la formule ${plan}.`,
          en: `Until ${end} everything that the ${plan} plan includes is yours to try, free of ` +
            `charge, in ${where.en}.`,
        }),
        text(
          writer,
          card
            ? {
              fr:
                "Ensuite, l’abonnement continue et le premier paiement est prélevé, sauf si vous " +
                "résiliez avant.",
              en: "After that the subscription goes on with its first payment, unless you cancel " +
                "before.",
            }
            : {
              fr: "Sans carte enregistrée d’ici là, il prend fin de lui-même. Avec une carte, " +
                "l’abonnement continue ensuite et le premier paiement est prélevé.",
              en: "Without a card on file by then it ends by itself. With a card, the " +
                "subscription goes on after that with its first payment.",
            },
        ),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: planLabel, value: plan },
          { label: { fr: "Fin de l’essai", en: "Trial ends on" }, value: end, strong: true },
        ]),
        manageSubscription(writer, url),
      ],
    };
  },
});
