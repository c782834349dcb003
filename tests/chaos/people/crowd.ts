/** Users who come one after the other, so many at once, until time is up. */
import type { StackAddress } from "../../support/stack.ts";
import { seededRandom } from "../../support/random.ts";
import { type Client, leaves } from "../client.ts";
import type { Ledger } from "../ledger.ts";
import { join, type Member } from "./account.ts";
import { subscribe } from "./subscriber.ts";

/** What the crowd is told. */
export interface Crowd {
  on: StackAddress;
  ledger: Ledger;
  seed: number;
  /** What people may do besides, whether they sign up or not. */
  visits?: (client: Client, member?: Member) => Promise<void>;
  atOnce: number;
  /** From when on nobody comes any more. */
  signal: AbortSignal;
}

/** Lets users come and go; how many came. Whoever is there when time is up ends his story. */
export async function crowd({ on, ledger, seed, visits, atOnce, signal }: Crowd) {
  let came = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (!signal.aborted) {
      const number = came++;
      const random = seededRandom(seed + 7919 * (number + 1));
      const address = `198.18.${number >> 8 & 255}.${number & 255}`;
      const thorough = number % 6 === 0;
      await live({ on, ledger, random, address, thorough }, visits);
    }
  }));
  return came;
}

/** One user's story. */
async function live(client: Client, visits: Crowd["visits"]): Promise<void> {
  if (visits !== undefined && leaves(client, 0.35)) return await visits(client);
  const member = await join(client, "user");
  if (member === undefined) return;
  const chance = client.random();
  if (client.thorough || chance < 0.75) await subscribe(client, member);
  if (client.thorough || chance > 0.5) await visits?.(client, member);
}
