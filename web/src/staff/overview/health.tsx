import { Group, Paper, SimpleGrid, Text } from "@mantine/core";
import { type HealthReply, isSocleError } from "../../../../client/src/mod.ts";
import { useApp } from "../../app-context.ts";
import { Shown } from "../../components/shown.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { useLanguage } from "../../text/language.tsx";
import { useRead } from "../../use-read.ts";
import { useStaffTexts } from "../texts.ts";

type Health = HealthReply;

/** Work that waits longer than this, in seconds, is an alarm: as in _shared/health.ts. */
const stuckSeconds = 300;

/** What /health says at this moment; the 503 of one that is not well has it, too. */
export function HealthShown() {
  const { socle } = useApp();
  const read = useRead(async (): Promise<Health> => {
    try {
      return await socle.health({}, { retries: 0 });
    } catch (error) {
      if (!isSocleError(error, "unhealthy")) throw error;
      return (error.body as { health: Health }).health;
    }
  }, "health");
  return <Shown read={read}>{(health) => <Figures health={health} />}</Shown>;
}

function Figures({ health }: { health: Health }) {
  const { language } = useLanguage();
  const s = useStaffTexts();
  const counts: { label: string; value: string; bad: boolean; href: string }[] = [
    {
      label: s.dueJobs,
      value: health.due_jobs.toLocaleString(language),
      bad: health.oldest_due_job_seconds > stuckSeconds,
      href: "/staff/jobs?state=due",
    },
    {
      label: s.deadJobs,
      value: health.dead_jobs.toLocaleString(language),
      bad: health.dead_jobs > 0,
      href: "/staff/jobs",
    },
    {
      label: s.oldestEvent,
      value: s.seconds(health.oldest_unhandled_event_seconds),
      bad: health.oldest_unhandled_event_seconds > stuckSeconds,
      href: "/staff/webhooks?state=unhandled",
    },
    // #region shop
    {
      label: s.shopDrifts,
      value: health.shop_drifts.toLocaleString(language),
      bad: health.shop_drifts > 0,
      href: "/staff/reconciliation",
    },
    // #endregion shop
  ];
  return (
    <>
      <Group gap="sm" mb="md">
        <Part name={s.service} ok={health.status === "ok"} />
        <Part name={s.database} ok={health.database === "ok"} />
        <Part name="Redis" ok={health.redis === "ok"} />
      </Group>
      <SimpleGrid cols={{ base: 2, md: 4 }} mb="lg">
        {counts.map(({ label, value, bad, href }) => (
          <Paper key={label} withBorder p="md" radius="md">
            <TextLink href={href} size="sm">{label}</TextLink>
            <Text fz="h2" fw={650} {...(bad && { c: "red" })}>{value}</Text>
          </Paper>
        ))}
      </SimpleGrid>
    </>
  );
}

function Part({ name, ok }: { name: string; ok: boolean }) {
  const s = useStaffTexts();
  return <StateBadge state={ok ? "active" : "failed"} label={s.partState(name, ok)} />;
}
