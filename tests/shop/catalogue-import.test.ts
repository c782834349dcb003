/** Imports of the catalogue, batch by batch: what a file does, which lines it names, and that it does it once. */
import assert from "node:assert/strict";
import { importNextBatch } from "../../supabase/functions/_shared/shop/import/import.ts";
import { asServer, asUser, refused } from "../support/callers.ts";
import { type CatalogueFiles, catalogueFiles, mostRows } from "../support/catalogue-files.ts";
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

const head = "sku,product,category,name_en,name_fr,price:eur,stock\n";
/** Rows of a product of their own, as many as wanted. */
const rowsOf = (unique: string, count: number, from = 0) =>
  Array.from(
    { length: count },
    (_, n) =>
      `${unique}-${from + n},${unique}-${(from + n) % 7},chairs,Chair ${
        (from + n) % 7
      },Chaise,12.50,${n}\n`,
  ).join("");
const fresh = () => `t${crypto.randomUUID().slice(0, 8)}`;

async function variant(sku: string) {
  const [row] = await files.sql`
    select product.slug, product.name_en, product.description_en, product.tax_code, variant.options,
      variant.active, held.on_hand, (
        select jsonb_object_agg(price.price_list_id, array[price.unit_amount, price.compare_at_amount])
        from public.variant_prices as price where price.variant_id = variant.id
      ) as prices
    from public.product_variants as variant
    join public.products as product on product.id = variant.product_id
    join private.stock as held on held.variant_id = variant.id
    where variant.sku = ${sku}`;
  return row && { ...row };
}

Deno.test("import: rows of a product are its variants; prices are exact, stock moves by the ledger", async () => {
  const id = fresh();
  const told = await files.import(
    "sku,product,category,name_en,name_fr,description_en,attributes,options,weight_grams," +
      "price:eur,compare_at:eur,price:yen,price:dinar,stock\n" +
      `${id}-S,${id},chairs,"Chair, ""small""",Chaise,"Two\nlines",` +
      `"{""brand"":""Acme""}","{""size"":""S""}",1200,19.99,25.00,2500,1.230,7\n` +
      `${id}-M,${id},,,,,,"{""size"":""M""}",1300,0.1,,,,\n`.replace("0.1,", "0.10,"),
  );
  assert.deepEqual([told.state, told.counts, told.errors], ["done", [2, 0, 0, 0], []]);
  assert.equal(told.file_rows, 2);
  assert.deepEqual(await variant(`${id}-S`), {
    slug: id,
    name_en: 'Chair, "small"',
    description_en: "Two\nlines",
    tax_code: null,
    options: { size: "S" },
    active: true,
    on_hand: 7,
    prices: { eur: [1999, 2500], yen: [2500, null], dinar: [1230, null] },
  });
  assert.deepEqual((await variant(`${id}-M`))!["prices"], { eur: [10, null] });
  const moved = await files.sql`
    select moved.kind, moved.on_hand_delta, moved.actor_id, moved.note from private.stock_movements as moved
    join public.product_variants as variant on variant.id = moved.variant_id
    where variant.sku = ${`${id}-S`}`;
  assert.deepEqual(moved.map((one) => ({ ...one })), [
    { kind: "imported", on_hand_delta: 7, actor_id: files.staff, note: `import ${told.id}` },
  ]);
});

Deno.test("import: an empty cell leaves what is there, (none) clears it, a column that is absent too", async () => {
  const id = fresh();
  await files.import(
    "sku,product,category,name_en,name_fr,description_en,tax_code,price:eur,compare_at:eur,price:yen,stock\n" +
      `${id},${id},chairs,Chair,Chaise,Text,txcd_99999999,10.00,12.00,1500,5\n`,
  );
  const before = await variant(id);
  const same = await files.import(
    `sku,product,category,name_en,tax_code,price:eur,compare_at:eur,stock\n${id},${id},,,,,,\n`,
  );
  assert.deepEqual(same.counts, [0, 0, 1, 0]);
  assert.deepEqual(await variant(id), before);
  const changed = await files.import(
    "sku,product,description_en,tax_code,compare_at:eur,price:yen\n" +
      `${id},${id},(none),(none),(none),(none)\n`,
  );
  assert.deepEqual(changed.counts, [0, 1, 0, 0]);
  assert.deepEqual(await variant(id), {
    ...before,
    description_en: "",
    tax_code: null,
    prices: { eur: [1000, null] },
  });
});

Deno.test("import: what is wrong is told by line and column, and the other rows go in", async () => {
  const id = fresh();
  await files.import(head + `${id}-old,${id},chairs,Chair,Chaise,10.00,1\n`);
  const told = await files.import(
    "sku,product,category,name_en,name_fr,price:eur,compare_at:eur,price:yen,stock,attributes,price:dinar\n" +
      `${id}-ok,${id}-b,chairs,B,B,1.00,,,,,\n` + //                          2
      `${id}-ok,${id}-b,,,,1.00,,,,,\n` + //                                  3: again
      `${id}-3,${id}-b,sofas,,,1.00,,,,,\n` + //                              4
      `${id}-4,${id}-b,,,,12.345,,,,,\n` + //                                 5
      `${id}-5,${id}-b,,,,1.00,,12.5,,,\n` + //                               6
      `${id}-6,${id}-b,,"two\nlines",,"1,50",,,-3,,1.234\n` + //              7 and 8
      `${id}-7,${id}-c,,C,,1.00,,,,,\n` + //                                  9
      `${id}-old,${id}-b,,,,,,,,,\n` + //                                     10
      `,Not a slug,,,,,,,,,\n` + //                                           11
      `${id}-8,${id}-b\n` + //                                                12
      `${id}-9,${id}-b,,,,5.00,5.00,,,,\n` + //                               13
      `${id}-10,${id}-b,,,,,9.00,,,,\n` + //                                  14
      `${id}-11,${id}-b,,,,,,,,[1],\n` + //                                   15
      `${id}-12,${id}-b,,,,999999999,,,,,\n` + //                             16
      "\n,,,,,,,,,,\n" + //                                                   17 and 18: nothing
      `${id}-last,${id}-b,,,,2.00,,,,,\n`, //                                 19
  );
  assert.deepEqual(told.errors.map((one) => one.replace(/: .*/, "")), [
    "3 sku",
    "4 category",
    "5 price:eur",
    "6 price:yen",
    "7 price:dinar",
    "7 price:eur",
    "7 stock",
    "9 category",
    "9 name_fr",
    "10 product",
    "11 product",
    "11 sku",
    "12 ",
    "13 compare_at:eur",
    "14 compare_at:eur",
    "15 attributes",
    "16 price:eur",
  ]);
  assert.match(told.errors[0]!, /in line 2 already/);
  assert.deepEqual([told.state, told.counts, told.file_rows], ["done", [2, 0, 0, 13], 15]);
  assert.ok(await variant(`${id}-ok`) && await variant(`${id}-last`));
});

Deno.test("import: what no check foresaw leaves out its row alone", async () => {
  const id = fresh();
  await files.sql`
    alter table public.products add constraint a_test check (name_en <> 'Forbidden')`;
  try {
    const told = await files.import(
      head + `${id}-a,${id}-a,chairs,A,A,1.00,\n${id}-b,${id}-b,chairs,Forbidden,B,1.00,\n` +
        `${id}-c,${id}-c,chairs,C,C,1.00,3\n${id}-c,${id}-c,chairs,C,C,1.00,3\n`,
    );
    assert.deepEqual(told.counts, [2, 0, 0, 2]);
    assert.match(told.errors[0]!, /^3 : .*a_test/);
    assert.match(told.errors[1]!, /^5 sku: /);
  } finally {
    await files.sql`alter table public.products drop constraint a_test`;
  }
});

Deno.test("import: a SKU that comes twice is told across batches", async () => {
  const id = fresh();
  const told = await files.import(head + rowsOf(id, 90) + rowsOf(id, 1));
  assert.deepEqual(told.counts, [90, 0, 0, 1]);
  assert.deepEqual(told.errors, ["92 sku: The SKU is in line 2 already."]);
  const again = await files.import(head + rowsOf(id, 90));
  assert.deepEqual(again.counts, [0, 0, 90, 0], "the same file again changes nothing");
  assert.equal((await files.sql`select from private.catalogue_import_skus`).count, 0);
});

Deno.test("import: a dry run checks everything, across batches, and writes nothing", async () => {
  const id = fresh();
  const before = await files.catalogue();
  const audited = async () =>
    (await files.sql`select count(*)::int as n from public.audit_log`)[0]!["n"];
  const told = await files.import(
    head + rowsOf(id, 45) +
      // Of a product that the batch before would have made.
      `${id}-x,${id}-0,,,,3.00,1\n${id}-y,${id}-new,,,,3.00,1\n${id}-0,${id}-0,,,,3.00,1\n`,
    { dryRun: true },
  );
  assert.deepEqual([told.state, told.counts], ["done", [46, 0, 0, 2]]);
  assert.deepEqual(told.errors.map((one) => one.split(":")[0]), [
    "48 category",
    "48 name_en",
    "48 name_fr",
    "49 sku",
  ]);
  assert.deepEqual(await files.catalogue(), before);
  const entries = await audited();
  await files.import(head + rowsOf(id, 45));
  assert.equal(await audited(), entries + 1, "an import is one entry of the audit log");
  const [entry] = await files.sql`
    select actor_id, actor_kind, action from public.audit_log order by id desc limit 1`;
  assert.deepEqual({ ...entry }, {
    actor_id: files.staff,
    actor_kind: "staff",
    action: "catalogue_imports.start",
  });
});

Deno.test("import: killed in any request, and repeated by two at once, it counts nothing twice", async () => {
  const id = fresh();
  const content = head + rowsOf(id, 60) + `${id}-bad,${id}-0,,,,x,\n` + rowsOf(id, 50, 60);
  const whole = await files.import(content.replaceAll(id, `${id}-b`), { dryRun: true });
  const started = await files.start(content);
  const done = async () => {
    const [row] = await files.sql`
      select bytes_done::int as bytes from public.catalogue_imports where id = ${started}`;
    return row!["bytes"];
  };
  for (let last = await done(), n = 1, rounds = 0;; n++, rounds++) {
    assert.ok(rounds < 60, "it ends");
    // Its n-th request does what it asks for, and then it dies; another does the same at the same time.
    await Promise.all([
      importNextBatch(files.dying(n), started, { mostRows }).catch((error) =>
        assert.match(Deno.inspect(error), new RegExp(death))
      ),
      rounds % 3 === 0 &&
      importNextBatch(files.dying(n + 1), started, { mostRows }).catch((error) =>
        assert.match(Deno.inspect(error), new RegExp(death))
      ),
    ]);
    if ((await files.told(started)).state !== "running") break;
    const now = await done();
    if (now > last) n = 0;
    last = now;
  }
  const told = await files.told(started);
  assert.deepEqual([told.state, told.counts], ["done", [110, 0, 0, 1]]);
  assert.deepEqual(told.errors, whole.errors);
  const [sums] = await files.sql`
    select count(*)::int as moves, sum(moved.on_hand_delta)::int as units from private.stock_movements as moved
    join public.product_variants as variant on variant.id = moved.variant_id
    where starts_with(variant.sku, ${`${id}-`}) and not starts_with(variant.sku, ${`${id}-b-`})`;
  assert.deepEqual({ ...sums }, {
    moves: 108,
    units: (59 * 60 + 49 * 50) / 2,
  });
  // One job for each place where a batch began.
  const jobs = await files.sql`
    select dedupe_key from private.jobs where kind = 'catalogue_import' and payload ->> 'import_id' = ${started}`;
  assert.equal(new Set(jobs.map((one) => one["dedupe_key"])).size, jobs.count);
  // Long after its end, a job that comes again does nothing.
  await importNextBatch(files.admin, started, { mostRows });
  assert.deepEqual((await files.told(started)).counts, told.counts);
});

Deno.test("import: files as spreadsheets write them: BOM, semicolons, CRLF, decimal commas, French truths", async () => {
  const id = fresh();
  const told = await files.import(
    "\uFEFFSKU;Product;Category;Name_EN;Name_FR;Price:EUR;Variant_active;Stock\r\n" +
      `${id};${id};chairs;"Chair; ""soft""";Chaise à bras;"1234,50";VRAI;4\r\n` +
      `${id}-2;${id};;;;7;FAUX;\r\n` +
      ";;;;;;;\r\n",
  );
  assert.deepEqual([told.state, told.counts, told.errors], ["done", [2, 0, 0, 0], []]);
  const made = await variant(id);
  assert.deepEqual([made!["name_en"], made!["prices"]], ['Chair; "soft"', { eur: [123450, null] }]);
  assert.equal((await variant(`${id}-2`))!["active"], false);
});

Deno.test("import: text that a spreadsheet takes for a formula is guarded outside, and itself inside", async () => {
  const id = fresh();
  await files.import(head + `${id},${id},chairs,'=1+1,'-sale-,1.00,1\n`);
  assert.equal((await variant(id))!["name_en"], "=1+1");
});

Deno.test("import: products switched, thresholds and stock written while buyers reserve: nobody waits for the other for ever", async () => {
  const id = fresh();
  await files.import(head + rowsOf(id, 40).replaceAll(/,\d+\n/g, ",500\n"));
  const ids = (await files.sql<{ id: string }[]>`
    select id from public.product_variants where starts_with(sku, ${`${id}-`}) order by id`)
    .map((one) => one.id);
  let writing = true;
  let orders = 0;
  // As an order does: several variants, by their ids, in one transaction.
  const buyer = async (seed: number) => {
    for (let n = 0; writing; n++) {
      const wanted = ids.filter((_, index) => (index + n + seed) % 9 === 0);
      await files.sql.begin(async (order) => {
        for (const variantId of wanted) {
          await order`select private.stock_change(${variantId}, 'reserved', 0, 1)`;
        }
      });
      orders++;
    }
  };
  const clerk = async () => {
    try {
      for (let n = 0; n < 12; n++) {
        // Backwards, and each time something else.
        const rows = Array.from({ length: 40 }, (_, index) => ({
          line: index + 2,
          sku: `${id}-${39 - index}`,
          product: `${id}-${(39 - index) % 7}`,
          product_active: (n + index) % 2 === 0,
          low_stock: 400 + n,
          stock: 450 + (n * 7 + index) % 40,
        }));
        await asServer(
          files.sql,
          (call) =>
            call`select private.catalogue_rows_write(${crypto.randomUUID()}, null, ${
              files.sql.json(rows)
            })`,
        );
        await asUser(
          files.sql,
          files.staff,
          (call) =>
            call`update public.product_variants set low_stock = 410 + ${n}::int where starts_with(sku, ${`${id}-`})`,
        );
      }
    } finally {
      writing = false;
    }
  };
  const ends = await Promise.allSettled([buyer(0), buyer(4), clerk()]);
  assert.deepEqual(
    ends.flatMap((one) => one.status === "rejected" ? [String(one.reason)] : []),
    [],
  );
  assert.ok(orders > 5, `${orders} orders`);
  const [wrong] = await files.sql`
    select count(*)::int as n from private.stock as held where held.on_hand <> (
      select sum(moved.on_hand_delta) from private.stock_movements as moved
      where moved.variant_id = held.variant_id
    )`;
  assert.equal(wrong!["n"], 0);
});

Deno.test("import: 400 variants of one product are one batch, and seconds (medusa#14883)", async () => {
  const id = fresh();
  const rows = Array.from(
    { length: 400 },
    (_, n) => `${id}-${n},${id},chairs,Chair,Chaise,"{""size"":""${n}""}",9.90,3\n`,
  );
  const began = performance.now();
  const started = await files.start(
    `sku,product,category,name_en,name_fr,options,price:eur,stock\n${rows.join("")}`,
  );
  await importNextBatch(files.admin, started);
  const told = await files.told(started);
  assert.deepEqual([told.state, told.counts], ["done", [400, 0, 0, 0]]);
  // Half a second alone; it must not be minutes on a machine that is busy.
  assert.ok(performance.now() - began < 30_000);
});

const broken = {
  "an empty file": ["", /empty/],
  "no header": ["a,b,c\n1,2,3\n", /no column "a"/],
  "a header without its SKU": ["product,name_en\n", /no sku/],
  "a column twice": ["sku,product,SKU\n", /twice/],
  "an unknown price list": ["sku,product,price:gold\n", /no price list "gold"/],
  "UTF-16": [Uint8Array.of(0xff, 0xfe, 0x73, 0, 0x6b, 0), /UTF-8/],
  "a quote that is never closed": [
    `sku,product\na,b\n"open,c\n${"d,e\n".repeat(100)}`,
    /^Line 3: a quote/,
  ],
  "a quote in the middle": [`sku,product\na,b\nc"d,e\n`, /^Line 3: a quote/],
} satisfies Record<string, [string | Uint8Array, RegExp]>;

Deno.test("import: a file that cannot be read on is given up, with the line and why", async () => {
  for (const [what, [file, why]] of Object.entries(broken)) {
    const told = await files.import(file);
    assert.equal(told.state, "failed", what);
    assert.match(told.problem!, why, what);
  }
  const bytes = new TextEncoder().encode(head + `x,y,chairs,Caf?,B,1.00,\n`);
  bytes[bytes.indexOf("?".charCodeAt(0))] = 0xe9; // Latin-1
  assert.deepEqual((await files.import(bytes)).errors, [
    "2 name_en: It is not UTF-8. Save the file as CSV UTF-8.",
  ]);
});

Deno.test("import: one that is replaced or removed under way is not read on", async () => {
  const id = fresh();
  const path = `${files.staff}/${id}.csv`;
  const started = await files.start(head + rowsOf(id, 60), { path });
  await importNextBatch(files.admin, started, { mostRows });
  await files.admin.storage.from("catalogue-imports").upload(path, new TextEncoder().encode(head), {
    contentType: "text/csv",
    upsert: true,
  });
  const told = await files.run(started);
  assert.deepEqual([told.state, told.counts], ["failed", [40, 0, 0, 0]]);
  assert.match(told.problem!, /replaced/);
});

Deno.test("import: one at a time; cancelled, what it wrote stays and it goes no further", async () => {
  const id = fresh();
  const started = await files.start(head + rowsOf(id, 60));
  const cancel = (staff: string) =>
    asServer(
      files.sql,
      (call) => call`select public.catalogue_import_cancel(${staff}, ${started})`,
    );
  await assert.rejects(files.start(head), { message: "catalogue_import_running" });
  await importNextBatch(files.admin, started, { mostRows });
  await refused(cancel(await insertUser(files.sql)), "forbidden");
  await cancel(files.staff);
  await importNextBatch(files.admin, started, { mostRows });
  await cancel(files.staff);
  const told = await files.told(started);
  assert.deepEqual([told.state, told.counts], ["cancelled", [40, 0, 0, 0]]);
});

Deno.test("import: errors are kept of the first thousand, and all are counted", async () => {
  const id = fresh();
  const told = await files.import(head + `${id},${id},,,,x,\n`.repeat(1100));
  assert.deepEqual([told.counts, told.errors.length], [[0, 0, 0, 1100], 1000]);
});

Deno.test("audit: each change that staff make through RLS is an entry, what sales change is none", async () => {
  const category = await asUser(files.sql, files.staff, async (call) => {
    const [row] = await call`
      insert into public.categories (slug, name_en, name_fr) values (${fresh()}, 'A', 'A') returning id`;
    const [product] = await call`
      insert into public.products (slug, category_id, name_en, name_fr)
      values (${fresh()}, ${row!["id"]}, 'A', 'A') returning id`;
    await call`update public.products set name_en = 'B', active = false where id = ${
      product!["id"]
    }`;
    await call`
      insert into public.discounts (code, kind, basis_points) values (${fresh().toUpperCase()}, 'percent', 1000)`;
    return { id: row!["id"], product: product!["id"] };
  });
  const entries = await files.sql`
    select action, actor_id, actor_kind, changes from public.audit_log
    where target = ${category.product} order by id`;
  assert.deepEqual(entries.map(({ action, actor_kind }) => [action, actor_kind]), [
    ["products.insert", "staff"],
    ["products.update", "staff"],
  ]);
  assert.deepEqual(entries[1]!["changes"], { name_en: {}, active: { old: true, new: false } });
  const before = await files.sql`select count(*)::int as n from public.audit_log`;
  await asServer(files.sql, async (call) => {
    await call`update public.products set rating_count = 1, rating_sum = 5 where id = ${category.product}`;
    await call`update public.discounts set redeemed = redeemed + 1`;
  });
  const after = await files.sql`select count(*)::int as n from public.audit_log`;
  assert.deepEqual([...after], [...before]);
});
