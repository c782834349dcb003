/** Buying in a real browser, from the product's page to the mail: as guest, as user, and as one who becomes the other. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { connect } from "../support/connect.ts";
import { mailsTo, mailTo } from "../support/mails.ts";
import { call, stack } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { headingIs, logInOn } from "./browser.ts";
import { isAccessible, looksRight, photograph } from "./looks.ts";
import { onSharedStack } from "./in-chromium.ts";

const chromium = onSharedStack(Number(new URL(stack.siteUrl).port));
const { ignore } = chromium;
const confirmed = /is confirmed$|est confirmée$/;

/** What is sold in a test, found by a name that nobody else has. */
interface Goods {
  slug: string;
  name: string;
  productId: string;
  /** Of its two variants, S and M. */
  variantIds: [string, string];
  rate: string;
  code: string;
}

async function putOnSale({ stock = 20 } = {}): Promise<Goods> {
  const sql = connect();
  const unique = crypto.randomUUID().slice(0, 8);
  const goods = {
    slug: `lamp-${unique}`,
    name: `Lamp ${unique}`,
    rate: `Parcel ${unique}`,
    code: unique.toUpperCase(),
  };
  try {
    const [product] = await sql<{ id: string }[]>`
      with category as (
        insert into public.categories (slug, name_en, name_fr)
        values (${`lamps-${unique}`}, 'Lamps', 'Lampes') returning id
      )
      insert into public.products (slug, category_id, name_en, name_fr, description_en, description_fr)
      select ${goods.slug}, id, ${goods.name}, ${`Lampe ${unique}`}, 'Gives light.', 'Éclaire.'
      from category returning id`;
    const variants = await sql<{ id: string }[]>`
      insert into public.product_variants (product_id, sku, options, weight_grams, position)
      values (${product!.id}, ${`${unique}-s`}, '{"size": "S"}', 400, 0),
        (${product!.id}, ${`${unique}-m`}, '{"size": "M"}', 600, 1) returning id`;
    for (const [index, { id }] of variants.entries()) {
      await sql`
        insert into public.variant_prices (variant_id, price_list_id, unit_amount)
        values (${id}, 'eur', ${1990 + index * 500})`;
      await sql`select private.stock_change(${id}, 'counted', ${stock}, 0)`;
    }
    await sql`
      insert into public.shipping_rates (name_en, name_fr, price_list_id, amount, countries, min_days, max_days)
      values (${goods.rate}, ${`Colis ${unique}`}, 'eur', 490, '{FR,BE}', 2, 4)`;
    await sql`
      insert into public.discounts (code, kind, basis_points) values (${goods.code}, 'percent', 1000)`;
    return { ...goods, productId: product!.id, variantIds: [variants[0]!.id, variants[1]!.id] };
  } finally {
    await sql.end();
  }
}

/** The guest's way is looked at in both themes and at both widths, the others' as it is. */
async function shown(page: Page, name: string): Promise<void> {
  await (name.startsWith("guest") ? looksRight(page, name) : isAccessible(page));
}

/** Finds the goods in the list, opens them and puts two of size M into the cart. */
async function fillCart(page: Page, goods: Goods, name: string): Promise<void> {
  await page.goto("/shop");
  await page.getByLabel("Search for products").fill(goods.name);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("link", { name: goods.name }).waitFor();
  await shown(page, `${name}-list`);
  await page.getByRole("link", { name: goods.name }).click();
  await headingIs(page, goods.name);
  await page.getByLabel("M", { exact: true }).check();
  await page.getByLabel("Quantity").fill("2");
  await page.getByText("€24.90").waitFor();
  await shown(page, `${name}-product`);
  await page.getByRole("button", { name: "Add to the cart" }).click();
  await page.getByRole("link", { name: "Cart, 2 pieces" }).waitFor();
  await page.getByRole("link", { name: "To the cart" }).click();
  await headingIs(page, "Cart");
  await page.getByText("€49.80").first().waitFor();
}

/** From the cart to Stripe's page. */
async function checkOut(page: Page, goods: Goods, name: string, email?: string): Promise<void> {
  await page.getByRole("link", { name: "To the checkout" }).click();
  await headingIs(page, "Checkout");
  if (email !== undefined) await page.getByLabel("E-mail address").last().fill(email);
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("Street and number").fill("12 rue des Lilas");
  await page.getByLabel("Postal code").fill("69003");
  await page.getByLabel("City").fill("Lyon");
  await page.getByLabel("Country").selectOption("FR");
  await page.getByLabel(new RegExp(goods.rate)).check();
  await page.getByLabel(/^Discount code/).fill(goods.code.toLowerCase());
  await shown(page, `${name}-checkout`);
  await page.getByRole("button", { name: "Go on to payment" }).click();
  const alert = page.getByRole("alert");
  await Promise.race([
    page.waitForURL((url) => url.origin === new URL(stack.stripeUrl).origin),
    alert.waitFor().then(async () => assert.fail(await alert.innerText())),
  ]);
}

async function pay(page: Page): Promise<void> {
  await page.getByLabel("Card number").fill("4242 4242 4242 4242");
  await page.locator("form[action$='/pay'] button.full").click();
  await headingIs(page, "Thank you for your order");
}

/** The order's page has what was agreed on: 2 × 24.90, less 10 %, and the parcel. */
async function orderIsShown(page: Page): Promise<string> {
  await headingIs(page, /^Order [0-9A-Z]{10}$/);
  for (
    const text of ["Paid", "€24.90", "€49.80", "-€4.98", "€4.90", "€49.72", "12 rue des Lilas"]
  ) {
    await page.getByText(text, { exact: true }).first().waitFor();
  }
  const heading = await page.getByRole("heading", { level: 1 }).textContent();
  return heading!.replace("Order ", "");
}

async function receiptPrints(page: Page, number: string, name: string): Promise<void> {
  await page.getByRole("link", { name: "Receipt" }).click();
  await headingIs(page, `Receipt ${number}`);
  await page.getByText("Sold by").waitFor();
  await shown(page, `${name}-receipt`);
  await page.emulateMedia({ media: "print" });
  const printed = await page.locator("body").innerText();
  for (
    const text of [
      number,
      "Socle",
      "Ada Lovelace",
      "€24.90",
      "€49.80",
      "-€4.98",
      "€4.90",
      "€49.72",
      "Paid on",
    ]
  ) {
    assert.ok(printed.includes(text), `the receipt on paper lacks ${text}: ${printed}`);
  }
  assert.ok(await page.getByRole("button", { name: "Print" }).isHidden());
  assert.ok(await page.getByRole("navigation").isHidden());
  await photograph(page, `${name}-paper`);
  await page.emulateMedia({ media: null });
}

/** What was bought leaves the cart, by a job; what came since stays. */
async function cartHolds(page: Page, left: string): Promise<void> {
  await page.getByRole("link", { name: "Cart" }).click();
  await headingIs(page, "Cart");
  await waitFor("the bought lines to leave the cart", async () => {
    await page.reload();
    const known = page.getByText(/^(Subtotal|There is nothing in your cart\.)$/);
    await known.waitFor();
    return (await page.locator("main").innerText()).includes(left);
  });
}

/** The mail's own link to the order. */
function orderLink(text: string | null | undefined): string {
  const link = new RegExp(`${stack.siteUrl}/orders?[/?]\\S+`).exec(text ?? "")?.[0];
  assert.ok(link !== undefined, text ?? "the mail has no text");
  return link;
}

/** The list shows what other tests have on sale as well: a picture of theirs may have gone with its test. */
function ofThisShop(complaints: string[]): string[] {
  return complaints.filter((complaint) => !complaint.includes("/product-images/"));
}

Deno.test({
  name:
    "shop in Chromium: a guest buys, from the product's page to the mail, whose link opens the order",
  ignore,
  async fn() {
    const goods = await putOnSale();
    const email = freshAddress("guest");
    await using tab = await chromium.visit({
      viewport: { width: 390, height: 844 },
    });
    const { page, complaints } = tab;
    await fillCart(page, goods, "guest");
    await shown(page, "guest-cart");
    await checkOut(page, goods, "guest", email);
    await pay(page);
    await shown(page, "guest-return");
    await page.getByRole("link", { name: "See the order" }).click();
    const number = await orderIsShown(page);
    await shown(page, "guest-order");
    await cartHolds(page, "There is nothing in your cart.");
    assert.deepEqual(ofThisShop(complaints), []);

    const mail = await mailTo(email, confirmed, stack);
    assert.match(mail.subject, new RegExp(number));
    // Elsewhere, with nothing kept: the signature in the link is all that proves it.
    await using elsewhere = await chromium.visit();
    await elsewhere.page.goto(orderLink(mail.text));
    assert.equal(await orderIsShown(elsewhere.page), number);
    await receiptPrints(elsewhere.page, number, "guest");
    assert.equal((await mailsTo(email, stack)).length, 1);

    await elsewhere.page.goto(orderLink(mail.text));
    await elsewhere.page.getByRole("button", { name: "Cancel the order" }).click();
    await elsewhere.page.getByRole("button", { name: "Cancel it" }).click();
    await elsewhere.page.getByText(/^(Cancelled|Refunded)$/).first().waitFor();
    await mailTo(email, /cancelled/i, stack);

    // A link that somebody made up opens nothing.
    const forged = new URL(orderLink(mail.text));
    forged.searchParams.set("token", `${forged.searchParams.get("token")!.slice(0, -2)}xx`);
    await elsewhere.page.goto(forged.href);
    await elsewhere.page.getByRole("alert").getByText("order_not_found").waitFor();
  },
});

Deno.test({
  name:
    "shop in Chromium: a user buys what was put into the cart as a guest, and finds the order under the account",
  ignore,
  async fn() {
    const goods = await putOnSale();
    const user = await signUp();
    await using tab = await chromium.visit({
      viewport: { width: 1280, height: 900 },
    });
    const { page, complaints } = tab;
    await fillCart(page, goods, "user");
    await page.goto("/");
    await logInOn(page, user);
    await headingIs(page, "Welcome");
    await page.getByRole("link", { name: "Cart" }).click();
    await headingIs(page, "Cart");
    await page.getByText("€49.80").first().waitFor();
    assert.equal(
      await page.evaluate(`localStorage.getItem("socle.cart")`),
      null,
      "the guest's id is dead",
    );
    await page.getByRole("button", { name: new RegExp(`^One more of ${goods.name}`) }).click();
    await page.getByText("€74.70").first().waitFor();
    await page.getByRole("button", { name: new RegExp(`^One less of ${goods.name}`) }).click();
    await page.getByText("€49.80").first().waitFor();
    await shown(page, "user-cart");
    await checkOut(page, goods, "user");
    // In another tab, while this one is at Stripe's page.
    const since = await call("POST", "cart", {
      token: user.token,
      body: { variant_id: goods.variantIds[0] },
    });
    assert.equal(since.status, 200);
    await pay(page);
    await page.getByRole("link", { name: "See the order" }).click();
    const number = await orderIsShown(page);
    await shown(page, "user-order");
    await cartHolds(page, "Subtotal\n€19.90");

    const mail = await mailTo(user.email, confirmed, stack);
    await page.goto(orderLink(mail.text));
    assert.equal(await orderIsShown(page), number);
    await receiptPrints(page, number, "user");
    await page.getByRole("link", { name: "Orders" }).click();
    await headingIs(page, "Your orders");
    await page.getByRole("link", { name: number }).waitFor();
    await shown(page, "user-orders");
    assert.deepEqual(ofThisShop(complaints), []);

    // The link in a user's mail is for that user: whoever else opens it is asked to log in.
    await using elsewhere = await chromium.visit();
    await elsewhere.page.goto(orderLink(mail.text));
    await elsewhere.page.getByText("Log in to see this page.").waitFor();
  },
});

Deno.test({
  name:
    "shop in Chromium: what changed since it was put into the cart is said there, in French as well",
  ignore,
  async fn() {
    const goods = await putOnSale({ stock: 3 });
    await using tab = await chromium.visit({
      locale: "fr-FR",
      viewport: { width: 390, height: 844 },
    });
    const { page } = tab;
    await page.goto(`/shop/${goods.slug}`);
    await page.getByText("Plus que 3").waitFor();
    await page.getByLabel("Quantité").fill("3");
    await page.getByRole("button", { name: "Ajouter au panier" }).click();
    await page.getByRole("link", { name: "Voir le panier" }).click();
    await headingIs(page, "Panier");
    await page.getByRole("link", { name: "Passer la commande" }).waitFor();
    const sql = connect();
    try {
      await sql`select private.stock_change(${goods.variantIds[0]}, 'counted', -2, 0)`;
      await sql`update public.variant_prices set unit_amount = 2290 where variant_id = ${
        goods.variantIds[0]
      }`;
    } finally {
      await sql.end();
    }
    await page.reload();
    await page.getByText(/Le prix est passé de 19,90\s€ à 22,90\s€\./).waitFor();
    await page.getByText("Il n’en reste qu’un.").waitFor();
    assert.ok(await page.getByRole("link", { name: "Passer la commande" }).isHidden());
    await shown(page, "french-cart");
    await page.getByRole("button", { name: /^Un de moins/ }).click();
    await page.getByText(/45,80\s€/).first().waitFor();
    await page.getByRole("button", { name: /^Un de moins/ }).click();
    await page.getByRole("link", { name: "Passer la commande" }).click();
    await headingIs(page, "Commande");
    await shown(page, "french-checkout");
  },
});
