import * as z from "zod";
import { action, codeInstead, greeting, notYou, onceOnly, text } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { link, personName } from "../untrusted.ts";

/** Asks a new user to confirm the address that they signed up with. */
export const signup = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, url: link, code: z.string().optional() }),
  preview: {
    name: "Camille Martin",
    url: "https://project.supabase.co/auth/v1/verify?token=7d5b7b19&type=signup",
    code: "305805",
  },
  write: (writer, { name, url, code }) => {
    const { say, brand } = writer;
    return {
      subject: say({
        fr: `Confirmez votre adresse e-mail pour ${brand}`,
        en: `Confirm your email address for ${brand}`,
      }),
      preheader: say({
        fr: "Un clic suffit pour terminer votre inscription.",
        en: "One click completes your sign-up.",
      }),
      heading: say({ fr: "Confirmez votre adresse", en: "Confirm your email address" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `Merci de votre inscription à ${brand}. Confirmez que cette adresse est bien la ` +
            "vôtre pour activer votre compte.",
          en: `Thank you for signing up to ${brand}. Confirm that this address is yours to ` +
            "activate your account.",
        }),
        action(writer, url, { fr: "Confirmer mon adresse", en: "Confirm my address" }),
        ...codeInstead(writer, code),
        onceOnly(writer),
        notYou(writer),
      ],
    };
  },
});
