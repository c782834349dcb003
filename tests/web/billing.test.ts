/** The billing page in a browser, and the way from it to Stripe's page and back. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { type OwnStack, startOwnStack } from "../support/own-stack.ts";
import { buy } from "../support/purchases.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import {
  choosePlan,
  chromiumPath,
  headingIs,
  launchBrowser,
  logInOn,
  openBilling,
  seriousFindings,
  visit,
} from "./browser.ts";

const ignore = chromiumPath === undefined;

let own: OwnStack;
let browser: Browser;
Deno.test.beforeAll(async () => {
  if (ignore) return;
  own = await startOwnStack({ web: true });
  browser = await launchBrowser();
});
Deno.test.afterAll(async () => {
  if (ignore) return;
  await browser?.close();
  await own?.[Symbol.asyncDispose]();
});

Deno.test({
  name: "web: somebody new sees the plans, and the one chosen is paid on Stripe's page",
  ignore,
  async fn() {
    const user = await signUp({ on: own.at });
    await using tab = await visit(browser, own.at.siteUrl);
    const { page, complaints } = tab;
    await page.goto("/billing");
    await headingIs(page, "Log in");
    assert.deepEqual(await seriousFindings(page), []);
    await logInOn(page, user);
    await page.getByText("You have no paid plan.").waitFor();
    assert.equal(await page.getByText("None yet.").count(), 2);
    assert.deepEqual(await seriousFindings(page), []);
    assert.deepEqual(complaints, []);

    await choosePlan(page, "Basic");
    await page.waitForURL((url) => url.origin === new URL(own.at.stripeUrl).origin);
  },
});

Deno.test({
  name: "web: a subscriber sees plan, card, invoice and payment, ends the plan and keeps it",
  ignore,
  async fn() {
    const user = await signUp({ on: own.at });
    await buy(user, {}, own.at);
    for (const colorScheme of ["light", "dark"] as const) {
      await using tab = await visit(browser, own.at.siteUrl, { colorScheme });
      const { page, complaints } = tab;
      await page.goto("/");
      await logInOn(page, user);
      await headingIs(page, "Welcome");
      await openBilling(page);
      const plan = page.getByRole("region", { name: "Your plan" });
      await plan.getByText("Basic").waitFor();
      await plan.getByText("€19.00 a month").waitFor();
      await page.getByText("Visa ending in 4242").waitFor();
      await page.getByRole("link", { name: /^View invoice / }).waitFor();
      await page.getByRole("region", { name: "Payments" }).getByText("€19.00").waitFor();
      await page.getByRole("region", { name: "Usage" })
        .getByText("0 of 10,000 in this billing period").waitFor();

      await plan.getByRole("button", { name: "Cancel at the end of the period" }).click();
      await plan.getByText("Until then nothing changes.").waitFor();
      assert.deepEqual(await seriousFindings(page), []);
      await waitFor("the subscription to end", async () => {
        const { data } = await user.client.from("subscriptions").select("cancel_at_period_end");
        return data?.[0]?.cancel_at_period_end;
      });
      await plan.getByRole("button", { name: "Keep the plan" }).click();
      await plan.getByText("Renews on").waitFor();
      assert.deepEqual(complaints, []);
    }
  },
});

Deno.test({
  name: "web: a checkout that is not one's own is shown as a problem with its code",
  ignore,
  async fn() {
    const user = await signUp({ on: own.at });
    await using tab = await visit(browser, own.at.siteUrl, { locale: "fr" });
    const { page } = tab;
    await page.goto("/checkout/return?session_id=cs_test_unknown");
    await page.getByLabel("Adresse e-mail").fill(user.email);
    await page.getByLabel("Mot de passe").fill(user.password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("Cet achat n’existe pas").waitFor();
    await alert.getByText("checkout_not_found").waitFor();
    assert.deepEqual(await seriousFindings(page), []);
  },
});
