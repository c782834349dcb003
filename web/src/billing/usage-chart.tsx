import { BarChart } from "@mantine/charts";
import "./usage-chart.css";
import { useLanguage } from "../text/language.tsx";

interface Props {
  /** Oldest first; days without use are not among them. */
  days: { day: string; used: number }[];
  name: string;
}

/** How many of the latest days are drawn. */
const shownDays = 31;

/** Use by day as bars. For eyes alone: the same figures stand in the table below. */
export function UsageChart({ days, name }: Props) {
  const { language } = useLanguage();
  const short = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const used = new Map(days.map(({ day, used }) => [day, used]));
  const last = new Date(`${days.at(-1)?.day}T12:00Z`);
  const data = Array.from({ length: shownDays }, (_, index) => {
    const day = new Date(last);
    day.setUTCDate(last.getUTCDate() - (shownDays - 1 - index));
    return { day: short.format(day), [name]: used.get(day.toISOString().slice(0, 10)) ?? 0 };
  });
  return (
    <div aria-hidden>
      <BarChart
        h={180}
        mt="md"
        data={data}
        dataKey="day"
        series={[{ name, color: "indigo.6" }]}
        tickLine="none"
        gridAxis="y"
        withTooltip={false}
        // Its keys and role would lead into what is hidden.
        barChartProps={{ accessibilityLayer: false }}
        barProps={{ isAnimationActive: false }}
      />
    </div>
  );
}
