import assert from "node:assert/strict";
import { generate } from "../../local/stripe/parameters/generate.ts";
import { customerAndPrice, errorOf, incompleteSubscription, withStripe } from "./stripe-world.ts";

Deno.test("local stripe: the generated parameters are those of the installed SDK", async () => {
  const file = new URL("../../local/stripe/parameters/generated.ts", import.meta.url);
  // Compared whole but reported short: the file has 200 kB.
  assert.ok(
    await Deno.readTextFile(file) === generate(),
    "stale: run deno run -A local/stripe/parameters/generate.ts",
  );
});

Deno.test("local stripe: a parameter that Stripe does not know is refused by name", () =>
  withStripe(async ({ stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const gone = await errorOf(stripe.paymentIntents.create(
      { amount: 100, currency: "eur", payment_method_types: ["card"] } as never,
    ));
    assert.deepEqual([gone.statusCode, gone.code, gone.param], [
      400,
      "parameter_unknown",
      "payment_method_types",
    ]);
    assert.equal(gone.message, "Received unknown parameter: payment_method_types");
    await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      payment_behavior: "default_incomplete",
    });
    const nested = await errorOf(stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }, { price: price.id, colour: "red" } as never],
    }));
    assert.equal(nested.message, "Received unknown parameter: items[1][colour]");
    for (const name of ["constructor", "__proto__[x]", "toString"]) {
      const odd = await errorOf(stripe.rawRequest("GET", `/v1/customers?${name}=1`));
      assert.equal(odd.code, "parameter_unknown");
      const path = name.replace("[x]", "");
      assert.match(
        (await errorOf(stripe.subscriptions.list({ expand: [`data.${path}`] }))).message,
        /cannot be expanded/,
      );
    }
    const old = await errorOf(stripe.subscriptions.create(
      { customer: customer.id, items: [{ price: price.id }], coupon: "x" } as never,
    ));
    assert.equal(old.param, "coupon");
  }));

Deno.test("local stripe: words, numbers, flags and what is required are checked", () =>
  withStripe(async ({ stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const items = [{ price: price.id }];
    const word = await errorOf(stripe.subscriptions.create(
      { customer: customer.id, items, payment_behavior: "whatever" },
    ));
    assert.match(word.message, /^Invalid payment_behavior: must be one of allow_incomplete, /);
    const inner = await errorOf(stripe.prices.create({
      currency: "eur",
      product: price.product as string,
      unit_amount: 1,
      recurring: { interval: "fortnight" },
    }));
    assert.match(inner.message, /^Invalid recurring\[interval\]: must be one of day, month, /);
    const integer = await errorOf(stripe.prices.create({ currency: "eur", unit_amount: 1.5 }));
    assert.deepEqual([integer.code, integer.message], [
      "parameter_invalid_integer",
      "Invalid integer: 1.5",
    ]);
    const flag = await errorOf(stripe.products.create({ name: "x", active: "maybe" as never }));
    assert.equal(flag.message, "Invalid boolean: maybe");
    const absent = await errorOf(stripe.prices.create({ unit_amount: 1 } as never));
    assert.deepEqual([absent.code, absent.message], [
      "parameter_missing",
      "Missing required param: currency.",
    ]);
    const empty = await errorOf(stripe.products.create({ name: "" }));
    assert.equal(empty.code, "parameter_invalid_empty");
    const list = await errorOf(stripe.products.create({ name: "x", images: "one" as never }));
    assert.equal(list.message, "Invalid array");
    const long = await errorOf(stripe.customers.create({ name: "x".repeat(10_000) }));
    assert.equal(long.param, "name");
  }));

Deno.test("local stripe: what Stripe takes but is not done here is said, never ignored", () =>
  withStripe(async ({ stripe }) => {
    const { subscription, price } = await incompleteSubscription(stripe);
    const change = await errorOf(
      stripe.subscriptions.update(subscription.id, {
        items: [{ price: price.id, tax_rates: ["txr_1"] }],
      }),
    );
    assert.equal(change.statusCode, 400);
    assert.equal(
      change.message,
      "the local Stripe does not implement the parameter items[0][tax_rates][0] yet",
    );
    const tax = await errorOf(stripe.customers.create({ tax: { ip_address: "127.0.0.1" } }));
    assert.match(tax.message, /does not implement the parameter tax\[ip_address\] yet/);
  }));
