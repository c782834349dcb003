import assert from "node:assert/strict";
import fc from "fast-check";
import { renderMail } from "../../supabase/functions/_shared/mail/render.tsx";
import {
  MAIL_NAMES,
  type MailName,
  type PropsOf,
  templates,
} from "../../supabase/functions/_shared/mail/templates.ts";
import { formatDate, localeOf } from "../../supabase/functions/_shared/mail/locale.ts";
import { displayName, link, singleLine } from "../../supabase/functions/_shared/mail/untrusted.ts";
import { test } from "../support/mail-test.ts";

const LOCALES = ["fr", "en"] as const;

/** The sample of a template whose name is not known statically. */
function sample(name: MailName) {
  return templates[name].preview as PropsOf<typeof name>;
}

test("mail: every template renders in both languages, readable and self-contained", async () => {
  for (const name of MAIL_NAMES) {
    for (const locale of LOCALES) {
      const { subject, html, text } = await renderMail(name, locale, sample(name));
      const where = `${name} ${locale}`;
      assert.match(html, new RegExp(`<html[^>]* lang="${locale}"`), where);
      assert.match(html, /<h1[^>]*>[^<]+<\/h1>/, where);
      assert.match(html, /data-skip-in-text="true">[^<]{10,}/, `${where}: no preheader`);
      assert.ok(subject.length > 10 && subject.length <= 150, where);
      assert.doesNotMatch(subject, /[\r\n]/, where);
      assert.doesNotMatch(html, /<img|<link|src=|url\(|@import|undefined|\[object/, where);
      assert.doesNotMatch(text, /<|undefined|\[object/, where);
      for (const [, href] of html.matchAll(/href="([^"]*)"/g)) assert.match(href ?? "", /^https:/);
    }
  }
});

test("mail: both languages of a template differ in subject and body", async () => {
  for (const name of MAIL_NAMES) {
    const [fr, en] = await Promise.all(LOCALES.map((l) => renderMail(name, l, sample(name))));
    assert.notEqual(fr?.subject, en?.subject, name);
    assert.notEqual(fr?.text, en?.text, name);
  }
});

test("mail: a prop that may be absent leaves no trace when it is", async () => {
  let optional = 0;
  for (const name of MAIL_NAMES) {
    for (const prop of Object.keys(sample(name))) {
      const { [prop]: _, ...props } = sample(name) as Record<string, unknown>;
      if (!templates[name].props.safeParse(props).success) continue;
      optional++;
      for (const locale of LOCALES) {
        const { html, text } = await renderMail(name, locale, props as PropsOf<typeof name>);
        assert.doesNotMatch(
          html,
          /undefined|\[object|<p[^>]*><\/p>|<td[^>]*><\/td>/,
          `${name} ${prop}`,
        );
        assert.doesNotMatch(text, /undefined|\[object|\n{3}/, `${name} ${prop}`);
      }
    }
  }
  assert.ok(optional >= MAIL_NAMES.length);
});

test("mail: French has its unbreakable spaces and curved apostrophes everywhere", async () => {
  for (const name of MAIL_NAMES) {
    const { subject, html, text } = await renderMail(name, "fr", sample(name));
    const visible = html.replace(/<style>.*?<\/style>/s, "").replace(/<[^>]*>/g, " ");
    for (const written of [subject, text, visible]) {
      assert.doesNotMatch(written, /\S [:;?!»]|« /, name);
      assert.doesNotMatch(written, /\p{L}['‘]\p{L}/u, name);
    }
  }
});

test("mail: the same arguments give the same mail, as Resend's idempotency asks", async () => {
  const props = templates.receipt.preview;
  assert.deepEqual(
    await renderMail("receipt", "fr", props),
    await renderMail("receipt", "fr", props),
  );
});

test("receipt: amount, date, number and links as the reader writes them", async () => {
  const props = templates.receipt.preview;
  const fr = await renderMail("receipt", "fr", props);
  assert.equal(fr.subject, "Votre reçu Socle n°\u00a0SOCLE-0042");
  for (const body of [fr.html, fr.text]) {
    assert.ok(body.includes("19,00\u00a0€"));
    assert.ok(body.includes("du 22/11/2026 au 22/12/2026"));
    assert.ok(body.includes("Atelier Martin"));
    assert.ok(body.includes(props.url) && body.includes(props.pdf_url ?? "-"));
  }
  const en = await renderMail("receipt", "en", props);
  assert.ok(en.text.includes("€19.00"));
  assert.ok(en.text.includes("22\u00a0November\u00a02026"));

  const { pdf_url: _, period: __, ...least } = props;
  const short = await renderMail("receipt", "en", least);
  assert.doesNotMatch(short.text, /PDF|Period/);
});

test("dates: the time zone decides the day, UTC unless given", async () => {
  const late = "2026-11-22T23:30:00Z";
  assert.equal(formatDate(late, "fr"), "22/11/2026");
  assert.equal(formatDate(late, "fr", "Europe/Paris"), "23/11/2026");
  assert.equal(formatDate("2026-11-23T00:30:00+01:00", "en"), "22\u00a0November\u00a02026");
  const props = { ...templates.receipt.preview, paid_at: late, time_zone: "Europe/Paris" };
  assert.match((await renderMail("receipt", "fr", props)).text, /23\/11\/2026/);
});

test("mail: our name is the brand that the caller gives", async () => {
  const { subject, html, text } = await renderMail("welcome", "en", templates.welcome.preview, {
    brand: "Acme & Co",
  });
  assert.equal(subject, "Welcome to Acme & Co");
  assert.ok(html.includes("Acme &amp; Co") && text.includes("Acme & Co"));
  assert.ok(!html.includes("Socle"));
});

test("mail: refuses props that no text uses, other links than http, other money", async () => {
  const refused = (props: unknown) =>
    assert.rejects(renderMail("receipt", "en", props as PropsOf<"receipt">), { name: "ZodError" });
  const { preview } = templates.receipt;
  await refused({ ...preview, extra: 1 });
  await refused({ ...preview, url: "javascript:alert(1)" });
  await refused({ ...preview, amount: { amount: 19.5, currency: "EUR" } });
  await refused({ ...preview, amount: { amount: 1950, currency: "eur" } });
  await refused({ ...preview, time_zone: "Mars/Olympus" });
  await refused({ ...preview, paid_at: "yesterday" });
  for (const bad of ["data:text/html,x", "ftp://a.example", "//a.example", "a.example", ""]) {
    assert.equal(link.safeParse(bad).success, false, bad);
  }
});

test("mail: what a user calls himself can neither inject markup nor break a line", async () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.constantFrom(
      "<script>x</script>",
      "A\r\nBcc: b@b.example",
      "\u202egnp.exe",
      "x".repeat(10_000),
    ),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const props = { ...templates.receipt.preview, name: text, workspace: text, number: text };
      const { subject, html } = await renderMail("receipt", "fr", props);
      assert.doesNotMatch(subject, /\p{C}/u);
      assert.ok([...subject].length <= 150);
      assert.doesNotMatch(html, /<script/i);
      assert.ok(html.length < 30_000);
    }),
    { numRuns: 40 },
  );
});

test("names: a greeting never carries an address that mail clients would link", () => {
  for (const name of ["Camille Martin", "J.R. Smith", "O’Brien", "Анна", "李小龙", "D. Jr."]) {
    assert.equal(displayName(name), name);
  }
  for (const bait of ["Win at evil.example", "http://x.y", "www.x", "a@b.co", "x/y", "1.ru"]) {
    assert.equal(displayName(bait), "", bait);
  }
  assert.equal(displayName("  Ca\u200bmille\n\tMartin "), "Camille Martin");
  assert.equal([...displayName("é".repeat(500))].length, 60);
  assert.equal(singleLine("a\u2028b\u0000c", 9), "a b c");
});

test("mail: a greeting without a usable name still reads well", async () => {
  const url = "https://app.example.com/";
  assert.match((await renderMail("welcome", "fr", { url })).text, /^Bonjour,$/m);
  assert.match(
    (await renderMail("welcome", "en", { url, name: "evil.example" })).text,
    /^Hello,$/m,
  );
});

test("locale: en unless someone asked for French", () => {
  for (const french of ["fr", "fr-CA", "FR", "fr_FR"]) assert.equal(localeOf(french), "fr");
  for (const other of ["en", "de", "", "french", null, undefined, 7, {}]) {
    assert.equal(localeOf(other), "en");
  }
});

test("templates: what enqueues a mail loads no React", async () => {
  const folder = new URL("../../supabase/functions/_shared/mail/", import.meta.url);
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = async (module: URL) => {
    if (seen.has(module.href)) return;
    seen.add(module.href);
    for (const [, from] of (await Deno.readTextFile(module)).matchAll(/ from "([^"]+)"/g)) {
      if (from?.startsWith(".")) await visit(new URL(from, module));
      else if (from) packages.add(from);
    }
  };
  await visit(new URL("templates.ts", folder));
  await visit(new URL("auth-mails.ts", folder));
  assert.ok(seen.size > 15);
  assert.deepEqual([...packages].sort(), ["node:crypto", "zod"]);
});
