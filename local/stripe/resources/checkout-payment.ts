import type { Call } from "../call.ts";
import { invalid } from "../errors.ts";
import { mergeMetadata } from "../metadata.ts";
import type { Documents } from "../wire.ts";
import { debitFrom } from "./bank-debits.ts";
import { complete } from "./checkout-completion.ts";
import { typeCode } from "./checkout-discounts.ts";
import { emptyDetails } from "./checkout-details.ts";
import { type CheckoutSession, type Order, orderOf, remember } from "./checkout-session-object.ts";
import { chosenShipping } from "./checkout-shipping.ts";
import { subscriptionFor } from "./checkout-subscription.ts";
import {
  assertTaxDetails,
  keepTaxDetails,
  type TaxForm,
  withTaxDetails,
} from "./checkout-taxes.ts";
import { createCustomer } from "./customers.ts";
import { intentOf } from "./invoice-states.ts";
import { newIntent } from "./payment-intent-object.ts";
import { confirmIntent } from "./payment-intent-states.ts";
import { type CardForm, cardFrom } from "./typed-cards.ts";
import { confirmSetup, newSetupIntent } from "./setup-intents.ts";

/** What a customer sends from the page of a session. */
export interface CheckoutForm {
  card: CardForm;
  /** A bank account to debit instead of a card, for a single payment. */
  iban: string | undefined;
  email: string | undefined;
  name: string | undefined;
  shipping: NonNullable<CheckoutSession["collected_information"]>["shipping_details"];
  shippingRate: string | undefined;
  promotionCode: string | undefined;
  tax: TaxForm;
}

/** What came of an attempt to pay: done, or a 3-D Secure step to pass on that page. */
export type Submitted = { session: CheckoutSession; authenticateAt: string | null };

/**
 * One attempt to pay an open session. Throws the card error where the bank declines; what was made
 * until then is kept, and the next attempt goes on from there: it never makes a second
 * subscription, nor a second payment.
 */
export function submit(call: Call, opened: CheckoutSession, form: CheckoutForm): Submitted {
  const known = opened.discounts?.[0]?.promotion_code;
  const typed = form.promotionCode;
  const wanted = typed !== undefined && known == null ? typeCode(call, opened, typed) : opened;
  const session = withDetails(call, wanted, form);
  const order = orderOf(call, session.id);
  const { email = null, name = null } = session.customer_details ?? {};
  const card = () => cardFrom(call, form.card, { email, name });
  switch (session.mode) {
    case "subscription":
      return subscribe(call, session, order, form.card.number.trim() === "" ? undefined : card());
    case "payment":
      return payOnce(
        call,
        session,
        order,
        form.iban === undefined ? card : () => debitFrom(call, form.iban ?? "", { email, name }),
      );
    default:
      return confirmCard(
        call,
        session,
        order,
        call.need("setup_intent", session.setup_intent ?? ""),
        card(),
      );
  }
}

/** Writes who pays and where to send the goods; throws what the form lacks. */
function withDetails(call: Call, session: CheckoutSession, form: CheckoutForm): CheckoutSession {
  const email = session.customer_details?.email ?? form.email;
  if (!email) throw invalid("Enter your email address.", { param: "email" });
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw invalid("Your email address is incomplete.", { param: "email" });
  }
  const countries = session.shipping_address_collection?.allowed_countries;
  if (countries !== undefined) {
    const country = form.shipping?.address.country;
    if (form.shipping == null || !form.shipping.address.line1) {
      throw invalid("Enter the address to ship to.", { param: "line1" });
    }
    if (country == null || !countries.includes(country)) {
      throw invalid("We do not ship to this country.", { param: "country" });
    }
  }
  const name = form.name ?? session.customer_details?.name ?? form.shipping?.name ?? null;
  const detailed = call.update(session, {
    ...chosenShipping(session, form.shippingRate),
    customer_details: emptyDetails({ ...session.customer_details, email, name }),
    ...(countries === undefined ? {} : {
      collected_information: {
        business_name: null,
        individual_name: null,
        shipping_details: form.shipping,
      },
    }),
  });
  const counted = withTaxDetails(call, detailed, form.tax);
  assertTaxDetails(counted);
  return counted;
}

function subscribe(
  call: Call,
  session: CheckoutSession,
  order: Order,
  card: Documents["payment_method"] | undefined,
): Submitted {
  const free = session.amount_total === 0;
  if (card === undefined && !(free && session.payment_method_collection === "if_required")) {
    throw invalid("Enter your card number.", { param: "card_number" });
  }
  const customer = customerFor(call, session, order);
  if (card === undefined) return { session: complete(call, session), authenticateAt: null };
  if (free) {
    // The subscription begins when the bank has accepted the card, not before.
    const { intent: known } = order.made;
    const setup = known === undefined
      ? call.create(newSetupIntent(call, customer), "setup_intent.created")
      : call.need("setup_intent", known);
    return confirmCard(call, session, order, setup, card);
  }
  const subscription = subscriptionFor(call, session, order, { customer, method: null });
  const intent = intentOf(call, call.need("invoice", subscription.latest_invoice ?? ""));
  if (intent !== undefined) return confirmPayment(call, session, order, intent, card);
  // The customer's credit has paid: the card is set up for what comes.
  const setup = call.create(newSetupIntent(call, customer), "setup_intent.created");
  call.update(subscription, { pending_setup_intent: setup.id });
  return confirmCard(call, session, order, setup, card);
}

function payOnce(
  call: Call,
  session: CheckoutSession,
  order: Order,
  card: () => Documents["payment_method"],
): Submitted {
  const amount = session.amount_total ?? 0;
  if (amount === 0) return { session: complete(call, session), authenticateAt: null };
  const data = order.paymentIntent;
  const saves = data.setup_future_usage !== undefined;
  const customer = session.customer_creation === "always" || saves || session.customer !== null
    ? customerFor(call, session, order)
    : null;
  const shipping = session.collected_information?.shipping_details;
  const known = order.made.intent;
  const intent = known !== undefined
    ? call.update(call.need("payment_intent", known), { amount, customer })
    : call.create(
      newIntent(call, {
        amount,
        automatic_payment_methods: { allow_redirects: "always", enabled: true },
        currency: session.currency ?? "",
        customer,
        description: data.description || null,
        metadata: mergeMetadata({}, data.metadata),
        receipt_email: data.receipt_email || null,
        setup_future_usage: data.setup_future_usage ?? null,
        shipping: shipping == null ? null : { address: shipping.address, name: shipping.name },
        statement_descriptor: data.statement_descriptor || null,
        statement_descriptor_suffix: data.statement_descriptor_suffix || null,
        status: "requires_payment_method",
      }),
      "payment_intent.created",
    );
  return confirmPayment(call, session, order, intent, card());
}

function confirmPayment(
  call: Call,
  session: CheckoutSession,
  order: Order,
  intent: Documents["payment_intent"],
  card: Documents["payment_method"],
): Submitted {
  remember(call, session, order, { intent: intent.id });
  const asked = confirmIntent(call, intent, {
    paymentMethod: card.id,
    offSession: false,
    returnUrl: returnUrl(call, session),
  });
  return outcome(call, session, asked);
}

function confirmCard(
  call: Call,
  session: CheckoutSession,
  order: Order,
  intent: Documents["setup_intent"],
  card: Documents["payment_method"],
): Submitted {
  remember(call, session, order, { intent: intent.id });
  const asked = confirmSetup(call, intent, {
    paymentMethod: card.id,
    returnUrl: returnUrl(call, session),
  });
  return outcome(call, session, asked);
}

function outcome(
  call: Call,
  { id }: CheckoutSession,
  intent: Documents["payment_intent"] | Documents["setup_intent"],
): Submitted {
  return {
    session: call.need("checkout.session", id),
    authenticateAt: intent.next_action?.redirect_to_url?.url ?? null,
  };
}

/** Where the customer comes back to after the 3-D Secure step. */
function returnUrl(call: Call, { id }: CheckoutSession): string {
  return `${call.url}/checkout/${id}/return`;
}

/** The session's customer, made where it has none. */
function customerFor(call: Call, session: CheckoutSession, order: Order): string {
  const known = session.customer ?? order.made.customer;
  if (known != null) {
    keepTaxDetails(call, session, order, known);
    return known;
  }
  const { email, name } = session.customer_details ?? {};
  const made = createCustomer(call, {
    ...(email == null ? {} : { email }),
    ...(name == null ? {} : { name }),
  });
  remember(call, session, order, { customer: made.id });
  keepTaxDetails(call, session, order, made.id);
  return made.id;
}
