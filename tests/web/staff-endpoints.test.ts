/** Endpoints of webhooks out, in a browser: made, tried, given another secret, switched off, taken away. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Sql } from "../support/database.ts";
import type { TestUser } from "../support/users.ts";
import { documentedReceiver, requestOf, webhookReceiver } from "../support/webhook-receiver.ts";
import { asStaff } from "./as-staff.ts";
import { headingIs, logInOn } from "./browser.ts";
import { looksRight } from "./looks.ts";

const world = asStaff();
const { chromium, ignore, staffTab } = world;

let sql: Sql;
let staff: TestUser;
Deno.test.beforeAll(() => void ({ sql, staff } = world));

/** Sends a test from an endpoint's page. */
async function ping(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Send a test" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("is it reached?");
  await dialog.getByRole("button", { name: "Send a test" }).click();
  await dialog.waitFor({ state: "hidden" });
}

/** Waits until a button has the focus: who uses the keyboard goes on from there. */
async function focusIsOn(page: Page, text: string): Promise<void> {
  await page.waitForFunction(`document.activeElement.textContent === ${JSON.stringify(text)}`);
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
    await address.fill("https://erp.example.com:8080/hooks");
    const answer = page.waitForResponse(/webhook_endpoints/);
    await make.click();
    assert.equal((await answer).status(), 422);
    await page.getByRole("alert").getByText("at port 443 or 8443").waitFor();
    assert.equal(await address.getAttribute("aria-invalid"), "true");
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
    // What is chosen meanwhile makes of it no other refusal.
    await events.getByLabel("webhook.ping").uncheck();
    await events.getByLabel("thing.done").uncheck();
    assert.equal(await page.getByRole("alert").count(), 0);
    await events.getByLabel("webhook.ping").check();
    await save.click();
    await page.getByText("Saved.").waitFor();
    const [row] = await sql`select events, description from public.webhook_endpoints`;
    assert.deepEqual({ ...row }, { events: ["webhook.ping"], description: "The warehouse" });
    await sql`delete from public.webhook_endpoints`;
  },
});

Deno.test({
  name: "web: what another changes of an endpoint meanwhile stays, and is shown or told",
  ignore,
  async fn() {
    const id = crypto.randomUUID();
    await sql`
      insert into public.webhook_endpoints (id, url, description, events)
      values (${id}, 'https://erp.example.com/hooks', 'The warehouse', '{webhook.ping}')`;
    const kept = async () => {
      const [row] =
        await sql`select url, description from public.webhook_endpoints where id = ${id}`;
      return { ...row };
    };
    await using tab = await staffTab(`/staff/deliveries/endpoints/${id}`);
    const { page } = tab;
    const address = page.getByLabel("Address", { exact: true });
    await address.fill("https://erp.example.com/new");
    await sql`update public.webhook_endpoints set description = 'By Ada' where id = ${id}`;
    const save = page.getByRole("button", { name: "Save" });
    await save.press("Enter");
    await page.getByText("Saved.").waitFor();
    assert.deepEqual(await kept(), { url: "https://erp.example.com/new", description: "By Ada" });
    assert.equal(await page.getByLabel("Description").inputValue(), "By Ada");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Save");

    await sql`update public.webhook_endpoints set url = 'https://ada.example.com/' where id = ${id}`;
    await address.fill("https://erp.example.com/other");
    await save.click();
    await page.getByRole("alert").getByText("Somebody else has changed the same").waitFor();
    assert.equal((await kept())["url"], "https://ada.example.com/");
    assert.equal(await address.inputValue(), "https://erp.example.com/other");

    await sql`alter table public.webhook_endpoints disable trigger webhook_endpoints_events`;
    await sql`update public.webhook_endpoints set events = '{thing.done}' where id = ${id}`;
    await sql`alter table public.webhook_endpoints enable trigger webhook_endpoints_events`;
    await page.getByRole("button", { name: "Français" }).click();
    await page.reload();
    const gone = page.getByText("N’existe plus.");
    await gone.waitFor();
    assert.equal(await page.locator("[lang]", { has: gone }).last().getAttribute("lang"), "fr");
    assert.equal(await gone.getAttribute("lang"), null);
    await sql`delete from public.webhook_endpoints where id = ${id}`;
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
  name:
    "web: changing a secret anew after no answer ends nothing that the receiver uses; a shown one is hidden in time",
  ignore,
  async fn() {
    await using receiver = await webhookReceiver({ sql, staff }, ["webhook.ping"]);
    const kept = async () => {
      const [row] = await sql`
        select secret, previous_secret from private.webhook_endpoint_secrets
        where endpoint_id = ${receiver.id}`;
      return row!;
    };
    const used = (await kept())["secret"];
    await using tab = await chromium.visit();
    const { page } = tab;
    await page.clock.install();
    await page.goto(`/staff/deliveries/endpoints/${receiver.id}`);
    await logInOn(page, staff);
    const secret = page.getByRole("region", { name: "Secret" });
    const shown = secret.getByText("whsec_");
    await secret.getByRole("button", { name: "Show the secret" }).click();
    assert.equal(await shown.textContent(), used);
    await page.route("**/rpc/webhook_endpoint_rotate", async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await secret.getByRole("button", { name: "Change the secret" }).click();
    const dialog = page.getByRole("dialog");
    const change = dialog.getByRole("button", { name: "Change the secret" });
    await change.click();
    await dialog.getByText("unreachable").waitFor();
    // It is no longer the one, but nobody has told the page.
    assert.equal(await shown.count(), 0);
    await dialog.getByLabel("Hours").fill("48");
    await change.click();
    await secret.getByText("The secret was changed.").waitFor();
    const made = await shown.textContent();
    assert.deepEqual({ ...await kept() }, { secret: made, previous_secret: used });

    await page.evaluate(`Object.defineProperty(navigator, "clipboard", {
      value: { writeText: () => Promise.reject(new Error("not allowed")) },
    })`);
    await secret.getByRole("button", { name: "Copy the secret" }).click();
    await secret.getByRole("alert").getByText("Copying failed").waitFor();
    await page.clock.fastForward("01:50");
    await shown.waitFor();
    await page.clock.fastForward("00:15");
    await shown.waitFor({ state: "hidden" });

    // Read before the change, and answered after it.
    const { promise: changed, resolve: go } = Promise.withResolvers<void>();
    await page.route("**/rpc/webhook_endpoint_secret", async (route) => {
      const response = await route.fetch();
      await changed;
      await route.fulfill({ response });
    }, { times: 1 });
    const late = page.waitForResponse("**/rpc/webhook_endpoint_secret");
    await secret.getByRole("button", { name: "Show the secret" }).click();
    await secret.getByRole("button", { name: "Change the secret" }).click();
    await change.click();
    await shown.waitFor();
    const latest = (await kept())["secret"];
    assert.equal(await shown.textContent(), latest);
    assert.notEqual(latest, made);
    go();
    await (await late).finished();
    await secret.getByRole("button", { name: "Hide the secret" }).waitFor();
    assert.equal(await shown.textContent(), latest);
    await page.evaluate(`
      Object.defineProperty(document, "visibilityState", { value: "hidden" });
      document.dispatchEvent(new Event("visibilitychange"));`);
    await shown.waitFor({ state: "hidden" });
  },
});

Deno.test({
  name: "web: a look at a test that gets no answer ends neither the watch nor tells of other tries",
  ignore,
  async fn() {
    await using receiver = await webhookReceiver({ sql, staff }, ["webhook.ping"]);
    await using tab = await staffTab(`/staff/deliveries/endpoints/${receiver.id}`);
    const { page } = tab;
    let looks = 0;
    let isReached = false;
    await page.route("**/rest/v1/webhook_deliveries?*", async (route) => {
      if (++looks === 1) {
        const response = await route.fetch();
        const read = { ...await response.json(), state: "pending", attempts: 0 };
        return await route.fulfill({ response, json: read });
      }
      await (isReached ? route.fallback() : route.abort());
    });
    await ping(page);
    const test = page.getByRole("region", { name: "Test" });
    await test.getByText("unreachable").waitFor();
    assert.equal(await test.getByText("It is tried again by itself").count(), 0);
    isReached = true;
    await test.getByText("Delivered").waitFor();
    await test.getByText("unreachable").waitFor({ state: "hidden" });
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

    await page.getByRole("button", { name: "Disable" }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Disable" }).press("Enter");
    await page.getByText("It is told of nothing.").waitFor();
    await focusIsOn(page, "Enable");
    assert.deepEqual(await enabled(), { enabled: false, disabled_reason: null });

    await sql`
      update public.webhook_endpoints set disabled_reason = 'answered 410 Gone'
      where id = ${receiver.id}`;
    await page.getByRole("button", { name: "Français" }).click();
    await page.reload();
    await page.getByText("Elle a été désactivée automatiquement").waitFor();
    await looksRight(page, "staff-endpoint-disabled-fr");
    await page.getByRole("button", { name: "La laisser désactivée" }).press("Enter");
    await dialog.getByRole("button", { name: "La laisser désactivée" }).press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await focusIsOn(page, "Activer");
    assert.deepEqual(await enabled(), { enabled: false, disabled_reason: null });
    await page.getByRole("button", { name: "Activer" }).press("Enter");
    await page.getByText("Elle est informée des événements").waitFor();
    await focusIsOn(page, "Désactiver");
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
