import * as z from "zod";
import { action, greeting, rows, text, theWorkspace, workspaceLabel } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

/** Sent when the register of a tax id says that there is none. */
export const taxIdRefused = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    workspace: label,
    /** As it was given. */
    tax_id: label,
    /** Where billing details are changed. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    workspace: "Atelier Martin",
    tax_id: "FR40303265045",
    url: "https://app.example.com/billing",
  },
  write: (writer, { name, workspace, tax_id, url }) => {
    const { say, brand } = writer;
    const where = theWorkspace(workspace);
    return {
      subject: say({
        fr: `${brand} n’a pas pu vérifier votre numéro de TVA`,
        en: `${brand} could not verify your VAT number`,
      }),
      preheader: say({
        fr: `Vérifiez le numéro ${tax_id} pour ${where.fr}.`,
        en: `Please check the number ${tax_id} for ${where.en}.`,
      }),
      heading: say({
        fr: "Votre numéro de TVA n’a pas pu être vérifié",
        en: "Your VAT number could not be verified",
      }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr:
            `Le registre officiel ne reconnaît pas le numéro ${tax_id}, indiqué pour ${where.fr}. ` +
            "Vos prochaines factures comprendront donc la TVA et ne porteront pas ce numéro.",
          en: `The official register does not know the number ${tax_id}, given for ${where.en}. ` +
            "Your next invoices will therefore include VAT and will not show this number.",
        }),
        text(writer, {
          fr:
            "S’il contient une erreur, corrigez-le : la prochaine facture en tiendra compte. S’il " +
            "vient d’être attribué, réessayez dans quelques jours.",
          en:
            "If it holds a mistake, correct it, and the next invoice will follow. If it is new, " +
            "try again in a few days.",
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace },
          { label: { fr: "Numéro de TVA", en: "VAT number" }, value: tax_id, strong: true },
        ]),
        action(writer, url, { fr: "Corriger mes informations", en: "Correct my details" }),
      ],
    };
  },
});
