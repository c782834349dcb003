/** A database and its storage without a worker: imports and exports go on when the test says so. */
import { createClient } from "@supabase/supabase-js";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";
import { importNextBatch } from "../../supabase/functions/_shared/shop/import/import.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "./database.ts";
import { death } from "./dying-operator.ts";
import type { Client } from "./stack.ts";

/** Rows of a batch, fewer than in truth: so that few rows make many batches. */
export const mostRows = 40;

/** Where a test imports and exports. */
export interface CatalogueFiles extends AsyncDisposable {
  sql: Sql;
  database: TestDatabase;
  admin: Client;
  staff: string;
  /** A worker that dies in its `n`-th request, which does what it asks for. */
  dying(n: number): Client;
  /** Puts a file there and begins its import. */
  start(file: string | Uint8Array, options?: { dryRun?: boolean; path?: string }): Promise<string>;
  /** Imports to the end, and tells what came of it. */
  run(id: string): Promise<Told>;
  /** `start` and `run`. */
  import(file: string | Uint8Array, options?: { dryRun?: boolean }): Promise<Told>;
  told(id: string): Promise<Told>;
  /** Every row of the catalogue and of its stock, ids left out. */
  catalogue(): Promise<unknown>;
}

/** What an import's rows say. */
export interface Told {
  id: string;
  state: string;
  /** created, updated, unchanged, failed */
  counts: number[];
  file_rows: number | null;
  problem: string | null;
  /** `line column: problem` */
  errors: string[];
}

/** Makes one. */
export async function catalogueFiles(): Promise<CatalogueFiles> {
  const database = await testDatabase({ connections: 4 });
  const { sql, fresh } = database;
  const gateway = await fresh.gateway();
  await gateway.open();
  const client = (fetching?: typeof fetch) =>
    createClient<Database>(gateway.url, fresh.keys.secretKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      ...(fetching && { global: { fetch: fetching } }),
    });
  const admin = client();
  const staff = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
  const files: CatalogueFiles = {
    sql,
    database,
    admin,
    staff,
    dying(n) {
      let requests = 0;
      return client(async (input, init) => {
        if (++requests > n) throw new Error(death);
        const reply = await fetch(input, init);
        if (requests < n) return reply;
        await reply.body?.cancel();
        throw new Error(death);
      });
    },
    async start(file, { dryRun = false, path = `${staff}/${crypto.randomUUID()}.csv` } = {}) {
      const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
      const { error } = await admin.storage.from("catalogue-imports")
        .upload(path, bytes as Uint8Array<ArrayBuffer>, { contentType: "text/csv", upsert: true });
      if (error !== null) throw error;
      const begun = await admin.rpc("catalogue_import_start", { staff, path, dry_run: dryRun });
      if (begun.error !== null) throw begun.error;
      return begun.data;
    },
    async run(id) {
      for (let batches = 0; batches < 100; batches++) {
        const told = await files.told(id);
        if (told.state !== "running") return told;
        await importNextBatch(admin, id, { mostRows });
      }
      throw new Error("the import does not end");
    },
    async import(file, options) {
      return await files.run(await files.start(file, options));
    },
    async told(id) {
      const [row] = await sql<Told[]>`
        select id, state, array[created, updated, unchanged, failed] as counts, file_rows, problem,
          array(
            select error.line || ' ' || error.column_name || ': ' || error.problem
            from public.catalogue_import_errors as error where error.import_id = held.id
            order by error.line, error.column_name
          ) as errors
        from public.catalogue_imports as held where id = ${id}`;
      return { ...row! };
    },
    async catalogue() {
      const [row] = await sql`
        select jsonb_agg(to_jsonb(found) order by found.slug, found.sku) as rows
        from (
          select product.slug, category.slug as category, product.name_en, product.name_fr,
            product.description_en, product.description_fr, product.attributes, product.tax_code,
            product.active, product.updated_at, variant.sku, variant.options, variant.weight_grams,
            variant.low_stock, variant.position, variant.active as variant_active,
            variant.updated_at as variant_updated_at, held.on_hand, held.reserved, held.shortage,
            held.updated_at as stock_updated_at, (
              select jsonb_agg(to_jsonb(price) - 'variant_id' order by price.price_list_id)
              from public.variant_prices as price where price.variant_id = variant.id
            ) as prices
          from public.products as product
          join public.categories as category on category.id = product.category_id
          left join public.product_variants as variant on variant.product_id = product.id
          left join private.stock as held on held.variant_id = variant.id
        ) as found`;
      return row!["rows"];
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
  return files;
}
