/** French: the start page. */
import type { Texts } from "./en.ts";

export const texts: Texts = {
  visitorTitle: "Une application entière, à parcourir",
  visitorText:
    "Comptes, équipes, abonnements, et des pages pour le personnel : sur un seul projet Supabase.",
  visitorPoints: [
    "Créez un compte, et votre espace de travail est là.",
    "Prenez une offre, changez-en, mettez-la en pause : chaque changement est d’abord chiffré.",
    // #region shop
    "Cherchez dans la boutique, payez avec ou sans compte, et suivez la commande.",
    // #endregion shop
    "Invitez d’autres personnes, donnez-leur un rôle, et lisez qui a fait quoi.",
    "Côté équipe, voyez événements, tâches et paiements, et relancez ce qui bloque.",
    "En français et en anglais, sur un téléphone et au clavier.",
  ],
  welcomeTitle: "Bienvenue",
  welcome: (name) => `Bienvenue, ${name}`,
  billingText: "L’offre, ce que coûte un changement, les factures et la consommation.",
  workspaceText: "Membres, invitations et activité de chacun de vos espaces.",
  accountText: "Votre image, nom, langue et mot de passe, une copie de vos données.",
  staffText:
    "Événements, tâches, paiements, e-mails : ce qui se passe, et ce qui attend quelqu’un.",
  keys: "Clés d’API",
  keysText: "Pour vos propres logiciels : des clés avec rôle et droits, montrées une fois.",
};
