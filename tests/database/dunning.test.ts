/** Dunning in SQL: a case is what its facts say, in whatever order and however often they are told. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { MAIL_NAMES } from "../../supabase/functions/_shared/mail/templates.ts";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";
import { seededRandom, shuffled } from "../support/random.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 3 });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const day = 24 * 60 * 60;
/** When the renewal of every world first fails. */
const start = Date.UTC(2027, 0, 10, 9) / 1000;

interface World {
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

class Undone extends Error {}

/** One at a time: the clock is set by replacing a function, which the transaction then holds. */
async function inWorld(look: (world: World) => Promise<void>): Promise<void> {
  await database.sql.begin(async (tx) => {
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

const bought = {
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

const unpaid = {
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

const paidAt = (days: number) => ({
  status: "paid",
  amount_paid: 1900,
  paid_at: start + days * day,
  next_payment_attempt: null,
});

/** Lives a case as it happens, day by day, until it is over. */
async function lived(
  over: { days: number; paid?: boolean; ended?: boolean; invoice?: Record<string, unknown> },
): Promise<unknown> {
  let outcome: unknown;
  await inWorld(async (world) => {
    await world.subscription();
    await world.invoice();
    await world.failed();
    for (let days = 0; days < over.days; days++) {
      await world.at(days);
      await world.jobs();
    }
    await world.at(over.days);
    if (over.invoice !== undefined) await world.invoice(over.invoice);
    if (over.ended) await world.subscription(endedAt(over.days));
    await world.jobs();
    await world.at(40);
    await world.jobs();
    outcome = await world.outcome();
  });
  return outcome;
}

const endedAt = (days: number) => ({ status: "canceled", ended_at: start + days * day });

Deno.test("dunning: a case goes through the policy, each step once, and closes with the payment", async () => {
  const expected = await lived({ days: 30, invoice: paidAt(30) });
  await inWorld(async (world) => {
    await world.subscription();
    await world.invoice();
    assert.equal(await world.access(), "full");
    await world.failed();
    const on = async (days: number) => {
      await world.at(days);
      await world.jobs();
      return await world.access();
    };
    assert.deepEqual(
      [
        await on(0),
        await on(2.9),
        await on(3),
        await on(6.9),
        await on(7),
        await on(13),
        await on(14),
        await on(30),
      ],
      ["full", "full", "full", "full", "read_only", "read_only", "locked", "locked"],
    );
    // Paid: open again in the same transaction, without any job.
    await world.invoice(paidAt(30));
    assert.equal(await world.access(), "full");
    assert.deepEqual(await world.outcome(), expected);
    const { mails } = await world.outcome() as { mails: string[] };
    assert.deepEqual(mails, [
      "access_locked:in_1:locked",
      "access_read_only:in_1:read_only",
      "access_restored:in_1:recovered",
      "payment_failed:in_1:payment_failed",
      "payment_reminder:in_1:reminder",
      "receipt:in_1",
    ]);
  });
});

Deno.test("dunning: what happened ends the same in any order, any number of times, however late", async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const random = seededRandom(seed);
  const lives = [
    { days: 0.2, invoice: paidAt(0.2) },
    { days: 5, invoice: paidAt(5) },
    { days: 9, invoice: paidAt(9) },
    { days: 20, invoice: paidAt(20) },
    { days: 8, invoice: { status: "void", voided_at: start + 8 * day } },
    { days: 15, invoice: { status: "uncollectible", marked_uncollectible_at: start + 15 * day } },
    { days: 10, ended: true },
  ];
  for (const life of lives) {
    const expected = await lived(life);
    for (let round = 0; round < 3; round++) {
      await inWorld(async (world) => {
        // Everything is told forty days later; a look at Stripe shows how it stands by then.
        await world.at(40);
        const look = () => world.invoice(life.invoice ?? {});
        const subscribed = () => world.subscription(life.ended ? endedAt(life.days) : {});
        await subscribed();
        await look(); // An event's objects are mirrored before it is handled.
        const told = shuffled(
          [
            look,
            subscribed,
            world.jobs,
            ...[0, 0, 3, 8].filter((days) => days < life.days)
              .map((days) => () => world.failed(days)),
          ],
          random,
        );
        for (const tell of told) await tell();
        await world.jobs();
        assert.deepEqual(
          await world.outcome(),
          expected,
          `${JSON.stringify(life)}, seed ${seed}, round ${round}`,
        );
      });
    }
  }
});

Deno.test("dunning: an earlier failure that is told later moves day 0, and nothing twice", async () => {
  await inWorld(async (world) => {
    await world.subscription();
    await world.invoice();
    await world.at(5);
    await world.failed(3);
    await world.failed(0);
    await world.failed(5);
    await world.jobs();
    const { cases, events } = await world.outcome() as {
      cases: { first_failed_at: string }[];
      events: { step: string }[];
    };
    assert.equal(Date.parse(cases[0]!.first_failed_at) / 1000, start);
    assert.deepEqual(events.map(({ step }) => step), ["payment_failed", "reminder"]);
  });
});

Deno.test("dunning: a first payment, an invoice without a subscription and a stranger's open no case", async () => {
  await inWorld(async (world) => {
    await world.subscription();
    await world.invoice({ billing_reason: "subscription_create" });
    await world.failed();
    await world.invoice({ subscription_id: null });
    await world.failed();
    await world.tx`select public.dunning_failed('in_unknown', now())`;
    assert.deepEqual(await world.outcome(), { cases: null, events: null, mails: null });
  });
});

Deno.test("dunning: a payment that waits for its bank is asked to be confirmed, by one mail", async () => {
  await inWorld(async (world) => {
    await world.subscription();
    await world.invoice({ action_required: true });
    await world.failed();
    await world.failed();
    const [mail] = await world.tx`
      select payload ->> 'template' as template from private.jobs
      where kind = 'mail_send' and dedupe_key = 'payment_failed:in_1:payment_failed'`;
    assert.equal(mail!["template"], "payment_action_required");
  });
});

Deno.test("dunning: a failure that was never told is noticed, and day 0 is that day", async () => {
  await inWorld(async (world) => {
    const missed = async () => {
      const [row] = await world.tx<{ opened: number }[]>`select public.dunning_missed() as opened`;
      return row!.opened;
    };
    await world.subscription();
    await world.invoice();
    await world.at(3);
    assert.equal(await missed(), 0, "its event may still come");
    await world.at(5);
    assert.deepEqual([await missed(), await missed()], [1, 0]);
    const { cases, mails } = await world.outcome() as {
      cases: { first_failed_at: string }[];
      mails: string[];
    };
    assert.equal(Date.parse(cases[0]!.first_failed_at) / 1000, start + 5 * day);
    assert.deepEqual(mails, ["payment_failed:in_1:payment_failed"]);
    assert.equal(await world.access(), "full");
  });
});

Deno.test("dunning: the end of the subscription lifts what was taken, before anybody looks again", async () => {
  await inWorld(async (world) => {
    await world.subscription();
    await world.invoice();
    await world.failed();
    await world.at(14);
    await world.jobs();
    assert.equal(await world.access(), "locked");
    await world.subscription(endedAt(14));
    assert.equal(await world.access(), "full");
    const { mails } = await world.outcome() as { mails: string[] };
    assert.ok(!mails.some((mail) => mail.startsWith("access_restored")));
  });
});

Deno.test("dunning: the worst of several unpaid invoices counts, until it is paid", async () => {
  await inWorld(async (world) => {
    await world.subscription();
    await world.invoice();
    await world.failed();
    await world.at(8);
    await world.jobs();
    const second = { ...unpaid, id: "in_2" };
    const apply = (record: unknown) =>
      world.tx`select private.stripe_apply_invoice(${world.tx.json(record as never)})`;
    await apply(second);
    await world.tx`select public.dunning_failed('in_2', private.now())`;
    assert.equal(await world.access(), "read_only");
    await world.invoice(paidAt(8));
    assert.equal(await world.access(), "full");
  });
});

Deno.test("dunning: a changed policy holds for open cases at once; what was done stays", async () => {
  await inWorld(async (world) => {
    await world.subscription();
    await world.invoice();
    await world.failed();
    await world.at(4);
    await world.jobs();
    await world
      .tx`update public.dunning_policy set "after" = interval '4 days' where step = 'read_only'`;
    assert.equal(await world.access(), "full"); // Not before Stripe was asked.
    await world.jobs();
    assert.equal(await world.access(), "read_only");
    await world.tx`delete from public.dunning_policy where step = 'read_only'`;
    await world.at(20);
    await world.jobs();
    assert.equal(await world.access(), "locked");
    const { events } = await world.outcome() as { events: { step: string }[] };
    assert.deepEqual(events.map(({ step }) => step), [
      "payment_failed",
      "reminder",
      "read_only",
      "locked",
    ]);
  });
});

Deno.test("dunning: the timeline shows billing roles past and coming steps, others nothing", async () => {
  await inWorld(async (world) => {
    const { tx, workspaceId } = world;
    const member = await insertUser(tx);
    await tx`
      insert into public.workspace_members (workspace_id, user_id, role)
      values (${workspaceId}, ${member}, 'member')`;
    await world.subscription();
    await world.invoice();
    await world.failed();
    await world.at(8);
    await world.jobs();
    const timelineOf = async (userId: string) => {
      await tx.unsafe(`
        set local request.jwt.claims = '${JSON.stringify({ role: "authenticated", sub: userId })}';
        set local role authenticated`);
      const steps = await tx`select * from public.dunning_timeline(${workspaceId})`;
      await tx`reset role`;
      return steps;
    };
    const steps = await timelineOf(world.userId);
    assert.deepEqual(
      steps.map((
        { step, done, at },
      ) => [step, done, ((at as Date).getTime() / 1000 - start) / day]),
      [["payment_failed", true, 0], ["reminder", true, 3], ["read_only", true, 7], [
        "locked",
        false,
        14,
      ]],
    );
    assert.equal(steps[0]!["hosted_invoice_url"], "https://invoice.example/1");
    assert.deepEqual([...await timelineOf(member)], []);
    await world.invoice(paidAt(8));
    assert.deepEqual(
      (await timelineOf(world.userId)).map(({ step, done }) => [step, done]),
      [["payment_failed", true], ["reminder", true], ["read_only", true], ["recovered", true]],
    );
  });
});

Deno.test("past_due: access is kept or lost as the policy says, and nothing is added meanwhile", async () => {
  await inWorld(async (world) => {
    const { tx, workspaceId, userId } = world;
    const newcomer = await insertUser(tx);
    const additions = {
      member: `insert into public.workspace_members (workspace_id, user_id, role)
        values ('${workspaceId}', '${newcomer}', 'member')`,
      invitation: `insert into public.workspace_invitations (workspace_id, email, role, invited_by)
        values ('${workspaceId}', 'eve@example.com', 'member', '${userId}')`,
      key:
        `insert into public.workspace_api_keys (workspace_id, name, prefix, role, scopes, created_by)
        values ('${workspaceId}', 'k', 'abcdef01', 'member', '{workspace:read}', '${userId}')`,
    };
    /** What may be added now; each is undone. */
    const added = async () => {
      const names: string[] = [];
      for (const [name, statement] of Object.entries(additions)) {
        await tx.savepoint(async (inner) => {
          await inner.unsafe(statement);
          names.push(name);
          throw new Undone();
        }).catch((error) => {
          if (!(error instanceof Undone)) assert.equal(error.message, "workspace_read_only");
        });
      }
      return names;
    };
    const plan = async () => {
      const [row] = await tx<{ plan: string | null }[]>`
        select private.workspace_plan(${workspaceId}) as plan`;
      return row!.plan;
    };
    await tx`insert into public.plans (id, name, active) values ('pro', 'Pro', true)`;
    await tx`
      insert into public.prices (id, product_id, plan_id, currency, unit_amount, "interval", active, created_at)
      values ('price_pro', 'prod_pro', 'pro', 'EUR', 1900, 'month', true, now())`;
    await world.subscription();
    await tx`update public.subscriptions set plan_id = 'pro'`;
    await world.invoice();
    await world.failed();
    const seen: unknown[] = [];
    for (const days of [6, 7, 14]) {
      await world.at(days);
      await world.jobs();
      seen.push([days, await plan(), await added()]);
    }
    assert.deepEqual(seen, [
      [6, "pro", ["member", "invitation", "key"]],
      [7, "pro", []],
      [14, null, []],
    ]);
    // Who pays may be somebody else: roles, leaving and removing stay open.
    await tx`
      update public.workspaces set name = 'Renamed' where id = ${workspaceId}`;
    await world.invoice(paidAt(14));
    assert.deepEqual([await plan(), await added()], ["pro", ["member", "invitation", "key"]]);
  });
});

Deno.test("dunning: a failure and the payment told at the same time leave no open case", async () => {
  const { sql } = database;
  const userId = await insertUser(sql);
  const [workspace] = await sql<{ id: string }[]>`
    select id from public.workspaces where personal_of = ${userId}`;
  await sql`
    update private.billing_customers set stripe_customer_id = 'cus_race'
    where workspace_id = ${workspace!.id}`;
  for (let round = 0; round < 8; round++) {
    const [subscription, id] = [`sub_race_${round}`, `in_race_${round}`];
    const about = { customer_id: "cus_race", subscription_id: subscription, id };
    await sql`select private.stripe_apply_subscription(${
      sql.json({ ...bought, ...about, id: subscription } as never)
    })`;
    const mirror = (changes: Record<string, unknown>) =>
      sql`select private.stripe_apply_invoice(${
        sql.json({ ...unpaid, ...about, ...changes } as never)
      })`;
    await mirror({});
    await Promise.all([
      sql`select public.dunning_failed(${id}, to_timestamp(${start}))`,
      mirror(paidAt(1)),
    ]);
    const [held] = await sql`
      select held.outcome from public.dunning_cases as held
      join public.invoices as invoice on invoice.id = held.invoice_id
      where invoice.stripe_invoice_id = ${id}`;
    assert.equal(held!["outcome"], "paid");
  }
});

Deno.test("dunning: each mail that the policy names is a template", async () => {
  const steps = await database.sql<{ mail: string }[]>`
    select mail from public.dunning_policy where mail is not null`;
  assert.ok(steps.length >= 5);
  for (const { mail } of steps) assert.ok((MAIL_NAMES as string[]).includes(mail), mail);
});
