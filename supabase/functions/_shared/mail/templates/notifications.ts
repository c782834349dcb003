/**
 * The security notices of Supabase Auth: one layout, a table of what happened. They are off unless
 * enabled in the project (`[auth.email.notification.*]`), and carry neither token nor link of Auth.
 */
import * as z from "zod";
import { action, greeting, text } from "../blocks.ts";
import { mailTemplate, type Sentence, type Template, type Writer } from "../template.ts";
import { address, label, link, personName } from "../untrusted.ts";

const common = {
  name: personName,
  /** Where the user can look at the account's security. */
  url: link.optional(),
};

export const notifications = {
  password_changed_notification: notice({
    props: z.strictObject(common),
    preview: { name: "Camille Martin", url: "https://app.example.com/" },
    heading: { fr: "Votre mot de passe a été modifié", en: "Your password was changed" },
    happened: () => ({
      fr: "Le mot de passe de votre compte vient d’être modifié.",
      en: "The password of your account has just been changed.",
    }),
  }),

  email_changed_notification: notice({
    props: z.strictObject({ ...common, old_email: address, new_email: address }),
    preview: {
      name: "Camille Martin",
      old_email: "camille@example.com",
      new_email: "camille@atelier-martin.example",
    },
    heading: { fr: "Votre adresse e-mail a été modifiée", en: "Your email address was changed" },
    happened: ({ old_email, new_email }) => ({
      fr: `L’adresse de votre compte n’est plus ${old_email} mais ${new_email}.`,
      en: `The address of your account was changed from ${old_email} to ${new_email}.`,
    }),
  }),

  phone_changed_notification: notice({
    props: z.strictObject({ ...common, new_phone: label }),
    preview: { name: "Camille Martin", new_phone: "+33612345678" },
    heading: { fr: "Votre numéro de téléphone a été modifié", en: "Your phone number was changed" },
    happened: ({ new_phone }) => ({
      fr: `Le numéro de téléphone de votre compte est désormais le ${new_phone}.`,
      en: `The phone number of your account is now ${new_phone}.`,
    }),
  }),

  identity_linked_notification: notice({
    props: z.strictObject({ ...common, provider: label }),
    preview: { name: "Camille Martin", provider: "GitHub" },
    heading: { fr: "Un moyen de connexion a été ajouté", en: "A sign-in method was added" },
    happened: ({ provider }) => ({
      fr: `Vous pouvez désormais vous connecter à votre compte avec ${provider}.`,
      en: `You can now sign in to your account with ${provider}.`,
    }),
  }),

  identity_unlinked_notification: notice({
    props: z.strictObject({ ...common, provider: label }),
    preview: { name: "Camille Martin", provider: "GitHub" },
    heading: { fr: "Un moyen de connexion a été retiré", en: "A sign-in method was removed" },
    happened: ({ provider }) => ({
      fr: `La connexion à votre compte avec ${provider} a été retirée.`,
      en: `Signing in to your account with ${provider} was removed.`,
    }),
  }),

  mfa_factor_enrolled_notification: notice({
    props: z.strictObject({ ...common, factor_type: label }),
    preview: { name: "Camille Martin", factor_type: "totp" },
    heading: {
      fr: "Une méthode de vérification a été ajoutée",
      en: "A verification method was added",
    },
    happened: ({ factor_type }) => ({
      fr: `Une méthode de vérification a été ajoutée à votre compte : ${factor(factor_type).fr}.`,
      en: `A verification method was added to your account: ${factor(factor_type).en}.`,
    }),
  }),

  mfa_factor_unenrolled_notification: notice({
    props: z.strictObject({ ...common, factor_type: label }),
    preview: { name: "Camille Martin", factor_type: "totp" },
    heading: {
      fr: "Une méthode de vérification a été retirée",
      en: "A verification method was removed",
    },
    happened: ({ factor_type }) => ({
      fr: `Une méthode de vérification a été retirée de votre compte : ${factor(factor_type).fr}.`,
      en: `A verification method was removed from your account: ${factor(factor_type).en}.`,
    }),
  }),
};

interface Notice<Schema extends z.ZodType> {
  props: Schema;
  preview: z.input<Schema>;
  heading: Sentence;
  happened(props: z.output<Schema>): Sentence;
}

function notice<Schema extends z.ZodType<{ name?: string | undefined; url?: string | undefined }>>(
  { props, preview, heading, happened }: Notice<Schema>,
): Template<Schema> {
  return mailTemplate({
    purpose: "transactional",
    props,
    preview,
    write: (writer, given) => ({
      subject: `${writer.say(heading)} (${writer.brand})`,
      preheader: writer.say({
        fr: "Si ce n’est pas vous, réagissez sans attendre.",
        en: "If it was not you, act at once.",
      }),
      heading: writer.say(heading),
      blocks: [
        greeting(writer, given.name),
        text(writer, happened(given)),
        ...reaction(writer, given.url),
      ],
    }),
  });
}

function reaction(writer: Writer, url: string | undefined) {
  const advice = text(writer, {
    fr: "Si c’est bien vous, vous n’avez rien à faire. Sinon, changez votre mot de passe sans " +
      "attendre et contactez-nous.",
    en: "If it was you, there is nothing to do. If not, change your password at once and " +
      "contact us.",
  });
  if (url === undefined) return [advice];
  return [advice, action(writer, url, { fr: "Vérifier mon compte", en: "Check my account" })];
}

function factor(type: string): Sentence {
  const known: Record<string, Sentence> = {
    totp: { fr: "application d’authentification", en: "authenticator app" },
    phone: { fr: "téléphone", en: "phone" },
    webauthn: { fr: "clé de sécurité", en: "security key" },
  };
  return known[type] ?? { fr: type, en: type };
}
