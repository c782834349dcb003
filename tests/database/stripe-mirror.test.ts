/** What Stripe may hold that is not ours, incomplete or odd must not turn an event into a dead letter. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

interface World {
  tx: postgres.TransactionSql;
  userId: string;
  workspaceId: string;
  apply(type: string, record: Record<string, unknown>): Promise<void>;
}

class Undone extends Error {}

/** A user whose workspace has the customer `cus_1`, in a transaction that is rolled back. */
async function inWorld(look: (world: World) => Promise<void>): Promise<void> {
  await database.sql.begin(async (tx) => {
    const userId = await insertUser(tx);
    const [workspace] = await tx<{ id: string }[]>`
      select id from public.workspaces where personal_of = ${userId}`;
    await tx`
      update private.billing_customers set stripe_customer_id = 'cus_1'
      where workspace_id = ${workspace!.id}`;
    await look({
      tx,
      userId,
      workspaceId: workspace!.id,
      async apply(type, record) {
        await tx.unsafe(`select private.stripe_apply_${type}($1::jsonb)`, [record as never]);
      },
    });
    throw new Undone();
  }).catch((error) => {
    if (!(error instanceof Undone)) throw error;
  });
}

const subscription = {
  id: "sub_1",
  customer_id: "cus_1",
  user_id: null,
  intent_id: null,
  price_id: null,
  status: "active",
  quantity: 1,
  currency: "EUR",
  cancel_at_period_end: false,
  current_period_start: null,
  current_period_end: null,
  trial_end: null,
  cancel_at: null,
  canceled_at: null,
  ended_at: null,
  created: 1_700_000_000,
};

const invoice = {
  id: "in_1",
  deleted: false,
  customer_id: "cus_1",
  subscription_id: null,
  number: null,
  description: null,
  status: "draft",
  currency: "EUR",
  subtotal: 1900,
  total: 1900,
  amount_due: 1900,
  amount_paid: 0,
  period_start: 1_700_000_000,
  period_end: 1_702_000_000,
  hosted_invoice_url: null,
  invoice_pdf: null,
  created: 1_700_000_000,
  paid_at: null,
  payments: [],
};

const payment = {
  id: "pi_1",
  status: "pending",
  amount: 1900,
  currency: "EUR",
  created: 1_700_000_000,
  paid_at: null,
};

Deno.test("mirror: ids in the metadata that are not ours or no ids at all are passed over", async () => {
  for (const foreign of ["42", "", "not a uuid", crypto.randomUUID(), "x".repeat(10_000)]) {
    await inWorld(async ({ tx, apply }) => {
      await apply("customer", { id: "cus_2", deleted: false, workspace_id: foreign });
      await apply("subscription", { ...subscription, user_id: foreign, intent_id: foreign });
      const [held] = await tx`select user_id, status from public.subscriptions`;
      assert.deepEqual(held, { user_id: null, status: "active" });
    });
  }
});

Deno.test("mirror: another software's customers, subscriptions and invoices leave no row", async () => {
  await inWorld(async ({ tx, apply }) => {
    await apply("customer", { id: "cus_other", deleted: false, workspace_id: null });
    await apply("customer", { id: "cus_gone", deleted: true });
    await apply("subscription", { ...subscription, customer_id: "cus_other" });
    await apply("invoice", { ...invoice, customer_id: "cus_other" });
    await apply("invoice", { ...invoice, customer_id: null });
    await apply("invoice", { id: "in_never_seen", deleted: true });
    await apply("price", { id: "price_never_seen", interval: null });
    const [count] = await tx`
      select (select count(*) from public.subscriptions)::int as subscriptions,
        (select count(*) from public.invoices)::int as invoices`;
    assert.deepEqual(count, { subscriptions: 0, invoices: 0 });
  });
});

Deno.test("mirror: a customer is linked once; one that names another's workspace as well is not", async () => {
  await inWorld(async ({ tx, workspaceId, apply }) => {
    const another = await insertUser(tx);
    const [second] = await tx<{ id: string }[]>`
      select id from public.workspaces where personal_of = ${another}`;
    const linked = async (id: string) => {
      const [row] = await tx`
        select stripe_customer_id from private.billing_customers where workspace_id = ${id}`;
      return row!["stripe_customer_id"];
    };
    await apply("customer", { id: "cus_1", deleted: false, workspace_id: second!.id });
    assert.equal(await linked(second!.id), null);
    await apply("customer", { id: "cus_2", deleted: false, workspace_id: second!.id });
    assert.equal(await linked(second!.id), "cus_2");
    await apply("customer", { id: "cus_3", deleted: false, workspace_id: second!.id });
    assert.equal(await linked(second!.id), "cus_2");
    assert.equal(await linked(workspaceId), "cus_1");
  });
});

Deno.test("mirror: a purchase is ended by its own workspace's subscription alone", async () => {
  await inWorld(async ({ tx, apply }) => {
    const another = await insertUser(tx);
    const [intent] = await tx<{ id: string }[]>`
      insert into private.subscription_intents (workspace_id, user_id, price_id, quantity)
      select id, ${another}, 'price_1', 1 from public.workspaces where personal_of = ${another}
      returning id`;
    await apply("subscription", { ...subscription, intent_id: intent!.id });
    const [held] = await tx`
      select state from private.subscription_intents where id = ${intent!.id}`;
    assert.equal(held!["state"], "open");
  });
});

Deno.test("mirror: an invoice with nothing but what Stripe always gives is kept, and again", async () => {
  await inWorld(async ({ tx, apply }) => {
    for (let n = 0; n < 2; n++) {
      await apply("subscription", subscription);
      await apply("invoice", invoice);
      await apply("invoice", { ...invoice, subscription_id: "sub_unknown" });
    }
    const [count] = await tx`
      select (select count(*) from public.subscriptions)::int as subscriptions,
        (select count(*) from public.invoices)::int as invoices`;
    assert.deepEqual(count, { subscriptions: 1, invoices: 1 });
  });
});

Deno.test("mirror: a payment intent that an invoice names twice is one payment, as it stands last", async () => {
  await inWorld(async ({ tx, apply }) => {
    const later = { ...payment, status: "succeeded", created: payment.created + 60 };
    for (const payments of [[payment, later], [later, payment]]) {
      await apply("invoice", { ...invoice, payments });
      const found = await tx`select stripe_payment_id, status from public.payments`;
      assert.deepEqual([...found], [{ stripe_payment_id: "pi_1", status: "succeeded" }]);
    }
  });
});

Deno.test("mirror: a receipt is enqueued once, however often the invoice is seen paid", async () => {
  await inWorld(async ({ tx, apply }) => {
    const paid = { ...invoice, status: "paid", amount_paid: 1900, paid_at: null };
    await apply("invoice", invoice);
    for (let n = 0; n < 3; n++) {
      await apply("invoice", {
        ...paid,
        payments: [{ ...payment, status: "succeeded", paid_at: 1_700_000_100 }],
      });
    }
    const [receipts] = await tx`
      select count(*)::int as count from private.jobs where payload ->> 'template' = 'receipt'`;
    assert.equal(receipts!["count"], 1);
  });
});
