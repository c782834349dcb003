/** Of orders, their money and their stock. */
import { floor } from "../invariants/run.ts";
import { idOf } from "../stripe-books.ts";
import type { Evidence, Invariant, Offence } from "../invariants/invariant.ts";

interface Order {
  id: string;
  status: string;
  session: string | null;
  total: number;
  paid: number;
  refunded: number;
}

async function ordersOf({ sql }: Evidence): Promise<Order[]> {
  return await sql<Order[]>`
    select id, status, stripe_session_id as session, total_amount::int as total,
      paid_amount::int as paid, refunded_amount::int as refunded
    from public.orders`;
}

/** What Stripe took and gave back for a session. */
function moneyAt(
  { stripe }: Evidence,
): Map<string, { charges: string[]; paid: number; back: number }> {
  const charges = Map.groupBy(
    stripe.charges.filter(({ paid }) => paid),
    ({ payment_intent }) => idOf(payment_intent),
  );
  return new Map(
    stripe.sessions.filter(({ mode }) => mode === "payment").map((session) => {
      const intent = idOf(session.payment_intent);
      // A debit that bounced was no payment after all.
      const taken = intent === null ? [] : charges.get(intent) ?? [];
      return [session.id, {
        charges: taken.map(({ id, amount }) => `${id} ${amount}`),
        paid: taken.reduce((sum, { amount }) => sum + amount, 0),
        back: taken.reduce((sum, { amount_refunded }) => sum + amount_refunded, 0),
      }];
    }),
  );
}

/** The shop's. */
export const shopInvariants: Invariant[] = [
  {
    name: "the shop was visited",
    says: "Users bought and were refunded: what did not happen proves nothing.",
    async offences({ sql, minutes }) {
      // What is in the database because users did it and Stripe was paid.
      const [done] = await sql<{ paid: number; refunds: number }[]>`
        select
          (select count(*)::int from public.orders where paid_at is not null) as paid,
          (select count(*)::int from public.order_refunds where state = 'done') as refunds`;
      const wanted: [string, number, number][] = [
        ["paid orders", done!.paid, floor(minutes, 0.25)],
        ["refunds of an order", done!.refunds, floor(minutes, 0.1)],
      ];
      return wanted.filter(([, times, least]) => times < least)
        .map(([what, times, least]): Offence => ({ what, times, least }));
    },
  },
  {
    name: "no order or refund waits",
    says: "No order is pending after its time or in review, and no refund open.",
    offences: async ({ sql }) =>
      await sql`
        select 'order' as what, id::text, status as state from public.orders where status in ('pending', 'review')
        union all
        select 'refund', id::text, state from public.order_refunds where state = 'open'`,
  },
  {
    name: "paid orders were mailed",
    says: "A paid order has its confirmation: one job, which has succeeded.",
    async offences({ sql }) {
      return await sql`
        select ordered.id as order, coalesce(job.state, 'no job') as state, job.last_error
        from public.orders as ordered
        left join private.jobs as job on job.kind = 'mail_send' and job.dedupe_key = 'paid:' || ordered.id
        where ordered.status in ('paid', 'partially_refunded') and job.state is distinct from 'succeeded'`;
    },
  },
  {
    name: "acknowledged orders exist",
    says: "Whoever was told that he has an order has it, with the page that he was led to.",
    async offences(evidence) {
      const held = new Map((await ordersOf(evidence)).map((order) => [order.id, order]));
      return [...evidence.ledger.orders.values()]
        .filter(({ id, sessionId }) => held.get(id)?.session !== sessionId)
        .map((known) => ({ ...known, held: held.get(known.id) ?? "nothing" }));
    },
  },
  {
    name: "acknowledged cancellations hold",
    says: "An order whose cancellation was acknowledged is over, and nobody keeps its money.",
    async offences(evidence) {
      const held = new Map((await ordersOf(evidence)).map((order) => [order.id, order]));
      return [...evidence.ledger.orders.values()].filter(({ cancelled }) => cancelled)
        .map(({ id }) => held.get(id) ?? { id, status: "nothing", paid: 0, refunded: 0 })
        .filter(({ status, paid, refunded }) =>
          !["cancelled", "refunded"].includes(status) || paid !== refunded
        ) as unknown as Offence[];
    },
  },
  {
    name: "acknowledged refunds are made, once",
    says:
      "Each refund that was acknowledged is a row and one refund at Stripe, of the same amount; no row has two.",
    async offences({ sql, ledger, stripe }) {
      const rows = await sql<{ id: string; state: string; amount: number; at: string | null }[]>`
        select id, state, amount::int, stripe_refund_id as at from public.order_refunds`;
      const held = new Map(rows.map((row) => [row.id, row]));
      const atStripe = new Map(stripe.refunds.map((refund) => [refund.id, refund]));
      const lost = ledger.refunds.filter(({ id, amount }) => {
        const row = held.get(id);
        return row?.amount !== amount || row.state !== "done";
      }).map((known) => ({ ...known, held: held.get(known.id) ?? "nothing" }));
      const unmade = rows.filter(({ state, amount, at }) =>
        state === "done" && atStripe.get(at ?? "")?.amount !== amount
      );
      const known = new Set(rows.map(({ at }) => at));
      const ofOrders = new Set(
        stripe.sessions.filter(({ mode }) => mode === "payment")
          .map(({ payment_intent }) => idOf(payment_intent)),
      );
      const extra = stripe.refunds.filter(({ id, payment_intent }) =>
        ofOrders.has(idOf(payment_intent)) && !known.has(id)
      ).map(({ id, amount }) => ({ only_at_stripe: id, amount }));
      return [...lost, ...unmade, ...extra] as Offence[];
    },
  },
  {
    name: "one charge an order",
    says: "No order was charged twice: neither in two tabs, nor in two sessions.",
    offences(evidence) {
      const money = moneyAt(evidence);
      const { stripe } = evidence;
      const sessions = Map.groupBy(
        stripe.sessions.filter(({ mode }) => mode === "payment"),
        ({ metadata }) => metadata?.["order_id"] ?? "none",
      );
      return [...sessions].map(([order, found]) => ({
        order,
        charges: found.flatMap(({ id }) => money.get(id)!.charges),
      })).filter(({ charges }) => charges.length > 1);
    },
  },
  {
    name: "money of orders is conserved",
    says:
      "What an order counts as paid and as given back is what Stripe took and gave back; a paid order is paid whole.",
    async offences(evidence) {
      const money = moneyAt(evidence);
      const orders = await ordersOf(evidence);
      const wrong = orders.flatMap((order): Offence[] => {
        const { paid, back } = money.get(order.session ?? "") ?? { paid: 0, back: 0 };
        const same = order.paid === paid && order.refunded === back;
        const whole = paid === 0 || order.total === paid;
        return same && whole ? [] : [{ ...order, at_stripe: { paid, back } }];
      });
      const sessions = new Set(orders.map(({ session }) => session));
      const ownerless = [...money].filter(([session, { paid, back }]) =>
        !sessions.has(session) && paid !== back
      ).map(([session, taken]) => ({ session, ...taken, order: "none" }));
      return [...wrong, ...ownerless];
    },
  },
  {
    name: "paid orders are told so",
    says:
      "An order whose money Stripe has and has not given back is paid here; one without money is not.",
    async offences(evidence) {
      const kept = ["paid", "partially_refunded"];
      return (await ordersOf(evidence)).filter(({ status, paid, refunded }) =>
        kept.includes(status) !== (paid > refunded)
      ) as unknown as Offence[];
    },
  },
  {
    name: "stock is conserved",
    says:
      "Units on hand, sold and given back add up to those of the start; nothing is held for anybody, and nothing was sold that was not there.",
    async offences({ sql, start }) {
      const rows = await sql<
        { variant: string; on_hand: number; reserved: number; sold: number }[]
      >`
        select held.variant_id as variant, held.on_hand, held.reserved, coalesce((
          select sum(-moved.on_hand_delta) from private.stock_movements as moved
          where moved.variant_id = held.variant_id and moved.order_id is not null
        ), 0)::int as sold
        from private.stock as held where held.variant_id = any (${[...start.keys()]}::uuid[])`;
      return rows.map((row) => ({ ...row, start: start.get(row.variant) })).filter((row) =>
        row.on_hand + row.sold !== row.start || row.reserved !== 0 || row.on_hand < 0
      );
    },
  },
  {
    name: "stock follows orders, once",
    says:
      "Each line of an order left the stock at most once, and exactly once where it is to be sent.",
    async offences({ sql }) {
      return await sql`
        select ordered.id as order, ordered.status, line.variant_id as variant, line.quantity,
          count(moved.id)::int as times
        from public.orders as ordered
        join public.order_items as line on line.order_id = ordered.id
        left join private.stock_movements as moved
          on moved.order_id = ordered.id and moved.variant_id = line.variant_id and moved.kind = 'sold'
        group by ordered.id, ordered.status, line.id
        having count(moved.id) > 1
          or (ordered.status in ('paid', 'partially_refunded') and count(moved.id) <> 1)`;
    },
  },
  {
    name: "the shop's ledgers balance",
    says: "private.shop_imbalances() finds no counter that differs from its ledger.",
    offences: async ({ sql }) => await sql`select * from private.shop_imbalances()`,
  },
  {
    name: "redemptions are counted",
    says:
      "A discount was redeemed as often as its counter says, at most as often as it may be, and by no order that came to nothing.",
    async offences({ sql }) {
      return await sql`
        select discount.code, discount.redeemed, discount.max_redemptions as most,
          count(one.order_id)::int as counted,
          count(*) filter (where ordered.status in ('expired', 'cancelled') and ordered.paid_amount = 0)::int
            as came_to_nothing
        from public.discounts as discount
        left join private.discount_redemptions as one
          on one.discount_id = discount.id and one.released_at is null
        left join public.orders as ordered on ordered.id = one.order_id
        group by discount.id
        having discount.redeemed <> count(one.order_id) or discount.redeemed > discount.max_redemptions
          or count(*) filter (where ordered.status in ('expired', 'cancelled') and ordered.paid_amount = 0) > 0`;
    },
  },
];
