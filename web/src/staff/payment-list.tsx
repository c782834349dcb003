import { useApp } from "../app-context.ts";
import { Field } from "../components/form.tsx";
import { Page } from "../components/page.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { Text } from "@mantine/core";
import { formatMoney } from "../format.ts";
import type { Supabase } from "../supabase.ts";
import { useLanguage } from "../text/language.tsx";
import { rows } from "../use-read.ts";
import { amountTyped } from "./parts/amount.ts";
import { Choice, Filters, useFilters } from "./parts/filters.tsx";
import { Listed } from "./parts/listed.tsx";
import { Moment } from "./parts/moment.tsx";
import { ReasonButton } from "./parts/reason-button.tsx";
import { ShortId } from "./parts/short-id.tsx";
import { type Page as PageOf, usePages } from "./parts/use-pages.ts";
import { useStaffTexts } from "./texts.ts";

const pageSize = 25;

async function readPayments(
  supabase: Supabase,
  status: string | undefined,
  before: string | undefined,
) {
  let query = supabase.from("payments").select(`
    id, status, currency, amount, amount_refunded, created_at, stripe_payment_id,
    workspaces!payments_workspace_id_fkey (name)
  `)
    .order("created_at", { ascending: false }).order("id", { ascending: false })
    .limit(pageSize + 1);
  if (status !== undefined) query = query.eq("status", status);
  if (before !== undefined) {
    const [at, id] = JSON.parse(before) as [string, string];
    query = query.or(`created_at.lt."${at}",and(created_at.eq."${at}",id.lt.${id})`);
  }
  const read = await rows(query);
  const page = read.slice(0, pageSize);
  const last = page.at(-1);
  const next = read.length > pageSize ? JSON.stringify([last!.created_at, last!.id]) : null;
  return { rows: page, next } satisfies PageOf<typeof page[number]>;
}

type Payment = Awaited<ReturnType<typeof readPayments>>["rows"][number];

/** Payments of subscriptions, newest first: given back whole or in part. */
export function PaymentList() {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const s = useStaffTexts();
  const [filter] = useFilters();
  const status = filter("status");
  const pages = usePages((before) => readPayments(supabase, status, before), status ?? "");
  return (
    <Page title={s.payments}>
      <Filters>
        <Choice label={t.state} name="status" choices={s.paymentStatus} all={s.all} />
      </Filters>
      <Listed
        caption={s.payments}
        pages={pages}
        none={s.nothingFound}
        keyOf={({ id }) => id}
        columns={[
          {
            label: s.workspace,
            cell: ({ workspaces, stripe_payment_id }) => (
              <div>
                <Text fw={600}>{workspaces?.name ?? s.forgotten}</Text>
                <ShortId id={stripe_payment_id} />
              </div>
            ),
          },
          { label: t.date, cell: ({ created_at }) => <Moment at={created_at} /> },
          {
            label: t.state,
            cell: ({ status }) => (
              <StateBadge state={status} label={s.paymentStatus[status] ?? status} />
            ),
          },
          {
            label: t.amount,
            cell: ({ amount, amount_refunded, currency }) => (
              <div>
                {formatMoney(amount, currency, language)}
                {amount_refunded > 0 && (
                  <Text size="sm" c="dimmed">
                    {s.ofThatRefunded(formatMoney(amount_refunded, currency, language))}
                  </Text>
                )}
              </div>
            ),
            number: true,
          },
          {
            label: s.actions,
            cell: (payment) => <Refund payment={payment} refunded={pages.reload} />,
          },
        ]}
      />
    </Page>
  );
}

function Refund({ payment, refunded }: { payment: Payment; refunded(): Promise<void> }) {
  const { socle } = useApp();
  const { language } = useLanguage();
  const s = useStaffTexts();
  const { id: payment_id, currency, amount, amount_refunded, status } = payment;
  const left = amount - amount_refunded;
  if (status !== "succeeded" || left <= 0) return null;
  return (
    <ReasonButton
      label={s.refund}
      title={s.refundPaymentTitle(payment.workspaces?.name ?? s.forgotten)}
      explained={s.refundExplained(formatMoney(left, currency, language))}
      run={async (key, { amount, reason }) => {
        await socle.paymentRefund({
          payment_id,
          amount: amountTyped(amount, currency, "amount"),
          reason: reason!,
        }, { idempotencyKey: key });
        await refunded();
      }}
    >
      <Field label={s.amountIn(currency)} hint={s.amountHint} name="amount" required={false} />
    </ReasonButton>
  );
}
