/** Staff's pages in a browser: who sees them, and what is done about dead letters, events and comparisons. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Sql } from "../support/database.ts";
import { buy } from "../support/purchases.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { asStaff } from "./as-staff.ts";
import { focusIsOnRow, headingIs, logInOn } from "./browser.ts";
import { isAccessible, looksRight } from "./looks.ts";

const world = asStaff();
const { chromium, ignore, staffTab } = world;

let sql: Sql;
let staff: TestUser;
Deno.test.beforeAll(() => void ({ sql, staff } = world));

const reason = "seen with the provider's support";

/** Presses what asks for a reason, gives it, and presses what does it. */
async function doWithReason(page: Page, button: string): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByRole("button", { name: button, exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
}

Deno.test({
  name: "web: who is not staff reads that, and nothing that staff see is asked for",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto("/staff/jobs");
    await logInOn(page, user);
    await headingIs(page, "For staff only");
    assert.equal(await page.getByRole("navigation", { name: "Staff" }).count(), 0);
    assert.equal(await page.getByRole("link", { name: "Staff" }).count(), 0);
    assert.deepEqual(asked.filter((path) => /functions\/v1\/jobs|staff_overview/.test(path)), []);
    await looksRight(page, "staff-only");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: staff without the second factor that is required read what to do",
  ignore,
  async fn() {
    await sql`update private.second_factor_rules set required = true where audience = 'staff'`;
    try {
      await using tab = await chromium.visit();
      const { page } = tab;
      // The local Auth has no second factor: what Supabase's answers, as its client is documented.
      const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
      await page.route(
        "**/auth/v1/factors",
        (route) =>
          route.request().method() === "OPTIONS"
            ? route.fulfill({ headers: cors })
            : route.fulfill({
              headers: cors,
              json: {
                id: crypto.randomUUID(),
                type: "totp",
                totp: {
                  qr_code: "<svg xmlns='http://www.w3.org/2000/svg'/>",
                  secret: "JBSWY3DPEHPK3PXP",
                  uri: "",
                },
              },
            }),
      );
      await page.goto("/staff");
      await logInOn(page, staff);
      await headingIs(page, "Second factor needed");
      await page.getByRole("button", { name: "Set up a second factor" }).click();
      await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
      await page.getByLabel("Code", { exact: true }).waitFor();
      await looksRight(page, "staff-second-factor");
    } finally {
      await sql`update private.second_factor_rules set required = false where audience = 'staff'`;
    }
  },
});

Deno.test({
  name: "web: a dead letter is seen with why it died, and retried with a reason it is done",
  ignore,
  async fn() {
    const [job] = await sql<{ id: number }[]>`
      insert into private.jobs (kind, payload, state, attempts, finished_at, last_error)
      values ('cards_expiring', '{}', 'dead', 20, now(), 'Stripe was away for ten hours')
      returning id::int`;
    for (const width of [1280, 390]) {
      await using tab = await staffTab("/staff/jobs", { viewport: { width, height: 844 } });
      const { page, complaints } = tab;
      await headingIs(page, "Jobs");
      if (width === 1280) {
        await page.getByText("Stripe was away for ten hours").waitFor();
        await isAccessible(page);
        await doWithReason(page, "Retry");
        await page.getByText("1 job was changed.").waitFor();
        await waitFor("the job to be done", async () => {
          const [row] = await sql`select state from private.jobs where id = ${job!.id}`;
          return row!["state"] === "succeeded";
        });
      }
      await page.getByText("No dead letters.").waitFor();
      await isAccessible(page);
      assert.deepEqual(complaints, []);
    }
    const [entry] = await sql`
      select actor_id, reason from public.audit_log where action like 'jobs.%' order by id desc limit 1`;
    assert.deepEqual({ ...entry }, { actor_id: staff.id, reason });
  },
});

Deno.test({
  name: "web: who decides about a dead letter by keyboard goes on at the next one",
  ignore,
  async fn() {
    await sql`
      insert into private.jobs (kind, payload, state, attempts, finished_at, last_error, created_at)
      select 'cards_expiring', '{}', 'dead', 20, now(), 'died as number ' || number, now()
      from generate_series(1, 3) as number`;
    // With its dialogs as they fade.
    await using tab = await staffTab("/staff/jobs", { reducedMotion: "no-preference" });
    const { page, complaints } = tab;
    const rows = page.getByRole("table", { name: "Jobs" }).getByRole("row");
    await rows.filter({ hasText: "died as number 2" }).getByRole("button", { name: "Discard" })
      .press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill(reason);
    await dialog.getByRole("button", { name: "Discard" }).press("Enter");
    await page.getByText("1 job was changed.").waitFor();
    await dialog.waitFor({ state: "hidden" });
    await focusIsOnRow(page, "died as number 1");
    // Nothing that Enter would do, and on to its own buttons.
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.waitForFunction("document.activeElement.matches('main tr *')");
    await rows.filter({ hasText: "died as number 1" }).getByRole("button", { name: "Discard" })
      .press("Enter");
    await dialog.getByLabel("Reason").fill(reason);
    await dialog.getByRole("button", { name: "Discard" }).press("Enter");
    // It was the last of the list.
    await focusIsOnRow(page, "died as number 3");
    assert.deepEqual(complaints, []);
    await sql`delete from private.jobs where last_error like 'died as number %'`;
  },
});

Deno.test({
  name: "web: an event shows its content and what it changed; replayed it mends our copy",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    const subscription = await buy(user, {}, chromium.started.at);
    // A later event of the purchase would mend our copy, and the change would be its own.
    await waitFor("all that the purchase brought to be handled", async () => {
      const [row] = await sql`
        select count(*)::int as open from private.jobs where state = 'pending' and run_at <= private.now()`;
      return row!["open"] === 0;
    });
    await sql`
      update public.subscriptions set quantity = 7 where stripe_subscription_id = ${subscription}`;
    await using tab = await staffTab("/staff/webhooks?type=customer.subscription.created");
    const { page, complaints } = tab;
    await page.getByRole("link", { name: "customer.subscription.created" }).first().click();
    await headingIs(page, "customer.subscription.created");
    const content = page.getByRole("region", { name: "Content", exact: true });
    await content.last().getByText(subscription).first().waitFor();
    await looksRight(page, "staff-event");
    await doWithReason(page, "Replay");
    await page.getByText("1 event is handled anew.").waitFor();
    await page.getByText(`Note: ${reason}`).waitFor();
    await waitFor("our copy to be mended", async () => {
      const [row] = await sql`
        select quantity from public.subscriptions where stripe_subscription_id = ${subscription}`;
      return row!["quantity"] === 1;
    });
    await page.reload();
    const changes = page.getByRole("region", { name: "What its handling changed" });
    await changes.getByRole("row", { name: "quantity 7 1" }).waitFor();
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: a subscription's payment is refunded in part, and no more than is left",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    await buy(user, {}, chromium.started.at);
    const payment = await waitFor("the payment to be known", async () => {
      const [row] = await sql<{ stripe_payment_id: string }[]>`
        select stripe_payment_id from public.payments
        where workspace_id = ${user.workspaceId} and status = 'succeeded' and amount > 0`;
      return row?.stripe_payment_id;
    });
    await using tab = await staffTab("/staff/payments");
    const { page, complaints } = tab;
    const row = page.getByRole("row").filter({
      has: page.getByTitle(payment),
    });
    await row.getByRole("button", { name: "Refund" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("two days of outage");
    await looksRight(page, "staff-payment-refund");
    const submit = dialog.getByRole("button", { name: "Refund", exact: true });
    await dialog.getByLabel("Amount in EUR").fill("5.005");
    await submit.click();
    await dialog.getByText("invalid_amount").waitFor();
    await dialog.getByLabel("Amount in EUR").fill("5.50");
    await submit.click();
    await row.getByText("€5.50 refunded").waitFor();
    await isAccessible(page);
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name:
    "web: the overview shows health, alerts and charts; a comparison that is begun by hand ends",
  ignore,
  async fn() {
    await sql`
      insert into private.alert_incidents (rule, value, peak, told_value, told_detail)
      values ('bounces', 22, 22, 22, '{}')`;
    for (const colorScheme of ["light", "dark"] as const) {
      await using tab = await staffTab("/staff", { colorScheme });
      const { page, complaints } = tab;
      await headingIs(page, "Overview");
      await page.getByText("Database: well").waitFor();
      await page.getByText("Many addresses bounce").waitFor();
      await page.getByRole("region", { name: "Jobs, last 24 hours" }).locator(
        "svg.recharts-surface",
      )
        .first().waitFor();
      await isAccessible(page);
      assert.deepEqual(complaints, []);
    }
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/staff/reconciliation");
    // What is chosen counts for more than the profile, which is English.
    await page.getByRole("button", { name: "Français" }).click();
    await page.getByLabel("Adresse e-mail").fill(staff.email);
    await page.getByLabel("Mot de passe").fill(staff.password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    await headingIs(page, "Rapprochement");
    const billing = page.getByRole("region", { name: "Abonnements et factures" });
    await billing.getByRole("button", { name: "Comparer maintenant" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Motif").fill(reason);
    await dialog.getByRole("button", { name: "Comparer maintenant" }).click();
    await billing.getByText(/La comparaison demandée est terminée/).waitFor({ timeout: 120_000 });
    await billing.getByRole("table").waitFor();
    await isAccessible(page);
    assert.deepEqual(complaints, []);
  },
});
