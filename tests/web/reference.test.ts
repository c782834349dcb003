/** The API reference in a browser: every operation is there, and can be tried on the stack that serves it. */
import assert from "node:assert/strict";
import { loadDeclarations } from "../../scripts/declarations.ts";
import { operationIds } from "../../scripts/openapi/operation-id.ts";
import { signUp } from "../support/users.ts";
import { seriousFindings } from "./browser.ts";
import { onOwnStack } from "./in-chromium.ts";

const chromium = onOwnStack();
const { ignore } = chromium;

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test({
    name: `reference: shows every operation in the ${colorScheme}, and asks nobody but the stack`,
    ignore,
    async fn() {
      await using visited = await chromium.visit({ colorScheme });
      const { page, complaints } = visited;
      const elsewhere: string[] = [];
      page.on("request", (request) => {
        const { origin, protocol } = new URL(request.url());
        if (origin !== chromium.started.at.siteUrl && !/^(data|blob):$/.test(protocol)) {
          elsewhere.push(origin);
        }
      });
      await page.goto("/reference");
      const summaries = page.locator(".opblock-summary-operation-id");
      await summaries.first().waitFor();
      const declared = await loadDeclarations();
      assert.deepEqual(
        (await summaries.allTextContents()).sort(),
        declared.map(operationIds(declared)).sort(),
      );
      const cancel = page.locator("#operations-Subscriptions-subscriptionCancel");
      await cancel.locator(".opblock-summary-control").click();
      // Examples are options of a choice.
      const example = cancel.getByText("At once, with the unused part back").first();
      await example.waitFor({ state: "attached" });
      await cancel.getByText("subscription_not_found").first().waitFor();
      assert.deepEqual(elsewhere, []);
      assert.deepEqual(complaints, []);
      assert.deepEqual(await seriousFindings(page), []);
    },
  });
}

Deno.test({
  name: "reference: who signs in on the page is signed in for what is tried next",
  ignore,
  async fn() {
    const { email, password } = await signUp({ on: chromium.started.at, name: "Ada" });
    await using visited = await chromium.visit();
    const { page, complaints } = visited;
    await page.goto("/reference");
    const login = page.locator("#operations-Accounts-authLogin");
    await login.locator(".opblock-summary-control").click();
    await login.locator("textarea").fill(JSON.stringify({ email, password }));
    await login.getByRole("button", { name: "Execute" }).click();
    await login.locator(".live-responses-table .response-col_status", { hasText: "200" }).waitFor();

    const profile = page.locator("#operations-Accounts-userProfileGet");
    await profile.locator(".opblock-summary-control").click();
    await profile.getByRole("button", { name: "Execute" }).click();
    const shown = profile.locator(".live-responses-table");
    await shown.getByText('"Ada"').waitFor();
    assert.deepEqual(complaints, []);
  },
});
