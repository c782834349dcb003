import assert from "node:assert/strict";
import { customerAndPrice, errorOf, withStripe } from "./stripe-world.ts";

Deno.test("local stripe: prices are found by lookup key, and a key moves only when asked", () =>
  withStripe(async ({ stripe }) => {
    const { price: other } = await customerAndPrice(stripe);
    const product = other.product as string;
    const make = (lookup_key: string, transfer_lookup_key?: boolean) =>
      stripe.prices.create({
        product,
        currency: "EUR",
        unit_amount: 4900,
        recurring: { interval: "year" },
        lookup_key,
        ...(transfer_lookup_key === undefined ? {} : { transfer_lookup_key }),
      });
    const monthly = await make("price_monthly");
    const yearly = await make("price_yearly");
    assert.equal(monthly.currency, "eur");
    assert.equal(monthly.unit_amount_decimal?.toString(), "4900");

    const found = await stripe.prices.list({ lookup_keys: ["price_monthly", "price_yearly"] });
    assert.deepEqual(found.data.map(({ id }) => id), [yearly.id, monthly.id]);
    assert.match((await errorOf(make("price_monthly"))).message, /already uses that lookup key/);

    const next = await make("price_monthly", true);
    assert.equal((await stripe.prices.retrieve(monthly.id)).lookup_key, null);
    assert.deepEqual(
      (await stripe.prices.list({ lookup_keys: ["price_monthly"] })).data.map(({ id }) => id),
      [next.id],
    );
    const updated = await stripe.events.list({ type: "price.updated" });
    assert.deepEqual(updated.data[0]?.data.previous_attributes, { lookup_key: "price_monthly" });

    await stripe.prices.update(yearly.id, { active: false });
    const active = await stripe.prices.list({ active: true, product });
    assert.ok(!active.data.some(({ id }) => id === yearly.id));
  }));

Deno.test("local stripe: a subscription takes active recurring prices only", () =>
  withStripe(async ({ stripe }) => {
    const { customer, price } = await customerAndPrice(stripe);
    const subscribe = (id: string) =>
      errorOf(stripe.subscriptions.create({ customer: customer.id, items: [{ price: id }] }));
    const once = await stripe.prices.create({
      product_data: { name: "Hat" },
      currency: "eur",
      unit_amount: 500,
    });
    assert.match((await subscribe(once.id)).message, /type=one_time/);
    await stripe.prices.update(price.id, { active: false });
    assert.match((await subscribe(price.id)).message, /inactive/);
  }));

Deno.test("local stripe: products keep what they are given, and go when no price holds them", () =>
  withStripe(async ({ stripe }) => {
    const product = await stripe.products.create({
      id: "plan_pro",
      name: "Pro",
      marketing_features: [{ name: "Everything" }],
      metadata: { plan: "pro" },
    });
    assert.equal(product.id, "plan_pro");
    const twice = await errorOf(stripe.products.create({ id: "plan_pro", name: "Pro" }));
    assert.equal(twice.code, "resource_already_exists");
    const renamed = await stripe.products.update("plan_pro", { name: "Pro+", description: "All" });
    assert.deepEqual([renamed.name, renamed.description], ["Pro+", "All"]);
    assert.deepEqual((await stripe.products.list({ ids: ["plan_pro"] })).data.length, 1);
    await stripe.prices.create({ product: "plan_pro", currency: "eur", unit_amount: 1 });
    assert.match((await errorOf(stripe.products.del("plan_pro"))).message, /cannot be deleted/);
    const bare = await stripe.products.create({ name: "Bare" });
    assert.equal((await stripe.products.del(bare.id)).deleted, true);
  }));

Deno.test("local stripe: metadata merges by key, an empty value deletes, unicode passes", () =>
  withStripe(async ({ stripe }) => {
    const { id } = await stripe.customers.create({
      name: "Zoë 🦊 & [co]",
      email: "zoe+test@example.com",
      metadata: { workspace: "w1", seats: 3, note: "a=b&c" },
    });
    const changed = await stripe.customers.update(id, {
      metadata: { seats: "", plan: "pro" },
      description: "",
    });
    assert.deepEqual(changed.metadata, { workspace: "w1", note: "a=b&c", plan: "pro" });
    assert.equal(changed.name, "Zoë 🦊 & [co]");
    const [event] = (await stripe.events.list({ type: "customer.updated" })).data;
    assert.deepEqual(event?.data.previous_attributes, { metadata: { seats: "3", plan: null } });
    assert.deepEqual((await stripe.customers.update(id, { metadata: "" })).metadata, {});
    const found = await stripe.customers.list({ email: "zoe+test@example.com" });
    assert.deepEqual(found.data.map((one) => one.id), [id]);
    assert.equal(
      (await errorOf(stripe.customers.create({ email: "nobody" }))).code,
      "email_invalid",
    );
    const long = await errorOf(stripe.customers.update(id, { metadata: { a: "x".repeat(501) } }));
    assert.match(long.message, /up to 500 characters/);
  }));

Deno.test("local stripe: a change that changes nothing emits nothing", () =>
  withStripe(async ({ stripe }) => {
    const { id } = await stripe.customers.create({ name: "Ada" });
    await stripe.customers.update(id, { name: "Ada" });
    const product = await stripe.products.create({ name: "Pro", images: [] });
    await stripe.products.update(product.id, { name: "Pro", active: true });
    assert.deepEqual((await stripe.events.list()).data.map(({ type }) => type), [
      "product.created",
      "customer.created",
    ]);
  }));
