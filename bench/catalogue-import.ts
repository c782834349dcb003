/**
 * How long the running stack takes to import a catalogue of 100,000 rows (50,000 products of two variants), to
 * import the same again, and to export it: by the endpoints, with their jobs, from upload to end.
 *
 * Run: `deno run -A bench/catalogue-import.ts [rows] [steps]` beside `task start`; its variables come from
 * `task status`. Steps, all of them unless named: dry,import,same,prices,export.
 */
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";

async function variables(): Promise<Record<string, string>> {
  if (Deno.env.has("SUPABASE_DB_URL")) return Deno.env.toObject();
  const status = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "local/cli/status.ts"] });
  const { stdout } = await status.output();
  return Object.fromEntries(
    new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1).replace(/^"|"$/g, "")];
    }),
  );
}

const env = await variables();
const count = Number(Deno.args[0] ?? 100_000);
const url = env["SUPABASE_URL"]!;
const publishableKey = env["SUPABASE_PUBLISHABLE_KEY"]!;
const options = { auth: { persistSession: false, autoRefreshToken: false } };
const sql = postgres(env["SUPABASE_DB_URL"]!, { max: 1, onnotice: () => {} });
const unique = `b${crypto.randomUUID().slice(0, 6)}`;
const text = "made for those who keep what they buy, and mend it when it breaks";

/** Somebody who operates the shop. */
async function staff() {
  const body = JSON.stringify({
    email: `${unique}@example.com`,
    password: `pw-${crypto.randomUUID()}`,
    name: "Bench",
    locale: "en",
  });
  const headers = { apikey: publishableKey, "content-type": "application/json" };
  const made = await fetch(`${url}/functions/v1/auth-signup`, { method: "POST", headers, body });
  const { session } = await made.json();
  const client = createClient(url, publishableKey, options);
  await client.auth.setSession(session);
  const id: string = session.user?.id ??
    (await client.auth.getUser()).data.user!.id;
  await sql`insert into private.staff (user_id, note) values (${id}, 'a bench')`;
  await sql`insert into public.categories (slug, name_en, name_fr) values (${unique}, 'B', 'B')`;
  return { id, client };
}

function file(price: string): Uint8Array<ArrayBuffer> {
  const lines = [
    "sku,product,category,name_en,name_fr,description_en,description_fr,attributes,options,weight_grams,price:eur,stock",
  ];
  for (let n = 0; n < count; n++) {
    const product = Math.floor(n / 2);
    lines.push(
      `${unique}-${n},${unique}-${product},${unique},Chair ${product},Chaise ${product},` +
        `"A chair, ${text}","Une chaise, ${text}","{""brand"":""B${product % 50}""}",` +
        `"{""size"":""${n % 2 === 0 ? "S" : "L"}""}",${1000 + n % 900},${price},${n % 40}`,
    );
  }
  return new TextEncoder().encode(lines.join("\n") + "\n");
}

const { id, client } = await staff();

/** What jobs-run is called for by the request itself. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function report(what: string, started: number, bytes: number, rows: number): void {
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${what}: ${rows} rows, ${(bytes / 1e6).toFixed(1)} MB, ${seconds.toFixed(1)} s, ` +
      `${Math.round(rows / seconds)} rows/s`,
  );
}

async function importing(what: string, bytes: Uint8Array<ArrayBuffer>, dry_run = false) {
  const path = `${id}/${crypto.randomUUID()}.csv`;
  const started = performance.now();
  const stored = await client.storage.from("catalogue-imports")
    .upload(path, bytes, { contentType: "text/csv" });
  if (stored.error !== null) throw stored.error;
  const begun = await client.functions.invoke("catalogue-import", { body: { path, dry_run } });
  if (begun.error) throw begun.error;
  const done = await until(async () => {
    const { data } = await client.from("catalogue_imports").select()
      .eq("id", begun.data.import.id).single();
    return data!.state === "running" ? undefined : data!;
  });
  report(what, started, bytes.length, done.rows_done);
  console.log(
    `  ${done.state}: ${done.created} created, ${done.updated} updated, ${done.unchanged} unchanged, ${done.failed} failed`,
  );
}

const steps = (Deno.args[1] ?? "dry,import,same,prices,export").split(",");
if (steps.includes("dry")) await importing("dry run", file("19.90"), true);
if (steps.includes("import")) await importing("import", file("19.90"));
if (steps.includes("same")) await importing("the same again", file("19.90"));
if (steps.includes("prices")) await importing("new prices", file("21.90"));
if (steps.includes("export")) {
  const started = performance.now();
  const begun = await client.functions.invoke("catalogue-export", { body: {} });
  if (begun.error) throw begun.error;
  const done = await until(async () => {
    const { data } = await client.from("catalogue_exports").select()
      .eq("id", begun.data.export.id).single();
    return data!.state === "running" ? undefined : data!;
  });
  report("export", started, done.bytes, done.rows_done);
}
await sql.end();
