/** Les textes en français. */
import type { Texts } from "./en.ts";
import { frShop, frShopProblems } from "./fr-shop.ts";

function countOf(limit: number | null, what: string): string {
  if (limit === null) return `${what[0]!.toUpperCase()}${what.slice(1)}s sans limite`;
  return limit === 1 ? `1 ${what}` : `${limit} ${what}s`;
}

export const fr: Texts = {
  otherLanguage: "English",
  signOut: "Déconnexion",
  billing: "Facturation",
  loading: "Chargement…",
  working: "Un instant…",
  mainNavigation: "Principale",
  notFoundTitle: "Cette page n’existe pas",
  toStart: "Vers l’accueil",

  email: "Adresse e-mail",
  password: "Mot de passe",
  newPassword: "Nouveau mot de passe",
  passwordHint: "8 caractères au moins.",
  name: "Nom",

  welcomeTitle: "Bienvenue",
  signedInAs: (email) => `Vous utilisez le compte ${email}.`,
  toBilling: "Offre et facturation",
  logInTitle: "Se connecter",
  logIn: "Se connecter",
  logInFirst: "Connectez-vous pour voir cette page.",
  noAccount: "Pas encore de compte ?",
  forgot: "Mot de passe oublié ?",
  signUpTitle: "Créer un compte",
  signUp: "Créer le compte",
  haveAccount: "Déjà un compte ?",
  lookIntoMailbox: "Regardez votre boîte de réception",
  confirmationSent: (email) =>
    `Nous avons envoyé un e-mail à ${email}. Ouvrez son lien pour confirmer l’adresse.`,
  noMail: "Rien reçu ? Il est peut-être dans les indésirables.",
  sendAgain: "Renvoyer l’e-mail",
  sentAgain: "Si cette adresse attend sa confirmation, un nouvel e-mail est en route.",

  resetTitle: "Choisir un nouveau mot de passe",
  resetIntro: "Nous vous envoyons un e-mail avec un lien pour en choisir un nouveau.",
  resetSend: "Envoyer l’e-mail",
  resetSent: (email) => `Si ${email} a un compte, un e-mail est en route. Ouvrez son lien.`,
  setPassword: "Enregistrer le mot de passe",
  passwordSet: "Votre nouveau mot de passe est enregistré, et votre session ouverte.",

  confirmTitle: "Confirmer votre adresse",
  confirmed: "Votre adresse est confirmée",
  confirmedText: "Votre session est ouverte. Bienvenue !",
  confirmPending: "Ouvrez le lien de l’e-mail que nous vous avons envoyé. S’est-il égaré ?",
  linkExpired: "Ce lien n’est plus valable",
  linkExpiredText: "Il a déjà servi, ou il est trop ancien. Demandez un nouvel e-mail.",
  linkFailed: "Ce lien n’a pas fonctionné",

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

  billingTitle: "Offre et facturation",
  workspace: (name) => `Espace de travail : ${name}`,
  yourPlan: "Votre offre",
  choosePlan: "Choisir une offre",
  choose: (plan, price) => `Choisir ${plan} : ${price}`,
  priceEvery: { day: "par jour", week: "par semaine", month: "par mois", year: "par an" },
  priceEveryFew: (count, unit) => {
    const units: Record<string, string> = {
      day: "jours",
      week: "semaines",
      month: "mois",
      year: "ans",
    };
    return `tous les ${count} ${units[unit] ?? unit}`;
  },
  perMember: (price) => `${price} et par membre`,
  free: "Gratuit",
  endedOn: (plan, day) => `Votre offre ${plan} a pris fin le ${day}.`,
  noPlan: "Vous n’avez pas d’offre payante.",
  renewsOn: (day) => `Se renouvelle le ${day}.`,
  endsOn: (day) => `Prend fin le ${day}. Rien ne change d’ici là.`,
  trialUntil: (day) => `Essai gratuit jusqu’au ${day}.`,
  paymentFailed: "Le dernier paiement a échoué",
  paymentFailedText:
    "Enregistrez une autre carte dans le portail de facturation, ou réglez la facture ouverte.",
  payInvoice: "Régler la facture ouverte",
  cancel: "Résilier à la fin de la période",
  uncancel: "Garder l’offre",
  portal: "Ouvrir le portail de facturation",
  cancelled: "L’offre prend fin avec sa période.",
  uncancelled: "L’offre continue.",
  card: (brand, last4, expiry) => `${brand} se terminant par ${last4}, valable jusqu’à ${expiry}`,
  paymentMethods: "Cartes enregistrées",
  status: {
    active: "Active",
    trialing: "Essai",
    past_due: "Paiement en retard",
    unpaid: "Impayée",
    paused: "En pause",
    incomplete: "Pas encore payée",
    canceled: "Terminée",
    incomplete_expired: "Jamais payée",
  },
  features: {
    projects: (limit) => countOf(limit, "projet"),
    members: (limit) => countOf(limit, "membre"),
    api_access: () => "Accès à l’API",
    api_calls: (limit) =>
      limit === null
        ? "Appels d’API illimités"
        : `${limit.toLocaleString("fr")} appels d’API par mois`,
    audit_log: () => "Journal d’audit",
    priority_support: () => "Assistance prioritaire",
  },

  usage: "Consommation",
  meters: { api_calls: "Appels d’API" },
  usedOf: (used, limit) =>
    limit === null
      ? `${used.toLocaleString("fr")} sur cette période de facturation`
      : `${used.toLocaleString("fr")} sur ${
        limit.toLocaleString("fr")
      } pour cette période de facturation`,
  byDay: "Par jour",
  amountUsed: "Quantité",

  invoices: "Factures",
  payments: "Paiements",
  none: "Rien pour l’instant.",
  date: "Date",
  number: "Numéro",
  amount: "Montant",
  state: "État",
  documents: "Documents",
  viewInvoice: (number) => `Voir la facture ${number}`,
  view: "Voir",
  pdfInvoice: (number) => `Facture ${number} en PDF`,
  invoiceStatus: {
    draft: "Brouillon",
    open: "Ouverte",
    paid: "Payée",
    uncollectible: "Abandonnée",
    void: "Annulée",
  },
  paymentStatus: { pending: "En attente", succeeded: "Payé", canceled: "Annulé" },
  refunded: (amount) => `${amount} remboursés`,

  checkoutTitle: "Votre achat",
  checkoutChecking: "Nous demandons à Stripe…",
  checkoutPaid: "Merci : c’est payé",
  checkoutPaidText: (day) => `Votre offre est payée jusqu’au ${day}.`,
  checkoutProcessing: "Le paiement est en cours",
  checkoutProcessingText: "Votre banque n’a pas encore répondu. Nous vous écrirons.",
  checkoutOpen: "Pas encore payé",
  checkoutOpenText: "Rien n’a été débité. Vous pouvez reprendre où vous en étiez.",
  checkoutGoOn: "Poursuivre le paiement",
  checkoutExpired: "Cet achat a expiré",
  checkoutExpiredText: "Rien n’a été débité. Choisissez une offre pour recommencer.",
  checkoutCancelled: "Achat annulé",
  checkoutCancelledText: "Rien n’a été débité.",
  checkAgain: "Regarder de nouveau",

  mailPreferences: "Ce que nous vous écrivons",
  mailTopics: "Je souhaite recevoir",
  mailAlways:
    "Nous vous écrivons toujours au sujet de votre compte, de vos achats et de vos demandes.",
  mailStopped: (address) =>
    `Les e-mails envoyés à ${address} nous reviennent : nous n’en envoyons plus pour l’instant. Changez d’adresse, ou dites à notre assistance qu’elle fonctionne de nouveau.`,
  mailComplained: (address) =>
    `Un e-mail envoyé à ${address} a été signalé comme indésirable. Nous n’envoyons plus que ce qui concerne votre compte et vos achats.`,
  unsubscribeTitle: "Recevoir moins d’e-mails",
  unsubscribeAsk: (topic) => `Ne plus recevoir ${topic} par e-mail ?`,
  unsubscribe: "Ne plus les recevoir",
  unsubscribed: "C’est fait",
  unsubscribedText: (topic) => `Vous ne recevrez plus ${topic} par e-mail.`,
  unsubscribeWrong: "Ce lien est incomplet. Vous pouvez choisir ici ce que nous vous écrivons :",
  exportTitle: "Une copie de vos données",
  exportIntro: "Vous pouvez obtenir une copie de tout ce que nous détenons à votre sujet.",
  exportAsk: "Préparer une copie",
  exportPending: "Votre copie est en préparation. Nous vous écrirons dès qu’elle sera prête.",
  exportReady: (day) => `Votre copie est prête. Elle peut être téléchargée jusqu’au ${day}.`,
  exportPart: (part) => `Télécharger la partie ${part}`,

  deleteTitle: "Supprimer votre compte",
  deleteIntro: "Votre compte, vos fichiers et vos espaces de travail disparaissent, et vos " +
    "abonnements prennent fin sans remboursement. Une fois la suppression confirmée, vous avez sept " +
    "jours pour changer d’avis.",
  deleteAsk: "M’envoyer un lien de confirmation",
  deleteSent: "Un e-mail est en route. Ouvrez son lien dans l’heure.",
  deleteConfirm: "Supprimer mon compte dans sept jours",
  deleteScheduled: (day) => `Votre compte sera supprimé le ${day}.`,
  deleteKeep: "Conserver mon compte",
  deleteKept: "Votre compte est conservé.",
  deleteRunning: "Votre compte est en cours de suppression.",

  shop: frShop,

  problems: {
    ...frShopProblems,
    unreachable: "Le serveur est injoignable. Vérifiez votre connexion et réessayez.",
    unexpected: "Une erreur s’est produite",
    same_password: "C’est déjà votre mot de passe. Choisissez-en un autre.",
    weak_password: "Le mot de passe est trop faible",
    over_email_send_rate_limit: "Un e-mail vient d’être envoyé. Réessayez dans une minute.",
    session_not_found: "Votre session a pris fin",
    session_expired: "Votre session a pris fin",
    unauthenticated: "Votre session a pris fin",
    forbidden: "Non autorisé",
    invalid_body: "Une saisie n’est pas valable",
    rate_limited: "Trop de demandes : réessayez dans un instant",
    invalid_credentials: "L’adresse ou le mot de passe est faux",
    email_not_confirmed: "L’adresse n’est pas encore confirmée",
    email_taken: "Cette adresse a déjà un compte",
    workspace_not_found: "L’espace de travail n’existe pas",
    invitation_not_found: "Cette invitation n’existe pas",
    invitation_for_another: "Cette invitation est pour une autre adresse",
    invitation_expired: "Cette invitation n’est plus valable",
    invitation_closed: "Cette invitation est close",
    seat_limit_reached: "La formule n’a plus de place libre",
    price_not_found: "Cette offre n’est plus en vente",
    subscription_exists: "L’espace de travail a déjà un abonnement",
    subscription_pending: "Un autre achat est en cours pour cet espace de travail",
    subscription_not_found: "L’espace de travail n’a pas d’abonnement en cours",
    checkout_not_found: "Cet achat n’existe pas",
    payment_declined: "Le paiement a été refusé",
    payment_provider_unavailable: "Stripe est injoignable",
    reauthentication_failed: "Ce lien n’est plus valable",
    workspaces_need_owner:
      "D’autres personnes dépendent d’espaces dont vous êtes le seul propriétaire",
    deletion_not_found: "Ce compte n’est pas en cours de suppression",
    deletion_running: "La suppression du compte a déjà commencé",
    auth_unavailable: "Le service de connexion est injoignable",
    database_unavailable: "La base de données est injoignable",
    internal_error: "Une erreur s’est produite chez nous",
  },
};
