import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, pageOf, paging, within } from "../pagination.ts";
import {
  includesOf,
  operation,
  type Reaction,
  type Resource,
  retrieveOperation,
} from "../resource.ts";
import { collect, methodFor, retry } from "./invoice-collection.ts";
import { finalizesItself, recounted } from "./invoice-drafts.ts";
import { createPreview } from "./invoice-previews.ts";
import {
  finalize,
  intentOf,
  invoiceOf,
  markPaid,
  pay,
  paymentOf,
  voidInvoice,
} from "./invoice-states.ts";
import { materialize } from "./payment-methods.ts";

const list = operation<Stripe.InvoiceListParams>(
  "GET /v1/invoices",
  [...paging, "created", "customer", "status", "subscription"],
  (call, params) =>
    page(call, "invoice", "/v1/invoices", params, {
      where: {
        customer: params.customer,
        status: params.status,
        "parent.subscription_details.subscription": params.subscription,
      },
      filter: (invoice) => within(invoice.created, params.created),
    }),
);

const listLines = operation<Stripe.InvoiceListLineItemsParams>(
  "GET /v1/invoices/{id}/lines",
  paging,
  (call, params, id) =>
    pageOf(call.need("invoice", id).lines.data, `/v1/invoices/${id}/lines`, params),
);

const update = operation<Stripe.InvoiceUpdateParams>(
  "POST /v1/invoices/{id}",
  ["metadata"],
  (call, params, id) => {
    const invoice = call.need("invoice", id);
    const metadata = mergeMetadata(invoice.metadata, params.metadata);
    return call.update(invoice, { metadata }, "invoice.updated");
  },
);

const payOperation = operation<Stripe.InvoicePayParams>(
  "POST /v1/invoices/{id}/pay",
  ["off_session", "payment_method"],
  (call, params, id) => {
    const invoice = call.need("invoice", id);
    const paymentMethod = params.payment_method ?? defaultMethodFor(call, invoice.customer);
    return pay(call, invoice, {
      paymentMethod: paymentMethod === undefined
        ? undefined
        : materialize(call, paymentMethod, "payment_method").id,
      offSession: params.off_session ?? true,
    });
  },
);

const finalizeOperation = operation<Stripe.InvoiceFinalizeInvoiceParams>(
  "POST /v1/invoices/{id}/finalize",
  ["auto_advance"],
  (call, params, id) => {
    const draft = call.need("invoice", id);
    if (draft.status !== "draft") {
      throw invalid(
        "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
        {
          code: "invoice_not_editable",
        },
      );
    }
    const owner = draft.parent?.subscription_details?.subscription;
    const subscription = owner === undefined ? undefined : call.need("subscription", owner);
    const method = subscription === undefined ? null : methodFor(call, subscription);
    const advances = params.auto_advance ?? draft.auto_advance ?? false;
    const invoice = finalize(call, { ...recounted(call, draft), auto_advance: advances }, {
      method,
      description: "Subscription update",
    });
    if (invoice.status !== "open" || !advances || subscription === undefined) return invoice;
    return collect(call, invoice, subscription);
  },
);

const markUncollectible = operation(
  "POST /v1/invoices/{id}/mark_uncollectible",
  [],
  (call, _params, id) => {
    const invoice = call.need("invoice", id);
    if (invoice.status !== "open") {
      throw invalid(
        `You can only mark open invoices as uncollectible: this is ${invoice.status}.`,
        {
          code: "invoice_not_editable",
        },
      );
    }
    const marked = call.update(invoice, {
      auto_advance: false,
      next_payment_attempt: null,
      status: "uncollectible",
      status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: call.now() },
    }, "invoice.updated");
    call.emit("invoice.marked_uncollectible", marked);
    return marked;
  },
);

const voidOperation = operation(
  "POST /v1/invoices/{id}/void",
  [],
  (call, _params, id) => voidInvoice(call, call.need("invoice", id)),
);

/** What happens to an invoice when its payment intent moves. */
const reactions: Reaction[] = [
  {
    to: "payment_intent.succeeded",
    run(call, intent) {
      const invoice = invoiceOf(call, intent);
      if (invoice === undefined) return;
      const payment = paymentOf(call, invoice);
      markPaid(call, invoice);
      if (payment === undefined) return;
      call.update(payment, {
        amount_paid: payment.amount_requested,
        status: "paid",
        status_transitions: { ...payment.status_transitions, paid_at: call.now() },
      });
      call.emit("invoice_payment.paid", call.need("invoice_payment", payment.id));
    },
  },
  {
    to: "payment_intent.payment_failed",
    run: (call, intent) => attempted(call, intent, "invoice.payment_failed"),
  },
  {
    to: "payment_intent.requires_action",
    run: (call, intent) => attempted(call, intent, "invoice.payment_action_required"),
  },
];

function attempted(call: Call, intent: string, event: string): void {
  const invoice = invoiceOf(call, intent);
  if (invoice === undefined || invoice.status !== "open") return;
  // Stripe counts the first attempt whoever makes it, and after that its own (collect).
  const tried = invoice.attempt_count > 0 ? invoice : call.update(invoice, {
    attempt_count: 1,
    attempted: true,
  }, "invoice.updated");
  call.emit(event, tried);
}

function defaultMethodFor(call: Call, customer: string | null): string | undefined {
  if (customer === null) return undefined;
  return call.need("customer", customer).invoice_settings.default_payment_method ?? undefined;
}

export const invoices: Resource = {
  kinds: ["invoice"],
  operations: [
    retrieveOperation("invoice", "/v1/invoices"),
    list,
    listLines,
    update,
    createPreview,
    finalizeOperation,
    markUncollectible,
    payOperation,
    voidOperation,
  ],
  reactions,
  due: [retry, finalizesItself],
  includes: includesOf("invoice", {
    confirmation_secret: (call, invoice) => {
      const secret = intentOf(call, invoice)?.client_secret;
      return secret == null ? null : { client_secret: secret, type: "payment_intent" };
    },
    payments: (call, invoice) => ({
      object: "list",
      data: call.store.all("invoice_payment", { invoice: invoice.id }),
      has_more: false,
      url: `/v1/invoice_payments?invoice=${invoice.id}`,
    }),
  }),
};
