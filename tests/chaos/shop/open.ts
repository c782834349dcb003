/** The shop of a run: what is on sale, who comes to it, and what its own comparison finds in the end. */
import type postgres from "postgres";
import { onSale } from "../../support/products.ts";
import { call, type StackAddress } from "../../support/stack.ts";
import { signUpStaff } from "../../support/users.ts";
import type { Crowd } from "../people/crowd.ts";
import { type Shop, visit } from "./shopper.ts";

/** Some things, two of them scarce, and a code of which there are few. `start`: units of each variant. */
export async function openShop(
  sql: postgres.Sql,
  on: StackAddress,
  minutes: number,
): Promise<{ visits: NonNullable<Crowd["visits"]>; start: Map<string, number> }> {
  const stocks = [20, 40, 100_000, 100_000, 100_000].map((units) =>
    units < 1000 ? Math.ceil(units * minutes / 2) : units
  );
  const start = new Map<string, number>();
  for (const [index, stock] of stocks.entries()) {
    const { variantId } = await onSale(sql, { stock, price: 700 + 100 * index });
    start.set(variantId, stock);
  }
  const code = "CHAOS10";
  await sql`
    insert into public.discounts (code, kind, basis_points, max_redemptions)
    values (${code}, 'percent', 1000, ${Math.ceil(8 * minutes)})`;
  const staff = await signUpStaff({ on });
  const shop: Shop = { variants: [...start.keys()], code, staffToken: staff.token };
  return { visits: (client, member) => visit(client, shop, member), start };
}

/** What shop-reconcile finds, mending nothing. */
export async function shopDrifts(on: StackAddress): Promise<Record<string, unknown>[]> {
  const { status, body } = await call("POST", "shop-reconcile", {
    on,
    key: on.secretKey,
    body: {},
  });
  if (status !== 200 || !body.done) return [{ shop_reconcile: status, ...body }];
  return body.drifts;
}

/** How many orders are not over. */
export async function ordersPending(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ orders: number }[]>`
    select count(*)::int as orders from public.orders where status = 'pending'`;
  return row!.orders;
}
