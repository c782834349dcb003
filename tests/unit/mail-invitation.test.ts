/** The invitation's mail: it goes to strangers in words that its sender chose. */
import assert from "node:assert/strict";
import { renderMail } from "../../supabase/functions/_shared/mail/render.tsx";
import { type PropsOf, templates } from "../../supabase/functions/_shared/mail/templates.ts";
import { test } from "../support/mail-test.ts";

type Props = PropsOf<"invitation">;
const { preview } = templates.invitation;

async function texts(props: Partial<Props>) {
  const [fr, en] = await Promise.all(
    (["fr", "en"] as const).map((locale) =>
      renderMail("invitation", locale, { ...preview, ...props })
    ),
  );
  return { fr: fr!, en: en! };
}

test("invitation mail: names whoever invites, with his address, and whom", async () => {
  const { fr, en } = await texts({});
  assert.equal(fr.subject, "Sacha Bernard vous invite sur Socle");
  assert.equal(en.subject, "Sacha Bernard invites you to Socle");
  for (const { text } of [fr, en]) {
    assert.match(text, /Camille Martin/);
    assert.match(text, /Sacha Bernard \(sacha\.bernard@example\.com\)/);
    assert.match(text, /Atelier Bernard/);
    assert.match(text, /invitation\?token=3f0c9a/);
  }
  assert.match(fr.text, /02\/12\/2026/);
  assert.match(en.text, /2\u00a0December\u00a02026/);
  // Whoever is invited may have no account that the mail could be about.
  for (const { html, text } of [fr, en]) {
    for (const part of [html, text]) assert.doesNotMatch(part, /votre compte|your Socle account/);
  }
});

test("invitation mail: a workspace or a person named like an advertisement is not repeated", async () => {
  const lure = "You won! evil.example/prize";
  const { fr, en } = await texts({ workspace: lure, inviter: lure, name: lure });
  for (const { subject, html, text } of [fr, en]) {
    for (const part of [subject, html, text]) assert.doesNotMatch(part, /evil|won/);
    assert.match(subject, /sacha\.bernard@example\.com/);
  }
  assert.match(fr.text, /un espace de travail/);
  assert.match(en.text, /a workspace/);
});

test("invitation mail: each role has a name in both languages", async () => {
  for (const role of ["owner", "admin", "member", "billing"] as const) {
    const { fr, en } = await texts({ role });
    assert.notEqual(fr.text, en.text);
    for (const { text } of [fr, en]) assert.doesNotMatch(text, /undefined/);
  }
});
