/** Plans, subscriptions, bills. */
import { quoted } from "../../support/quotes.ts";
import type { TestUser } from "../../support/users.ts";
import type { Chapter } from "./example.ts";
import type { Story } from "./story.ts";

const address = {
  line1: "12 rue des Tournelles",
  line2: null,
  postal_code: "75004",
  city: "Paris",
  state: null,
  country: "FR",
};

async function newest(table: "invoices" | "payments", { client }: TestUser): Promise<string> {
  const { data, error } = await client.from(table).select("id")
    .order("created_at", { ascending: false }).limit(1).single();
  if (error !== null) throw error;
  return data.id;
}

/** A subscriber whose larger plan begins at the renewal. */
async function planned(story: Story): Promise<TestUser> {
  const ada = await story.subscriber();
  const { quote } = await quoted(
    ada,
    { price_id: "price_monthly_pro", when: "renewal" },
    story.at,
  );
  await story.call("POST", "subscription-update", ada, { quote });
  return ada;
}

/** A subscriber who has done this to the subscription. */
async function after(story: Story, endpoint: string): Promise<TestUser> {
  const ada = await story.subscriber();
  await story.call("POST", endpoint, ada, {});
  await story.settled();
  return ada;
}

export const billing: Chapter = {
  name: "billing",
  examples: [
    { operation: "plans", title: "What is on sale", ask: () => ({}) },
    {
      operation: "subscriptionCreate",
      title: "Basic by the month, to be paid in the page",
      ask: async (story) => ({
        as: await story.ada(),
        body: { price_id: "price_monthly_basic" },
      }),
    },
    {
      operation: "subscriptionCheckout",
      title: "Pro by the year, on Stripe's page",
      ask: async (story) => ({
        as: await story.ada(),
        body: {
          price_id: "price_yearly_pro",
          success_url: `${story.at.siteUrl}/checkout/return?session_id={CHECKOUT_SESSION_ID}`,
          cancel_url: `${story.at.siteUrl}/billing`,
        },
      }),
    },
    {
      operation: "checkoutStatus",
      title: "Not paid yet",
      async ask(story) {
        const ada = await story.ada();
        const { session_id } = await story.call("POST", "subscription-checkout", ada, {
          price_id: "price_monthly_pro",
          success_url: `${story.at.siteUrl}/checkout/return?session_id={CHECKOUT_SESSION_ID}`,
          cancel_url: `${story.at.siteUrl}/billing`,
        });
        return { as: ada, body: { session_id } };
      },
    },
    {
      operation: "subscriptionPreview",
      title: "What the larger plan costs from now on",
      ask: async (story) => ({
        as: await story.payer(),
        body: { price_id: "price_monthly_pro" },
      }),
    },
    {
      operation: "subscriptionUpdate",
      title: "The quote is accepted",
      async ask(story) {
        const ada = await story.subscriber();
        const { quote } = await quoted(ada, { price_id: "price_monthly_pro" }, story.at);
        return { as: ada, body: { quote } };
      },
    },
    {
      operation: "subscriptionUnschedule",
      title: "What was planned for the renewal is dropped",
      ask: async (story) => ({ as: await planned(story), body: {} }),
    },
    {
      operation: "subscriptionCancel",
      title: "At the end of the paid period",
      ask: async (story) => ({ as: await story.subscriber(), body: { at_period_end: true } }),
    },
    {
      operation: "subscriptionCancel",
      title: "At once, with the unused part back",
      ask: async (story) => ({
        as: await story.subscriber(),
        body: { at_period_end: false, refund: "unused" },
      }),
    },
    {
      operation: "subscriptionUncancel",
      title: "It goes on after all",
      ask: async (story) => ({ as: await after(story, "subscription-cancel"), body: {} }),
    },
    {
      operation: "subscriptionPause",
      title: "Nothing is billed for a while",
      ask: async (story) => ({ as: await story.subscriber(), body: {} }),
    },
    {
      operation: "subscriptionResume",
      title: "Billed again",
      ask: async (story) => ({ as: await after(story, "subscription-pause"), body: {} }),
    },
    {
      operation: "billingDetailsGet",
      title: "Nothing but a name is known yet",
      async ask(story) {
        const ada = await story.ada();
        // It comes with the customer at Stripe, which a job makes.
        await story.until(
          "the name",
          "billing-details",
          ada,
          ({ billing_details }) => billing_details.name !== null,
        );
        return { as: ada, query: {} };
      },
    },
    {
      operation: "billingDetailsReplace",
      title: "A company in France",
      ask: async (story) => ({
        as: await story.ada(),
        body: {
          name: "Engines & Co SARL",
          address,
          tax_id: { type: "eu_vat", value: "FR40303265045" },
        },
      }),
    },
    {
      operation: "billingPortal",
      title: "Stripe's pages for cards and invoices",
      ask: async (story) => ({
        as: await story.payer(),
        body: { return_url: `${story.at.siteUrl}/billing` },
      }),
    },
    {
      operation: "receiptSend",
      title: "Once more, by mail",
      async ask(story) {
        const ada = await story.payer();
        return { as: ada, body: { invoice_id: await newest("invoices", ada) } };
      },
    },
    {
      operation: "paymentRefund",
      title: "Five euros of a subscription's payment",
      async ask(story) {
        const ada = await story.payer();
        return {
          body: {
            payment_id: await newest("payments", ada),
            amount: 500,
            reason: "The service was away for a morning",
          },
        };
      },
    },
  ],
};
