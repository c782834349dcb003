import "../../components/charts.css";
import { BarChart } from "@mantine/charts";
import { Rows } from "../../components/rows.tsx";
import { useLanguage } from "../../text/language.tsx";
import { useStaffTexts } from "../texts.ts";
import type { Hour } from "./hours.ts";

interface Series {
  name: string;
  label: string;
  color: string;
}

/** Hours as stacked bars; for those who do not see them, as a table. */
export function HourChart(
  { label, hours, series }: { label: string; hours: Hour[]; series: Series[] },
) {
  const { language } = useLanguage();
  const s = useStaffTexts();
  const timeOf = (at: number) =>
    new Date(at).toLocaleTimeString(language === "en" ? "en-GB" : language, {
      hour: "2-digit",
      minute: "2-digit",
    });
  return (
    <>
      <div aria-hidden>
        <BarChart
          h={220}
          data={hours.map(({ at, counts }) => ({ hour: timeOf(at), ...counts }))}
          dataKey="hour"
          type="stacked"
          series={series}
          withLegend
          legendProps={{ verticalAlign: "bottom" }}
          yAxisProps={{ allowDecimals: false, width: 36 }}
          barProps={{ isAnimationActive: false }}
          barChartProps={{ accessibilityLayer: false }}
          tickLine="none"
        />
      </div>
      <details>
        <summary>{s.asTable}</summary>
        <Rows
          caption={label}
          rows={hours.filter(({ counts }) => Object.values(counts).some((count) => count > 0))}
          keyOf={({ at }) => at}
          columns={[
            { label: s.hour, cell: ({ at }) => timeOf(at) },
            ...series.map(({ name, label }) => ({
              label,
              cell: ({ counts }: Hour) => counts[name] ?? 0,
              number: true,
            })),
          ]}
        />
      </details>
    </>
  );
}
