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
    const open = (state: "due" | "running") =>
      socle.jobsList({ kind: comparison.jobKind, state, page_size: 1 });
    // What waits is the next night's.
    const jobs = await Promise.all([open("due"), open("running")]);
    // Afterwards, so that what has ended by then has its row.
    const runs = await comparison.read(supabase);
    return { runs, isUnderWay: jobs.some(({ jobs }) => jobs.length > 0) };
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
