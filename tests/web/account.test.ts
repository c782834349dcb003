/** Where the mails of Auth lead, in a browser: an address confirmed, a password chosen anew. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { connect } from "../support/connect.ts";
import { authLink, mailsTo, mailTo } from "../support/mails.ts";
import { anonymous, call } from "../support/stack.ts";
import { freshAddress } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { givePlan } from "../workspaces/team.ts";
import { headingIs, logInOn, signUpOn } from "./browser.ts";
import { looksRight } from "./looks.ts";
import { onOwnStack } from "./in-chromium.ts";

const chromium = onOwnStack({ auth: { confirmations: true } });
const { ignore } = chromium;
const welcomed = /^Welcome/;
const toConfirm = /^Confirm your email/;
const toReset = /password/;

function person() {
  return { name: "Ada", email: freshAddress(), password: `pw-${crypto.randomUUID()}` };
}

/** Signed up and confirmed, without a browser. */
async function member() {
  const one = person();
  const made = await call("POST", "auth-signup", {
    on: chromium.started.at,
    body: { ...one, locale: "en" },
  });
  assert.equal(made.status, 201);
  const opened = await fetch(authLink(await mailTo(one.email, toConfirm, chromium.started.at)), {
    redirect: "manual",
  });
  await opened.body?.cancel();
  return one;
}

Deno.test({
  name: "web: sign up, confirm by the mail's link, and see the plans",
  ignore,
  async fn() {
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    const ada = person();
    await page.goto("/sign-up");
    await headingIs(page, "Create an account");
    await looksRight(page, "sign-up");
    await signUpOn(page, ada);
    await headingIs(page, "Look into your mailbox");
    await looksRight(page, "sign-up-mailed");

    const mail = await mailTo(ada.email, toConfirm, chromium.started.at);
    await page.goto(authLink(mail));
    await headingIs(page, "Your address is confirmed");
    assert.equal(
      page.url(),
      `${chromium.started.at.siteUrl}/confirm`,
      "no token stays in the address",
    );
    await looksRight(page, "confirmed");
    await mailTo(ada.email, welcomed, chromium.started.at);

    await page.getByRole("link", { name: "Plan and billing" }).click();
    await headingIs(page, "Plan and billing");
    await page.getByText("Ada · your role: owner").waitFor();
    await page.getByRole("button", { name: "Choose Basic: €19.00 a month" }).waitFor();
    assert.deepEqual(complaints, []);

    // The same link once more, as somebody else who has no session opens it.
    await using other = await chromium.visit();
    await other.page.goto(authLink(mail));
    await other.page.getByText("This link is no longer good").waitFor();
    await other.page.getByText("otp_expired").waitFor();
    assert.deepEqual(other.complaints, []);
  },
});

Deno.test({
  name: "web: a link that is no longer good lets one ask for another mail, which works",
  ignore,
  async fn() {
    await using tab = await chromium.visit();
    const { page } = tab;
    const ada = person();
    await signUpOn(page, ada);
    await headingIs(page, "Look into your mailbox");
    const first = authLink(await mailTo(ada.email, toConfirm, chromium.started.at));

    const wrong = new URL(first);
    wrong.searchParams.set("token", "0".repeat(56));
    await page.goto(wrong.href);
    await page.getByText("This link is no longer good").waitFor();
    await page.getByLabel("E-mail address").fill(ada.email);
    // Auth refuses a second mail within the same second; a person clicks again, too.
    await waitFor("the mail to be sent again", async () => {
      await page.getByRole("button", { name: "Send the mail again" }).click();
      const sent = page.getByRole("status");
      await sent.or(page.getByText("over_email_send_rate_limit")).waitFor();
      return await sent.isVisible();
    });
    // Sent once: another click would make this one's link worthless.
    const again = await waitFor(
      "a second mail",
      async () => (await mailsTo(ada.email, chromium.started.at))[1],
    );
    await page.goto(authLink(again));
    await headingIs(page, "Your address is confirmed");
  },
});

Deno.test({
  name: "web: forgotten password, mail, new password, and in with it",
  ignore,
  async fn() {
    const ada = await member();
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/");
    await page.getByRole("link", { name: "Forgotten your password?" }).click();
    await headingIs(page, "Choose a new password");
    await looksRight(page, "password-forgotten");
    await page.getByLabel("E-mail address").fill(ada.email);
    await page.getByRole("button", { name: "Send the mail" }).click();
    await page.getByRole("status").waitFor();

    const mail = await waitFor(
      "the reset mail",
      async () =>
        (await mailsTo(ada.email, chromium.started.at)).find(({ subject }) =>
          toReset.test(subject)
        ),
    );
    await page.goto(authLink(mail));
    const password = `new-${crypto.randomUUID()}`;
    await page.getByLabel("New password").fill(password);
    await looksRight(page, "password-new");
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByText("Your new password is set").waitFor();
    assert.deepEqual(complaints, []);

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.goto("/billing");
    await headingIs(page, "Log in");
    await looksRight(page, "log-in");
    await logInOn(page, { email: ada.email, password: ada.password });
    await page.getByText("invalid_credentials").waitFor();
    await logInOn(page, { email: ada.email, password });
    await headingIs(page, "Plan and billing");
  },
});

Deno.test({
  name: "web: without redirect_to the reset mail leads to the page for it",
  ignore,
  async fn() {
    const ada = await member();
    await call("POST", "auth-password-reset", {
      on: chromium.started.at,
      body: { email: ada.email },
    });
    const mail = await mailTo(ada.email, toReset, chromium.started.at);
    await using tab = await chromium.visit();
    await tab.page.goto(authLink(mail));
    await tab.page.getByLabel("New password").waitFor();
    assert.equal(tab.page.url(), `${chromium.started.at.siteUrl}/new-password`);
  },
});

Deno.test({
  name: "web: French for a French browser, and the switch stays",
  ignore,
  async fn() {
    await using tab = await chromium.visit({ locale: "fr-FR" });
    const { page, complaints } = tab;
    await page.goto("/billing");
    await headingIs(page, "Se connecter");
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
    await page.getByRole("button", { name: "English" }).click();
    await headingIs(page, "Log in");
    await page.reload();
    await headingIs(page, "Log in");
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: by keyboard alone one logs in and reaches the billing page",
  ignore,
  async fn() {
    const ada = await member();
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/");
    await headingIs(page, "A whole application");
    const stops = [
      "Skip",
      "Socle",
      // #region shop
      "Shop",
      "Cart",
      // #endregion shop
      "Français",
      "Colours",
      "Log in",
    ];
    for (const stop of stops) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate<string>(
        "document.activeElement.ariaLabel ?? document.activeElement.textContent",
      );
      assert.ok(focused.includes(stop), `${stop} is expected, and the focus is on ${focused}`);
    }
    // "Log in" of the header again takes one to the form on a page of its chromium.started.
    await page.keyboard.press("Enter");
    await headingIs(page, "Log in");
    await page.keyboard.press("Tab");
    await page.keyboard.type(ada.email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(ada.password);
    await page.keyboard.press("Enter");
    await headingIs(page, "Welcome");
    // The focus is on the new heading: the next stop is what stands below it.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await headingIs(page, "Plan and billing");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: a topic of mail is turned on and off, and off by a mail's link without a session",
  ignore,
  async fn() {
    const ada = await member();
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/mail-preferences");
    await logInOn(page, ada);
    await headingIs(page, "What we write to you about");
    const tips = page.getByLabel("tips for getting started");
    const news = page.getByLabel("product news");
    await news.waitFor();
    assert.deepEqual([await tips.isChecked(), await news.isChecked()], [true, false]);
    await news.check();
    await looksRight(page, "mail-preferences");

    const sql = connect(chromium.started.at);
    const [user] = await sql<
      { id: string }[]
    >`select id from auth.users where email = ${ada.email}`;
    await sql.end();
    const mac = createHmac("sha256", chromium.started.stack.functionsEnv["LINK_SECRET"]!)
      .update(`unsubscribe:${user!.id}.tips`).digest("base64url");
    await using other = await chromium.visit({ locale: "fr-FR" });
    await other.page.goto(`/unsubscribe?token=${user!.id}.tips.${mac}`);
    await headingIs(other.page, "Recevoir moins d’e-mails");
    await other.page.getByRole("button", { name: "Ne plus les recevoir" }).click();
    await headingIs(other.page, "C’est fait");
    await looksRight(other.page, "unsubscribed-fr");

    await page.reload();
    await news.waitFor();
    assert.deepEqual([await tips.isChecked(), await news.isChecked()], [false, true]);
    assert.deepEqual([...complaints, ...other.complaints], []);
  },
});

Deno.test({
  name: "web: confirm the deletion of an account by the mail's link, and keep it after all",
  ignore,
  async fn() {
    const ada = await member();
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/account/delete");
    await headingIs(page, "Log in");
    await logInOn(page, ada);
    await headingIs(page, "Delete your account");
    await page.getByRole("button", { name: "Send me a link to confirm" }).click();
    await page.getByText("A mail is on its way").waitFor();
    const mail = await mailTo(ada.email, /Confirm the deletion/, chromium.started.at);
    const link = /https?:\/\/\S+\/account\/delete#token=\w+/.exec(mail.text!)![0];
    await page.goto(link);
    await page.getByRole("button", { name: "Delete my account in seven days" }).click();
    await page.getByText("Your account will be deleted on").waitFor();
    await looksRight(page, "account-delete");
    assert.equal(
      page.url(),
      `${chromium.started.at.siteUrl}/account/delete`,
      "no token stays in the address",
    );
    await page.getByRole("button", { name: "Keep my account" }).click();
    await page.getByText("Your account stays.").waitFor();

    await page.goto("/account/export");
    await page.getByRole("button", { name: "Prepare a copy" }).click();
    await page.getByText("is being prepared").waitFor();
    await mailTo(ada.email, /copy of your/, chromium.started.at);
    await page.reload();
    await page.getByRole("link", { name: "Download part 1" }).waitFor();
    await looksRight(page, "account-export");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: an invited stranger signs up with the invited address and comes in",
  ignore,
  async fn() {
    const owner = await member();
    const client = anonymous(chromium.started.at);
    const { data: { session } } = await client.auth.signInWithPassword(owner);
    const { data: workspace } = await client.rpc("workspace_create", { name: "Atelier" });
    const sql = connect(chromium.started.at);
    await givePlan(sql, workspace!.id, 5);
    await sql.end();
    const guest = person();
    const sent = await call("POST", "workspace-invite", {
      on: chromium.started.at,
      token: session!.access_token,
      body: { workspace_id: workspace!.id, email: guest.email, role: "admin" },
    });
    assert.equal(sent.status, 201, JSON.stringify(sent.body));
    const mail = await mailTo(guest.email, /Ada invites you/, chromium.started.at);
    const link = /https?:\/\/\S+\/invitation\?token=\w+/.exec(mail.text!)![0];

    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto(link);
    await headingIs(page, "Join Atelier");
    await page.getByText("Ada invites you to join the workspace “Atelier”. Your role: admin.")
      .waitFor();
    await looksRight(page, "invitation");
    await page.getByRole("link", { name: "Create an account" }).click();
    await headingIs(page, "Create an account");
    assert.equal(await page.getByLabel("E-mail address").inputValue(), guest.email);
    await page.getByLabel("Name").fill(guest.name);
    await page.getByLabel("Password").fill(guest.password);
    await page.getByRole("button", { name: "Create the account" }).click();
    await headingIs(page, "Look into your mailbox");
    await page.goto(authLink(await mailTo(guest.email, toConfirm, chromium.started.at)));
    await headingIs(page, "Your address is confirmed");

    // It waits at the start page, and at the link.
    await page.goto("/");
    await page.getByRole("heading", { name: "Invitations for you" }).waitFor();
    await page.goto(link);
    await page.getByRole("button", { name: "Accept" }).click();
    await headingIs(page, "Welcome to the team");
    await page.getByText("You are now a member of “Atelier”.").waitFor();
    assert.deepEqual(complaints, []);

    await page.goto(link);
    await page.getByText("This invitation was accepted before.").waitFor();
    await page.goto("/invitation?token=nonsense");
    await page.getByText("This invitation does not exist").waitFor();
  },
});
