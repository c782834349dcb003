import { Anchor, Button } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { Rows } from "../components/rows.tsx";
import { Section } from "../components/section.tsx";
import { Shown } from "../components/shown.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { formatDay, formatMoney } from "../format.ts";
import type { Supabase } from "../supabase.ts";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { rows, useRead } from "../use-read.ts";
import type { Workspace } from "../workspace/current.ts";
import { BillingPage } from "./billing-page.tsx";
import { useBillingTexts } from "./texts.ts";

/** How many of each are shown. Older ones are in Stripe's portal. */
const most = 60;

async function readDocuments(supabase: Supabase, workspaceId: string) {
  const [documents, payments] = await Promise.all([
    rows(
      supabase.from("billing_documents").select()
        .eq("workspace_id", workspaceId).order("created_at", { ascending: false }).limit(most),
    ),
    rows(
      supabase.from("payments").select("id, status, currency, amount, amount_refunded, created_at")
        .eq("workspace_id", workspaceId).order("created_at", { ascending: false }).limit(most),
    ),
  ]);
  return { documents, payments };
}

type Documents = Awaited<ReturnType<typeof readDocuments>>;
type Document = Documents["documents"][number];

/** Invoices, credit notes and refunds, and what was paid, of a workspace. */
export function BillingDocuments({ userId }: { userId: string }) {
  const s = useBillingTexts();
  return (
    <BillingPage title={s.documentsTitle} userId={userId} needs="see_invoices">
      {(workspace) => <OfWorkspace workspace={workspace} />}
    </BillingPage>
  );
}

function OfWorkspace({ workspace }: { workspace: Workspace }) {
  const { supabase } = useApp();
  const read = useRead(() => readDocuments(supabase, workspace.id), workspace.id);
  return (
    <Shown read={read}>
      {({ documents, payments }) => (
        <>
          <Invoices documents={documents} />
          <Payments payments={payments} />
        </>
      )}
    </Shown>
  );
}

/** An invoice below nothing is what one gets: it stays as credit, and nobody paid it. */
function kindOf({ kind, amount }: Document): string {
  return kind === "invoice" && (amount ?? 0) < 0 ? "credit" : kind ?? "";
}

/** Newest first, with Stripe's page and PDF of each. */
function Invoices({ documents }: { documents: Document[] }) {
  const { socle } = useApp();
  const { t, language } = useLanguage();
  const s = useBillingTexts();
  const [sent, setSent] = useState<string>();
  const send = useAction(async (idempotencyKey, invoice_id: string, number: string) => {
    setSent(undefined);
    await socle.receiptSend({ invoice_id }, { idempotencyKey });
    setSent(number);
  });
  return (
    <Section title={s.invoices}>
      <ProblemAlert problem={send.problem} />
      {sent !== undefined && <Note>{s.receiptSent(sent)}</Note>}
      {documents.length === 0 ? <p>{t.none}</p> : (
        <Rows
          caption={s.invoices}
          rows={documents}
          keyOf={({ id }) => id ?? ""}
          columns={[
            { label: t.number, cell: ({ number }) => number || "–" },
            { label: s.kind, cell: (document) => s.kinds[kindOf(document)] ?? document.kind },
            { label: t.date, cell: ({ created_at }) => formatDay(created_at ?? "", language) },
            {
              label: t.amount,
              cell: ({ amount, currency }) => formatMoney(amount ?? 0, currency ?? "EUR", language),
              number: true,
            },
            {
              label: t.state,
              cell: (document) => {
                const status = document.status ?? "";
                return (
                  <StateBadge
                    state={status}
                    label={kindOf(document) === "credit" && status === "paid"
                      ? s.documentStatus.issued!
                      : s.documentStatus[status] ?? status}
                  />
                );
              },
            },
            {
              label: s.documents,
              cell: (document) => (
                <DocumentLinks
                  document={document}
                  mail={(id, number) => void send.start(id, number)}
                />
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}

interface LinksProps {
  document: Document;
  mail: (invoiceId: string, number: string) => void;
}

function DocumentLinks({ document, mail }: LinksProps) {
  const s = useBillingTexts();
  const { kind, page_url, pdf_url, invoice_id, status } = document;
  const number = document.number ?? "";
  return (
    <span className="actions">
      {kind === "invoice" && page_url !== null && (
        <Anchor href={page_url} aria-label={s.viewInvoice(number)}>{s.view}</Anchor>
      )}
      {pdf_url !== null && <Anchor href={pdf_url} aria-label={s.pdfInvoice(number)}>PDF</Anchor>}
      {kindOf(document) === "invoice" && status === "paid" && invoice_id !== null && (
        <Button
          variant="subtle"
          size="compact-sm"
          aria-label={s.receiptOf(number)}
          onClick={() => mail(invoice_id, number)}
        >
          {s.receipt}
        </Button>
      )}
    </span>
  );
}

/** What was paid, newest first, and what of it went back. */
function Payments({ payments }: { payments: Documents["payments"] }) {
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
