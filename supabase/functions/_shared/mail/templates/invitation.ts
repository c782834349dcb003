import * as z from "zod";
import { action, greeting, note, rows, text, theWorkspace, workspaceLabel } from "../blocks.ts";
import { Instant } from "../locale.ts";
import { mailTemplate, type Sentence } from "../template.ts";
import { address, displayName, link, personName, singleLine } from "../untrusted.ts";

const roleNames: Record<string, Sentence> = {
  owner: { fr: "Propriétaire", en: "Owner" },
  admin: { fr: "Administration", en: "Admin" },
  member: { fr: "Membre", en: "Member" },
  billing: { fr: "Facturation", en: "Billing" },
};

/**
 * Asks somebody to join a workspace; not Auth's own `invite`, which opens an account. It goes to
 * strangers in words that its sender chose: a name that holds an address is left out, and the sender's
 * own address stands beside his name.
 */
export const invitation = mailTemplate({
  purpose: "transactional",
  props: z.strictObject({
    name: personName,
    inviter: personName,
    inviter_address: address,
    /** Left out of the mail where it holds an address. */
    workspace: z.string().overwrite((name) => displayName(singleLine(name, 80))),
    role: z.enum(["owner", "admin", "member", "billing"]),
    expires_at: Instant,
    /** The page where it is accepted or declined. */
    url: link,
  }),
  preview: {
    name: "Camille Martin",
    inviter: "Sacha Bernard",
    inviter_address: "sacha.bernard@example.com",
    workspace: "Atelier Bernard",
    role: "member",
    expires_at: "2026-12-02T09:30:00Z",
    url: "https://app.example.com/invitation?token=3f0c9a",
  },
  write: (writer, { name, inviter, inviter_address, workspace, role, expires_at, url }) => {
    const { say, brand } = writer;
    const who = inviter ? `${inviter} (${inviter_address})` : inviter_address;
    const where = workspace === ""
      ? { fr: "un espace de travail", en: "a workspace" }
      : theWorkspace(workspace);
    const end = writer.date(expires_at);
    return {
      subject: say({
        fr: `${inviter || inviter_address} vous invite sur ${brand}`,
        en: `${inviter || inviter_address} invites you to ${brand}`,
      }),
      preheader: say({
        fr: `Rejoignez ${where.fr} d’ici le ${end}.`,
        en: `Join ${where.en} by ${end}.`,
      }),
      heading: say({
        fr: workspace === "" ? "Vous avez une invitation" : `Rejoignez ${workspace}`,
        en: workspace === "" ? "You have an invitation" : `Join ${workspace}`,
      }),
      because: say({
        fr: `Vous recevez cet e-mail parce que quelqu’un vous invite sur ${brand}.`,
        en: `You receive this email because somebody invites you to ${brand}.`,
      }),
      blocks: [
        greeting(writer, name),
        text(writer, {
          fr: `${who} vous invite à rejoindre ${where.fr} sur ${brand}.`,
          en: `${who} invites you to join ${where.en} on ${brand}.`,
        }),
        rows(writer, [
          { label: workspaceLabel, value: workspace === "" ? undefined : workspace },
          { label: { fr: "Rôle", en: "Role" }, value: say(roleNames[role]!) },
          { label: { fr: "Valable jusqu’au", en: "Good until" }, value: end },
        ]),
        action(writer, url, { fr: "Voir l’invitation", en: "See the invitation" }),
        note(writer, {
          fr: "Cette invitation vaut pour l’adresse à laquelle cet e-mail est envoyé. Si vous ne " +
            "connaissez pas cette personne, ignorez ou déclinez l’invitation : rien ne changera.",
          en:
            "This invitation is for the address that this email was sent to. If you do not know " +
            "this person, ignore or decline it: nothing will change.",
        }),
      ],
    };
  },
});
