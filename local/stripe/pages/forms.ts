import { testCards } from "../resources/cards.ts";
import { escape } from "./html.ts";

/** A form as a browser or `fetch` sends it, by name; files are not fields. */
export async function readForm(request: Request): Promise<Map<string, string>> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("multipart/form-data")) {
    return new Map(new URLSearchParams(await request.text()));
  }
  const form = new Map<string, string>();
  for (const [name, value] of await request.formData()) {
    if (typeof value === "string") form.set(name, value);
  }
  return form;
}

/** One labelled text field. */
export function field(
  name: string,
  label: string,
  { value = "", type = "text", ...attributes }: Record<string, string> = {},
): string {
  const more = Object.entries(attributes).map(([key, text]) => ` ${key}="${escape(text)}"`);
  return `<div class="field"><label for="${name}">${escape(label)}</label>
<input id="${name}" name="${name}" type="${type}" value="${escape(value)}"${more.join("")}></div>`;
}

/** The fields of a card. */
export function cardFields(values: ReadonlyMap<string, string>): string {
  return `${
    field("card_number", "Card number", {
      value: values.get("card_number") ?? "",
      autocomplete: "cc-number",
      inputmode: "numeric",
      placeholder: "4242 4242 4242 4242",
    })
  }<div class="pair">${
    field("expiry", "Expires (MM / YY)", {
      value: values.get("expiry") ?? "",
      autocomplete: "cc-exp",
      inputmode: "numeric",
      placeholder: "12 / 34",
    })
  }${
    field("cvc", "Security code", {
      autocomplete: "cc-csc",
      inputmode: "numeric",
      placeholder: "123",
    })
  }</div>`;
}

const shownCards: [name: string, what: string][] = [
  ["visa", "is accepted"],
  ["chargeDeclined", "is declined"],
  ["chargeDeclinedInsufficientFunds", "has insufficient funds"],
  ["authenticationRequiredOnSetup", "asks for 3-D Secure, then renews without"],
  ["authenticationRequired", "asks for 3-D Secure each time"],
  ["chargeCustomerFail", "is accepted here, declined when charged later"],
  ["createDispute", "is accepted, then disputed"],
];

/** What each test card does, for whoever tries the page. */
export function testCardHelp(): string {
  const rows = shownCards.map(([name, what]) => {
    const number = (testCards[name]?.number ?? "").replace(/(\d{4})(?=\d)/g, "$1 ");
    return `<tr><td><code>${number}</code></td><td>${what}</td></tr>`;
  });
  return `<details><summary>Test cards</summary><div class="scroll"><table>
<thead><tr><th>Number</th><th>What it does</th></tr></thead>
<tbody>${rows.join("")}</tbody></table></div>
<p class="soft">Any expiry date in the future and any security code will do.</p></details>`;
}

/** What went wrong, announced where the reader is. */
export function alert(message: string | undefined): string {
  return message === undefined ? "" : `<p class="error" role="alert">${escape(message)}</p>`;
}
