import postgres, { type Sql } from "postgres";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { waitFor } from "../../tests/support/wait.ts";
import { type Bench, figure, type Pair } from "../support/figure.ts";
import { type HttpStack, workingStack } from "../support/http-stack.ts";
import { signUp } from "../support/sign-up.ts";

const columns = [
  "sku",
  "product",
  "category",
  "name_en",
  "name_fr",
  "description_en",
  "description_fr",
  "attributes",
  "options",
  "weight_grams",
  "price",
  "stock",
];
const batch = 1_000;
const text = "made for those who keep what they buy, and mend it when it breaks";

/** Rows of a catalogue, two variants a product; `run` makes them another run's. */
function rowsOf(run: string, category: string, count: number, price: string): string[][] {
  return Array.from({ length: count }, (_, n) => {
    const product = Math.floor(n / 2);
    return [
      `${run}-${n}`,
      `${run}-${product}`,
      category,
      `Chair ${product}`,
      `Chaise ${product}`,
      `A chair, ${text}`,
      `Une chaise, ${text}`,
      `{"brand":"B${product % 50}"}`,
      `{"size":"${n % 2 === 0 ? "S" : "L"}"}`,
      String(1000 + n % 900),
      price,
      String(n % 40),
    ];
  });
}

function csv(rows: string[][]): Uint8Array<ArrayBuffer> {
  const head = columns.map((name) => name === "price" ? "price:eur" : name);
  const lines = [head, ...rows].map((row) =>
    row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")
  );
  return new TextEncoder().encode(lines.join("\n") + "\n");
}

/** Somebody who operates the shop, signed in. */
async function staff({ stack, functionsUrl }: HttpStack, sql: Sql) {
  const { id, session } = await signUp({ stack, functionsUrl });
  const client = createClient(stack.env["SUPABASE_URL"]!, stack.env["SUPABASE_PUBLISHABLE_KEY"]!, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { error } = await client.auth.setSession(session);
  if (error !== null) throw error;
  await sql`insert into private.staff (user_id, note) values (${id}, 'a bench')`;
  return { id, client };
}

/** By the endpoint, from the upload to the import's end. @throws where a row failed */
async function imported(client: SupabaseClient, id: string, rows: string[][]): Promise<void> {
  const path = `${id}/${crypto.randomUUID()}.csv`;
  const stored = await client.storage.from("catalogue-imports")
    .upload(path, csv(rows), { contentType: "text/csv" });
  if (stored.error !== null) throw stored.error;
  const begun = await client.functions.invoke("catalogue-import", { body: { path } });
  if (begun.error) throw begun.error;
  await waitFor("the import's end", async () => {
    const { data, error } = await client.from("catalogue_imports").select()
      .eq("id", begun.data.import.id).single();
    if (error !== null) throw error;
    if (data.state === "running") return false;
    if (data.state !== "done" || data.failed > 0 || data.rows_done !== rows.length) {
      throw new Error(`the import ended as ${JSON.stringify(data)}`);
    }
    return true;
  }, 600);
}

/** What somebody would write who only wants the rows in: a table of the file's columns, a statement a batch. */
async function inserted(sql: Sql, rows: string[][]): Promise<void> {
  await sql`truncate public.bench_catalogue`;
  for (let from = 0; from < rows.length; from += batch) {
    const part = rows.slice(from, from + batch).map((row) =>
      Object.fromEntries(columns.map((name, at) => [name, row[at]!]))
    );
    await sql`insert into public.bench_catalogue ${sql(part, columns)}`;
  }
}

async function measure(bench: Bench): Promise<void> {
  await using http = await workingStack(bench.log);
  const sql = postgres(http.stack.env["SUPABASE_DB_URL"]!, { max: 1, onnotice: () => {} });
  try {
    const { id, client } = await staff(http, sql);
    await sql`insert into public.categories (slug, name_en, name_fr) values ('bench', 'B', 'B')`;
    await sql.unsafe(
      `create table public.bench_catalogue (${
        columns.map((name) => `${name} text`).join(", ")
      }, primary key (sku))`,
    );
    const count = bench.sized({ quick: 400, full: 4_000 });
    const perSecond = async (work: () => Promise<void>) => {
      const from = performance.now();
      await work();
      return count / ((performance.now() - from) / 1000);
    };
    let runs = 0;
    const turn = async (rows: string[][]): Promise<Pair> => ({
      baseline: await perSecond(() => inserted(sql, rows)),
      subject: await perSecond(() => imported(client, id, rows)),
    });
    await bench.pairs(
      { name: "new products", at: count },
      () => turn(rowsOf(`n${runs++}`, "bench", count, "19.90")),
    );
    await bench.pairs(
      { name: "the same again", at: count },
      () => turn(rowsOf("n0", "bench", count, "19.90")),
    );
    await bench.pairs(
      { name: "new prices", at: count },
      () => turn(rowsOf("n0", "bench", count, `${20 + runs++}.90`)),
    );
  } finally {
    await sql.end();
  }
}

export default figure({
  title: "Catalogue import",
  subject: "rows a second by the endpoint and its jobs, from the upload to the import's end",
  baseline: "the same rows inserted into a table without anything else, 1,000 a statement",
  unit: "/s",
  axis: "rows each",
  notes: `
Six files of different products, one of them not counted, each of two variants a product. The baseline is what a disk and
a parser cost. Ours checks each row, writes product, variant, price and stock with their ledger, history, listing and
search documents, and keeps where it stands after each 1,000 rows; nothing is asked of the ratio.`,
  measure,
});
