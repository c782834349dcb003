import { Text } from "@mantine/core";
import { useApp } from "../../../app-context.ts";
import { Note } from "../../../components/alert.tsx";
import { Page } from "../../../components/page.tsx";
import { Section } from "../../../components/section.tsx";
import { Shown } from "../../../components/shown.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { TextLink } from "../../../components/text-link.tsx";
import { useLanguage } from "../../../text/language.tsx";
import { useRead } from "../../../use-read.ts";
import { Moment } from "../../parts/moment.tsx";
import { useStaffTexts } from "../../texts.ts";
import { type Endpoint, readEndpoints, readEventTypes } from "./endpoint.ts";
import { EndpointForm } from "./endpoint-form.tsx";
import { Ping } from "./ping.tsx";
import { Secret } from "./secret.tsx";
import { Standing } from "./standing.tsx";

/** One endpoint: what it is told, what it is signed with, whether it is reached. */
export function EndpointPage({ id }: { id: string }) {
  const { supabase } = useApp();
  const s = useStaffTexts();
  const read = useRead(async () => {
    const [endpoints, types] = await Promise.all([
      readEndpoints(supabase),
      readEventTypes(supabase),
    ]);
    return { endpoint: endpoints.find((one) => one.id === id), types };
  }, id);
  const endpoint = read.value?.endpoint;
  return (
    <Page
      title={endpoint?.url ?? s.endpoint}
      actions={endpoint && <EnabledBadge enabled={endpoint.enabled} />}
    >
      <Shown read={read}>
        {({ endpoint, types }) =>
          endpoint === undefined ? <Text>{s.endpointGone}</Text> : (
            <>
              <Trouble endpoint={endpoint} />
              <Section title={s.endpointSettings}>
                <EndpointForm
                  endpoint={endpoint}
                  types={types}
                  submit={s.saveEndpoint}
                  changed={read.reload}
                />
              </Section>
              <Secret endpointId={id} />
              <Ping endpoint={endpoint} tried={read.reload} />
              <Standing endpoint={endpoint} changed={read.reload} />
            </>
          )}
      </Shown>
      <TextLink href="/staff/deliveries">{s.toDeliveries}</TextLink>
    </Page>
  );
}

/** Whether an endpoint is told of events. */
export function EnabledBadge({ enabled }: { enabled: boolean }) {
  const s = useStaffTexts();
  return (
    <StateBadge
      state={enabled ? "active" : "failed"}
      label={enabled ? s.enabled : s.disabled}
    />
  );
}

/** Why it was disabled by itself, or since when nothing has reached it. */
function Trouble({ endpoint: { disabled_reason, failing_since } }: { endpoint: Endpoint }) {
  const { language } = useLanguage();
  const s = useStaffTexts();
  if (disabled_reason === null && failing_since === null) return null;
  return (
    <Note kind="bad">
      {disabled_reason !== null && (
        <Text>
          {s.disabledItself}{" "}
          <Text span {...(language !== "en" && { lang: "en" })}>{disabled_reason}</Text>
        </Text>
      )}
      {failing_since !== null && (
        <Text>
          {s.failingSince} <Moment at={failing_since} />.
        </Text>
      )}
    </Note>
  );
}
