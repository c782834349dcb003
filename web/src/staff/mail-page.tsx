import { Text } from "@mantine/core";
import type { MailSuppressionsListReply } from "../../../client/src/mod.ts";
import { useApp } from "../app-context.ts";
import { Page } from "../components/page.tsx";
import { Rows } from "../components/rows.tsx";
import { Section } from "../components/section.tsx";
import { Shown } from "../components/shown.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { useLanguage } from "../text/language.tsx";
import { useRead } from "../use-read.ts";
import { Filters, Search, useFilters } from "./parts/filters.tsx";
import { Listed } from "./parts/listed.tsx";
import { Moment } from "./parts/moment.tsx";
import { ReasonButton } from "./parts/reason-button.tsx";
import { ShortId } from "./parts/short-id.tsx";
import { usePages } from "./parts/use-pages.ts";
import { useStaffTexts } from "./texts.ts";

type Report = Extract<MailSuppressionsListReply, { address: unknown }>["address"];

/** Addresses that get no mail: the list, which has hashes alone, and all that is known of one address. */
export function MailPage() {
  const { socle } = useApp();
  const s = useStaffTexts();
  const [filter] = useFilters();
  const address = filter("address");
  const pages = usePages(async (cursor) => {
    const page = await socle.mailSuppressionsList({ cursor, page_size: 25 });
    if (!("suppressions" in page)) throw new Error("a list was asked for, and one address came");
    return { rows: page.suppressions, next: page.next_cursor };
  }, "suppressions");
  return (
    <Page title={s.mail}>
      <Text c="dimmed" mb="md">{s.mailExplained}</Text>
      <Filters>
        <Search label={s.mailAddress} name="address" type="email" />
      </Filters>
      {address !== undefined && (
        <AddressReport key={address} address={address} lifted={pages.reload} />
      )}
      <Section title={s.suppressed}>
        <Listed
          caption={s.suppressed}
          pages={pages}
          none={s.noneSuppressed}
          keyOf={({ id }) => id}
          columns={[
            { label: s.addressHash, cell: ({ address_hash }) => <ShortId id={address_hash} /> },
            { label: s.why, cell: ({ cause }) => s.suppressionCause[cause] },
            { label: s.heldBack, cell: ({ scope }) => s.suppressionScope[scope] },
            { label: s.since, cell: ({ since }) => <Moment at={since} /> },
            {
              label: s.until,
              cell: ({ until }) => until === null ? s.untilLifted : <Moment at={until} />,
            },
          ]}
        />
      </Section>
    </Page>
  );
}

function AddressReport({ address, lifted }: { address: string; lifted(): Promise<void> }) {
  const { socle } = useApp();
  const s = useStaffTexts();
  const read = useRead(async () => {
    const reply = await socle.mailSuppressionsList({ address });
    if (!("address" in reply)) throw new Error("one address was asked for, and a list came");
    return reply.address;
  }, address);
  return (
    <Section title={address}>
      <Shown read={read}>
        {(report) => (
          <>
            {report.suppression === null ? <Text mb="md">{s.notSuppressed}</Text> : (
              <>
                <Text mb="sm">
                  {s.suppressedBecause(
                    s.suppressionCause[report.suppression.cause],
                    s.suppressionScope[report.suppression.scope],
                  )}
                </Text>
                <ReasonButton
                  variant="filled"
                  label={s.lift}
                  title={s.liftTitle(address)}
                  explained={s.liftExplained}
                  run={async (_key, { reason }) => {
                    await socle.mailSuppressionsLift({ address, reason: reason! });
                    await Promise.all([read.reload(), lifted()]);
                  }}
                />
              </>
            )}
            <History report={report} />
          </>
        )}
      </Shown>
    </Section>
  );
}

function History({ report: { feedback, mails } }: { report: Report }) {
  const { t } = useLanguage();
  const s = useStaffTexts();
  return (
    <>
      {feedback.length > 0 && (
        <Rows
          caption={s.told}
          rows={feedback}
          keyOf={({ kind, occurred_at }) => `${kind} ${occurred_at}`}
          columns={[
            { label: s.told, cell: ({ kind }) => s.feedback[kind] },
            { label: t.date, cell: ({ occurred_at }) => <Moment at={occurred_at} /> },
            { label: s.detail, cell: ({ detail }) => detail ?? "–" },
          ]}
        />
      )}
      {mails.length > 0 && (
        <Rows
          caption={s.mails}
          rows={mails}
          keyOf={({ template, created_at }) => `${template} ${created_at}`}
          columns={[
            { label: s.mails, cell: ({ template }) => template },
            { label: t.date, cell: ({ created_at }) => <Moment at={created_at} /> },
            {
              label: t.state,
              cell: ({ outcome, delivery, reason }) => (
                <div>
                  <StateBadge
                    state={outcome === "sent" ? "succeeded" : outcome}
                    label={s.mailOutcome[outcome]}
                  />
                  <Text size="sm" c="dimmed">{delivery ?? reason}</Text>
                </div>
              ),
            },
          ]}
        />
      )}
    </>
  );
}
