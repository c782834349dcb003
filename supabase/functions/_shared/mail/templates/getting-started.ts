import * as z from "zod";
import { action, greeting, note, text } from "../blocks.ts";
import { mailTemplate, type Sentence } from "../template.ts";
import { link, personName } from "../untrusted.ts";

const advice: Record<"profile" | "team", Sentence> = {
  profile: {
    fr:
      "Complétez votre profil : un nom et une image aident les autres à vous reconnaître, et la " +
      "langue que vous y choisissez est celle de nos e-mails.",
    en: "Complete your profile: a name and a picture help others to recognise you, and the " +
      "language you choose there is the one we write to you in.",
  },
  team: {
    fr: "Invitez les personnes avec qui vous travaillez : chacune a son propre accès, et vous " +
      "décidez de son rôle.",
    en: "Invite the people you work with: each has an access of their own, and you decide on " +
      "their role.",
  },
};

/** Sent once, a few days after the sign-up, with what has not been done yet. It sells nothing. */
export const gettingStarted = mailTemplate({
  purpose: "tips",
  props: z.strictObject({
    name: personName,
    tips: z.array(z.enum(["profile", "team"])).min(1),
    /** Where the application is. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    tips: ["profile", "team"],
    url: "https://app.example.com/",
  },
  write: (writer, { name, tips, url }) => {
    const { say, brand } = writer;
    return {
      subject: say({ fr: `Bien démarrer avec ${brand}`, en: `Getting started with ${brand}` }),
      preheader: say({
        fr: "Ce qui reste à faire pour que tout soit en place.",
        en: "What is left to do until everything is in place.",
      }),
      heading: say({ fr: "Quelques conseils pour commencer", en: "A few tips to get started" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `Vous utilisez ${brand} depuis quelques jours. Voici ce qui vaut une minute :`,
          en: `You have been with ${brand} for a few days. This is worth a minute:`,
        }),
        ...tips.map((tip) => text(writer, advice[tip])),
        action(writer, url, { fr: `Ouvrir ${brand}`, en: `Open ${brand}` }),
        note(writer, {
          fr: "C’est le seul e-mail de ce genre que nous vous envoyons.",
          en: "This is the only email of this kind that we send you.",
        }),
      ],
    };
  },
});
