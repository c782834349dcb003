import { Code, Group, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useApp } from "../../../app-context.ts";
import { Loading } from "../../../components/page.tsx";
import { ProblemAlert } from "../../../components/alert.tsx";
import { Section } from "../../../components/section.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { TextLink } from "../../../components/text-link.tsx";
import { rows, useRead } from "../../../use-read.ts";
import { ReasonButton } from "../../parts/reason-button.tsx";
import { ShortId } from "../../parts/short-id.tsx";
import { usePolling } from "../../parts/use-polling.ts";
import { useStaffTexts } from "../../texts.ts";
import type { Endpoint } from "./endpoint.ts";

interface Props {
  endpoint: Endpoint;
  /** The outcome of an attempt may concern the endpoint itself. */
  tried(): Promise<void>;
}

/** A test, and how it went; all that was told to the endpoint is one link further. */
export function Ping({ endpoint: { id, url }, tried }: Props) {
  const { socle } = useApp();
  const s = useStaffTexts();
  const [deliveryId, setDeliveryId] = useState<number>();
  return (
    <Section title={s.pingSection}>
      <Text mb="sm">{s.pingText}</Text>
      {deliveryId !== undefined && <Outcome key={deliveryId} id={deliveryId} tried={tried} />}
      <Group gap="md">
        <ReasonButton
          size="sm"
          label={s.ping}
          title={s.pingTitle(url)}
          run={async (idempotencyKey, { reason }) => {
            const { deliveries } = await socle.webhookDeliveriesSend({
              action: "ping",
              reason: reason!,
              endpoint_id: id,
            }, { idempotencyKey });
            setDeliveryId(deliveries[0]!.id);
          }}
        />
        <TextLink href={`/staff/deliveries?endpoint_id=${id}`}>{s.toItsDeliveries}</TextLink>
      </Group>
    </Section>
  );
}

/** What became of a test: looked at until its first attempt has ended. */
function Outcome({ id, tried }: { id: number; tried(): Promise<void> }) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const read = useRead(() =>
    rows(
      supabase.from("webhook_deliveries")
        .select("event_id, state, attempts, last_status, last_error, last_excerpt, sending_until")
        .eq("id", id).single(),
    ), String(id));
  const delivery = read.value;
  const { problem } = read;
  // No answer, or a failure of the server, says nothing about the delivery; a refusal stays one.
  const refused = problem !== undefined && problem.status > 0 && problem.status < 500;
  const tries = delivery === undefined ||
    delivery.state === "pending" && (delivery.attempts === 0 || delivery.sending_until !== null);
  const waits = tries && !refused;
  usePolling(read.reload, waits);
  const ended = !tries;
  useEffect(() => {
    if (ended) void tried();
  }, [ended, tried]);
  if (delivery === undefined) return <ProblemAlert problem={problem} />;
  const { event_id, state, attempts, last_status, last_error, last_excerpt } = delivery;
  return (
    <div role="status">
      <Group gap="sm" mb="sm">
        <StateBadge state={state} label={s.deliveryState[state as keyof typeof s.deliveryState]} />
        {attempts > 0 && !tries && <Text size="sm">{s.tries(attempts, last_status)}</Text>}
        <ShortId id={event_id} />
      </Group>
      {waits && <Loading />}
      {last_error !== null && <Code block lang="en" mb="sm">{last_error}</Code>}
      {last_excerpt && <Code block mb="sm">{last_excerpt}</Code>}
      {state === "pending" && !tries && <Text size="sm" mb="sm">{s.pingAgain}</Text>}
      <ProblemAlert problem={problem} />
    </div>
  );
}
