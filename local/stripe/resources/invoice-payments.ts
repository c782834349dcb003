import type Stripe from "stripe";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";

const list = operation<Stripe.InvoicePaymentListParams>(
  "GET /v1/invoice_payments",
  [...paging, "created", "invoice", "payment.payment_intent", "payment.type", "status"],
  (call, params) =>
    page(call, "invoice_payment", "/v1/invoice_payments", params, {
      where: {
        invoice: params.invoice,
        "payment.payment_intent": params.payment?.payment_intent,
        "payment.type": params.payment?.type,
        status: params.status,
      },
      filter: (payment) => within(payment.created, params.created),
    }),
);

export const invoicePayments: Resource = {
  kinds: ["invoice_payment"],
  operations: [retrieveOperation("invoice_payment", "/v1/invoice_payments"), list],
};
