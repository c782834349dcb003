/** A team on its pages: made, invited, given roles, keys and a log, handed over and left. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { connect } from "../support/connect.ts";
import { mailTo } from "../support/mails.ts";
import { call } from "../support/stack.ts";
import { freshAddress, signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { focusIsOnRow, headingIs, logInOn } from "./browser.ts";
import { looksRight } from "./looks.ts";
import { onOwnStack } from "./in-chromium.ts";

const chromium = onOwnStack();
const { ignore } = chromium;

/** Makes a shared workspace as its owner does, on the page, and gives it the plan that has everything. */
async function makeAtelier(page: Page, owner: TestUser): Promise<string> {
  await page.goto("/workspace/settings");
  await logInOn(page, owner);
  await headingIs(page, "Settings");
  await page.getByLabel("Name of the new workspace").fill("Atelier Martin");
  await page.getByRole("button", { name: "Create the workspace" }).click();
  await headingIs(page, "Invitations");
  const { data } = await owner.client.from("workspaces").select("id").eq("name", "Atelier Martin");
  const id = data![0]!.id;
  const sql = connect(chromium.started.at);
  await sql`
    insert into public.subscriptions (
      workspace_id, stripe_subscription_id, plan_id, status, quantity, currency, created_at
    )
    values (${id}, ${`sub_${crypto.randomUUID()}`}, 'pro', 'active', 1, 'EUR', now())`;
  await sql.end();
  return id;
}

/** Takes the invitation that waits for somebody. */
async function accept(user: TestUser): Promise<void> {
  const { data } = await user.client.rpc("my_invitations");
  const taken = await call("POST", "workspace-accept", {
    on: chromium.started.at,
    token: user.token,
    body: { invitation_id: data![0]!.id },
  });
  assert.equal(taken.status, 200, JSON.stringify(taken.body));
}

async function membersOf(user: TestUser, workspace: string): Promise<Record<string, string>> {
  const { data } = await user.client.from("workspace_members").select("user_id, role")
    .eq("workspace_id", workspace);
  return Object.fromEntries(data!.map(({ user_id, role }) => [user_id, role]));
}

Deno.test({
  name: "web: a team is made, invited, given roles, and handed over to one who joined",
  ignore,
  async fn() {
    const ada = await signUp({ on: chromium.started.at, name: "Ada" });
    const bob = await signUp({ on: chromium.started.at, name: "Bob" });
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    const workspace = await makeAtelier(page, ada);

    const stranger = freshAddress("stranger");
    for (const [email, role] of [[bob.email, "member"], [stranger, "billing"]] as const) {
      await page.getByLabel("E-mail address").fill(email);
      await page.getByLabel("Role").selectOption(role);
      await page.getByRole("button", { name: "Send the invitation" }).click();
      await page.getByText(`A mail is on its way to ${email}.`).waitFor();
      await mailTo(email, /Ada invites you/, chromium.started.at);
    }
    await looksRight(page, "workspace-invitations");
    await page.getByRole("button", { name: `Revoke the invitation of ${stranger}` })
      .press("Enter");
    const revoked = page.getByRole("row", { name: new RegExp(stranger) });
    await revoked.getByText("Revoked").waitFor();
    // The row has nothing to press any more, and the focus is on it, not on another's button.
    await focusIsOnRow(page, stranger);
    await page.getByRole("button", { name: `Send again to ${bob.email}` }).click();
    await page.getByText(`A mail is on its way to ${bob.email}.`).waitFor();
    await accept(bob);

    await page.getByRole("link", { name: "Members" }).click();
    await headingIs(page, "Members");
    await page.getByText("Ada (you)").waitFor();
    await page.getByText(bob.email).waitFor();
    await looksRight(page, "workspace-members");
    await page.getByLabel("Role of Bob").selectOption("admin");
    await waitFor(
      "Bob to be an admin",
      async () => (await membersOf(ada, workspace))[bob.id] === "admin",
    );

    await page.getByRole("link", { name: "Settings" }).click();
    await headingIs(page, "Settings");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Atelier Martin & Cie");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Atelier Martin & Cie · your role: owner").waitFor();
    await page.getByLabel("New owner").selectOption("Bob");
    await looksRight(page, "workspace-settings");
    await page.getByRole("button", { name: "Hand over" }).click();
    const dialog = page.getByRole("dialog", { name: "Hand over" });
    await dialog.getByText("Bob will own Atelier Martin & Cie.").waitFor();
    await dialog.getByRole("button", { name: "Hand over" }).click();
    await page.getByText("your role: admin").waitFor();
    assert.deepEqual(await membersOf(ada, workspace), { [ada.id]: "admin", [bob.id]: "owner" });

    await page.getByRole("button", { name: "Leave the workspace" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave the workspace" }).click();
    await waitFor("Ada to be gone", async () => !(ada.id in await membersOf(bob, workspace)));
    await page.getByText("Ada · your role: owner").waitFor();
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: a key is shown once and revoked, and the log says who did what, page by page",
  ignore,
  async fn() {
    const ada = await signUp({ on: chromium.started.at, name: "Ada" });
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    const workspace = await makeAtelier(page, ada);
    await page.getByRole("link", { name: "API keys" }).click();
    await headingIs(page, "API keys");
    await page.getByLabel("Name").fill("Deploy");
    await page.getByLabel("change the workspace").check();
    await page.getByRole("button", { name: "Create a key" }).click();
    await page.getByText("Copy it now").waitFor();
    const key = await page.getByText(/^socle_test_\w+$/).textContent();
    await looksRight(page, "workspace-key-made");
    const read = await fetch(`${chromium.started.at.url}/functions/v1/workspace`, {
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(read.status, 200, await read.text());
    await page.getByRole("button", { name: "I have copied it" }).click();
    await page.getByRole("button", { name: "Revoke Deploy" }).waitFor();
    assert.equal(await page.getByText(key!).count(), 0, "the key shows no more");
    await looksRight(page, "workspace-keys");
    await page.getByRole("button", { name: "Revoke Deploy" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("Revoked").waitFor();
    const refused = await fetch(`${chromium.started.at.url}/functions/v1/workspace`, {
      headers: { authorization: `Bearer ${key}` },
    });
    await refused.body?.cancel();
    assert.equal(refused.status, 401);

    await page.getByRole("link", { name: "Activity" }).click();
    await headingIs(page, "Activity");
    await page.getByText("An API key was changed").waitFor();
    await looksRight(page, "workspace-activity");
    await page.getByRole("link", { name: "API keys" }).click();
    await headingIs(page, "API keys");
    // More than a page of entries.
    for (let turn = 0; turn < 30; turn++) {
      const { error } = await ada.client.from("workspaces").update({ name: `Atelier ${turn}` })
        .eq("id", workspace);
      assert.equal(error, null);
    }
    await page.getByRole("link", { name: "Activity" }).click();
    await headingIs(page, "Activity");
    await page.getByText("The workspace was changed").first().waitFor();
    assert.equal(await page.getByText("An API key was created").count(), 0);
    await page.getByRole("button", { name: "Show older entries" }).click();
    await page.getByText("An API key was created").waitFor();
    await page.getByText("The workspace was made").waitFor();
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: what a plan or a role lacks is said, in French as well, with the way to what has it",
  ignore,
  async fn() {
    const ada = await signUp({ on: chromium.started.at, name: "Ada", locale: "fr" });
    await using tab = await chromium.visit({ locale: "fr-FR" });
    const { page, complaints } = tab;
    await page.goto("/workspace/keys");
    await page.getByLabel("Adresse e-mail").fill(ada.email);
    await page.getByLabel("Mot de passe").fill(ada.password);
    await page.getByRole("button", { name: "Se connecter" }).last().click();
    await headingIs(page, "Clés d’API");
    await page.getByText("Votre offre n’inclut pas de clés d’API").waitFor();
    await looksRight(page, "workspace-keys-missing-fr");
    await page.getByRole("link", { name: "Offre et facturation" }).click();
    await headingIs(page, "Offre et facturation");

    const bob = await signUp({ on: chromium.started.at, name: "Bob" });
    const sql = connect(chromium.started.at);
    const { data: made } = await bob.client.rpc("workspace_create", { name: "Chez Bob" });
    await sql`
      insert into public.workspace_members (workspace_id, user_id, role)
      values (${made!.id}, ${ada.id}, 'member')`;
    await sql.end();
    await page.goto("/workspace/activity");
    await page.getByRole("combobox", { name: "Espace de travail" }).selectOption("Chez Bob");
    await page.getByText("Votre rôle ici (membre) ne donne pas accès à cette page.").waitFor();
    assert.deepEqual(complaints, []);
  },
});
