/** The application of docs/next.md as people use it, in Chromium. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { createClient } from "@supabase/supabase-js";
import { createSocle } from "../../../client/src/mod.ts";
import { waitFor } from "../../support/wait.ts";
import { headingIs, logInOn, seriousFindings, visit } from "../../web/browser.ts";
import type { Application, Steps } from "./application.ts";

const password = "correct horse battery";

/** What @supabase/ssr keeps in cookies, as far as it is looked at here. */
interface Session {
  access_token: string;
  refresh_token: string;
  expires_at: number;
  user: { id: string };
}

const base64url = { alphabet: "base64url", omitPadding: true } as const;
const encoded = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value)).toBase64(base64url);

/** What is told of the session in a browser's cookies; undefined where there is none. */
async function sessionIn(page: Page): Promise<Session | undefined> {
  const parts = (await page.context().cookies())
    .filter(({ name }) => /^sb-.*-auth-token(\.\d+)?$/.test(name))
    .sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
  if (parts.length === 0) return undefined;
  const text = parts.map(({ value }) => value).join("").replace(/^base64-/, "");
  return JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: "base64url" })),
  );
}

async function signUp(page: Page, name: string): Promise<void> {
  await page.goto("/billing");
  await headingIs(page, "Log in");
  await page.getByLabel("E-mail address").fill(`${name}@example.com`);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign up" }).click();
  await headingIs(page, name);
}

/** Pays on Stripe's page, and waits for what it leads back to. */
async function pay(page: Page, url: string): Promise<void> {
  await page.getByLabel("Card number").fill("4242424242424242");
  await page.locator("form[action$='/pay'] button.full").click();
  await page.waitForURL((address) => address.origin === url);
}

/** A session that nobody has to renew within the hour, and nobody can. */
const kept = (session: Session): Session => ({
  ...session,
  refresh_token: "nobody-has-it",
  expires_at: Math.floor(Date.now() / 1000) + 3600,
});

/** Somebody's session made out to another: all is as it should be but the signature. */
function forged(session: Session, userId: string): Session {
  const [header, payload, signature] = session.access_token.split(".");
  const claims = JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(payload!, { alphabet: "base64url" })),
  );
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return {
    ...kept(session),
    access_token: `${header}.${encoded({ ...claims, sub: userId, exp })}.${signature}`,
    user: { ...session.user, id: userId },
  };
}

/** Each step needs those before it. @param browser where it is used, by two people who share nothing */
export async function walk(
  t: Steps,
  application: Application,
  browser: Browser,
): Promise<void> {
  const { url, variables } = application;
  const [ada, grace] = ["ada", "grace"].map((name) => `${name}-${crypto.randomUUID().slice(0, 8)}`);
  await using first = await visit(browser, url);
  await using second = await visit(browser, url);
  const tab = first.page;
  const step = async (name: string, run: () => Promise<void>) => {
    const done = await t.step(name, run);
    if (!done) console.log(await application.log());
    assert.ok(done, `stopped at: ${name}`);
  };

  await step("somebody unknown is sent to log in, and told nothing", async () => {
    const reply = await fetch(`${url}/billing`, { redirect: "manual" });
    assert.equal(reply.status, 307);
    assert.equal(reply.headers.get("location"), "/login");
    assert.doesNotMatch(await reply.text(), /Plan:/);
  });

  await step("one signs up; the server renders one's own page and nobody else's", async () => {
    await signUp(tab, ada!);
    await signUp(second.page, grace!);
    const rendered = async (page: Page) => (await page.context().request.get("/billing")).text();
    const [ofAda, ofGrace] = [await rendered(tab), await rendered(second.page)];
    assert.ok(ofAda.includes(`<h1>${ada}</h1>`) && !ofAda.includes(grace!), ofAda);
    assert.ok(ofGrace.includes(`<h1>${grace}</h1>`) && !ofGrace.includes(ada!), ofGrace);
    assert.deepEqual(await seriousFindings(tab), []);
  });

  await step("a cookie that nobody signed lets nobody in", async () => {
    const [ofAda, ofGrace] = [await sessionIn(tab), await sessionIn(second.page)];
    const project = new URL(variables["NEXT_PUBLIC_SUPABASE_URL"]!).hostname.split(".")[0];
    const shownTo = async (session: Session) => {
      const reply = await fetch(`${url}/billing`, {
        redirect: "manual",
        headers: { cookie: `sb-${project}-auth-token=base64-${encoded(session)}` },
      });
      return { status: reply.status, text: await reply.text() };
    };
    // So it would be read if it were signed.
    const signed = await shownTo(kept(ofAda!));
    assert.equal(signed.status, 200);
    assert.ok(signed.text.includes(`<h1>${ada}</h1>`), signed.text);
    const unsigned = await shownTo(forged(ofAda!, ofGrace!.user.id));
    assert.equal(unsigned.status, 307);
    assert.ok(!unsigned.text.includes(grace!), unsigned.text);
  });

  await step("the plan of a team that one is in is not one's own", async () => {
    const supabase = createClient(
      variables["NEXT_PUBLIC_SUPABASE_URL"]!,
      variables["NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY"]!,
      { accessToken: async () => (await sessionIn(second.page))!.access_token },
    );
    const socle = createSocle(supabase);
    const { data: team } = await supabase.rpc("workspace_create", { name: "A team" })
      .throwOnError();
    const { checkout_url } = await socle.subscriptionCheckout({
      price_id: "price_monthly_pro",
      workspace_id: team.id,
      success_url: `${url}/billing?session={CHECKOUT_SESSION_ID}`,
      cancel_url: `${url}/billing`,
    });
    await second.page.goto(checkout_url);
    await pay(second.page, url);
    await headingIs(second.page, grace!);
    const { data: plans } = await supabase.from("subscriptions").select("plan_id, workspace_id")
      .throwOnError();
    assert.deepEqual(plans, [{ plan_id: "pro", workspace_id: team.id }]);
    await second.page.getByText("Plan: free").waitFor();
    assert.equal(await second.page.getByRole("button", { name: "End the plan" }).count(), 0);
  });

  await step("a checkout that is nobody's is told, on the page", async () => {
    for (const session of ["x", "cs_test_nobodys"]) {
      const reply = await tab.goto(`/billing?session=${session}`);
      assert.equal(reply?.status(), 200);
      await headingIs(tab, ada!);
      await tab.locator("h1 + [role=status]").filter({ hasText: /\w/ }).waitFor();
    }
    await tab.goto("/billing");
  });

  await step("a plan is bought on Stripe's page, and is there when one comes back", async () => {
    await tab.getByText("Plan: free").waitFor();
    await tab.getByRole("button", { name: "Basic, a month" }).click();
    await pay(tab, url);
    await tab.getByText("Plan: basic").waitFor();
  });

  await step("an action does nothing for whoever is not signed in any more", async () => {
    const held = await tab.context().cookies();
    await tab.context().clearCookies();
    await tab.getByRole("button", { name: "End the plan" }).click();
    await headingIs(tab, "Log in");
    await tab.context().addCookies(held);
    await tab.goto("/billing");
    await tab.getByRole("button", { name: "End the plan" }).waitFor();
  });

  await step("an action is done as the user", async () => {
    await tab.getByRole("button", { name: "End the plan" }).click();
    await tab.getByText("It ends with the period that is paid.").waitFor();
    await second.page.goto("/billing");
    await second.page.getByText("Plan: free").waitFor();
  });

  await step(
    "the server renews a session that is about to end, and lets nobody keep it",
    async () => {
      // Elsewhere: in the tab supabase-js renews by itself.
      await tab.goto("about:blank");
      const before = await sessionIn(tab);
      const reply = await waitFor("a renewed session", async () => {
        const reply = await tab.context().request.get("/billing");
        return reply.headers()["set-cookie"]?.includes("-auth-token") ? reply : undefined;
      });
      assert.ok((await reply.text()).includes(`<h1>${ada}</h1>`));
      assert.match(reply.headers()["cache-control"]!, /private.*no-store/);
      assert.notEqual((await sessionIn(tab))?.access_token, before?.access_token);
      await tab.goto("/billing");
      await headingIs(tab, ada!);
    },
  );

  await step("one logs out, and in again", async () => {
    await tab.getByRole("button", { name: "Log out" }).click();
    await headingIs(tab, "Log in");
    assert.equal(await sessionIn(tab), undefined);
    await tab.goto("/billing");
    await headingIs(tab, "Log in");
    const email = `${ada}@example.com`;
    await logInOn(tab, { email, password: "wrong battery" });
    await tab.getByRole("status").filter({ hasText: /\w/ }).waitFor();
    assert.deepEqual(await seriousFindings(tab), []);
    await logInOn(tab, { email, password });
    await headingIs(tab, ada!);
    await tab.getByText("Plan: basic").waitFor();
  });

  await step("the route for machines wants its secret", async () => {
    const asked = async (authorization?: string) => {
      const headers = { ...(authorization !== undefined && { authorization }) };
      const reply = await fetch(`${url}/api/nightly`, { method: "POST", headers });
      await reply.body?.cancel();
      return reply.status;
    };
    assert.equal(await asked(), 401);
    assert.equal(await asked("Bearer undefined"), 401);
    assert.equal(await asked(`Bearer ${variables["CRON_SECRET"]}`), 200);
  });
  const unexpected = (complaint: string) => !/\b401\b|favicon\.ico/.test(complaint);
  // The refused log in, and an icon that the page leaves to its reader; nothing else, and nothing on the server.
  assert.deepEqual(first.complaints.filter(unexpected), []);
  assert.deepEqual(second.complaints.filter(unexpected), []);
  assert.doesNotMatch(await application.log(), /error|⨯/i);
}
