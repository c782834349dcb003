/**
 * A change whose answer was lost, repeated under its key when the webhooks have come: it is the same change
 * of the same subscription, whatever runs by then.
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type FaultyStack, withFaultyStack } from "../support/faulty-stack.ts";
import { buy, refundsOf, subscriptionIn } from "../support/purchases.ts";
import { keyed as keyedRequest } from "../support/repeating.ts";
import { stripeSdk } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";

let proxy: FaultyStack["proxy"];
let on: FaultyStack["on"];
let sql: FaultyStack["sql"];
withFaultyStack((parts) => ({ proxy, on, sql } = parts));

/** A change under one key, as often as it is sent. */
function keyed(user: TestUser, name: string, body: Record<string, unknown> = {}) {
  return keyedRequest({ sql, on }, name, user, body).send;
}

/** Sends it with Stripe gone as soon as the subscription was changed there: it fails, having had its effect. */
async function cutOff(id: string, method: string, send: ReturnType<typeof keyed>) {
  const path = new RegExp(`^/v1/subscriptions/${id}`);
  const broken = proxy.breakCalls({ method, path }, { kind: "answer lost" });
  const lost = await send();
  deepStrictEqual([lost.status, lost.body.code], [502, "payment_provider_unavailable"]);
  broken.mend();
}

Deno.test("ended at once, and the answer lost: the repetition is answered with it, where nothing else runs", async () => {
  const user = await signUp({ on });
  const id = await buy(user, {}, on);
  const send = keyed(user, "subscription-cancel", { at_period_end: false });
  await cutOff(id, "DELETE", send);
  await subscriptionIn(user, "canceled");
  const again = await send();
  deepStrictEqual(
    [again.status, again.body.subscription?.stripe_subscription_id],
    [200, id],
    JSON.stringify(again.body),
  );
  // Another request, which has ended nothing.
  const other = await keyed(user, "subscription-cancel", { at_period_end: false })();
  deepStrictEqual([other.status, other.body.code], [404, "subscription_not_found"]);
});

for (const refund of ["none", "unused"]) {
  Deno.test(`ended at once (refund: ${refund}), and the answer lost: the repetition is answered with it, and ends no other`, async () => {
    const user = await signUp({ on });
    const id = await buy(user, {}, on);
    const send = keyed(user, "subscription-cancel", { at_period_end: false, refund });
    await cutOff(id, "DELETE", send);
    await subscriptionIn(user, "canceled");
    const next = await buy(user, { price_id: "price_monthly_pro" }, on);

    const again = await send();
    deepStrictEqual(
      [again.status, again.body.subscription?.status, again.body.subscription?.plan_id],
      [200, "canceled", "basic"],
      JSON.stringify(again.body),
    );
    strictEqual((await refundsOf(user, on)).length, refund === "unused" ? 1 : 0);
    strictEqual((await stripeSdk(on).subscriptions.retrieve(next)).status, "active");
    deepStrictEqual((await send()).body, again.body);
  });
}

Deno.test("to end with its period, and ended meanwhile: the repetition is answered with it, and marks no other", async () => {
  const user = await signUp({ on });
  const id = await buy(user, {}, on);
  const send = keyed(user, "subscription-cancel");
  await cutOff(id, "POST", send);
  strictEqual((await stripeSdk(on).subscriptions.retrieve(id)).cancel_at_period_end, true);
  await stripeSdk(on).subscriptions.cancel(id);
  await subscriptionIn(user, "canceled");
  const next = await buy(user, { price_id: "price_monthly_pro" }, on);

  const again = await send();
  deepStrictEqual([again.status, again.body.subscription?.status], [200, "canceled"]);
  const held = await stripeSdk(on).subscriptions.retrieve(next);
  deepStrictEqual([held.status, held.cancel_at_period_end], ["active", false]);
});

/** What an ended one says to each: nothing is planned for it any more, and it neither pauses nor goes on. */
const ofEnded = {
  pause: [409, "subscription_not_changeable"],
  uncancel: [404, "subscription_not_found"],
  unschedule: [200, undefined],
};
for (const [name, expected] of Object.entries(ofEnded)) {
  Deno.test(`subscription-${name}, cut off, and the subscription ended meanwhile: the repetition touches no other`, async () => {
    const user = await signUp({ on });
    const id = await buy(user, {}, on);
    const send = keyed(user, `subscription-${name}`);
    await cutOff(id, name === "pause" ? "POST" : "GET", send);
    await stripeSdk(on).subscriptions.cancel(id);
    await subscriptionIn(user, "canceled");
    const next = await buy(user, { price_id: "price_monthly_pro" }, on);
    await stripeSdk(on).subscriptions.update(next, { cancel_at_period_end: true });

    const again = await send();
    deepStrictEqual([again.status, again.body.code], expected, JSON.stringify(again.body));
    const held = await stripeSdk(on).subscriptions.retrieve(next);
    deepStrictEqual([held.status, held.cancel_at_period_end], ["active", true]);
  });
}

Deno.test("who may no longer change the workspace's subscription is refused at the repetition too", async () => {
  const [owner, helper] = await Promise.all([signUp({ on }), signUp({ on })]);
  const id = await buy(owner, {}, on);
  const member = { workspace_id: owner.workspaceId, user_id: helper.id };
  await sql`insert into public.workspace_members ${sql({ ...member, role: "admin" })}`;
  const send = keyed(helper, "subscription-cancel", { workspace_id: owner.workspaceId });
  await cutOff(id, "POST", send);
  await stripeSdk(on).subscriptions.update(id, { cancel_at_period_end: false });
  await sql`delete from public.workspace_members
            where workspace_id = ${owner.workspaceId} and user_id = ${helper.id}`;
  const again = await send();
  deepStrictEqual([again.status, again.body.code], [404, "workspace_not_found"]);
  strictEqual((await stripeSdk(on).subscriptions.retrieve(id)).cancel_at_period_end, false);
});
