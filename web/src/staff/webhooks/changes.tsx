import { Code, Text, Title } from "@mantine/core";
import type { WebhookEventsListReply } from "../../../../client/src/mod.ts";
import { Rows } from "../../components/rows.tsx";
import { Section } from "../../components/section.tsx";
import { Moment } from "../parts/moment.tsx";
import { useStaffTexts } from "../texts.ts";

type Detail = Extract<WebhookEventsListReply, { event: unknown }>["event"];
type Change = Detail["changes"][number];

/** A value of a column, short enough for a cell. */
function valueText(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The rows that the handling of an event wrote, column by column, before and after. */
export function Changes({ changes }: { changes: Change[] }) {
  const s = useStaffTexts();
  return (
    <Section title={s.changes}>
      {changes.length === 0 && <Text>{s.noChanges}</Text>}
      {changes.map((change, index) => <RowChange key={index} change={change} />)}
    </Section>
  );
}

function RowChange({ change: { table, row, before, after, changed_at } }: { change: Change }) {
  const s = useStaffTexts();
  const columns = Object.keys({ ...before, ...after });
  const what = before === null ? s.rowAdded : after === null ? s.rowRemoved : s.rowChanged;
  return (
    <div className="change">
      <Title order={3} size="h5">
        {table} <Text span c="dimmed" ff="monospace">{row}</Text>
      </Title>
      <Text size="sm" c="dimmed">
        {what} · <Moment at={changed_at} />
      </Text>
      <Rows
        caption={`${table} ${row}`}
        rows={columns}
        keyOf={(column) => column}
        columns={[
          { label: s.column, cell: (column) => column },
          {
            label: s.before,
            cell: (column) => <Code className="before">{valueText(before?.[column])}</Code>,
          },
          {
            label: s.after,
            cell: (column) => <Code className="after">{valueText(after?.[column])}</Code>,
          },
        ]}
      />
    </div>
  );
}
