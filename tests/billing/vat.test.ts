/** VAT with Stripe Tax on: who is taxed, what the invoice states, and what becomes of a refused tax id. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { mailsTo } from "../support/mails.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { buy, customerOf, subscribe } from "../support/purchases.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { delivered, settings } from "../support/stripe-local.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const address = {
  line1: "Torstraße 1",
  line2: null,
  postal_code: "10119",
  city: "Berlin",
  state: null,
  country: "DE",
};
const company = {
  name: "Grün & Söhne GmbH",
  address,
  tax_id: { type: "eu_vat", value: "DE 000.000.000" },
};
const french = {
  ...address,
  line1: "2 rue Royale",
  postal_code: "75008",
  city: "Paris",
  country: "FR",
};

/** A PDF of the local Stripe's as text: one byte a character, as WinAnsi has it. */
async function pdfText(url: string): Promise<string> {
  const reply = await fetch(url);
  return new TextDecoder("windows-1252").decode(await reply.arrayBuffer());
}

Deno.test("vat: with Stripe Tax on", async (t) => {
  await using own = await startOwnStack({ functionsEnv: { STRIPE_TAX: "on" } });
  const on = own.at;
  const stripe = stripeSdk(on);
  const seller = await stripe.taxIds.create({ type: "eu_vat", value: "FRAB123456789" });
  await settings(on, { account_tax_ids: [seller.id] });
  const put = (user: TestUser, body: unknown) =>
    call("PUT", "billing-details", { on, token: user.token, body: body as never });
  const read = (user: TestUser) => call("GET", "billing-details", { on, token: user.token });
  const invoiceOf = async (user: TestUser) =>
    (await user.client.from("invoices").select().single()).data!;

  await t.step(
    "a business in another country of the Union: reverse charge, and all of article 226",
    async () => {
      const user = await signUp({ on });
      const before = await read(user);
      deepEqual([before.status, before.body.billing_details.address.country], [200, null]);
      const early = await subscribe(user, {}, { on });
      deepEqual([early.status, early.body.code], [409, "billing_details_required"]);
      const given = await put(user, company);
      equal(given.status, 200, JSON.stringify(given.body));
      deepEqual(given.body.billing_details.address, address);
      equal(given.body.billing_details.tax_id.value, "DE000000000");
      await waitFor(
        "the register's answer",
        async () => (await read(user)).body.billing_details.tax_id.status === "verified",
      );
      equal((await put(user, company)).status, 200); // Again: nothing new at Stripe.
      const { id: customer } = await customerOf(user, on);
      equal((await stripe.customers.listTaxIds(customer)).data.length, 1);

      await buy(user, { quantity: 3 }, on);
      const invoice = await invoiceOf(user);
      deepEqual([invoice.total, invoice.tax, invoice.reverse_charge], [5700, 0, true]);
      const pdf = await pdfText(invoice.invoice_pdf!);
      const page = (await (await fetch(invoice.hosted_invoice_url!)).text())
        .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
      const stated = {
        "1, date of issue": /Date: .*\d{4}/,
        "2, number": new RegExp(invoice.number!),
        "3, seller's VAT number": /Seller's VAT number: FRAB123456789/,
        "4, customer's VAT number": /Customer's VAT number: DE000000000/,
        "5, seller's name and address": /From: Local Stripe, .+, FR/,
        "5, customer's name": /Billed to: Grün & Söhne GmbH/,
        "5, customer's address": /Torstraße 1, (, )?10119, Berlin, (, )?DE/,
        "6, quantity and nature": /3 × Basic/,
        "7, when it is supplied": /Period: .+\d{4} to .+\d{4}/,
        "8, unit price before tax": /Unit price before tax: €19\.00/,
        "8, taxable amount": /Total excluding tax( {3}|<\/th><th>)€57\.00/,
        "11a, reverse charge": /reverse charge/i,
      };
      for (const [field, shown] of Object.entries(stated)) {
        match(page, shown, `the page lacks ${field}`);
        match(pdf, shown, `the PDF lacks ${field}`);
      }
    },
  );

  await t.step(
    "a consumer, and a business at home: VAT on top; a refund credits its share",
    async () => {
      const user = await signUp({ on });
      const wrong = await put(user, {
        name: "Ada",
        address: french,
        tax_id: { type: "eu_vat", value: "FR1" },
      });
      deepEqual([wrong.status, wrong.body.errors[0].pointer], [422, "/tax_id/value"]);
      const nowhere = await put(user, {
        name: "Ada",
        address: { ...french, country: "QQ" },
        tax_id: null,
      });
      deepEqual([nowhere.status, nowhere.body.errors[0].pointer], [422, "/address"]);
      equal((await put(user, { name: "Ada", address: french, tax_id: null })).status, 200);
      await buy(user, {}, on);
      const invoice = await invoiceOf(user);
      deepEqual([invoice.total, invoice.tax, invoice.reverse_charge], [2280, 380, false]);
      const pdf = await pdfText(invoice.invoice_pdf!);
      match(pdf, /VAT FR 20% on .*19\.00 +.*3\.80/);

      const staff = await signUpStaff({ on });
      const { data: payment } = await user.client.from("payments").select().single();
      const refund = await call("POST", "payment-refund", {
        on,
        token: staff.token,
        body: { payment_id: payment!.id, amount: 1140, reason: "Half of it was not used" },
      });
      equal(refund.status, 200, JSON.stringify(refund.body));
      const { data: documents } = await user.client.from("billing_documents").select(
        "kind, amount, tax",
      )
        .order("kind");
      deepEqual(documents, [
        { kind: "credit_note", amount: -1140, tax: -190 },
        { kind: "invoice", amount: 2280, tax: 380 },
      ]);
    },
  );

  await t.step(
    "a tax id that the register refuses is told of once, and no invoice leaves VAT to it",
    async () => {
      const user = await signUp({ on, locale: "fr" });
      const refused = { ...company, tax_id: { type: "eu_vat", value: "DE111111111" } };
      equal((await put(user, refused)).status, 200);
      const { id: customer } = await customerOf(user, on);
      await waitFor(
        "the id to be taken off",
        async () => (await stripe.customers.listTaxIds(customer)).data.length === 0,
      );
      await delivered(on);
      deepEqual((await read(user)).body.billing_details.tax_id, {
        type: "eu_vat",
        value: "DE111111111",
        status: "unverified",
      });
      await buy(user, {}, on);
      const invoice = await invoiceOf(user);
      deepEqual([invoice.total, invoice.tax], [2261, 361]);
      const told = (await mailsTo(user.email, on)).filter(({ subject }) =>
        /numéro de TVA/.test(subject)
      );
      equal(told.length, 1);
      equal((await put(user, company)).body.billing_details.tax_id.value, "DE000000000");
    },
  );

  await t.step("an end at once gives the unused part back with its VAT", async () => {
    const user = await signUp({ on });
    equal((await put(user, { name: "Ada", address: french, tax_id: null })).status, 200);
    await buy(user, {}, on);
    const ended = await call("POST", "subscription-cancel", {
      on,
      token: user.token,
      body: { at_period_end: false, refund: "unused" },
    });
    equal(ended.status, 200, JSON.stringify(ended.body));
    const note = await waitFor("the credit note", async () => {
      const { data } = await user.client.from("billing_documents").select("amount, tax")
        .eq("kind", "credit_note");
      return data?.[0];
    });
    // Of a month that has just begun, all but a moment.
    ok(note.amount! <= -2270 && note.amount! >= -2280, JSON.stringify(note));
    equal(note.tax, Math.round(note.amount! / 6), "a sixth of what is paid in France is VAT");
    const refund = await waitFor("its refund", async () => {
      const { data } = await user.client.from("refunds").select("amount");
      return data?.[0];
    });
    equal(refund.amount, -note.amount!);
  });

  await t.step("details are the billing roles' own, and another's workspace is 404", async () => {
    const [user, member] = await Promise.all([signUp({ on }), signUp({ on })]);
    equal((await put(user, { ...company, tax_id: null })).status, 200);
    const foreign = await put(member, { ...company, workspace_id: user.workspaceId });
    deepEqual([foreign.status, foreign.body.code], [404, "workspace_not_found"]);
    const sql = connect(on);
    try {
      await sql`
        insert into public.workspace_members (workspace_id, user_id, role)
        values (${user.workspaceId}, ${member.id}, 'member')`;
    } finally {
      await sql.end();
    }
    const refused = await put(member, { ...company, workspace_id: user.workspaceId });
    deepEqual([refused.status, refused.body.code], [403, "forbidden"]);
    const { data } = await member.client.from("billing_details").select()
      .eq("workspace_id", user.workspaceId);
    deepEqual(data, []);
    ok((await read(user)).body.billing_details.name === company.name);
  });

  await t.step(
    "the checkout page asks for address and tax id, and charges what it shows",
    async () => {
      const user = await signUp({ on });
      const site = own.stack.functionsEnv["SITE_URL"]!;
      const answer = await call("POST", "subscription-checkout", {
        on,
        token: user.token,
        body: { price_id: "price_monthly_basic", success_url: `${site}/`, cancel_url: `${site}/` },
      });
      equal(answer.status, 200, JSON.stringify(answer.body));
      const session = await stripe.checkout.sessions.retrieve(answer.body.session_id);
      deepEqual(
        [
          session.automatic_tax.enabled,
          session.tax_id_collection?.enabled,
          session.billing_address_collection,
        ],
        [true, true, "required"],
      );
    },
  );
});
