import * as z from "zod";
import { action, codeInstead, greeting, note, onceOnly, text } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { link, personName } from "../untrusted.ts";

/** Lets a user who forgot their password choose a new one. */
export const recovery = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, url: link, code: z.string().optional() }),
  preview: {
    name: "Camille Martin",
    url: "https://project.supabase.co/auth/v1/verify?token=7d5b7b19&type=recovery",
    code: "305805",
  },
  write: (writer, { name, url, code }) => {
    const { say, brand } = writer;
    return {
      subject: say({
        fr: `Réinitialisez votre mot de passe ${brand}`,
        en: `Reset your ${brand} password`,
      }),
      preheader: say({
        fr: "Choisissez un nouveau mot de passe.",
        en: "Choose a new password.",
      }),
      heading: say({ fr: "Réinitialisez votre mot de passe", en: "Reset your password" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: "Vous avez demandé à changer de mot de passe. Choisissez-en un nouveau :",
          en: "You asked to change your password. Choose a new one:",
        }),
        action(writer, url, { fr: "Choisir un mot de passe", en: "Choose a password" }),
        ...codeInstead(writer, code),
        onceOnly(writer),
        note(writer, {
          fr: "Vous n’êtes pas à l’origine de cette demande ? Ignorez cet e-mail : votre mot de " +
            "passe reste le même.",
          en: "You did not ask for this? Ignore this email: your password stays the same.",
        }),
      ],
    };
  },
});
