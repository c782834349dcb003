import * as z from "zod";
import {
  action,
  greeting,
  note,
  planLabel,
  rows,
  text,
  theWorkspace,
  workspaceLabel,
} from "../blocks.ts";
import { Instant } from "../locale.ts";
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** Sent when a subscription has been set to end with the period already paid for. */
export const subscriptionEnding = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    plan: label,
    ends_at: Instant,
    /** Where the cancellation can be taken back. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    plan: "Pro",
    ends_at: "2026-12-22T09:30:00Z",
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, plan, ends_at, url }) => {
    const { say, brand } = writer;
    const end = writer.date(ends_at);
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre abonnement ${brand} prendra fin le ${end}`,
        en: `Your ${brand} subscription ends on ${end}`,
      }),
      preheader: say({
        fr: "Vous pouvez encore changer d’avis jusqu’à cette date.",
        en: "You can change your mind until then.",
      }),
      heading: say({
        fr: "Votre abonnement ne sera pas renouvelé",
        en: "Your subscription will not renew",
      }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `La résiliation de la formule ${plan} pour ${where.fr} est enregistrée. Vous en ` +
            `profitez jusqu’au ${end} ; ensuite, elle ne sera pas renouvelée.`,
          en: `The ${plan} plan for ${where.en} has been cancelled. It stays yours until ${end} ` +
            "and will not renew after that.",
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: planLabel, value: plan },
          { label: { fr: "Actif jusqu’au", en: "Active until" }, value: end, strong: true },
        ]),
        text(writer, {
          fr: "Vous changez d’avis ? D’ici là, vous pouvez conserver votre abonnement tel quel.",
          en: "Changed your mind? Until then you can keep your subscription as it is.",
        }),
        action(writer, url, { fr: "Conserver mon abonnement", en: "Keep my subscription" }),
        note(writer, {
          fr: "Vous n’êtes pas à l’origine de cette résiliation ? Un autre membre de l’espace de " +
            "travail a pu la demander.",
          en: "You did not cancel? Another member of the workspace may have done so.",
        }),
      ],
    };
  },
});
