import { FileInput, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { useApp } from "../../../app-context.ts";
import { ProblemAlert } from "../../../components/alert.tsx";
import { PendingButton } from "../../../components/form.tsx";
import { Page } from "../../../components/page.tsx";
import { Rows } from "../../../components/rows.tsx";
import { Section } from "../../../components/section.tsx";
import { Shown } from "../../../components/shown.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { TextLink } from "../../../components/text-link.tsx";
import { useLanguage } from "../../../text/language.tsx";
import { useAction } from "../../../use-action.ts";
import { rows, useRead } from "../../../use-read.ts";
import { Moment } from "../../parts/moment.tsx";
import { useShopTexts } from "../texts.ts";
import { Export } from "./export.tsx";
import { importColour, type ImportState } from "./import-state.ts";

/** The catalogue as a file: in, with a try before, and out. */
export function CataloguePage() {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const s = useShopTexts();
  const imports = useRead(() =>
    rows(
      supabase.from("catalogue_imports")
        .select("id, path, dry_run, state, rows_done, failed, created_at")
        .order("created_at", { ascending: false }).limit(20),
    ), "imports");
  return (
    <Page title={s.catalogue}>
      <Upload />
      <Section title={s.imports}>
        <Shown read={imports}>
          {(rows) =>
            rows.length === 0 ? <Text c="dimmed">{t.none}</Text> : (
              <Rows
                caption={s.imports}
                rows={rows}
                keyOf={({ id }) => id}
                columns={[
                  {
                    label: s.file,
                    cell: ({ id, path }) => (
                      <TextLink href={`/staff/catalogue/${id}`}>{fileName(path)}</TextLink>
                    ),
                  },
                  { label: t.date, cell: ({ created_at }) => <Moment at={created_at} /> },
                  { label: s.kind, cell: ({ dry_run }) => dry_run ? s.dryRun : s.realImport },
                  {
                    label: t.state,
                    cell: ({ state }) => (
                      <StateBadge
                        state={importColour[state as ImportState]}
                        label={s.importState[state as ImportState]}
                      />
                    ),
                  },
                  { label: s.rows, cell: ({ rows_done }) => rows_done, number: true },
                  { label: s.errors, cell: ({ failed }) => failed, number: true },
                ]}
              />
            )}
        </Shown>
      </Section>
      <Export />
    </Page>
  );
}

/** A file's own name: what was put before it on the way up is ours. */
export function fileName(path: string): string {
  return path.replace(/^.*\//, "").replace(/^\d{13}-/, "");
}

/** Puts a file up and lets it be tried: what it would do, without writing anything. */
function Upload() {
  const { supabase, socle, session } = useApp();
  const s = useShopTexts();
  const [, navigate] = useLocation();
  const [file, setFile] = useState<File | null>(null);
  const uploaded = useRef<{ file: File; path: string }>(undefined);
  /** Where the file is: it goes up once, so that trying again asks for the same import. */
  async function upload(file: File): Promise<string> {
    if (uploaded.current?.file === file) return uploaded.current.path;
    // Storage's names are ASCII; the moment before it keeps two of one name apart.
    const name = file.name.normalize("NFKD").replaceAll(/[^\w.-]+/g, "-");
    const path = `${session!.user.id}/${Date.now()}-${name}`;
    const { error } = await supabase.storage.from("catalogue-imports").upload(path, file, {
      contentType: "text/csv",
    });
    if (error !== null) throw error;
    uploaded.current = { file, path };
    return path;
  }
  const tryIt = useAction(async (key) => {
    if (file === null) return;
    const path = await upload(file);
    const begun = await socle.catalogueImportStart({ path, dry_run: true }, {
      idempotencyKey: key,
    });
    navigate(`/staff/catalogue/${begun.import.id}`);
  });
  return (
    <Section title={s.importTitle}>
      <Text mb="md">{s.importExplained}</Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void tryIt.start();
        }}
      >
        <FileInput
          label={s.file}
          placeholder={s.chooseFile}
          accept=".csv,text/csv,text/plain"
          value={file}
          onChange={setFile}
          maw="30rem"
          mb="md"
          clearable
          clearButtonProps={{ "aria-label": s.clear }}
        />
        <ProblemAlert problem={tryIt.problem} />
        <PendingButton type="submit" pending={tryIt.pending} disabled={file === null}>
          {s.tryImport}
        </PendingButton>
      </form>
    </Section>
  );
}
