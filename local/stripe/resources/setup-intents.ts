import type Stripe from "stripe";
import type { Call } from "../call.ts";
import { StripeProblem } from "../errors.ts";
import { newId, randomWord } from "../ids.ts";
import { mergeMetadata } from "../metadata.ts";
import { page, paging, within } from "../pagination.ts";
import { operation, type Resource, retrieveOperation } from "../resource.ts";
import type { Documents } from "../wire.ts";
import { authenticationFailed, cardProblem } from "./card-errors.ts";
import type { Decline } from "./cards.ts";
import { customerOf } from "./customers.ts";
import { nextActionOf } from "./next-actions.ts";
import { link, materialize, testCardOf } from "./payment-methods.ts";

type SetupIntent = Documents["setup_intent"];
type PaymentMethod = Documents["payment_method"];

const create = operation<Stripe.SetupIntentCreateParams>(
  "POST /v1/setup_intents",
  [
    "automatic_payment_methods",
    "confirm",
    "customer",
    "description",
    "metadata",
    "payment_method",
    "return_url",
    "usage",
  ],
  (call, params) => {
    if (params.customer !== undefined) customerOf(call, params.customer);
    const method = params.payment_method === undefined
      ? undefined
      : materialize(call, params.payment_method, "payment_method").id;
    const intent = call.create({
      ...newSetupIntent(call, params.customer ?? null),
      description: params.description || null,
      metadata: mergeMetadata({}, params.metadata),
      payment_method: method ?? null,
      status: method === undefined ? "requires_payment_method" : "requires_confirmation",
      usage: params.usage ?? "off_session",
    }, "setup_intent.created");
    return params.confirm === true
      ? confirmSetup(call, intent, { returnUrl: params.return_url })
      : intent;
  },
);

const confirm = operation<Stripe.SetupIntentConfirmParams>(
  "POST /v1/setup_intents/{id}/confirm",
  ["payment_method", "return_url"],
  (call, params, id) =>
    confirmSetup(call, call.need("setup_intent", id), {
      paymentMethod: params.payment_method,
      returnUrl: params.return_url,
    }),
);

const cancel = operation<Stripe.SetupIntentCancelParams>(
  "POST /v1/setup_intents/{id}/cancel",
  ["cancellation_reason"],
  (call, params, id) =>
    cancelSetup(call, call.need("setup_intent", id), params.cancellation_reason ?? null),
);

const list = operation<Stripe.SetupIntentListParams>(
  "GET /v1/setup_intents",
  [...paging, "created", "customer", "payment_method"],
  (call, params) =>
    page(call, "setup_intent", "/v1/setup_intents", params, {
      where: { customer: params.customer, payment_method: params.payment_method },
      filter: (intent) => within(intent.created, params.created),
    }),
);

/** A new setup intent, not yet kept. */
export function newSetupIntent(call: Call, customer: string | null): SetupIntent {
  const id = newId("seti");
  return {
    id,
    object: "setup_intent",
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: { allow_redirects: "always", enabled: true },
    cancellation_reason: null,
    client_secret: `${id}_secret_${randomWord(25)}`,
    created: call.now(),
    customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { mandate_options: null, network: null, request_three_d_secure: "automatic" },
    },
    payment_method_types: ["card"],
    single_use_mandate: null,
    status: "requires_payment_method",
    usage: "off_session",
  };
}

/** Sets a card up for later; throws the card error where the bank refuses it. */
export function confirmSetup(
  call: Call,
  intent: SetupIntent,
  how: { paymentMethod?: string | undefined; returnUrl?: string | undefined },
): SetupIntent {
  if (intent.status === "succeeded" || intent.status === "canceled") {
    throw unexpected(
      intent,
      `You cannot confirm this SetupIntent because it has a status of ${intent.status}.`,
    );
  }
  const id = how.paymentMethod ?? intent.payment_method;
  if (id === null) {
    throw unexpected(
      intent,
      "You cannot confirm this SetupIntent because it's missing a payment method.",
    );
  }
  const method = materialize(call, id, "payment_method");
  if (method.customer !== null && method.customer !== intent.customer) {
    throw unexpected(
      intent,
      "The provided PaymentMethod cannot be used: it belongs to a different Customer.",
    );
  }
  const { setup } = testCardOf(call, method);
  if (setup === "approved") return succeed(call, intent, method);
  if (setup !== "authenticate") {
    const failed = fail(call, intent, method, setup, "card_error");
    throw cardProblem(setup, { setup_intent: failed, payment_method: method });
  }
  return call.update(intent, {
    last_setup_error: null,
    next_action: nextActionOf(call, intent.id, how.returnUrl),
    payment_method: method.id,
    status: "requires_action",
  }, "setup_intent.requires_action");
}

/** What follows the customer's 3-D Secure step. */
export function authenticateSetup(call: Call, intent: SetupIntent, passed: boolean): void {
  if (intent.status !== "requires_action" || intent.payment_method === null) {
    throw unexpected(
      intent,
      `This SetupIntent has nothing to authenticate: it is ${intent.status}.`,
    );
  }
  const method = call.need("payment_method", intent.payment_method);
  if (passed) succeed(call, intent, method);
  else fail(call, intent, method, authenticationFailed("setup"), "invalid_request_error");
}

/** Ends a setup intent that did not succeed. */
export function cancelSetup(
  call: Call,
  intent: SetupIntent,
  reason: SetupIntent["cancellation_reason"],
): SetupIntent {
  if (intent.status === "succeeded" || intent.status === "canceled") {
    throw unexpected(
      intent,
      `You cannot cancel this SetupIntent because it has a status of ${intent.status}.`,
    );
  }
  return call.update(
    intent,
    { cancellation_reason: reason, next_action: null, status: "canceled" },
    "setup_intent.canceled",
  );
}

function succeed(call: Call, intent: SetupIntent, method: PaymentMethod): SetupIntent {
  if (intent.customer !== null && method.customer === null) link(call, method, intent.customer);
  call.update(intent, {
    last_setup_error: null,
    next_action: null,
    payment_method: method.id,
    status: "succeeded",
  }, "setup_intent.succeeded");
  return call.need("setup_intent", intent.id);
}

function fail(
  call: Call,
  intent: SetupIntent,
  method: PaymentMethod,
  reason: Decline,
  type: "card_error" | "invalid_request_error",
): SetupIntent {
  return call.update(intent, {
    last_setup_error: { ...reason, payment_method: method, type },
    next_action: null,
    payment_method: null,
    status: "requires_payment_method",
  }, "setup_intent.setup_failed");
}

function unexpected(intent: SetupIntent, message: string): StripeProblem {
  return new StripeProblem(400, {
    type: "invalid_request_error",
    code: "setup_intent_unexpected_state",
    message,
    setup_intent: intent,
  });
}

export const setupIntents: Resource = {
  kinds: ["setup_intent"],
  operations: [
    create,
    confirm,
    cancel,
    retrieveOperation("setup_intent", "/v1/setup_intents"),
    list,
  ],
};
