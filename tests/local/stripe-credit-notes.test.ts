import assert from "node:assert/strict";
import type Stripe from "stripe";
import {
  activeSubscription,
  errorOf,
  eventTypes,
  incompleteSubscription,
  withStripe,
} from "./stripe-world.ts";

/** A paid invoice of two lines, 19.00 and 3 × 5.00 EUR, and who paid it. */
async function paidInvoice(stripe: Stripe, discount?: string) {
  const { customer, price } = await activeSubscription(stripe);
  const seat = await stripe.prices.create({
    product_data: { name: "Seat" },
    currency: "eur",
    unit_amount: 500,
    recurring: { interval: "month" },
  });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }, { price: seat.id, quantity: 3 }],
    ...(discount === undefined ? {} : { discounts: [{ coupon: discount }] }),
    expand: ["latest_invoice.payments"],
  });
  const invoice = subscription.latest_invoice as Stripe.Invoice;
  const [base, seats] = invoice.lines.data;
  const intent = invoice.payments?.data[0]?.payment.payment_intent as string;
  return { customer, invoice, intent, base: base?.id ?? "", seats: seats?.id ?? "" };
}

Deno.test("local stripe: a paid line is credited by a refund, to the balance, and outside", () =>
  withStripe(async ({ local, stripe }) => {
    const { customer, invoice, intent, base, seats } = await paidInvoice(stripe);
    const wanted = {
      invoice: invoice.id,
      lines: [
        { type: "invoice_line_item" as const, invoice_line_item: base, amount: 900 },
        { type: "invoice_line_item" as const, invoice_line_item: seats, quantity: 1 },
      ],
      refund_amount: 1000,
      credit_amount: 300,
      out_of_band_amount: 100,
    };
    const quote = await stripe.creditNotes.preview(wanted);
    assert.equal((await errorOf(stripe.creditNotes.retrieve(quote.id))).statusCode, 404);
    const note = await stripe.creditNotes.create({
      ...wanted,
      reason: "order_change",
      memo: "As agreed",
    });
    assert.deepEqual(
      [note.total, note.type, note.status, note.post_payment_amount, note.pre_payment_amount],
      [1400, "post_payment", "issued", 1400, 0],
    );
    assert.equal(note.total, quote.total);
    assert.equal(note.number, `${invoice.number}-CN-01`);
    const charge = (await stripe.paymentIntents.retrieve(intent)).latest_charge as string;
    assert.equal((await stripe.charges.retrieve(charge)).amount_refunded, 1000);
    assert.equal(note.refunds[0]?.amount_refunded, 1000);
    assert.equal((await stripe.customers.retrieve(customer.id) as Stripe.Customer).balance, -300);
    const [moved] = (await stripe.customers.listBalanceTransactions(customer.id)).data;
    assert.deepEqual(
      [moved?.id, moved?.type, moved?.credit_note],
      [note.customer_balance_transaction, "credit_note", note.id],
    );
    const after = await stripe.invoices.retrieve(invoice.id);
    assert.deepEqual(
      [after.post_payment_credit_notes_amount, after.pre_payment_credit_notes_amount, after.status],
      [1400, 0, "paid"],
    );
    const pdf = await fetch(note.pdf);
    assert.equal(pdf.headers.get("content-type"), "application/pdf");
    assert.match(await pdf.text(), /As agreed/);
    assert.ok(note.pdf.startsWith(local.url));
    assert.match((await errorOf(stripe.creditNotes.voidCreditNote(note.id))).message, /only void/);
    const { data } = await stripe.creditNotes.list({ invoice: invoice.id });
    assert.deepEqual(data.map(({ id }) => id), [note.id]);
    assert.equal((await stripe.creditNotes.listLineItems(note.id)).data.length, 2);
    await stripe.creditNotes.update(note.id, { metadata: { ticket: "7" } });
    const types = await eventTypes(stripe);
    assert.ok(["credit_note.created", "credit_note.updated"].every((one) => types.includes(one)));
  }));

Deno.test("local stripe: a note never credits more than its invoice, nor anything twice", () =>
  withStripe(async ({ stripe }) => {
    const { invoice, intent, base } = await paidInvoice(stripe);
    const line = (amount: number) => ({
      invoice: invoice.id,
      lines: [{ type: "invoice_line_item" as const, invoice_line_item: base, amount }],
    });
    const unequal = await errorOf(stripe.creditNotes.create({ ...line(500), refund_amount: 400 }));
    assert.match(unequal.message, /must equal the credit note's post payment amount \(€5.00\)/);
    await stripe.creditNotes.create({ ...line(1000), refund_amount: 1000 });
    const tooMuch = await errorOf(stripe.creditNotes.create({ ...line(901), refund_amount: 901 }));
    assert.match(tooMuch.message, /at most €9.00 of this line item/);
    const refund = await stripe.refunds.create({ payment_intent: intent, amount: 2000 });
    const refunded = await errorOf(
      stripe.creditNotes.create({ ...line(900), credit_amount: 900 }),
    );
    assert.match(refunded.message, /left to credit \(€4.00\)/, "refunds without a note count");
    const linked = await stripe.creditNotes.create({
      invoice: invoice.id,
      amount: 2000,
      refunds: [{ refund: refund.id }],
    });
    assert.equal(linked.refunds[0]?.refund, refund.id);
    const again = await errorOf(stripe.creditNotes.create({
      invoice: invoice.id,
      amount: 400,
      refunds: [{ refund: refund.id, amount_refunded: 400 }],
    }));
    assert.match(again.message, /of another note/);
  }));

Deno.test("local stripe: an open invoice asks for less, and for all when the note is void", () =>
  withStripe(async ({ stripe }) => {
    const { invoice, intent, subscription } = await incompleteSubscription(stripe);
    const note = await stripe.creditNotes.create({ invoice: invoice.id, amount: 400 });
    assert.deepEqual([note.type, note.pre_payment_amount], ["pre_payment", 400]);
    const less = await stripe.invoices.retrieve(invoice.id);
    assert.deepEqual(
      [less.amount_due, less.amount_remaining, less.pre_payment_credit_notes_amount],
      [1500, 1500, 400],
    );
    assert.equal((await stripe.paymentIntents.retrieve(intent)).amount, 1500);
    assert.equal((await stripe.creditNotes.voidCreditNote(note.id)).status, "void");
    assert.equal((await stripe.paymentIntents.retrieve(intent)).amount, 1900);
    assert.ok((await eventTypes(stripe)).includes("credit_note.voided"));
    await stripe.creditNotes.create({ invoice: invoice.id, amount: 1900 });
    const settled = await stripe.invoices.retrieve(invoice.id);
    assert.deepEqual([settled.status, settled.amount_due, settled.amount_paid], ["paid", 0, 0]);
    assert.equal((await stripe.paymentIntents.retrieve(intent)).status, "canceled");
    assert.equal((await stripe.subscriptions.retrieve(subscription.id)).status, "active");
  }));

Deno.test("local stripe: the parts of a discounted line that are credited add up to the line", () =>
  withStripe(async ({ stripe }) => {
    const coupon = await stripe.coupons.create({ percent_off: 33.33, duration: "once" });
    const { invoice, base } = await paidInvoice(stripe, coupon.id);
    const off = invoice.lines.data.find(({ id }) => id === base)?.discount_amounts?.[0]?.amount;
    let total = 0;
    for (const amount of [633, 634, 633]) {
      const line = { type: "invoice_line_item" as const, invoice_line_item: base, amount };
      const { total: quoted } = await stripe.creditNotes.preview({
        invoice: invoice.id,
        lines: [line],
        credit_amount: await netOf(stripe, invoice.id, line),
      });
      await stripe.creditNotes.create({
        invoice: invoice.id,
        lines: [line],
        credit_amount: quoted,
      });
      total += quoted;
    }
    assert.equal(total, 1900 - (off ?? 0));
  }));

/** What a line's credit comes to, told by the error for a sum that is none. */
async function netOf(
  stripe: Stripe,
  invoice: string,
  line: Stripe.CreditNoteCreateParams.Line,
): Promise<number> {
  const error = await errorOf(stripe.creditNotes.preview({ invoice, lines: [line] }));
  return Math.round(Number(/\(€([\d.]+)\)\.$/.exec(error.message)?.[1]) * 100);
}
