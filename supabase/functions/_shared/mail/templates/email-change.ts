import * as z from "zod";
import { action, codeInstead, greeting, note, onceOnly, text } from "../blocks.ts";
import { mailTemplate } from "../template.ts";
import { address, link, personName } from "../untrusted.ts";

/**
 * Asks to confirm another address. With Secure Email Change both addresses get one, each with a
 * link of its own, and the change takes effect when both have been followed.
 */
export const emailChange = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    /** Which of the two addresses this mail goes to. */
    recipient: z.enum(["current", "new"]),
    new_email: address,
    url: link,
    code: z.string().optional(),
  }),
  preview: {
    name: "Camille Martin",
    recipient: "new",
    new_email: "camille@atelier-martin.example",
    url: "https://project.supabase.co/auth/v1/verify?token=7d5b7b19&type=email_change",
    code: "305805",
  },
  write: (writer, { name, recipient, new_email, url, code }) => {
    const { say, brand } = writer;
    const asked = recipient === "current"
      ? {
        fr: `Vous avez demandé à remplacer l’adresse de votre compte ${brand} par ${new_email}. ` +
          "Confirmez ce changement ici et, si ce n’est pas déjà fait, dans l’e-mail envoyé à la " +
          "nouvelle adresse.",
        en: `You asked to change the address of your ${brand} account to ${new_email}. Confirm ` +
          "it here and, unless you already have, in the email sent to the new address.",
      }
      : {
        fr: `Vous avez demandé à utiliser ${new_email} pour votre compte ${brand}. Confirmez que ` +
          "cette adresse est bien la vôtre.",
        en: `You asked to use ${new_email} for your ${brand} account. Confirm that this address ` +
          "is yours.",
      };
    const otherwise = recipient === "current"
      ? {
        fr: "Vous n’êtes pas à l’origine de cette demande ? Ne confirmez pas, et changez votre " +
          "mot de passe : quelqu’un a peut-être accès à votre compte.",
        en: "You did not ask for this? Do not confirm, and change your password: someone may " +
          "have access to your account.",
      }
      : {
        fr: "Vous n’êtes pas à l’origine de cette demande ? Ignorez cet e-mail.",
        en: "You did not ask for this? Ignore this email.",
      };
    return {
      subject: recipient === "current"
        ? say({
          fr: `Confirmez le changement d’adresse de votre compte ${brand}`,
          en: `Confirm the new address of your ${brand} account`,
        })
        : say({
          fr: `Confirmez votre nouvelle adresse e-mail pour ${brand}`,
          en: `Confirm your new email address for ${brand}`,
        }),
      preheader: say({
        fr: `Nouvelle adresse : ${new_email}`,
        en: `New address: ${new_email}`,
      }),
      heading: recipient === "current"
        ? say({ fr: "Confirmez le changement d’adresse", en: "Confirm the change of address" })
        : say({ fr: "Confirmez votre nouvelle adresse", en: "Confirm your new address" }),
      blocks: [
        greeting(writer, name),
        text(writer, asked),
        action(
          writer,
          url,
          recipient === "current"
            ? { fr: "Confirmer le changement", en: "Confirm the change" }
            : { fr: "Confirmer mon adresse", en: "Confirm my address" },
        ),
        ...codeInstead(writer, code),
        onceOnly(writer),
        note(writer, otherwise),
      ],
    };
  },
});
