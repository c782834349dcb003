/** Somebody's own pages: picture, name, language, password, address, and the other devices. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { authLink, mailTo } from "../support/mails.ts";
import { freshAddress, signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { headingIs, logInOn } from "./browser.ts";
import { looksRight } from "./looks.ts";
import { onOwnStack } from "./in-chromium.ts";

const chromium = onOwnStack();
const { ignore } = chromium;

Deno.test({
  name:
    "web: a picture is cut out and shown; name and language are kept, and the page is French at once",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at, name: "Ada" });
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/account");
    await logInOn(page, user);
    await headingIs(page, "Profile");
    await looksRight(page, "account-profile");

    const picture = await page.evaluate<string>(`(() => {
      const canvas = document.createElement("canvas");
      canvas.width = 640; canvas.height = 400;
      const context = canvas.getContext("2d");
      context.fillStyle = "#f59f00"; context.fillRect(0, 0, 640, 400);
      context.fillStyle = "#1864ab"; context.fillRect(120, 0, 400, 400);
      return canvas.toDataURL("image/png").split(",")[1];
    })()`);
    await page.getByLabel("Picture file").setInputFiles({
      name: "me.png",
      mimeType: "image/png",
      buffer: Buffer.from(picture, "base64"),
    });
    const dialog = page.getByRole("dialog", { name: "Your picture" });
    await dialog.getByLabel("Move the picture").waitFor();
    await looksRight(page, "account-picture");
    await dialog.getByRole("slider").press("ArrowRight");
    await dialog.getByRole("button", { name: "Use this picture" }).click();
    await dialog.waitFor({ state: "detached" });
    const { data } = await user.client.from("profiles").select("avatar_url").single();
    assert.match(data?.avatar_url ?? "", /\.webp$/);
    await page.locator(`img[src$="${data!.avatar_url}"]`).waitFor();

    // Chosen for this browser alone: the name's change leaves it.
    await page.getByRole("button", { name: "Français" }).click();
    await headingIs(page, "Profil");
    await page.getByLabel("Nom").fill("Ada L.");
    await page.getByRole("button", { name: "Enregistrer" }).click();
    await page.getByText("C’est enregistré.").waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
    await page.getByRole("button", { name: "English" }).click();
    await headingIs(page, "Profile");

    await page.getByLabel("Name").fill("Ada Lovelace");
    await page.getByLabel("Language").selectOption("fr");
    await page.getByRole("button", { name: "Save" }).click();
    await headingIs(page, "Profil");
    await page.getByText("C’est enregistré.").waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
    assert.equal(await page.title(), "Profil · Socle");
    const { data: kept } = await user.client.from("profiles").select("name, locale").single();
    assert.deepEqual(kept, { name: "Ada Lovelace", locale: "fr" });
    await looksRight(page, "account-profile-fr");
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "web: a file that is no picture is refused in words, and the picture stays",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    await using tab = await chromium.visit();
    const { page } = tab;
    await page.goto("/account");
    await logInOn(page, user);
    await page.getByLabel("Picture file").setInputFiles({
      name: "me.png",
      mimeType: "image/png",
      buffer: Buffer.from("no picture at all"),
    });
    await page.getByRole("alert").getByText("not a picture that can be read").waitFor();
    const { data } = await user.client.from("profiles").select("avatar_url").single();
    assert.equal(data?.avatar_url, null);
  },
});

Deno.test({
  name: "web: password and address are changed, and whoever is signed in elsewhere is no longer",
  ignore,
  async fn() {
    const user = await signUp({ on: chromium.started.at });
    await using tab = await chromium.visit();
    const { page, complaints } = tab;
    await page.goto("/account/security");
    await logInOn(page, user);
    await headingIs(page, "Sign-in and security");
    await looksRight(page, "account-security");

    const password = `new-${crypto.randomUUID()}`;
    await page.getByLabel("New password").fill(password);
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByText("Your new password is set.").waitFor();

    await page.getByRole("button", { name: "Sign out elsewhere" }).click();
    await page.getByText("You are signed out everywhere else.").waitFor();
    const { error } = await user.client.auth.refreshSession();
    assert.ok(error !== null, "the session of the sign-up is over");

    const email = freshAddress("new");
    await page.getByLabel("New e-mail address").fill(email);
    await page.getByRole("button", { name: "Change the address" }).click();
    await page.getByText(`A mail is on its way to ${email}.`).waitFor();
    assert.deepEqual(complaints, []);
    for (const address of [user.email, email]) {
      const reply = await fetch(
        authLink(await mailTo(address, /address|email/i, chromium.started.at)),
        {
          redirect: "manual",
        },
      );
      await reply.body?.cancel();
    }
    await page.goto("/account");
    await page.getByRole("button", { name: "Sign out" }).click();
    await logInOn(page, { email, password });
    await waitFor("the new address", () => page.getByText(email).isVisible());
  },
});
