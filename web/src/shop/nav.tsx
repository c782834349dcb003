/** What the shop adds to the frame of every page: its ways, in words that are there before its own texts are. */
import { ActionIcon } from "@mantine/core";
import { IconShoppingCart } from "@tabler/icons-react";
import { Link } from "wouter";
import { cartPage, shopPage } from "../../../supabase/functions/_shared/shop/pages.ts";
import { useLanguage } from "../text/language.tsx";
import { useCartChanges } from "./cart/cart-context.tsx";

const words = {
  en: {
    shop: "Shop",
    orders: "Orders",
    cart: "Cart",
    pieces: (count: number) => count === 1 ? "1 piece" : `${count} pieces`,
  },
  fr: {
    shop: "Boutique",
    orders: "Commandes",
    cart: "Panier",
    pieces: (count: number) => count === 1 ? "1 article" : `${count} articles`,
  },
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

/** Always in sight, with how many pieces are in it: who shops on a telephone looks for it. */
export function CartLink() {
  const { language } = useLanguage();
  const { cart: held } = useCartChanges();
  const { cart, pieces } = words[language];
  const count = held?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  return (
    <ActionIcon
      component={Link}
      href={cartPage}
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={count === 0 ? cart : `${cart}, ${pieces(count)}`}
      className="cart-link"
    >
      <IconShoppingCart size={20} stroke={1.8} aria-hidden />
      {count > 0 && <span className="cart-count" aria-hidden>{count > 99 ? "99+" : count}</span>}
    </ActionIcon>
  );
}
