import { createHash } from "node:crypto";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { newId } from "../ids.ts";
import { due } from "../schedule.ts";
import type { Documents } from "../wire.ts";
import { newCharge } from "./charges.ts";
import { emptyAddress } from "./customers.ts";

type PaymentIntent = Documents["payment_intent"];
type PaymentMethod = Documents["payment_method"];

/** What a test account does with a debit, and after how many seconds. */
interface TestAccount {
  pays: boolean;
  seconds: number;
}

/** https://docs.stripe.com/payments/sepa-debit/accept-a-payment#test-integration */
const testAccounts: Readonly<Record<string, TestAccount>> = {
  AT611904300235473201: { pays: true, seconds: 0 },
  AT321904300235473204: { pays: true, seconds: 180 },
  AT861904300235473202: { pays: false, seconds: 0 },
  AT051904300235473205: { pays: false, seconds: 180 },
};

/** Keeps a typed account as a payment method: one whose payments are only known later. */
export function debitFrom(
  call: Call,
  typed: string,
  billing: Partial<PaymentMethod["billing_details"]>,
): PaymentMethod {
  const iban = typed.replace(/\s/g, "").toUpperCase();
  const account = Object.hasOwn(testAccounts, iban) ? testAccounts[iban] : undefined;
  if (account === undefined) {
    throw invalid(
      "Your IBAN is invalid: the local Stripe takes test accounts only, such as AT32 1904 3002 " +
        "3547 3204.",
      { code: "invalid_bank_account_iban", param: "iban" },
    );
  }
  const method: PaymentMethod = {
    id: newId("pm"),
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: {
      address: emptyAddress(),
      email: null,
      name: null,
      phone: null,
      tax_id: null,
      ...billing,
    },
    created: call.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    sepa_debit: {
      bank_code: iban.slice(4, 9),
      branch_code: "",
      country: iban.slice(0, 2),
      fingerprint: createHash("sha256").update(iban).digest("base64url").slice(0, 16),
      generated_from: { charge: null, setup_attempt: null },
      last4: iban.slice(-4),
    },
    type: "sepa_debit",
  };
  call.store.hide(method.id, account);
  return call.create(method);
}

/** Sends a debit to the bank: the intent is `processing` until the bank has answered. */
export function confirmDebit(
  call: Call,
  intent: PaymentIntent,
  method: PaymentMethod,
): PaymentIntent {
  if (intent.currency !== "eur") {
    throw invalid("A SEPA debit is in euros only.", { param: "currency" });
  }
  const charge = call.create<Documents["charge"]>({
    ...newCharge(call, intent, method, undefined),
    amount_captured: 0,
    captured: false,
    outcome: null,
    paid: false,
    receipt_url: null,
    status: "pending",
  }, "charge.pending");
  const { seconds } = accountOf(call, method.id);
  call.store.hide(`debit of ${intent.id}`, call.now() + seconds);
  return call.update(intent, {
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
    status: "processing",
  }, "payment_intent.processing");
}

/** The bank's answer to a debit. */
export const debitSettles = due(
  "bank debit settles",
  "payment_intent",
  ({ id, status }, call) =>
    status === "processing" ? call.store.hidden<number>(`debit of ${id}`) ?? null : null,
  (call, id) => {
    const intent = call.need("payment_intent", id);
    const charge = call.need("charge", intent.latest_charge ?? "");
    const method = call.need("payment_method", intent.payment_method ?? "");
    if (accountOf(call, method.id).pays) {
      call.update(charge, {
        amount_captured: charge.amount,
        captured: true,
        paid: true,
        receipt_url: `${call.url}/receipts/${charge.id}`,
        status: "succeeded",
      }, "charge.succeeded");
      call.update(
        intent,
        { amount_received: intent.amount, status: "succeeded" },
        "payment_intent.succeeded",
      );
      return;
    }
    const refusal = {
      code: "payment_intent_payment_attempt_failed",
      message: "The payment failed: the account could not be debited.",
    };
    call.update(charge, {
      failure_code: refusal.code,
      failure_message: refusal.message,
      status: "failed",
    }, "charge.failed");
    call.update(intent, {
      last_payment_error: {
        ...refusal,
        charge: charge.id,
        payment_method: method,
        type: "invalid_request_error",
      },
      payment_method: null,
      status: "requires_payment_method",
    }, "payment_intent.payment_failed");
  },
);

function accountOf(call: Call, method: string): TestAccount {
  const account = call.store.hidden<TestAccount>(method);
  if (account === undefined) throw new Error(`${method} is no test account`);
  return account;
}
