import * as z from "zod";
import {
  greeting,
  manageSubscription,
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

/** Sent once, when a subscription has become active. */
export const subscriptionStarted = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    plan: label,
    /** When it renews for the first time. */
    period_end: Instant.optional(),
    /** Where the subscription is managed. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    plan: "Pro",
    period_end: "2026-12-22T09:30:00Z",
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, plan, period_end, url }) => {
    const { say, brand } = writer;
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `Votre abonnement ${brand} ${plan} est actif`,
        en: `Your ${brand} ${plan} subscription is active`,
      }),
      preheader: say({
        fr: `La formule ${plan} est active pour ${where.fr}.`,
        en: `The ${plan} plan is active for ${where.en}.`,
      }),
      heading: say({ fr: "Votre abonnement est actif", en: "Your subscription is active" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `Merci pour votre confiance ! Vous profitez dès maintenant, dans ${where.fr}, de ` +
            `tout ce que comprend la formule ${plan}.`,
          en: `Thank you! Everything that the ${plan} plan includes is now yours in ${where.en}.`,
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: planLabel, value: plan },
          {
            label: { fr: "Renouvellement le", en: "Renews on" },
            value: period_end && writer.date(period_end),
          },
        ]),
        manageSubscription(writer, url),
        note(writer, {
          fr: "L’abonnement se renouvelle automatiquement ; vous pouvez le résilier à tout " +
            "moment. Le reçu de chaque paiement vous parvient dans un e-mail à part.",
          en: "The subscription renews automatically; you can cancel it at any time. The receipt " +
            "of each payment comes in an email of its own.",
        }),
      ],
    };
  },
});
