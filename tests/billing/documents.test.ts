/** Credit notes, refunds by staff and receipts on request: each amount of money once. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { mailsTo } from "../support/mails.ts";
import { buy } from "../support/purchases.ts";
import { call, stack, stripeSdk } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const stripe = stripeSdk();
const reason = "The customer was charged by mistake";

async function paidOnce() {
  const user = await signUp();
  await buy(user);
  const { data: payment } = await user.client.from("payments").select().single();
  const { data: invoice } = await user.client.from("invoices").select().single();
  return { user, payment: payment!, invoice: invoice! };
}

async function documentsOf(user: TestUser) {
  const { data, error } = await user.client.from("billing_documents").select()
    .eq("workspace_id", user.workspaceId)
    .order("created_at", { ascending: false }).order("id");
  equal(error, null);
  return data!;
}

function refund(staff: TestUser, body: Record<string, unknown>, key?: string) {
  return call("POST", "payment-refund", {
    token: staff.token,
    body: { reason, ...body },
    ...(key !== undefined && { headers: { "idempotency-key": key } }),
  });
}

const refundMails = async (user: TestUser) =>
  (await mailsTo(user.email)).filter(({ subject }) => /refund/i.test(subject));

Deno.test("payment-refund: staff give back a part, then the rest; invoice credited, one mail each", async () => {
  const staff = await signUpStaff();
  const { user, payment } = await paidOnce();
  const part = await refund(staff, { payment_id: payment.id, amount: 500 });
  equal(part.status, 200, JSON.stringify(part.body));
  deepEqual([part.body.refund.amount, part.body.refund.currency], [500, "EUR"]);
  const tooMuch = await refund(staff, { payment_id: payment.id, amount: payment.amount - 499 });
  equal(tooMuch.status, 422);
  equal(tooMuch.body.code, "refund_exceeds_payment");
  const rest = await refund(staff, { payment_id: payment.id });
  equal(rest.body.refund.amount, payment.amount - 500, JSON.stringify(rest.body));
  const nothing = await refund(staff, { payment_id: payment.id });
  deepEqual([nothing.status, nothing.body.code], [409, "payment_not_refundable"]);

  // The refund and the credit note of it are the same money: the list has it once.
  const documents = await documentsOf(user);
  deepEqual(documents.map(({ kind, amount }) => [kind, amount]).toSorted(), [
    ["credit_note", 500 - payment.amount],
    ["credit_note", -500],
    ["invoice", payment.amount],
  ]);
  equal(documents.reduce((sum, { amount }) => sum + amount!, 0), 0);
  ok(documents.every(({ number, pdf_url, plan }) => number && pdf_url && plan === "Basic"));
  await waitFor("two mails", async () => (await refundMails(user)).length === 2);
  const { data: after } = await user.client.from("payments").select().single();
  equal(after!.amount_refunded, payment.amount);
});

Deno.test("payment-refund: ten at once cannot give back more than was paid; one key refunds once", async () => {
  const staff = await signUpStaff();
  const { user, payment } = await paidOnce();
  equal(payment.amount, 1900);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => refund(staff, { payment_id: payment.id, amount: 500 })),
  );
  equal(answers.filter(({ status }) => status === 200).length, 3);
  ok(answers.every(({ status, body }) => status === 200 || body.code === "refund_exceeds_payment"));
  const key = crypto.randomUUID();
  const same = await Promise.all(
    Array.from({ length: 4 }, () => refund(staff, { payment_id: payment.id, amount: 400 }, key)),
  );
  ok(same.every(({ status }) => status === 200 || status === 409));
  const atStripe = await stripe.refunds.list({ payment_intent: payment.stripe_payment_id });
  deepEqual(atStripe.data.map(({ amount }) => amount).toSorted(), [400, 500, 500, 500]);
  await waitFor("four mails", async () => (await refundMails(user)).length === 4);
});

Deno.test("payment-refund: what a request left undone is finished once, by the job", async () => {
  const staff = await signUpStaff();
  const { user, payment } = await paidOnce();
  const sql = connect();
  try {
    const [opened] = await sql`
      select public.refund_intent_open(${staff.id}, ${payment.id}, 700, ${reason}, null) as intent`;
    const { id } = opened!["intent"];
    // It died after Stripe's answer and before our row: without that row its metadata tells.
    await stripe.refunds.create({
      payment_intent: payment.stripe_payment_id,
      amount: 700,
      metadata: { refund_intent: id },
    });
    const overdue = () =>
      sql`update private.jobs set run_at = now() where kind = 'refund_finish' and dedupe_key = ${
        "refund:" + id
      }`;
    await overdue();
    await waitFor("the intent to be done", async () => {
      const [held] = await sql`select state from private.refund_intents where id = ${id}`;
      return held!["state"] === "done";
    });
    const { data } = await stripe.refunds.list({ payment_intent: payment.stripe_payment_id });
    equal(data.length, 1);
    deepEqual((await documentsOf(user)).map(({ kind, amount }) => [kind, amount]).toSorted(), [
      ["credit_note", -700],
      ["invoice", 1900],
    ]);
    const [entry] = await sql`
      select actor_id, reason, changes from public.audit_log
      where action = 'payment.refund' and target = ${payment.id}`;
    deepEqual([entry!["actor_id"], entry!["reason"]], [staff.id, reason]);
  } finally {
    await sql.end();
  }
});

Deno.test("payment-refund: what Stripe refuses is said, and nothing stays reserved", async () => {
  const staff = await signUpStaff();
  const { user, payment } = await paidOnce();
  const charge = (await stripe.paymentIntents.retrieve(payment.stripe_payment_id)).latest_charge;
  const disputed = await fetch(`${stack.stripeUrl}/_local/disputes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ charge }),
  });
  equal(disputed.status, 200, await disputed.text());
  const refused = await refund(staff, { payment_id: payment.id });
  deepEqual([refused.status, refused.body.code], [409, "payment_not_refundable"]);
  match(refused.body.detail, /charged back/);
  const again = await refund(staff, { payment_id: payment.id, amount: 100 });
  match(again.body.detail, /charged back/);
  equal((await documentsOf(user)).length, 1);
});

Deno.test("payment-refund: is staff's alone, and another's or no payment is 404", async () => {
  const staff = await signUpStaff();
  const { user, payment } = await paidOnce();
  const own = await refund(user, { payment_id: payment.id });
  deepEqual([own.status, own.body.code], [403, "forbidden"]);
  const unknown = await refund(staff, { payment_id: crypto.randomUUID() });
  deepEqual([unknown.status, unknown.body.code], [404, "payment_not_found"]);
});

Deno.test("credit notes: mirrored whoever issues them; a refund of the same money counts once, in either order", async () => {
  const { user, payment, invoice } = await paidOnce();
  const note = await stripe.creditNotes.create({
    invoice: invoice.stripe_invoice_id,
    amount: 900,
    refund_amount: 600,
    credit_amount: 300,
    memo: "Half a month",
  });
  await stripe.refunds.create({ payment_intent: payment.stripe_payment_id, amount: 100 });
  // Until the note is known its refund stands for itself.
  const shown = await waitFor("the credit note and the other refund", async () => {
    const found = await documentsOf(user);
    return found.some(({ kind }) => kind === "credit_note") && found.length === 3 && found;
  });
  deepEqual(shown.map(({ kind, amount, description }) => [kind, amount, description]).toSorted(), [
    ["credit_note", -900, "Half a month"],
    ["invoice", 1900, invoice.description],
    ["refund", -100, null],
  ]);
  const { data: kept } = await user.client.from("credit_notes").select().single();
  deepEqual([kept!.number, kept!.total, kept!.stripe_refund_ids.length], [note.number, 900, 1]);
});

Deno.test("receipt-send: to whoever handles billing, once for each key, and only what was paid", async () => {
  const { user, invoice } = await paidOnce();
  const ask = (who: TestUser, id: string, key?: string) =>
    call("POST", "receipt-send", {
      token: who.token,
      body: { invoice_id: id },
      ...(key !== undefined && { headers: { "idempotency-key": key } }),
    });
  const receipts = async () =>
    (await mailsTo(user.email)).filter(({ subject }) => /receipt/i.test(subject)).length;
  await waitFor("the first receipt", async () => await receipts() === 1);
  const key = crypto.randomUUID();
  deepEqual((await ask(user, invoice.id, key)).body, { queued: true });
  deepEqual((await ask(user, invoice.id, key)).body, { queued: true }); // The kept reply.
  await waitFor("a second one", async () => await receipts() === 2);
  const sql = connect();
  try {
    // Died before its reply was kept, the same request comes again.
    await sql`delete from private.idempotency_keys where key = ${key}`;
    deepEqual((await ask(user, invoice.id, key)).body, { queued: false });
    equal((await ask(user, invoice.id)).status, 202);
    await waitFor("a third one", async () => await receipts() === 3);

    const stranger = await signUp();
    const foreign = await ask(stranger, invoice.id);
    deepEqual([foreign.status, foreign.body.code], [404, "invoice_not_found"]);
    await sql`
      insert into public.workspace_members (workspace_id, user_id, role)
      values (${user.workspaceId}, ${stranger.id}, 'member')`;
    equal((await ask(stranger, invoice.id)).status, 404);
    await sql`update public.workspace_members set role = 'billing' where user_id = ${stranger.id}
      and workspace_id = ${user.workspaceId}`;
    equal((await ask(stranger, invoice.id)).status, 202);
    await waitFor(
      "the receipt in the billing member's box",
      async () => (await mailsTo(stranger.email)).some(({ subject }) => /receipt/i.test(subject)),
    );
    await sql`update public.invoices set status = 'open' where id = ${invoice.id}`;
    const unpaid = await ask(user, invoice.id);
    deepEqual([unpaid.status, unpaid.body.code], [409, "invoice_not_paid"]);
    equal(await receipts(), 3);
  } finally {
    await sql.end();
  }
});
