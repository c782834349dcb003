/** What generated bodies cannot know: bodies that an endpoint acts on, and how often it has acted. */
import { stripeSdk } from "../../support/stack.ts";
import type { TestUser } from "../../support/users.ts";

/** One endpoint's example. */
export interface Example {
  body: Record<string, unknown>;
  /** How many effects a user's requests have had. */
  effects(user: TestUser): Promise<number>;
}

const pages = {
  success_url: "http://127.0.0.1:3000/done?session={CHECKOUT_SESSION_ID}",
  cancel_url: "http://127.0.0.1:3000/plans",
};

async function customersOf({ email }: TestUser): Promise<string[]> {
  const { data } = await stripeSdk().customers.list({ email });
  return data.map(({ id }) => id);
}

/** By name and method. An endpoint without an example gets a body from its schema. */
export const examples: Record<string, Example> = {
  "subscription-create POST": {
    body: { price_id: "price_monthly_basic" },
    async effects(user) {
      const held = (await customersOf(user)).map((customer) =>
        stripeSdk().subscriptions.list({ customer, status: "all" })
      );
      return (await Promise.all(held)).flatMap(({ data }) => data).length;
    },
  },
  "subscription-checkout POST": {
    body: { price_id: "price_monthly_pro", ...pages },
    async effects(user) {
      const held = (await customersOf(user)).map((customer) =>
        stripeSdk().checkout.sessions.list({ customer })
      );
      return (await Promise.all(held)).flatMap(({ data }) => data).length;
    },
  },
};
