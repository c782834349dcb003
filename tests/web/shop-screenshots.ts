/** The shop's pages, for their pictures. */
import { cartPage, checkoutPage, shopPage } from "../../supabase/functions/_shared/shop/pages.ts";
import type { Page } from "playwright-core";
import { open, type Walk } from "./screenshots.ts";

const products = (page: Page) => page.locator(`a[href^='${shopPage}/']`);

/** From the list to the checkout. */
async function buying(
  tab: Parameters<Walk["go"]>[0],
  picture: Parameters<Walk["go"]>[1],
  suffix: string,
): Promise<void> {
  await open(tab, shopPage);
  await picture(`shop-list${suffix}`);
  await products(tab.page).first().click();
  await tab.page.waitForURL(`**${shopPage}/*`);
  await tab.page.waitForLoadState("networkidle");
  await picture(`shop-product${suffix}`);
  const added = tab.page.waitForResponse((reply) =>
    reply.request().method() === "POST" && new URL(reply.url()).pathname.endsWith("/cart")
  );
  await tab.page.getByRole("button", { name: /^(Add to|Ajouter)/ }).first().click();
  await added;
  await open(tab, cartPage);
  await picture(`shop-cart${suffix}`);
  await open(tab, checkoutPage);
  await picture(`shop-checkout${suffix}`);
}

/** As a guest in both languages, as one who has bought, and as staff. */
export const shopWalks: Walk[] = [
  { go: (tab, picture) => buying(tab, picture, "") },
  { locale: "fr-FR", go: (tab, picture) => buying(tab, picture, "-fr") },
  {
    as: "shopper",
    async go(tab, picture) {
      await open(tab, "/orders");
      await picture("shop-orders");
      const path = await tab.page.locator("a[href^='/orders/']").first().getAttribute("href");
      await open(tab, path!);
      await picture("shop-order");
      await open(tab, `${path}/receipt`);
      await picture("shop-receipt");
    },
  },
  {
    as: "staff",
    async go(tab, picture) {
      for (const name of ["orders", "products"]) {
        await open(tab, `/staff/${name}`);
        await picture(`staff-${name}`);
        const one = tab.page.locator(`main a[href^='/staff/${name}/']:not([href$='/new'])`);
        await open(tab, (await one.first().getAttribute("href"))!);
        await picture(`staff-${name.slice(0, -1)}`);
      }
      await open(tab, "/staff/catalogue");
      await picture("staff-catalogue");
    },
  },
];
