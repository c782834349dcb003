/** The mails about orders: they go to guests, and say to the cent what was bought. */
import assert from "node:assert/strict";
import { renderMail } from "../../supabase/functions/_shared/mail/render.tsx";
import { type PropsOf, templates } from "../../supabase/functions/_shared/mail/templates.ts";
import { test } from "../support/mail-test.ts";

const { preview } = templates.order_confirmed;
const confirmed = (locale: "fr" | "en", props: Partial<PropsOf<"order_confirmed">> = {}) =>
  renderMail("order_confirmed", locale, { ...preview, ...props });

test("order mails: none speaks of an account, which a guest has not", async () => {
  for (
    const name of [
      "order_confirmed",
      "order_shipped",
      "order_refunded",
      "order_cancelled",
      "order_expired_paid",
      "order_return",
    ] as const
  ) {
    for (const locale of ["fr", "en"] as const) {
      const { html, text } = await renderMail(name, locale, templates[name].preview as never);
      for (const part of [html, text]) {
        assert.doesNotMatch(part, /votre compte Socle|your Socle account/, name);
        assert.match(part, /order\?token=|laposte/, name);
      }
    }
  }
});

test("late payments: whose order was cancelled is not told that its items were sold to others", async () => {
  for (const locale of ["fr", "en"] as const) {
    for (const cancelled of [true, false]) {
      const { text } = await renderMail("order_expired_paid", locale, {
        ...templates.order_expired_paid.preview,
        cancelled,
      });
      assert.equal(/vendus entre-temps|its items were sold/.test(text), !cancelled, locale);
      assert.equal(/avait été annulée|had been cancelled/.test(text), cancelled, locale);
    }
  }
});

test("order confirmation: lines, sums, address and delivery as the reader writes them", async () => {
  const fr = await confirmed("fr");
  const en = await confirmed("en");
  assert.equal(fr.subject, "Votre commande 7K3M9QX2TA est confirmée");
  assert.equal(en.subject, "Your order 7K3M9QX2TA is confirmed");
  for (
    const said of ["2 × 129,00\u00a0€ = 258,00\u00a0€", "301,93\u00a0€", "69003 Lyon", "France"]
  ) {
    assert.ok(fr.text.includes(said), said);
  }
  assert.match(fr.text, /Colis suivi\u00a0: 2 à 4 jours/);
  assert.match(en.text, /2 × €129\.00 = €258\.00/);
  assert.match(en.text, /Discount HIVER10\u00a0: -€31\.79/);
  const least = await confirmed("en", {
    discount: undefined,
    shipping: { amount: 0, currency: "EUR" },
    tax: undefined,
    delivery: { name: "Parcel", min_days: 1, max_days: 1 },
    address: { country: "zz" },
  });
  assert.match(least.text, /Shipping\u00a0: Free/);
  assert.match(least.text, /Parcel: 1 day after dispatch/);
  assert.doesNotMatch(least.text, /Discount|Tax\u00a0/);
});

test("order confirmation: yen and dinars have the decimals that they have", async () => {
  const sum = (amount: number, currency: string) => ({ amount, currency });
  for (const [currency, written] of [["JPY", "¥1,980"], ["KWD", "KWD\u00a01.980"]] as const) {
    const { text } = await confirmed("en", {
      lines: [{
        name: "Chair",
        quantity: 1,
        unit: sum(1980, currency),
        total: sum(1980, currency),
      }],
      subtotal: sum(1980, currency),
      total: sum(1980, currency),
    });
    assert.ok(text.includes(`1 × ${written} = ${written}`), text);
  }
});

test("order mails: what a buyer or staff wrote breaks no line and injects no markup", async () => {
  const hostile = "<script>x</script>\r\nBcc: b@b.example\u202e";
  const { subject, html } = await confirmed("en", {
    number: hostile,
    lines: [{ ...preview.lines[0]!, name: hostile }],
    address: { name: hostile, line1: hostile },
  });
  assert.doesNotMatch(subject, /\p{C}/u);
  assert.doesNotMatch(html, /<script>x/);
  const answer = await renderMail("order_return", "en", {
    ...templates.order_return.preview,
    answer: hostile,
  });
  assert.doesNotMatch(answer.html, /<script>x/);
});
