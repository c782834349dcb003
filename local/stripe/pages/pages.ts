import type { Api } from "../api.ts";
import type { Store } from "../store.ts";
import { answerAuthentication, authenticationForm } from "./authenticate.ts";
import { checkoutPage } from "./checkout.ts";
import { creditNotePdf } from "./credit-note.ts";
import { html, notFound } from "./html.ts";
import { invoicePdf } from "./invoice.ts";
import { payInvoice, showInvoice } from "./invoice-payment.ts";
import { portalPage } from "./portal.ts";
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
 * - `GET /invoices/{id}` (`hosted_invoice_url`), `POST /invoices/{id}/pay` with `card_number`,
 *   `GET /invoices/{id}/pdf` (`invoice_pdf`)
 * - `GET /credit_notes/{id}/pdf` (`pdf` of a credit note)
 * - `GET /receipts/{charge}` (`receipt_url`)
 * - `GET /checkout/{session}` (`url` of a Checkout Session), `POST /checkout/{session}/pay` with
 *   `card_number` and what else the form has: `expiry`, `name`, `email`, the address to ship to,
 *   `promotion_code`, `iban` instead of a card, `billing_country` and the other parts of the billing
 *   address, `tax_id_type`, `tax_id` and `business_name`; `POST /checkout/{session}/promotion` with
 *   `promotion_code` alone, `…/tax` with the billing address and tax id alone, for the new total
 * - `GET /portal/{session}` (`url` of a portal session), `POST /portal/{session}/card` with
 *   `card_number`, `POST /portal/{session}/cancel` and `/keep` with `subscription`
 * - `GET /authenticate/{intent}`, `POST` with the form field `outcome`: `pass` or `fail`
 *
 * Undefined for any other path.
 */
export async function pageFor(request: Request, parts: PageParts): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  const [, folder, id = "", rest] = pathname.split("/");
  switch (`${request.method} /${folder}${rest === undefined ? "" : `/${rest}`}`) {
    case "GET /invoices":
      return showInvoice(parts, id) ?? notFound();
    case "POST /invoices/pay":
      return await payInvoice(request, parts, id) ?? notFound();
    case "GET /invoices/pdf": {
      const invoice = parts.store.get("invoice", id);
      return invoice === undefined ? notFound() : invoicePdf(parts.store, invoice);
    }
    case "GET /credit_notes/pdf": {
      const note = parts.store.get("credit_note", id);
      return note === undefined ? notFound() : creditNotePdf(parts.store, note);
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
      if (folder === "checkout") return await checkoutPage(request, parts, id, rest) ?? notFound();
      if (folder === "portal") return await portalPage(request, parts, id, rest) ?? notFound();
      return undefined;
  }
}
