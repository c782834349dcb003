import "../../components/charts.css";
import { BarChart } from "@mantine/charts";
import { Rows } from "../../components/rows.tsx";
import { formatMoney } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { useShopTexts } from "./texts.ts";
import type { Point } from "./days.ts";

interface Props {
  label: string;
  points: Point[];
  /** Values are minor units of it; without, a count. */
  currency?: string;
}

/** Days as bars; for those who do not see it, as a table. */
export function DayChart({ label, points, currency }: Props) {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const shown = (value: number) =>
    currency === undefined
      ? value.toLocaleString(language)
      : formatMoney(value, currency, language);
  const dayOf = (day: string) =>
    new Date(`${day}T12:00:00`).toLocaleDateString(language === "en" ? "en-GB" : language, {
      day: "numeric",
      month: "short",
    });
  return (
    <>
      <div aria-hidden>
        <BarChart
          h={220}
          data={points.map(({ day, value }) => ({ day: dayOf(day), value }))}
          dataKey="day"
          series={[{ name: "value", label, color: "indigo.5" }]}
          valueFormatter={shown}
          tickLine="none"
          yAxisProps={{ allowDecimals: false, width: currency === undefined ? 36 : 84 }}
          barProps={{ isAnimationActive: false }}
          barChartProps={{ accessibilityLayer: false }}
        />
      </div>
      <details>
        <summary>{s.asTable}</summary>
        <Rows
          caption={label}
          rows={points.filter(({ value }) => value !== 0)}
          keyOf={({ day }) => day}
          columns={[
            { label: t.date, cell: ({ day }) => dayOf(day) },
            { label: t.amount, cell: ({ value }) => shown(value), number: true },
          ]}
        />
      </details>
    </>
  );
}
