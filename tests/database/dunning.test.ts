/** Dunning in SQL: a case is what its facts say, in whatever order and however often they are told. */
import assert from "node:assert/strict";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";
import { seededRandom, shuffled } from "../support/random.ts";
import {
  bought,
  day,
  endedAt,
  inWorld as dunningWorld,
  paidAt,
  start,
  unpaid,
  type World,
} from "./dunning/world.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 3 });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const inWorld = (look: (world: World) => Promise<void>) => dunningWorld(database.sql, look);

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
