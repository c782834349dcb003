import * as z from "zod";
import { action, codeInstead, greeting, onceOnly, text } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { link, personName } from "../untrusted.ts";

/** Invites someone whose account an administrator has made. */
export const invite = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, url: link, code: z.string().optional() }),
  preview: {
    url: "https://project.supabase.co/auth/v1/verify?token=7d5b7b19&type=invite",
    code: "305805",
  },
  write: (writer, { name, url, code }) => {
    const { say, brand } = writer;
    return {
      subject: say({
        fr: `Vous êtes invité(e) à rejoindre ${brand}`,
        en: `You are invited to join ${brand}`,
      }),
      preheader: say({
        fr: "Acceptez l’invitation pour ouvrir votre compte.",
        en: "Accept the invitation to open your account.",
      }),
      heading: say({ fr: `Rejoignez ${brand}`, en: `Join ${brand}` }),
      because: say({
        fr: `Vous recevez cet e-mail parce que quelqu’un vous invite sur ${brand}.`,
        en: `You receive this email because somebody invites you to ${brand}.`,
      }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `Vous avez reçu une invitation à ouvrir un compte sur ${brand}.`,
          en: `You have been invited to open an account on ${brand}.`,
        }),
        action(writer, url, { fr: "Accepter l’invitation", en: "Accept the invitation" }),
        ...codeInstead(writer, code),
        onceOnly(writer),
      ],
    };
  },
});
