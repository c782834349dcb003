import * as z from "zod";
import { greeting, note, text } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { personName } from "../untrusted.ts";

/** A code that proves it is still the user, before a change such as of the password. */
export const reauthentication = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, code: z.string().min(1) }),
  preview: { name: "Camille Martin", code: "305805" },
  write: (writer, { name, code }) => {
    const { say, brand } = writer;
    return {
      subject: say({
        fr: `Votre code de vérification ${brand}`,
        en: `Your ${brand} security code`,
      }),
      preheader: say({
        fr: "Confirmez qu’il s’agit bien de vous.",
        en: "Confirm that it is you.",
      }),
      heading: say({ fr: "Confirmez qu’il s’agit bien de vous", en: "Confirm that it is you" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: "Saisissez ce code pour confirmer la modification que vous êtes en train de faire.",
          en: "Enter this code to confirm the change that you are making.",
        }),
        { kind: "code", label: say({ fr: "Votre code :", en: "Your code:" }), code },
        note(writer, {
          fr: "Ce code ne sert qu’une fois et expire bientôt. Si vous n’avez rien modifié, " +
            "changez votre mot de passe et ne communiquez ce code à personne.",
          en: "This code works only once and expires soon. If you are not changing anything, " +
            "change your password and do not give this code to anyone.",
        }),
      ],
    };
  },
});
