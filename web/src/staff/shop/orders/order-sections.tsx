import { Anchor, Text, Timeline as Steps } from "@mantine/core";
import { Rows } from "../../../components/rows.tsx";
import { Section } from "../../../components/section.tsx";
import { formatMoney } from "../../../format.ts";
import { useLanguage } from "../../../text/language.tsx";
import { Moment } from "../../parts/moment.tsx";
import { ShortId } from "../../parts/short-id.tsx";
import { useShopTexts } from "../texts.ts";
import type { OrderProps } from "./staff-order.ts";

type Props = Pick<OrderProps, "order">;

/** Who bought, where it goes, and how it is on its way. */
export function Buyer({ order }: Props) {
  const s = useShopTexts();
  const address = order.shipping_address;
  const lines = address === null ? [] : [
    address.name,
    address.line1,
    address.line2,
    [address.postal_code, address.city].filter(Boolean).join(" "),
    address.state,
    address.country,
    address.phone,
  ].filter(Boolean);
  return (
    <Section title={s.buyer}>
      <Text mb="sm">{order.customer_email ?? s.forgotten}</Text>
      <Text size="sm" c="dimmed" component="div" mb="sm">
        {order.user_id === null ? s.guest : (
          <>
            {s.account} <ShortId id={order.user_id} />
          </>
        )}
      </Text>
      {lines.length > 0 && (
        <address>
          {lines.map((line) => <span key={line} className="line">{line}</span>)}
        </address>
      )}
      {(order.carrier !== null || order.tracking_number !== null) && (
        <Text>
          {order.carrier} {order.tracking_url === null
            ? order.tracking_number
            : <Anchor href={order.tracking_url}>{order.tracking_number ?? s.track}</Anchor>}
        </Text>
      )}
      {order.stripe_payment_intent_id !== null && (
        <Text size="sm" component="div">
          {s.stripePayment} <ShortId id={order.stripe_payment_intent_id} />
        </Text>
      )}
    </Section>
  );
}

/** What happened to it, oldest first. */
export function Timeline({ order }: Props) {
  const s = useShopTexts();
  return (
    <Section title={s.timeline}>
      <Steps active={order.events.length} bulletSize={14} lineWidth={2}>
        {order.events.map((event, index) => (
          <Steps.Item
            key={index}
            title={event.to_status !== null
              ? s.orderStatus[event.to_status]
              : s.orderEvents[event.kind] ?? event.kind}
          >
            {event.note !== null && <Text size="sm">{event.note}</Text>}
            <Text size="sm" c="dimmed">
              <Moment at={event.created_at} />
            </Text>
          </Steps.Item>
        ))}
      </Steps>
    </Section>
  );
}

/** What moved, as the books have it. */
export function Ledger({ order }: Props) {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  if (order.money.length === 0) return null;
  return (
    <Section title={s.ledger}>
      <Rows
        caption={s.ledger}
        rows={order.money}
        keyOf={({ kind, stripe_id }) => `${kind} ${stripe_id}`}
        columns={[
          { label: s.movement, cell: ({ kind }) => s.movements[kind] },
          { label: t.date, cell: ({ created_at }) => <Moment at={created_at} /> },
          { label: "Stripe", cell: ({ stripe_id }) => <ShortId id={stripe_id} /> },
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

/** What the buyer's bank asks about. */
export function Disputes({ order }: Props) {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  if (order.disputes.length === 0) return null;
  return (
    <Section title={s.disputes}>
      <Rows
        caption={s.disputes}
        rows={order.disputes}
        keyOf={({ stripe_dispute_id }) => stripe_dispute_id}
        columns={[
          { label: "Stripe", cell: ({ stripe_dispute_id }) => <ShortId id={stripe_dispute_id} /> },
          { label: t.state, cell: ({ status }) => status },
          { label: s.why, cell: ({ reason }) => reason ?? "–" },
          {
            label: s.evidenceDue,
            cell: ({ evidence_due_by }) =>
              evidence_due_by === null ? "–" : <Moment at={evidence_due_by} />,
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
