import type { Api } from "../api.ts";
import type { Store } from "../store.ts";
import { answerAuthentication, authenticationForm } from "./authenticate.ts";
import { html } from "./html.ts";
import { invoicePage, invoicePdf } from "./invoice.ts";
import { receiptPage } from "./receipt.ts";

/** What the pages read and, after a form, do. */
export interface PageParts {
  store: Store;
  api: Api;
}

/**
 * The pages that the objects link to, for a person's browser, without a key as at Stripe: who has
 * the link may see it.
 *
 * - `GET /invoices/{id}` (`hosted_invoice_url`), `GET /invoices/{id}/pdf` (`invoice_pdf`)
 * - `GET /receipts/{charge}` (`receipt_url`)
 * - `GET /authenticate/{intent}`, `POST` with the form field `outcome`: `pass` or `fail`
 *
 * Undefined for any other path.
 */
export async function pageFor(request: Request, parts: PageParts): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  const [, folder, id = "", rest] = pathname.split("/");
  switch (`${request.method} /${folder}${rest === undefined ? "" : `/${rest}`}`) {
    case "GET /invoices": {
      const invoice = parts.store.get("invoice", id);
      return invoice === undefined ? notFound() : html(invoicePage(invoice));
    }
    case "GET /invoices/pdf": {
      const invoice = parts.store.get("invoice", id);
      return invoice === undefined ? notFound() : invoicePdf(invoice);
    }
    case "GET /receipts": {
      const charge = parts.store.get("charge", id);
      return charge === undefined ? notFound() : html(receiptPage(charge));
    }
    case "GET /authenticate":
      return authenticationForm(parts.store, id) ?? notFound();
    case "POST /authenticate": {
      const outcome = new URLSearchParams(await request.text()).get("outcome");
      return answerAuthentication(parts, id, outcome) ?? notFound();
    }
    default:
      return undefined;
  }
}

function notFound(): Response {
  return html({ title: "Not found", body: "<p>The local Stripe has no such page.</p>" }, 404);
}
