import { Text } from "@mantine/core";
import { useApp } from "../../app-context.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { Rows } from "../../components/rows.tsx";
import { Section } from "../../components/section.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { ActionButton } from "../../components/form.tsx";
import { useLanguage } from "../../text/language.tsx";
import { useAction } from "../../use-action.ts";
import { type Read, rows } from "../../use-read.ts";
import { ReasonButton } from "../parts/reason-button.tsx";
import { useStaffTexts } from "../texts.ts";

interface Endpoint {
  id: string;
  url: string;
  description: string;
  enabled: boolean;
  disabled_reason: string | null;
  events: string[];
}

interface Props {
  read: Read<Endpoint[]>;
  send(ping: { action: "ping"; reason: string; endpoint_id: string }): Promise<void>;
}

/** Who is told: each can be sent a test, and one that was disabled is enabled again. */
export function Endpoints({ read, send }: Props) {
  const { t } = useLanguage();
  const s = useStaffTexts();
  return (
    <Section title={s.endpoints}>
      <ProblemAlert problem={read.problem} />
      {read.value?.length === 0 && <Text c="dimmed">{s.noEndpoints}</Text>}
      {read.value !== undefined && read.value.length > 0 && (
        <Rows
          caption={s.endpoints}
          rows={read.value}
          keyOf={({ id }) => id}
          columns={[
            {
              label: s.endpoint,
              cell: ({ url, description, events }) => (
                <div className="named">
                  <Text fw={600}>{url}</Text>
                  <Text size="sm" c="dimmed">
                    {[description, ...events].filter(Boolean).join(" · ")}
                  </Text>
                </div>
              ),
            },
            {
              label: t.state,
              cell: ({ enabled, disabled_reason }) => (
                <div>
                  <StateBadge
                    state={enabled ? "active" : "failed"}
                    label={enabled ? s.enabled : s.disabled}
                  />
                  {disabled_reason !== null && <Text size="sm" lang="en">{disabled_reason}</Text>}
                </div>
              ),
            },
            {
              label: s.actions,
              cell: ({ id, url, enabled }) =>
                enabled
                  ? (
                    <ReasonButton
                      label={s.ping}
                      title={s.pingTitle(url)}
                      run={(_key, { reason }) =>
                        send({ action: "ping", reason: reason!, endpoint_id: id })}
                    />
                  )
                  : <Enable id={id} changed={read.reload} />,
            },
          ]}
        />
      )}
    </Section>
  );
}

function Enable({ id, changed }: { id: string; changed(): Promise<void> }) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const enable = useAction(async () => {
    await rows(supabase.from("webhook_endpoints").update({ enabled: true }).eq("id", id));
    await changed();
  });
  return (
    <>
      <ActionButton action={enable} variant="default" size="compact-sm">{s.enable}</ActionButton>
      <ProblemAlert problem={enable.problem} />
    </>
  );
}
