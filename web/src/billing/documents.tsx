import { formatDay, formatMoney } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";
import type { Workspace } from "./read.ts";

/** The invoices, newest first, with Stripe's page and PDF of each. */
export function Invoices({ invoices }: { invoices: Workspace["invoices"] }) {
  const { t, language } = useLanguage();
  return (
    <section aria-labelledby="invoices">
      <h2 id="invoices">{t.invoices}</h2>
      {invoices.length === 0 ? <p>{t.none}</p> : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.number}</th>
              <th scope="col">{t.date}</th>
              <th scope="col">{t.amount}</th>
              <th scope="col">{t.state}</th>
              <th scope="col">{t.documents}</th>
            </tr>
          </thead>
          <tbody>
            {invoices.map((invoice) => {
              const number = invoice.number ?? "";
              return (
                <tr key={invoice.id}>
                  <th scope="row" data-label={t.number}>{number || "–"}</th>
                  <td data-label={t.date}>{formatDay(invoice.created_at, language)}</td>
                  <td data-label={t.amount}>
                    {formatMoney(invoice.total, invoice.currency, language)}
                  </td>
                  <td data-label={t.state}>
                    <span className={`badge ${invoice.status}`}>
                      {t.invoiceStatus[invoice.status] ?? invoice.status}
                    </span>
                  </td>
                  <td data-label={t.documents}>
                    <span className="actions">
                      {invoice.hosted_invoice_url !== null && (
                        <a href={invoice.hosted_invoice_url} aria-label={t.viewInvoice(number)}>
                          {t.view}
                        </a>
                      )}
                      {invoice.invoice_pdf !== null && (
                        <a href={invoice.invoice_pdf} aria-label={t.pdfInvoice(number)}>PDF</a>
                      )}
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** What was paid, newest first, and what of it went back. */
export function Payments({ payments }: { payments: Workspace["payments"] }) {
  const { t, language } = useLanguage();
  return (
    <section aria-labelledby="payments">
      <h2 id="payments">{t.payments}</h2>
      {payments.length === 0 ? <p>{t.none}</p> : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.date}</th>
              <th scope="col">{t.amount}</th>
              <th scope="col">{t.state}</th>
            </tr>
          </thead>
          <tbody>
            {payments.map((payment) => (
              <tr key={payment.id}>
                <th scope="row" data-label={t.date}>{formatDay(payment.created_at, language)}</th>
                <td data-label={t.amount}>
                  {formatMoney(payment.amount, payment.currency, language)}
                </td>
                <td data-label={t.state}>
                  <span className={`badge ${payment.status}`}>
                    {t.paymentStatus[payment.status] ?? payment.status}
                  </span>{" "}
                  {payment.amount_refunded > 0 &&
                    t.refunded(formatMoney(payment.amount_refunded, payment.currency, language))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Cards on file. */
export function Cards({ methods }: { methods: Workspace["payment_methods"] }) {
  const { t } = useLanguage();
  const cards = methods.filter(({ last4 }) => last4 !== null);
  if (cards.length === 0) return null;
  return (
    <section aria-labelledby="cards">
      <h2 id="cards">{t.paymentMethods}</h2>
      <ul>
        {cards.map(({ id, brand, last4, exp_month, exp_year }) => (
          <li key={id}>
            {t.card(
              capitalised(brand ?? ""),
              last4 ?? "",
              `${String(exp_month).padStart(2, "0")}/${exp_year}`,
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
