/** Exports of the catalogue: what they write an import reads as what it was; parts, links, their end. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { catalogueFilesSweep } from "../../supabase/functions/_shared/shop/jobs/catalogue-export.ts";
import { exportNextPart } from "../../supabase/functions/_shared/shop/export/export.ts";
import { asServer, refused } from "../support/callers.ts";
import { type CatalogueFiles, catalogueFiles } from "../support/catalogue-files.ts";
import { insertUser } from "../support/database.ts";
import { death } from "../support/dying-operator.ts";

let files: CatalogueFiles;
Deno.test.beforeAll(async () => {
  files = await catalogueFiles();
  await files.sql`
    insert into public.categories (slug, name_en, name_fr)
    values ('chairs', 'Chairs', 'Chaises'), ('lamps', 'Lamps', 'Lampes')`;
  await files.sql`
    insert into public.price_lists (id, currency) values ('yen', 'JPY'), ('dinar', 'KWD')`;
});
Deno.test.afterAll(async () => {
  await files?.[Symbol.asyncDispose]();
});

/** Small, so that few rows make many parts. */
const limits = { bytes: 1500, rows: 3 };

const start = async (staff = files.staff) => {
  const { data, error } = await files.admin.rpc("catalogue_export_start", { staff });
  if (error !== null) throw error;
  return data;
};
async function exportOf(id: string) {
  const [row] = await files.sql<
    { state: string; parts: number; rows_done: number; expires_at: string }[]
  >`
    select state, parts, rows_done, expires_at from public.catalogue_exports where id = ${id}`;
  return row!;
}
async function finish(id: string, most = limits) {
  while ((await exportOf(id)).state === "running") await exportNextPart(files.admin, id, most);
}
async function partsOf(id: string): Promise<Uint8Array[]> {
  const { parts } = await exportOf(id);
  return await Promise.all(Array.from({ length: parts }, async (_, n) => {
    const name = `${id}/catalogue-${String(n + 1).padStart(3, "0")}.csv`;
    const { data, error } = await files.admin.storage.from("catalogue-exports").download(name);
    if (error !== null) throw error;
    return await data.bytes();
  }));
}

// Text that a careless writer or reader would change.
const nasty = fc.array(
  fc.constantFrom(
    "=",
    "-",
    "+",
    "@",
    "'",
    '"',
    ",",
    ";",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "(none)",
    "é",
    "𝄞",
    "A",
    "0",
    "\\",
  ),
  { minLength: 1, maxLength: 6 },
).map((parts) => parts.join(""));
const record = fc.dictionary(nasty, nasty, { maxKeys: 2 });
const sku = fc.stringMatching(/^[!-~]{1,12}$/);
const price = fc.option(fc.record({
  unit_amount: fc.integer({ min: 0, max: 99_998_999 }),
  more: fc.option(fc.integer({ min: 1, max: 1000 })),
}));
// Stripe charges them in tens.
const dinars = price.map((one) =>
  one && { ...one, unit_amount: Math.floor(one.unit_amount / 10) * 10 }
);
const variantOf = fc.record({
  sku,
  options: record,
  weight_grams: fc.nat(10_000_000),
  low_stock: fc.nat(10_000),
  position: fc.nat(),
  active: fc.boolean(),
  stock: fc.nat(1000),
  reserved: fc.nat(5),
  prices: fc.record({ eur: price, yen: price, dinar: dinars }),
});
const productOf = fc.record({
  category: fc.constantFrom("chairs", "lamps"),
  name_en: nasty,
  name_fr: nasty,
  description_en: fc.oneof(nasty, fc.constant("")),
  description_fr: fc.oneof(nasty, fc.constant("")),
  attributes: record,
  tax_code: fc.option(fc.constant("txcd_99999999")),
  active: fc.boolean(),
  variants: fc.array(variantOf, { minLength: 1, maxLength: 3 }),
});

type Product = typeof productOf extends fc.Arbitrary<infer T> ? T : never;

async function emptied() {
  await files.sql`alter table private.stock_movements disable trigger user`;
  await files.sql`delete from private.stock_movements`;
  await files.sql`alter table private.stock_movements enable trigger user`;
  await files.sql`delete from public.products`;
}

async function fill(products: Product[]) {
  const { sql } = files;
  for (const [index, { category, variants, attributes, ...product }] of products.entries()) {
    const [made] = await sql<{ id: string }[]>`
      insert into public.products (
        slug, category_id, name_en, name_fr, description_en, description_fr, attributes, tax_code, active
      )
      select ${`product-${index}`}, id, ${product.name_en}, ${product.name_fr},
        ${product.description_en}, ${product.description_fr}, ${sql.json(attributes)},
        ${product.tax_code}, ${product.active}
      from public.categories where slug = ${category}
      returning id`;
    for (const variant of variants) {
      const [one] = await sql<{ id: string }[]>`
        insert into public.product_variants (
          product_id, sku, options, weight_grams, low_stock, position, active
        )
        values (
          ${made!.id}, ${variant.sku}, ${sql.json(variant.options)}, ${variant.weight_grams},
          ${variant.low_stock}, ${variant.position}, ${variant.active}
        )
        on conflict (sku) do nothing returning id`;
      if (one === undefined) continue;
      if (variant.stock > 0) {
        await sql`select private.stock_change(${one.id}, 'adjusted', ${variant.stock}, 0)`;
        const held = Math.min(variant.reserved, variant.stock);
        if (held > 0) await sql`select private.stock_change(${one.id}, 'reserved', 0, ${held})`;
      }
      for (const [list, found] of Object.entries(variant.prices)) {
        if (found === null) continue;
        await sql`
          insert into public.variant_prices (variant_id, price_list_id, unit_amount, compare_at_amount)
          values (${one.id}, ${list}, ${found.unit_amount},
            ${found.more === null ? null : found.unit_amount + found.more})`;
      }
    }
  }
}

/** Without what tells when: for a catalogue that was made anew. */
const timeless = (rows: unknown) =>
  JSON.parse(
    JSON.stringify(rows ?? [], (key, value) =>
      /_at$|^reserved$/.test(key) && key !== "compare_at" ? undefined : value),
  );

Deno.test("export, then import: nothing changes; into an empty catalogue: all is as it was, whatever the text", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(productOf, { minLength: 1, maxLength: 4 }), async (products) => {
      await emptied();
      await fill(products);
      const before = await files.catalogue();
      const id = await start();
      await finish(id);
      const parts = await partsOf(id);
      for (const part of parts) {
        const told = await files.import(part);
        assert.deepEqual([told.state, told.errors], ["done", []]);
        assert.deepEqual([told.counts[0], told.counts[1]], [0, 0], "created, updated");
      }
      assert.deepEqual(await files.catalogue(), before);
      await emptied();
      for (const part of parts) assert.deepEqual((await files.import(part)).errors, []);
      assert.deepEqual(timeless(await files.catalogue()), timeless(before));
    }),
    { numRuns: 8 },
  );
});

Deno.test("export: no cell begins as a formula", async () => {
  await emptied();
  await files.import(
    "sku,product,category,name_en,name_fr\n" +
      `=cmd,a,chairs,"'=HYPERLINK(""http://evil"")",'@SUM\n-1,a,,'-2+3,'+1\n`,
  );
  const id = await start();
  await finish(id);
  const text = new TextDecoder().decode((await partsOf(id))[0]);
  assert.ok(text.includes(`'=cmd,a,chairs,'-2+3,'+1`) && text.includes(`'-1,a,chairs,'-2+3`), text);
  assert.doesNotMatch(text, /(^|,|\n)"?[=+\-@]/);
});

Deno.test("export: killed in any request it goes on, and holds every row once; asked twice it is one", async () => {
  await emptied();
  await files.import(
    "sku,product,category,name_en,name_fr\n" +
      Array.from({ length: 20 }, (_, n) => `s${n},p${n % 6},chairs,Chair,Chaise\n`).join(""),
  );
  const [id, again] = [await start(), await start()];
  assert.equal(again, id);
  for (let last = 0, n = 1, rounds = 0; (await exportOf(id)).state === "running"; n++, rounds++) {
    assert.ok(rounds < 80, "it ends");
    await exportNextPart(files.dying(n), id, { bytes: 200, rows: 2 }).catch((error) =>
      assert.match(Deno.inspect(error), new RegExp(death))
    );
    const { parts } = await exportOf(id);
    if (parts > last) n = 0;
    last = parts;
  }
  const { parts, rows_done } = await exportOf(id);
  assert.ok(parts > 2, `${parts} parts`);
  assert.equal(rows_done, 20);
  const skus = (await partsOf(id)).flatMap((part) =>
    [...new TextDecoder().decode(part).matchAll(/^(s\d+),/gm)].map(([, sku]) => sku)
  );
  assert.equal(skus.length, 20);
  assert.equal(new Set(skus).size, 20);
});

Deno.test("export: its files go when its time is over, those of imports after a week, images without a row after a day", async () => {
  const id = await start();
  await finish(id);
  const told = await files.import("sku,product\n");
  const stored = async () =>
    (await files.sql`
      select name from storage.objects where bucket_id in ('catalogue-imports', 'catalogue-exports', 'product-images')`)
      .count;
  const image = `${crypto.randomUUID()}/${crypto.randomUUID()}.png`;
  await files.admin.storage.from("product-images").upload(image, Uint8Array.of(1), {
    contentType: "image/png",
  });
  const sweep = () =>
    catalogueFilesSweep.handle(
      { admin: files.admin, cause: "a test", signal: AbortSignal.timeout(10_000) },
      {},
    );
  const before = await stored();
  await sweep();
  assert.equal(await stored(), before, "nothing is over");
  await files.sql`
    update public.catalogue_exports set expires_at = now() - interval '1 second' where expires_at is not null`;
  await files.sql`update storage.objects set created_at = now() - interval '8 days'`;
  const running = await files.start("sku,product\n");
  await files.sql`
    update storage.objects set created_at = now() - interval '8 days'
    where name = (select path from public.catalogue_imports where id = ${running})`;
  await sweep();
  assert.equal(await stored(), 1, "the file of an import that runs");
  assert.equal((await exportOf(id)).state, "expired");
  assert.equal((await files.run(running)).state, "done");
  assert.equal((await files.told(told.id)).state, "done");
});

Deno.test("export: for staff alone", async () => {
  const user = await insertUser(files.sql);
  await refused(
    asServer(files.sql, (call) => call`select public.catalogue_export_start(${user})`),
    "forbidden",
  );
});
