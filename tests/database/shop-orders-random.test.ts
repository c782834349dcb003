/**
 * Orders under random sequences of what can happen to them: the books agree after each step, nothing is
 * sent that is on sale again, and all of the money can go back. PERMUTATIONS sets how many are tried.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { imbalances, insertPaidOrder, insertVariant } from "../support/shop.ts";
import { insertUser, testDatabase } from "../support/database.ts";

const database = await testDatabase({ connections: 1 });
const { sql } = database;
Deno.test.afterAll(async () => {
  await database[Symbol.asyncDispose]();
});
const staff = await insertUser(sql);
await sql`insert into private.staff (user_id, note) values (${staff}, 'a test')`;

const step = fc.oneof(
  fc.record({
    do: fc.constant("line" as const),
    line: fc.nat(1),
    quantity: fc.integer({ min: 1, max: 3 }),
    restock: fc.boolean(),
  }),
  fc.record({ do: fc.constant("amount" as const), amount: fc.integer({ min: 1, max: 900 }) }),
  fc.record({ do: fc.constant("rest" as const), restock: fc.boolean() }),
  fc.record({ do: fc.constant("made" as const), which: fc.nat(5) }),
  fc.record({ do: fc.constant("failed" as const), which: fc.nat(5) }),
  fc.record({ do: fc.constant("refused" as const), which: fc.nat(5) }),
  fc.record({ do: fc.constant("cancel" as const) }),
  fc.record({
    do: fc.constant("dispute" as const),
    status: fc.constantFrom("needs_response", "won", "lost"),
  }),
  fc.record({
    do: fc.constant("advance" as const),
    to: fc.constantFrom("fulfilling", "shipped", "delivered"),
  }),
);

const prices = fc.record({
  a: fc.integer({ min: 100, max: 400 }),
  b: fc.integer({ min: 100, max: 400 }),
  discount: fc.nat(300),
  shipping: fc.nat(200),
  tax: fc.nat(100),
});

/** Lines that are to be sent, or were, of which a unit is on sale again. */
const oversold = async (orderId: string) => [
  ...await sql`
    select line.id from public.order_items as line join public.orders as ordered on ordered.id = line.order_id
    where ordered.id = ${orderId} and ordered.shipped_at is not null
      and line.restocked_quantity > line.refunded_quantity`,
];

Deno.test("orders: whatever happens in whatever order, the books agree and all of it can go back", async () => {
  const refusals = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 12 }),
      prices,
      async (steps, price) => {
        const a = await insertVariant(sql, { unitAmount: price.a, stock: 5 });
        const b = await insertVariant(sql, { unitAmount: price.b, stock: 5 });
        const order = await insertPaidOrder(sql, {
          lines: [{ variant: a, quantity: 3 }, { variant: b, quantity: 2 }],
          discount: price.discount,
          shipping: price.shipping,
          tax: price.tax,
        });
        const ids = [order.id, a.id, b.id, ...order.itemIds];
        const told = new Map<string, unknown>();
        const refunds = async () =>
          await sql<{ id: string; amount: number; state: string }[]>`
          select id, amount::int, state from public.order_refunds
          where order_id = ${order.id} order by created_at, id`;
        const tell = async () =>
          await sql`select private.stripe_apply_charge(${
            sql.json({
              id: order.charge,
              payment_id: order.paymentIntent,
              amount_refunded: 0,
              refunds: [...told.values()],
            } as never)
          })`;
        const open = async (amount: number | null, lines: unknown[], restock: boolean) =>
          await sql`select private.order_refund_open(
          ${order.id}, ${amount}, 'goodwill', ${sql.json(lines as never)}, ${restock},
          ${crypto.randomUUID()})`;
        /** Stripe gives nothing back of what a bank has taken, or asks for. */
        const disputed = async () =>
          (await sql`
          select 1 from private.order_disputes where order_id = ${order.id} and status <> 'won'`)
            .length > 0;
        const refuse = async (id: string) =>
          await sql`select public.order_refund_refused(${id}, 'charge_disputed')`;
        const settle = async (which: number, state: string, status: string) => {
          const found = (await refunds()).filter((one) => one.state === state);
          const one = found[which % Math.max(1, found.length)];
          if (one === undefined) return;
          if (status === "succeeded" && await disputed()) return await refuse(one.id);
          told.set(one.id, {
            id: `re_${one.id}`,
            order_refund_id: one.id,
            status,
            amount: one.amount,
            currency: "EUR",
            created: 1,
          });
          await tell();
        };
        const act = async (one: (typeof steps)[number]) => {
          switch (one.do) {
            case "line":
              return await open(
                null,
                [{ order_item_id: order.itemIds[one.line], quantity: one.quantity }],
                one.restock,
              );
            case "amount":
              return await open(one.amount, [], false);
            case "rest":
              return await open(null, [], one.restock);
            case "made":
              return await settle(one.which, "open", "succeeded");
            case "failed":
              return await settle(one.which, "done", "failed");
            case "refused": {
              const [open] = (await refunds()).filter(({ state }) => state === "open");
              if (open) await sql`select public.order_refund_refused(${open.id}, 'no')`;
              return;
            }
            case "dispute": {
              const [known] = await sql`
              select status, amount::int from private.order_disputes where order_id = ${order.id}`;
              // What is decided stays so at Stripe.
              if (known !== undefined && known["status"] !== "needs_response") return;
              const [left] = await sql`
              select (paid_amount - refunded_amount)::int as amount from public.orders
              where id = ${order.id}`;
              const amount = known?.["amount"] ?? left!["amount"];
              if (amount <= 0) return;
              return await sql`select private.stripe_apply_dispute(${
                sql.json({
                  id: `dp_${order.id}`,
                  payment_id: order.paymentIntent,
                  charge_id: null,
                  status: one.status,
                  amount,
                  currency: "EUR",
                  reason: "fraudulent",
                  evidence_due_by: null,
                  created: 1,
                })
              })`;
            }
            case "cancel":
              return await sql`select public.order_cancel(${order.id}, null, true, null, false)`;
            case "advance":
              return await sql`
              select public.order_advance(${staff}, ${order.id}, ${one.to}, 'Post', 'T', null, null)`;
          }
        };
        for (const one of steps) {
          try {
            await act(one);
          } catch (error) {
            // A refusal by name; anything else is a defect.
            const { message } = error as Error;
            if (one.do === "advance" || one.do === "cancel") assert.match(message, /^order_/);
            assert.match(
              message,
              /^(order_not_refundable|refund_exceeds_order|order_not_cancellable|order_state_conflict)$/,
              `${JSON.stringify(one)} of ${JSON.stringify(steps)}`,
            );
            refusals.add(message);
          }
          const where = `${JSON.stringify(one)} of ${JSON.stringify(steps)}`;
          assert.deepEqual(await imbalances(sql, ids), [], where);
          // What comes back after it was sent was there to be sent.
          if (one.do === "advance") assert.deepEqual(await oversold(order.id), [], where);
        }
        // Whatever failed meanwhile: what is left goes back, exactly.
        await act({ do: "dispute", status: "won" });
        const [before] = await sql`select private.order_left(${order.id})::int as left_over`;
        if (before!["left_over"] > 0) await open(null, [], true);
        for (const { id } of (await refunds()).filter(({ state }) => state === "open")) {
          if (await disputed()) {
            await refuse(id);
            continue;
          }
          const amount = (await refunds()).find((one) => one.id === id)!.amount;
          told.set(id, {
            id: `re_${id}`,
            order_refund_id: id,
            status: "succeeded",
            amount,
            currency: "EUR",
            created: 1,
          });
        }
        await tell();
        const [row] = await sql`
        select status, (paid_amount - refunded_amount - disputed_amount)::int as kept from public.orders
        where id = ${order.id}`;
        // What a bank has taken back cannot be refunded besides: the rest of such a charge stays.
        if (await disputed()) assert.ok(row!["kept"] >= 0);
        else assert.deepEqual({ ...row }, { status: "refunded", kept: 0 });
        assert.deepEqual(await imbalances(sql, ids), []);
      },
    ),
    { numRuns: Number(Deno.env.get("PERMUTATIONS") ?? "12") },
  );
  assert.ok(refusals.size >= 1, [...refusals].join());
});
