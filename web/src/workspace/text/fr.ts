/** French: the pages of a workspace. */
import type { Texts } from "./en.ts";

export const texts: Texts = {
  invitationTitle: "Invitation",
  invitationTo: (workspace) => `Rejoindre ${workspace}`,
  invitedBy: (inviter, workspace, role) =>
    `${
      inviter || "Quelqu’un"
    } vous invite à rejoindre l’espace de travail « ${workspace} ». Votre rôle : ${role}.`,
  invitationUntil: (day) => `Valable jusqu’au ${day}.`,
  invitationSignIn: (email) =>
    `Elle a été envoyée à ${email} : connectez-vous avec cette adresse, ou créez un compte avec elle.`,
  invitationForAnother: (email, mine) =>
    `Elle a été envoyée à ${email}, et vous utilisez le compte ${mine}. Déconnectez-vous et utilisez cette adresse, ou demandez une invitation à la vôtre.`,
  invitationStates: {
    accepted: "Cette invitation a déjà été acceptée.",
    declined: "Cette invitation est déclinée.",
    revoked:
      "Cette invitation a été annulée. Demandez-en une autre à la personne qui vous a invité.",
    expired:
      "Cette invitation n’est plus valable : elle l’était sept jours. Demandez à la personne qui vous a invité de la renvoyer.",
    superseded: "Cette invitation a été renvoyée depuis. Utilisez le lien du dernier e-mail.",
  },
  invitationAccepted: "Bienvenue dans l’équipe",
  invitationAcceptedText: (workspace) => `Vous êtes maintenant membre de « ${workspace} ».`,
  ownInvitations: "Vos invitations",
  accept: "Accepter",
  decline: "Décliner",
  roles: {
    owner: "propriétaire",
    admin: "administration",
    member: "membre",
    billing: "facturation",
  },
};
