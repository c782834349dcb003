import type { Sql } from "postgres";
import { type Bench, figure, type Pair } from "../support/figure.ts";
import { jobQueues, type Queue, topUp } from "../support/job-queues.ts";
import { backendClock, type Clock, spent } from "../support/sql-database.ts";

const batch = 100;
/** As many as jobs-run works at once. */
const smallBatch = 10;

/** A queue with the connection that works it. */
interface Worked {
  sql: Sql;
  clock: Clock;
  queue: Queue;
}

/** Works so many jobs of both, batches in turn; jobs a second of each backend's processor time. */
async function work(jobs: number, theirs: Worked, ours: Worked, size = batch): Promise<Pair> {
  const ms = new Map([[theirs, 0], [ours, 0]]);
  for (let done = 0; done < jobs; done += size) {
    for (const one of [theirs, ours]) {
      const took = await spent(one.clock, async () => {
        const worked = await one.queue.workBatch(size);
        if (worked !== size) throw new Error(`${one.queue.table}: worked ${worked} of ${size}`);
      });
      ms.set(one, ms.get(one)! + took);
    }
  }
  return { baseline: jobs / ms.get(theirs)! * 1000, subject: jobs / ms.get(ours)! * 1000 };
}

async function worked(sql: Sql, queue: Queue): Promise<Worked> {
  return { sql, queue, clock: await backendClock(sql) };
}

async function measure(bench: Bench): Promise<void> {
  const queues = await bench.shared(jobQueues);
  const theirSql = queues.database.connect(1);
  const theirs = await worked(theirSql, await queues.theirs(theirSql));
  const ourSql = queues.database.connect(1);
  const ours = await worked(ourSql, queues.ours(ourSql));
  const jobs = bench.sized({ quick: 4_000, full: 10_000 });
  const fill = async (due: number) => {
    for (const { sql, queue } of [theirs, ours]) await topUp(sql, queue, due);
  };
  const empty = async () => {
    await ourSql`truncate private.jobs`;
    await theirSql`truncate graphile_worker._private_jobs`;
  };

  await bench.pairs({ name: "nothing else in the tables" }, async () => {
    await empty();
    await fill(jobs);
    return await work(jobs, theirs, ours);
  });

  await bench.pairs({ name: `batches of ${smallBatch}`, judged: false }, async () => {
    await fill(jobs);
    return await work(jobs / 5, theirs, ours, smallBatch);
  });

  await bench.pairs({
    name: "a transaction held open",
    goal: { atLeast: 0.8 },
  }, async () => {
    await empty();
    await fill(jobs);
    const holder = await queues.database.connect(1).reserve();
    await holder`begin isolation level repeatable read`;
    await holder`select count(*) from pg_catalog.pg_class`;
    const pair = await work(jobs, theirs, ours);
    await holder`rollback`;
    holder.release();
    return pair;
  });

  const finished = bench.sized({ quick: 10_000, full: 100_000 });
  await empty();
  await ourSql`
    insert into private.jobs (kind, payload, dedupe_key, state, attempts, finished_at)
    select 'sample', jsonb_build_object('n', n), case when n % 2 = 0 then 'cause ' || n end, 'succeeded', 1, now()
    from generate_series(1, ${finished}::integer) as n`;
  await bench.pairs({
    name: `${finished.toLocaleString("en-US")} finished jobs in ours`,
    goal: { atLeast: 0.8 },
  }, async () => {
    await fill(jobs);
    return await work(jobs, theirs, ours);
  });

  await empty();
  for (const due of bench.sized({ quick: [], full: [10_000, 100_000, 1_000_000] })) {
    bench.log(`  filling both queues up to ${due.toLocaleString("en-US")} jobs`);
    await bench.pairs({ name: "5,000 of those due", at: due, judged: false }, async () => {
      await fill(due);
      return await work(5_000, theirs, ours);
    });
  }
  await empty();
}

export default figure({
  title: "Jobs: claim and complete",
  subject: `jobs a second of the backend's processor time, claimed and settled ${batch} at a time`,
  baseline: "graphile-worker's own statements, of the same batches, on the same Postgres",
  unit: "/s",
  goal: { atLeast: 1 },
  axis: "jobs due",
  gate: "processor time of the two backends, batches in turn",
  notes: `
Theirs deletes a finished job; ours keeps it, so that its cause acts once, and pays for one more version of the row.
What pays for that: a claim touches no index (half of each page is free for it) and reads only what it takes, and
the results of a batch go in one statement. In small batches the calls themselves weigh more than the jobs, and two
functions cost more than two statements. Both queues slow down while a transaction is held open, since a claim
passes the remains of every job finished since.`,
  measure,
});
