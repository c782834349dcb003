import { Alert, Group, Progress, Text } from "@mantine/core";
import { useLocation } from "wouter";
import type { CatalogueImportGetReply } from "../../../../../client/src/mod.ts";
import { useApp } from "../../../app-context.ts";
import { Note, ProblemAlert } from "../../../components/alert.tsx";
import { ActionButton } from "../../../components/form.tsx";
import { Page } from "../../../components/page.tsx";
import { Rows } from "../../../components/rows.tsx";
import { Section } from "../../../components/section.tsx";
import { Shown } from "../../../components/shown.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { TextLink } from "../../../components/text-link.tsx";
import { useLanguage } from "../../../text/language.tsx";
import { useAction } from "../../../use-action.ts";
import { useRead } from "../../../use-read.ts";
import { usePolling } from "../../parts/use-polling.ts";
import { useShopTexts } from "../texts.ts";
import { fileName } from "./catalogue-page.tsx";
import { importColour } from "./import-state.ts";

type Import = CatalogueImportGetReply["import"];

/** One import as it goes on: rows, what became of them, errors line by line. */
export function ImportPage({ id }: { id: string }) {
  const { socle } = useApp();
  const s = useShopTexts();
  const read = useRead(() => socle.catalogueImportGet({ import_id: id }), id);
  usePolling(read.reload, read.value?.import.state === "running");
  const jobs = useRead(async () => {
    const { jobs } = await socle.jobsList({ kind: "catalogue_import", state: "dead" });
    return jobs.length > 0;
  }, read.value?.import.state ?? "");
  return (
    <Page
      title={read.value === undefined ? s.importTitle : fileName(read.value.import.path)}
      actions={read.value && (
        <StateBadge
          state={importColour[read.value.import.state]}
          label={s.importState[read.value.import.state]}
        />
      )}
    >
      <p>
        <TextLink href="/staff/catalogue">{s.catalogue}</TextLink>
      </p>
      <Shown read={read}>
        {({ import: one, errors }) => (
          <>
            {one.dry_run && <Note>{s.dryRunNote}</Note>}
            {one.problem !== null && <Alert color="red" mb="md" lang="en">{one.problem}</Alert>}
            {one.state === "running" && jobs.value === true && (
              <Alert color="orange" mb="md">
                {s.importStuck}{" "}
                <TextLink href="/staff/jobs?kind=catalogue_import">{s.toJobs}</TextLink>
              </Alert>
            )}
            <Section title={s.progress}>
              <Counts one={one} />
              <Steps one={one} changed={read.reload} />
            </Section>
            {one.failed > 0 && <Errors one={one} errors={errors} />}
          </>
        )}
      </Shown>
    </Page>
  );
}

function Counts({ one }: { one: Import }) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const done = one.bytes_total === 0 ? 100 : 100 * one.bytes_done / one.bytes_total;
  const counts: [label: string, count: number][] = [
    [s.rows, one.rows_done],
    [s.created, one.created],
    [s.updated, one.updated],
    [s.unchanged, one.unchanged],
    [s.errors, one.failed],
  ];
  return (
    <>
      <Progress.Root size="lg" my="sm">
        <Progress.Section
          value={done}
          {...(one.state === "failed" && { color: "red" })}
          aria-label={s.progress}
          animated={one.state === "running"}
        />
      </Progress.Root>
      <Group gap="xl" my="md">
        {counts.map(([label, count]) => (
          <div key={label}>
            <Text size="sm" c="dimmed">{label}</Text>
            <Text fw={650} size="lg" {...(label === s.errors && count > 0 && { c: "red" })}>
              {count.toLocaleString(language)}
            </Text>
          </div>
        ))}
      </Group>
    </>
  );
}

/** What may follow: the import itself after a try, or its end before the file's. */
function Steps({ one, changed }: { one: Import; changed(): Promise<void> }) {
  const { socle } = useApp();
  const s = useShopTexts();
  const [, navigate] = useLocation();
  const begin = useAction(async (key) => {
    const begun = await socle.catalogueImportStart({ path: one.path, dry_run: false }, {
      idempotencyKey: key,
    });
    navigate(`/staff/catalogue/${begun.import.id}`);
  });
  const cancel = useAction(async () => {
    await socle.catalogueImportCancel({ import_id: one.id });
    await changed();
  });
  return (
    <>
      <ProblemAlert problem={begin.problem ?? cancel.problem} />
      <Group gap="sm">
        {one.state === "running" && (
          <ActionButton action={cancel} variant="default">{s.cancelImport}</ActionButton>
        )}
        {one.dry_run && one.state === "done" && (
          <ActionButton action={begin}>{s.beginImport}</ActionButton>
        )}
        {!one.dry_run && ["cancelled", "failed"].includes(one.state) && (
          <ActionButton action={begin}>{s.importAgain}</ActionButton>
        )}
      </Group>
    </>
  );
}

function Errors(
  { one, errors }: { one: Import; errors: CatalogueImportGetReply["errors"] },
) {
  const s = useShopTexts();
  return (
    <Section title={s.errors}>
      {one.failed > errors.length && <Text mb="sm">{s.firstErrors(errors.length)}</Text>}
      <Rows
        caption={s.errors}
        rows={errors}
        keyOf={({ line, column_name }) => `${line} ${column_name}`}
        columns={[
          { label: s.line, cell: ({ line }) => line },
          { label: s.column, cell: ({ column_name }) => column_name },
          { label: s.problem, cell: ({ problem }) => <span lang="en">{problem}</span> },
        ]}
      />
    </Section>
  );
}
