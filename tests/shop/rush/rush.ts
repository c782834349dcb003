/**
 * A rush: many buyers at once for too little stock, while functions are killed and Stripe's events come
 * several times, in any order, late or never. Then the clock passes every hold, and the books are compared.
 */
import type { Sql } from "postgres";
import { functionProcesses, killProcess } from "../../support/function-processes.ts";
import { onSale } from "../../support/products.ts";
import { seededRandom } from "../../support/random.ts";
import { call, type StackAddress } from "../../support/stack.ts";
import { advance } from "../../support/stripe-local.ts";
import { waitFor } from "../../support/wait.ts";
import { compareBooks, type Report } from "./books.ts";
import { buyAsMeant, buyersOf } from "./buyers.ts";
import { teller } from "./told.ts";

/** How much of a rush. */
export interface Size {
  buyers: number;
  /** Of each of three variants. */
  stock: number;
}

/** What is killed under their hands. */
const mortal = ["checkout-create", "stripe-webhook", "jobs-run"];

/** Kills one of the functions now and then, until it is told to stop. */
function killing(on: StackAddress, random: () => number): { stop(): Promise<number> } {
  let killed = 0;
  let stopped = false;
  const going = (async () => {
    while (!stopped) {
      await new Promise((resolve) => setTimeout(resolve, 200 + random() * 1500));
      const pid = (await functionProcesses(on)).get(mortal[Math.floor(random() * mortal.length)]!);
      if (pid === undefined || stopped) continue;
      killProcess(pid);
      killed++;
    }
  })();
  return {
    async stop() {
      stopped = true;
      await going;
      return killed;
    },
  };
}

/** Works until nothing is due, and no order waits. Whoever was killed holds his job no longer. */
async function settle(sql: Sql, on: StackAddress): Promise<void> {
  await sql`update private.jobs set locked_until = now() - interval '1 second'
            where state = 'pending' and locked_until > now()`;
  await waitFor("every order and job to end", async () => {
    await call("POST", "jobs-run", { on, key: on.secretKey, body: {} }).catch(() => undefined);
    const [open] = await sql<{ orders: number; jobs: number }[]>`
      select (select count(*)::int from public.orders where status = 'pending') as orders,
        (select count(*)::int from private.jobs
         where state = 'pending' and run_at < private.now() and kind <> 'billing_reconcile') as jobs`;
    return open!.orders === 0 && open!.jobs === 0;
  }, 120);
}

/** Runs one. @param secret with which its stack expects Stripe's events signed */
export async function rush(
  { sql, on, secret }: { sql: Sql; on: StackAddress; secret: string },
  seed: number,
  { buyers: count, stock }: Size,
): Promise<Report> {
  const started = performance.now();
  const random = seededRandom(seed);
  const sold = await Promise.all(
    ["A", "B", "C"].map((name) => onSale(sql, { stock, name, price: 500 + name.charCodeAt(0) })),
  );
  const variants = sold.map(({ variantId }) => variantId);
  const code = `RUSH-${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
  const redemptions = Math.ceil(count / 20);
  await sql`insert into public.discounts (code, kind, basis_points, max_redemptions)
            values (${code}, 'percent', 1000, ${redemptions})`;
  const buyers = buyersOf({ variants, code }, count, random);
  const told = teller(on, secret, random);
  const killer = killing(on, random);

  const coming = Promise.all(
    buyers.map((buyer) => buyAsMeant(buyer, on, { twice: random() < 0.2 })),
  );
  let come = false;
  coming.then(() => come = true, () => come = true);
  while (!come) await told.some();
  await coming;
  await told.some();
  const killed = await killer.stop();
  await settleTwice();
  return {
    buyers: count,
    ...await compareBooks(sql, on, { variants, start: stock, buyers, code }),
    killed,
    ...told.figures(),
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };

  /** Once for the debits, which take minutes; once more when every hold is over. */
  async function settleTwice(): Promise<void> {
    await advance(on, 600);
    await told.some();
    await advance(on, 3 * 3600);
    await told.rest();
    await settle(sql, on);
    // What was refunded just now is told as well.
    await told.rest();
    await settle(sql, on);
  }
}
