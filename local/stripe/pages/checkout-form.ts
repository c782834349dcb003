import { displayDate, displayMoney } from "../billing/display.ts";
import { type CheckoutSession, type Order, orderOf } from "../resources/checkout-session-object.ts";
import { taxFieldsOf } from "./checkout-tax-fields.ts";
import { alert, cardFields, field, testCardHelp } from "./forms.ts";
import { escape } from "./html.ts";
import type { PageParts } from "./pages.ts";

/** Shows what a chosen way of shipping costs; the amounts are in the choice. */
const totalsFollow = `<script>
addEventListener("change", ({ target }) => {
  for (const name of target.name === "shipping_rate" ? ["shipping", "total"] : []) {
    for (const shown of document.querySelectorAll("span[data-" + name + "], p[data-" + name + "]")) {
      shown.textContent = target.dataset[name];
    }
  }
});
</script>`;

type Values = ReadonlyMap<string, string>;

/** What the page of an open session is called. */
export function titleOf({ mode }: CheckoutSession): string {
  if (mode === "setup") return "Save a card";
  return mode === "subscription" ? "Subscribe" : "Checkout";
}

/** What is sold on the left, how to pay on the right; with what went wrong where something did. */
export function checkoutBody(
  { api }: PageParts,
  session: CheckoutSession,
  values: Values,
  message: string | undefined,
): string {
  return api.work((call) => {
    const order = orderOf(call, session.id);
    const rates = session.shipping_options.map((
      { shipping_rate: id, shipping_amount: amount },
    ) => ({
      id,
      amount,
      name: call.store.get("shipping_rate", id)?.display_name ?? "Shipping",
    }));
    const cancel = session.cancel_url === null
      ? ""
      : `<p><a href="${escape(session.cancel_url)}">Cancel and go back</a></p>`;
    return `<div class="columns">
${session.mode === "setup" ? "" : summary(session, order)}
<section class="sheet" aria-labelledby="pay">
<h2 id="pay">${session.mode === "setup" ? "Your card" : "Payment"}</h2>
${alert(message)}
<form method="post" action="/checkout/${session.id}/pay">
${emailField(session, values)}
${shippingFields(session, values)}
${taxFieldsOf(session, values)}
${rateChoices(session, rates)}
${codeField(session, values)}
${cardFields(values)}
${field("name", "Name on card", { value: values.get("name") ?? "", autocomplete: "cc-name" })}
${session.mode === "payment" && session.currency === "eur" ? ibanField(values) : ""}
<button class="full">${escape(buttonText(session, order))}</button>
${session.custom_text.submit === null ? "" : `<p>${escape(session.custom_text.submit.message)}</p>`}
</form>
<form id="promotion" method="post" action="/checkout/${session.id}/promotion"></form>
${testCardHelp()}
${cancel}
</section>
</div>`;
  });
}

function money(session: CheckoutSession, amount: number): string {
  const { locale } = session;
  const known = locale === null || locale === "auto" ? undefined : locale;
  return escape(displayMoney(amount, session.currency ?? "eur", known));
}

function summary(session: CheckoutSession, order: Order): string {
  const rows = order.lineItems.map(({ description, quantity, amount_subtotal: amount, price }) => {
    const { recurring } = price ?? {};
    const count = recurring?.interval_count ?? 1;
    const every = recurring == null
      ? ""
      : count === 1
      ? ` per ${recurring.interval}`
      : ` every ${count} ${recurring.interval}s`;
    const times = (quantity ?? 1) > 1 ? `${quantity} × ` : "";
    return row(`${times}${escape(description ?? "")}`, `${money(session, amount)}${escape(every)}`);
  });
  const off = session.total_details?.amount_discount ?? 0;
  if (off > 0) rows.push(row("Discount", `−${money(session, off)}`));
  if (session.automatic_tax.enabled) {
    const known = session.automatic_tax.status === "complete";
    const tax = money(session, session.total_details?.amount_tax ?? 0);
    rows.push(row("Tax", known ? tax : "needs your address"));
  }
  const shipping = session.shipping_cost;
  if (shipping !== null) {
    const amount = money(session, shipping.amount_total);
    rows.push(row("Shipping", `<span data-shipping>${amount}</span>`));
  }
  const total = money(session, session.amount_total ?? 0);
  return `<section class="sheet" aria-labelledby="summary">
<h2 id="summary">${session.mode === "subscription" ? "Due today" : "Total"}</h2>
<p class="price" data-total>${total}</p>
${trialText(session, order)}
<ul class="rows">${rows.join("")}
<li class="total"><span>Due today</span><span data-total>${total}</span></li></ul>
</section>`;
}

function row(what: string, amount: string): string {
  return `<li><span>${what}</span><span>${amount}</span></li>`;
}

function trialText({ created }: CheckoutSession, { subscription }: Order): string {
  const { trial_period_days: days, trial_end: end } = subscription;
  if (days !== undefined) return `<p class="soft">Free for ${days} days.</p>`;
  if (end === undefined || end <= created) return "<p></p>";
  return `<p class="soft">Free until ${escape(displayDate(end))}.</p>`;
}

function emailField({ customer_details: details }: CheckoutSession, values: Values): string {
  if (details?.email != null) {
    return `<p class="field"><strong>Email</strong><br>${escape(details.email)}</p>`;
  }
  return field("email", "Email", {
    value: values.get("email") ?? "",
    type: "email",
    autocomplete: "email",
    required: "required",
  });
}

function shippingFields(session: CheckoutSession, values: Values): string {
  const countries = session.shipping_address_collection?.allowed_countries;
  if (countries === undefined) return "";
  const named = new Intl.DisplayNames("en", { type: "region" });
  const text = (name: string, label: string, autocomplete: string) =>
    field(name, label, { value: values.get(name) ?? "", autocomplete });
  const options = countries.map((country) => {
    const chosen = values.get("country") === country ? " selected" : "";
    return `<option value="${escape(country)}"${chosen}>${
      escape(named.of(country) ?? country)
    }</option>`;
  });
  return `<fieldset><legend>Ship to</legend>
${text("shipping_name", "Full name", "shipping name")}
${text("line1", "Address", "shipping address-line1")}
${text("line2", "Address, second line (optional)", "shipping address-line2")}
<div class="pair">${text("postal_code", "Postal code", "shipping postal-code")}
${text("city", "City", "shipping address-level2")}</div>
<div class="field"><label for="country">Country</label>
<select id="country" name="country" autocomplete="shipping country">${
    options.join("")
  }</select></div>
</fieldset>`;
}

function ibanField(values: Values): string {
  const iban = values.get("iban") ?? "";
  return `<details${iban === "" ? "" : " open"}><summary>Pay from a bank account instead</summary>
${field("iban", "IBAN", { value: iban, placeholder: "AT32 1904 3002 3547 3204" })}
<p class="soft">The test account ends with 3204 and pays after three minutes; AT05 1904 3002 3547
3205 is refused after three minutes.</p></details>`;
}

function codeField(session: CheckoutSession, values: Values): string {
  if (session.allow_promotion_codes !== true) return "";
  if (session.discounts?.[0] !== undefined) {
    return '<p class="notice" role="status">Your promotion code counts.</p>';
  }
  // A form of its own: Enter in another field pays.
  const label = "Promotion code (optional)";
  const value = values.get("promotion_code") ?? "";
  return `${field("promotion_code", label, { value, form: "promotion" })}
<p><button class="quiet" form="promotion">Apply code</button></p>`;
}

function rateChoices(
  session: CheckoutSession,
  rates: { id: string; amount: number; name: string }[],
): string {
  if (rates.length === 0) return "";
  const before = (session.amount_total ?? 0) - (session.shipping_cost?.amount_total ?? 0);
  const choices = rates.map(({ id, amount, name }) => {
    const chosen = session.shipping_cost?.shipping_rate === id ? " checked" : "";
    return `<label class="choice">
<input type="radio" name="shipping_rate" value="${escape(id)}"${chosen}
data-shipping="${money(session, amount)}" data-total="${money(session, before + amount)}">
<span>${escape(name)}</span><span>${money(session, amount)}</span></label>`;
  });
  return `<fieldset class="field"><legend>Shipping method</legend>${choices.join("")}</fieldset>
${totalsFollow}`;
}

function buttonText(session: CheckoutSession, { subscription }: Order): string {
  if (session.mode === "setup") return "Save card";
  if (session.mode === "payment") {
    return session.shipping_options.length > 1
      ? "Pay"
      : `Pay ${displayMoney(session.amount_total ?? 0, session.currency ?? "eur")}`;
  }
  const trial = subscription.trial_period_days !== undefined ||
    subscription.trial_end !== undefined;
  return trial ? "Start trial" : "Subscribe";
}
