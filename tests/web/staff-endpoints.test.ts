/** Endpoints of webhooks out, in a browser: made, tried, given another secret, switched off, taken away. */
import assert from "node:assert/strict";
import type { BrowserContextOptions, Page } from "playwright-core";
import { connect } from "../support/connect.ts";
import type { Sql } from "../support/database.ts";
import { signUpStaff, type TestUser } from "../support/users.ts";
import { documentedReceiver, requestOf, webhookReceiver } from "../support/webhook-receiver.ts";
import { headingIs, logInOn, type Visit } from "./browser.ts";
import { onOwnStack } from "./in-chromium.ts";
import { looksRight } from "./looks.ts";

const chromium = onOwnStack();
const { ignore } = chromium;

let sql: Sql;
let staff: TestUser;
Deno.test.beforeAll(async () => {
  if (ignore) return;
  sql = connect(chromium.started.at);
  staff = await signUpStaff({ on: chromium.started.at });
});
Deno.test.afterAll(() => sql?.end());

async function staffTab(path: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const tab = await chromium.visit(options);
  await tab.page.goto(path);
  await logInOn(tab.page, staff);
  return tab;
}

/** Sends a test from an endpoint's page. */
async function ping(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Send a test" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("is it reached?");
  await dialog.getByRole("button", { name: "Send a test" }).click();
  await dialog.waitFor({ state: "hidden" });
}

/** What staff did with an endpoint, by the audit log. */
const noted = async (id: string) =>
  (await sql<{ action: string }[]>`
    select action from public.audit_log where target = ${id} and actor_id = ${staff.id} order by id`)
    .map(({ action }) => action.replace("webhook_endpoints.", ""));

Deno.test({
  name: "web: what the database refuses of a webhook endpoint stands by its field",
  ignore,
  async fn() {
    await using tab = await staffTab("/staff/deliveries");
    const { page } = tab;
    await page.getByText("Nobody is told of anything yet.").waitFor();
    await page.getByRole("link", { name: "New endpoint" }).click();
    await headingIs(page, "New endpoint");
    const address = page.getByLabel("Address", { exact: true });
    const make = page.getByRole("button", { name: "Make the endpoint" });
    await address.fill("http://erp.example.com/hooks");
    await make.click();
    const events = page.getByRole("group", { name: "Events" });
    await page.getByRole("alert").getByText("Choose at least one event.").waitFor();
    await events.getByLabel("webhook.ping").check();
    await make.click();
    await page.getByRole("alert").getByText("It has to begin with https://").waitFor();
    assert.equal(await address.getAttribute("aria-invalid"), "true");
    await looksRight(page, "staff-endpoint-new");
    await address.fill("https://erp.example.com/hooks");
    await page.getByLabel("Description").fill("The warehouse");
    await make.click();
    await headingIs(page, "https://erp.example.com/hooks");
    const [made] = await sql<{ id: string }[]>`select id from public.webhook_endpoints`;
    assert.equal(new URL(page.url()).pathname, `/staff/deliveries/endpoints/${made!.id}`);

    // An event that a migration has taken away since is seen, and has to go.
    await sql`alter table public.webhook_endpoints disable trigger webhook_endpoints_events`;
    await sql`update public.webhook_endpoints set events = '{webhook.ping,thing.done}'`;
    await sql`alter table public.webhook_endpoints enable trigger webhook_endpoints_events`;
    await page.reload();
    await events.getByText("Does not exist any more.").waitFor();
    const save = page.getByRole("button", { name: "Save" });
    await save.click();
    await page.getByRole("alert").getByText("One of these events does not exist any more")
      .waitFor();
    await events.getByLabel("thing.done").uncheck();
    await save.click();
    await page.getByText("Saved.").waitFor();
    const [row] = await sql`select events, description from public.webhook_endpoints`;
    assert.deepEqual({ ...row }, { events: ["webhook.ping"], description: "The warehouse" });
    await sql`delete from public.webhook_endpoints`;
  },
});

Deno.test({
  name:
    "web: a test reaches an endpoint, signed by the secret that the page shows; changed, both sign for a while",
  ignore,
  async fn() {
    const receive = await documentedReceiver();
    await using receiver = await webhookReceiver({ sql, staff }, ["webhook.ping"]);
    await using tab = await staffTab("/staff/deliveries");
    const { page, complaints } = tab;
    await page.getByRole("link", { name: receiver.url }).click();
    await headingIs(page, `${receiver.url}/hook`);
    await ping(page);
    const test = page.getByRole("region", { name: "Test" });
    await test.getByText("Delivered").waitFor();

    const secret = page.getByRole("region", { name: "Secret" });
    assert.equal(await secret.getByText("whsec_").count(), 0);
    assert.deepEqual(await noted(receiver.id), ["insert"]);
    const show = secret.getByRole("button", { name: "Show the secret" });
    await show.focus();
    await page.keyboard.press("Enter");
    const first = await secret.getByText("whsec_").textContent();
    // Whoever uses the keyboard is where they were.
    const hide = secret.getByRole("button", { name: "Hide the secret" });
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Hide the secret");
    assert.deepEqual((await noted(receiver.id)).slice(-1), ["secret_read"]);
    assert.equal((await receive(requestOf(receiver.received[0]!), first!)).status, 204);

    await secret.getByRole("button", { name: "Change the secret" }).click();
    const dialog = page.getByRole("dialog");
    await looksRight(page, "staff-endpoint-secret");
    await dialog.getByLabel("Hours").fill("2");
    await dialog.getByRole("button", { name: "Change the secret" }).click();
    await secret.getByText("The secret was changed.").waitFor();
    await secret.getByText("The one before signs as well until").waitFor();
    const second = await secret.getByText("whsec_").textContent();
    assert.notEqual(first, second);
    assert.ok((await noted(receiver.id)).includes("rotate"));
    await ping(page);
    await test.getByText("Delivered").waitFor();
    await looksRight(page, "staff-endpoint");
    assert.equal(receiver.received.length, 2);
    for (const one of [first, second]) {
      assert.equal((await receive(requestOf(receiver.received[1]!), one!)).status, 204);
    }
    await hide.click();
    assert.equal(await secret.getByText("whsec_").count(), 0);
    await page.getByRole("link", { name: "What was told to it" }).click();
    await headingIs(page, "Webhooks out");
    await page.getByRole("table", { name: "Webhooks out" }).getByText("Delivered").first()
      .waitFor();
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: an endpoint that fails says so; disabled, enabled and removed it is as staff decide",
  ignore,
  async fn() {
    await using receiver = await webhookReceiver(
      { sql, staff },
      ["webhook.ping"],
      () => new Response("out of paper", { status: 500 }),
    );
    const enabled = async () => {
      const [row] = await sql`
        select enabled, disabled_reason from public.webhook_endpoints where id = ${receiver.id}`;
      return row && { ...row };
    };
    await using tab = await staffTab(`/staff/deliveries/endpoints/${receiver.id}`);
    const { page, complaints } = tab;
    await ping(page);
    const test = page.getByRole("region", { name: "Test" });
    await test.getByText("It is tried again by itself").waitFor();
    await test.getByText("out of paper").waitFor();
    await page.getByText("Nothing has reached it since").waitFor();

    await page.getByRole("button", { name: "Disable" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Disable" }).click();
    await page.getByText("It is told of nothing.").waitFor();
    assert.deepEqual(await enabled(), { enabled: false, disabled_reason: null });

    await sql`
      update public.webhook_endpoints set disabled_reason = 'answered 410 Gone'
      where id = ${receiver.id}`;
    await page.getByRole("button", { name: "Français" }).click();
    await page.reload();
    await page.getByText("Elle a été désactivée automatiquement").waitFor();
    await looksRight(page, "staff-endpoint-disabled-fr");
    await page.getByRole("button", { name: "La laisser désactivée" }).click();
    await dialog.getByRole("button", { name: "La laisser désactivée" }).click();
    await dialog.waitFor({ state: "hidden" });
    assert.deepEqual(await enabled(), { enabled: false, disabled_reason: null });
    await page.getByRole("button", { name: "Activer" }).click();
    await page.getByText("Elle est informée des événements").waitFor();
    assert.deepEqual(await enabled(), { enabled: true, disabled_reason: null });

    // Somebody else was quicker.
    await sql`delete from public.webhook_endpoints where id = ${receiver.id}`;
    await page.getByRole("button", { name: "Supprimer" }).click();
    await dialog.getByRole("button", { name: "Supprimer" }).click();
    await dialog.getByText("webhook_endpoint_not_found").waitFor();

    await using other = await webhookReceiver({ sql, staff }, ["webhook.ping"]);
    await page.goto(`/staff/deliveries/endpoints/${other.id}`);
    await page.getByRole("button", { name: "Supprimer" }).click();
    await dialog.getByRole("button", { name: "Supprimer" }).click();
    await headingIs(page, "Webhooks émis");
    assert.equal((await sql`select from public.webhook_endpoints`).length, 0);
    await page.goto(`/staff/deliveries/endpoints/${other.id}`);
    await page.getByText("Cette destination n’existe pas.").waitFor();
    assert.deepEqual(complaints, []);
  },
});
