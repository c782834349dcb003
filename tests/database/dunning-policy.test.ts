/** What the policy of dunning says holds: for access, for what customers are shown, for mails. */
import assert from "node:assert/strict";
import { MAIL_NAMES } from "../../supabase/functions/_shared/mail/templates.ts";
import { insertUser, type TestDatabase, testDatabase } from "../support/database.ts";
import {
  day,
  inWorld as dunningWorld,
  paidAt,
  start,
  Undone,
  type World,
} from "./dunning/world.ts";

let database: TestDatabase;
Deno.test.beforeAll(async () => {
  database = await testDatabase({ connections: 1 });
});
Deno.test.afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
});

const inWorld = (look: (world: World) => Promise<void>) => dunningWorld(database.sql, look);

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

Deno.test("dunning: each mail that the policy names is a template", async () => {
  const steps = await database.sql<{ mail: string }[]>`
    select mail from public.dunning_policy where mail is not null`;
  assert.ok(steps.length >= 5);
  for (const { mail } of steps) assert.ok((MAIL_NAMES as string[]).includes(mail), mail);
});
