/** Stripe's webhooks once more: each three times, in an order that a seed decides. */
import { strictEqual } from "node:assert/strict";
import type Stripe from "stripe";
import { seededRandom, shuffled } from "../support/random.ts";

/** Every event about a customer and what belongs to it. */
async function eventsOf(stripe: Stripe, customer: string): Promise<Stripe.Event[]> {
  const all = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  return all.filter(({ data: { object } }) => {
    const about = object as { id?: string; customer?: unknown };
    return about.id === customer || about.customer === customer;
  });
}

/** Delivers a customer's events again, and sees that all that is due is worked off. */
export async function redeliver(
  variables: Record<string, string>,
  stripe: Stripe,
  customer: string,
): Promise<{ events: number; seed: number }> {
  const seed = Number(variables["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
  const events = await eventsOf(stripe, customer);
  const order = shuffled([...events, ...events, ...events], seededRandom(seed));
  const secret = variables["STRIPE_WEBHOOK_SECRET"]!.split(",")[0]!;
  const functions = `${variables["SUPABASE_URL"]}/functions/v1`;
  const statuses = await Promise.all(order.map(async (event) => {
    const payload = JSON.stringify(event);
    const reply = await fetch(`${functions}/stripe-webhook`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "stripe-signature": await stripe.webhooks.generateTestHeaderStringAsync({
          payload,
          secret,
        }),
      },
      body: payload,
    });
    await reply.body?.cancel();
    return reply.status;
  }));
  strictEqual(statuses.filter((status) => status !== 200).length, 0, `answers: ${statuses}`);
  const run = await fetch(`${functions}/jobs-run`, {
    method: "POST",
    headers: { apikey: variables["SUPABASE_SECRET_KEY"]!, "content-type": "application/json" },
    body: "{}",
  });
  strictEqual(run.status, 200, await run.text());
  return { events: events.length, seed };
}
