/** What a new local stack is filled with to be looked at, and where it is refused. */
import assert from "node:assert/strict";
import { demoStateOf } from "../../local/demo/begin.ts";
import { addPeople } from "../../local/demo/fill.ts";
import { partElsewhere } from "../../local/demo/stack-guard.ts";
import { readDemoState, writeDemoState } from "../../local/demo/state.ts";
// #region shop
import { accounts, demoPassword } from "../../local/demo/accounts.ts";
import { fillDemo } from "../../local/demo/fill.ts";
import { makeOrders } from "../../local/demo/shop/orders.ts";
import { drawn, picturesOf } from "../../local/demo/shop/pictures/draw.ts";
import { makeTeam } from "../../local/demo/team.ts";
import { operator, stripeOf, type Visitor, visitorAs } from "../../local/demo/visitor.ts";
import { connect } from "../support/connect.ts";
import { startOwnStack } from "../support/own-stack.ts";
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

Deno.test("demo: team and orders are complete in the end, wherever and however often it is interrupted", async () => {
  await using own = await startOwnStack();
  const { env } = own.stack;
  const sql = connect(own.at);
  try {
    await sql.unsafe(
      await Deno.readTextFile(new URL("../../supabase/seed.sql", import.meta.url)),
    );
    const visitors = await Promise.all(
      [accounts.subscriber, accounts.shopper, accounts.fresh, accounts.staff]
        .map((one) => visitorAs(env, one)),
    );
    await sql`insert into private.staff (user_id, note) values (${visitors[3]!.id}, 'of the test')`;
    const fillOnce = async (left: number) => {
      const calls = { left };
      const [subscriber, shopper, fresh, staff] = visitors.map((one) => leaving(one, calls)) as [
        Visitor,
        Visitor,
        Visitor,
        Visitor,
      ];
      const people = { subscriber, shopper, fresh, staff };
      const world = { env, admin: operator(env), stripe: stripeOf(env), ...people };
      await makeTeam(world);
      await makeOrders(world);
    };
    let interrupted = 0;
    // First after the very first call, before its payment; each time a call later.
    for (let left = 1;; left++) {
      try {
        await fillOnce(left);
        break;
      } catch (error) {
        if ((error as Error).message !== "gone") throw error;
        assert.ok(++interrupted < 50, "it goes on each time");
      }
    }
    assert.ok(interrupted > 5, `${interrupted} times`);
    const orders = await sql`
      select min(item.sku) as sku, o.status from public.orders as o
      join public.order_items as item on item.order_id = o.id group by o.id, o.status order by 1`;
    assert.deepEqual(orders.map(({ sku, status }) => [sku, status]), [
      ["BAG-RAW", "delivered"],
      ["BEANIE-GREY", "delivered"],
      ["BOWL-SAND", "delivered"],
      ["CANDLES-6", "shipped"],
      ["CLOCK-WHITE", "refunded"],
      ["INK-SEPIA", "paid"],
    ]);
    const [rest] = await sql`
      select (select count(*)::int from public.order_returns) as returns,
        (select count(*)::int from public.reviews where verified) as reviews,
        (select array_agg(plan_id order by plan_id) from public.subscriptions
          where status = 'active') as plans,
        (select count(*)::int from public.subscriptions) as subscriptions,
        (select array_agg(email || ' ' || state order by email)
          from public.workspace_invitations) as invitations`;
    assert.deepEqual({ ...rest }, {
      returns: 1,
      reviews: 10,
      plans: ["pro", "team"],
      subscriptions: 2,
      invitations: [`${accounts.fresh.email} open`, `${accounts.shopper.email} accepted`],
    });
  } finally {
    await sql.end();
  }
});

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
    assert.equal(added, `${first["pictures"]} pictures, four users and what they did`);
    assert.equal(first["files"], first["pictures"]);
    assert.deepEqual(
      [first["pictured"], first["users"], first["staff"], first["subscribed"], first["orders"]],
      [60, 4, 1, 2, 6],
    );
    assert.deepEqual([first["memberships"], first["returns"], first["reviews"]], [6, 1, 10]);
    assert.ok(first["statuses"] as number >= 4, "orders in different states");
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
