/** What the shop adds to the frame of every page: its ways, in words that are there before its own texts are. */
import { ActionIcon } from "@mantine/core";
import { IconShoppingCart } from "@tabler/icons-react";
import { Link } from "wouter";
import { cartPage, shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useLanguage } from "../text/language.tsx";

const words = {
  en: { shop: "Shop", orders: "Orders", cart: "Cart" },
  fr: { shop: "Boutique", orders: "Commandes", cart: "Panier" },
};

type Language = keyof typeof words;

/** A way to an area, as the frame shows it. */
interface Way {
  href: string;
  label: string;
}

/** To the list of products, for everybody. */
export function shopWay(language: Language): Way[] {
  return [{ href: shopPage, label: words[language].shop }];
}

/** To one's own orders, for whoever is signed in. */
export function ordersWay(language: Language): Way[] {
  return [{ href: "/orders", label: words[language].orders }];
}

/** Always in sight: who shops on a telephone looks for it. */
export function CartLink() {
  const { language } = useLanguage();
  return (
    <ActionIcon
      component={Link}
      href={cartPage}
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={words[language].cart}
    >
      <IconShoppingCart size={20} stroke={1.8} aria-hidden />
    </ActionIcon>
  );
}
