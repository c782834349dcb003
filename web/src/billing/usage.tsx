import { Progress, Stack, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Rows } from "../components/rows.tsx";
import { Section } from "../components/section.tsx";
import { formatDay } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import type { Billing } from "./read.ts";
import { useBillingTexts } from "./texts.ts";

// Its library is twice as large as all that the page needs otherwise.
const UsageChart = lazy(async () => ({ default: (await import("./usage-chart.tsx")).UsageChart }));

/** What is used of the plan's meters in this billing period, and on which days. Nothing without a meter. */
export function Usage({ billing: { meters, usedByDay } }: { billing: Billing }) {
  const { t, language } = useLanguage();
  const s = useBillingTexts();
  if (meters.length === 0) return null;
  const name = (meter: string) => s.meters[meter] ?? meter;
  return (
    <Section title={s.usage}>
      <Stack gap="lg">
        {meters.map(({ feature, used, limit }) => {
          const days = usedByDay.filter(({ meter }) => meter === feature);
          return (
            <div key={feature}>
              <Text fw={600}>{name(feature)}</Text>
              {limit !== null && (
                <Progress.Root my={6}>
                  <Progress.Section
                    value={Math.min(100, 100 * (used ?? 0) / limit)}
                    aria-label={name(feature)}
                  />
                </Progress.Root>
              )}
              <Text size="sm">{s.usedOf(used ?? 0, limit)}</Text>
              {days.length > 0 && (
                <Suspense fallback={null}>
                  <UsageChart days={days} name={name(feature)} />
                </Suspense>
              )}
            </div>
          );
        })}
      </Stack>
      {usedByDay.length > 0 && (
        <details>
          <summary>{s.byDay}</summary>
          <Rows
            caption={s.byDay}
            rows={usedByDay.toReversed()}
            keyOf={({ day, meter }) => `${day} ${meter}`}
            columns={[
              { label: t.date, cell: ({ day }) => formatDay(`${day}T12:00`, language) },
              { label: s.usage, cell: ({ meter }) => name(meter) },
              {
                label: s.amountUsed,
                cell: ({ used }) => used.toLocaleString(language),
                number: true,
              },
            ]}
          />
        </details>
      )}
    </Section>
  );
}
