/** Changes of a plan on the billing page: quoted and charged as quoted, planned, paused; what an unpaid one brings. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { buy, customerOf, subscriptionIn } from "../support/purchases.ts";
import { stripeSdk } from "../support/stack.ts";
import { advance, delivered } from "../support/stripe-local.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { headingIs, logInOn, repliesLost, type Visit } from "./browser.ts";
import { looksRight } from "./looks.ts";
import { onOwnStack } from "./in-chromium.ts";

const chromium = onOwnStack();
const { ignore } = chromium;

/** A customer of Basic on the billing page. */
async function customer(): Promise<{ user: TestUser; id: string; tab: Visit }> {
  const user = await signUp({ on: chromium.started.at, name: "Ada" });
  const id = await buy(user, {}, chromium.started.at);
  const tab = await chromium.visit();
  await tab.page.goto("/billing");
  await logInOn(tab.page, user);
  await tab.page.getByRole("region", { name: "Change the plan" }).waitFor();
  return { user, id, tab };
}

async function ask(page: Page, plan: string): Promise<void> {
  const change = page.getByRole("region", { name: "Change the plan" });
  const option = await change.getByLabel("Plan and interval").locator("option")
    .filter({ hasText: plan }).getAttribute("value");
  await change.getByLabel("Plan and interval").selectOption(option!);
  await change.getByRole("button", { name: "See what it costs" }).click();
}

Deno.test({
  name: "web: a larger plan with a promotion code is quoted line by line and charged exactly so",
  ignore,
  async fn() {
    const { user, tab } = await customer();
    await using _tab = tab;
    const { page, complaints } = tab;
    const stripe = stripeSdk(chromium.started.at);
    const coupon = await stripe.coupons.create({ percent_off: 20, duration: "forever" });
    const { code } = await stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: coupon.id },
    });
    await page.getByLabel("Promotion code").fill(code);
    await ask(page, "Pro: €49.00 a month");
    const quote = page.getByRole("status", { name: "What it costs" });
    await quote.getByText(/^Due now: €/).waitFor();
    await quote.getByText(/^Then €39\.20 at each renewal/).waitFor();
    await looksRight(page, "billing-quote");
    const due = /€([\d.]+)/.exec((await quote.getByText(/^Due now/).textContent())!)![1];
    await quote.getByRole("button", { name: `Change, and pay €${due}` }).click();
    await page.getByText("The plan is changed.").waitFor();
    await page.getByRole("region", { name: "Your plan" }).getByText("Pro", { exact: true })
      .waitFor();
    await waitFor("the payment as quoted", async () => {
      const { data } = await user.client.from("payments").select("amount");
      return data?.some(({ amount }) => amount === Math.round(Number(due) * 100));
    });
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: a quote that no longer holds is shown anew before anything is charged",
  ignore,
  async fn() {
    const { user, id, tab } = await customer();
    await using _tab = tab;
    const { page } = tab;
    await ask(page, "Pro: €49.00 a month");
    const pay = page.getByRole("button", { name: /^Change, and pay/ });
    await pay.waitFor();
    const stripe = stripeSdk(chromium.started.at);
    const { id: stripeCustomer } = await customerOf(user, chromium.started.at);
    await stripe.customers.createBalanceTransaction(stripeCustomer, {
      amount: -1000,
      currency: "eur",
    });
    const before = await pay.textContent();
    await pay.click();
    await page.getByText("Something has changed meanwhile.").waitFor();
    await waitFor("other figures", async () => (await pay.textContent()) !== before);
    const held = await stripe.subscriptions.retrieve(id);
    assert.equal((await stripe.invoices.list({ subscription: held.id })).data.length, 1);
    await pay.click();
    await page.getByText("The plan is changed.").waitFor();
  },
});

Deno.test({
  name: "web: a change waits for the renewal and is called off; the plan is paused and goes on",
  ignore,
  async fn() {
    const { user, tab } = await customer();
    await using _tab = tab;
    const { page, complaints } = tab;
    await page.getByLabel("At the renewal").check();
    await ask(page, "Basic: €190.00 a year");
    await page.getByText("Nothing is due now.").waitFor();
    await page.getByRole("button", { name: "Plan the change" }).click();
    await page.getByText("The change is planned.").waitFor();
    const plan = page.getByRole("region", { name: "Your plan" });
    await plan.getByText(/^From .*: Basic, €190\.00 a year\.$/).waitFor();
    await plan.getByRole("button", { name: "Call the planned change off" }).click();
    await plan.getByText("The planned change is called off.").waitFor();
    await plan.getByRole("button", { name: "Pause" }).click();
    await plan.getByText("Paused", { exact: true }).waitFor();
    await subscriptionIn(user, "paused");
    await looksRight(page, "billing-paused");
    await plan.getByRole("button", { name: "Go on" }).click();
    await plan.getByText("Active", { exact: true }).waitFor();
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name:
    "web: an end that got no answer, asked for otherwise then: the other way is another request",
  ignore,
  async fn() {
    const { user, tab } = await customer();
    await using _tab = tab;
    const { page } = tab;
    const lost = await repliesLost(page, "subscription-cancel");
    await page.getByRole("button", { name: "End the plan" }).click();
    const dialog = page.getByRole("dialog", { name: "End the plan" });
    await dialog.getByRole("button", { name: "End it" }).click();
    await dialog.getByRole("alert").waitFor();
    await lost.mend();
    assert.equal(lost.statuses[0], 200);
    assert.equal((await subscriptionIn(user, "active")).cancel_at_period_end, true);
    await dialog.getByLabel("At once, without a refund").check();
    await dialog.getByRole("button", { name: "End it" }).click();
    await page.getByText(/^Your plan Basic ended on /).waitFor();
    await subscriptionIn(user, "canceled");
  },
});

Deno.test({
  name: "web: an unpaid renewal shows what it has brought, what will come, and the way to pay",
  ignore,
  async fn() {
    const { user, id, tab } = await customer();
    await using _tab = tab;
    const { page } = tab;
    const stripe = stripeSdk(chromium.started.at);
    const { id: stripeCustomer } = await customerOf(user, chromium.started.at);
    const failing = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
      customer: stripeCustomer,
    });
    await stripe.subscriptions.update(id, { default_payment_method: failing.id });
    await advance(chromium.started.at, 32 * 24 * 60 * 60);
    await subscriptionIn(user, "past_due");
    await delivered(chromium.started.at);
    await page.reload();
    const unpaid = page.getByRole("region", { name: "The last payment failed" });
    await unpaid.getByText(/^Invoice .* of €19\.00 is not paid\./).waitFor();
    await unpaid.getByText("The payment failed; we wrote to you").waitFor();
    await unpaid.getByText("The workspace is read-only: it does not grow").waitFor();
    await looksRight(page, "billing-unpaid");
    await unpaid.getByRole("link", { name: "Pay the open invoice" }).click();
    await page.waitForURL((url) => url.origin === new URL(chromium.started.at.stripeUrl).origin);
  },
});

Deno.test({
  name:
    "web: billing details and a tax number are kept, and what is wrong with one is said in French",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at, name: "Ada", locale: "fr" });
    await using tab = await chromium.visit({ locale: "fr-FR" });
    const { page, complaints } = tab;
    await page.goto("/billing/details");
    await page.getByLabel("Adresse e-mail").fill(user.email);
    await page.getByLabel("Mot de passe").fill(user.password);
    await page.getByRole("button", { name: "Se connecter" }).last().click();
    await headingIs(page, "Coordonnées de facturation");
    await page.getByLabel("Société ou nom").fill("Atelier Martin SARL");
    await page.getByLabel("Rue et numéro").fill("1 rue de la Paix");
    await page.getByLabel("Code postal").fill("75002");
    await page.getByLabel("Ville").fill("Paris");
    await page.getByLabel("Pays").selectOption("FR");
    await page.getByLabel(/^Numéro fiscal/).fill("FR1");
    await page.getByRole("button", { name: "Enregistrer" }).click();
    await page.getByRole("alert").waitFor();
    await looksRight(page, "billing-details-fr");
    await page.getByLabel(/^Numéro fiscal/).fill("FR12345678901");
    await page.getByRole("button", { name: "Enregistrer" }).click();
    await page.getByText("C’est enregistré.").waitFor();
    await page.reload();
    await headingIs(page, "Coordonnées de facturation");
    await page.getByLabel("Ville").waitFor();
    assert.equal(await page.getByLabel("Ville").inputValue(), "Paris");
    assert.equal(await page.getByLabel(/^Numéro fiscal/).inputValue(), "FR12345678901");
    // Chromium itself reports the one refusal.
    assert.deepEqual(complaints.filter((one) => !one.includes("422")), []);
  },
});
