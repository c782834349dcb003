/** Stripe's events as they come on a bad day: several times each, in any order, some never. */
import type Stripe from "stripe";
import { shuffled } from "../../support/random.ts";
import { type StackAddress, stripeSdk } from "../../support/stack.ts";
import { deliver } from "../../support/stripe-events.ts";

export interface Teller {
  /** Tells of some of what happened since, as it comes. */
  some(): Promise<void>;
  /** Tells of everything that is to be told. */
  rest(): Promise<void>;
  /** How many deliveries were acknowledged, of how many events. */
  figures(): { events: number; withheld: number; deliveries: number };
}

/** @param secret with which the stack expects them signed, so that nobody else tells it anything */
export function teller(on: StackAddress, secret: string, random: () => number): Teller {
  const known = new Set<string>();
  const waiting = new Map<string, Stripe.Event>();
  let [withheld, deliveries] = [0, 0];

  async function look(): Promise<void> {
    for await (const event of stripeSdk(on).events.list({ limit: 100 })) {
      if (known.has(event.id)) break; // Newest first: the others are known.
      known.add(event.id);
      if (random() < 0.1) withheld++;
      else waiting.set(event.id, event);
    }
  }

  async function tell(events: Stripe.Event[]): Promise<void> {
    const copies = events.flatMap((event) =>
      Array.from({ length: 1 + Math.floor(random() * random() * 4) }, () => event)
    );
    const order = shuffled(copies, random);
    const one = async () => {
      for (let event = order.pop(); event !== undefined; event = order.pop()) {
        const answer = await deliver(event, { on, secret }).catch(() => undefined);
        // Unanswered or refused it is told again, as Stripe does.
        if (answer?.status !== 200) continue;
        deliveries++;
        waiting.delete(event.id);
      }
    };
    await Promise.all([one(), one(), one(), one()]);
  }

  return {
    async some() {
      await look();
      await tell([...waiting.values()].filter(() => random() < 0.4));
    },
    async rest() {
      await look();
      for (let round = 0; waiting.size > 0; round++) {
        if (round === 50) throw new Error(`${waiting.size} events were never taken`);
        await tell([...waiting.values()]);
      }
    },
    figures: () => ({ events: known.size, withheld, deliveries }),
  };
}
