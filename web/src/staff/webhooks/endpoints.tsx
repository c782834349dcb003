import { Text } from "@mantine/core";
import { ProblemAlert } from "../../components/alert.tsx";
import { ButtonLink } from "../../components/button-link.tsx";
import { Rows } from "../../components/rows.tsx";
import { Section } from "../../components/section.tsx";
import { TextLink } from "../../components/text-link.tsx";
import { useLanguage } from "../../text/language.tsx";
import type { Read } from "../../use-read.ts";
import { useStaffTexts } from "../texts.ts";
import type { Endpoint } from "./endpoint/endpoint.ts";
import { EnabledBadge } from "./endpoint/endpoint-page.tsx";

/** Who is told: each has a page of its own. */
export function Endpoints({ read }: { read: Read<Endpoint[]> }) {
  const { t } = useLanguage();
  const s = useStaffTexts();
  return (
    <Section
      title={s.endpoints}
      actions={
        <ButtonLink href="/staff/deliveries/endpoints/new" variant="default" size="compact-sm">
          {s.newEndpoint}
        </ButtonLink>
      }
    >
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
              cell: ({ id, url, description, events }) => (
                <div className="named">
                  <TextLink href={`/staff/deliveries/endpoints/${id}`}>{url}</TextLink>
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
                  <EnabledBadge enabled={enabled} />
                  {disabled_reason !== null && <Text size="sm" lang="en">{disabled_reason}</Text>}
                </div>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}
