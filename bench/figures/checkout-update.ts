import { onSale } from "../../tests/support/products.ts";
import { type Bench, figure } from "../support/figure.ts";
import { placeOrder, timesPerSecond } from "../support/placing.ts";
import { sqlDatabase } from "../support/sql-database.ts";

const buyers = 16;

async function measure(bench: Bench): Promise<void> {
  await using database = await sqlDatabase(undefined, { durable: true });
  const { sql } = database;
  const stock = 1_000_000;
  const variants: string[] = [];
  while (variants.length < buyers) variants.push((await onSale(sql, { stock })).variantId);
  await sql`
    create table bare_stock (
      id uuid primary key, on_hand integer not null, reserved integer not null default 0,
      check (reserved >= 0 and on_hand - reserved >= 0)
    )`;
  await sql`
    insert into bare_stock (id, on_hand) select id::uuid, ${stock} from unnest(${variants}::text[]) as id`;
  await sql`vacuum analyze`;

  const pool = database.connect(buyers);
  const total = bench.sized({ quick: 240, full: 800 });
  const choices: Record<string, (buyer: number) => string> = {
    "one variant": () => variants[0]!,
    "a variant each": (buyer) => variants[buyer]!,
  };
  for (const [name, variant] of Object.entries(choices)) {
    await bench.pairs({ name: `${name}, ${buyers} callers` }, {
      baseline: () =>
        timesPerSecond({ buyers, total }, async (buyer) => {
          await pool`
            update bare_stock set reserved = reserved + 1
            where id = ${variant(buyer)} and on_hand - reserved >= 1`;
        }),
      subject: () => timesPerSecond({ buyers, total }, (buyer) => placeOrder(pool, variant(buyer))),
    });
  }
}

export default figure({
  title: "Checkout against a bare update",
  subject: "orders placed a second by `order_place`",
  baseline: "the conditional update that reserves a unit, alone, on a table of nothing else",
  unit: "/s",
  notes: `
What an order costs beside the one statement that must not oversell: prices and names as they are, the order with its
lines, its event, the ledger of the stock, the limits. Commits wait for the disk in both.`,
  measure,
});
