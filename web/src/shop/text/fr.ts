/** French: the pages of the shop. */
import type { Texts } from "./en.ts";

export const texts: Texts = {
  title: "Boutique",
  search: "Rechercher un produit",
  find: "Rechercher",
  nothingFound: "Aucun résultat.",
  more: "Afficher plus",
  from: (price) => `Dès ${price}`,
  toShop: "Vers la boutique",
  variant: "Votre choix",
  quantity: "Quantité",
  before: "Avant : ",
  availability: {
    in_stock: "En stock",
    few_left: "Bientôt épuisé",
    out_of_stock: "Épuisé",
  },
  fewLeft: (count) => count === 1 ? "Plus qu’un seul" : `Plus que ${count}`,
  addToCart: "Ajouter au panier",
  added: "C’est dans votre panier.",
  toCart: "Voir le panier",

  cart: "Panier",
  emptyCart: "Votre panier est vide.",
  subtotal: "Sous-total",
  goneItem: "N’est plus vendu",
  notOnSale: "Cet article n’est plus vendu. Retirez-le pour continuer.",
  priceChanged: (from, to) => `Le prix est passé de ${from} à ${to}.`,
  canHave: (count) =>
    count === null
      ? "Il n’en reste pas autant : choisissez-en moins."
      : count === 1
      ? "Il n’en reste qu’un."
      : `Il n’en reste que ${count}.`,
  capped: (wanted, kept) => `Vos paniers en contenaient ${wanted} ensemble ; ${kept} sont gardés.`,
  leftOut: (count) =>
    count === 1
      ? "Un produit n’a pas trouvé place quand vos paniers ont été réunis."
      : `${count} produits n’ont pas trouvé place quand vos paniers ont été réunis.`,
  oneLess: (name) => `Un de moins : ${name}`,
  oneMore: (name) => `Un de plus : ${name}`,
  remove: "Retirer",
  removeLine: (name) => `Retirer ${name}`,
  notPurchasable: "Tout ne peut pas être acheté ainsi : voyez ce qui est noté à côté.",
  toCheckout: "Passer la commande",

  checkout: "Commande",
  haveAccount: "Vous avez un compte ? Connectez-vous",
  emailHint: "La confirmation y sera envoyée.",
  address: "Adresse de livraison",
  line1: "Rue et numéro",
  line2: "Étage, société (facultatif)",
  postalCode: "Code postal",
  city: "Ville",
  country: "Pays",
  shipping: "Livraison",
  days: (min, max) =>
    min === null || min === max
      ? (max === 1 ? "un jour" : `${max} jours`)
      : `${min} à ${max} jours`,
  discountCode: "Code de réduction (facultatif)",
  total: "Total",
  totalHint: "Une remise, et les taxes s’il y en a, s’affichent à la page suivante.",
  toPayment: "Continuer vers le paiement",

  order: "Votre commande",
  orders: "Vos commandes",
  orderNumber: (number) => `Commande ${number}`,
  thanks: "Merci pour votre commande",
  thanksText: (number) => `Votre commande ${number} est payée. Une confirmation arrive par e-mail.`,
  toOrder: "Voir la commande",
  expiredText: "Rien n’a été débité. Votre choix est toujours dans le panier.",
  orderStatus: {
    pending: "Pas encore payée",
    paid: "Payée",
    fulfilling: "En préparation",
    shipped: "Expédiée",
    delivered: "Livrée",
    cancelled: "Annulée",
    expired: "Expirée",
    partially_refunded: "Partiellement remboursée",
    refunded: "Remboursée",
    disputed: "Contestée",
    review: "En cours de vérification",
  },
  sentBy: (carrier) => `Expédiée par ${carrier} :`,
  track: "suivre le colis",
  lines: "Articles commandés",
  item: "Produit",
  unitPrice: "Prix unitaire",
  discount: "Remise",
  tax: "Taxes",
  refunded: "Remboursé",
  cancelOrder: "Annuler la commande",

  receipt: "Reçu",
  receiptOf: (number) => `Reçu ${number}`,
  notPaid: "Cette commande n’est pas payée.",
  print: "Imprimer",
  seller: "Vendu par",
  buyer: "Vendu à",
  orderedOn: (day) => `Commandée le ${day}`,
  paidOn: (day) => `Payée le ${day}`,
  paidAmount: (amount) => `${amount} ont été payés.`,

  checkoutChecking: "Nous demandons à Stripe…",
  checkoutProcessing: "Le paiement est en cours",
  checkoutProcessingText: "Votre banque n’a pas encore répondu. Nous vous écrirons.",
  checkoutOpen: "Pas encore payé",
  checkoutOpenText: "Rien n’a été débité. Vous pouvez reprendre où vous en étiez.",
  checkoutGoOn: "Poursuivre le paiement",
  checkoutExpired: "Cet achat a expiré",
};
