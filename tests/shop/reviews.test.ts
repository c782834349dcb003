/** Reviews as an application has them: supabase-js on the running stack. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { onSale } from "../support/products.ts";
import { insertOrder } from "../support/shop-rows.ts";
import { anonymous, call } from "../support/stack.ts";
import { signUp, signUpStaff } from "../support/users.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

Deno.test("reviews: a buyer writes, changes and removes one, everybody reads it, staff hide it", async () => {
  const [ada, stranger, staff] = await Promise.all([
    signUp({ name: "Ada Lovelace" }),
    signUp(),
    signUpStaff(),
  ]);
  const product = await onSale(sql, { stock: 0 });
  const { itemId } = await insertOrder(sql, { userId: ada.id, product, status: "delivered" });
  const item = { order_item_id: itemId, product_id: product.productId };
  const written = await ada.client.from("reviews")
    .insert({ ...item, rating: 4, comment: "<img src=x onerror=alert(1)> fine" })
    .select().single();
  assert.equal(written.error, null);
  const id = written.data!.id;
  const refused = await stranger.client.from("reviews").insert({ ...item, rating: 1 });
  assert.equal(refused.error?.code, "42501");

  const read = async () => {
    const { data, error } = await anonymous().rpc("product_reviews", {
      product_id: product.productId,
    });
    assert.equal(error, null);
    return (data as { reviews: Record<string, unknown>[] }).reviews;
  };
  const [shown] = await read();
  assert.deepEqual({ ...shown, created_at: "", id: "" }, {
    id: "",
    created_at: "",
    rating: 4,
    // As it was written, as text: whoever shows it escapes it.
    comment: "<img src=x onerror=alert(1)> fine",
    author_name: "Ada L.",
    avatar_url: null,
    verified: true,
  });
  assert.equal((await ada.client.from("reviews").update({ rating: 5 }).eq("id", id)).error, null);
  assert.equal((await read())[0]!["rating"], 5);

  const hidden = await staff.client.rpc("review_hide", { review_id: id, reason: "advertises" });
  assert.equal(hidden.error, null);
  assert.deepEqual(await read(), []);
  const { data: own } = await ada.client.from("reviews").select("hidden_reason").single();
  assert.deepEqual(own, { hidden_reason: "advertises" });
  assert.equal((await staff.client.rpc("review_show", { review_id: id })).error, null);
  assert.equal((await ada.client.from("reviews").delete().eq("id", id)).error, null);
  assert.deepEqual(await read(), []);
});

Deno.test("reviews: HTML in a comment is text, the same by each way out", async () => {
  const ada = await signUp({ name: "Ada Lovelace" });
  const product = await onSale(sql, { stock: 0 });
  const { itemId } = await insertOrder(sql, { userId: ada.id, product });
  const comment =
    `<script>alert("1")</script> &lt;b&gt; <a href='javascript:x'>é</a> \\u003c </textarea>`;
  const { data: written, error } = await ada.client.from("reviews")
    .insert({ order_item_id: itemId, product_id: product.productId, rating: 1, comment })
    .select("id, comment").single();
  assert.equal(error, null);
  assert.equal(written!.comment, comment);
  const { data: own } = await ada.client.from("reviews").select("comment").eq("id", written!.id)
    .single();
  assert.equal(own!.comment, comment);

  const { data: read } = await anonymous().rpc("product_reviews", {
    product_id: product.productId,
  });
  assert.equal((read as { reviews: { comment: string }[] }).reviews[0]!.comment, comment);
  const { data: listed } = await anonymous().from("products").select("slug")
    .eq("id", product.productId).single();
  const page = await call("GET", `products/${listed!.slug}`, { key: null });
  assert.equal(page.body.product.reviews[0].comment, comment);
  assert.equal(page.headers.get("content-type"), "application/json");
});
