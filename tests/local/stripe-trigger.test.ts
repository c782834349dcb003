/** `task stripe trigger`: each event that it offers comes of what it does. */
import assert from "node:assert/strict";
import { causes, causeWith } from "../../local/cli/stripe/events.ts";
import { eventTypes, withStripe } from "./stripe-world.ts";

for (const [type, cause] of Object.entries(causes)) {
  Deno.test(`stripe trigger: ${type} comes of its cause`, () =>
    withStripe(async ({ stripe }) => {
      await cause(causeWith(stripe));
      const types = await eventTypes(stripe);
      assert.ok(types.includes(type), types.join("\n"));
    }));
}

Deno.test("stripe trigger: what is caused is about the customer that was named", () =>
  withStripe(async ({ stripe }) => {
    const { id } = await stripe.customers.create({ email: "ada@example.com" });
    await causes["invoice.paid"]!(causeWith(stripe, id));
    const { data } = await stripe.invoices.list({ customer: id });
    assert.deepEqual(data.map(({ status }) => status), ["paid"]);
    assert.equal((await stripe.customers.list()).data.length, 1);
  }));
