import { Text } from "@mantine/core";
import { Rows } from "../../components/rows.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { useLanguage } from "../../text/language.tsx";
import { Json } from "../parts/json.tsx";
import { Moment } from "../parts/moment.tsx";
import { ShortId } from "../parts/short-id.tsx";
import { useStaffTexts } from "../texts.ts";
import type { Drift, Run } from "./comparison.ts";

/** The latest comparisons, and what the latest that found something found. */
export function Runs({ caption, runs }: { caption: string; runs: Run[] }) {
  const { t, language } = useLanguage();
  const s = useStaffTexts();
  const telling = runs.find(({ found }) => found.length > 0);
  if (runs.length === 0) return <Text c="dimmed">{s.neverCompared}</Text>;
  return (
    <>
      <Rows
        caption={caption}
        rows={runs}
        keyOf={({ id }) => id}
        columns={[
          { label: s.begun, cell: ({ started_at }) => <Moment at={started_at} /> },
          {
            label: s.ended,
            cell: ({ finished_at }) =>
              finished_at === null ? s.notEnded : <Moment at={finished_at} />,
          },
          {
            label: s.compared,
            cell: ({ checked }) => checked.toLocaleString(language),
            number: true,
          },
          {
            label: t.state,
            cell: ({ finished_at, drifts, open }) => (
              <StateBadge
                state={finished_at === null ? "pending" : open > 0 ? "failed" : "succeeded"}
                label={s.differences(drifts, open)}
              />
            ),
          },
        ]}
      />
      {telling !== undefined && <Drifts run={telling} />}
    </>
  );
}

function Drifts({ run }: { run: Run }) {
  const s = useStaffTexts();
  return (
    <details open={run.open > 0}>
      <summary>
        {s.foundAt} <Moment at={run.started_at} />
      </summary>
      {run.drifts > run.found.length && <Text size="sm">{s.firstErrors(run.found.length)}</Text>}
      <Rows
        caption={s.foundAt}
        rows={run.found}
        keyOf={({ object_type, object_id, kind }) => `${object_type} ${object_id} ${kind}`}
        columns={[
          {
            label: s.difference,
            cell: ({ kind }) => (
              <div>
                <Text fw={600}>{s.driftKinds[kind] ?? kind}</Text>
                <Text size="sm" c="dimmed" ff="monospace">{kind}</Text>
              </div>
            ),
          },
          {
            label: s.object,
            cell: ({ object_type, object_id, order_id }) => (
              <div>
                {object_type} <ShortId id={object_id} />
                {order_id !== null && (
                  <TextLink href={`/staff/orders/${order_id}`} display="block">
                    {s.toOrder}
                  </TextLink>
                )}
              </div>
            ),
          },
          { label: s.detail, cell: (drift) => <Detail drift={drift} /> },
          {
            label: s.mended,
            cell: ({ repaired_at }) =>
              repaired_at === null ? s.notMended : <Moment at={repaired_at} />,
          },
        ]}
      />
    </details>
  );
}

interface Sides {
  stripe: unknown;
  ours: unknown;
}

const isSides = (value: unknown): value is Sides =>
  typeof value === "object" && value !== null && "stripe" in value && "ours" in value;

/** A side's value as a person reads it. */
const shown = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);

/** Field by field what Stripe holds and what we do; whatever else a detail is, as JSON. */
function Detail({ drift: { detail, object_id } }: { drift: Drift }) {
  const s = useStaffTexts();
  const fields = Object.entries(detail);
  if (fields.length === 0) return "–";
  if (!fields.every(([, value]) => isSides(value))) {
    return <Json value={detail} label={`${s.detail} ${object_id}`} />;
  }
  return (
    <ul className="plain-list">
      {fields.map(([field, value]) => (
        <li key={field}>
          {s.sides(field, shown((value as Sides).stripe), shown((value as Sides).ours))}
        </li>
      ))}
    </ul>
  );
}
