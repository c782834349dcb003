/**
 * Stripe's events as they come on a bad day: each one to five times, in any order, up to an hour late by the
 * business clock, and again until somebody has taken it.
 */
import type Stripe from "stripe";
import { setTimeout as delay } from "node:timers/promises";
import { shuffled } from "../support/random.ts";
import { type StackAddress, stripeSdk } from "../support/stack.ts";
import { deliver } from "../support/stripe-events.ts";
import { faults } from "../support/stripe-local.ts";
import type { Clock } from "./clock.ts";
import type { BadAnswer, Ledger } from "./ledger.ts";

/** A delivery that is still to be made. */
interface Delivery {
  event: Stripe.Event;
  /** By the business clock. */
  dueAt: number;
}

/** What was told. */
export interface Figures {
  events: number;
  deliveries: number;
  refused: number;
  /** Between what an event tells of and its delivery, by the business clock. */
  latestSeconds: number;
}

export interface Teller {
  /** Tells what is due, until it is told to stop. */
  run(signal: AbortSignal): Promise<void>;
  /** How much is still to be told, looked up now. */
  waiting(): Promise<number>;
  figures(): Figures;
}

/** Deliveries at once. */
const concurrent = 4;
const longestDelaySeconds = 3600;

/** Takes the deliveries over from the local Stripe, which makes none of its own from here on. */
export async function startTeller(
  on: StackAddress,
  { clock, ledger, random }: { clock: Clock; ledger: Ledger; random: () => number },
): Promise<Teller> {
  await faults(on, { deliveries: { drop: 1_000_000_000 } });
  const known = new Set<string>();
  const queue: Delivery[] = [];
  const figures: Figures = { events: 0, deliveries: 0, refused: 0, latestSeconds: 0 };

  /** Most come soon and once; some come late, some often. */
  function plan(event: Stripe.Event): Delivery[] {
    const copies = 1 + Math.floor(5 * random() ** 4);
    return Array.from({ length: copies }, () => ({
      event,
      dueAt: event.created + Math.floor(longestDelaySeconds * random() ** 6),
    }));
  }

  let looking: Promise<void> | undefined;
  async function look(): Promise<void> {
    for await (const event of stripeSdk(on).events.list({ limit: 100 })) {
      if (known.has(event.id)) break; // Newest first: the others are known.
      known.add(event.id);
      figures.events++;
      queue.push(...plan(event));
    }
  }
  // One at a time: a second look would stop at what the first has just seen.
  const looked = () => looking ??= look().finally(() => looking = undefined);

  async function tell(delivery: Delivery): Promise<void> {
    const { event } = delivery;
    const answer = await deliver(event, { on }).catch(() => undefined);
    if (answer?.status === 200) {
      figures.deliveries++;
      figures.latestSeconds = Math.max(figures.latestSeconds, delivery.dueAt - event.created);
      ledger.events.set(event.id, (ledger.events.get(event.id) ?? 0) + 1);
      return;
    }
    figures.refused++;
    if (answer !== undefined) {
      const bad: BadAnswer = {
        endpoint: "POST stripe-webhook",
        status: answer.status,
        code: String(answer.body?.code ?? "none"),
        requestId: answer.headers.get("x-request-id"),
        detail: `${event.type} ${event.id}`,
      };
      (answer.status >= 500 ? ledger.failures : ledger.surprises).push(bad);
    }
    // As Stripe does, though sooner.
    queue.push({ event, dueAt: clock.now() + 30 });
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        await looked();
        const due = shuffled(queue.filter(({ dueAt }) => dueAt <= clock.now()), random).slice(
          0,
          60,
        );
        for (const one of due) queue.splice(queue.indexOf(one), 1);
        await Promise.all(Array.from({ length: concurrent }, async () => {
          for (let one = due.pop(); one !== undefined; one = due.pop()) await tell(one);
        }));
        await delay(due.length === 0 ? 100 : 0);
      }
    },
    async waiting() {
      await looked();
      return queue.length;
    },
    figures: () => figures,
  };
}
