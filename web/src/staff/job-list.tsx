import { Code, Group, Text } from "@mantine/core";
import type { JobsListInput, JobsListReply } from "../../../client/src/mod.ts";
import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Note } from "../components/alert.tsx";
import { Page } from "../components/page.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { useLanguage } from "../text/language.tsx";
import { Choice, Filters, Search, useFilters } from "./parts/filters.tsx";
import { Json } from "./parts/json.tsx";
import { Listed } from "./parts/listed.tsx";
import { Moment } from "./parts/moment.tsx";
import { ReasonButton } from "./parts/reason-button.tsx";
import { usePages } from "./parts/use-pages.ts";
import { useStaffTexts } from "./texts.ts";

type Job = JobsListReply["jobs"][number];
type State = Job["state"];

/** At most so many are retried or discarded by one press; `jobs` takes no more. */
const mostAtOnce = 500;

/** The queue: dead letters first of all, each with why it died; retried or discarded with a reason. */
export function JobList() {
  const { socle } = useApp();
  const { t } = useLanguage();
  const s = useStaffTexts();
  const [filter] = useFilters();
  const [changed, setChanged] = useState<number>();
  const state = filter("state") ?? "dead";
  const kind = filter("kind");
  const asked: NonNullable<JobsListInput> = {
    ...(state !== "all" && { state: state as State }),
    ...(kind !== undefined && { kind }),
  };
  const pages = usePages(async (cursor) => {
    const { jobs, next_cursor } = await socle.jobsList({ ...asked, cursor, page_size: 25 });
    return { rows: jobs, next: next_cursor };
  }, JSON.stringify(asked));
  const decide = async (
    idempotencyKey: string,
    body: Parameters<typeof socle.jobsDecide>[0],
  ) => {
    const { changed } = await socle.jobsDecide(body, { idempotencyKey });
    setChanged(changed.length);
    await pages.reload();
  };
  const decideAll =
    (action: "retry" | "discard") => async (key: string, { reason }: Record<string, string>) =>
      await decide(key, { action, reason: reason!, filter: asked, most: mostAtOnce });
  const isAny = pages.rows !== undefined && pages.rows.length > 0;
  return (
    <Page title={s.jobs}>
      <Text c="dimmed" mb="md">{s.jobsExplained}</Text>
      <Filters>
        <Choice
          label={t.state}
          name="state"
          choices={{
            waiting: s.jobState.waiting,
            due: s.jobState.due,
            running: s.jobState.running,
            succeeded: s.jobState.succeeded,
            discarded: s.jobState.discarded,
            all: s.all,
          }}
          all={s.jobState.dead}
        />
        <Search label={s.kind} name="kind" />
        {isAny && state === "dead" && (
          <ReasonButton
            size="sm"
            variant="filled"
            label={s.retryAll}
            title={s.retryAllTitle}
            explained={s.atMost(mostAtOnce)}
            run={decideAll("retry")}
          />
        )}
        {isAny && state === "dead" && (
          <ReasonButton
            size="sm"
            label={s.discardAll}
            title={s.discardAllTitle}
            explained={s.discardExplained}
            run={decideAll("discard")}
          />
        )}
      </Filters>
      {changed !== undefined && <Note>{s.jobsChanged(changed)}</Note>}
      <Listed
        caption={s.jobs}
        pages={pages}
        none={state === "dead" ? s.noDead : s.nothingFound}
        keyOf={({ id }) => id}
        columns={[
          { label: s.job, cell: (job) => <Named job={job} /> },
          {
            label: t.state,
            cell: ({ state, attempts, max_attempts }) => (
              <div>
                <StateBadge
                  state={state === "dead" ? "failed" : state}
                  label={s.jobState[state]}
                />
                <Text size="sm" c="dimmed">{s.attempts(attempts, max_attempts)}</Text>
              </div>
            ),
          },
          {
            label: t.date,
            cell: ({ finished_at, run_at }) => <Moment at={finished_at ?? run_at} />,
          },
          {
            label: s.actions,
            cell: (job) => (
              <Decisions
                job={job}
                decide={(key, action, reason) => decide(key, { action, reason, ids: [job.id] })}
              />
            ),
          },
        ]}
      />
    </Page>
  );
}

function Named({ job }: { job: Job }) {
  const s = useStaffTexts();
  return (
    <div className="named">
      <Text fw={600}>
        {job.kind} <Text span c="dimmed" fw={400} size="sm">#{job.id}</Text>
      </Text>
      {job.last_error !== null && <Code block lang="en" mt={4}>{job.last_error}</Code>}
      {job.note !== null && <Text size="sm">{s.noted(job.note)}</Text>}
      <details>
        <summary>{s.payload}</summary>
        {job.cause !== null && <Text size="sm" my={4}>{s.cause(job.cause)}</Text>}
        <Json value={job.payload} label={s.payload} />
      </details>
    </div>
  );
}

function Decisions(
  { job, decide }: {
    job: Job;
    decide(key: string, action: "retry" | "discard", reason: string): Promise<void>;
  },
) {
  const s = useStaffTexts();
  const named = `${job.kind} #${job.id}`;
  const mayRetry = ["dead", "discarded"].includes(job.state);
  const mayDiscard = ["dead", "due", "waiting"].includes(job.state);
  return (
    <Group gap="xs" justify="flex-end">
      {mayRetry && (
        <ReasonButton
          label={s.retry}
          title={s.retryTitle(named)}
          explained={s.retryExplained}
          run={(key, { reason }) => decide(key, "retry", reason!)}
        />
      )}
      {mayDiscard && (
        <ReasonButton
          label={s.discard}
          title={s.discardTitle(named)}
          explained={s.discardExplained}
          run={(key, { reason }) => decide(key, "discard", reason!)}
        />
      )}
    </Group>
  );
}
