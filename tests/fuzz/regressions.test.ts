/** Requests that `task fuzz` has found, which were a 500 once. */
import { strictEqual } from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { call, stack } from "../support/stack.ts";
import { connect } from "../support/connect.ts";
import { deliver, deliverRaw, eventAbout } from "../support/stripe-events.ts";
import { subscribed } from "../support/features.ts";
import { signUp, signUpStaff } from "../support/users.ts";

/** A NUL and half of a surrogate pair: JSON says them, Postgres holds neither. */
const unstorable = "a\0b\ud800c";

Deno.test("a moment that Postgres does not know is 422: of the year 0, or sixteen hours from UTC", async () => {
  const { token } = await signUpStaff();
  // #region shop
  const cursor = (created_at: string) =>
    btoa(JSON.stringify({ created_at, id: crypto.randomUUID() }));
  // #endregion shop
  for (const moment of ["0000-07-01T20:00:00Z", "2026-07-01T20:00:00-20:00"]) {
    // #region shop
    for (
      const query of [
        { from: moment },
        { to: moment },
        { cursor: cursor(moment) },
      ]
    ) {
      const answer = await call("GET", `orders?${new URLSearchParams(query)}`, { token });
      strictEqual(answer.body.code, "invalid_query", JSON.stringify([query, answer.body]));
    }
    // #endregion shop
    for (const name of ["webhook-events", "webhook-deliveries"]) {
      const query = new URLSearchParams({ since: moment, until: moment });
      const answer = await call("GET", `${name}?${query}`, { token });
      strictEqual(answer.body.code, "invalid_query", JSON.stringify([name, answer.body]));
    }
  }
});

Deno.test("an event of Resend's with a NUL in it is taken in, for it would come again as it is", async () => {
  const id = `msg_${crypto.randomUUID()}`;
  const body = JSON.stringify({
    type: "email.sent",
    created_at: "2026-11-20T10:00:00Z",
    data: { email_id: unstorable, [unstorable]: 1 },
  });
  const now = new Date();
  const answer = await call("POST", "resend-webhook", {
    key: null,
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(stack.mailWebhookSecret).sign(id, now, body),
    },
  });
  strictEqual(answer.status, 200, JSON.stringify(answer.body));
  await using connection = disposable(connect());
  const [stored] = await connection.sql`
    select payload #>> '{data,email_id}' as text from private.webhook_events where event_id = ${id}`;
  strictEqual(stored!["text"], "a\ufffdb\ufffdc");
});

Deno.test("an event of Stripe's with a NUL in it is taken in; one that is nested without end is no event", async () => {
  const taken = await deliver(eventAbout({ id: "prod_x", object: "product", name: unstorable }));
  strictEqual(taken.status, 200, JSON.stringify(taken.body));
  const nested = JSON.parse("[".repeat(3000) + "]".repeat(3000));
  const refused = await deliver(eventAbout({ id: "prod_x", object: "product", nested }));
  strictEqual(refused.body.code, "invalid_json", JSON.stringify(refused.body));
});

Deno.test("an event of Stripe's whose livemode is lists within lists is no event", async () => {
  const body = JSON.stringify(eventAbout({ object: "charge" }))
    .replace('"livemode":false', `"livemode":${"[".repeat(10_000)}${"]".repeat(10_000)}`);
  const answer = await deliverRaw(body);
  strictEqual(answer.body.code, "invalid_json", JSON.stringify(answer.body));
});

Deno.test("a subscription that Stripe does not know any more is 404 to whoever changes it", async () => {
  await using connection = disposable(connect());
  for (const name of ["uncancel", "pause", "resume", "cancel", "unschedule"]) {
    const { token, workspaceId } = await signUp();
    await subscribed(connection.sql, workspaceId, "basic", {
      status: name === "resume" ? "paused" : "active",
    });
    const body = name === "cancel" ? { at_period_end: false } : {};
    const answer = await call("POST", `subscription-${name}`, { token, body });
    strictEqual(answer.body.code, "subscription_not_found", JSON.stringify([name, answer.body]));
  }
});

function disposable(sql: ReturnType<typeof connect>) {
  return { sql, [Symbol.asyncDispose]: () => sql.end() };
}
