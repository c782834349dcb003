import assert from "node:assert/strict";
import { renderMail } from "../../supabase/functions/_shared/mail/render.tsx";
import {
  type MailName,
  type PropsOf,
  templates,
} from "../../supabase/functions/_shared/mail/templates.ts";
import { test } from "../support/mail-test.ts";

const BILLING = [
  "subscription_started",
  "receipt",
  "payment_failed",
  "payment_action_required",
  "payment_reminder",
  "tax_id_refused",
  "access_read_only",
  "access_locked",
  "access_restored",
  "trial_started",
  "trial_ending",
  "trial_ended_early",
  "plan_changed",
  "plan_change_planned",
  "card_expiring",
  "subscription_paused",
  "subscription_resumed",
  "subscription_ending",
  "subscription_ended",
  "refunded",
] as const satisfies MailName[];

/** The text part in both languages. */
async function texts<Name extends MailName>(name: Name, props: PropsOf<Name>) {
  const [fr, en] = await Promise.all(
    (["fr", "en"] as const).map((locale) => renderMail(name, locale, props)),
  );
  assert.ok(fr && en);
  return { fr: fr.text, en: en.text };
}

test("billing mails: each names the workspace, since a person may have several", async () => {
  for (const name of BILLING) {
    const { fr, en } = await texts(name, templates[name].preview);
    assert.ok(fr.includes("Atelier Martin") && en.includes("Atelier Martin"), name);
  }
});

test("billing mails: each has one button, and it leads where the caller said", async () => {
  for (const name of BILLING) {
    const { preview } = templates[name];
    const { html } = await renderMail(name, "fr", preview);
    assert.ok(preview.url);
    assert.equal(html.split("background-color:#1d4ed8").length - 1, 1, name);
    assert.ok(html.includes(`href="${preview.url}"`), name);
  }
});

test("billing mails: a workspace's name breaks neither subject nor markup", async () => {
  const workspace = "<b>A\r\nBcc: b@b.example</b>\u202e";
  for (const name of BILLING) {
    const props = { ...templates[name].preview, workspace } as PropsOf<typeof name>;
    const { subject, html, text } = await renderMail(name, "en", props);
    assert.doesNotMatch(subject, /\p{C}/u, name);
    assert.doesNotMatch(html, /<b>/, name);
    assert.doesNotMatch(text, /^Bcc:/m, name);
  }
});

test("billing mails: moments as Postgres writes them are taken", async () => {
  const ends_at = "2026-12-22T23:30:00.123456+00:00";
  const { fr } = await texts("subscription_ending", {
    ...templates.subscription_ending.preview,
    ends_at,
  });
  assert.match(fr, /Actif jusqu’au\u00a0: 22\/12\/2026/);
});

test("payment_failed: says when we try again, or that it is up to the reader", async () => {
  const { next_attempt, ...last } = templates.payment_failed.preview;
  const again = await texts("payment_failed", { ...last, next_attempt });
  assert.match(again.fr, /nouvelle tentative le 25\/12\/2026/);
  assert.match(again.en, /try again on 25\u00a0December\u00a02026/);
  const final = await texts("payment_failed", last);
  assert.doesNotMatch(final.fr, /tentative/);
  assert.doesNotMatch(final.en, /try again|attempt/);
});

test("dunning mails: each announces the next step's day, and none where nothing follows", async () => {
  const { read_only_at, locked_at, ...last } = templates.payment_reminder.preview;
  const before = await texts("payment_reminder", { ...last, read_only_at });
  assert.match(before.fr, /lecture seule le 29\/12\/2026/);
  assert.match(before.en, /read-only on 29\u00a0December\u00a02026/);
  assert.doesNotMatch((await texts("payment_reminder", last)).en, /read-only|Read-only/);
  const readOnly = await texts("access_read_only", { ...last, locked_at });
  assert.match(readOnly.fr, /fermé le 05\/01\/2027/);
  assert.match(readOnly.en, /locked on 5\u00a0January\u00a02027/);
  assert.doesNotMatch((await texts("access_read_only", last)).en, /locked/i);
});

test("payment_action_required: the subject says how much is to be confirmed", async () => {
  const { preview } = templates.payment_action_required;
  const { subject } = await renderMail("payment_action_required", "fr", preview);
  assert.equal(subject, "Confirmez votre paiement Socle de 49,00\u00a0€");
});

test("trial_ending: announces a charge only where its amount is known", async () => {
  const { amount, ...unknown } = templates.trial_ending.preview;
  assert.match((await texts("trial_ending", { ...unknown, amount })).en, /payment of €49\.00/);
  assert.doesNotMatch((await texts("trial_ending", unknown)).en, /First payment|charged/);
});

test("card_expiring: the card as its holder knows it, the month in two digits", async () => {
  const card = (brand: string, exp_month = 3) =>
    texts("card_expiring", { ...templates.card_expiring.preview, brand, exp_month });
  const amex = await card("amex");
  assert.match(amex.fr, /Carte\u00a0: American Express\u00a0••••\u00a04242/);
  assert.match(amex.fr, /Expiration\u00a0: 03\/2026/);
  assert.match((await card("unknown", 12)).en, /Card\u00a0••••\u00a04242\n.*12\/2026/);
  assert.match((await card("newcomer")).en, /newcomer\u00a0••••/);
});

test("card_expiring: refuses a month, year or number that no card has", () => {
  const { preview, props } = templates.card_expiring;
  for (const wrong of [{ exp_month: 0 }, { exp_month: 13 }, { exp_year: 27 }, { last4: "424" }]) {
    assert.equal(props.safeParse({ ...preview, ...wrong }).success, false, JSON.stringify(wrong));
  }
});

test("refunded: without an invoice it names none and asks for nothing", async () => {
  const { number: _, url: __, ...least } = templates.refunded.preview;
  const { fr, en } = await texts("refunded", least);
  assert.doesNotMatch(fr, /Facture|facture|http/);
  assert.doesNotMatch(en, /nvoice|http/);
  assert.match(fr, /Montant remboursé\u00a0: 49,00\u00a0€/);
});

test("subscription_paused: says what to do only where something is to be done", async () => {
  const { preview } = templates.subscription_paused;
  const asked = await texts("subscription_paused", { ...preview, requested: true });
  assert.doesNotMatch(asked.en, /payment method/);
  assert.match(asked.fr, /déduit à la reprise/);
  assert.match((await texts("subscription_paused", preview)).en, /check your payment method/);
});

test("trial_started: says what comes after it, with a card and without", async () => {
  const { preview } = templates.trial_started;
  assert.match((await texts("trial_started", preview)).fr, /premier paiement est prélevé/);
  const cardless = await texts("trial_started", { ...preview, card: false });
  assert.match(cardless.fr, /Sans carte .* prend fin de lui-même/);
  assert.match(cardless.en, /Without a card .* ends by itself/);
});

test("plan_changed: names the former plan where it is another, and a quantity of several", async () => {
  const { preview } = templates.plan_changed;
  assert.match((await texts("plan_changed", preview)).fr, /Formule précédente\u00a0: Basic/);
  const seats = await texts("plan_changed", { ...preview, previous_plan: "Pro", quantity: 7 });
  assert.doesNotMatch(seats.fr, /précédente/);
  assert.match(seats.en, /Quantity.?: 7/);
});
