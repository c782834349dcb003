import assert from "node:assert/strict";
import { authLink, mailTo } from "../support/mails.ts";
import { anonymous } from "../support/stack.ts";
import { freshAddress, signUp } from "../support/users.ts";

const subject = /Sign in|Connexion|connect/i;

/** Opens the link of a mail as a browser does; the session that it leads to, if any. */
async function open(link: string) {
  const reply = await fetch(link, { redirect: "manual" });
  await reply.body?.cancel();
  const landed = new URL(reply.headers.get("location")!);
  const fragment = new URLSearchParams(landed.hash.slice(1));
  landed.hash = "";
  return { address: landed.href, fragment };
}

Deno.test("magic link: signs an existing user in, once, and returns to the page that was named", async () => {
  const user = await signUp({ name: "Zoé", locale: "fr" });
  const page = "http://127.0.0.1:3000/billing";
  const { error } = await anonymous().auth.signInWithOtp({
    email: user.email,
    options: { emailRedirectTo: page, shouldCreateUser: false },
  });
  assert.equal(error, null);
  const mail = await mailTo(user.email, subject);
  assert.match(mail.text!, /Zoé/);

  const { address, fragment } = await open(authLink(mail));
  assert.equal(address, page);
  const client = anonymous();
  const session = await client.auth.setSession({
    access_token: fragment.get("access_token")!,
    refresh_token: fragment.get("refresh_token")!,
  });
  assert.equal(session.error, null);
  assert.equal(session.data.user!.id, user.id);
  const { data } = await client.from("profiles").select("id").single();
  assert.equal(data!.id, user.id);

  const again = await open(authLink(mail));
  assert.equal(again.fragment.get("access_token"), null);
});

Deno.test("magic link: for an address without account makes one, with profile and workspace", async () => {
  const email = freshAddress();
  const client = anonymous();
  const { error } = await client.auth.signInWithOtp({ email });
  assert.equal(error, null);
  const mail = await mailTo(email, /./);
  const { fragment } = await open(authLink(mail));
  const session = await client.auth.setSession({
    access_token: fragment.get("access_token")!,
    refresh_token: fragment.get("refresh_token")!,
  });
  assert.equal(session.error, null);
  const { data: profile } = await client.from("profiles").select("name").single();
  assert.equal(profile!.name, email.split("@")[0]);
  const { data: workspaces } = await client.from("workspaces").select("personal_of");
  assert.deepEqual(workspaces, [{ personal_of: session.data.user!.id }]);
});
