/** Paying on Stripe's page in a real browser, and Stripe's portal, as a person meets them. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { buy, customerOf, subscriptionIn } from "../support/purchases.ts";
import { stripeSdk } from "../support/stack.ts";
import { advance } from "../support/stripe-local.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { choosePlan, headingIs, logInOn, openPortal, type Visit } from "./browser.ts";
import { onOwnStack } from "./in-chromium.ts";
import { looksRight } from "./looks.ts";

const chromium = onOwnStack();
const { ignore } = chromium;

/** A new user's tab at Stripe's page for the plan. */
async function atCheckout(plan: string): Promise<{ user: TestUser; tab: Visit }> {
  const user = await signUp({ on: chromium.started.at });
  const tab = await chromium.visit();
  await tab.page.goto("/billing");
  await logInOn(tab.page, user);
  await choosePlan(tab.page, plan);
  await tab.page.waitForURL((url) => url.origin === new URL(chromium.started.at.stripeUrl).origin);
  return { user, tab };
}

async function payWith(page: Page, card: string): Promise<void> {
  await page.getByLabel("Card number").fill(card);
  await page.locator("form[action$='/pay'] button.full").click();
}

Deno.test({
  name: "checkout in Chromium: declined, then paid; the page one returns to knows at once",
  ignore,
  async fn() {
    const { user, tab } = await atCheckout("Basic");
    await using _tab = tab;
    const { page } = tab;
    await payWith(page, "4000 0000 0000 0002");
    await page.getByRole("alert").waitFor();
    await payWith(page, "4242 4242 4242 4242");
    await headingIs(page, "Thank you: it is paid");
    await looksRight(page, "checkout-return");
    assert.equal((await subscriptionIn(user, "active")).plan_id, "basic");
  },
});

Deno.test({
  name: "checkout in Chromium: the bank's step is failed, then completed",
  ignore,
  async fn() {
    const { user, tab } = await atCheckout("Pro");
    await using _tab = tab;
    const { page } = tab;
    await payWith(page, "4000 0025 0000 3155");
    await page.getByRole("button", { name: "Fail authentication" }).click();
    await page.getByRole("alert").waitFor();
    await payWith(page, "4000 0025 0000 3155");
    await page.getByRole("button", { name: "Complete authentication" }).click();
    await headingIs(page, "Thank you: it is paid");
    assert.equal((await subscriptionIn(user, "active")).plan_id, "pro");
  },
});

Deno.test({
  name: "checkout in Chromium: who closes the tab after paying becomes active all the same",
  ignore,
  async fn() {
    const { user, tab } = await atCheckout("Basic");
    // The way back never loads: as if the tab had been closed there.
    await tab.page.route(`${chromium.started.at.siteUrl}/**`, (route) => route.abort());
    await payWith(tab.page, "4242 4242 4242 4242");
    await subscriptionIn(user, "active");
    await tab[Symbol.asyncDispose]();
  },
});

Deno.test({
  name: "checkout in Chromium: who cancels there comes back, and nothing was charged",
  ignore,
  async fn() {
    const { user, tab } = await atCheckout("Basic");
    await using _tab = tab;
    await tab.page.getByRole("link", { name: "Cancel and go back" }).click();
    await headingIs(tab.page, "Purchase cancelled");
    await looksRight(tab.page, "checkout-cancelled");
    const { data } = await user.client.from("subscriptions").select("id");
    assert.deepEqual(data, []);
  },
});

Deno.test({
  name: "portal in Chromium: a renewal was declined; a new card there makes it active again",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    const id = await buy(user, {}, chromium.started.at);
    const stripe = stripeSdk(chromium.started.at);
    const { id: customer } = await customerOf(user, chromium.started.at);
    const failing = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer });
    await stripe.subscriptions.update(id, { default_payment_method: failing.id });
    await advance(chromium.started.at, 32 * 24 * 60 * 60);
    await subscriptionIn(user, "past_due");

    // A month has passed on Stripe's clock alone: the session is still good.
    await using tab = await chromium.visit();
    const { page } = tab;
    await page.goto("/billing");
    await logInOn(page, user);
    await openPortal(page);
    await page.waitForURL((url) => url.origin === new URL(chromium.started.at.stripeUrl).origin);
    await page.getByLabel("Card number").fill("4242 4242 4242 4242");
    await page.getByRole("button", { name: "Save new card" }).click();
    // Stripe tries what is open again by its own schedule.
    await waitFor("the new card at Stripe", async () => {
      const held = await stripe.subscriptions.retrieve(id);
      return held.default_payment_method !== failing.id;
    });
    await advance(chromium.started.at, 8 * 24 * 60 * 60);
    await subscriptionIn(user, "active");
  },
});
