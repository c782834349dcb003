import { Anchor, List, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../../app-context.ts";
import { ProblemAlert } from "../../../components/alert.tsx";
import { ActionButton } from "../../../components/form.tsx";
import { Section } from "../../../components/section.tsx";
import { useLanguage } from "../../../text/language.tsx";
import { useAction } from "../../../use-action.ts";
import { rows, useRead } from "../../../use-read.ts";
import { Moment } from "../../parts/moment.tsx";
import { usePolling } from "../../parts/use-polling.ts";
import { useShopTexts } from "../texts.ts";

/** The catalogue as CSV files: begun here, then followed until its files are there. */
export function Export() {
  const { supabase, socle } = useApp();
  const { language } = useLanguage();
  const s = useShopTexts();
  const [begun, setBegun] = useState<string>();
  const read = useRead(async () => {
    const latest = begun ?? (await rows(
      supabase.from("catalogue_exports").select("id")
        .order("created_at", { ascending: false }).limit(1),
    ))[0]?.id;
    return latest === undefined
      ? null
      : (await socle.catalogueExportGet({ export_id: latest })).export;
  }, begun ?? "");
  usePolling(read.reload, read.value?.state === "running");
  const start = useAction(async (key) => {
    const { export: one } = await socle.catalogueExportStart({}, { idempotencyKey: key });
    setBegun(one.id);
  });
  const one = read.value;
  return (
    <Section title={s.exportTitle}>
      <Text mb="md">{s.exportExplained}</Text>
      <ProblemAlert problem={read.problem ?? start.problem} />
      {one != null && (
        <div role="status">
          <Text mb="xs">
            {s.exportState[one.state]} · {s.exportRows(one.rows_done.toLocaleString(language))} ·
            {" "}
            <Moment at={one.created_at} />
          </Text>
          <List mb="md">
            {one.files.map((url, index) => (
              <List.Item key={url}>
                <Anchor href={url} download>{s.exportFile(index + 1)}</Anchor>
              </List.Item>
            ))}
          </List>
        </div>
      )}
      {one?.state !== "running" && (
        <ActionButton action={start} variant="default">{s.beginExport}</ActionButton>
      )}
    </Section>
  );
}
