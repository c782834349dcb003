/** The shop in a real browser: finding things, saying what one thinks of them, and giving them back. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { connect } from "../support/connect.ts";
import { insertPaidOrder } from "../support/shop.ts";
import { call } from "../support/stack.ts";
import { signUp, signUpStaff } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { headingIs, logInOn } from "./browser.ts";
import { looksRight } from "./looks.ts";
import { onSharedStack } from "./in-chromium.ts";

const chromium = onSharedStack();
const { ignore } = chromium;

const wide = { viewport: { width: 1280, height: 800 } };

/** Sixty products of one category: of brands by turns, from €10.00 on, every tenth sold out. */
async function sixty(): Promise<{ unique: string; category: string }> {
  const sql = connect();
  const unique = crypto.randomUUID().slice(0, 8);
  try {
    await sql`
      with category as (
        insert into public.categories (slug, name_en, name_fr)
        values (${`things-${unique}`}, ${`Things ${unique}`}, ${`Choses ${unique}`}) returning id
      ), product as (
        insert into public.products (slug, category_id, name_en, name_fr, attributes, created_at)
        select ${unique} || '-' || n, category.id, 'Thing ' || n || ${` ${unique}`},
          'Chose ' || n || ${` ${unique}`},
          jsonb_build_object('brand', (array['Acme', 'Bolt', 'Crane'])[n % 3 + 1]),
          now() - make_interval(hours => n)
        from category, generate_series(1, 60) as n returning id, slug
      ), variant as (
        insert into public.product_variants (product_id, sku) select id, slug from product
        returning id, sku
      )
      insert into public.variant_prices (variant_id, price_list_id, unit_amount)
      select id, 'eur', 900 + 100 * split_part(sku, '-', 2)::integer from variant`;
    await sql`
      select private.stock_change(id, 'counted', 20, 0) from public.product_variants
      where sku like ${`${unique}-%`} and split_part(sku, '-', 2)::integer % 10 > 0`;
  } finally {
    await sql.end();
  }
  return { unique, category: `/shop?category=things-${unique}` };
}

const cards = (page: Page) => page.locator("article.card");

/** Waits for the list's own words on how many match. */
async function counted(page: Page, count: string): Promise<void> {
  await page.getByRole("status").getByText(count, { exact: true }).waitFor();
}

/** A tab at the list of sixty products of its own. */
async function atSixty() {
  const { unique, category } = await sixty();
  const tab = await chromium.visit(wide);
  await tab.page.goto(category);
  await counted(tab.page, "60 products");
  return { ...tab, unique };
}

const query = (page: Page, name: string) => new URL(page.url()).searchParams.getAll(name);

Deno.test({
  name: "shop in Chromium: an answer that comes after one went back does not replace the list",
  ignore,
  async fn() {
    await using tab = await atSixty();
    const { page, complaints, unique } = tab;
    const isBack = Promise.withResolvers<void>();
    const isSearch = (url: URL) =>
      /\/products$/.test(url.pathname) && url.searchParams.has("search");
    await page.route(isSearch, async (route) => {
      await isBack.promise;
      await route.continue();
    });
    const answered = page.waitForResponse((reply) => {
      const url = new URL(reply.url());
      return isSearch(url) && url.searchParams.get("page_size") === "24";
    });
    await page.getByLabel("Search for products").fill(`thing 7 ${unique}`);
    await page.waitForURL((url) => url.searchParams.has("search"));
    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has("search"));
    isBack.resolve();
    await (await answered).finished();
    // What the page makes of it, it does at once.
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))");
    assert.equal(await cards(page).count(), 24);
    await counted(page, "60 products");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name:
    "shop in Chromium: filters are in the address, go back by back, and show what else they would give",
  ignore,
  async fn() {
    const { unique, category } = await sixty();
    await using tab = await chromium.visit(wide);
    const { page, complaints } = tab;
    await page.goto(category);
    await headingIs(page, `Things ${unique}`);
    await counted(page, "60 products");
    await page.getByLabel(/^Acme/).check();
    await counted(page, "20 products");
    await page.getByLabel(/^Bolt 20$/).check();
    await counted(page, "40 products");
    assert.deepEqual(query(page, "is.brand"), ["Acme", "Bolt"]);
    await page.goBack();
    await counted(page, "20 products");
    assert.deepEqual(query(page, "is.brand"), ["Acme"]);
    assert.equal(await page.getByLabel(/^Bolt/).isChecked(), false);
    await page.getByLabel("In stock").check();
    await counted(page, "18 products");
    await page.getByLabel("From", { exact: true }).fill("40");
    await page.getByRole("button", { name: "Apply the prices" }).click();
    await counted(page, "9 products");
    assert.deepEqual(query(page, "min"), ["4000"]);
    await page.getByLabel("Sort by").selectOption("price_desc");
    await cards(page).first().getByText("€66.00").waitFor();
    await looksRight(page, "shop-list");
    await page.getByRole("button", { name: "Remove the filter In stock" }).click();
    await counted(page, "10 products");
    await page.getByRole("button", { name: "Remove all" }).click();
    await page.waitForURL((url) => !url.searchParams.has("category"));

    await page.goto(category);
    await page.getByLabel("Search for products").fill(`thing 7 ${unique}`);
    // Nobody presses anything: it is searched for while one types.
    await page.waitForURL((url) => url.searchParams.get("search") === `thing 7 ${unique}`);
    await page.getByRole("link", { name: `Thing 7 ${unique}`, exact: true }).waitFor();
    await page.goBack();
    await counted(page, "60 products");
    assert.equal(await page.getByLabel("Search for products").inputValue(), "");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name:
    "shop in Chromium: the list reads on by scrolling or by key, and is there again after a product",
  ignore,
  async fn() {
    await using tab = await atSixty();
    const { page, complaints, unique } = tab;
    assert.equal(await cards(page).count(), 24);
    const more = page.getByRole("button", { name: "Show more" });
    await more.focus();
    await page.keyboard.press("Enter");
    // The focus goes on with the first of those that came.
    await waitFor("the focus on a card that came", async () => {
      const at = await page.evaluate<number>(
        "[...document.querySelectorAll('article.card')].findIndex((one) => one.contains(document.activeElement))",
      );
      return at >= 24;
    });
    await waitFor("the end of the list", async () => {
      await page.mouse.wheel(0, 4000);
      return await cards(page).count() === 60;
    });
    await more.waitFor({ state: "detached" });
    const names = await cards(page).getByRole("heading").allTextContents();
    assert.equal(new Set(names).size, 60, "each once");

    await page.getByRole("link", { name: `Thing 55 ${unique}`, exact: true }).click();
    await headingIs(page, `Thing 55 ${unique}`);
    await page.goBack();
    await counted(page, "60 products");
    assert.equal(await cards(page).count(), 60);
    await page.waitForFunction("scrollY > 1000");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "shop in Chromium: at 390 px the filters are in a drawer",
  ignore,
  async fn() {
    const { category } = await sixty();
    await using tab = await chromium.visit({ viewport: { width: 390, height: 844 } });
    const { page, complaints } = tab;
    await page.goto(category);
    await page.getByRole("button", { name: "Filters (1)" }).click();
    const drawer = page.getByRole("dialog", { name: "Filters" });
    await drawer.getByLabel(/^Crane/).check();
    await drawer.getByRole("button", { name: "Show all 20" }).waitFor();
    await looksRight(page, "shop-filters");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "Filters (2)" }).click();
    await drawer.getByRole("button", { name: "Show all 20" }).click();
    await drawer.waitFor({ state: "detached" });
    await counted(page, "20 products");
    assert.deepEqual(complaints, []);
  },
});

/** An order that somebody has paid, of one variant on sale, and its product. */
async function bought(userId: string) {
  const { unique } = await sixty();
  const sql = connect();
  try {
    const [variant] = await sql`
      select variant.id, variant.product_id, product.slug from public.product_variants as variant
      join public.products as product on product.id = variant.product_id
      where variant.sku = ${`${unique}-1`}`;
    const order = await insertPaidOrder(sql, {
      userId,
      lines: [{
        variant: {
          id: variant!["id"],
          productId: variant!["product_id"],
          unitAmount: 1000,
          currency: "EUR",
        },
        quantity: 2,
      }],
    });
    return { orderId: order.id, slug: variant!["slug"] as string };
  } finally {
    await sql.end();
  }
}

Deno.test({
  name: "shop in Chromium: who bought it says so, changes it and takes it back; others read it",
  ignore,
  async fn() {
    const user = await signUp({ name: "Grace Hopper" });
    const { slug } = await bought(user.id);
    await using tab = await chromium.visit(wide);
    const { page, complaints } = tab;
    await page.goto(`/shop/${slug}`);
    await page.getByText("Nobody has said anything yet.").waitFor();
    await page.goto("/log-in");
    await logInOn(page, user);
    await headingIs(page, "Welcome");
    await page.goto(`/shop/${slug}`);
    await page.getByRole("button", { name: "Write a review" }).click();
    await page.getByLabel("4 of 5 stars").check();
    await page.getByLabel("In your words").fill("<b>Stands</b> on four legs.");
    await page.getByRole("button", { name: "Publish the review" }).click();
    await page.getByText("Your review").waitFor();
    await page.getByText("<b>Stands</b> on four legs.").waitFor();
    await looksRight(page, "shop-product");
    await page.getByRole("button", { name: "Change the review" }).click();
    await page.getByLabel("5 of 5 stars").check();
    await page.getByLabel("In your words").fill("Stands well.");
    await page.getByRole("button", { name: "Save the review" }).click();
    await page.getByText("Stands well.").waitFor();

    await using elsewhere = await chromium.visit({ locale: "fr-FR" });
    await elsewhere.page.goto(`/shop/${slug}`);
    await elsewhere.page.getByText("Grace H.").waitFor();
    await elsewhere.page.getByText("Stands well.").waitFor();
    assert.equal(await elsewhere.page.getByRole("button", { name: "Donner un avis" }).count(), 0);

    await page.getByRole("button", { name: "Remove the review" }).click();
    await page.getByRole("button", { name: "Write a review" }).waitFor();
    const { data } = await user.client.from("reviews").select("id");
    assert.deepEqual(data, []);
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name:
    "shop in Chromium: a line of an order that came is asked to be sent back, and the order says so",
  ignore,
  async fn() {
    const [user, staff] = [await signUp(), await signUpStaff()];
    const { orderId } = await bought(user.id);
    const shipped = await call("POST", "order-ship", {
      token: staff.token,
      body: { order_id: orderId, carrier: "Colissimo", tracking_number: "6A1" },
    });
    assert.equal(shipped.status, 200, JSON.stringify(shipped.body));
    await using tab = await chromium.visit(wide);
    const { page, complaints } = tab;
    await page.goto(`/orders/${orderId}`);
    await logInOn(page, user);
    await headingIs(page, /^Order /);
    const timeline = page.getByRole("region", { name: "What happened" });
    assert.deepEqual(
      await timeline.getByRole("listitem").evaluateAll((items) =>
        items.map((item) => (item as { innerText: string }).innerText.split("\n")[0])
      ),
      ["Ordered", "Paid", "Shipped"],
    );
    await page.getByText("Sent by Colissimo: 6A1").waitFor();
    assert.equal(await page.getByRole("button", { name: "Cancel the order" }).count(), 0);

    await page.getByRole("button", { name: "Send something back" }).click();
    const dialog = page.getByRole("dialog", { name: "Send something back" });
    await dialog.getByLabel("Why").fill("One is enough.");
    await dialog.getByRole("button", { name: "Ask for the return" }).click();
    await dialog.getByText("Say how many of at least one of them.").waitFor();
    await dialog.getByLabel(/how many of 2$/).fill("1");
    await dialog.getByRole("button", { name: "Ask for the return" }).click();
    await dialog.waitFor({ state: "detached" });
    await timeline.getByText("Return asked for").waitFor();
    await page.getByText("You said: One is enough.").waitFor();
    await looksRight(page, "shop-order");
    const { data } = await user.client.from("order_returns").select("state, lines");
    assert.equal(data!.length, 1);
    assert.equal((data![0]!.lines as { quantity: number }[])[0]!.quantity, 1);
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name:
    "shop in Chromium: with a site key the checkout of a guest sends the captcha's token, each once",
  ignore,
  async fn() {
    const { unique } = await sixty();
    await using tab = await chromium.visit(wide);
    const { page } = tab;
    await page.route("**/config.json", async (route) => {
      const reply = await route.fetch();
      await route.fulfill({ json: { ...await reply.json(), turnstileSiteKey: "0xKEY" } });
    });
    // As Turnstile's own script does: a hidden field in the form, removed with the widget.
    await page.route("https://challenges.cloudflare.com/**", (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: `let turn = 0; window.turnstile = {
          render(place, options) {
            place.innerHTML = '<input type="hidden" name="' + options["response-field-name"] +
              '" value="' + options.sitekey + "-" + ++turn + '">';
            return place;
          },
          remove(place) { place.innerHTML = ""; },
        };`,
      }));
    // Nothing is sent, whatever other tests ship by: no address is asked for.
    await page.route("**/rest/v1/shipping_rates*", (route) => route.fulfill({ json: [] }));
    const tokens: (string | undefined)[] = [];
    await page.route("**/functions/v1/checkout-create", async (route) => {
      if (route.request().method() !== "POST") return await route.fallback();
      tokens.push(route.request().postDataJSON().captcha_token);
      await route.fulfill({
        status: 403,
        headers: { "access-control-allow-origin": "*" },
        contentType: "application/problem+json",
        body: JSON.stringify({ code: "captcha_failed", title: "Captcha failed", status: 403 }),
      });
    });
    await page.goto(`/shop/${unique}-1`);
    await page.getByRole("button", { name: "Add to the cart" }).click();
    await page.getByRole("link", { name: "To the cart" }).click();
    await page.getByRole("link", { name: "To the checkout" }).click();
    await page.getByLabel("E-mail address").last().fill("guest@example.com");
    for (const turn of [1, 2]) {
      await page.locator("input[name=captcha_token]").waitFor({ state: "attached" });
      await page.getByRole("button", { name: "Go on to payment" }).click();
      await waitFor("the request", () => Promise.resolve(tokens.length === turn));
      await page.getByRole("alert").getByText("captcha_failed").waitFor();
    }
    assert.equal(new Set(tokens).size, 2);
    assert.ok(tokens.every((token) => token?.startsWith("0xKEY-")), tokens.join());
  },
});
