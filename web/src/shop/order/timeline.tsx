import { Text, Timeline } from "@mantine/core";
import { formatMoment } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useShopTexts } from "../texts.ts";
import type { Order } from "../types.ts";

/** What happened to an order, from its beginning on. What has no words here is for staff. */
export function OrderTimeline({ order }: { order: Order }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const steps = order.events.flatMap(({ kind, to_status, note, created_at }, index) => {
    const label = kind === "status"
      ? to_status === "pending" ? s.placed : s.orderStatus[to_status ?? ""]
      : s.orderEvents[kind];
    return label === undefined ? [] : [{ index, label, note, created_at }];
  });
  return (
    <Timeline
      component="ol"
      active={steps.length - 1}
      bulletSize={14}
      lineWidth={2}
      className="plain-list"
    >
      {steps.map(({ index, label, note, created_at }) => (
        <Timeline.Item component="li" key={index} title={label}>
          <Text size="sm" c="dimmed">
            <time dateTime={created_at}>{formatMoment(created_at, language)}</time>
          </Text>
          {note !== null && <Text size="sm">{note}</Text>}
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
