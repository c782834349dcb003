import { onSale } from "../../tests/support/products.ts";
import { type Bench, figure } from "../support/figure.ts";
import { placeOrder, timesPerSecond } from "../support/placing.ts";
import { sqlDatabase } from "../support/sql-database.ts";

const mostCallers = 64;

/** Whether a commit waits for the disk, as a project's does. */
const commits = {
  "commits wait for the disk": "on",
  "commits do not wait": "off",
};

async function measure(bench: Bench): Promise<void> {
  await using database = await sqlDatabase(undefined, { durable: true });
  const { sql } = database;
  const stock = 1_000_000;
  const hot = (await onSale(sql, { stock })).variantId;
  const distinct: string[] = [];
  while (distinct.length < mostCallers) distinct.push((await onSale(sql, { stock })).variantId);
  await sql`vacuum analyze`;

  const orders = bench.sized({ quick: 240, full: 800 });
  for (const [name, synchronous_commit] of Object.entries(commits)) {
    for (const callers of bench.sized({ quick: [16], full: [1, 4, 16, mostCallers] })) {
      const pool = database.connect(callers, { synchronous_commit });
      const perSecond = (variant: (buyer: number) => string) =>
        timesPerSecond(
          { buyers: callers, total: orders },
          (buyer) => placeOrder(pool, variant(buyer)),
        );
      await bench.pairs({ name, at: callers, judged: callers === 16 }, {
        baseline: () => perSecond((buyer) => distinct[buyer]!),
        subject: () => perSecond(() => hot),
      });
      await pool.end();
    }
  }
}

export default figure({
  title: "Checkout: everybody buys the same thing",
  subject: "orders placed a second by `order_place`, all for one variant",
  baseline: "the same, each buyer for another variant",
  unit: "/s",
  goal: { atLeast: 0.5 },
  axis: "callers",
  gate: "both share the machine's load and its disk",
  notes: `
Each order is one transaction that holds the variant's stock row from where it reserves until its commit is done.
"Commits wait for the disk" is Postgres as a project has it (\`fsync\` and \`synchronous_commit\` on): the row is let go
only after the disk's flush, so orders for one variant are one flush each, while up to 16 for different variants
share one. How far the ratio is from 1 is therefore the disk's doing; "commits do not wait" (\`synchronous_commit\`
off, same server) shows what the row's lock costs without it. [scaling.md](scaling.md) counts with the former.`,
  measure,
});
