import * as z from "zod";
import { greeting, note, text } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { personName } from "../untrusted.ts";

/** A one-time code to sign in with, where the application asks for one instead of a link. */
export const email = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, code: z.string().min(1) }),
  preview: { name: "Camille Martin", code: "305805" },
  write: (writer, { name, code }) => {
    const { say, brand } = writer;
    return {
      // The code stays out of the subject: lock screens show it to whoever holds the phone.
      subject: say({ fr: `Votre code de connexion à ${brand}`, en: `Your ${brand} sign-in code` }),
      preheader: say({
        fr: "Saisissez-le pour vous connecter.",
        en: "Enter it to sign in.",
      }),
      heading: say({ fr: "Votre code de connexion", en: "Your sign-in code" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `Saisissez ce code pour vous connecter à ${brand}.`,
          en: `Enter this code to sign in to ${brand}.`,
        }),
        { kind: "code", label: say({ fr: "Votre code :", en: "Your code:" }), code },
        note(writer, {
          fr:
            "Ce code ne sert qu’une fois et expire bientôt. Ne le communiquez à personne : nous " +
            "ne vous le demanderons jamais.",
          en: "This code works only once and expires soon. Do not give it to anyone: we will " +
            "never ask you for it.",
        }),
      ],
    };
  },
});
