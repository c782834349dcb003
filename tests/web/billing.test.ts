/** The billing page in a browser, and the way from it to Stripe's page and back. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { mailsTo } from "../support/mails.ts";
import { meterOf } from "../support/metering.ts";
import { buy } from "../support/purchases.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { choosePlan, headingIs, logInOn, openBilling, seriousFindings } from "./browser.ts";

import { looksRight } from "./looks.ts";
import { onOwnStack } from "./in-chromium.ts";

/** A receipt, not the mail that welcomes. */
const isReceipt = ({ subject }: { subject: string }) => /receipt/i.test(subject);

const chromium = onOwnStack();
const { ignore } = chromium;

Deno.test({
  name: "web: somebody new sees the plans, and the one chosen is paid on Stripe's page",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/billing");
    await headingIs(page, "Log in");
    assert.deepEqual(await seriousFindings(page), []);
    await logInOn(page, user);
    await page.getByText("You have no paid plan.").waitFor();
    await looksRight(page, "billing-plans");
    assert.deepEqual(complaints, []);

    await choosePlan(page, "Basic");
    await page.waitForURL((url) => url.origin === new URL(chromium.started.at.stripeUrl).origin);
  },
});

Deno.test({
  name: "web: a subscriber sees plan, card, invoice and payment, ends the plan and keeps it",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    await buy(user, {}, chromium.started.at);
    const sql = connect(chromium.started.at);
    const meter = meterOf(sql, user.workspaceId, "api_calls");
    await meter.count(1200);
    await sql.end();
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/");
    await logInOn(page, user);
    await headingIs(page, "Welcome");
    await openBilling(page);
    const plan = page.getByRole("region", { name: "Your plan" });
    await plan.getByText("Basic").waitFor();
    await plan.getByText("€19.00 a month").waitFor();
    await plan.getByText("Visa ending in 4242").waitFor();
    const usage = page.getByRole("region", { name: "Usage" });
    await usage.getByText("1,200 of 10,000 in this billing period").waitFor();
    await usage.locator("svg .recharts-bar-rectangle").first().waitFor({ state: "attached" });
    await looksRight(page, "billing-plan");

    await plan.getByRole("button", { name: "End the plan" }).click();
    const dialog = page.getByRole("dialog", { name: "End the plan" });
    await dialog.getByLabel("At the end of the period").waitFor();
    await looksRight(page, "billing-cancel");
    await dialog.getByRole("button", { name: "End it" }).click();
    await plan.getByText("Until then nothing changes.").waitFor();
    await waitFor("the subscription to end", async () => {
      const { data } = await user.client.from("subscriptions").select("cancel_at_period_end");
      return data?.[0]?.cancel_at_period_end;
    });
    await plan.getByRole("button", { name: "Keep the plan" }).click();
    await plan.getByText("Renews on").waitFor();

    await page.getByRole("link", { name: "Invoices and payments" }).click();
    await headingIs(page, "Invoices and payments");
    await page.getByRole("link", { name: /^View invoice / }).waitFor();
    await page.getByRole("region", { name: "Payments" }).getByText("€19.00").waitFor();
    await page.getByRole("button", { name: /^Receipt by mail: / }).click();
    await page.getByText(/The receipt of .* is on its way/).waitFor();
    await waitFor(
      "the receipt, again",
      async () => (await mailsTo(user.email, chromium.started.at)).filter(isReceipt).length === 2,
    );
    await looksRight(page, "billing-documents");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: a checkout that is not one's own is shown as a problem with its code",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at, locale: "fr" });
    await using tab = await chromium.visit({ locale: "fr" });
    const { page } = tab;
    await page.goto("/checkout/return?session_id=cs_test_unknown");
    await page.getByLabel("Adresse e-mail").fill(user.email);
    await page.getByLabel("Mot de passe").fill(user.password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("Cet achat n’existe pas").waitFor();
    await alert.getByText("checkout_not_found").waitFor();
    await looksRight(page, "checkout-unknown-fr");
  },
});
