import assert from "node:assert/strict";
import { onePagePdf } from "../../local/stripe/pages/pdf.ts";
import { incompleteSubscription, withStripe } from "./stripe-world.ts";

Deno.test("local stripe: an invoice's links show it as a page and as a PDF, a charge's its receipt", () =>
  withStripe(async ({ stripe }) => {
    const { invoice, intent, customer } = await incompleteSubscription(stripe);
    await stripe.customers.update(customer.id, { name: "<b>" });
    const page = await fetch(invoice.hosted_invoice_url ?? "");
    assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
    const text = await page.text();
    assert.ok(text.includes(invoice.number ?? "?") && text.includes("€19.00"));

    const file = await fetch(invoice.invoice_pdf ?? "");
    assert.equal(file.headers.get("content-type"), "application/pdf");
    const pdf = new TextDecoder("latin1").decode(await file.arrayBuffer());
    assert.ok(pdf.startsWith("%PDF-1.4\n") && pdf.endsWith("%%EOF\n"));
    assert.ok(pdf.includes(invoice.number ?? "?"));

    const paid = await stripe.paymentIntents.confirm(intent, { payment_method: "pm_card_visa" });
    const charge = await stripe.charges.retrieve(paid.latest_charge as string);
    assert.match(await (await fetch(charge.receipt_url ?? "")).text(), /ending in 4242/);
    const none = await fetch(`${charge.receipt_url}x`);
    assert.equal(none.status, 404);
    await none.body?.cancel();
  }));

Deno.test("local stripe: the PDF's table says where each object starts, and its text is escaped", () => {
  const bytes = onePagePdf(["Total (19,00 €)", "C:\\ é 🦊"]);
  const pdf = String.fromCharCode(...bytes);
  const start = Number(/startxref\n(\d+)\n/.exec(pdf)?.[1]);
  assert.ok(pdf.slice(start).startsWith("xref\n0 6\n"));
  const offsets = [...pdf.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, at]) =>
    Number(at)
  );
  assert.equal(offsets.length, 5);
  for (const [index, at] of offsets.entries()) {
    assert.ok(pdf.slice(at).startsWith(`${index + 1} 0 obj\n`));
  }
  assert.ok(pdf.includes("(Total \\(19,00 \x80\\)) '"));
  assert.ok(pdf.includes("(C:\\\\ \xe9 ?) '"));
});
