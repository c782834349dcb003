import { Code, Group, Text } from "@mantine/core";
import { useState } from "react";
import type { WebhookDeliveriesListInput } from "../../../../client/src/mod.ts";
import { useApp } from "../../app-context.ts";
import { Note } from "../../components/alert.tsx";
import { Page } from "../../components/page.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { useLanguage } from "../../text/language.tsx";
import { useRead } from "../../use-read.ts";
import { Choice, Filters, Search, useFilters } from "../parts/filters.tsx";
import { Json } from "../parts/json.tsx";
import { Listed } from "../parts/listed.tsx";
import { Moment } from "../parts/moment.tsx";
import { ReasonButton } from "../parts/reason-button.tsx";
import { ShortId } from "../parts/short-id.tsx";
import { usePages } from "../parts/use-pages.ts";
import { useStaffTexts } from "../texts.ts";
import { readEndpoints } from "./endpoint/endpoint.ts";
import { Endpoints } from "./endpoints.tsx";

type Asked = Pick<NonNullable<WebhookDeliveriesListInput>, "endpoint_id" | "type" | "state">;

/** What one press sends at most; `webhook-deliveries` takes no more. */
const mostAtOnce = 500;

/** What we told others' servers, and how it went. */
export function DeliveryList() {
  const { supabase, socle } = useApp();
  const { t } = useLanguage();
  const s = useStaffTexts();
  const [filter] = useFilters();
  const [sent, setSent] = useState<number>();
  const endpoints = useRead(() => readEndpoints(supabase), "endpoints");
  const asked: Asked = Object.fromEntries(
    ["endpoint_id", "type", "state"].map((name) => [name, filter(name)])
      .filter(([, value]) => value !== undefined),
  );
  const pages = usePages(async (cursor) => {
    const page = await socle.webhookDeliveriesList({ ...asked, cursor, page_size: 25 });
    return { rows: page.deliveries, next: page.next_cursor };
  }, JSON.stringify(asked));
  const send = async (
    idempotencyKey: string,
    body: Parameters<typeof socle.webhookDeliveriesSend>[0],
  ) => {
    const { deliveries } = await socle.webhookDeliveriesSend(body, { idempotencyKey });
    setSent(deliveries.length);
    await pages.reload();
  };
  const urlOf = (id: string) => endpoints.value?.find((one) => one.id === id)?.url ?? id;
  return (
    <Page title={s.deliveries}>
      <Endpoints read={endpoints} />
      <Filters>
        <Choice label={t.state} name="state" choices={s.deliveryState} all={s.all} />
        <Choice
          label={s.endpoint}
          name="endpoint_id"
          choices={Object.fromEntries((endpoints.value ?? []).map(({ id, url }) => [id, url]))}
          all={s.all}
        />
        <Search label={s.type} name="type" />
        {asked.state === "failed" && pages.rows !== undefined && pages.rows.length > 0 && (
          <ReasonButton
            size="sm"
            label={s.resendAll}
            title={s.resendAllTitle}
            explained={s.atMost(mostAtOnce)}
            run={(key, { reason }) =>
              send(key, { action: "replay", reason: reason!, filter: asked, most: mostAtOnce })}
          />
        )}
      </Filters>
      {sent !== undefined && <Note>{s.deliveriesSent(sent)}</Note>}
      <Listed
        caption={s.deliveries}
        pages={pages}
        none={s.nothingFound}
        keyOf={({ id }) => id}
        columns={[
          {
            label: s.event,
            cell: ({ type, event_id, payload, endpoint_id, last_error, last_excerpt, note }) => (
              <div className="named">
                <Group gap="xs">
                  <Text span fw={600}>{type}</Text>
                  <ShortId id={event_id} />
                </Group>
                <Text size="sm" c="dimmed">{urlOf(endpoint_id)}</Text>
                {last_error !== null && <Code block lang="en">{last_error}</Code>}
                {note !== null && <Text size="sm">{s.noted(note)}</Text>}
                <details>
                  <summary>{s.payload}</summary>
                  {last_excerpt !== null && <Code block>{last_excerpt}</Code>}
                  <Json value={payload} label={`${s.payload} ${event_id}`} />
                </details>
              </div>
            ),
          },
          { label: t.date, cell: ({ created_at }) => <Moment at={created_at} /> },
          {
            label: t.state,
            cell: ({ state, attempts, last_status }) => (
              <div>
                <StateBadge state={state} label={s.deliveryState[state]} />
                <Text size="sm" c="dimmed">{s.tries(attempts, last_status)}</Text>
              </div>
            ),
          },
          {
            label: s.actions,
            cell: ({ id, type, state }) =>
              state === "pending" ? null : (
                <ReasonButton
                  label={s.resend}
                  title={s.resendTitle(type)}
                  explained={s.resendExplained}
                  run={(key, { reason }) =>
                    send(key, { action: "replay", reason: reason!, ids: [id] })}
                />
              ),
          },
        ]}
      />
    </Page>
  );
}
