import * as z from "zod";
import { action, greeting, note, text } from "../blocks.ts";
import { Instant } from "../locale.ts";
import { mailTemplate } from "../template.ts";
import { link, personName } from "../untrusted.ts";

/** Sent when the copy of everything held about a user can be downloaded. */
export const accountExport = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    /** Signed links to the zip files: the first ten. */
    links: z.array(link).min(1).max(10),
    expires_at: Instant,
    /** Where all files are listed, to whoever is signed in. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    links: [
      "https://project.supabase.co/storage/v1/object/sign/exports/part-001.zip?token=eyJhbGciOi",
    ],
    expires_at: "2026-12-02T09:30:00Z",
    url: "https://app.example.com/account/export",
  },
  write: (writer, { name, links, expires_at, url }) => {
    const { say, brand } = writer;
    const until = writer.date(expires_at);
    const [only, ...others] = links;
    return {
      subject: say({
        fr: `La copie de vos données ${brand} est prête`,
        en: `The copy of your ${brand} data is ready`,
      }),
      preheader: say({
        fr: `À télécharger jusqu’au ${until}.`,
        en: `Download it until ${until}.`,
      }),
      heading: say({ fr: "Vos données sont prêtes", en: "Your data is ready" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: "Vous avez demandé une copie de tout ce que nous détenons à votre sujet. Elle peut " +
            `être téléchargée jusqu’au ${until}, puis elle sera supprimée.`,
          en: "You asked for a copy of everything that we hold about you. It can be downloaded " +
            `until ${until}, and is deleted then.`,
        }),
        ...(others.length === 0
          ? [action(writer, only!, { fr: "Télécharger mes données", en: "Download my data" })]
          : [
            ...links.map((part, index) => ({
              kind: "link" as const,
              label: say({ fr: `Partie ${index + 1}`, en: `Part ${index + 1}` }),
              url: part,
            })),
            action(writer, url, { fr: "Voir tous les fichiers", en: "See all files" }),
          ]),
        note(writer, {
          fr: "Quiconque a cet e-mail peut télécharger ces fichiers : ne le transférez pas. Vous " +
            "n’êtes pas à l’origine de cette demande ? Changez votre mot de passe sans attendre.",
          en: "Whoever has this email can download these files: do not forward it. You did not " +
            "ask for this? Change your password right away.",
        }),
      ],
    };
  },
});
