/** Events as Stripe delivers them, signed by the test itself: any event, any number of times, in any order. */
import type { Sql } from "postgres";
import type Stripe from "stripe";
import { type Answer, call, stack, type StackAddress, stripeSdk } from "./stack.ts";
import { waitFor } from "./wait.ts";

/** How a delivery differs from an honest one. */
export interface Delivery {
  on?: StackAddress;
  secret?: string;
  /** Seconds since 1970; now unless given. */
  timestamp?: number;
}

/** Posts a body with a signature over it. */
export async function deliverRaw(payload: string, delivery: Delivery = {}): Promise<Answer> {
  const { on = stack, secret = on.stripeWebhookSecret, timestamp } = delivery;
  const signature = await stripeSdk(on).webhooks.generateTestHeaderStringAsync({
    payload,
    secret,
    ...(timestamp !== undefined && { timestamp }),
  });
  return await call("POST", "stripe-webhook", {
    on,
    key: null,
    body: payload,
    headers: { "stripe-signature": signature, "content-type": "application/json" },
  });
}

/** Delivers an event. */
export function deliver(event: unknown, delivery: Delivery = {}): Promise<Answer> {
  return deliverRaw(JSON.stringify(event), delivery);
}

/** An event of a test's own about any object. */
export function eventAbout(object: unknown, changes: Partial<Stripe.Event> = {}) {
  return {
    id: `evt_${crypto.randomUUID().replaceAll("-", "")}`,
    object: "event",
    type: "customer.subscription.updated",
    api_version: "2026-10-28.endive",
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    pending_webhooks: 1,
    request: null,
    data: { object },
    ...changes,
  };
}

/** Every event about a customer and what belongs to it, oldest first. */
export async function eventsOf(
  customer: string,
  on: StackAddress = stack,
): Promise<Stripe.Event[]> {
  const all = await stripeSdk(on).events.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  return all.filter(({ data: { object } }) => {
    const about = object as { id?: string; customer?: string | null };
    return about.id === customer || about.customer === customer;
  }).reverse();
}

/** Waits until stored events have been handled. */
export async function handled(sql: Sql, ids: string[]): Promise<void> {
  await waitFor(`${ids.length} events to be handled`, async () => {
    const [row] = await sql<{ done: number }[]>`
      select count(*)::int as done from private.webhook_events
      where event_id = any (${ids}) and handled_at is not null`;
    return row!.done === new Set(ids).size;
  });
}
