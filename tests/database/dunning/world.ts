/** A workspace whose renewal fails, day by day. */
import type postgres from "postgres";
import { insertUser, type Sql } from "../../support/database.ts";

/** In seconds. */
export const day = 24 * 60 * 60;
/** When the renewal of every world first fails. */
export const start = Date.UTC(2027, 0, 10, 9) / 1000;

/** A workspace that has bought, and what may happen to it. */
export interface World {
  tx: postgres.TransactionSql;
  workspaceId: string;
  userId: string;
  /** Sets the business clock, in days after the first failure. */
  at(days: number): Promise<void>;
  /** Stripe's invoice as it stands, fetched and written. */
  invoice(changes?: Record<string, unknown>): Promise<void>;
  subscription(changes?: Record<string, unknown>): Promise<void>;
  failed(days?: number): Promise<void>;
  /** Runs the looks that are due. */
  jobs(): Promise<void>;
  /** What has come of it, without our own ids and moments of writing. */
  outcome(): Promise<unknown>;
  access(): Promise<string>;
}

/** Ends a transaction of which nothing is to stay. */
export class Undone extends Error {}

/** One at a time: the clock is set by replacing a function, which the transaction then holds. */
export async function inWorld(
  sql: Sql,
  look: (world: World) => Promise<void>,
): Promise<void> {
  await sql.begin(async (tx) => {
    const userId = await insertUser(tx);
    const [workspace] = await tx<{ id: string }[]>`
      select id from public.workspaces where personal_of = ${userId}`;
    const workspaceId = workspace!.id;
    await tx`
      update private.billing_customers set stripe_customer_id = 'cus_1'
      where workspace_id = ${workspaceId}`;
    const apply = (type: string, record: unknown) =>
      tx.unsafe(`select private.stripe_apply_${type}($1::jsonb)`, [record as never]);
    const world: World = {
      tx,
      workspaceId,
      userId,
      async at(days) {
        await tx.unsafe(`
          create or replace function private.now() returns timestamptz language sql stable
          set search_path = '' as $$ select pg_catalog.to_timestamp(${start + days * day}) $$`);
      },
      async invoice(changes = {}) {
        await apply("invoice", { ...unpaid, ...changes });
      },
      async subscription(changes = {}) {
        await apply("subscription", { ...bought, ...changes });
      },
      async failed(days = 0) {
        await tx`select public.dunning_failed('in_1', to_timestamp(${start + days * day}))`;
      },
      async jobs() {
        for (;;) {
          const due = await tx<{ id: string }[]>`
            update private.jobs set state = 'succeeded', finished_at = now()
            where kind = 'dunning_step' and state = 'pending' and run_at <= private.now()
            returning id`;
          if (due.length === 0) return;
          await tx`select public.dunning_advance('in_1')`;
        }
      },
      async outcome() {
        const [held] = await tx`
          select
            (select jsonb_agg(to_jsonb(held) - '{id,invoice_id,workspace_id,created_at,updated_at}'::text[])
             from public.dunning_cases as held) as cases,
            (select jsonb_agg(to_jsonb(done) - '{case_id,created_at}'::text[] order by done.at, done.step)
             from public.dunning_events as done) as events,
            (select jsonb_agg(job.dedupe_key order by job.dedupe_key) from private.jobs as job
             where job.kind = 'mail_send' and job.dedupe_key like '%in_1%') as mails`;
        return held;
      },
      async access() {
        const [held] = await tx<{ access: string }[]>`
          select private.workspace_access(${workspaceId}) as access`;
        return held!.access;
      },
    };
    await world.at(0);
    await look(world);
    throw new Undone();
  }).catch((error) => {
    if (!(error instanceof Undone)) throw error;
  });
}

/** A subscription of which a renewal is unpaid. */
export const bought = {
  id: "sub_1",
  customer_id: "cus_1",
  price_id: null,
  status: "past_due",
  quantity: 1,
  currency: "EUR",
  cancel_at_period_end: false,
  current_period_start: null,
  current_period_end: null,
  trial_end: null,
  cancel_at: null,
  canceled_at: null,
  ended_at: null,
  created: start - 30 * day,
};

/** That renewal. */
export const unpaid = {
  id: "in_1",
  deleted: false,
  customer_id: "cus_1",
  subscription_id: "sub_1",
  number: "SOCLE-0002",
  description: "Basic",
  billing_reason: "subscription_cycle",
  status: "open",
  attempt_count: 1,
  next_payment_attempt: start + 3 * day,
  action_required: false,
  currency: "EUR",
  subtotal: 1900,
  total: 1900,
  amount_due: 1900,
  amount_paid: 0,
  period_start: start,
  period_end: start + 30 * day,
  hosted_invoice_url: "https://invoice.example/1",
  invoice_pdf: null,
  created: start,
  paid_at: null,
  voided_at: null,
  marked_uncollectible_at: null,
  payments: [],
};

export const paidAt = (days: number) => ({
  status: "paid",
  amount_paid: 1900,
  paid_at: start + days * day,
  next_payment_attempt: null,
});

export const endedAt = (days: number) => ({ status: "canceled", ended_at: start + days * day });
