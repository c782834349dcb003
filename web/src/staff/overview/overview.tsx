import { SimpleGrid, Text } from "@mantine/core";
// #region shop
import { Suspense } from "react";
// #endregion shop
import { lazy } from "react";
import { useApp } from "../../app-context.ts";
// #region shop
import { Loading } from "../../components/page.tsx";
// #endregion shop
import { Page } from "../../components/page.tsx";
import { Section } from "../../components/section.tsx";
import { Shown } from "../../components/shown.tsx";
import { rows, useRead } from "../../use-read.ts";
import { ChartFrame } from "../parts/chart-frame.tsx";
import { Moment } from "../parts/moment.tsx";
// #region shop
import { OrderDays } from "../shop/order-days.tsx";
// #endregion shop
import { useStaffTexts } from "../texts.ts";
import { Alerts, type Incident } from "./alerts.tsx";
import { HealthShown } from "./health.tsx";
import { eventHours, type EventsByHour, jobHours, type JobsByHour } from "./hours.ts";

/** As public.staff_overview() gives it. */
interface Told {
  incidents: Incident[];
  jobs: JobsByHour;
  events: EventsByHour;
}

// Recharts is larger than the rest of the page.
const HourChart = lazy(async () => ({ default: (await import("./hour-chart.tsx")).HourChart }));

/** How it goes: what is wrong now, and the last day. */
export function Overview() {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const read = useRead(
    async () => await rows(supabase.rpc("staff_overview")) as unknown as Told,
    "overview",
  );
  return (
    <Page title={s.overview}>
      <HealthShown />
      <Shown read={read}>
        {({ incidents, jobs, events }) => (
          <>
            <Alerts incidents={incidents} />
            {/* #region shop: its own boundary, since a chart that is hidden measures itself as nothing */}
            <Suspense fallback={<Loading />}>
              <OrderDays />
            </Suspense>
            {/* #endregion shop */}
            <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
              <Section title={s.jobsByHour}>
                <Since at={jobs.since} />
                <ChartFrame>
                  <HourChart
                    label={s.jobsByHour}
                    hours={jobHours(jobs)}
                    series={[
                      { name: "succeeded", label: s.jobState.succeeded, color: "teal.6" },
                      { name: "pending", label: s.stillOpen, color: "yellow.5" },
                      { name: "dead", label: s.jobState.dead, color: "red.6" },
                    ]}
                  />
                </ChartFrame>
              </Section>
              <Section title={s.eventsByHour}>
                <Since at={events.since} />
                <ChartFrame>
                  <HourChart
                    label={s.eventsByHour}
                    hours={eventHours(events)}
                    series={[
                      { name: "stripe", label: "Stripe", color: "indigo.5" },
                      { name: "resend", label: "Resend", color: "orange.5" },
                    ]}
                  />
                </ChartFrame>
              </Section>
            </SimpleGrid>
          </>
        )}
      </Shown>
    </Page>
  );
}

/** Where only the newest are counted. */
function Since({ at }: { at: string | null }) {
  const s = useStaffTexts();
  if (at === null) return null;
  return (
    <Text size="sm" c="dimmed">
      {s.countedSince} <Moment at={at} />
    </Text>
  );
}
