import { Paper } from "@mantine/core";
import { cartPage, shopPage } from "../../../../supabase/functions/_shared/shop/pages.ts";
import { useApp } from "../../app-context.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { ButtonLink } from "../../components/button-link.tsx";
import { LogIn } from "../../components/log-in.tsx";
import { Loading, Page } from "../../components/page.tsx";
import { useRead } from "../../use-read.ts";
import { useCart } from "../cart/cart-context.tsx";
import { useShopTexts } from "../texts.ts";
import { CheckoutFields } from "./fields.tsx";
import { lastAddress } from "./last-address.ts";
import { readRates } from "./rates.ts";

/** Asks for what an order needs, and leads to Stripe's page. */
export function CheckoutForm() {
  const { supabase, session } = useApp();
  const s = useShopTexts();
  const { cart, problem } = useCart();
  const rates = useRead(() => readRates(supabase), "rates");
  const userId = session?.user.id;
  const address = useRead(
    async () => userId === undefined ? null : await lastAddress(supabase),
    `address ${userId}`,
  );
  const failed = problem ?? rates.problem ?? address.problem;
  if (cart === undefined || rates.value === undefined || address.value === undefined) {
    return (
      <Page key="asking" title={s.checkout}>
        <ProblemAlert problem={failed} />
        {failed === undefined && <Loading />}
      </Page>
    );
  }
  if (cart.lines.length === 0) {
    return (
      <Page key="empty" title={s.checkout}>
        <p>{s.emptyCart}</p>
        <ButtonLink href={shopPage}>{s.toShop}</ButtonLink>
      </Page>
    );
  }
  if (!cart.purchasable) {
    return (
      <Page key="not" title={s.checkout}>
        <p>{s.notPurchasable}</p>
        <ButtonLink href={cartPage}>{s.cart}</ButtonLink>
      </Page>
    );
  }
  return (
    <Page key="form" title={s.checkout}>
      {session === null && (
        <Paper component="details" withBorder p="md" mb="lg" maw="30rem">
          <summary>{s.haveAccount}</summary>
          <div className="within">
            <LogIn />
          </div>
        </Paper>
      )}
      <CheckoutFields key={userId} cart={cart} rates={rates.value} address={address.value} />
    </Page>
  );
}
