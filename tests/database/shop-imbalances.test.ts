/** private.shop_imbalances(): for each kind that it can return, the corruptions by which that one branch alone speaks. */
import { deepEqual, ok } from "node:assert/strict";
import type postgres from "postgres";
import { type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import {
  imbalances,
  insertOrder,
  insertPaidOrder,
  insertVariant,
  type TestOrder,
  type TestVariant,
} from "../support/shop.ts";

type Tx = postgres.TransactionSql;

let database: TestDatabase;
let sql: Sql;
let chair: TestVariant;
let pending: TestOrder;
/** Three chairs paid, of which one came back: whatever has a counter has something in it. */
let paid: TestOrder;

const paidTotal = 3200;
const backAmount = 900;

Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
  sql = database.sql;
  chair = await insertVariant(sql, { unitAmount: 1000, stock: 20 });
  pending = await insertOrder(sql, { lines: [{ variant: chair, quantity: 2 }] });
  paid = await insertPaidOrder(sql, {
    lines: [{ variant: chair, quantity: 3 }],
    discount: 300,
    shipping: 500,
  });
  const lines = sql.json([{ order_item_id: paid.itemIds[0]!, quantity: 1, amount: backAmount }]);
  for (const state of ["done", "failed"]) {
    await sql`
      insert into public.order_refunds (order_id, amount, currency, reason, lines, state, cause, closed_at)
      values (${paid.id}, ${backAmount}, 'EUR', 'returned', ${lines}, ${state}, ${state}, now())`;
  }
  await sql`
    update public.order_items set refunded_quantity = 1, refunded_amount = ${backAmount}, restocked_quantity = 1
    where order_id = ${paid.id}`;
  await sql`select private.stock_change(${chair.id}, 'restocked', 1, 0, ${paid.id})`;
  // What went and came back leaves nothing; what came in another currency is no counter's.
  for (
    const [kind, amount, id] of [
      ["refund", -backAmount, "re_back"],
      ["refund", -100, "re_bounced"],
      ["refund_failed", 100, "re_bounced"],
      ["dispute", -paidTotal, "dp_won"],
      ["dispute_won", paidTotal, "dp_won"],
      ["dispute", -40, "dp_open"],
    ] as const
  ) await sql`select private.order_money(${paid.id}, ${kind}, ${amount}, ${id})`;
  await sql`
    insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
    values (${paid.id}, 'charge', 77, 'USD', 'ch_of_another_currency')`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

class Undone extends Error {}

/** What is found once something was written past triggers and RPCs; nothing of it stays. */
async function foundAfter(corrupt: (tx: Tx) => Promise<unknown>): Promise<unknown[]> {
  let found: unknown[] = [];
  await sql.begin(async (tx) => {
    await tx`alter table private.stock_movements disable trigger stock_movements_keep`;
    await tx`alter table public.orders disable trigger orders_transition`;
    await corrupt(tx);
    found = await imbalances(tx as unknown as Sql);
    throw new Undone();
  }).catch((error) => {
    if (!(error instanceof Undone)) throw error;
  });
  return found;
}

const money = (tx: Tx, kind: string, amount: number) =>
  tx`insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
    values (${paid.id}, ${kind}, ${amount}, 'EUR', 'written by hand')`;
const refund = (tx: Tx, state: string, lines: { order_item_id: string; quantity: number }[] = []) =>
  tx`insert into public.order_refunds (order_id, amount, currency, reason, lines, state, cause, closed_at)
    values (${paid.id}, 1, 'EUR', 'goodwill', ${tx.json(lines)}, ${state}, 'written by hand',
      ${state === "open" ? null : new Date()})`;
const ledger = (tx: Tx, kind: string, onHand: number, reserved: number, orderId: string | null) =>
  tx`insert into private.stock_movements (variant_id, kind, on_hand_delta, reserved_delta, order_id)
    values (${chair.id}, ${kind}, ${onHand}, ${reserved}, ${orderId})`;
/** Moves stock for an order, and back for nobody: the sums of the variant stay. */
const moved = async (tx: Tx, order: TestOrder, onHand: number, reserved: number) => {
  await ledger(tx, "adjusted", onHand, reserved, order.id);
  await ledger(tx, "adjusted", 0 - onHand, 0 - reserved, null);
};
const become = (tx: Tx, order: TestOrder, status: string) =>
  tx`update public.orders set status = ${status}, paid_at = now() where id = ${order.id}`;

/** The kind, what was corrupted and how; whose it is, what the ledger says and what the counter. */
const corruptions: [
  kind: string,
  what: string,
  corrupt: (tx: Tx) => Promise<unknown>,
  expected: () => [id: string, ledger: number, counter: number],
][] = [
  [
    "order_paid",
    "a counter without its charge",
    (tx) => tx`update public.orders set paid_amount = paid_amount + 1 where id = ${paid.id}`,
    () => [paid.id, paidTotal, paidTotal + 1],
  ],
  [
    "order_paid",
    "a charge that is not counted",
    (tx) => money(tx, "charge", 5),
    () => [paid.id, paidTotal + 5, paidTotal],
  ],
  [
    "order_refunded",
    "a refund that is not counted",
    (tx) => money(tx, "refund", -1),
    () => [paid.id, backAmount + 1, backAmount],
  ],
  [
    "order_refunded",
    "a failed refund that is not counted back",
    (tx) => money(tx, "refund_failed", 1),
    () => [paid.id, backAmount - 1, backAmount],
  ],
  [
    "order_disputed",
    "a counter without its dispute",
    (tx) =>
      tx`update public.orders set disputed_amount = disputed_amount + 1 where id = ${paid.id}`,
    () => [paid.id, 40, 41],
  ],
  [
    "order_disputed",
    "a dispute won that is not counted back",
    (tx) => money(tx, "dispute_won", 40),
    () => [paid.id, 0, 40],
  ],
  [
    "stock_on_hand",
    "units from nowhere",
    (tx) => tx`update private.stock set on_hand = on_hand + 1 where variant_id = ${chair.id}`,
    () => [chair.id, 18, 19],
  ],
  [
    "stock_reserved",
    "a hold of nobody",
    (tx) => tx`update private.stock set reserved = reserved + 1 where variant_id = ${chair.id}`,
    () => [chair.id, 2, 3],
  ],
  [
    "stock_shortage",
    "a shortage that no count has found",
    async (tx) => {
      await tx`alter table private.stock disable trigger stock_shortage`;
      await tx`update private.stock set shortage = 1 where variant_id = ${chair.id}`;
    },
    () => [chair.id, 0, 1],
  ],
  [
    "stock_shortage",
    "a shortage that is not counted",
    (tx) =>
      tx`insert into private.stock_movements (variant_id, kind, shortage_delta) values (${chair.id}, 'counted', 2)`,
    () => [chair.id, 2, 0],
  ],
  [
    "order_subtotal",
    "more than its lines come to",
    (tx) =>
      tx`update public.orders set subtotal_amount = subtotal_amount + 1, total_amount = total_amount + 1
        where id = ${pending.id}`,
    () => [pending.id, 2000, 2001],
  ],
  [
    "order_discount",
    "more than its lines have of it",
    (tx) =>
      tx`update public.orders set discount_amount = discount_amount + 1, total_amount = total_amount - 1
        where id = ${paid.id}`,
    () => [paid.id, 300, 301],
  ],
  [
    "order_held",
    "a pending order that holds too little",
    (tx) => moved(tx, pending, 0, -1),
    () => [pending.id, 2, 1],
  ],
  [
    "order_held",
    "a paid order that still holds",
    (tx) => moved(tx, paid, 0, 1),
    () => [paid.id, 0, 1],
  ],
  ["order_held", "an order in review that holds a part", async (tx) => {
    await become(tx, pending, "review");
    await moved(tx, pending, 0, -1);
  }, () => [pending.id, 0, 1]],
  [
    "order_held",
    "an expired order that was not released",
    (tx) => become(tx, pending, "expired"),
    () => [
      pending.id,
      0,
      2,
    ],
  ],
  [
    "order_restocked",
    "a line whose units came back by another movement",
    (tx) =>
      tx`update private.stock_movements set kind = 'adjusted' where order_id = ${paid.id} and kind = 'restocked'`,
    () => [paid.id, 0, 1],
  ],
  ["order_sold", "a paid order that took a unit too many", (tx) => moved(tx, paid, -1, 0), () => [
    paid.id,
    2,
    3,
  ]],
  [
    "line_refunded",
    "a counter without its refund",
    (tx) => tx`update public.order_items set refunded_quantity = 2 where order_id = ${paid.id}`,
    () => [paid.itemIds[0]!, 1, 2],
  ],
  [
    "line_refunded",
    "a refund under way that is not counted",
    (tx) => refund(tx, "open", [{ order_item_id: paid.itemIds[0]!, quantity: 2 }]),
    () => [paid.itemIds[0]!, 3, 1],
  ],
  ["order_refunds", "a refund done that moved no money", (tx) => refund(tx, "done"), () => [
    paid.id,
    backAmount + 1,
    backAmount,
  ]],
  [
    "order_refunds",
    "money that went back by no refund",
    (tx) =>
      tx`delete from public.order_refunds where order_id = ${paid.id} and state = 'failed'`
        .then(() =>
          tx`update public.order_refunds set amount = amount - 1 where order_id = ${paid.id}`
        ),
    () => [paid.id, backAmount - 1, backAmount],
  ],
  [
    "order_disputed",
    "a dispute that is not counted",
    (tx) => money(tx, "dispute", -1),
    () => [paid.id, 41, 40],
  ],
  [
    "stock_on_hand",
    "a delivery that is not counted",
    (tx) => ledger(tx, "counted", 1, 0, null),
    () => [chair.id, 19, 18],
  ],
  [
    "stock_reserved",
    "a hold that is not counted",
    (tx) => ledger(tx, "reserved", 0, 1, null),
    () => [chair.id, 3, 2],
  ],
  [
    "order_subtotal",
    "less than its lines come to",
    (tx) =>
      tx`update public.orders set subtotal_amount = subtotal_amount - 1, total_amount = total_amount - 1
        where id = ${pending.id}`,
    () => [pending.id, 2000, 1999],
  ],
  [
    "order_discount",
    "less than its lines have of it",
    (tx) =>
      tx`update public.orders set discount_amount = discount_amount - 1, total_amount = total_amount + 1
        where id = ${paid.id}`,
    () => [paid.id, 300, 299],
  ],
  ["order_restocked", "units that came back and are not counted", async (tx) => {
    await ledger(tx, "restocked", 1, 0, paid.id);
    await ledger(tx, "adjusted", -1, 0, paid.id);
  }, () => [paid.id, 2, 1]],
  ["order_sold", "a paid order that took a unit too few", (tx) => moved(tx, paid, 1, 0), () => [
    paid.id,
    2,
    1,
  ]],
];

Deno.test("shop_imbalances: nothing where all is in order, whatever went and came back", async () => {
  deepEqual(await foundAfter(() => Promise.resolve()), []);
  // Both are as they should be: in review an order holds all or nothing.
  deepEqual(await foundAfter((tx) => become(tx, pending, "review")), []);
  deepEqual(
    await foundAfter(async (tx) => {
      await become(tx, pending, "review");
      await moved(tx, pending, 0, -2);
    }),
    [],
  );
});

for (const [kind, what, corrupt, expected] of corruptions) {
  Deno.test(`shop_imbalances: ${kind}: ${what}`, async () => {
    const [id, ledger, counter] = expected();
    deepEqual(
      (await foundAfter(corrupt)).map((row) => ({ ...row as Record<string, unknown> })),
      [{ kind, id, expected: String(ledger), actual: String(counter) }],
    );
  });
}

Deno.test("shop_imbalances: order_subtotal: an order without lines comes to nothing", async () => {
  const found = await foundAfter((tx) =>
    tx`insert into public.orders (customer_email, price_list_id, currency, subtotal_amount, total_amount, expires_at)
      values ('ada@example.com', 'eur', 'EUR', 5, 5, now())`
  );
  deepEqual(
    (found as Record<string, unknown>[]).map((
      { kind, expected, actual },
    ) => [kind, expected, actual]),
    [["order_subtotal", "0", "5"]],
  );
});

Deno.test("shop_imbalances: order_sold: asked of each order that is to be sent or was, and of no other", async () => {
  const asked: string[] = [];
  const [known] = await sql<{ all: string[] }[]>`
    select array_agg(distinct to_status order by to_status) as all from private.order_transitions`;
  for (const status of known!.all) {
    const found = await foundAfter(async (tx) => {
      await become(tx, paid, status);
      await moved(tx, paid, -1, 0);
    }) as { kind: string }[];
    if (found.some(({ kind }) => kind === "order_sold")) asked.push(status);
  }
  deepEqual(asked, ["delivered", "fulfilling", "paid", "partially_refunded", "shipped"]);
});

Deno.test("shop_imbalances: each kind that it can return has a corruption here", async () => {
  const [row] = await sql<{ source: string }[]>`
    select prosrc as source from pg_catalog.pg_proc where oid = 'private.shop_imbalances()'::regprocedure`;
  const kinds = [...row!.source.matchAll(/^ {2}select '([a-z_]+)',/gm)].map((match) => match[1]!);
  ok(kinds.length >= 13, "its branches are read from its source");
  deepEqual(
    [...new Set(corruptions.map(([kind]) => kind))].toSorted(),
    [...new Set(kinds)].toSorted(),
  );
});
