/**
 * `task drop shop` in a copy of this checkout: what remains is whole, and nothing of the shop is left in
 * the database. All tests of what remains: `task drop shop --try`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { freshDatabase } from "../../local/postgres/fresh-database.ts";
import { migrate, readMigrations } from "../../local/postgres/migrate.ts";
import { projectDir } from "../../local/stack.ts";
import { type CheckoutCopy, copyCheckout } from "../../scripts/checkout-copy.ts";
import { drop } from "../../scripts/drop/drop.ts";
import { objectsOf } from "../../scripts/drop/objects.ts";
import { shop } from "../../scripts/drop/shop/part.ts";
import { dumpSchema } from "../../scripts/drift/schema.ts";
import { filesOf, isBelow } from "../../scripts/drop/tree.ts";
import { importsOf, target } from "../../scripts/gates/imports.ts";

let copy: CheckoutCopy;

async function succeeds(...args: string[]): Promise<void> {
  const { success, output } = await copy.deno(args);
  assert.ok(success, `deno ${args.join(" ")}\n${output}`);
}

Deno.test.beforeAll(async () => {
  copy = await copyCheckout();
  await succeeds("task", "drop", "shop");
});
Deno.test.afterAll(async () => await copy?.[Symbol.asyncDispose]());

const migrations = () => readMigrations(join(copy.folder, "supabase/migrations"));

const textOf = (path: string) => Deno.readTextFile(join(copy.folder, path));

/** The tables, views and functions of a schema. */
const namesIn = (schema: string) =>
  [...schema.matchAll(/^create (?:or replace )?(?:table|view|function) \w+\.(\w+)/gim)]
    .map(([, name]) => name!);

/**
 * Whether a file that is left should name nothing that is gone. Migrations and the log of changes are history,
 * and some of what Stripe has is called as ours was.
 */
const mayName = (path: string) =>
  /\.(?:tsx?|md|ya?ml|toml|sql)$/.test(path) &&
  !/^(?:supabase\/migrations\/|scripts\/drop\/|tests\/drop\/|local\/stripe\/|CHANGELOG\.md)/.test(
    path,
  );

/** A picture's name without its size and scheme. */
const pictureOf = (path: string) =>
  /^docs\/screenshots\/(.+)-\d+-(?:dark|light)\.webp$/.exec(path)?.[1] ?? path;

/** What the shop's tests take pictures of, where they name it. */
const shopPictures = new Set<string>();
for await (const { name } of Deno.readDir(join(projectDir, "tests/web"))) {
  if (!name.startsWith("shop")) continue;
  const text = await Deno.readTextFile(join(projectDir, "tests/web", name));
  for (const [, one] of text.matchAll(/(?:looksRight\(page, |picture\()"([\w-]+)"/g)) {
    shopPictures.add(one!);
  }
}

Deno.test("drop: nothing of the shop's is left, and nothing leads there", async () => {
  const files = await filesOf(copy.folder);
  assert.deepEqual(files.filter((path) => isBelow(path, shop.paths)), []);
  const there = new Set(files);
  const lost = (await importsOf({ paths: files, read: textOf }, () => true))
    .filter((one) => !there.has(target(one) ?? one.path))
    .map(({ path, specifier }) => `${path}: ${specifier}`);
  assert.deepEqual(lost, []);
  const left = new Set(namesIn(await textOf("docs/schema.sql")));
  const whole = namesIn(await Deno.readTextFile(join(projectDir, "docs/schema.sql")));
  const gone = whole.filter((name) => !left.has(name) && name.includes("_"));
  // In a checkout without the shop there is nothing more to go.
  assert.ok(gone.length > 50 || !whole.includes("orders"), `${gone.length}`);
  assert.deepEqual(files.filter((path) => shopPictures.has(pictureOf(path))), []);
  const mentions = await Promise.all(
    files.filter(mayName).map(async (path) => {
      const text = await textOf(path);
      return gone.filter((name) => new RegExp(`(?<![\\w.-])${name}(?!\\w)`).test(text))
        .map((name) => `${path}: ${name}`);
    }),
  );
  assert.deepEqual(mentions.flat(), []);
  assert.ok((await migrations()).at(-1)!.name === "without_shop");
  await succeeds("lint");
  await succeeds("task", "gates");
  await succeeds("task", "openapi", "--check");
});

Deno.test("drop: what remains has its types", async () => {
  // Those that import most of what was changed; `task drop shop --try` checks every file.
  const functions = ["checkout-status", "jobs-run", "stripe-webhook"]
    .map((name) => `supabase/functions/${name}/index.ts`);
  await succeeds("check", ...functions, "web/src/main.tsx", "tests/rls/matrix.ts");
  // Of every other file: whatever it names is there. The browser's names Deno does not know.
  const undefinedIn = async (cwd: string) => {
    // It fails where it finds any.
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["lint", "--json", "--rules-include=no-undef"],
      cwd,
    }).output();
    const { diagnostics } = JSON.parse(new TextDecoder().decode(stdout)) as {
      diagnostics: { message: string }[];
    };
    return diagnostics.map(({ message }) => message).filter((message) =>
      message.endsWith("is not defined")
    );
  };
  const known = new Set(await undefinedIn(projectDir));
  assert.deepEqual((await undefinedIn(copy.folder)).filter((message) => !known.has(message)), []);
});

Deno.test("drop: no object of the database mentions what is gone, and the mirror works without it", async () => {
  await using database = await freshDatabase({
    server: Deno.env.get("SOCLE_TEST_DATABASE"),
    supabaseDir: join(copy.folder, "supabase"),
  });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    const all = await migrations();
    const isOwn = ({ version, name }: { version: string; name: string }) =>
      shop.migrations.test(`${version}_${name}.sql`);
    const texts = (own: boolean) => all.filter((one) => isOwn(one) === own).map((one) => one.sql);
    const others = all.filter((one) => !isOwn(one) && one.name !== "without_shop");
    const { tables, functions } = objectsOf(
      texts(true),
      others.map((one) => one.sql),
      shop.kept,
    );
    assert.ok(tables.length > 30 && functions.length > 150);
    const left = await sql<{ name: string }[]>`
      select named.name from unnest(${[...tables, ...functions]}::text[]) as named (name)
      where to_regclass(named.name) is not null
        or exists (select from pg_proc where pronamespace::regnamespace || '.' || proname = named.name)`;
    assert.deepEqual([...left], []);
    // Bodies are text to Postgres: what one calls, only running it or reading it shows.
    const gone = [...tables, ...functions].map((name) => name.replace(".", "\\."));
    const mentions = await sql<{ name: string; what: string }[]>`
      select body.name, (regexp_match(body.text, ${`\\m(${gone.join("|")})\\M`}))[1] as what
      from (
        select oid::regprocedure::text as name, prosrc as text from pg_proc
        where pronamespace::regnamespace::text in ('public', 'private')
        union all
        select tablename || ': ' || policyname, concat(qual, ' ', with_check) from pg_policies
      ) as body
      where body.text ~ ${`\\m(${gone.join("|")})\\M`}`;
    assert.deepEqual([...mentions], []);
    const rows = await sql<{ relation: string }[]>`
      select relation from private.retention_rules union all select relation from private.personal_data
      union all select relation from private.retention_reasons`;
    assert.deepEqual(rows.filter(({ relation }) => tables.includes(relation)), []);

    // What had the shop's part in it, and has its own form again.
    const [health] = await sql`select public.health() as told`;
    assert.ok(!("shop_drifts" in health!["told"]) && health!["told"].due_jobs >= 0);
    const measures = await sql<{ measure: string }[]>`select measure from private.alert_measures()`;
    const rules = await sql<{ measure: string }[]>`select measure from private.alert_rules`;
    const measured = new Set(measures.map(({ measure }) => measure));
    assert.deepEqual(rules.filter(({ measure }) => !measured.has(measure)), []);
    for (const type of ["charge", "dispute", "checkout_session"]) {
      await sql.unsafe(`select private.stripe_apply_${type}('{"refunds": []}')`);
    }
    await sql`select public.account_files(gen_random_uuid(), null, 10)`;
  } finally {
    await sql.end();
  }
});

Deno.test("drop: paid orders are not dropped before somebody says that they are put away", async () => {
  await using database = await freshDatabase({
    server: Deno.env.get("SOCLE_TEST_DATABASE"),
    supabaseDir: null,
  });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const before = await Deno.makeTempDir();
  try {
    const all = await migrations();
    await Deno.mkdir(join(before, "migrations"));
    for (const { version, name, sql: text } of all.slice(0, -1)) {
      await Deno.writeTextFile(join(before, "migrations", `${version}_${name}.sql`), text);
    }
    await migrate(database.url, before, { seed: false });
    await sql`
      insert into public.orders (status, price_list_id, currency, subtotal_amount, total_amount, paid_at, expires_at)
      values ('review', 'eur', 'EUR', 100, 100, now(), now())`;
    const supabaseDir = join(copy.folder, "supabase");
    await assert.rejects(
      migrate(database.url, supabaseDir, { seed: false }),
      /cannot drop the shop: 1 orders were paid/,
    );
    await sql`comment on table public.orders is 'put away'`;
    assert.equal((await migrate(database.url, supabaseDir, { seed: false })).applied, 1);
  } finally {
    await sql.end();
    await Deno.remove(before, { recursive: true });
  }
});

Deno.test("drop: an upgrade's migration of the shop goes, what it makes anew is dropped anew, and again changes nothing", async () => {
  assert.deepEqual(await drop(copy.folder, shop), []);
  const folder = join(copy.folder, "supabase/migrations");
  const late = join(folder, "29990101000000_shop_later.sql");
  const shared = join(folder, "29990101000001_health_again.sql");
  await Deno.writeTextFile(late, "-- Later.\n\nalter table public.orders add column later text;\n");
  await Deno.writeTextFile(
    shared,
    "-- Again.\n\ncreate or replace function public.account_files(user_id uuid)\nreturns jsonb;\n",
  );
  try {
    assert.deepEqual(await drop(copy.folder, shop), [
      "supabase/migrations/29990101000000_shop_later.sql: deleted, an upgrade brought it",
      "supabase/migrations/29990101000002_without_shop.sql: written",
    ]);
    assert.deepEqual(await drop(copy.folder, shop), []);
  } finally {
    await Deno.remove(shared);
    await Deno.remove(join(folder, "29990101000002_without_shop.sql")).catch(() => {});
  }
});

Deno.test("drop: a clone without the shop that takes an upgrade ends with the schema of one that drops it now", async () => {
  // The last migration of the version that such a clone had.
  const had = "20261126000600";
  const all = await migrations();
  const dropping = all.at(-1)!;
  const order = [
    ...all.filter(({ version }) => version <= had),
    dropping,
    ...all.filter((one) => one.version > had && one !== dropping)
      .filter(({ version, name }) => !shop.migrations.test(`${version}_${name}.sql`)),
  ];
  await using database = await freshDatabase({
    server: Deno.env.get("SOCLE_TEST_DATABASE"),
    supabaseDir: null,
  });
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "migrations"));
    for (const [at, { name, sql: text }] of order.entries()) {
      const version = 30_000_000_000_000 + at;
      await Deno.writeTextFile(join(folder, "migrations", `${version}_${name}.sql`), text);
    }
    await migrate(database.url, folder, { seed: false });
    assert.equal(await dumpSchema(sql), await textOf("docs/schema.sql"));
  } finally {
    await sql.end();
    await Deno.remove(folder, { recursive: true });
  }
});
