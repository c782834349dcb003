/**
 * Looking again, where it matters who fetched when: the official SDK against a Stripe whose answers the
 * test times and pages, a real database behind.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import Stripe from "stripe";
import * as isolate from "../../supabase/functions/_shared/billing/sync.ts";
import { connect } from "../support/connect.ts";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { customerOf } from "../support/purchases.ts";
import { call, operator, type StackAddress } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

let own: OwnStack;
let on: StackAddress;
let sql: Sql;

Deno.test.beforeAll(async () => {
  own = await startOwnStack({ schedule: false });
  on = own.at;
  sql = connect(on);
});
Deno.test.afterAll(async () => {
  await sql?.end();
  await own?.[Symbol.asyncDispose]();
});

/** A Stripe that answers as told: `GET /v1/…` without the version. */
function scripted(
  answer: (path: string, query: URLSearchParams) => unknown | Promise<unknown>,
): { stripe: Stripe; asked: string[] } & AsyncDisposable {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const path = pathname.replace("/v1/", "");
    asked.push(path);
    return Response.json(await answer(path, searchParams));
  });
  const stripe = new Stripe("sk_test_scripted", {
    httpClient: Stripe.createFetchHttpClient(),
    host: "127.0.0.1",
    port: server.addr.port,
    protocol: "http",
    telemetry: false,
    maxNetworkRetries: 0,
  });
  return { stripe, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}

function price(id: string, amount: number) {
  return {
    id,
    object: "price",
    active: true,
    created: 1_760_000_000,
    currency: "eur",
    lookup_key: null,
    metadata: {},
    product: "prod_elsewhere",
    recurring: { interval: "month", interval_count: 1 },
    type: "recurring",
    unit_amount: amount,
  };
}

const product = { id: "prod_elsewhere", object: "product", active: true, metadata: {}, name: "x" };

function freshId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;
}

async function want(type: string, id: string): Promise<number> {
  const { data } = await operator(on).rpc("sync_want", {
    provider: "stripe",
    object_type: type,
    object_id: id,
  });
  return data as number;
}

async function amountOf(id: string): Promise<number | undefined> {
  const [row] = await sql`select unit_amount::int as amount from public.prices where id = ${id}`;
  return row?.["amount"];
}

Deno.test("an older fetch never overwrites a newer one: it looks again", async () => {
  const id = freshId("price");
  const oldAnswer = Promise.withResolvers<void>();
  let fetches = 0;
  await using old = scripted(async (path) => {
    if (path.startsWith("products/")) return product;
    // The first answer was true when it was given, and is late.
    if (++fetches > 1) return price(id, 200);
    await oldAnswer.promise;
    return price(id, 100);
  });
  await using current = scripted((path) => path.startsWith("products/") ? product : price(id, 200));
  // Another isolate: module state is not shared between them.
  const another: typeof isolate = await import(
    `../../supabase/functions/_shared/billing/sync.ts?${crypto.randomUUID()}`
  );
  const admin = operator(on);
  const late = isolate.syncObject(
    { admin, stripe: old.stripe },
    "price",
    id,
    await want("price", id),
  );
  await waitFor("the late fetch to be under way", () => Promise.resolve(fetches === 1));
  await another.syncObject(
    { admin, stripe: current.stripe },
    "price",
    id,
    await want("price", id),
  );
  strictEqual(await amountOf(id), 200);
  oldAnswer.resolve();
  await late;
  strictEqual(await amountOf(id), 200);
});

Deno.test("a late fetch that already saw its event is not repeated", async () => {
  const id = freshId("price");
  await using script = scripted((path) => path.startsWith("products/") ? product : price(id, 300));
  const tools = { admin: operator(on), stripe: script.stripe };
  const first = await want("price", id);
  const last = await want("price", id);
  await isolate.syncObject(tools, "price", id, last);
  const asked = script.asked.length;
  await isolate.syncObject(tools, "price", id, first);
  await isolate.syncObject(tools, "price", id, last);
  strictEqual(script.asked.length, asked);
});

Deno.test("of 40 syncs of one object at once in an isolate, one or two fetch", async () => {
  const id = freshId("price");
  await using script = scripted((path) => path.startsWith("products/") ? product : price(id, 400));
  const tools = { admin: operator(on), stripe: script.stripe };
  const seqs = await Promise.all(Array.from({ length: 40 }, () => want("price", id)));
  await Promise.all(seqs.map((seq) => isolate.syncObject(tools, "price", id, seq)));
  const fetches = script.asked.filter((path) => path === `prices/${id}`).length;
  ok(fetches <= 2, `${fetches} fetches`);
  strictEqual(await amountOf(id), 400);
});

Deno.test("a sync that fails fails for who asked, and the next one in turn goes on", async () => {
  const id = freshId("price");
  let fetches = 0;
  await using script = scripted((path) => {
    if (path.startsWith("products/")) return product;
    return ++fetches === 1 ? { error: { type: "api_error", message: "not now" } } : price(id, 500);
  });
  const tools = { admin: operator(on), stripe: script.stripe };
  const seqs = [await want("price", id), await want("price", id)];
  const ends = await Promise.allSettled(
    seqs.map((seq) => isolate.syncObject(tools, "price", id, seq)),
  );
  deepStrictEqual(ends.map(({ status }) => status), ["rejected", "fulfilled"]);
  strictEqual(await amountOf(id), 500);
});

Deno.test("a subscription's items, an invoice's lines and its payments are read to the last page, not only the first 10 (sync-engine#280)", async () => {
  const user = await signUp({ on });
  // A busy machine gives up the wake that follows a sign-up, and here is no schedule.
  strictEqual((await call("POST", "jobs-run", { on, key: on.secretKey, body: {} })).status, 200);
  const customer = await customerOf(user, on);
  const [subscriptionId, invoiceId, priceId] = ["sub", "in", "price"].map(freshId);
  const start = 1_760_000_000;
  const month = 30 * 86_400;
  // What ends first, or starts first, is on the last page each time.
  const items = Array.from({ length: 23 }, (_, index) => ({
    id: `si_${index}`,
    object: "subscription_item",
    price: price(priceId!, 100),
    quantity: 1,
    current_period_start: start,
    current_period_end: start + month - (index === 22 ? 86_400 : 0),
  }));
  const lines = Array.from({ length: 23 }, (_, index) => ({
    id: `il_${index}`,
    object: "line_item",
    description: `line ${index}`,
    period: { start: start - (index === 22 ? 86_400 : 0), end: start + month },
  }));
  const payments = Array.from({ length: 23 }, (_, index) => ({
    id: `inpay_${index}`,
    object: "invoice_payment",
    amount_paid: 100,
    amount_requested: 100,
    created: start + index,
    currency: "eur",
    payment: { type: "payment_intent", payment_intent: `${invoiceId}_pi_${index}` },
    status: "paid",
    status_transitions: { paid_at: start + index, canceled_at: null },
  }));
  const page = (all: { id: string }[], query: URLSearchParams) => {
    const from = all.findIndex(({ id }) => id === query.get("starting_after")) + 1;
    const data = all.slice(from, from + 10);
    return { object: "list", data, has_more: from + 10 < all.length, url: "/v1/x" };
  };
  const first = (all: { id: string }[]) => page(all, new URLSearchParams());
  await using script = scripted((path, query) => {
    switch (path) {
      case `subscriptions/${subscriptionId}`:
        return {
          id: subscriptionId,
          object: "subscription",
          customer: customer.id,
          status: "active",
          currency: "eur",
          cancel_at_period_end: false,
          created: start,
          metadata: {},
          items: first(items),
          trial_start: null,
          trial_end: null,
          schedule: null,
          discounts: [],
          default_payment_method: null,
          cancel_at: null,
          canceled_at: null,
          ended_at: null,
        };
      case "subscription_items":
        return page(items, query);
      case `invoices/${invoiceId}`:
        return {
          id: invoiceId,
          object: "invoice",
          customer: customer.id,
          status: "paid",
          currency: "eur",
          number: "X-0001",
          subtotal: 2300,
          total: 2300,
          amount_due: 2300,
          amount_paid: 2300,
          period_start: start,
          period_end: start,
          created: start,
          parent: { subscription_details: { subscription: subscriptionId } },
          status_transitions: { paid_at: start },
          lines: first(lines),
        };
      case `invoices/${invoiceId}/lines`:
        return page(lines, query);
      case "invoice_payments":
        return page(payments, query);
      case `prices/${priceId}`:
        return price(priceId!, 100);
      case "products/prod_elsewhere":
        return product;
      case `customers/${customer.id}`:
        return customer;
    }
    throw new Error(`nobody told what ${path} answers`);
  });
  const tools = { admin: operator(on), stripe: script.stripe };
  await isolate.syncNow(tools, "invoice", invoiceId!);
  const { data: invoice } = await user.client.from("invoices")
    .select("period_start, payments (id), subscriptions (current_period_end)")
    .eq("stripe_invoice_id", invoiceId!).single();
  strictEqual(Date.parse(invoice!.period_start) / 1000, start - 86_400);
  strictEqual(invoice!.payments.length, 23);
  strictEqual(
    Date.parse(invoice!.subscriptions!.current_period_end!) / 1000,
    start + month - 86_400,
  );
});
