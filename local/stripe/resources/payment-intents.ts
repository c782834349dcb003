import type Stripe from "stripe";
import { invalid, notImplemented } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import { debitSettles } from "./bank-debits.ts";
import { cancelIntent, confirmIntent } from "./payment-intent-states.ts";
import { newIntent } from "./payment-intent-object.ts";
import { currencyOf } from "./prices.ts";
import { customerOf } from "./customers.ts";
import { materialize } from "./payment-methods.ts";

const create = operation<Stripe.PaymentIntentCreateParams>(
  "POST /v1/payment_intents",
  [
    "amount",
    "automatic_payment_methods",
    "confirm",
    "currency",
    "customer",
    "description",
    "metadata",
    "off_session",
    "payment_method",
    "receipt_email",
    "return_url",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
  ],
  (call, params) => {
    if (params.amount < 1) {
      throw invalid("This value must be greater than or equal to 1.", {
        code: "parameter_invalid_integer",
        param: "amount",
      });
    }
    for (const param of ["off_session", "return_url"] as const) {
      if (params[param] !== undefined && params.confirm !== true) {
        throw invalid(`You cannot provide \`${param}\` without \`confirm=true\`.`, { param });
      }
    }
    if (params.customer !== undefined) customerOf(call, params.customer);
    const method = params.payment_method === undefined
      ? undefined
      : materialize(call, params.payment_method, "payment_method").id;
    const intent = newIntent(call, {
      amount: params.amount,
      automatic_payment_methods: {
        allow_redirects: params.automatic_payment_methods?.allow_redirects ?? "always",
        enabled: params.automatic_payment_methods?.enabled ?? true,
      },
      currency: currencyOf(params.currency),
      customer: params.customer ?? null,
      description: params.description || null,
      metadata: mergeMetadata({}, params.metadata),
      payment_method: method ?? null,
      receipt_email: params.receipt_email || null,
      setup_future_usage: params.setup_future_usage ?? null,
      statement_descriptor: params.statement_descriptor || null,
      statement_descriptor_suffix: params.statement_descriptor_suffix || null,
      status: method === undefined ? "requires_payment_method" : "requires_confirmation",
    });
    call.create(intent, "payment_intent.created");
    if (params.confirm !== true) return intent;
    return confirmIntent(call, intent, {
      offSession: offSessionOf(params.off_session),
      returnUrl: params.return_url,
    });
  },
);

const update = operation<Stripe.PaymentIntentUpdateParams>(
  "POST /v1/payment_intents/{id}",
  ["description", "metadata", "receipt_email"],
  (call, params, id) => {
    const intent = call.need("payment_intent", id);
    // Stripe has no payment_intent.updated event.
    return call.update(intent, {
      ...(params.description === undefined ? {} : { description: params.description || null }),
      ...(params.receipt_email === undefined
        ? {}
        : { receipt_email: params.receipt_email || null }),
      metadata: mergeMetadata(intent.metadata, params.metadata),
    });
  },
);

const confirm = operation<Stripe.PaymentIntentConfirmParams>(
  "POST /v1/payment_intents/{id}/confirm",
  ["payment_method", "off_session", "receipt_email", "return_url", "setup_future_usage"],
  (call, params, id) => {
    const intent = call.update(call.need("payment_intent", id), {
      ...(params.receipt_email === undefined
        ? {}
        : { receipt_email: params.receipt_email || null }),
      ...(params.setup_future_usage === undefined
        ? {}
        : { setup_future_usage: params.setup_future_usage || null }),
    });
    return confirmIntent(call, intent, {
      paymentMethod: params.payment_method,
      offSession: offSessionOf(params.off_session),
      returnUrl: params.return_url,
    });
  },
);

const cancel = operation<Stripe.PaymentIntentCancelParams>(
  "POST /v1/payment_intents/{id}/cancel",
  ["cancellation_reason"],
  (call, params, id) =>
    cancelIntent(call, call.need("payment_intent", id), params.cancellation_reason ?? null),
);

const list = operation<Stripe.PaymentIntentListParams>(
  "GET /v1/payment_intents",
  [...paging, "created", "customer"],
  (call, params) =>
    page(call, "payment_intent", "/v1/payment_intents", params, {
      where: { customer: params.customer },
      filter: (intent) => within(intent.created, params.created),
    }),
);

function offSessionOf(given: boolean | string | undefined): boolean {
  if (typeof given === "string") throw notImplemented(`off_session "${given}"`, "off_session");
  return given ?? false;
}

export const paymentIntents: Resource = {
  kinds: ["payment_intent"],
  operations: [
    create,
    update,
    confirm,
    cancel,
    retrieveOperation("payment_intent", "/v1/payment_intents"),
    list,
  ],
  due: [debitSettles],
};
