/** What generated bodies cannot know: bodies that an endpoint acts on, and how often it has acted. */
import type { Sql } from "postgres";
import { onSale } from "../../support/products.ts";
import { buy } from "../../support/purchases.ts";
// #region shop
import { call } from "../../support/stack.ts";
// #endregion shop
import { stripeSdk } from "../../support/stack.ts";
import { freshAddress, type TestUser } from "../../support/users.ts";
import { givePlan } from "../../workspaces/team.ts";
import { count } from "./count.ts";
import { ownExamples, ownWithoutExample } from "./own-examples.ts";

/** One endpoint's example. */
export interface Example {
  /** A body that the endpoint acts on for this user, once whatever it needs is there. */
  body(user: TestUser, sql: Sql): Promise<Record<string, unknown>>;
  /** How many effects a user's requests have had. */
  effects(user: TestUser, sql: Sql): Promise<number>;
  /** What even requests without a key do once at most; left out where each is to act anew. */
  onceWithoutKey?(user: TestUser, sql: Sql): Promise<number>;
}

const pages = {
  success_url: "http://127.0.0.1:3000/done?session={CHECKOUT_SESSION_ID}",
  cancel_url: "http://127.0.0.1:3000/plans",
};

async function customersOf({ email }: TestUser): Promise<string[]> {
  const { data } = await stripeSdk().customers.list({ email });
  return data.map(({ id }) => id);
}

async function subscriptionsOf(user: TestUser): Promise<number> {
  const held = (await customersOf(user)).map((customer) =>
    stripeSdk().subscriptions.list({ customer, status: "all" })
  );
  return (await Promise.all(held)).flatMap(({ data }) => data).length;
}

async function checkoutsOf(user: TestUser): Promise<number> {
  const held = (await customersOf(user)).map((customer) =>
    stripeSdk().checkout.sessions.list({ customer })
  );
  return (await Promise.all(held)).flatMap(({ data }) => data).length;
}

async function refundsOf(user: TestUser): Promise<number> {
  const charges = (await Promise.all(
    (await customersOf(user)).map((customer) => stripeSdk().charges.list({ customer })),
  )).flatMap(({ data }) => data);
  const refunds = charges.map(({ id }) => stripeSdk().refunds.list({ charge: id }));
  return (await Promise.all(refunds)).flatMap(({ data }) => data).length;
}

/** By name and method. */
export const examples: Record<string, Example> = {
  // #region shop
  "checkout-create POST": {
    body: async (_user, sql) => ({
      items: [{ variant_id: (await onSale(sql, { stock: 5 })).variantId, quantity: 1 }],
      ...pages,
    }),
    effects: checkoutsOf,
    // The same order while it is pending, whatever the key.
    onceWithoutKey: checkoutsOf,
  },
  "cart POST": {
    body: async (_user, sql) => ({
      variant_id: (await onSale(sql, { stock: 5 })).variantId,
      quantity: 1,
    }),
    async effects({ token }) {
      const { body } = await call("GET", "cart", { token });
      return body.cart.lines.reduce(
        (sum: number, { quantity }: { quantity: number }) => sum + quantity,
        0,
      );
    },
  },
  // #endregion shop
  "subscription-create POST": {
    body: () => Promise.resolve({ price_id: "price_monthly_basic" }),
    effects: subscriptionsOf,
    onceWithoutKey: subscriptionsOf,
  },
  "subscription-checkout POST": {
    body: () => Promise.resolve({ price_id: "price_monthly_pro", ...pages }),
    effects: checkoutsOf,
    onceWithoutKey: checkoutsOf,
  },
  "subscription-cancel POST": {
    async body(user) {
      await buy(user);
      return { at_period_end: false, refund: "unused" };
    },
    effects: refundsOf,
    onceWithoutKey: refundsOf,
  },
  "workspace-invite POST": {
    async body({ workspaceId }, sql) {
      await givePlan(sql, workspaceId, 10);
      return { workspace_id: workspaceId, email: freshAddress("invited") };
    },
    // Mails: without a key each request sends the invitation again.
    effects: ({ workspaceId }, sql) =>
      count(sql<{ count: number }[]>`
        select count(*)::int from private.jobs as job
        join public.workspace_invitations as invitation
          on job.dedupe_key like 'invitation:' || invitation.id || ':%'
        where job.kind = 'mail_send' and invitation.workspace_id = ${workspaceId}`),
    onceWithoutKey: ({ workspaceId }, sql) =>
      count(sql<{ count: number }[]>`
        select count(*)::int from public.workspace_invitations where workspace_id = ${workspaceId}`),
  },
  "account-export POST": {
    body: () => Promise.resolve({}),
    // Without a key one more may begin as soon as the one before is ready.
    effects: ({ id }, sql) =>
      count(sql<{ count: number }[]>`
        select count(*)::int from public.account_exports where user_id = ${id}`),
  },
  "receipt-send POST": {
    async body(user) {
      await buy(user);
      const { data } = await user.client.from("invoices").select("id").eq("status", "paid")
        .single();
      return { invoice_id: data!.id };
    },
    // Without a key each request sends it again.
    effects: ({ workspaceId }, sql) =>
      count(sql<{ count: number }[]>`
        select count(*)::int from private.jobs as job
        join public.invoices as invoice
          on job.dedupe_key like 'receipt:' || invoice.stripe_invoice_id || ':again:%'
        where job.kind = 'mail_send' and invoice.workspace_id = ${workspaceId}`),
  },
  "jobs POST": {
    async body(user, sql) {
      await sql`
        insert into private.jobs (kind, run_at)
        select 'of ' || ${user.id}, now() + interval '1 day' from generate_series(1, 2)`;
      return {
        action: "discard",
        reason: "nobody waits for it",
        filter: { kind: `of ${user.id}` },
        most: 1,
      };
    },
    effects: ({ id }, sql) =>
      count(sql<{ count: number }[]>`
        select count(*)::int from public.audit_log
        where action = 'jobs.discard' and actor_id = ${id}`),
  },
  ...ownExamples,
};

const sameState = "sets one subscription at Stripe to a state, the same however often it is set";

/** Idempotent endpoints that have no example, and why. */
export const withoutExample: Record<string, string> = {
  // #region shop
  "catalogue-export POST":
    "one export at a time, whoever asks: tests/shop/catalogue-export.test.ts",
  "catalogue-import POST":
    "one import at a time, of a file: tests/shop/catalogue-import-endpoint.test.ts",
  "order-cancel POST":
    "an order is cancelled once with or without a key: tests/shop/orders.test.ts asks ten times",
  "order-refund POST":
    "takes staff and another user's order: tests/shop/orders.test.ts repeats it under one key",
  "order-return PATCH": "a return is decided once: tests/database/shop-orders.test.ts",
  "order-return POST": "the same lines are one request: tests/database/shop-orders.test.ts",
  "order-ship POST": "sets an order to a state, the same however often it is set",
  "orders POST": "takes staff and another user's order: tests/shop/orders.test.ts",
  // #endregion shop
  "payment-refund POST":
    "takes staff and another user's payment: tests/billing/documents.test.ts repeats it under one key",
  "subscription-uncancel POST": sameState,
  "subscription-pause POST": sameState,
  "subscription-resume POST": sameState,
  "subscription-unschedule POST": sameState,
  "subscription-update POST":
    "a quote is charged once with or without a key: tests/billing/quotes.test.ts takes one 20 times",
  "webhook-deliveries POST":
    "takes an endpoint to send to: tests/staff/decisions-repeated.test.ts repeats it under one key",
  "webhook-events POST":
    "takes stored events: tests/staff/decisions-repeated.test.ts repeats it under one key",
  "workspace-accept POST":
    "an invitation is taken once with or without a key: tests/workspaces/invitation-states.test.ts",
  ...ownWithoutExample,
};
