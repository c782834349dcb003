import { Text } from "@mantine/core";
import { Page } from "../../components/page.tsx";
import { Section } from "../../components/section.tsx";
import { useStaffTexts } from "../texts.ts";
import { billingComparison, type Comparison } from "./comparison.ts";
import { Runs } from "./runs.tsx";
import { shopComparison } from "../shop/comparison.ts";
import { useApp } from "../../app-context.ts";
import { useRead } from "../../use-read.ts";
import { Shown } from "../../components/shown.tsx";
import { usePolling } from "../parts/use-polling.ts";
import { ReasonButton } from "../parts/reason-button.tsx";
import { Note } from "../../components/alert.tsx";
import { useState } from "react";

const comparisons = [
  billingComparison,
  shopComparison,
];

/** What the comparisons with Stripe found; each can be begun by hand. */
export function ReconciliationPage() {
  const s = useStaffTexts();
  return (
    <Page title={s.reconciliation}>
      <Text c="dimmed" mb="md">{s.reconciliationExplained}</Text>
      {comparisons.map((one) => <Compared key={one.name} comparison={one} />)}
    </Page>
  );
}

function Compared({ comparison }: { comparison: Comparison }) {
  const { supabase, socle } = useApp();
  const s = useStaffTexts();
  const [job, setJob] = useState<number>();
  const title = s.comparisons[comparison.name];
  const read = useRead(async () => {
    const { jobs } = await socle.jobsList({ kind: comparison.jobKind, page_size: 10 });
    // Afterwards, so that what has ended by then is among them.
    const runs = await comparison.read(supabase);
    // One that waits and was never tried is the coming night's.
    const isUnderWay = jobs.some(({ state, attempts }) =>
      state === "due" || state === "running" || state === "waiting" && attempts > 0
    );
    return { runs, isUnderWay };
  }, comparison.name);
  const isUnderWay = read.value?.isUnderWay === true;
  usePolling(read.reload, isUnderWay);
  return (
    <Section
      title={title}
      actions={
        <ReasonButton
          label={s.compareNow}
          title={s.compareNowTitle(title)}
          explained={s.compareExplained}
          run={async (_key, { reason }) => {
            setJob(await comparison.begin(supabase, reason!));
            await read.reload();
          }}
        />
      }
    >
      {isUnderWay && <Text role="status" mb="sm">{s.comparisonUnderWay}</Text>}
      {job !== undefined && !isUnderWay && <Note>{s.comparisonEnded(job)}</Note>}
      <Shown read={read}>{({ runs }) => <Runs caption={title} runs={runs} />}</Shown>
    </Section>
  );
}
