import * as z from "zod";
import { action, greeting, text } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { link, personName } from "../untrusted.ts";

/** Sent once, when an account has been made. */
export const welcome = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    /** Where the application is. */
    url: link,
  }),
  preview: { name: "Camille Martin", url: "https://app.example.com/" },
  write: (writer, { name, url }) => {
    const { say, brand } = writer;
    return {
      subject: say({ fr: `Bienvenue sur ${brand}`, en: `Welcome to ${brand}` }),
      preheader: say({
        fr: "Votre compte et votre espace de travail sont prêts.",
        en: "Your account and your workspace are ready.",
      }),
      heading: say({ fr: `Bienvenue sur ${brand} !`, en: `Welcome to ${brand}!` }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: "Votre compte est créé et votre espace de travail personnel est prêt. Vous pouvez " +
            "dès maintenant le découvrir, compléter votre profil ou choisir une formule.",
          en: "Your account has been created and your personal workspace is ready. You can look " +
            "around, complete your profile or choose a plan right away.",
        }),
        action(writer, url, { fr: `Ouvrir ${brand}`, en: `Open ${brand}` }),
      ],
    };
  },
});
