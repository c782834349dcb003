import { Anchor, List } from "@mantine/core";
import { Rows } from "../components/rows.tsx";
import { Section } from "../components/section.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { formatDay, formatMoney } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import type { Workspace } from "./read.ts";
import { useBillingTexts } from "./texts.ts";

/** The invoices, newest first, with Stripe's page and PDF of each. */
export function Invoices({ invoices }: { invoices: Workspace["invoices"] }) {
  const { t, language } = useLanguage();
  const s = useBillingTexts();
  return (
    <Section title={s.invoices}>
      {invoices.length === 0 ? <p>{t.none}</p> : (
        <Rows
          caption={s.invoices}
          rows={invoices}
          keyOf={({ id }) => id}
          columns={[
            { label: t.number, cell: ({ number }) => number || "–" },
            { label: t.date, cell: ({ created_at }) => formatDay(created_at, language) },
            {
              label: t.amount,
              cell: ({ total, currency }) => formatMoney(total, currency, language),
              number: true,
            },
            {
              label: t.state,
              cell: ({ status }) => (
                <StateBadge state={status} label={s.invoiceStatus[status] ?? status} />
              ),
            },
            { label: s.documents, cell: (invoice) => <InvoiceLinks invoice={invoice} /> },
          ]}
        />
      )}
    </Section>
  );
}

function InvoiceLinks({ invoice }: { invoice: Workspace["invoices"][number] }) {
  const s = useBillingTexts();
  const { hosted_invoice_url, invoice_pdf } = invoice;
  const number = invoice.number ?? "";
  return (
    <span className="actions">
      {hosted_invoice_url !== null && (
        <Anchor href={hosted_invoice_url} aria-label={s.viewInvoice(number)}>{s.view}</Anchor>
      )}
      {invoice_pdf !== null && (
        <Anchor href={invoice_pdf} aria-label={s.pdfInvoice(number)}>PDF</Anchor>
      )}
    </span>
  );
}

/** What was paid, newest first, and what of it went back. */
export function Payments({ payments }: { payments: Workspace["payments"] }) {
  const { t, language } = useLanguage();
  const s = useBillingTexts();
  return (
    <Section title={s.payments}>
      {payments.length === 0 ? <p>{t.none}</p> : (
        <Rows
          caption={s.payments}
          rows={payments}
          keyOf={({ id }) => id}
          columns={[
            { label: t.date, cell: ({ created_at }) => formatDay(created_at, language) },
            {
              label: t.amount,
              cell: ({ amount, currency }) => formatMoney(amount, currency, language),
              number: true,
            },
            {
              label: t.state,
              cell: ({ status, amount_refunded, currency }) => (
                <span className="actions">
                  <StateBadge state={status} label={s.paymentStatus[status] ?? status} />
                  {amount_refunded > 0 &&
                    s.refunded(formatMoney(amount_refunded, currency, language))}
                </span>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}

/** Cards on file. */
export function Cards({ methods }: { methods: Workspace["payment_methods"] }) {
  const s = useBillingTexts();
  const cards = methods.filter(({ last4 }) => last4 !== null);
  if (cards.length === 0) return null;
  return (
    <Section title={s.paymentMethods}>
      <List>
        {cards.map(({ id, brand, last4, exp_month, exp_year }) => (
          <List.Item key={id}>
            {s.card(
              capitalised(brand ?? ""),
              last4 ?? "",
              `${String(exp_month).padStart(2, "0")}/${exp_year}`,
            )}
          </List.Item>
        ))}
      </List>
    </Section>
  );
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
