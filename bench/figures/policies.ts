import type { Sql, TransactionSql } from "postgres";
import { type Bench, figure } from "../support/figure.ts";
import {
  type MeasuredShape,
  type PolicyRows,
  policyRows,
  policyShapes,
} from "../support/policy-rows.ts";
import type { Caller } from "../support/policy-shapes.ts";
import { backendClock, type Clock, spent } from "../support/sql-database.ts";
import { median } from "../support/statistics.ts";

const page = 100;
const roles: Record<Caller, string> = {
  user: "authenticated",
  staff: "authenticated",
  visitor: "anon",
};

/** A page of rows as PostgREST asks: role and claims are set in the transaction of the query. */
async function ask(sql: Sql, role: string, id: string, text: string): Promise<number> {
  const claims = JSON.stringify({ role, sub: id });
  const rows = await sql.begin((tx: TransactionSql) => [
    tx`select set_config('role', ${role}, true), set_config('request.jwt.claims', ${claims}, true)`,
    tx.unsafe(text),
  ]);
  return rows[1]!.length;
}

function queries({ where, asks }: MeasuredShape, id: string, literals: PolicyRows["literals"]) {
  const text = (conditions: (string | undefined)[]) => {
    const given = conditions.filter((one) => one !== undefined).map((one) => `(${one})`);
    const query = `select n, name, active from public.bench_rows ${
      given.length > 0 ? `where ${given.join(" and ")}` : ""
    } order by n desc limit ${page}`;
    return Object.entries({ ...literals, ":user": `'${id}'::uuid`, ":id": id })
      .reduce((written, [name, literal]) => written.replaceAll(name, literal), query);
  };
  return { policy: text([asks]), explicit: text([where, asks]) };
}

async function shapeOver(
  bench: Bench,
  rows: PolicyRows,
  shape: MeasuredShape,
  clock: Clock,
  which: { at: number; judged: boolean },
) {
  const { database: { sql }, user, staff, literals } = rows;
  const id = shape.caller === "staff" ? staff : user;
  const role = roles[shape.caller];
  await sql.unsafe(`
    drop policy if exists bench on public.bench_rows;
    create policy bench on public.bench_rows for select to ${role} using (${shape.condition})`);
  const { policy, explicit } = queries(shape, id, literals);
  const calls = bench.sized({ quick: 10, full: 20 });
  await bench.pairs({ name: shape.name, ...which }, async () => {
    const times = { baseline: [] as number[], subject: [] as number[] };
    for (let call = 0; call < calls; call++) {
      const counts: number[] = [];
      const one = (as: string, text: string) =>
        spent(clock, async () => counts.push(await ask(sql, as, id, text)));
      times.baseline.push(await one("service_role", explicit));
      times.subject.push(await one(role, policy));
      if (counts[0] !== page || counts[1] !== page) {
        throw new Error(`${shape.name}: ${counts.join(" and ")} rows, not ${page} of each`);
      }
    }
    return { baseline: median(times.baseline), subject: median(times.subject) };
  });
}

async function measure(bench: Bench): Promise<void> {
  const most = bench.sized({ quick: 10_000, full: 1_000_000 });
  for (const count of bench.sized({ quick: [most], full: [10_000, 100_000, most] })) {
    await using rows = await policyRows(count);
    bench.log(`  a table of ${count.toLocaleString("en-US")} rows is ready`);
    const clock = await backendClock(rows.database.sql);
    for (const shape of await policyShapes(rows.database.sql)) {
      await shapeOver(bench, rows, shape, clock, { at: count, judged: count === most });
    }
  }
}

export default figure({
  title: "Row level security, by the shape of the policy",
  subject:
    `the newest ${page} of the rows that a policy lets the caller see, with no condition in the query; processor time of the transaction`,
  baseline: "the same rows by an explicit condition with ids as literals, as the service role",
  unit: "ms",
  goal: { atMost: 1.3 },
  axis: "rows",
  gate: "processor time of one backend, single transactions in turn",
  notes: `
Every policy of the database that has a condition on rows is of one of these shapes, or this figure fails. A shape is
measured by the words of one of its policies, on a table that has all columns of which policies speak; 1,000 rows are
the caller's, and of each of the caller's workspaces.

What is missed, and why. Nobody has the ids at hand: a policy asks once a query who the caller is, whether staff, and
which workspaces are the caller's and what their plans include, which a baseline of literals does not. That is the
same number of milliseconds at 10,000 rows and at 1,000,000, and shows where the rest takes as little. "Of a variant
on sale" reads variants under their own policy, which asks for their product again. "Own, or staff" is a range of
users, which an index finds but the planner takes for half a percent of the rows: with an order and a limit it reads
along the order instead. The tables of that shape hold a row or a few of each user, and are asked for one user. The
two conditions that look at the row's role belong to policies for changing and removing members, who are found by
their keys.`,
  measure,
});
