import { Group, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../app-context.ts";
import { Note } from "../../components/alert.tsx";
import { Page } from "../../components/page.tsx";
import { Rows } from "../../components/rows.tsx";
import { Section } from "../../components/section.tsx";
import { Shown } from "../../components/shown.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { useLanguage } from "../../text/language.tsx";
import { useRead } from "../../use-read.ts";
import { Json } from "../parts/json.tsx";
import { Moment } from "../parts/moment.tsx";
import { ReasonButton } from "../parts/reason-button.tsx";
import { ShortId } from "../parts/short-id.tsx";
import { useStaffTexts } from "../texts.ts";
import { Changes } from "./changes.tsx";
import { eventColour } from "./event-state.ts";

/** One event: what it said, which objects it is about, what its handling changed. */
export function EventPage({ id }: { id: string }) {
  const { socle } = useApp();
  const { t } = useLanguage();
  const s = useStaffTexts();
  const [replayed, setReplayed] = useState(false);
  const read = useRead(async () => {
    const reply = await socle.webhookEventsList({ id });
    if (!("event" in reply)) throw new Error("one event was asked for, and a list came");
    return reply.event;
  }, id);
  return (
    <Page title={read.value?.type ?? s.event}>
      {replayed && <Note>{s.eventsReplayed(1)}</Note>}
      <Shown read={read}>
        {(event) => (
          <>
            <Group gap="sm" mb="lg">
              <StateBadge state={eventColour[event.state]} label={s.eventState[event.state]} />
              <Text>{event.provider}</Text>
              <ShortId id={event.event_id} />
              <Text size="sm">
                {s.received} <Moment at={event.received_at} />
              </Text>
              {event.handled_at !== null && (
                <Text size="sm">
                  {s.handled} <Moment at={event.handled_at} />
                </Text>
              )}
              <ReasonButton
                variant="filled"
                label={s.replay}
                title={s.replayTitle(event.type)}
                explained={s.replayExplained}
                run={async (idempotencyKey, { reason }) => {
                  await socle.webhookEventsReplay({ reason: reason!, ids: [event.id] }, {
                    idempotencyKey,
                  });
                  setReplayed(true);
                  await read.reload();
                }}
              />
            </Group>
            {event.note !== null && <Text mb="md">{s.noted(event.note)}</Text>}
            {event.job_ids.length > 0 && (
              <Text mb="md">
                {s.openJobs(event.job_ids.join(", "))}{" "}
                <TextLink href="/staff/jobs?kind=webhook_handle&state=all">{s.toJobs}</TextLink>
              </Text>
            )}
            <Changes changes={event.changes} />
            <Section title={s.targets}>
              {event.targets.length === 0 && <Text>{s.noTargets}</Text>}
              {event.targets.length > 0 && (
                <Rows
                  caption={s.targets}
                  rows={event.targets}
                  keyOf={({ type, id }) => `${type} ${id}`}
                  columns={[
                    { label: s.object, cell: ({ type }) => type },
                    { label: "Stripe", cell: ({ id }) => <ShortId id={id} /> },
                    {
                      label: s.lookedAgain,
                      cell: ({ synced_at }) => synced_at === null ? "–" : <Moment at={synced_at} />,
                    },
                    {
                      label: t.state,
                      cell: ({ synced_seq, wanted_seq }) => {
                        const current = wanted_seq !== null && (synced_seq ?? 0) >= wanted_seq;
                        return (
                          <StateBadge
                            state={current ? "succeeded" : "pending"}
                            label={current ? s.upToDate : s.outOfDate}
                          />
                        );
                      },
                    },
                    {
                      label: s.held,
                      cell: ({ mirrored, id }) =>
                        mirrored === null ? "–" : (
                          <details>
                            <summary>{s.show}</summary>
                            <Json value={mirrored} label={`${s.held} ${id}`} />
                          </details>
                        ),
                    },
                  ]}
                />
              )}
            </Section>
            <Section title={s.payload}>
              <Json value={event.payload} label={s.payload} />
            </Section>
          </>
        )}
      </Shown>
    </Page>
  );
}
