/**
 * A quote that was accepted and whose answer was lost, accepted again when other changes have come: it was
 * made, so that it is neither stale nor made again, and its invoice is its own.
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type FaultyStack, withFaultyStack } from "../support/faulty-stack.ts";
import { buy, subscribe, subscriptionIn } from "../support/purchases.ts";
import { accept, change, quoted } from "../support/quotes.ts";
import { type Answer, call, stripeSdk } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";

let proxy: FaultyStack["proxy"];
let on: FaultyStack["on"];
let sql: FaultyStack["sql"];
withFaultyStack((parts) => ({ proxy, on, sql } = parts));

/** A quote that Stripe has made the change of, but nobody knows; what its repetition sends, and its total. */
async function cutOff(user: TestUser, wanted: Record<string, unknown>) {
  const { quote, total } = await quoted(user, wanted, on);
  const key = crypto.randomUUID();
  const send = (): Promise<Answer> => accept(user, quote, { on, key });
  const path = /^\/v1\/(subscriptions|subscription_schedules)\/[^/]+$/;
  const broken = proxy.breakCalls({ method: "POST", path }, { kind: "answer lost" });
  const lost = await send();
  deepStrictEqual([lost.status, lost.body.code], [502, "payment_provider_unavailable"]);
  broken.mend();
  // Else every other change would have to wait for a minute and a half.
  await sql`update private.subscription_changes set locked_until = now() - interval '1 second'
            where workspace_id = ${user.workspaceId} and state = 'open'`;
  return { send, total };
}

async function held(id: string) {
  return await stripeSdk(on).subscriptions.retrieve(id, { expand: ["schedule"] });
}

/** The repetition is answered with the subscription as it is now; asked once more, the same. */
async function isAnswered(send: () => Promise<Answer>): Promise<Answer> {
  const again = await send();
  strictEqual(again.status, 200, JSON.stringify(again.body));
  deepStrictEqual((await send()).body, again.body);
  return again;
}

Deno.test("another quote was made after it: the repetition is answered with its own invoice", async () => {
  const user = await signUp({ on });
  const id = await buy(user, {}, on);
  const { send, total } = await cutOff(user, { quantity: 2 });
  const other = await change(user, { quantity: 5 }, on);
  const { body } = await isAnswered(send);
  deepStrictEqual([body.invoice?.total, body.subscription.quantity], [total, 5]);
  strictEqual(body.invoice.stripe_invoice_id === other.invoice.stripe_invoice_id, false);
  strictEqual((await stripeSdk(on).invoices.list({ subscription: id })).data.length, 3);
});

Deno.test("another quote took it back in a trial, where both cost nothing: it is not made again", async () => {
  const user = await signUp({ on });
  strictEqual((await subscribe(user, { trial: true }, { on })).status, 200);
  const { stripe_subscription_id: id } = await subscriptionIn(user, "trialing");
  const { send } = await cutOff(user, { quantity: 3 });
  await change(user, { quantity: 1 }, on);
  const { body } = await isAnswered(send);
  strictEqual(body.subscription.quantity, 1);
  strictEqual((await held(id)).items.data[0]!.quantity, 1);
});

for (const name of ["unschedule", "cancel", "pause"]) {
  Deno.test(`planned, and let go by subscription-${name}: it is not planned again`, async () => {
    const user = await signUp({ on });
    const id = await buy(user, {}, on);
    const { send } = await cutOff(user, { quantity: 4, when: "renewal" });
    strictEqual((await held(id)).schedule === null, false);
    const gone = await call("POST", `subscription-${name}`, { on, token: user.token, body: {} });
    strictEqual(gone.status, 200, JSON.stringify(gone.body));
    const { body } = await isAnswered(send);
    deepStrictEqual([body.invoice, body.subscription.next_quantity], [null, null]);
    strictEqual((await held(id)).schedule, null);
  });
}

Deno.test("planned and let go, and so was another: it is not planned again", async () => {
  const user = await signUp({ on });
  const id = await buy(user, {}, on);
  const letGo = () => call("POST", "subscription-unschedule", { on, token: user.token, body: {} });
  const { send } = await cutOff(user, { quantity: 4, when: "renewal" });
  strictEqual((await letGo()).status, 200);
  await change(user, { quantity: 6, when: "renewal" }, on);
  strictEqual((await letGo()).status, 200);
  await isAnswered(send);
  strictEqual((await held(id)).schedule, null);
});

for (const when of ["renewal", "now"]) {
  Deno.test(`planned, and replaced by a change (${when}): that one stays`, async () => {
    const user = await signUp({ on });
    await buy(user, {}, on);
    const { send } = await cutOff(user, { quantity: 4, when: "renewal" });
    await change(user, { quantity: 6, when }, on);
    const { body: { subscription } } = await isAnswered(send);
    deepStrictEqual(
      [subscription.quantity, subscription.next_quantity],
      when === "now" ? [6, null] : [1, 6],
    );
  });
}

Deno.test("another invoice came after it: the repetition is answered with its own", async () => {
  const user = await signUp({ on });
  const id = await buy(user, {}, on);
  const { send, total } = await cutOff(user, { quantity: 2 });
  // As the seats of a yearly price are charged when somebody joins.
  const [item] = (await held(id)).items.data;
  await stripeSdk(on).subscriptions.update(id, {
    items: [{ id: item!.id, quantity: 7 }],
    proration_behavior: "always_invoice",
  });
  const { body } = await isAnswered(send);
  deepStrictEqual([body.invoice?.total, body.subscription.quantity], [total, 7]);
});
