/**
 * `task screenshots [folder]`: walks the pages of the running stack as the people that come with it, in both
 * languages, and keeps a picture of each, at both widths and in both themes. A page that is too wide, that axe
 * finds fault with, or that complains, fails.
 */
import assert from "node:assert/strict";
import { fail, readArguments } from "../../local/cli/arguments.ts";
import { runningVariables } from "../../local/cli/running.ts";
import { accounts, demoPassword } from "../../local/demo/accounts.ts";
import { chromiumPath, launchBrowser, type Visit, visit } from "./browser.ts";
import { looksRight } from "./looks.ts";
// #region shop
import { shopWalks } from "./shop-screenshots.ts";
// #endregion shop

/** A way through pages of which pictures are kept. */
export interface Walk {
  /** Whom one is signed in as; nobody by default. */
  as?: keyof typeof accounts;
  locale?: "en-GB" | "fr-FR";
  go(tab: Visit, picture: (name: string) => Promise<void>): Promise<void>;
}

/** The page at a path, once it has read what it shows. */
export async function open({ page }: Visit, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
}

const staffPages = [
  "workspaces",
  "payments",
  "webhooks",
  "deliveries",
  "jobs",
  "mail",
  "reconciliation",
];

const walks: Walk[] = [
  {
    as: "subscriber",
    async go(tab, picture) {
      const paths = ["/billing", "/billing/documents", "/workspace/keys", "/workspace/activity"];
      for (const path of paths) {
        await open(tab, path);
        await picture(`demo${path.replaceAll("/", "-")}`);
      }
      // The shared one, with its members.
      await open(tab, "/workspace");
      await tab.page.getByRole("combobox", { name: "Workspace" }).selectOption("Studio Dumas");
      await tab.page.waitForLoadState("networkidle");
      await picture("demo-workspace");
    },
  },
  {
    as: "late",
    async go(tab, picture) {
      await open(tab, "/billing");
      await picture("demo-dunning");
    },
  },
  {
    as: "staff",
    async go(tab, picture) {
      await open(tab, "/staff");
      await picture("staff-overview");
      for (const name of staffPages) {
        await open(tab, `/staff/${name}`);
        await picture(`staff-${name}`);
      }
    },
  },
  {
    as: "staff",
    async go(tab, picture) {
      await open(tab, "/staff");
      // Whoever is logged in reads his profile's language, whatever the browser's.
      await tab.page.getByRole("button", { name: "Français" }).click();
      await tab.page.getByRole("heading", { level: 1, name: "Vue d’ensemble" }).waitFor();
      await picture("staff-overview-fr");
    },
  },
  // #region shop
  ...shopWalks,
  // #endregion shop
];

if (import.meta.main) {
  const usage = "Usage: task screenshots [folder]";
  const { positionals: [folder, ...more] } = readArguments(usage, { allowPositionals: true });
  if (more.length > 0) fail(usage);
  assert.ok(chromiumPath !== undefined, "needs Chromium");
  const site = (await runningVariables())["SITE_URL"]!;
  Deno.env.set("SCREENSHOTS", folder ?? "docs/screenshots");
  const browser = await launchBrowser();
  try {
    for (const { as, locale = "en-GB", go } of walks) {
      await using tab = await visit(browser, site, { locale });
      if (as !== undefined) {
        await open(tab, "/log-in");
        // By type: the labels are in whatever language it is.
        await tab.page.locator("input[type=email]").fill(accounts[as].email);
        await tab.page.locator("input[type=password]").fill(demoPassword);
        await tab.page.keyboard.press("Enter");
        const refused = tab.page.getByRole("alert");
        const signedIn = tab.page.waitForURL((url) => url.pathname !== "/log-in");
        await Promise.race([signedIn, refused.waitFor().catch(() => {})]);
        assert.equal(
          await refused.count(),
          0,
          `cannot log in as ${
            accounts[as].email
          }: \`task reset\` and \`task start\` make such people`,
        );
        await signedIn;
      }
      await go(tab, async (name) => {
        await looksRight(tab.page, name);
        console.log(name);
      });
      assert.deepEqual(tab.complaints, []);
    }
  } finally {
    await browser.close();
  }
}
