import * as z from "zod";
import {
  action,
  greeting,
  planLabel,
  rows,
  text,
  theWorkspace,
  workspaceLabel,
} from "../blocks.ts";
import { Instant } from "../locale.ts";
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** Sent once, when a subscription is over: cancelled, or unpaid for too long. */
export const subscriptionEnded = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    plan: label,
    ended_at: Instant,
    /** Where a plan is chosen. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    plan: "Pro",
    ended_at: "2026-12-22T09:30:00Z",
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, plan, ended_at, url }) => {
    const { say, brand } = writer;
    const end = writer.date(ended_at);
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre abonnement ${brand} a pris fin`,
        en: `Your ${brand} subscription has ended`,
      }),
      preheader: say({
        fr: "Votre compte reste ouvert : revenez quand vous le souhaitez.",
        en: "Your account stays open: come back whenever you like.",
      }),
      heading: say({ fr: "Votre abonnement a pris fin", en: "Your subscription has ended" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `La formule ${plan} pour ${where.fr} a pris fin le ${end}. Elle ne se renouvellera ` +
            "plus, et ce qu’elle comprenait n’est plus disponible.",
          en: `The ${plan} plan for ${where.en} ended on ${end}. It will not renew again, and ` +
            "what it included is no longer available.",
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: planLabel, value: plan },
          { label: { fr: "Terminé le", en: "Ended on" }, value: end },
        ]),
        text(writer, {
          fr: "Votre compte reste ouvert, et vous pouvez vous abonner de nouveau à tout moment.",
          en: "Your account stays open, and you can subscribe again at any time.",
        }),
        action(writer, url, { fr: "Choisir une formule", en: "Choose a plan" }),
      ],
    };
  },
});
