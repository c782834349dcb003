import * as z from "zod";
import { action, greeting, note, rows, text } from "../blocks.ts";
import { Instant } from "../locale.ts";
import { mailTemplate } from "../template.ts";
import { label, link, personName } from "../untrusted.ts";

const site = "https://app.example.com";

/** Asks whether it is the user who wants the account gone. */
export const accountDeleteConfirm = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, url: link }),
  preview: { name: "Camille Martin", url: `${site}/account/delete#token=7d5b7b19` },
  write: (writer, { name, url }) => {
    const { say, brand } = writer;
    return {
      subject: say({
        fr: `Confirmez la suppression de votre compte ${brand}`,
        en: `Confirm the deletion of your ${brand} account`,
      }),
      preheader: say({
        fr: "Rien ne se passe sans votre confirmation.",
        en: "Nothing happens unless you confirm.",
      }),
      heading: say({ fr: "Supprimer votre compte ?", en: "Delete your account?" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr:
            "Vous avez demandé la suppression de votre compte. Confirmez-la dans l’heure : vous " +
            "aurez ensuite sept jours pour changer d’avis.",
          en: "You asked for your account to be deleted. Confirm within an hour: after that you " +
            "have seven days to change your mind.",
        }),
        action(writer, url, { fr: "Confirmer la suppression", en: "Confirm the deletion" }),
        note(writer, {
          fr: "Vous n’êtes pas à l’origine de cette demande ? Quelqu’un utilise votre compte : " +
            "n’ouvrez pas ce lien et changez votre mot de passe.",
          en: "You did not ask for this? Somebody is using your account: do not open this link, " +
            "and change your password.",
        }),
      ],
    };
  },
});

/** Tells when the account goes, and how to keep it. */
export const accountDeleteScheduled = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, due_at: Instant, url: link }),
  preview: {
    name: "Camille Martin",
    due_at: "2026-12-02T09:30:00Z",
    url: `${site}/account/delete`,
  },
  write: (writer, { name, due_at, url }) => {
    const { say, brand } = writer;
    const due = writer.date(due_at);
    return {
      subject: say({
        fr: `Votre compte ${brand} sera supprimé le ${due}`,
        en: `Your ${brand} account will be deleted on ${due}`,
      }),
      preheader: say({
        fr: "Vous pouvez changer d’avis jusque-là.",
        en: "You can change your mind until then.",
      }),
      heading: say({
        fr: "Votre compte va être supprimé",
        en: "Your account is going to be deleted",
      }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr:
            `Le ${due}, votre compte, vos fichiers et vos espaces de travail seront supprimés, et ` +
            "vos abonnements prendront fin sans remboursement. Jusque-là, tout fonctionne comme " +
            "avant.",
          en: `On ${due} your account, your files and your workspaces will be deleted, and your ` +
            "subscriptions will end without a refund. Until then everything works as before.",
        }),
        rows(writer, [
          { label: { fr: "Suppression le", en: "Deleted on" }, value: due, strong: true },
        ]),
        action(writer, url, { fr: "Conserver mon compte", en: "Keep my account" }),
        note(writer, {
          fr:
            "La loi nous oblige à conserver les factures ; tout le reste disparaît. Vous n’êtes " +
            "pas à l’origine de cette demande ? Conservez votre compte et changez votre mot de " +
            "passe.",
          en: "The law makes us keep invoices; everything else goes. You did not ask for this? " +
            "Keep your account and change your password.",
        }),
      ],
    };
  },
});

/** Tells that the account stays. */
export const accountDeleteCancelled = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, url: link }),
  preview: { name: "Camille Martin", url: `${site}/` },
  write: (writer, { name, url }) => {
    const { say, brand } = writer;
    return {
      subject: say({
        fr: `Votre compte ${brand} est conservé`,
        en: `Your ${brand} account stays`,
      }),
      preheader: say({
        fr: "La suppression a été annulée.",
        en: "The deletion was cancelled.",
      }),
      heading: say({ fr: "Votre compte est conservé", en: "Your account stays" }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: "La suppression de votre compte a été annulée. Rien n’a été supprimé.",
          en: "The deletion of your account was cancelled. Nothing was deleted.",
        }),
        action(writer, url, { fr: "Ouvrir mon compte", en: "Open my account" }),
        note(writer, {
          fr: "Vous n’êtes pas à l’origine de cette annulation ? Changez votre mot de passe.",
          en: "It was not you who cancelled it? Change your password.",
        }),
      ],
    };
  },
});

/** Tells why the account was not deleted on its day. */
export const accountDeleteBlocked = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName, workspaces: z.array(label).min(1), url: link }),
  preview: {
    name: "Camille Martin",
    workspaces: ["Atelier Martin"],
    url: `${site}/account/delete`,
  },
  write: (writer, { name, workspaces, url }) => {
    const { say, brand } = writer;
    return {
      subject: say({
        fr: `Votre compte ${brand} n’a pas pu être supprimé`,
        en: `Your ${brand} account could not be deleted`,
      }),
      preheader: say({
        fr: "D’autres personnes dépendent de vos espaces de travail.",
        en: "Others depend on your workspaces.",
      }),
      heading: say({
        fr: "Votre compte n’a pas été supprimé",
        en: "Your account was not deleted",
      }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr:
            "D’autres personnes font partie d’espaces de travail dont vous êtes désormais le seul " +
            "propriétaire. Désignez un autre propriétaire ou retirez ces personnes, puis demandez " +
            "de nouveau la suppression.",
          en:
            "Others are in workspaces that only you own by now. Make somebody else an owner, or " +
            "remove the others, and ask for the deletion again.",
        }),
        rows(
          writer,
          workspaces.map((value) => ({
            label: { fr: "Espace de travail", en: "Workspace" },
            value,
          })),
        ),
        action(writer, url, { fr: "Reprendre la suppression", en: "Go on with the deletion" }),
      ],
    };
  },
});

/** The last mail: the account is gone. */
export const accountDeleted = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({ name: personName }),
  preview: {},
  write: (writer, { name }) => {
    const { say, brand } = writer;
    return {
      subject: say({
        fr: `Votre compte ${brand} a été supprimé`,
        en: `Your ${brand} account has been deleted`,
      }),
      preheader: say({
        fr: "C’est notre dernier e-mail.",
        en: "This is our last email.",
      }),
      heading: say({ fr: "Votre compte est supprimé", en: "Your account is deleted" }),
      because: say({
        fr: `Vous recevez cet e-mail parce que vous aviez un compte ${brand}.`,
        en: `You receive this email because you had a ${brand} account.`,
      }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr:
            "Votre compte et vos fichiers ont été supprimés, et vos abonnements ont pris fin. Nous " +
            "ne conservons que les pièces comptables que la loi nous impose.",
          en:
            "Your account and your files were deleted, and your subscriptions have ended. We keep " +
            "only the billing records that the law demands.",
        }),
        text(writer, {
          fr:
            "C’est le dernier e-mail que vous recevez de notre part. Merci d’avoir été des nôtres.",
          en: "This is the last email that you get from us. Thank you for having been with us.",
        }),
      ],
    };
  },
});
