/**
 * French titles of what endpoints refuse with; in English the server's own are shown. A code without one does
 * not compile.
 */
import type { ProblemCode } from "../../../../client/src/mod.ts";
import { shopProblems } from "../../shop/text/problems-fr.ts";

/** Auth's own. */
type AuthCode =
  | "over_email_send_rate_limit"
  | "same_password"
  | "session_expired"
  | "session_not_found";

/** What pages themselves refuse with. */
type PageCode = "changed_meanwhile";

export const texts: Record<ProblemCode | AuthCode | PageCode, string> = {
  ...shopProblems,
  too_many_declines: "Trop de paiements ont été refusés",
  captcha_failed: "La vérification anti-robot a échoué",
  captcha_unavailable: "La vérification anti-robot est injoignable",
  redirect_not_allowed: "L’adresse de retour n’est pas autorisée",

  same_password: "C’est déjà votre mot de passe. Choisissez-en un autre.",
  weak_password: "Le mot de passe est trop faible",
  over_email_send_rate_limit: "Un e-mail vient d’être envoyé. Réessayez dans une minute.",
  session_not_found: "Votre session a pris fin",
  session_expired: "Votre session a pris fin",
  unsupported_image: "Ce fichier n’est pas une image lisible",
  unauthenticated: "Votre session a pris fin",
  forbidden: "Non autorisé",
  invalid_body: "Une saisie n’est pas valable",
  rate_limited: "Trop de demandes : réessayez dans un instant",
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
  quote_invalid: "Ce devis n’est plus valable",
  quote_stale: "Quelque chose a changé entre-temps",
  promotion_code_invalid: "Ce code promotionnel n’est pas valable",
  trial_used: "L’essai gratuit a déjà servi",
  trial_needs_card: "L’essai demande une carte",
  subscription_not_changeable: "L’abonnement ne peut pas être changé ainsi",
  subscription_ambiguous: "Plusieurs abonnements courent : précisez lequel",
  workspace_read_only: "L’espace est en lecture seule tant qu’une facture est impayée",
  workspace_subscribed: "Un abonnement court encore pour cet espace",
  personal_workspace: "Ce n’est pas possible pour l’espace personnel",
  last_owner: "Le dernier propriétaire ne peut pas partir",
  plan_required: "Votre offre ne l’inclut pas",
  invoice_not_paid: "Cette facture n’est pas payée",
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
  // Of whoever writes programs, or of our own staff.
  invalid_json: "La requête n’est pas du JSON valable",
  invalid_signature: "La signature est fausse",
  count_not_offered: "Les lignes sont comptées exactement ou pas du tout",
  livemode_mismatch: "L’événement vient de l’autre mode de Stripe",
  not_found: "Introuvable",
  method_not_allowed: "Méthode refusée",
  idempotency_in_progress: "La première demande est encore en cours",
  idempotency_key_reused: "Cette clé d’idempotence sert à une autre demande",
  precondition_failed: "Cela a changé depuis votre lecture : rechargez la page",
  body_too_large: "C’est trop volumineux",
  unsupported_media_type: "Ce type de contenu n’est pas accepté",
  invalid_query: "L’adresse n’est pas valable",
  invalid_header: "Un en-tête n’est pas valable",
  second_factor_required: "Un second facteur est demandé",
  scope_missing: "La clé d’API n’a pas ce droit",
  api_key_name_taken: "Une clé d’API porte déjà ce nom",
  api_key_limit_reached: "L’espace a autant de clés d’API que possible",
  api_key_revoked: "La clé d’API est révoquée",
  profile_not_found: "Ce profil n’existe pas",
  slug_taken: "Un autre espace de travail porte ce nom",
  workspace_limit: "Vous avez autant d’espaces de travail que possible",
  member_not_found: "Cette personne n’est pas membre",
  already_member: "Cette personne est déjà membre",
  trial_not_offered: "Cette offre n’a pas d’essai",
  quota_exceeded: "La limite de votre offre est atteinte pour cette période",
  billing_details_required: "L’adresse de facturation manque encore",
  invoice_not_found: "Cette facture n’existe pas",
  payment_not_found: "Ce paiement n’existe pas",
  payment_not_refundable: "Ce paiement ne peut pas être remboursé",
  refund_exceeds_payment: "C’est plus qu’il ne reste du paiement",
  unsubscribe_link_invalid: "Ce lien ne désactive rien",
  webhook_endpoint_not_found: "Ce point d’envoi n’existe pas",
  storage_unavailable: "Le stockage est injoignable",
  unhealthy: "Une partie du système ne va pas bien",
  changed_meanwhile:
    "Quelqu’un d’autre a changé la même chose entre-temps : rechargez la page pour la voir",
};
