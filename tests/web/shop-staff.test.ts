/** What staff do with the shop, in a browser: part of an order goes back, a file of the catalogue comes in. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Sql } from "../support/database.ts";
import { payPage } from "../support/pay-page.ts";
import { inCategory, onSale } from "../support/products.ts";
import { checkout, checkoutStatus, guest } from "../support/shopping.ts";
import { stripeSdk } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";
import { asStaff } from "./as-staff.ts";
import { headingIs, repliesLost } from "./browser.ts";
import { isAccessible, looksRight } from "./looks.ts";

const world = asStaff();
const { chromium, ignore, staffTab } = world;

let sql: Sql;
Deno.test.beforeAll(() => void ({ sql } = world));

/** A guest's order of three units at €12.50, paid on Stripe's page. */
async function paidOrder() {
  const { variantId } = await onSale(sql, { stock: 10, price: 1250, sku: "SHIRT-M" });
  const { buyer, email } = guest();
  const { body } = await checkout(buyer, {
    items: [{ variant_id: variantId, quantity: 3 }],
    email,
    price_list: "eur",
  }, chromium.started.at);
  await payPage(body.checkout_url);
  const asked = { session_id: body.session_id, order_token: body.order_token };
  await waitFor(
    "the order to be paid",
    async () =>
      (await checkoutStatus(buyer, asked, chromium.started.at)).body.order?.status === "paid",
  );
  return {
    id: body.order_id,
    number: body.order_number,
    email,
    session: body.session_id,
    variantId,
  };
}

Deno.test({
  name:
    "web: an order is found by its buyer, one unit of it goes back into stock, and the rest is sent",
  ignore,
  async fn() {
    const order = await paidOrder();
    await using tab = await staffTab("/staff/orders");
    const { page, complaints } = tab;
    await page.getByLabel("Number or buyer's address").fill(order.email);
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("link", { name: order.number }).click();
    await headingIs(page, `Order ${order.number}`);
    await isAccessible(page);

    await page.getByRole("button", { name: "Refund lines" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Shirt (SHIRT-M)").fill("1");
    await dialog.getByLabel("They are in stock again").check();
    await dialog.getByLabel("Occasion").selectOption("returned");
    await dialog.getByLabel("Reason").fill("one was too small");
    await looksRight(page, "staff-order-refund");
    await dialog.getByRole("button", { name: "Refund lines" }).click();
    const refunds = page.getByRole("region", { name: "Refunds" });
    await refunds.getByText("Returned").waitFor();
    await refunds.getByText("€12.50").waitFor();
    await page.getByText("Partly refunded").first().waitFor();
    const { payment_intent } = await stripeSdk(chromium.started.at).checkout.sessions.retrieve(
      order.session,
    );
    const atStripe = await stripeSdk(chromium.started.at).refunds.list({
      payment_intent: payment_intent as string,
    });
    assert.deepEqual(atStripe.data.map(({ amount }) => amount), [1250]);
    const [stock] = await sql`
      select on_hand from private.stock where variant_id = ${order.variantId}`;
    assert.equal(stock!["on_hand"], 8, "of ten, three were sold and one came back");

    await page.getByRole("button", { name: "Send", exact: true }).click();
    await dialog.getByLabel("Carrier").fill("Colissimo");
    await dialog.getByLabel("Tracking number").fill("6A123");
    await dialog.getByLabel("Reason").fill("packed by Ada");
    await looksRight(page, "staff-order-send");
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("Colissimo 6A123").waitFor();
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: a file is tried, its wrong line is told, and imported the others are on sale",
  ignore,
  async fn() {
    const category = await inCategory(sql);
    const [{ slug } = { slug: "" }] = await sql<{ slug: string }[]>`
      select slug from public.categories where id = ${category}`;
    const file = [
      "sku,product,category,name_en,name_fr,price:eur,stock",
      `BOWL-1,wooden-bowl,${slug},Wooden bowl,Bol en bois,24.50,7`,
      `BOWL-2,wooden-bowl,${slug},Wooden bowl,Bol en bois,24.505,7`,
    ].join("\n");
    await using tab = await staffTab("/staff/catalogue", { viewport: { width: 390, height: 844 } });
    const { page, complaints } = tab;
    await headingIs(page, "Import, export");
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "File" }).click();
    await (await chooser).setFiles({
      name: "spring bowls.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(file),
    });
    const lost = await repliesLost(page, "catalogue-import");
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByRole("alert").waitFor();
    await lost.mend();
    assert.equal(lost.statuses[0], 202);
    assert.match(complaints.splice(0).join(), /503/);
    // Again is the same import, of the same file.
    await page.getByRole("button", { name: "Try it" }).click();
    await headingIs(page, "spring-bowls.csv");
    const [tries] = await sql`select count(*)::int as count from public.catalogue_imports
      where path like '%-spring-bowls.csv'`;
    assert.equal(tries!["count"], 1);
    const errors = page.getByRole("region", { name: "Errors" });
    await errors.getByText(/EUR/).waitFor();
    await errors.getByText("price:eur").waitFor();
    await page.getByText("This is a try").waitFor();
    const written = await sql`select id from public.products where slug = 'wooden-bowl'`;
    assert.equal(written.length, 0);
    await looksRight(page, "staff-import-tried");

    await page.getByRole("button", { name: "Import it" }).click();
    await page.getByText("This is a try").waitFor({ state: "hidden" });
    await page.getByText("Done").waitFor();
    const variants = await sql`
      select sku from public.product_variants where sku like 'BOWL-%'`;
    assert.deepEqual(variants.map(({ sku }) => sku), ["BOWL-1"]);
    await looksRight(page, "staff-import");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: a new product gets a variant, a price, stock with its movement, and an image",
  ignore,
  async fn() {
    await inCategory(sql);
    await using tab = await staffTab("/staff/products/new");
    const { page, complaints } = tab;
    await page.getByLabel("Name in English").waitFor();
    await looksRight(page, "staff-product-new");
    await page.getByLabel("Name in English").fill("Brass lamp");
    await page.getByLabel("Name in French").fill("Lampe en laiton");
    await page.getByLabel("Slug").fill("brass-lamp");
    await page.getByRole("button", { name: "Save" }).click();
    await headingIs(page, "Brass lamp");
    await page.getByLabel("SKU").fill("LAMP-1");
    await page.getByLabel("Options").fill("colour: brass");
    await page.getByRole("button", { name: "Add the variant" }).click();
    const variant = page.getByRole("region", { name: "LAMP-1 · brass" });
    await variant.getByLabel("Price by eur, in EUR").fill("89,90");
    await variant.getByRole("button", { name: "Save" }).click();
    await variant.getByText("Saved.").waitFor();
    await variant.getByRole("button", { name: "Adjust" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Units").fill("12");
    await dialog.getByLabel("Reason").fill("a delivery of Monday");
    await looksRight(page, "staff-stock");
    await dialog.getByRole("button", { name: "Adjust" }).click();
    await variant.getByText("Movements").click();
    await variant.getByRole("row", { name: /a delivery of Monday \+12/ }).waitFor();

    const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 64, height: 64 } });
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Add an image" }).click();
    await (await chooser).setFiles({ name: "lamp.png", mimeType: "image/png", buffer: picture });
    const images = page.getByRole("region", { name: "Images" });
    await images.getByRole("img", { name: "Brass lamp" }).waitFor();
    await isAccessible(page);
    const [row] = await sql`
      select price.unit_amount::int as unit_amount, held.on_hand, count(image.id)::int as images
      from public.product_variants as variant
      join public.variant_prices as price on price.variant_id = variant.id
      join private.stock as held on held.variant_id = variant.id
      join public.product_images as image on image.product_id = variant.product_id
      where variant.sku = 'LAMP-1' group by 1, 2`;
    assert.deepEqual({ ...row }, { unit_amount: 8990, on_hand: 12, images: 1 });
    await images.getByRole("button", { name: "Remove: Brass lamp" }).click();
    await images.getByText("None yet.").waitFor();
    assert.deepEqual(complaints, []);
  },
});
