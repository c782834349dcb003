import * as z from "zod";
import { action, codeInstead, greeting, notYou, onceOnly, text } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { link, personName } from "../untrusted.ts";

/** Signs a user in without a password. */
export const magiclink = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, url: link, code: z.string().optional() }),
  preview: {
    name: "Camille Martin",
    url: "https://project.supabase.co/auth/v1/verify?token=7d5b7b19&type=magiclink",
    code: "305805",
  },
  write: (writer, { name, url, code }) => {
    const { say, brand } = writer;
    return {
      subject: say({ fr: `Votre lien de connexion à ${brand}`, en: `Your ${brand} sign-in link` }),
      preheader: say({
        fr: "Connectez-vous sans mot de passe.",
        en: "Sign in without a password.",
      }),
      heading: say({ fr: `Connectez-vous à ${brand}`, en: `Sign in to ${brand}` }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: "Voici le lien de connexion que vous avez demandé.",
          en: "Here is the sign-in link that you asked for.",
        }),
        action(writer, url, { fr: "Me connecter", en: "Sign in" }),
        ...codeInstead(writer, code),
        onceOnly(writer),
        notYou(writer),
      ],
    };
  },
});
