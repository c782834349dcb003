/** One table with the columns that policies speak of, under each policy in turn. */
import type { Sql } from "postgres";
import { insertUser } from "../../tests/support/database.ts";
import { planOf, subscribed } from "../../tests/support/features.ts";
import { makeProducts } from "../shop/million-products.ts";
import { type Shape, shapeOf, shapes } from "./policy-shapes.ts";
import { type SqlDatabase, sqlDatabase } from "./sql-database.ts";

/** Rows of the caller, and of each of the caller's three workspaces, however many others there are. */
const ownRows = 1_000;
const products = 1_000;

/** A shape with one policy's condition that has it, and how many have. */
export interface MeasuredShape extends Shape {
  condition: string;
  policies: number;
}

/** The table, and who asks for its rows. */
export interface PolicyRows extends AsyncDisposable {
  database: SqlDatabase;
  user: string;
  staff: string;
  /** What a condition of {@link Shape.where} names, as literals. */
  literals: Record<string, string>;
}

/**
 * Every shape that a policy's condition has.
 *
 * @throws for a policy of a shape that has no explicit condition to be compared with
 */
export async function policyShapes(sql: Sql): Promise<MeasuredShape[]> {
  const policies = await sql<{ name: string; condition: string }[]>`
    select tablename || ': ' || policyname as name, qual as condition from pg_catalog.pg_policies
    where qual is not null and tablename <> 'bench_rows' order by tablename, policyname`;
  const groups = Map.groupBy(policies, ({ condition }) => shapeOf(condition));
  return [...groups].map(([key, members]) => {
    const shape = shapes[key];
    const { name, condition } = members[0]!;
    if (shape === undefined) throw new Error(`no explicit condition for ${name}: ${key}`);
    // The bench's rows are of one bucket, and its table has another name.
    const here = condition.replace(/bucket_id = '[\w-]+'/, "bucket_id = 'avatars'")
      .replace(/\b\w+\.(product_id|variant_id)\b/, "bench_rows.$1");
    return { ...shape, condition: here, policies: members.length };
  });
}

/** Makes a table of so many rows. */
export async function policyRows(count: number): Promise<PolicyRows> {
  const database = await sqlDatabase(
    // #region shop
    ({ adminUrl }) => makeProducts(adminUrl, products),
    // #endregion shop
  );
  const { sql } = database;
  await planOf(sql, { id: "pro", rank: 1, features: { audit_log: null } });
  const user = await insertUser(sql);
  const staff = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a bench')`;
  const workspaces: string[] = [];
  while (workspaces.length < 3) {
    const [row] = await sql<{ id: string }[]>`
      insert into public.workspaces (name) values ('A workspace') returning id`;
    await sql`insert into public.workspace_members (workspace_id, user_id, role) values (${
      row!.id
    }, ${user}, 'admin')`;
    await subscribed(sql, row!.id, "pro");
    workspaces.push(row!.id);
  }
  const cases: string[] = [];
  for (const workspace of workspaces) {
    const [invoice] = await sql<{ id: string }[]>`
      insert into public.invoices (workspace_id, stripe_invoice_id, status, currency, subtotal, total, amount_due,
        amount_paid, period_start, period_end, created_at)
      values (${workspace}, ${`in_${workspace}`}, 'open', 'EUR', 1, 1, 1, 0, now(), now(), now()) returning id`;
    const [held] = await sql<{ id: string }[]>`
      insert into public.dunning_cases (workspace_id, invoice_id, first_failed_at)
      values (${workspace}, ${invoice!.id}, now()) returning id`;
    cases.push(held!.id);
  }
  const groups = count / ownRows;
  // The first groups are the caller's; of the others nobody is.
  const idOf = (mine: string[], kind: string) =>
    `case n % ${groups} ${
      mine.map((id, at) => `when ${at} then '${id}'::uuid`).join(" ")
    } else md5('${kind}' || n % ${groups})::uuid end`;
  await sql.unsafe(`
    create table public.bench_rows (
      n bigint primary key, user_id uuid, workspace_id uuid, case_id uuid, product_id uuid, variant_id uuid,
      price_list_id text, plan_id text, role text, bucket_id text, name text, active boolean, on_sale boolean,
      hidden_at timestamptz
    );
    insert into public.bench_rows
    select n, ${idOf([user], "user")}, ${idOf(workspaces, "workspace")}, ${idOf(cases, "case")},
      md5('product' || 1 + n % ${products})::uuid, md5('variant' || 1 + n % ${products})::uuid, 'eur', 'pro', 'member',
      'avatars', (${idOf([user], "user")})::text || '/' || n || '.png', n % 20 > 0, n % 20 > 0, null
    from generate_series(1, ${count}) as n;
    create index on public.bench_rows (user_id, n desc);
    create index on public.bench_rows (workspace_id, n desc);
    create index on public.bench_rows (case_id);
    create index on public.bench_rows (bucket_id, name);
    create index on public.bench_rows (name text_pattern_ops);
    grant select on public.bench_rows to anon, authenticated, service_role;
    alter table public.bench_rows enable row level security;`);
  await sql`vacuum analyze public.bench_rows`;
  const list = (ids: string[], type: string) => `'{${ids.join(",")}}'::${type}[]`;
  // #region shop
  const lists = await sql<{ id: string }[]>`select id from public.price_lists where active`;
  // #endregion shop
  const plans = await sql<{ id: string }[]>`select id from public.plans where active`;
  const literals = {
    ":workspaces": list(workspaces, "uuid"),
    ":cases": list(cases, "uuid"),
    // #region shop
    ":lists": list(lists.map(({ id }) => id), "text"),
    // #endregion shop
    ":plans": list(plans.map(({ id }) => id), "text"),
  };
  return {
    database,
    user,
    staff,
    literals,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
