/** What a workspace pays for its members at Stripe, through months of comings and goings. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { confirmPayment, subscribe } from "../support/purchases.ts";
import { call, stripeSdk } from "../support/stack.ts";
import { advance, delivered, reconciled } from "../support/stripe-local.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { join } from "./team.ts";

const hour = 3600;

interface Paying {
  owner: TestUser;
  workspace: string;
  subscription: string;
}

Deno.test("seats: the quantity follows the members, up at once and down at the renewal", async (t) => {
  await using own = await startOwnStack();
  const on = own.at;
  const stripe = stripeSdk(on);
  const sql: Sql = connect(on);
  const people = await Promise.all(Array.from({ length: 16 }, () => signUp({ on })));
  const person = () => people.pop()!;

  /** A workspace with so many members that pays for them. */
  async function paying(price_id: string, members: number): Promise<Paying> {
    const owner = person();
    const { data } = await owner.client.rpc("workspace_create", { name: "Seats" });
    const workspace = data!.id;
    for (let more = 1; more < members; more++) await join(sql, workspace, "member", person().id);
    const bought = await subscribe(owner, { price_id, workspace_id: workspace }, { on });
    assert.equal(bought.status, 200, JSON.stringify(bought.body));
    const { id, client_secret } = bought.body.subscription;
    await confirmPayment(client_secret, "pm_card_visa", on);
    await waitFor("the subscription to be active", async () => {
      const [row] = await sql`
        select status from public.subscriptions where workspace_id = ${workspace}`;
      return row?.["status"] === "active";
    });
    await delivered(on);
    return { owner, workspace, subscription: id };
  }
  const wake = () => call("POST", "jobs-run", { on, key: on.secretKey, body: {} });
  const come = async (workspace: string, user = person().id) => {
    await join(sql, workspace, "member", user);
    await wake();
    return user;
  };
  const go = (workspace: string, user: string) =>
    sql`delete from public.workspace_members where workspace_id = ${workspace} and user_id = ${user}`;
  const quantityOf = async (id: string) =>
    (await stripe.subscriptions.retrieve(id)).items.data[0]!.quantity;
  const itemOf = async (id: string) => (await stripe.subscriptions.retrieve(id)).items.data[0]!;
  const seats = (id: string, count: number) =>
    waitFor(`${count} seats`, async () => await quantityOf(id) === count);
  const invoicesOf = (id: string) =>
    stripe.invoices.list({ subscription: id, limit: 100 }).then(({ data }) => data);
  const pending = async (id: string) =>
    (await stripe.invoiceItems.list({ pending: true, limit: 100 })).data.filter((item) =>
      item.parent?.subscription_details?.subscription === id
    );

  const monthly = await paying("price_monthly_team", 2);

  await t.step("who buys for one member buys for as many as there are", async () => {
    assert.equal(await quantityOf(monthly.subscription), 2);
    const [first] = await invoicesOf(monthly.subscription);
    assert.equal(first!.total, 1800);
  });

  let third: string;
  await t.step("a member more is a seat more, prorated on the next invoice", async () => {
    third = await come(monthly.workspace);
    await seats(monthly.subscription, 3);
    await delivered(on);
    assert.equal((await invoicesOf(monthly.subscription)).length, 1);
    assert.ok((await pending(monthly.subscription)).length > 0);
    const [row] = await sql`
      select quantity from public.subscriptions where workspace_id = ${monthly.workspace}`;
    assert.equal(row!["quantity"], 3);
  });

  await t.step("a seat that is paid for is taken again for nothing", async () => {
    const before = (await pending(monthly.subscription)).length;
    await go(monthly.workspace, third);
    await come(monthly.workspace, third);
    await delivered(on);
    assert.equal(await quantityOf(monthly.subscription), 3);
    assert.equal((await pending(monthly.subscription)).length, before);
  });

  await t.step("several who come at once are one quantity, whatever the jobs' order", async () => {
    const four = Array.from({ length: 4 }, () => person().id);
    await Promise.all(four.map((user) => come(monthly.workspace, user)));
    await seats(monthly.subscription, 7);
    await delivered(on);
    assert.equal(await quantityOf(monthly.subscription), 7);
    for (const user of four) await go(monthly.workspace, user);
    // The queue delivers at least once: each job again.
    await sql`
      update private.jobs set state = 'pending', finished_at = null, attempts = 0
      where kind = 'seats_sync' and state = 'succeeded'`;
    await wake();
    await delivered(on);
    assert.equal(await quantityOf(monthly.subscription), 7, "paid until the renewal");
  });

  await t.step("a seat less is a smaller renewal, without a credit", async () => {
    await go(monthly.workspace, third);
    const { current_period_end: end } = await itemOf(monthly.subscription);
    const [clock] = await sql`select extract(epoch from private.now())::bigint::int as now`;
    const before = (await pending(monthly.subscription)).reduce(
      (sum, { amount }) => sum + amount,
      0,
    );
    await advance(on, end - clock!["now"] - hour);
    await wake();
    await seats(monthly.subscription, 2);
    await delivered(on);
    const waiting = (await pending(monthly.subscription)).reduce(
      (sum, { amount }) => sum + amount,
      0,
    );
    assert.equal(waiting, before);
    await advance(on, 4 * hour);
    await delivered(on);
    const renewal = await waitFor(
      "the renewal",
      async () => {
        const invoices = await invoicesOf(monthly.subscription);
        return invoices.find(({ billing_reason }) => billing_reason === "subscription_cycle");
      },
    );
    assert.equal(renewal.total, 2 * 900 + before);
    assert.equal(await quantityOf(monthly.subscription), 2);
  });

  await t.step("a year's seat is invoiced when it is taken", async () => {
    const yearly = await paying("price_yearly_team", 1);
    await come(yearly.workspace);
    await seats(yearly.subscription, 2);
    await delivered(on);
    const invoices = await invoicesOf(yearly.subscription);
    assert.equal(invoices.length, 2);
    const [more] = invoices.filter(({ billing_reason }) =>
      billing_reason === "subscription_update"
    );
    assert.equal(more!.status, "paid");
    assert.ok(more!.total > 8900 && more!.total <= 9000, String(more!.total));
  });

  await t.step(
    "a change of plan is quoted for the members, and for one where it is not by the seat",
    async () => {
      const quoted = async (who: Paying, body: unknown) => {
        const answer = await call("POST", "subscription-preview", {
          on,
          token: who.owner.token,
          body: { workspace_id: who.workspace, ...body as object },
        });
        return answer.status === 200 ? answer.body.quantity : answer.body.code;
      };
      const basic = await paying("price_monthly_basic", 2);
      assert.equal(await quantityOf(basic.subscription), 1);
      assert.equal(await quoted(basic, { price_id: "price_monthly_team" }), 2);
      assert.equal(await quoted(basic, { price_id: "price_monthly_team", quantity: 1 }), 2);
      assert.equal(await quoted(basic, { price_id: "price_monthly_team", quantity: 9 }), 9);
      assert.equal(await quoted(monthly, { price_id: "price_monthly_pro" }), 1);
      assert.equal(await quoted(monthly, { quantity: 1 }), "invalid_body");
    },
  );

  await t.step("a change that is planned for the renewal holds up nobody who comes", async () => {
    const planned = await paying("price_monthly_team", 1);
    const quote = await call("POST", "subscription-preview", {
      on,
      token: planned.owner.token,
      body: { workspace_id: planned.workspace, price_id: "price_yearly_team", when: "renewal" },
    });
    const accepted = await call("POST", "subscription-update", {
      on,
      token: planned.owner.token,
      body: { quote: quote.body.quote },
    });
    assert.equal(accepted.status, 200, JSON.stringify(accepted.body));
    await come(planned.workspace);
    await seats(planned.subscription, 2);
    // The plan was for one: the seat that it takes away is there again at once.
    const { current_period_end: end } = await itemOf(planned.subscription);
    const [clock] = await sql`select extract(epoch from private.now())::bigint::int as now`;
    await advance(on, end - clock!["now"] + hour);
    await delivered(on);
    const item = await waitFor("the yearly seats", async () => {
      const now = await itemOf(planned.subscription);
      return now.price.recurring?.interval === "year" && now.quantity === 2 && now;
    });
    assert.equal(item.quantity, 2);
  });

  await t.step("and nothing differs between Stripe and us", async () => {
    await delivered(on);
    assert.deepEqual((await reconciled(on)).drifts, []);
    const [dead] = await sql`select count(*)::int as jobs from private.jobs where state = 'dead'`;
    assert.equal(dead!["jobs"], 0);
  });
  await sql.end();
});
