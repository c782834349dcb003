/** Workspaces as staff find them, in a browser: what one may use is given, taken and left to its plan. */
import assert from "node:assert/strict";
import type { Sql } from "../support/database.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { asStaff } from "./as-staff.ts";
import { focusIsOnRow, headingIs } from "./browser.ts";
import { looksRight } from "./looks.ts";

const world = asStaff();
const { chromium, ignore, staffTab } = world;

let sql: Sql;
let staff: TestUser;
Deno.test.beforeAll(() => void ({ sql, staff } = world));

Deno.test({
  name:
    "web: staff find a workspace by a member's address, give it a feature for a while, change it, and leave it to the plan",
  ignore,
  async fn() {
    const user = await signUp({ name: "Ada Lovelace", on: chromium.started.at });
    await sql`update public.workspaces set name = 'Ada''s own' where id = ${user.workspaceId}`;
    const override = async () => {
      const [row] = await sql`
        select feature, enabled, limit_value::int, expires_at is not null as ends, reason
        from public.feature_overrides where workspace_id = ${user.workspaceId}`;
      return row && { ...row };
    };
    await using tab = await staffTab("/staff/workspaces");
    const { page, complaints } = tab;
    await headingIs(page, "Workspaces");
    await page.getByRole("table").waitFor();
    await looksRight(page, "staff-workspaces");
    // The label is long: the button beside it stays as wide as its text.
    const findIsWide = async () =>
      (await page.getByRole("button", { name: "Find" }).boundingBox())!.width;
    const wanted = await findIsWide();
    await page.setViewportSize({ width: 390, height: 844 });
    assert.equal(await findIsWide(), wanted);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByLabel("Name, slug, id").fill(user.email);
    await page.getByRole("button", { name: "Find" }).click();
    await page.waitForURL(/search=/);
    await page.getByRole("link", { name: "Ada's own" }).click();
    await headingIs(page, "Ada's own");

    const row = page.getByRole("row").filter({ hasText: "api_calls" });
    assert.equal(await row.getByText("Not included").count(), 2);
    await row.getByRole("button", { name: "Override API calls a month" }).press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Limit").fill("5000");
    await dialog.getByLabel("Until").fill("2030-01-31T12:00");
    await dialog.getByLabel("Reason").fill("a month to try it, as promised");
    await looksRight(page, "staff-workspace-override");
    await dialog.getByRole("button", { name: "Let it hold" }).click();
    await page.getByText("The override of API calls a month holds from now on.").waitFor();
    await row.getByText("Given: 5,000").waitFor();
    await row.getByText("0 used").waitFor();
    assert.deepEqual(await override(), {
      feature: "api_calls",
      enabled: true,
      limit_value: 5000,
      ends: true,
      reason: "a month to try it, as promised",
    });
    await looksRight(page, "staff-workspace");

    // What is on or off has no limit to ask for; what was taken away has none either.
    await page.getByRole("button", { name: "Override Audit log" }).click();
    await dialog.getByLabel("Reason").waitFor();
    assert.equal(await dialog.getByLabel("Limit").count(), 0);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await row.getByRole("button", { name: "Change the override" }).click();
    assert.equal(await dialog.getByLabel("Limit").inputValue(), "5000");
    await dialog.getByLabel("Not the feature").check();
    assert.equal(await dialog.getByLabel("Limit").count(), 0);
    await dialog.getByLabel("Until").fill("");
    await dialog.getByLabel("Reason").fill("   ");
    await dialog.getByRole("button", { name: "Let it hold" }).click();
    await dialog.getByRole("alert").getByText("1 to 500 characters.").waitFor();
    await dialog.getByLabel("Reason").fill("it was abused");
    await dialog.getByRole("button", { name: "Let it hold" }).click();
    await row.getByText("Taken away").waitFor();
    assert.deepEqual(await override(), {
      feature: "api_calls",
      enabled: false,
      limit_value: null,
      ends: false,
      reason: "it was abused",
    });
    await dialog.waitFor({ state: "hidden" });

    await row.getByRole("button", { name: "Back to the plan" }).press("Enter");
    // The override's row goes, and its reason with it.
    await dialog.getByText("The audit log keeps it.").waitFor();
    await dialog.getByLabel("Reason").fill("         ");
    await dialog.getByRole("button", { name: "Back to the plan" }).click();
    await dialog.getByRole("alert").getByText("Say why, in 5 to 500 characters").waitFor();
    assert.equal(await dialog.getByLabel("Reason").getAttribute("aria-invalid"), "true");
    await dialog.getByLabel("Reason").fill("the case is closed");
    await dialog.getByRole("button", { name: "Back to the plan" }).press("Enter");
    await page.getByText("What the plan says holds of API calls a month again.").waitFor();
    await focusIsOnRow(page, "API calls a month");
    assert.equal(await override(), undefined);
    const noted = await sql<{ reason: string }[]>`
      select reason from public.audit_log
      where workspace_id = ${user.workspaceId} and action like 'feature_overrides.%'
        and actor_id = ${staff.id} order by id`;
    assert.deepEqual(noted.map(({ reason }) => reason), [
      "a month to try it, as promised",
      "it was abused",
      "the case is closed",
    ]);
    // The reason of blanks was refused, and the browser says so of each refusal.
    assert.ok(complaints.every((one) => one.includes("422")), complaints.join("\n"));
  },
});

Deno.test({
  name: "web: an override that has ended, and a workspace that is not there, say so in French",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    await sql`
      insert into public.feature_overrides (workspace_id, feature, limit_value, expires_at, reason)
      values (${user.workspaceId}, 'priority_support', 3, now() - interval '1 day', 'one week')`;
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto(`/staff/workspaces/${user.workspaceId}`);
    // What is chosen counts for more than the profile, which is English.
    await page.getByRole("button", { name: "Français" }).click();
    await page.getByLabel("Adresse e-mail").fill(staff.email);
    await page.getByLabel("Mot de passe").fill(staff.password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    const row = page.getByRole("row").filter({ hasText: "priority_support" });
    await row.getByText("Sans effet pour l’instant").waitFor();
    // By the plan, and now.
    assert.equal(await row.getByText("Non incluse").count(), 2);
    await looksRight(page, "staff-workspace-fr");
    // What it counts is seen where it is changed, though nothing else counts the feature.
    await row.getByRole("button", { name: "Modifier" }).click();
    assert.equal(await page.getByRole("dialog").getByLabel("Limite").inputValue(), "3");
    await page.goto(`/staff/workspaces/${crypto.randomUUID()}`);
    await page.getByText("Cet espace de travail n’existe pas.").waitFor();
    assert.deepEqual(complaints, []);
  },
});
