import { Group, Text } from "@mantine/core";
import { Rows } from "../../components/rows.tsx";
import { Section } from "../../components/section.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { useLanguage } from "../../text/language.tsx";
import { Moment } from "../parts/moment.tsx";
import { useStaffTexts } from "../texts.ts";

/** Each time that an alert's condition held. */
export interface Incident {
  rule: string;
  opened_at: string;
  resolved_at: string | null;
  value: number;
  peak: number;
  threshold: number;
  detail: Record<string, unknown>;
}

/** Where one looks first. */
const placeOf: Record<string, string> = {
  dead_letters: "/staff/jobs",
  queue_stuck: "/staff/jobs?state=due",
  inbox_stuck: "/staff/webhooks?state=unhandled",
  drift: "/staff/reconciliation",
  reconciliation_late: "/staff/reconciliation",
  bounces: "/staff/mail",
  webhook_endpoint_disabled: "/staff/deliveries",
  shop_drift: "/staff/reconciliation",
  shop_reconciliation_late: "/staff/reconciliation",
  orders_in_review: "/staff/orders?status=review",
  orders_disputed: "/staff/orders?status=disputed",
  order_refunds_failed: "/staff/orders",
};

/** What is an alarm, and what was one in the last week. */
export function Alerts({ incidents }: { incidents: Incident[] }) {
  const { t } = useLanguage();
  const s = useStaffTexts();
  return (
    <Section title={s.alerts}>
      {incidents.length === 0 ? <Text>{s.noAlerts}</Text> : (
        <Rows
          caption={s.alerts}
          rows={incidents}
          keyOf={({ rule, opened_at }) => rule + opened_at}
          columns={[
            { label: s.alert, cell: (incident) => <Named incident={incident} /> },
            { label: s.since, cell: ({ opened_at }) => <Moment at={opened_at} /> },
            {
              label: t.state,
              cell: ({ resolved_at }) =>
                resolved_at === null
                  ? <StateBadge state="failed" label={s.alertOpen} />
                  : <StateBadge state="succeeded" label={s.alertOver} />,
            },
          ]}
        />
      )}
    </Section>
  );
}

function Named({ incident: { rule, value, peak, resolved_at } }: { incident: Incident }) {
  const { t } = useLanguage();
  const s = useStaffTexts();
  const name = s.alertRules[rule] ?? rule;
  const place = placeOf[rule];
  return (
    <div className="named">
      <Group gap="sm">
        <Text fw={600}>{name}</Text>
        {resolved_at === null && place !== undefined && (
          <TextLink href={place} aria-label={t.labelled(s.look, name)}>{s.look}</TextLink>
        )}
      </Group>
      <Text size="sm" c="dimmed">{s.measured(resolved_at === null ? value : peak)}</Text>
    </div>
  );
}
