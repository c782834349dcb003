/** Each rule of retention: what goes, and what stays beside it. A rule without a sample here fails. */
import assert from "node:assert/strict";
import { insertUser } from "../support/database.ts";
import { accountsSamples } from "./retention/accounts.ts";
import { billingSamples } from "./retention/billing.ts";
import { operationsSamples } from "./retention/operations.ts";
import { names, retentionWorld, type Samples, type World } from "./retention/sample.ts";
import { shopSamples } from "./retention/shop.ts";

let world: World;
Deno.test.beforeAll(async () => {
  world = await retentionWorld();
});
Deno.test.afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

/** An hour more, and an hour less, than what a rule keeps. */
const ages = ["keep + interval '1 hour'", "keep - interval '1 hour'"] as const;

const samples: Samples = {
  ...shopSamples,
  ...billingSamples,
  ...accountsSamples,
  ...operationsSamples,
};

Deno.test("retention: every rule has a sample, and every sample a rule", async () => {
  const { sql } = world;
  const rules = await sql<{ name: string }[]>`select name from private.retention_rules`;
  assert.deepEqual(names(rules), Object.keys(samples).toSorted());
});

for (const [rule, sampleIn] of Object.entries(samples)) {
  Deno.test(`retention: ${rule}: what is older goes, what is younger stays`, async () => {
    const { apply } = world;
    const sample = sampleIn(world);
    const [tooOld, young] = ages;
    await sample.insert("old", tooOld);
    await sample.insert("older", `${tooOld} + interval '1 year'`);
    await sample.insert("fresh", young);
    assert.deepEqual(await sample.left(), ["fresh", "old", "older"]);
    const { removed, more } = await apply();
    assert.equal(removed[rule], 2);
    assert.equal(more, false);
    assert.deepEqual(await sample.left(), ["fresh"]);
    assert.equal((await apply()).removed[rule], 0);
  });
}

Deno.test("retention: unhandled events, dead letters and pending jobs stay, however old", async () => {
  const { sql, apply } = world;
  await sql`truncate private.jobs, private.webhook_events cascade`;
  await sql`
    insert into private.webhook_events (provider, event_id, type, payload, received_at)
    values ('stripe', 'unhandled', 't', '{}', now() - interval '9 years')`;
  await sql`
    insert into private.jobs (kind, payload, dedupe_key, state, run_at, finished_at)
    select state, '{"a": 1}', cause, state, now() - interval '9 years',
      case when state = 'dead' then now() - interval '9 years' end
    from unnest(array['dead', 'pending']) as state, unnest(array['a', null]) as cause`;
  await apply();
  assert.equal((await sql`select from private.webhook_events`).count, 1);
  assert.equal((await sql`select from private.jobs where payload <> '{}'`).count, 4);
});

Deno.test("retention: what was told of a suppressed address stays, or it would be lifted by its age", async () => {
  const { sql, apply } = world;
  await sql`
    insert into private.mail_feedback (source, address_hash, kind, occurred_at)
    values ('bounced long ago', 'suppressed', 'hard_bounce', now() - interval '9 years')`;
  await sql`select private.mail_suppression_derive('suppressed')`;
  await apply();
  await sql`select private.mail_suppression_derive('suppressed')`;
  assert.equal(
    (await sql`select from private.mail_suppressions where cause = 'hard_bounce'`).count,
    1,
  );
});

Deno.test("retention: what is under way stays, however old", async () => {
  const { sql, workspaceId, apply } = world;
  const user = await insertUser(sql);
  await sql.unsafe(`
    insert into private.subscription_intents (workspace_id, price_id, quantity, created_at)
    values ('${workspaceId}', 'open', 1, now() - interval '9 years');
    insert into private.subscription_cancellations (
      workspace_id, stripe_subscription_id, currency, parts, created_at
    )
    values ('${workspaceId}', 'open', 'EUR', '[]', now() - interval '9 years');
    insert into private.refund_intents (payment_id, amount, state, cause, created_at)
    select id, 1, 'refunded', 'open', now() - interval '9 years' from public.payments limit 1;
    insert into public.workspace_api_keys (workspace_id, name, prefix, role, scopes, created_at)
    values ('${workspaceId}', 'open', 'lasting1', 'member', '{plans:read}', now() - interval '9 years');
    insert into public.feature_overrides (workspace_id, feature, reason, created_at)
    values ('${workspaceId}', 'open', 'for good', now() - interval '9 years');
    -- Asked for long ago, and its link sent again just now.
    with asked as (
      insert into public.account_deletions (user_id, requested_at)
      values ('${user}', now() - interval '9 years') returning id
    )
    insert into private.account_deletion_details (deletion_id, token_hash, token_expires_at)
    select id, 'open', now() + interval '1 minute' from asked`);
  await apply();
  const rules = [
    "subscription_intents",
    "subscription_cancellations",
    "refund_intents",
    "workspace_api_keys",
    "feature_overrides",
  ];
  for (const rule of rules) {
    assert.ok((await samples[rule]!(world).left()).includes("open"), rule);
  }
  assert.equal(
    (await sql`select from public.account_deletions where user_id = ${user}`).count,
    1,
  );
});

Deno.test("retention: no purchase that goes gives a trial back, nor takes one that was given up", async () => {
  const { sql, apply } = world;
  const bought = async (state: string, subscription: string | null) => {
    const user = await insertUser(sql);
    const [row] = await sql<{ id: string; workspace: string }[]>`
      insert into private.subscription_intents (
        workspace_id, price_id, quantity, state, trial_days, closed_at
      )
      select id, 'with a trial', 1, ${state}, 14, now() - interval '9 years'
      from public.workspaces where personal_of = ${user}
      returning id, workspace_id as workspace`;
    await sql`
      insert into private.workspace_trials (workspace_id, intent_id, stripe_subscription_id)
      values (${row!.workspace}, ${row!.id}, ${subscription})`;
    const used = async () =>
      (await sql`select private.trial_used(${row!.workspace}) as used`)[0]!["used"];
    const before = await used();
    await apply();
    assert.equal(await used(), before);
    const kept =
      (await sql`select from private.subscription_intents where id = ${row!.id}`).count === 1;
    return { used: before, kept };
  };
  assert.deepEqual(await bought("bought", "sub_told"), { used: true, kept: false });
  // Stripe has not told of its subscription yet: the purchase is all that says so.
  assert.deepEqual(await bought("bought", null), { used: true, kept: true });
  assert.deepEqual(await bought("abandoned", null), { used: false, kept: false });
});
