/** The endpoint `products` over HTTP, as a shop's front end calls it. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { insertUser } from "../support/database.ts";
import { anonymous, call, stack } from "../support/stack.ts";
import { category, shelve, type Shelved } from "./shelf.ts";

const sql = connect();
/** A word that no other test's products have. */
const word = `w${crypto.randomUUID().slice(0, 8)}`;
const front = crypto.randomUUID();
let where: string;
let chair: Shelved, stool: Shelved, lamp: Shelved;

Deno.test.beforeAll(async () => {
  where = await category(sql, `chairs-${word}`);
  chair = await shelve(sql, where, {
    slug: `oak-chair-${word}`,
    en: `Oak chair ${word}`,
    fr: `Chaise en chêne ${word}`,
    description: "<script>alert(1)</script> & <b>sturdy</b>",
    attributes: { brand: "Acme", material: "oak" },
    prices: [9900, 4900],
    stock: 3,
  });
  stool = await shelve(sql, where, {
    en: `Stool ${word}`,
    attributes: { brand: "Acme" },
    prices: [2500],
    stock: 9,
  });
  lamp = await shelve(sql, await category(sql, `lamps-${word}`), { en: "Lamp", prices: [1500] });
  await sql`
    insert into public.product_images (product_id, path, alt_en, alt_fr, position)
    values (${chair.id}, ${`${chair.id}/${crypto.randomUUID()}.png`}, 'Side', 'Côté', 2),
      (${chair.id}, ${`${chair.id}/${front}.png`}, 'Front', 'Face', 1)`;
});
Deno.test.afterAll(async () => {
  await sql.end();
});

const list = (asked: Record<string, string>) =>
  call("GET", `products?${new URLSearchParams(asked)}`, { key: null });
const show = (product: string, query = "") =>
  call("GET", `products/${product}${query}`, { key: null });

Deno.test("products: a visitor without a key searches, filters and pages through the list", async () => {
  const first = await list({
    search: `oak chair ${word}`,
    sort: "price_desc",
    page_size: "1",
  });
  assert.equal(first.status, 200, JSON.stringify(first.body));
  const [card] = first.body.products;
  assert.deepEqual(card, {
    id: chair.id,
    slug: chair.slug,
    name: `Oak chair ${word}`,
    category: { id: where, slug: `chairs-${word}`, name: `The chairs-${word}` },
    attributes: { brand: "Acme", material: "oak" },
    min_amount: 4900,
    max_amount: 9900,
    currency: "EUR",
    in_stock: true,
    image: {
      url: card.image.url,
      alt: "Front",
    },
    rating: { count: 0, average: null },
    created_at: card.created_at,
  });
  assert.ok(
    card.image.url.endsWith(
      `/storage/v1/object/public/product-images/${chair.id}/${front}.png`,
    ),
  );
  const next = { search: word, sort: "price_desc", page_size: "1" };
  const whole = await list({ ...next, page_size: "100" });
  assert.equal(whole.body.next_cursor, null);
  const slugs: string[] = [];
  for (let cursor: string | null | undefined = undefined; cursor !== null;) {
    const { body } = await list({ ...next, ...(cursor !== undefined && { cursor }) });
    slugs.push(...body.products.map((one: { slug: string }) => one.slug));
    cursor = body.next_cursor as string | null;
  }
  assert.deepEqual(slugs, whole.body.products.map((one: { slug: string }) => one.slug));
});

Deno.test("products: a list tells its facets when asked, in the reader's language", async () => {
  const { body } = await list({
    search: word,
    facets: "true",
    locale: "fr",
    attributes: '{"brand":"Acme"}',
  });
  assert.equal(
    body.products.find((one: { id: string }) => one.id === chair.id).name,
    `Chaise en chêne ${word}`,
  );
  assert.equal(body.facets_capped, false);
  assert.equal(body.facets.products, 2);
  assert.deepEqual(body.facets.categories, [
    { id: where, slug: `chairs-${word}`, name: `Les chairs-${word}`, parent_id: null, count: 2 },
  ]);
  const without = await list({ search: word });
  assert.deepEqual([without.body.facets, without.body.facets_capped], [null, null]);
});

Deno.test("products: replies are kept half a minute, and 304 while nothing changed", async () => {
  for (const path of [`products?search=${word}`, `products/${chair.slug}`]) {
    const first = await call("GET", path, { key: null });
    assert.equal(
      first.headers.get("cache-control"),
      "public, max-age=30, stale-while-revalidate=60",
    );
    const tag = first.headers.get("etag")!;
    assert.match(tag, /^"[0-9a-f]{32}"$/);
    for (const named of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const again = await call("GET", path, { key: null, headers: { "if-none-match": named } });
      assert.deepEqual(
        [again.status, again.body, again.headers.get("etag")],
        [304, "", tag],
        named,
      );
      assert.equal(again.headers.get("access-control-allow-origin"), "*");
    }
    const other = await call("GET", path, { key: null, headers: { "if-none-match": '"other"' } });
    assert.equal(other.status, 200);
  }
  const before = await show(stool.slug);
  await sql`update public.variant_prices set unit_amount = 2600 where variant_id = ${stool
    .variants[0]!}`;
  const after = await call("GET", `products/${stool.slug}`, {
    key: null,
    headers: { "if-none-match": before.headers.get("etag")! },
  });
  assert.equal(after.status, 200);
  assert.equal(after.body.product.variants[0].unit_amount, 2600);
});

Deno.test("products: what is not asked rightly is 422 by the parameter's name", async () => {
  const wrong: [string, Record<string, string>][] = [
    ["/cursor", { cursor: "nonsense" }],
    ["/cursor", { cursor: "!" }],
    ["/cursor", { sort: "price_asc", cursor: (await list({ page_size: "1" })).body.next_cursor }],
    ["/page_size", { page_size: "101" }],
    ["/page_size", { page_size: "0" }],
    ["/sort", { sort: "relevance" }],
    ["/sort", { sort: "name" }],
    ["/attributes", { attributes: "brand" }],
    ["/attributes", { attributes: '{"brand":[]}' }],
    ["/attributes", { attributes: '{"brand":{"a":1}}' }],
    ["/attributes", { attributes: '{"brand":"\\u0000"}' }],
    ["/min_amount", { min_amount: "-1" }],
    ["/min_amount", { min_amount: "1.5" }],
    ["/locale", { locale: "de" }],
    ["/in_stock", { in_stock: "1" }],
    ["/page", { page: "2" }],
  ];
  for (const [pointer, asked] of wrong) {
    const { status, body } = await list(asked);
    assert.deepEqual(
      [status, body.code, body.errors?.[0].pointer],
      [422, "invalid_query", pointer],
      JSON.stringify(asked),
    );
  }
  assert.equal((await list({ category: "no-such-category" })).body.code, "category_not_found");
  assert.equal((await list({ price_list: "no-such-list" })).body.code, "price_list_not_found");
});

Deno.test("products/<slug or id>: the product with variants, prices, availability and images", async () => {
  const bySlug = await show(chair.slug);
  assert.equal(bySlug.status, 200, JSON.stringify(bySlug.body));
  const { product } = bySlug.body;
  assert.equal(product.id, chair.id);
  assert.deepEqual(product.categories.map((one: { slug: string }) => one.slug), [`chairs-${word}`]);
  assert.deepEqual(
    product.variants.map((
      one: Record<string, unknown>,
    ) => [one["id"], one["unit_amount"], one["availability"], one["few_left"]]),
    [[chair.variants[0], 9900, "few_left", 3], [chair.variants[1], 4900, "few_left", 3]],
  );
  assert.deepEqual(product.images.map((one: { alt: string }) => one.alt), ["Front", "Side"]);
  // Plain text, as it was written: whoever shows it escapes it.
  assert.equal(product.description, "<script>alert(1)</script> & <b>sturdy</b>");
  assert.equal(bySlug.headers.get("content-type"), "application/json");
  assert.deepEqual((await show(chair.id)).body.product, product);
  const french = await show(chair.slug, "?locale=fr");
  assert.equal(french.body.product.name, `Chaise en chêne ${word}`);
  assert.deepEqual(french.body.product.images.map((one: { alt: string }) => one.alt), [
    "Face",
    "Côté",
  ]);
});

Deno.test("products/<slug or id>: one that is unknown or not active is not there, nor is a path behind it", async () => {
  const hidden = await shelve(sql, where, { active: false });
  for (
    const product of [
      hidden.slug,
      hidden.id,
      crypto.randomUUID(),
      "no-such-product",
      "%C3%A9",
      "..%2f",
      "a%20b",
    ]
  ) {
    const { status, body } = await show(product);
    assert.deepEqual([status, body.code], [404, "product_not_found"], product);
  }
  for (const path of [`${chair.slug}/more`, "%00", "%ff", "x".repeat(101)]) {
    const { status, body } = await show(path);
    assert.deepEqual([status, body.code], [404, "not_found"], path);
  }
  const posted = await call("POST", `products/${chair.slug}`);
  assert.deepEqual([posted.status, posted.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
  // With a slash at its end it is the list.
  assert.ok(Array.isArray((await show("")).body.products));
});

Deno.test("products/<slug or id>: shows what was bought with it, then what is like it, and the newest reviews", async () => {
  const buyer = await insertUser(sql, { metadata: { name: "Ada Lovelace" } });
  const [order] = await sql`
    insert into public.orders (user_id, customer_email, price_list_id, currency, subtotal_amount, total_amount, expires_at, paid_at, status)
    values (${buyer}, 'ada@example.com', 'eur', 'EUR', 200, 200, now(), now(), 'paid') returning id`;
  const lines = await sql`
    insert into public.order_items (order_id, user_id, variant_id, product_id, position, sku, name_en, name_fr, unit_amount, quantity, subtotal_amount, total_amount)
    select ${
    order!["id"]
  }, ${buyer}, variant.id, variant.product_id, row_number() over (), variant.sku, 'Thing', 'Chose', 100, 1, 100, 100
    from public.product_variants as variant where variant.id in ${
    sql([chair.variants[0]!, lamp.variants[0]!])
  }
    returning id, product_id`;
  const line = lines.find((one) => one["product_id"] === chair.id)!;
  await sql`
    insert into public.reviews (product_id, user_id, order_item_id, rating, comment)
    values (${chair.id}, ${buyer}, ${line["id"]}, 4, 'Sits well.')`;
  const avatar = `/storage/v1/object/public/avatars/${buyer}/${front}.png`;
  await sql`update public.profiles set avatar_url = ${avatar} where id = ${buyer}`;
  const { product } = (await show(chair.slug)).body;
  assert.deepEqual(product.related.map((one: { id: string }) => one.id), [lamp.id, stool.id]);
  assert.deepEqual(product.rating, { count: 1, average: 4 });
  const [review] = product.reviews;
  assert.deepEqual([review.rating, review.comment, review.verified], [4, "Sits well.", true]);
  assert.deepEqual([review.author_name, review.avatar_url], ["Ada L.", stack.url + avatar]);
  delete review.avatar_url;
  assert.ok(!JSON.stringify(product).includes(buyer), "no reviewer's id but in the picture's path");
  // Who has chosen no name is not named, and takes the page from nobody.
  await sql`update public.profiles set name = '' where id = ${buyer}`;
  const unnamed = await show(chair.slug, "?locale=fr");
  assert.deepEqual([unnamed.status, unnamed.body.product.reviews[0].author_name], [200, null]);
});

Deno.test("products: supabase-js calls the same RPCs, and reads the tree of categories", async () => {
  const client = anonymous();
  const invoked = await client.functions.invoke(`products?search=${word}`, { method: "GET" });
  assert.equal(invoked.error, null);
  assert.equal(invoked.data.products.length, 2);
  const listed = await client.rpc("products_search", { search: word }).throwOnError();
  assert.equal((listed.data as { products: unknown[] }).products.length, 2);
  const { data } = await client.from("categories").select("slug").eq("id", where).throwOnError();
  assert.deepEqual(data, [{ slug: `chairs-${word}` }]);
  const written = await client.from("product_listings").delete().eq("product_id", chair.id);
  assert.equal(written.error?.code, "42501");
});
