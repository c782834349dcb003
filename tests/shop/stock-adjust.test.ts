/** Staff correct the stock: by what came and went, by a count, and until a shortage is resolved. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { insertUser, type Sql, type TestDatabase, testDatabase } from "../support/database.ts";
import { asAnon, asUser, refused } from "../support/callers.ts";
import { paidOrder, stockOf, variantWithStock } from "../support/stock-rows.ts";

let database: TestDatabase;
let sql: Sql;
let staff: string;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
  sql = database.sql;
  staff = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const why = "counted on a Monday morning";
interface Adjustment {
  delta?: number;
  counted?: number;
  reason?: string;
  request?: string;
}

function adjust(
  variant: string,
  { delta, counted, reason = why, request }: Adjustment,
  as = staff,
) {
  return asUser(sql, as, async (call) => {
    const [row] = await call<{ answer: Record<string, number> }[]>`
      select public.stock_adjust(
        ${variant}, ${reason}, ${delta ?? null}, ${counted ?? null}, ${request ?? null}
      ) as answer`;
    return row!.answer;
  });
}

const reserve = async (variant: string, quantity: number) =>
  (await sql`select private.stock_change(${variant}, 'reserved', 0, ${quantity}) as held`)[0]![
    "held"
  ];
const release = (variant: string, quantity: number) =>
  sql`select private.stock_change(${variant}, 'released', 0, ${-quantity})`;

/** The counters, which must equal the ledger's sums. */
async function counters(variant: string) {
  const { held, summed } = await stockOf(sql, variant);
  assert.deepEqual(summed, held, "the ledger's sums");
  return [held.on_hand, held.reserved, held.shortage];
}

Deno.test("stock_adjust: what came and went, with who, why and an entry in the audit log", async () => {
  const variant = await variantWithStock(sql, 0);
  assert.deepEqual(await adjust(variant, { delta: 12, reason: "  a delivery of Monday  " }), {
    variant_id: variant,
    on_hand: 12,
    reserved: 0,
    shortage: 0,
    unshipped: 0,
  });
  await adjust(variant, { delta: -2, reason: "two fell down the stairs" });
  assert.deepEqual(await counters(variant), [10, 0, 0]);
  const moved = await sql`
    select kind, on_hand_delta, actor_id, note from private.stock_movements
    where variant_id = ${variant} order by id`;
  assert.deepEqual(moved.map((one) => Object.values(one)), [
    ["adjusted", 12, staff, "a delivery of Monday"],
    ["adjusted", -2, staff, "two fell down the stairs"],
  ]);
  const noted = await sql`
    select actor_id, actor_kind, changes from public.audit_log
    where action = 'stock.adjust' and target = ${variant} order by id`;
  assert.deepEqual(noted.map((one) => ({ ...one }))[1], {
    actor_id: staff,
    actor_kind: "staff",
    changes: {
      on_hand: { old: 12, new: 10 },
      shortage: { old: 0, new: 0 },
      note: { new: "two fell down the stairs" },
    },
  });
});

Deno.test("stock_adjust: paid units that wait on the shelf are counted there, and are not on hand", async () => {
  const variant = await variantWithStock(sql, 10);
  const order = await paidOrder(sql, variant, 3);
  assert.deepEqual(await counters(variant), [7, 0, 0]);
  // Ten lie there: seven to sell, three to ship.
  assert.equal((await adjust(variant, { counted: 10 }))["unshipped"], 3);
  assert.deepEqual(await counters(variant), [7, 0, 0]);
  await sql`update public.orders set status = 'shipped', shipped_at = now() where id = ${order}`;
  await adjust(variant, { counted: 7 });
  assert.deepEqual(await counters(variant), [7, 0, 0]);
  await adjust(variant, { counted: 6 });
  assert.deepEqual(await counters(variant), [6, 0, 0]);
});

Deno.test("stock_adjust: a count below what checkouts hold takes nothing from them: the rest is a shortage", async () => {
  const variant = await variantWithStock(sql, 10);
  await reserve(variant, 6);
  await adjust(variant, { counted: 4 });
  assert.deepEqual(await counters(variant), [6, 6, 2]);
  assert.equal(await reserve(variant, 1), false, "nobody buys what is not there");
  const [known] =
    await sql`select band from public.variant_availability where variant_id = ${variant}`;
  assert.equal(known!["band"], "out_of_stock");
  // Lost units of paid orders are missing as well.
  const other = await variantWithStock(sql, 10);
  await paidOrder(sql, other, 5);
  await reserve(other, 2);
  await adjust(other, { counted: 3 });
  assert.deepEqual(await counters(other), [2, 2, 4]);
});

Deno.test("stock_adjust: a shortage is resolved by a delivery, by a count, or by orders that let go", async () => {
  const short = async () => {
    const variant = await variantWithStock(sql, 5);
    await reserve(variant, 5);
    await adjust(variant, { counted: 2 });
    assert.deepEqual(await counters(variant), [5, 5, 3]);
    return variant;
  };
  const delivered = await short();
  await adjust(delivered, { delta: 3, reason: "sent after by the supplier" });
  assert.deepEqual(await counters(delivered), [5, 5, 0]);
  const plenty = await short();
  await adjust(plenty, { delta: 10, reason: "sent after by the supplier" });
  assert.deepEqual(await counters(plenty), [12, 5, 0]);
  const found = await short();
  await adjust(found, { counted: 6, reason: "found behind the shelf" });
  assert.deepEqual(await counters(found), [6, 5, 0]);
  const released = await short();
  await release(released, 2);
  assert.deepEqual(await counters(released), [3, 3, 1]);
  await release(released, 3);
  // Of the five that were held, two are there.
  assert.deepEqual(await counters(released), [2, 0, 0]);
  assert.equal(await reserve(released, 3), false);
  assert.equal(await reserve(released, 2), true);
});

Deno.test("stock_adjust: the same request twice, also at once, moves once", async () => {
  const variant = await variantWithStock(sql, 0);
  const request = crypto.randomUUID();
  const answers = await Promise.all([1, 2, 3, 4].map(() => adjust(variant, { delta: 5, request })));
  assert.deepEqual(answers.map((one) => one["on_hand"]), [5, 5, 5, 5]);
  assert.deepEqual(await counters(variant), [5, 0, 0]);
});

Deno.test("stock_adjust: refused without a reason, for nothing, for too much, and to who is no staff", async () => {
  const variant = await variantWithStock(sql, 5);
  const user = await insertUser(sql);
  for (
    const wrong of [
      { delta: 1, reason: "why" },
      { delta: 1, reason: " ".repeat(9) },
      { delta: 1, reason: "x".repeat(501) },
      {},
      { delta: 1, counted: 1 },
      { delta: 0 },
      { counted: -1 },
      { delta: 1_000_001 },
      { delta: -6 },
    ]
  ) {
    await refused(adjust(variant, wrong), "invalid_body");
  }
  await refused(adjust(crypto.randomUUID(), { delta: 1 }), "not_found");
  await refused(adjust(variant, { delta: 1 }, user), "forbidden");
  await refused(
    asAnon(sql, (call) => call`select public.stock_adjust(${variant}, ${why}, 1)`),
    "42501",
  );
  await refused(
    asUser(sql, user, (call) => call`select * from public.stock_levels()`),
    "forbidden",
  );
  await refused(
    asUser(sql, user, (call) => call`select * from public.stock_history(${variant})`),
    "forbidden",
  );
  assert.deepEqual(await counters(variant), [5, 0, 0]);
});

Deno.test("stock_adjust: staff without the second factor that is required are told so", async () => {
  const variant = await variantWithStock(sql, 5);
  await sql`update private.second_factor_rules set required = true where audience = 'staff'`;
  try {
    await refused(adjust(variant, { delta: 1 }), "second_factor_required");
  } finally {
    await sql`update private.second_factor_rules set required = false where audience = 'staff'`;
  }
});

Deno.test("stock_adjust: counted while buyers reserve and let go at once, no unit is lost, sold twice or made up", async () => {
  const variant = await variantWithStock(sql, 20);
  let held = 0;
  const buyer = async () => {
    for (let n = 0; n < 10; n++) {
      if (!await reserve(variant, 2)) continue;
      held += 2;
      if (n % 3 === 0) {
        await release(variant, 2);
        held -= 2;
      }
    }
  };
  const clerk = async () => {
    for (const counted of [15, 3, 30, 8]) await adjust(variant, { counted });
  };
  await Promise.all([buyer(), buyer(), buyer(), buyer(), clerk(), clerk()]);
  await adjust(variant, { counted: 8 });
  const [onHand, reserved, shortage] = await counters(variant);
  assert.equal(reserved, held);
  assert.equal(onHand! - shortage!, 8);
  assert.equal(onHand, Math.max(8, held));
});

Deno.test("stock_adjust: whatever happens in whatever order, counters equal the ledger, and nothing is sold that is not there", async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("reserve" as const), n: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant("release" as const), n: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant("sell" as const), n: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant("count" as const), n: fc.integer({ min: 0, max: 12 }) }),
    fc.record({ kind: fc.constant("come" as const), n: fc.integer({ min: 1, max: 6 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const variant = await variantWithStock(sql, 6);
      // What lies on the shelf beside what is to be shipped, and may fall below zero when that is missing.
      let there = 6;
      let reserved = 0;
      for (const { kind, n } of steps) {
        if (kind === "reserve" && await reserve(variant, n)) {
          assert.ok(there - reserved >= n, "held, and not there");
          reserved += n;
        } else if (kind === "release" && reserved >= n) {
          await release(variant, n);
          reserved -= n;
        } else if (kind === "sell" && reserved >= n) {
          await sql`select private.stock_change(${variant}, 'sold', ${-n}, ${-n})`;
          reserved -= n;
          there -= n;
        } else if (kind === "count") {
          await adjust(variant, { counted: n });
          there = n;
        } else if (kind === "come") {
          await adjust(variant, { delta: n });
          there += n;
        }
        const [onHand, held, shortage] = await counters(variant);
        assert.equal(held, reserved);
        assert.equal(onHand! - shortage!, there);
        assert.ok(shortage === 0 || onHand === held, "while some are missing, none is for sale");
      }
    }),
    { numRuns: 25 },
  );
});

Deno.test("stock_levels: pages of exact counts by SKU, by prefix, what is low and what is short", async () => {
  const prefix = `T${crypto.randomUUID().slice(0, 8)}-`;
  const ids: string[] = [];
  for (const [sku, onHand] of [["A", 100], ["B", 3], ["C", 0], ["a", 9]] as const) {
    ids.push(await variantWithStock(sql, onHand, { sku: prefix + sku }));
  }
  await reserve(ids[1]!, 2);
  await adjust(ids[1]!, { counted: 1 });
  const levels = (options: { after?: string; only?: string; size?: number }) =>
    asUser(
      sql,
      staff,
      async (call) =>
        (await call<{ sku: string; available: number; shortage: number }[]>`
        select * from public.stock_levels(
          ${options.after ?? null}, ${options.size ?? 50}, ${prefix}, ${options.only ?? null})`)
          .map(({ sku, available, shortage }) => [sku.slice(prefix.length), available, shortage]),
    );
  assert.deepEqual(await levels({}), [["A", 100, 0], ["B", 0, 1], ["C", 0, 0], ["a", 9, 0]]);
  assert.deepEqual(await levels({ size: 2, after: `${prefix}B` }), [["C", 0, 0], ["a", 9, 0]]);
  assert.deepEqual(await levels({ only: "low" }), [["B", 0, 1], ["C", 0, 0]]);
  assert.deepEqual(await levels({ only: "short" }), [["B", 0, 1]]);
  await refused(levels({ size: 501 }), "invalid_body");
  await refused(levels({ only: "all" }), "invalid_body");
  const history = await asUser(
    sql,
    staff,
    async (call) =>
      await call<{ kind: string }[]>`select kind from public.stock_history(${ids[1]!})`,
  );
  assert.deepEqual(history.map(({ kind }) => kind), ["counted", "reserved", "adjusted"]);
});
