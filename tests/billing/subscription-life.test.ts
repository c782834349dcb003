/** A subscription from the first call to the receipt, on the shared stack. */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import Stripe from "stripe";
import { mailsTo, mailTo } from "../support/mails.ts";
import {
  buy,
  confirmPayment,
  customerOf,
  subscribe,
  subscriptionIn,
} from "../support/purchases.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const spaces = /[\u00a0\u202f]/g;

/** A mail's text with plain spaces, each line on its own. */
function readable(text: string | null): string {
  return (text ?? "").replace(spaces, " ");
}

function day(instant: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: "UTC",
    ...(locale === "fr-FR"
      ? { day: "2-digit", month: "2-digit", year: "numeric" }
      : { dateStyle: "long" }),
  }).format(new Date(instant));
}

Deno.test("a paid subscription is active until Stripe's period end, with one invoice, one payment, one receipt", async () => {
  const user = await signUp({ name: "Ada Lovelace", locale: "fr" });
  const answer = await subscribe(user, { price_id: "price_monthly_basic" });
  strictEqual(answer.status, 200, JSON.stringify(answer.body));
  const { subscription } = answer.body;
  strictEqual(subscription.status, "incomplete");
  strictEqual(subscription.confirm, "payment");
  strictEqual((await subscriptionIn(user, "incomplete")).stripe_subscription_id, subscription.id);

  strictEqual((await confirmPayment(subscription.client_secret)).status, "succeeded");

  const row = await subscriptionIn(user, "active");
  const held = await stripeSdk().subscriptions.retrieve(subscription.id);
  const item = held.items.data[0]!;
  strictEqual(Date.parse(row.current_period_end!) / 1000, item.current_period_end);
  strictEqual(Date.parse(row.current_period_start!) / 1000, item.current_period_start);
  deepStrictEqual(
    [row.plan_id, row.price_id, row.quantity, row.currency, row.user_id, row.workspace_id],
    ["basic", item.price.id, 1, "EUR", user.id, user.workspaceId],
  );

  const invoice = await waitFor("the paid invoice", async () => {
    const { data } = await user.client.from("invoices").select().eq("status", "paid");
    return data?.[0];
  });
  const atStripe = await stripeSdk().invoices.retrieve(invoice.stripe_invoice_id);
  deepStrictEqual(
    [invoice.number, invoice.total, invoice.amount_paid, invoice.currency],
    [atStripe.number, 1900, 1900, "EUR"],
  );
  strictEqual(invoice.subscription_id, row.id);
  strictEqual(Date.parse(invoice.period_end) / 1000, item.current_period_end);
  const { data: payments } = await user.client.from("payments").select();
  strictEqual(payments?.length, 1);
  deepStrictEqual(
    [payments[0]!.status, payments[0]!.amount, payments[0]!.currency, payments[0]!.invoice_id],
    ["succeeded", 1900, "EUR", invoice.id],
  );
  ok(payments[0]!.paid_at !== null);

  const receipt = await mailTo(user.email, /reçu/i);
  const text = readable(receipt.text);
  for (
    const said of [
      "19,00 €",
      atStripe.number!,
      atStripe.hosted_invoice_url!,
      `du ${day(invoice.period_start, "fr-FR")} au ${day(invoice.period_end, "fr-FR")}`,
      day(invoice.paid_at!, "fr-FR"),
      "Basic",
    ]
  ) ok(text.includes(said), `the receipt says ${said}:\n${text}`);
  match(readable(receipt.html), /19,00 €/);

  const profile = await call("GET", "user-profile", { token: user.token });
  deepStrictEqual(
    [profile.body.subscription.status, profile.body.subscription.plan_id],
    ["active", "basic"],
  );
  strictEqual((await user.client.from("invoices").select("id")).data?.length, 1);
  strictEqual((await mailsTo(user.email)).filter((mail) => /reçu/i.test(mail.subject)).length, 1);
});

Deno.test("an English reader's receipt of a yearly plan is in English", async () => {
  const user = await signUp({ locale: "en" });
  await buy(user, { price_id: "price_yearly_pro" });
  const { data: invoice } = await user.client.from("invoices").select().single();
  const text = readable((await mailTo(user.email, /receipt/i)).text);
  const period = `${day(invoice!.period_start, "en-GB")} to ${day(invoice!.period_end, "en-GB")}`;
  for (const said of ["€490.00", invoice!.number!, invoice!.hosted_invoice_url!, period]) {
    ok(text.includes(said), `the receipt says ${said}:\n${text}`);
  }
  const days = (Date.parse(invoice!.period_end) - Date.parse(invoice!.period_start)) / 86_400_000;
  ok(days === 365 || days === 366, `a year, not ${days} days`);
});

Deno.test("a price can be named by Stripe's id, and a quantity multiplies it", async () => {
  const user = await signUp();
  const [price] = (await stripeSdk().prices.list({ lookup_keys: ["price_monthly_basic"] })).data;
  await buy(user, { price_id: price!.id, quantity: 3 });
  strictEqual((await subscriptionIn(user, "active")).quantity, 3);
  strictEqual((await user.client.from("invoices").select("total").single()).data?.total, 5700);
});

Deno.test("a declined card leaves the subscription incomplete, and a good one completes the same", async () => {
  const user = await signUp();
  const first = (await subscribe(user)).body.subscription;
  await rejects(
    confirmPayment(first.client_secret, "pm_card_chargeDeclined"),
    Stripe.errors.StripeCardError,
  );
  strictEqual((await stripeSdk().subscriptions.retrieve(first.id)).status, "incomplete");

  const again = (await subscribe(user)).body.subscription;
  deepStrictEqual([again.id, again.client_secret], [first.id, first.client_secret]);
  await confirmPayment(again.client_secret);
  strictEqual((await subscriptionIn(user, "active")).stripe_subscription_id, first.id);
  const customer = await customerOf(user);
  strictEqual((await stripeSdk().invoices.list({ customer: customer.id })).data.length, 1);
  await mailTo(user.email, /receipt/i);
});

Deno.test("a subscription that ended can be bought anew", async () => {
  const user = await signUp();
  const first = await buy(user);
  await stripeSdk().subscriptions.cancel(first);
  await subscriptionIn(user, "canceled");
  const second = await buy(user);
  ok(second !== first);
  const profile = await call("GET", "user-profile", { token: user.token });
  strictEqual(profile.body.subscription.stripe_subscription_id, second);
});
