import { Text } from "@mantine/core";
import type { SubscriptionPreviewReply } from "../../../client/src/mod.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Rows } from "../components/rows.tsx";
import { formatDay, formatMoney, formatTime } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import type { Action } from "../use-action.ts";
import { useBillingTexts } from "./texts.ts";

/** What a change costs, line by line, and agreeing to it. */
export function Quote({ quote, accept }: { quote: SubscriptionPreviewReply; accept: Action<[]> }) {
  const { t, language } = useLanguage();
  const s = useBillingTexts();
  const { currency, lines, total, amount_due, next_amount, next_at, effective_at, when } = quote;
  const money = (amount: number) => formatMoney(amount, currency, language);
  const day = (moment: string) => formatDay(moment, language);
  return (
    <section aria-label={s.quoteTitle} role="status">
      {lines.length > 0 && (
        <Rows
          caption={s.quoteTitle}
          rows={lines}
          keyOf={(line) => lines.indexOf(line)}
          columns={[
            // Stripe words its lines in the account's language.
            { label: s.line, cell: ({ description }) => description ?? "–" },
            {
              label: s.period,
              cell: ({ period_start, period_end }) => `${day(period_start)} – ${day(period_end)}`,
            },
            { label: t.amount, cell: ({ amount }) => money(amount), number: true },
          ]}
        />
      )}
      <Text fw={650} mt="md">
        {when === "now" ? s.dueNow(money(amount_due)) : s.dueLater(day(effective_at))}
      </Text>
      {/* Stripe keeps what an invoice is below nothing as the customer's balance. */}
      {total < 0 && <Text>{s.staysAsCredit(money(-total))}</Text>}
      <Text>{s.thenEach(money(next_amount), day(next_at))}</Text>
      {quote.replaces_planned_change && <Text>{s.replacesPlanned}</Text>}
      <Text size="sm" c="dimmed" mb="md">
        {s.quoteUntil(formatTime(quote.expires_at, language))}
      </Text>
      <ProblemAlert problem={accept.problem} />
      <ActionButton action={accept}>
        {when === "renewal"
          ? s.acceptLater
          : amount_due > 0
          ? s.acceptAndPay(money(amount_due))
          : s.acceptFree}
      </ActionButton>
    </section>
  );
}
