/** A real Chromium on the web application, and its pages as a person uses them. */
import assert from "node:assert/strict";
import axe from "axe-core";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
} from "playwright-core";

async function findChromium(): Promise<string | undefined> {
  const path = Deno.env.get("CHROMIUM_PATH") || "/usr/bin/chromium";
  try {
    await Deno.stat(path);
    return path;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The Chromium that tests use; undefined where there is none: then they are ignored. */
export const chromiumPath = await findChromium();
if (chromiumPath === undefined) {
  console.log("ignored: the tests in Chromium (apt-get install chromium, or set CHROMIUM_PATH)");
}

/** Starts it. @param options Playwright's own */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  assert.ok(chromiumPath !== undefined);
  return await chromium.launch({
    ...options,
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-background-networking"],
  });
}

/** A tab of its own, with nothing kept from others. */
export interface Visit extends AsyncDisposable {
  page: Page;
  /** What the page complained of: console errors, exceptions, failed requests. */
  complaints: string[];
}

/** Waits until the focus is on the row of a list that says so: it was on something in it that is gone. */
export async function focusIsOnRow(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    `document.activeElement.matches("main tr")
      && document.activeElement.textContent.includes(${JSON.stringify(text)})`,
  );
}

/**
 * Opens one; `await using` closes it.
 *
 * @param options Playwright's own: locale, viewport, colorScheme
 */
export async function visit(
  browser: Browser,
  siteUrl: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: siteUrl,
    locale: "en-GB",
    // What is half faded in is too pale, and what fades out is still there.
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => {
    // A page that one leaves takes its requests along.
    const reason = request.failure()?.errorText ?? "";
    if (reason !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${reason}`);
  });
  return {
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}

/** What axe finds serious or worse on the page as it is; empty when it is accessible. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run()") as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Whom a test lets sign up. */
export interface Person {
  name: string;
  email: string;
  password: string;
}

/** Signs up on the page; what then shows depends on whether addresses are confirmed. */
export async function signUpOn(page: Page, { name, email, password }: Person): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create the account" }).click();
}

/** Logs in on the page that shows: any that wants somebody signed in. */
export async function logInOn(
  page: Page,
  { email, password }: Pick<Person, "email" | "password">,
): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** The page's heading, waited for. */
export async function headingIs(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole("heading", { level: 1, name: text }).waitFor();
}

/** The billing page of somebody signed in. */
export async function openBilling(page: Page): Promise<void> {
  await page.goto("/billing");
  await headingIs(page, "Plan and billing");
  await page.getByRole("heading", { level: 2 }).first().waitFor();
}

/** Chooses a plan on the billing page: leads to Stripe's checkout page. */
export async function choosePlan(
  page: Page,
  plan: string,
  interval: "month" | "year" = "month",
): Promise<void> {
  const name = new RegExp(`^Choose ${plan}: .* a ${interval}$`);
  await page.getByRole("button", { name }).click();
}

/** From the billing page of a subscriber to Stripe's portal. */
export async function openPortal(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Open the billing portal" }).click();
}

/** Lets POSTs to a function have their effect, and answers as a server that fails then, until `mend` is called. */
export async function repliesLost(page: Page, name: string) {
  const url = `**/functions/v1/${name}`;
  const statuses: number[] = [];
  await page.route(url, async (route) => {
    if (route.request().method() !== "POST") return await route.continue();
    statuses.push((await route.fetch()).status());
    await route.fulfill({
      status: 503,
      headers: {
        "access-control-allow-origin": "*",
        "content-type": "application/problem+json",
      },
      body: JSON.stringify({
        type: "about:blank",
        title: "The database is away",
        status: 503,
        code: "database_unavailable",
      }),
    });
  });
  return { statuses, mend: () => page.unroute(url) };
}
