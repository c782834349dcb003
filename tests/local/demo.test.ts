/** What a new local stack is filled with to be looked at, and where it is refused. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { type AccountName, accounts } from "../../local/demo/accounts.ts";
import { beginDemo, demoStateOf, unwantDemo, wantDemo } from "../../local/demo/begin.ts";
import { historySeconds, offsetOf } from "../../local/demo/clock.ts";
import { acts, addPeople, worldOf } from "../../local/demo/fill.ts";
import { byTime, live } from "../../local/demo/history.ts";
import { partElsewhere } from "../../local/demo/stack-guard.ts";
import { readDemoState, writeDemoState } from "../../local/demo/state.ts";
import { team } from "../../local/demo/team.ts";
import type { Visitor } from "../../local/demo/visitor.ts";
import { connect } from "../support/connect.ts";
import { nobody, startOwnStack } from "../support/own-stack.ts";
// #region shop
import { demoPassword } from "../../local/demo/accounts.ts";
import { fillDemo } from "../../local/demo/fill.ts";
import { drawn, picturesOf } from "../../local/demo/shop/pictures/draw.ts";
import { visitorAs } from "../../local/demo/visitor.ts";
import { anonymous } from "../support/stack.ts";
// #endregion shop

const here = {
  SUPABASE_URL: "http://127.0.0.1:1",
  SUPABASE_DB_URL: "postgresql://postgres:postgres@127.0.0.1:2/postgres",
  STRIPE_API_URL: "http://127.0.0.1:3",
  RESEND_BASE_URL: "http://localhost:4",
};

Deno.test("demo: users whose password is known are refused wherever a part is not on this machine", async () => {
  assert.equal(partElsewhere(here), undefined);
  const elsewhere = {
    SUPABASE_URL: "https://abcdefghijklmnopqrst.supabase.co",
    SUPABASE_DB_URL: "postgresql://postgres:pw@db.abcdefghijklmnopqrst.supabase.co:5432/postgres",
    STRIPE_API_URL: "https://api.stripe.com",
    RESEND_BASE_URL: "https://api.resend.com",
  };
  for (const [name, url] of Object.entries(elsewhere)) {
    await assert.rejects(addPeople({ ...here, [name]: url }), new RegExp(`${name} is not on this`));
    const { [name as keyof typeof here]: _, ...without } = here;
    await assert.rejects(addPeople(without), new RegExp(`${name} is not on this machine`));
  }
});

Deno.test("demo: what is wanted waits while a part is elsewhere, and is not promised", async () => {
  const dataDir = await Deno.makeTempDir();
  const elsewhere = { ...here, STRIPE_API_URL: "https://api.stripe.com" };
  try {
    await writeDemoState(dataDir, "wanted");
    assert.equal(await demoStateOf({ seeded: false, env: elsewhere }, dataDir), "none");
    assert.equal(await demoStateOf({ seeded: false, env: here }, dataDir), "wanted");
    // New with a part elsewhere: it stays without users, also once all is here.
    assert.equal(await demoStateOf({ seeded: true, env: elsewhere }, dataDir), "none");
    assert.equal(await demoStateOf({ seeded: false, env: here }, dataDir), "none");
    assert.equal(await readDemoState(dataDir), "none");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("demo: a start without the seed wants none of it any more, and forgets none that is there", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await unwantDemo(dataDir);
    assert.equal(await readDemoState(dataDir), "none");
    // The start before it ended while seed.sql ran.
    await wantDemo({ env: here }, dataDir);
    await unwantDemo(dataDir);
    assert.equal(await demoStateOf({ seeded: false, env: here }, dataDir), "none");
    await writeDemoState(dataDir, "there");
    await unwantDemo(dataDir);
    assert.equal(await readDemoState(dataDir), "there");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("demo: clocks begin in the past only where all of a new stack is on this machine", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const begun: number[] = [];
    const begin = (secondsAgo: number) => Promise.resolve(begun.push(secondsAgo) > 0);
    await wantDemo({ env: { ...here, RESEND_BASE_URL: "https://api.resend.com" }, begin }, dataDir);
    // Stripe itself is used: there is no clock to set.
    await wantDemo({ env: { ...here, STRIPE_API_URL: "https://api.stripe.com" } }, dataDir);
    assert.deepEqual(begun, []);
    await wantDemo({ env: here, begin }, dataDir);
    assert.deepEqual(begun, [historySeconds]);
    assert.equal(await readDemoState(dataDir), "wanted");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("demo: a filling that fails is tried again, and leaves no clock behind real time", async () => {
  const dataDir = await Deno.makeTempDir();
  // Nothing runs there, which `task seed` refuses.
  Deno.env.set("SOCLE_DATA_DIR", dataDir);
  try {
    const { promise: moved, resolve } = Promise.withResolvers<void>();
    const said: string[] = [];
    beginDemo(
      { toRealTime: () => Promise.resolve(resolve()) },
      (_, message) => void said.push(message),
    );
    await moved;
    assert.equal(said.length, 3);
    assert.match(said[0]!, /it is gone on with: Nothing runs here/);
    assert.match(said[2]!, /will be of today.*the next start goes on: Nothing runs here/);
  } finally {
    Deno.env.delete("SOCLE_DATA_DIR");
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("demo: a filling that is stopped leaves the clocks in the past, for the next start", async () => {
  const did: string[] = [];
  const filling = beginDemo(
    { toRealTime: () => Promise.resolve(void did.push("moved")) },
    (_, message) => void did.push(message),
  );
  await filling.stop();
  assert.deepEqual(did, []);
});

Deno.test("demo: a stack whose functions use another Stripe is in real time, wherever its own was left", async () => {
  await using own = await startOwnStack({
    secondsAgo: historySeconds,
    functionsEnv: { STRIPE_API_URL: nobody },
  });
  const sql = connect(own.at);
  try {
    const [clock] = await sql`select private.now() = now() as real`;
    assert.equal(clock!["real"], true);
  } finally {
    await sql.end();
  }
});

Deno.test("demo: an invitation that expired before it was accepted is sent again", async () => {
  await using own = await startOwnStack({ secondsAgo: historySeconds });
  const world = worldOf(own.stack.env);
  const inviting = team.acts!.filter(({ daysAgo }) => daysAgo >= 33 && daysAgo < 37);
  const left = async (name: AccountName) => {
    const visitor = await world.visitor(name);
    const workspaceAccept = () => Promise.reject(new Error("gone"));
    return { ...visitor, socle: { ...visitor.socle, workspaceAccept } };
  };
  await assert.rejects(live({ ...world, visitor: left }, inviting), /gone/);
  await own.stack.toRealTime();
  await live(world, inviting);
  const sql = connect(own.at);
  try {
    const invitations = await sql`select state, sends from public.workspace_invitations`;
    assert.deepEqual(invitations.map((row) => ({ ...row })), [{ state: "accepted", sends: 2 }]);
  } finally {
    await sql.end();
  }
});

Deno.test("demo: its times lie within its history, and few of them are waited for", () => {
  const times = byTime(acts);
  assert.ok(times[0]!.daysAgo * 86_400 < historySeconds);
  assert.ok(times.at(-1)!.daysAgo > 0);
  const waited = times.filter(({ acts }) => !acts.every(({ alone }) => alone));
  assert.ok(waited.length <= 24, `${waited.length}`);
});

// #region shop
Deno.test("demo: a picture shows the colour of its variant, and the same is drawn again", () => {
  const [sand, night, near] = picturesOf("stoneware-bowl", [
    { colour: "sand" },
    { colour: "night blue" },
  ]);
  assert.deepEqual([sand!.shows, night!.shows, near!.shows], ["sand", "night blue", null]);
  assert.deepEqual([...sand!.file.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  assert.notDeepEqual(sand!.file, night!.file);
  assert.deepEqual(picturesOf("stoneware-bowl", [{ colour: "sand" }])[0], sand);
  assert.throws(() => picturesOf("no-such-thing", []), /has no motif/);
});

// #endregion shop

/** The same visitor, who is gone once a call was answered: the `calls`th of all that share them. */
function leaving(visitor: Visitor, calls: { left: number }): Visitor {
  const socle = new Proxy(visitor.socle, {
    get(target, name) {
      const call = Reflect.get(target, name) as (...input: unknown[]) => Promise<unknown>;
      return async (...input: unknown[]) => {
        if (calls.left <= 0) throw new Error("gone");
        const reply = await call.apply(target, input);
        if (--calls.left === 0) throw new Error("gone");
        return reply;
      };
    },
  });
  return { ...visitor, socle };
}

/**
 * Lives through all of it, interrupted after the very first call, and then ever later.
 *
 * @returns how often it was
 */
async function livedThrough(env: Record<string, string>): Promise<number> {
  for (let times = 0, left = 1;; times++, left += 6) {
    const world = worldOf(env);
    const calls = { left };
    try {
      await live({
        ...world,
        visitor: async (name) => leaving(await world.visitor(name), calls),
      }, acts);
      return times;
    } catch (error) {
      if ((error as Error).message !== "gone") throw error;
      assert.ok(times < 50, "it goes on each time");
    }
  }
}

/** What there is of plans, usage and dunning. */
async function assertBilled(sql: Sql): Promise<void> {
  const [billed] = await sql`
    select (select array_agg(plan_id || ' ' || status order by plan_id) from public.subscriptions)
        as subscriptions,
      (select array_agg(email || ' ' || state order by email) from public.workspace_invitations)
        as invitations,
      (select count(*)::int from public.workspace_api_keys) as keys,
      (select count(distinct created_at::date)::int from public.invoices) as invoice_days,
      (select array_agg(distinct access || ' ' || coalesce(outcome, 'open')) from public.dunning_cases)
        as dunning`;
  assert.deepEqual({ ...billed }, {
    subscriptions: ["basic past_due", "pro active", "team active"],
    invitations: [`${accounts.fresh.email} open`, `${accounts.shopper.email} accepted`],
    keys: 1,
    // Two plans begun, one changed, three renewed, and one more that was begun and not renewed.
    invoice_days: 7,
    dunning: ["read_only open"],
  });
  const steps = await sql<{ step: string; days: number }[]>`
    select step, round(extract(epoch from private.now() - at) / 86400)::int as days
    from public.dunning_events order by at`;
  assert.deepEqual(steps.map(({ step }) => step), ["payment_failed", "reminder", "read_only"]);
  assert.ok(steps.every(({ days }) => days > 2 && days < 15), JSON.stringify(steps));
  const [spread] = await sql`
    select (select count(distinct day)::int from public.usage_records) as usage,
      (select count(distinct created_at::date)::int from public.audit_log) as audit,
      (select count(distinct created_at::date)::int from private.mail_log) as mails,
      (select count(distinct created_at::date)::int from public.profiles) as profiles`;
  assert.ok(
    spread!["usage"] > 30 && spread!["audit"] > 5 && spread!["mails"] > 6,
    JSON.stringify(spread),
  );
  assert.ok(spread!["profiles"] >= 4, JSON.stringify(spread));
}

// #region shop
/** What there is of orders. */
async function assertSold(sql: Sql): Promise<void> {
  const states = await sql`
    select status, count(*)::int as orders from public.orders group by status order by status`;
  assert.deepEqual(states.map(({ status, orders }) => `${status} ${orders}`), [
    "delivered 12",
    "paid 2",
    "partially_refunded 1",
    "refunded 1",
    "shipped 4",
  ]);
  const [rest] = await sql`
    select count(distinct created_at::date)::int as days, count(distinct total_amount)::int as totals,
      count(*) filter (where refunded_amount between 1 and paid_amount - 1)::int as partly_refunded,
      count(*) filter (where user_id is null)::int as guests,
      (select count(*)::int from public.order_returns) as returns,
      (select count(*)::int from public.reviews where verified) as reviews,
      (select count(distinct created_at::date)::int from public.reviews) as review_days
    from public.orders`;
  const { days, totals, ...counts } = rest!;
  assert.ok(days >= 12 && totals >= 12, `${days} days, ${totals} totals`);
  assert.deepEqual(counts, {
    partly_refunded: 1,
    guests: 6,
    returns: 1,
    reviews: 13,
    review_days: 4,
  });
}

// #endregion shop

Deno.test("demo: each thing has its day, wherever and however often it is interrupted, and it ends today", async () => {
  await using own = await startOwnStack({ secondsAgo: historySeconds });
  const { env } = own.stack;
  const sql = connect(own.at);
  try {
    await sql.unsafe(
      await Deno.readTextFile(new URL("../../supabase/seed.sql", import.meta.url)),
    );
    const interrupted = await livedThrough(env);
    // With nothing but plans and a team nine calls are made.
    assert.ok(interrupted >= 2, `${interrupted} times`);
    assert.equal(await offsetOf(env), 0);
    const [clock] = await sql`select private.now() = now() as real`;
    assert.equal(clock!["real"], true);
    await assertBilled(sql);
    // #region shop
    assert.ok(interrupted > 3, `${interrupted} times`);
    await assertSold(sql);
    // #endregion shop
  } finally {
    await sql.end();
  }
});

// #region shop
Deno.test("demo: pictures, users, team and orders are there once, however often it is filled", async () => {
  await using own = await startOwnStack();
  const { env } = own.stack;
  const sql = connect(own.at);
  try {
    await sql.unsafe(
      await Deno.readTextFile(new URL("../../supabase/seed.sql", import.meta.url)),
    );
    const slugs = await sql<{ slug: string }[]>`select slug from public.products order by 1`;
    assert.deepEqual(slugs.map(({ slug }) => slug), drawn.toSorted());
    const added = await fillDemo(env, { people: true });
    const counts = async () => {
      const [row] = await sql`
        select (select count(*)::int from public.product_images) as pictures,
          (select count(distinct product_id)::int from public.product_images) as pictured,
          (select count(*)::int from storage.objects where bucket_id = 'product-images') as files,
          (select count(*)::int from auth.users) as users,
          (select count(*)::int from private.staff) as staff,
          (select count(*)::int from public.subscriptions where status = 'active') as subscribed,
          (select count(*)::int from public.workspace_members) as memberships,
          (select count(*)::int from public.orders) as orders,
          (select count(distinct status)::int from public.orders) as statuses,
          (select count(*)::int from public.order_returns) as returns,
          (select count(*)::int from public.reviews where verified) as reviews`;
      return { ...row };
    };
    const first = await counts();
    assert.equal(added, `${first["pictures"]} pictures, five users and what they did`);
    assert.equal(first["files"], first["pictures"]);
    assert.deepEqual(
      [first["pictured"], first["users"], first["staff"], first["subscribed"], first["orders"]],
      [60, 5, 1, 3, 20],
    );
    assert.deepEqual([first["memberships"], first["returns"], first["reviews"]], [7, 1, 13]);
    assert.ok(first["statuses"] as number >= 4, "orders in different states");
    assert.equal(await offsetOf(env), 0);
    assert.match(await fillDemo(env, { people: true }), /^0 pictures/);
    assert.deepEqual(await counts(), first);

    const { data } = await anonymous(own.at).from("product_images").select("path").limit(1)
      .single();
    const picture = await fetch(
      `${own.at.url}/storage/v1/object/public/product-images/${data!.path}`,
    );
    assert.equal(picture.headers.get("content-type"), "image/png");
    await picture.body?.cancel();
    for (const { email } of Object.values(accounts)) {
      const { error } = await anonymous(own.at).auth.signInWithPassword({
        email,
        password: demoPassword,
      });
      assert.equal(error, null, email);
    }
    const { data: isStaff } = await (await visitorAs(env, accounts.staff)).supabase.rpc("is_staff");
    assert.equal(isStaff, true);
  } finally {
    await sql.end();
  }
});
// #endregion shop
