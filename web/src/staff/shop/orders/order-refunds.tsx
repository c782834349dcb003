import { Text } from "@mantine/core";
import { Rows } from "../../../components/rows.tsx";
import { Section } from "../../../components/section.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { formatMoney } from "../../../format.ts";
import { useLanguage } from "../../../text/language.tsx";
import { Moment } from "../../parts/moment.tsx";
import { useShopTexts } from "../texts.ts";
import type { OrderProps } from "./staff-order.ts";

/** What was given back, and what of it failed. */
export function Refunds({ order }: Pick<OrderProps, "order">) {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  if (order.refunds.length === 0) return null;
  return (
    <Section title={s.refunds}>
      <Rows
        caption={s.refunds}
        rows={order.refunds}
        keyOf={({ id }) => id}
        columns={[
          { label: t.date, cell: ({ created_at }) => <Moment at={created_at} /> },
          {
            label: s.why,
            cell: ({ reason, restock, failure }) => (
              <div>
                {s.refundReason[reason] ?? reason}
                {restock && <Text size="sm" c="dimmed">{s.restocked}</Text>}
                {failure !== null && <Text size="sm" c="red" lang="en">{failure}</Text>}
              </div>
            ),
          },
          {
            label: t.state,
            cell: ({ state }) => (
              <StateBadge
                state={state === "done" ? "succeeded" : state}
                label={s.refundState[state]}
              />
            ),
          },
          {
            label: t.amount,
            cell: ({ amount, currency }) => formatMoney(amount, currency, language),
            number: true,
          },
        ]}
      />
    </Section>
  );
}
