/** A change of a running subscription: quoted, then charged as quoted, once; or refused. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type Stripe from "stripe";
import { connect } from "../support/connect.ts";
import { buy, customerOf, subscriptionIn } from "../support/purchases.ts";
import { accept, change, preview, quoted } from "../support/quotes.ts";
import { readQuote, signQuote } from "../../supabase/functions/_shared/billing/quote-token.ts";
import { call, stack, stripeSdk } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

const stripe = stripeSdk();

async function join(workspaceId: string, userId: string, role: string): Promise<void> {
  await sql`insert into public.workspace_members (workspace_id, user_id, role)
            values (${workspaceId}, ${userId}, ${role})`;
}

async function priceOf(key: string): Promise<string> {
  const [price] = (await stripe.prices.list({ lookup_keys: [key] })).data;
  return price!.id;
}

function invoicesOf(subscription: string): Promise<Stripe.Invoice[]> {
  return stripe.invoices.list({ subscription }).autoPagingToArray({ limit: 1000 });
}

/** A customer of Basic, and Stripe's id of his subscription. */
async function customer(order = {}): Promise<{ user: TestUser; id: string }> {
  const user = await signUp();
  return { user, id: await buy(user, order) };
}

Deno.test("a change is quoted line by line, then charged exactly so; a second use changes nothing more", async () => {
  const { user, id } = await customer();
  const quote = await quoted(user, { price_id: "price_monthly_pro", quantity: 2 });
  const unused = quote.lines.find((line: { amount: number }) => line.amount < 0);
  const rest = quote.lines.find((line: { amount: number }) => line.amount > 0);
  ok(unused.proration && rest.proration);
  strictEqual(quote.total, unused.amount + rest.amount);
  strictEqual(quote.amount_due, quote.total);
  ok(quote.amount_due > 7000 && quote.amount_due <= 7900, `${quote.amount_due}`);
  strictEqual(quote.next_amount, 9800);
  const before = await subscriptionIn(user, "active");
  strictEqual(Date.parse(quote.next_at), Date.parse(before.current_period_end!));
  strictEqual(before.plan_id, "basic");
  const left = (Date.parse(quote.expires_at) - Date.now()) / 1000;
  ok(left > 570 && left <= 600, `good for ${left} s`);
  strictEqual((await invoicesOf(id)).length, 1, "a quote charges nothing");

  const accepted = await accept(user, quote.quote);
  strictEqual(accepted.status, 200, JSON.stringify(accepted.body));
  const { subscription, invoice } = accepted.body;
  deepStrictEqual(
    [subscription.plan_id, subscription.quantity, subscription.current_period_end],
    ["pro", 2, before.current_period_end],
  );
  deepStrictEqual([invoice.total, invoice.amount_due], [quote.total, quote.amount_due]);
  const charged = await stripe.invoices.retrieve(invoice.stripe_invoice_id);
  deepStrictEqual([charged.status, charged.amount_paid], ["paid", quote.amount_due]);
  for (const line of charged.lines.data) {
    ok(
      line.period.start * 1000 === Date.parse(quote.proration_date),
      "charged from the quote's moment, not from that of the click",
    );
  }

  deepStrictEqual((await accept(user, quote.quote)).body, accepted.body);
  strictEqual((await invoicesOf(id)).length, 2);
});

Deno.test("a quote accepted twenty times at once is one change with one answer", async () => {
  const { user, id } = await customer();
  const { quote, amount_due } = await quoted(user, { quantity: 5 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => accept(user, quote)));
  const good = answers.filter(({ status }) => status === 200);
  ok(good.length > 0);
  strictEqual(new Set(good.map(({ body }) => JSON.stringify(body.invoice))).size, 1);
  for (const { status, body } of answers) {
    ok(status === 200 || body.code === "subscription_pending", JSON.stringify(body));
  }
  const invoices = await invoicesOf(id);
  deepStrictEqual(
    invoices.map(({ amount_paid }) => amount_paid).toSorted(),
    [
      1900,
      amount_due,
    ].toSorted(),
  );
  deepStrictEqual((await accept(user, quote)).body.invoice, good[0]!.body.invoice);
});

Deno.test("two quotes of one subscription accepted at once: one change is made, the other quote is stale", async () => {
  const { user, id } = await customer();
  const quotes = await Promise.all([
    quoted(user, { price_id: "price_monthly_pro" }),
    quoted(user, { quantity: 3 }),
  ]);
  const answers = await Promise.all(quotes.map(({ quote }) => accept(user, quote)));
  strictEqual(answers.filter(({ status }) => status === 200).length, 1);
  const other = answers.find(({ status }) => status !== 200)!;
  ok(["quote_stale", "subscription_pending"].includes(other.body.code), other.body.code);
  const refused = quotes[answers.indexOf(other)]!;
  const later = await accept(user, refused.quote);
  deepStrictEqual([later.status, later.body.code], [409, "quote_stale"]);
  strictEqual((await invoicesOf(id)).length, 2);
});

Deno.test("a smaller plan at once is a credit: nothing is due, and the next renewal has it", async () => {
  const { user, id } = await customer({ price_id: "price_monthly_pro" });
  const quote = await quoted(user, { price_id: "price_monthly_basic" });
  ok(quote.total < -2800 && quote.total >= -3000, `${quote.total}`);
  strictEqual(quote.amount_due, 0);
  const { invoice } = (await accept(user, quote.quote)).body;
  deepStrictEqual([invoice.total, invoice.amount_due], [quote.total, 0]);
  const { balance } = await stripe.customers.retrieve((await customerOf(user)).id) as {
    balance: number;
  };
  strictEqual(balance, quote.total);
  // What is credited lowers what the next change costs, and the quote knows.
  const dearer = await quoted(user, { quantity: 4 });
  strictEqual(dearer.amount_due, dearer.total + quote.total);
  strictEqual((await accept(user, dearer.quote)).body.invoice.amount_due, dearer.amount_due);
  strictEqual((await invoicesOf(id)).length, 3);
});

Deno.test("from monthly to yearly: a new period begins, the unused month is credited", async () => {
  const { user } = await customer();
  const quote = await quoted(user, { price_id: "price_yearly_basic" });
  strictEqual(quote.next_amount, 19000);
  ok(quote.amount_due >= 17100 && quote.amount_due < 17200, `${quote.amount_due}`);
  const years = (Date.parse(quote.next_at) - Date.now()) / 86_400_000;
  ok(years > 364 && years < 367, `renews in ${years} days`);
  const { subscription, invoice } = (await accept(user, quote.quote)).body;
  strictEqual(invoice.amount_due, quote.amount_due);
  // The year begins when the quote is accepted.
  const apart = (Date.parse(subscription.current_period_end) - Date.parse(quote.next_at)) / 1000;
  ok(apart >= 0 && apart < 600, `${apart} s apart`);
});

Deno.test("a quote no longer holds once the subscription, the customer's credit or the price has changed", async () => {
  const { user, id } = await customer();
  const refused = async (quote: string) => {
    const invoices = (await invoicesOf(id)).length;
    const answer = await accept(user, quote);
    deepStrictEqual([answer.status, answer.body.code], [409, "quote_stale"]);
    strictEqual((await invoicesOf(id)).length, invoices, "and nothing is charged");
  };

  const first = await quoted(user, { quantity: 2 });
  const item = (await stripe.subscriptions.retrieve(id)).items.data[0]!.id;
  await stripe.subscriptions.update(id, { items: [{ id: item, quantity: 7 }] });
  await refused(first.quote);

  const { id: subscription_id } = await subscriptionIn(user, "active");
  const second = await quoted(user, { subscription_id, quantity: 2 });
  const pro = await stripe.subscriptions.create({
    customer: (await customerOf(user)).id,
    items: [{ price: await priceOf("price_monthly_pro") }],
    default_payment_method: (await stripe.subscriptions.retrieve(id))
      .default_payment_method as string,
  });
  await stripe.subscriptions.update(pro.id, {
    items: [{ id: pro.items.data[0]!.id, price: await priceOf("price_monthly_basic") }],
    proration_behavior: "always_invoice",
  });
  await stripe.subscriptions.cancel(pro.id);
  await refused(second.quote);
  await waitFor("the other subscription to be over", async () => {
    const { data } = await user.client.from("subscriptions").select().eq("status", "active");
    return data?.length === 1;
  });

  const third = await quoted(user, { quantity: 3 });
  await call("POST", "subscription-cancel", { token: user.token, body: {} });
  await refused(third.quote);
  const ending = await preview(user, { quantity: 3 });
  deepStrictEqual([ending.status, ending.body.code], [409, "subscription_not_changeable"]);
});

Deno.test("a quote that was tampered with, or made for another user or workspace, is refused alike", async () => {
  const [{ user }, stranger, colleague] = await Promise.all([customer(), signUp(), signUp()]);
  await join(user.workspaceId, colleague.id, "admin");
  const { quote } = await quoted(user, { quantity: 9 });
  const [payload, signature] = quote.split(".") as [string, string];
  const said = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  const cheaper = btoa(JSON.stringify({ ...said, amount_due: 1, total: 1 }))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const later = btoa(JSON.stringify({ ...said, expires_at: said.expires_at + 9999 }))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const attempts: [TestUser, string][] = [
    [user, `${cheaper}.${signature}`],
    [user, `${later}.${signature}`],
    [user, payload],
    [user, `${payload}.`],
    [user, `${payload}.${signature}.${signature}`],
    [user, `${payload}.${signature.slice(0, -2)}`],
    [user, "é漢"],
    [stranger, quote],
    [colleague, quote],
  ];
  for (const [who, text] of attempts) {
    const answer = await accept(who, text);
    deepStrictEqual([answer.status, answer.body.code], [422, "quote_invalid"], text);
    strictEqual(answer.body.detail, undefined, "nothing tells which it was");
  }
});

Deno.test("a quote is good for ten minutes; one that was used answers what it came to for good", async () => {
  const { user, id } = await customer();
  const { quote } = await quoted(user, { quantity: 2 });
  const read = await readQuote(quote, stack.secretKey);
  ok(read !== undefined, "signed with a key that follows from the secret key");
  const late = await signQuote(
    { ...read, expires_at: Math.floor(Date.now() / 1000) - 1 },
    stack.secretKey,
  );
  const refused = await accept(user, late);
  deepStrictEqual([refused.status, refused.body.code], [409, "quote_stale"]);
  strictEqual((await invoicesOf(id)).length, 1);
  const accepted = await accept(user, quote);
  strictEqual(accepted.status, 200, JSON.stringify(accepted.body));
  deepStrictEqual((await accept(user, late)).body, accepted.body, "it is the same quote");
});

Deno.test("who has lost the right to change a subscription cannot use the quote that he has", async () => {
  const [{ user }, colleague] = await Promise.all([customer(), signUp()]);
  await join(user.workspaceId, colleague.id, "billing");
  const { quote } = await quoted(colleague, { workspace_id: user.workspaceId, quantity: 2 });
  await sql`update public.workspace_members set role = 'member'
            where workspace_id = ${user.workspaceId} and user_id = ${colleague.id}`;
  const asMember = await accept(colleague, quote);
  deepStrictEqual([asMember.status, asMember.body.code], [403, "forbidden"]);
  const noMore = await preview(colleague, { workspace_id: user.workspaceId, quantity: 2 });
  deepStrictEqual([noMore.status, noMore.body.code], [403, "forbidden"]);
  await sql`delete from public.workspace_members
            where workspace_id = ${user.workspaceId} and user_id = ${colleague.id}`;
  const gone = await accept(colleague, quote);
  deepStrictEqual([gone.status, gone.body.code], [404, "workspace_not_found"]);
});

Deno.test("a card that is declined changes nothing, and the same quote is good for the next card", async () => {
  const { user, id } = await customer();
  const { id: holder } = await customerOf(user);
  const bad = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
    customer: holder,
  });
  await stripe.subscriptions.update(id, { default_payment_method: bad.id });
  const { quote, amount_due } = await quoted(user, { price_id: "price_monthly_pro" });
  const declined = await accept(user, quote);
  deepStrictEqual([declined.status, declined.body.code], [402, "payment_declined"]);
  const held = await stripe.subscriptions.retrieve(id);
  deepStrictEqual(
    [held.status, held.items.data[0]!.price.id],
    ["active", await priceOf("price_monthly_basic")],
  );
  const good = await stripe.paymentMethods.attach("pm_card_visa", { customer: holder });
  await stripe.subscriptions.update(id, { default_payment_method: good.id });
  const accepted = await accept(user, quote);
  strictEqual(accepted.status, 200, JSON.stringify(accepted.body));
  strictEqual(accepted.body.invoice.amount_due, amount_due);
  strictEqual(accepted.body.subscription.plan_id, "pro");
});

Deno.test("nothing to change, an unknown price and another workspace's subscription are refused", async () => {
  const [{ user }, stranger] = await Promise.all([customer(), signUp()]);
  const same = await preview(user, { price_id: "price_monthly_basic", quantity: 1 });
  deepStrictEqual([same.status, same.body.code], [422, "invalid_body"]);
  const unknown = await preview(user, { price_id: "price_nowhere" });
  deepStrictEqual([unknown.status, unknown.body.code], [404, "price_not_found"]);
  const none = await preview(stranger, { quantity: 2 });
  deepStrictEqual([none.status, none.body.code], [404, "subscription_not_found"]);
  const { id } = await subscriptionIn(user, "active");
  const others = await preview(stranger, { subscription_id: id, quantity: 2 });
  deepStrictEqual([others.status, others.body.code], [404, "subscription_not_found"]);
});

Deno.test("with two subscriptions the one that is named is changed; none is guessed by limit: 1 (stripe-recommendations#40)", async () => {
  const { user, id } = await customer();
  const second = await stripe.subscriptions.create({
    customer: (await customerOf(user)).id,
    items: [{ price: await priceOf("price_monthly_pro") }],
    default_payment_method: (await stripe.subscriptions.retrieve(id))
      .default_payment_method as string,
  });
  const rows = await waitFor("both in the mirror", async () => {
    const { data } = await user.client.from("subscriptions").select().eq("status", "active");
    return data?.length === 2 && data;
  });
  const unnamed = [
    await preview(user, { quantity: 2 }),
    await call("POST", "subscription-cancel", { token: user.token, body: {} }),
    await call("POST", "subscription-uncancel", { token: user.token, body: {} }),
  ];
  for (const { status, body } of unnamed) {
    deepStrictEqual([status, body.code], [409, "subscription_ambiguous"]);
    for (const row of rows) ok(body.detail.includes(row.id), body.detail);
  }
  const older = rows.find((row) => row.stripe_subscription_id === id)!;
  const made = await change(user, { subscription_id: older.id, quantity: 2 });
  strictEqual(made.subscription.stripe_subscription_id, id);
  const ended = await call("POST", "subscription-cancel", {
    token: user.token,
    body: { subscription_id: rows.find((row) => row.id !== older.id)!.id, at_period_end: false },
  });
  deepStrictEqual(
    [ended.body.subscription.stripe_subscription_id, ended.body.subscription.status],
    [second.id, "canceled"],
  );
  strictEqual((await stripe.subscriptions.retrieve(id)).status, "active");
});
