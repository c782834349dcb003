/** Meters as server code calls them, and what must hold of their counters whatever was called. */
import assert from "node:assert/strict";
import type { Sql, TransactionSql } from "postgres";

/** What a reserve or a count answers. */
export interface MeterAnswer {
  outcome: "reserved" | "settled" | "counted" | "refused";
  hold_id?: string;
  reason?: "access" | "plan" | "limit";
  limit?: number;
  used?: number;
  reserved?: number;
  granted_by?: unknown[];
}

/** The server RPCs on one workspace's meter. */
export function meterOf(sql: Sql | TransactionSql, workspaceId: string, meter: string) {
  const answer = (row: Record<string, unknown>) => row["answer"] as never;
  return {
    async reserve(amount: number, key: string, ttlSeconds = 300): Promise<MeterAnswer> {
      const [row] = await sql`
        select public.meter_reserve(${workspaceId}, ${meter}, ${amount}, ${key}, ${ttlSeconds}) as answer`;
      return answer(row!);
    },
    async settle(hold: string, used: number): Promise<boolean> {
      const [row] = await sql`select public.meter_settle(${hold}, ${used}) as answer`;
      return answer(row!);
    },
    async release(hold: string): Promise<boolean> {
      const [row] = await sql`select public.meter_release(${hold}) as answer`;
      return answer(row!);
    },
    async count(amount = 1, key: string | null = null): Promise<MeterAnswer> {
      const [row] = await sql`
        select public.meter_count(${workspaceId}, ${meter}, ${amount}, ${key}) as answer`;
      return answer(row!);
    },
    /** The counters' sums over all periods. */
    async counter(): Promise<{ used: number; reserved: number }> {
      const [row] = await sql<{ used: number; reserved: number }[]>`
        select coalesce(sum(used), 0)::int as used, coalesce(sum(reserved), 0)::int as reserved
        from public.usage_counters where workspace_id = ${workspaceId} and meter = ${meter}`;
      return { ...row! };
    },
  };
}

/** Asserts that each counter is the sum of its records and of its open holds. */
export async function assertCountersAddUp(sql: Sql | TransactionSql): Promise<void> {
  const wrong = await sql`
    select * from (
      select counter.*,
        (select coalesce(sum(amount), 0) from public.usage_records as record
         where (record.workspace_id, record.meter, record.period_start)
           = (counter.workspace_id, counter.meter, counter.period_start)) as recorded,
        (select coalesce(sum(amount), 0) from private.usage_holds as hold
         where (hold.workspace_id, hold.meter, hold.period_start)
           = (counter.workspace_id, counter.meter, counter.period_start) and hold.state = 'open') as held
      from public.usage_counters as counter
    ) as sums
    where used <> recorded or reserved <> held`;
  assert.deepEqual([...wrong], []);
}
