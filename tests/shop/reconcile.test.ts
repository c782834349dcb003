/** The shop against Stripe and its own books: each kind of difference is found, and mended or reported. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type Stripe from "stripe";
import { reconcileShop } from "../../supabase/functions/_shared/shop/reconcile/reconcile.ts";
import { connect } from "../support/connect.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { onSale } from "../support/products.ts";
import { insertOrder } from "../support/shop-rows.ts";
import { call, operator, type StackAddress, stripeSdk } from "../support/stack.ts";
import { delivered, faults } from "../support/stripe-local.ts";

interface Drift {
  kind: string;
  object_type: string;
  object_id: string;
  order_id: string | null;
  repaired: boolean;
}

async function reconciled(
  on: StackAddress,
  body: { repair?: boolean; run_id?: number } = {},
): Promise<{ run_id: number; checked: number; drifts: Drift[] }> {
  const answer = await call("POST", "shop-reconcile", { on, key: on.secretKey, body });
  equal(answer.status, 200, JSON.stringify(answer.body));
  equal(answer.body.done, true);
  return answer.body;
}

/** `kind object_type`, sorted. */
const told = (drifts: Drift[]) =>
  drifts.map(({ kind, object_type }) => `${kind} ${object_type}`).toSorted();

async function pay(url: string): Promise<void> {
  const reply = await fetch(`${url}/pay`, {
    method: "POST",
    body: new URLSearchParams({ card_number: "4242424242424242" }),
    redirect: "manual",
  });
  await reply.body?.cancel();
  equal(reply.status, 303);
}

Deno.test("shop-reconcile: each kind of difference is one row; what Stripe can tell is mended, the rest reported", async () => {
  await using own = await startOwnStack();
  const on = own.at;
  const sql = connect(on);
  const stripe = stripeSdk(on);
  try {
    const { variantId } = await onSale(sql, { stock: 50, price: 1000 });
    const buy = async () => {
      const answer = await call("POST", "checkout-create", {
        on,
        body: {
          email: `buyer-${crypto.randomUUID()}@example.com`,
          items: [{ variant_id: variantId, quantity: 1 }],
          success_url: `${on.siteUrl}/order/return?session_id={CHECKOUT_SESSION_ID}`,
          cancel_url: `${on.siteUrl}/cart`,
        },
      });
      equal(answer.status, 200, JSON.stringify(answer.body));
      return answer.body as { order_id: string; session_id: string; checkout_url: string };
    };
    const orderOf = async ({ order_id }: { order_id: string }) =>
      (await sql`select * from public.orders where id = ${order_id}`)[0]!;

    const chargeOf = async ({ order_id }: { order_id: string }) =>
      (await sql<{ stripe_id: string }[]>`
        select stripe_id from private.money_movements where order_id = ${order_id} and kind = 'charge'`)[
        0
      ]!.stripe_id;
    /** What its card's holder or bank does. */
    const atStripe = async (path: string, body: unknown = {}): Promise<unknown> => {
      const answer = await fetch(`${on.stripeUrl}/_local/${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      equal(answer.status, 200, path);
      return await answer.json();
    };

    const refunded = await buy();
    const disputed = await buy();
    const doubled = await buy();
    const bounced = await buy();
    const won = await buy();
    const mischarged = await buy();
    for (const one of [refunded, disputed, doubled, bounced, won, mischarged]) {
      await pay(one.checkout_url);
    }
    await delivered(on);
    const bouncing = await stripe.refunds.create({
      payment_intent: (await orderOf(bounced))["stripe_payment_intent_id"],
      amount: 300,
    });
    const winning = await atStripe("disputes", { charge: await chargeOf(won) }) as { id: string };
    await delivered(on);
    deepEqual((await reconciled(on)).drifts, [], "nothing differs at first");

    // A page of which everything looks different, and a Stripe that fails at each second look.
    const asked: string[] = [];
    let looks = 0;
    const { sessions } = stripe.checkout;
    const faltering = new Proxy(stripe, {
      get: (_target, name) =>
        name !== "checkout" ? Reflect.get(stripe, name) : {
          sessions: {
            async list(params: Stripe.Checkout.SessionListParams) {
              const page = await sessions.list(params);
              return { ...page, data: page.data.map((one) => ({ ...one, amount_total: 1 })) };
            },
            async retrieve(id: string, params: Stripe.Checkout.SessionRetrieveParams) {
              if (++looks % 2 === 0) throw new Error("Stripe is away");
              asked.push(id);
              return await sessions.retrieve(id, params);
            },
          },
        },
    });
    const [faltered] = await sql<{ id: string }[]>`
      insert into private.shop_reconciliations (repair) values (false) returning id`;
    let report: Awaited<ReturnType<typeof reconcileShop>> | undefined;
    for (let tries = 0; report === undefined && tries < 20; tries++) {
      report = await reconcileShop({ admin: operator(on), stripe: faltering }, {
        runId: Number(faltered!.id),
        repair: false,
        budgetMs: 60_000,
      }).catch((error: Error) => {
        if (error.message !== "Stripe is away") throw error;
        return undefined;
      });
    }
    // Each once: neither the next try nor the ledger asks for what was looked at.
    deepEqual([asked.length, new Set(asked).size], [6, 6]);
    const whole = await reconciled(on);
    deepEqual([report?.done, report?.drifts, report?.checked], [true, [], whole.checked]);

    // A run that was cut off goes on where it was; a job that is tried again, with the run it began.
    const [cut] = await sql<{ id: string }[]>`
      insert into private.shop_reconciliations (repair, cause, phase, checked)
      values (false, 'tonight', 'charge', 7) returning id`;
    const [begun] = await sql`
      select public.shop_reconciliation_begin(null, true, 'tonight') as run`;
    deepEqual([begun!["run"].id, begun!["run"].repair], [Number(cut!.id), false]);
    // Six sessions are behind it, a refund and a dispute; its ledger is looked for at Stripe where no page had it.
    const rest = await reconciled(on, { run_id: Number(cut!.id) });
    deepEqual([rest.checked, rest.drifts], [7 + 8, []]);
    const [seen] = await sql`select count(*)::int as n from private.shop_reconciliation_seen`;
    equal(seen!["n"], 0);

    // From here on no webhook comes.
    await faults(on, { deliveries: { drop: 1000 } });
    const unsettled = await buy();
    await pay(unsettled.checkout_url);
    const expired = await buy();
    await stripe.checkout.sessions.expire(expired.session_id);
    await stripe.refunds.create({
      payment_intent: (await orderOf(refunded))["stripe_payment_intent_id"],
      amount: 300,
    });
    await atStripe("disputes", { charge: await chargeOf(disputed) });
    await atStripe(`refunds/${bouncing.id}/fail`);
    await atStripe(`disputes/${winning.id}/win`);
    const overdue = await buy();
    await sql`update public.orders set expires_at = now() - interval '2 hours' where id = ${overdue.order_id}`;
    const forgotten = await buy();
    await sql`update public.orders set stripe_session_id = null where id = ${forgotten.order_id}`;
    const foreign = await stripe.checkout.sessions.create({
      mode: "payment",
      line_items: [{
        quantity: 1,
        price_data: { currency: "eur", unit_amount: 700, product_data: { name: "Lost" } },
      }],
      success_url: "https://example.com/thanks",
      customer_email: "lost@example.com",
      metadata: { order_id: crypto.randomUUID() },
    });
    await pay(foreign.url!);
    // Somebody has written past the RPCs.
    await sql`
      insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
      values (${doubled.order_id}, 'charge', 50, 'EUR', 'ch_never_was'),
        (${mischarged.order_id}, 'charge', 50, 'EUR', ${
      (await orderOf(mischarged))["stripe_payment_intent_id"]
    })`;
    const rated = await onSale(sql, { stock: 0 });
    await sql`select private.stock_change(${rated.variantId}, 'counted', 0, 0, shortage_delta => 3)`;
    await sql`update public.products set rating_count = 1, rating_sum = 5 where id = ${rated.productId}`;
    const free = await insertOrder(sql, { userId: null, product: rated });
    await sql`
      insert into public.order_refunds (order_id, amount, currency, reason, cause, created_at)
      values (${free.orderId}, 100, 'EUR', 'goodwill', 'a test', now() - interval '2 days')`;

    const mendable = [
      "charge_missing charge",
      "dispute_amount dispute",
      "dispute_missing dispute",
      "hold_overdue order",
      "not_released checkout_session",
      "paid_not_settled checkout_session",
      "refund_amount refund",
      "refund_missing refund",
      "session_unknown checkout_session",
    ];
    const reported = [
      "amount checkout_session",
      "charge_amount charge",
      "not_at_stripe ledger",
      "order_missing checkout_session",
      "order_paid books",
      "order_paid books",
      "order_sold books",
      "paid_without_charge order",
      "rating product",
      "refund_stuck order",
      "shortage variant",
    ];
    const found = await reconciled(on);
    deepEqual(told(found.drifts), [...mendable, ...reported].toSorted());
    ok(found.drifts.every(({ repaired }) => !repaired));
    equal((await orderOf(unsettled))["status"], "pending", "nothing was touched");
    const { body: health } = await call("GET", "health", { on, key: null });
    equal(health.shop_drifts, found.drifts.length);

    const mended = await reconciled(on, { repair: true });
    deepEqual(
      told(mended.drifts.filter(({ repaired }) => repaired)),
      // Once its session is looked at again its charge is there, before charges have their turn.
      mendable.filter((one) => one !== "charge_missing charge"),
    );
    deepEqual(told(mended.drifts.filter(({ repaired }) => !repaired)), reported);
    const states = [
      unsettled,
      expired,
      overdue,
      forgotten,
      refunded,
      disputed,
      bounced,
      won,
    ].map(async (one) => (await orderOf(one))["status"]);
    deepEqual(await Promise.all(states), [
      "paid",
      "expired",
      "expired",
      "pending",
      "partially_refunded",
      "disputed",
      "paid",
      "paid",
    ]);
    equal((await orderOf(forgotten))["stripe_session_id"], forgotten.session_id);
    deepEqual(told((await reconciled(on)).drifts), reported, "and nothing else is left");
  } finally {
    await sql.end();
  }
});
