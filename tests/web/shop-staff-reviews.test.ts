/** Reviews as staff moderate them, in a browser. */
import assert from "node:assert/strict";
import type { Sql } from "../support/database.ts";
import { onSale } from "../support/products.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { asStaff } from "./as-staff.ts";
import { focusIsOnRow, headingIs, logInOn } from "./browser.ts";
import { looksRight } from "./looks.ts";

const world = asStaff();
const { chromium, ignore, staffTab } = world;

let sql: Sql;
let staff: TestUser;
Deno.test.beforeAll(() => void ({ sql, staff } = world));

/** A review of something that was paid for. */
async function review(rating: number, comment: string): Promise<string> {
  const buyer = await signUp({ on: chromium.started.at });
  const { variantId } = await onSale(sql, { name: "Chair" });
  const [order] = await sql<{ id: string }[]>`
    insert into public.orders (user_id, customer_email, price_list_id, currency, subtotal_amount,
      total_amount, expires_at, paid_at, status)
    values (${buyer.id}, ${buyer.email}, 'eur', 'EUR', 100, 100, now(), now(), 'paid') returning id`;
  const [line] = await sql<{ id: string; product_id: string }[]>`
    insert into public.order_items (order_id, user_id, variant_id, product_id, position, sku, name_en,
      name_fr, unit_amount, quantity, subtotal_amount, total_amount)
    select ${
    order!.id
  }, ${buyer.id}, variant.id, variant.product_id, 1, variant.sku, 'Chair', 'Chaise',
      100, 1, 100, 100
    from public.product_variants as variant where variant.id = ${variantId}
    returning id, product_id`;
  const { data, error } = await buyer.client.from("reviews")
    .insert({ order_item_id: line!.id, product_id: line!.product_id, rating, comment })
    .select("id").single();
  assert.equal(error, null);
  return data!.id;
}

Deno.test({
  name:
    "web: staff hide a review with a reason that its author reads, find it among the hidden, and show it again",
  ignore,
  async fn() {
    await review(4, "Sits well.");
    const id = await review(1, "Buy at example.org instead!\nHalf the price.");
    const hidden = async () =>
      (await sql`select hidden_reason from public.reviews where id = ${id}`)[0]!["hidden_reason"];
    await using tab = await staffTab("/staff/reviews");
    const { page, complaints } = tab;
    await headingIs(page, "Reviews");
    const row = page.getByRole("row").filter({ hasText: "example.org" });
    await row.getByText("1 of 5").waitFor();
    await row.getByRole("button", { name: "Hide" }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("advertises another shop");
    await dialog.getByRole("button", { name: "Hide" }).click();
    await row.getByText("advertises another shop").waitFor();
    assert.equal(await hidden(), "advertises another shop");
    await looksRight(page, "staff-reviews");

    await page.getByLabel("Status").selectOption("Hidden");
    await page.getByText("Sits well.").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Show again" }).press("Enter");
    // It stays where it was, and so does whoever uses the keyboard.
    await row.getByText("Shown").waitFor();
    await focusIsOnRow(page, "Hide");
    assert.equal(await hidden(), null);
    await page.reload();
    await page.getByText("Nothing was found.").waitFor();
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: whoever hides a review of a further page stays there; a reason of blanks is refused",
  ignore,
  async fn() {
    for (const comment of ["The third page", "The second page", "The first page"]) {
      await review(3, comment);
    }
    await using tab = await chromium.visit();
    const { page } = tab;
    await page.route("**/rpc/staff_reviews", (route) =>
      route.fallback({
        postData: JSON.stringify({ ...route.request().postDataJSON(), page_size: 1 }),
      }));
    await page.goto("/staff/reviews");
    await logInOn(page, staff);
    const more = page.getByRole("button", { name: "Show more" });
    for (const comment of ["The first page", "The second page"]) {
      await page.getByText(comment).waitFor();
      await more.click();
    }
    const row = page.getByRole("row").filter({ hasText: "The third page" });
    await row.getByRole("button", { name: "Hide" }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("        ");
    await dialog.getByRole("button", { name: "Hide" }).press("Enter");
    await dialog.getByRole("alert").getByText("Say why, in 5 to 500 characters").waitFor();
    await dialog.getByLabel("Reason").fill("names a person");
    await dialog.getByRole("button", { name: "Hide" }).press("Enter");
    await row.getByText("names a person").waitFor();
    await focusIsOnRow(page, "Show again");
    await page.getByText("The first page").waitFor();
  },
});
