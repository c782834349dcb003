/** Users who come one after the other, so many at once, until time is up. */
import type { StackAddress } from "../../support/stack.ts";
import { seededRandom } from "../../support/random.ts";
import { type Client, leaves } from "../client.ts";
import type { Ledger } from "../ledger.ts";
import { join } from "./account.ts";
import { type Shop, shop } from "./shopper.ts";
import { subscribe } from "./subscriber.ts";

/** What the crowd is told. */
export interface Crowd {
  on: StackAddress;
  ledger: Ledger;
  seed: number;
  shop: Shop;
  atOnce: number;
  /** From when on nobody comes any more. */
  signal: AbortSignal;
}

/** Lets users come and go; how many came. Whoever is there when time is up ends his story. */
export async function crowd({ on, ledger, seed, shop, atOnce, signal }: Crowd) {
  let came = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (!signal.aborted) {
      const number = came++;
      const random = seededRandom(seed + 7919 * (number + 1));
      const address = `198.18.${number >> 8 & 255}.${number & 255}`;
      const thorough = number % 6 === 0;
      await live({ on, ledger, random, address, thorough }, shop);
    }
  }));
  return came;
}

/** One user's story. */
async function live(client: Client, offered: Shop): Promise<void> {
  if (leaves(client, 0.35)) return await shop(client, offered);
  const member = await join(client, "user");
  if (member === undefined) return;
  const chance = client.random();
  if (client.thorough || chance < 0.75) await subscribe(client, member);
  if (client.thorough || chance > 0.5) await shop(client, offered, member);
}
