/** Plans and prices out of Stripe's products, whatever the order in which these come. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import type Stripe from "stripe";
import { priceRecord, productRecord } from "../../supabase/functions/_shared/billing/records.ts";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let sql: Sql;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 4 });
  sql = database.sql;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

type Transaction = postgres.TransactionSql;
class Undone extends Error {}

/** Runs in a transaction that is rolled back. */
async function undone(look: (tx: Transaction) => Promise<void>): Promise<void> {
  await sql.begin(async (tx) => {
    await look(tx);
    throw new Undone();
  }).catch((error) => {
    if (!(error instanceof Undone)) throw error;
  });
}

interface Change {
  type: "product" | "price" | "subscription";
  record: Record<string, unknown>;
}

function product(id: string, metadata: Record<string, string>, active = true): Change {
  const fetched = { id, name: id, description: null, active, metadata };
  return { type: "product", record: productRecord(fetched as unknown as Stripe.Product) };
}

function price(id: string, productId: string, over: Partial<Stripe.Price> = {}): Change {
  const fetched = {
    id,
    product: productId,
    lookup_key: null,
    currency: "eur",
    unit_amount: 1900,
    recurring: { interval: "month", interval_count: 1 },
    active: true,
    created: 1_700_000_000,
    ...over,
  };
  return { type: "price", record: priceRecord(fetched as Stripe.Price) };
}

function subscription(id: string, priceId: string): Change {
  return {
    type: "subscription",
    record: {
      id,
      customer_id: "cus_catalogue",
      user_id: null,
      intent_id: null,
      price_id: priceId,
      status: "active",
      quantity: 1,
      currency: "EUR",
      cancel_at_period_end: false,
      created: 1_700_000_000,
    },
  };
}

async function apply(tx: Transaction | Sql, { type, record }: Change): Promise<void> {
  await tx.unsafe(`select private.stripe_apply_${type}($1::jsonb)`, [record as never]);
}

async function plans(tx: Transaction | Sql) {
  return [
    ...await tx<{ id: string; stripe_product_id: string | null; active: boolean }[]>`
    select id, stripe_product_id, active from public.plans order by id`,
  ];
}

/** A workspace with the customer of `subscription`. */
async function addCustomer(tx: Transaction): Promise<void> {
  const user = await insertUser(tx);
  await tx`
    update private.billing_customers set stripe_customer_id = 'cus_catalogue'
    where workspace_id = (select id from public.workspaces where personal_of = ${user})`;
}

/** Everything that follows from the catalogue, to compare. */
async function everything(tx: Transaction) {
  return {
    plans: [
      ...await tx`
      select id, stripe_product_id, name, rank, active from public.plans order by id`,
    ],
    features: [...await tx`select * from public.plan_features order by plan_id, feature`],
    prices: [
      ...await tx`
      select id, product_id, plan_id, lookup_key, active from public.prices order by id`,
    ],
    subscriptions: [
      ...await tx`
      select stripe_subscription_id, plan_id, price_id from public.subscriptions order by 1`,
    ],
  };
}

Deno.test("catalogue: every order of the same changes ends in the same plans, prices and subscriptions", async () => {
  // One list an object: its own states come in order, since a sync never writes an older fetch.
  const histories: Change[][] = [
    [
      product("prod_a", { plan: "basic", rank: "1", feature_projects: "10" }),
      product("prod_a", { plan: "pro", rank: "2", feature_projects: "100" }),
    ],
    [
      product("prod_b", { plan: "pro", rank: "2", feature_members: "true" }),
      product("prod_b", { plan: "basic", rank: "1" }),
    ],
    // A second product that names a plan, and one that was archived.
    [product("prod_c", { plan: "basic", rank: "7", feature_extra: "1" })],
    [product("prod_d", { plan: "basic" }), product("prod_d", { plan: "basic" }, false)],
    // One that is told of its plan, and one that loses it.
    [product("prod_e", {}), product("prod_e", { plan: "late" })],
    [product("prod_f", { plan: "gone" }), product("prod_f", {})],
    ...["a", "b", "c", "d", "e", "f"].map((name) => [price(`price_${name}`, `prod_${name}`)]),
  ];
  const owners = histories.flatMap((states, index) => states.map(() => index));
  const inOrder = (order: number[]): Change[] => {
    const left = histories.map((states) => [...states]);
    return order.map((index) => left[index]!.shift()!);
  };
  let expected: unknown;
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(owners.map((_, n) => n), { minLength: owners.length }),
      async (order) => {
        await undone(async (tx) => {
          await addCustomer(tx);
          for (const change of inOrder(order.map((n) => owners[n]!))) {
            await apply(tx, change);
            // A subscription is synced after its price.
            if (change.type === "price") {
              await apply(
                tx,
                subscription(`sub_of_${change.record["id"]}`, String(change.record["id"])),
              );
            }
          }
          const found = await everything(tx);
          expected ??= found;
          assert.deepEqual(found, expected);
        });
      },
    ),
    { numRuns: 40 },
  );
  const { plans, subscriptions } = expected as Awaited<ReturnType<typeof everything>>;
  assert.deepEqual(plans.map((plan) => [plan["id"], plan["stripe_product_id"], plan["active"]]), [
    ["basic", "prod_b", true],
    ["gone", null, false],
    ["late", "prod_e", true],
    ["pro", "prod_a", true],
  ]);
  assert.deepEqual(subscriptions.map((one) => [one["price_id"], one["plan_id"]]), [
    ["price_a", "pro"],
    ["price_b", "basic"],
    ["price_c", "basic"],
    ["price_d", "basic"],
    ["price_e", "late"],
    ["price_f", null],
  ]);
});

Deno.test("catalogue: two products that swap plans do not collide", async () => {
  await undone(async (tx) => {
    await apply(tx, product("prod_1", { plan: "basic" }));
    await apply(tx, product("prod_2", { plan: "pro" }));
    await apply(tx, product("prod_1", { plan: "pro" }));
    await apply(tx, product("prod_2", { plan: "basic" }));
    assert.deepEqual(await plans(tx), [
      { id: "basic", stripe_product_id: "prod_2", active: true },
      { id: "pro", stripe_product_id: "prod_1", active: true },
    ]);
  });
});

Deno.test("catalogue: a product renamed to a new plan gives the old one up", async () => {
  await undone(async (tx) => {
    await apply(tx, product("prod_1", { plan: "basic" }));
    await apply(tx, product("prod_1", { plan: "starter" }));
    assert.deepEqual(await plans(tx), [
      { id: "basic", stripe_product_id: null, active: false },
      { id: "starter", stripe_product_id: "prod_1", active: true },
    ]);
  });
});

Deno.test("catalogue: an archived product's plan is taken over by the one on sale, and its subscribers keep it", async () => {
  await undone(async (tx) => {
    await addCustomer(tx);
    await apply(tx, product("prod_1", { plan: "basic" }));
    await apply(tx, price("price_old", "prod_1"));
    await apply(tx, subscription("sub_old", "price_old"));
    await apply(tx, product("prod_2", { plan: "basic" }));
    await apply(tx, product("prod_1", { plan: "basic" }, false));
    assert.deepEqual(await plans(tx), [
      { id: "basic", stripe_product_id: "prod_2", active: true },
    ]);
    const [held] = await tx`select plan_id from public.subscriptions`;
    assert.equal(held!["plan_id"], "basic");
  });
});

Deno.test("catalogue: metadata that cannot be a plan's leaves no plan and fails nothing", async () => {
  await undone(async (tx) => {
    await addCustomer(tx);
    for (const plan of ["Basic Plan", "", "9", "x".repeat(41), "basic\n", "é"]) {
      await apply(tx, product("prod_1", { plan }));
      assert.deepEqual(await plans(tx), []);
      // SQL does not rely on records.ts for it.
      const named = product("prod_1", { plan: "basic" });
      await apply(tx, { ...named, record: { ...named.record, plan_id: plan } });
      assert.deepEqual(await plans(tx), []);
    }
    await apply(tx, price("price_1", "prod_1"));
    await apply(tx, subscription("sub_1", "price_1"));
    const [held] = await tx`select plan_id, price_id from public.subscriptions`;
    assert.deepEqual(held, { plan_id: null, price_id: "price_1" });
  });
});

Deno.test("catalogue: a feature whose limit is mistyped is not included, rather than without limit", async () => {
  await undone(async (tx) => {
    await apply(
      tx,
      product("prod_1", {
        plan: "basic",
        rank: "first",
        feature_projects: "10",
        feature_api_access: "true",
        feature_none: "0",
        feature_words: "lots",
        feature_negative: "-1",
        feature_fraction: "1.5",
        feature_empty: "",
        feature_huge: "99999999999999999999",
        "feature_Bad Name": "1",
      }),
    );
    const features = await tx`select feature, limit_value from public.plan_features order by 1`;
    assert.deepEqual([...features], [
      { feature: "api_access", limit_value: null },
      { feature: "none", limit_value: "0" },
      { feature: "projects", limit_value: "10" },
    ]);
    const [plan] = await tx`select rank from public.plans`;
    assert.equal(plan!["rank"], 0);
  });
});

Deno.test("catalogue: of two prices with one lookup key the later one of Stripe's is bought, whichever came first", async () => {
  const older = price("price_older", "prod_1", { lookup_key: "monthly", created: 1_700_000_000 });
  const newer = price("price_newer", "prod_1", { lookup_key: "monthly", created: 1_700_000_001 });
  for (const order of [[older, newer], [newer, older]]) {
    await undone(async (tx) => {
      const user = await insertUser(tx);
      await apply(tx, product("prod_1", { plan: "basic" }));
      for (const change of order) await apply(tx, change);
      const [row] = await tx<{ intent: { price_id: string } }[]>`
        select public.subscription_intent_open(${user}, null, 'monthly', 1) as intent`;
      assert.equal(row!.intent.price_id, "price_newer");
    });
  }
});

Deno.test("catalogue: a price of a plan that is not on sale, or of no plan, cannot be bought", async () => {
  const states = [
    product("prod_1", { plan: "basic" }, false),
    product("prod_1", {}),
  ];
  for (const state of states) {
    await undone(async (tx) => {
      const user = await insertUser(tx);
      await apply(tx, state);
      await apply(tx, price("price_1", "prod_1"));
      await assert.rejects(
        tx.savepoint((inner) =>
          inner`select public.subscription_intent_open(${user}, null, 'price_1', 1)`
        ),
        { code: "PT404", message: "price_not_found" },
      );
    });
  }
});

Deno.test("catalogue: a product and its price written at once by two workers find each other", async () => {
  for (let round = 0; round < 10; round++) {
    const [id, plan] = [`prod_race_${round}`, `race_${round}`];
    await Promise.all([
      apply(sql, product(id, { plan })),
      apply(sql, price(`price_race_${round}`, id)),
    ]);
    const [row] = await sql`select plan_id from public.prices where id = ${`price_race_${round}`}`;
    assert.equal(row!["plan_id"], plan);
  }
});

Deno.test("catalogue: a subscription written while its product changes plan ends on the new one", async () => {
  await sql.begin(addCustomer);
  for (let round = 0; round < 10; round++) {
    const [id, priceId, sub] = [`prod_move_${round}`, `price_move_${round}`, `sub_move_${round}`];
    await apply(sql, product(id, { plan: `from_${round}` }));
    await apply(sql, price(priceId, id));
    await Promise.all([
      apply(sql, product(id, { plan: `to_${round}` })),
      apply(sql, subscription(sub, priceId)),
    ]);
    const [row] = await sql`
      select plan_id from public.subscriptions where stripe_subscription_id = ${sub}`;
    assert.equal(row!["plan_id"], `to_${round}`);
  }
});
