import { SimpleGrid } from "@mantine/core";
import { lazy } from "react";
import { useApp } from "../../app-context.ts";
import { Section } from "../../components/section.tsx";
import { Shown } from "../../components/shown.tsx";
import { rows, useRead } from "../../use-read.ts";
import { ChartFrame } from "../parts/chart-frame.tsx";
import { type Day, dayPoints } from "./days.ts";
import { useShopTexts } from "./texts.ts";

const DayChart = lazy(async () => ({ default: (await import("./day-chart.tsx")).DayChart }));

/** Orders and revenue of the last thirty days. */
export function OrderDays() {
  const { supabase } = useApp();
  const s = useShopTexts();
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const read = useRead(
    async () => await rows(supabase.rpc("staff_order_days", { time_zone })) as unknown as Day[],
    time_zone,
  );
  return (
    <Shown read={read}>
      {(days) => {
        const { orders, revenues } = dayPoints(days);
        return (
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
            <Section title={s.ordersByDay}>
              <ChartFrame>
                <DayChart label={s.ordersByDay} points={orders} />
              </ChartFrame>
            </Section>
            {revenues.map(({ currency, points }) => (
              <Section key={currency} title={s.revenueByDay(currency)}>
                <ChartFrame>
                  <DayChart label={s.revenueByDay(currency)} points={points} currency={currency} />
                </ChartFrame>
              </Section>
            ))}
          </SimpleGrid>
        );
      }}
    </Shown>
  );
}
