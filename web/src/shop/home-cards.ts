/** The shop's ways on the start page, in words that come with it. */
import { IconPackage, IconShoppingBag } from "@tabler/icons-react";
import { shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import type { Card } from "../home/cards.tsx";
import type { Language } from "../text/language.tsx";

const words = {
  en: {
    shop: "Shop",
    shopText: "Search, choose, pay as a guest or with an account, and follow the order.",
    orders: "Orders",
    ordersText: "What you bought, where it is, and its receipts.",
  },
  fr: {
    shop: "Boutique",
    shopText: "Chercher, choisir, payer avec ou sans compte, et suivre la commande.",
    orders: "Commandes",
    ordersText: "Vos achats, où ils en sont, et leurs reçus.",
  },
};

/** To the products, for everybody. */
export function shopCards(language: Language): Card[] {
  const { shop, shopText } = words[language];
  return [{ href: shopPage, title: shop, text: shopText, icon: IconShoppingBag }];
}

/** To one's own orders. */
export function orderCards(language: Language): Card[] {
  const { orders, ordersText } = words[language];
  return [{ href: "/orders", title: orders, text: ordersText, icon: IconPackage }];
}
