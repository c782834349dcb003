import { useState } from "react";
import type { WebhookEventsListInput } from "../../../../client/src/mod.ts";
import { useApp } from "../../app-context.ts";
import { Note } from "../../components/alert.tsx";
import { Page } from "../../components/page.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { useLanguage } from "../../text/language.tsx";
import { Choice, Filters, Search, useFilters } from "../parts/filters.tsx";
import { Listed } from "../parts/listed.tsx";
import { Moment } from "../parts/moment.tsx";
import { ReasonButton } from "../parts/reason-button.tsx";
import { ShortId } from "../parts/short-id.tsx";
import { usePages } from "../parts/use-pages.ts";
import { useStaffTexts } from "../texts.ts";
import { eventColour } from "./event-state.ts";

type Asked = Pick<NonNullable<WebhookEventsListInput>, "provider" | "type" | "state">;

/** What one press replays at most; `webhook-events` takes no more. */
const mostAtOnce = 500;

/** The inbox: what providers told us, and whether we have dealt with it. */
export function EventList() {
  const { socle } = useApp();
  const { t } = useLanguage();
  const s = useStaffTexts();
  const [filter] = useFilters();
  const [replayed, setReplayed] = useState<number>();
  const asked: Asked = Object.fromEntries(
    ["provider", "type", "state"].map((name) => [name, filter(name)])
      .filter(([, value]) => value !== undefined),
  );
  const pages = usePages(async (cursor) => {
    const page = await socle.webhookEventsList({ ...asked, cursor, page_size: 25 });
    if (!("events" in page)) throw new Error("a list was asked for, and one event came");
    return { rows: page.events, next: page.next_cursor };
  }, JSON.stringify(asked));
  return (
    <Page title={s.webhooks}>
      <Filters>
        <Choice label={t.state} name="state" choices={s.eventState} all={s.all} />
        <Choice
          label={s.provider}
          name="provider"
          choices={{ stripe: "Stripe", resend: "Resend" }}
          all={s.all}
        />
        <Search label={s.type} name="type" />
        {asked.state !== undefined && pages.rows !== undefined && pages.rows.length > 0 && (
          <ReasonButton
            size="sm"
            label={s.replayAll}
            title={s.replayAllTitle}
            explained={s.atMost(mostAtOnce)}
            run={async (idempotencyKey, { reason }) => {
              const reply = await socle.webhookEventsReplay({
                reason: reason!,
                filter: asked,
                most: mostAtOnce,
              }, { idempotencyKey });
              setReplayed(reply.replayed.length);
              await pages.reload();
            }}
          />
        )}
      </Filters>
      {replayed !== undefined && <Note>{s.eventsReplayed(replayed)}</Note>}
      <Listed
        caption={s.webhooks}
        pages={pages}
        none={s.nothingFound}
        keyOf={({ id }) => id}
        columns={[
          {
            label: s.type,
            cell: ({ id, type }) => <TextLink href={`/staff/webhooks/${id}`}>{type}</TextLink>,
          },
          { label: s.provider, cell: ({ provider }) => provider },
          { label: s.eventId, cell: ({ event_id }) => <ShortId id={event_id} /> },
          { label: s.received, cell: ({ received_at }) => <Moment at={received_at} /> },
          {
            label: t.state,
            cell: ({ state }) => (
              <StateBadge state={eventColour[state]} label={s.eventState[state]} />
            ),
          },
        ]}
      />
    </Page>
  );
}
