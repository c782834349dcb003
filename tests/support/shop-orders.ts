/** What tests do with orders in SQL: as buyers, as staff, as the sync of what Stripe says. */
import type postgres from "postgres";
import { insertUser } from "./database.ts";

type Sql = postgres.Sql;

export async function insertStaff(sql: Sql): Promise<string> {
  const id = await insertUser(sql);
  await sql`insert into private.staff (user_id, note) values (${id}, 'a test')`;
  return id;
}

/** How many of the answers succeeded, and the codes of the others. */
export function outcomes(answers: PromiseSettledResult<unknown>[]) {
  return {
    done: answers.filter(({ status }) => status === "fulfilled").length,
    refused: [
      ...new Set(answers.flatMap((one) => one.status === "rejected" ? [one.reason.message] : [])),
    ],
  };
}

/** The RPCs on one database, with a member of staff. */
export function orderActions(sql: Sql, staff: string) {
  return {
    statusOf: async (id: string): Promise<string> =>
      (await sql`select status from public.orders where id = ${id}`)[0]!["status"],

    mailsOf: async (email: string | null): Promise<string[]> =>
      (await sql`
        select payload ->> 'template' as template from private.jobs
        where kind = 'mail_send' and payload ->> 'to' = ${email} order by id`)
        .map(({ template }) => template),

    cancel: async (
      id: string,
      { buyer = null, byToken = true, reason = null, ended = false }: {
        buyer?: string | null;
        byToken?: boolean;
        reason?: string | null;
        ended?: boolean;
      } = {},
    ): Promise<string> =>
      (await sql`
        select public.order_cancel(${id}, ${buyer}, ${byToken}, ${reason}, ${ended}) as status`)[
        0
      ]![
        "status"
      ],

    advance: async (id: string, status: string, tracking: string | null = null): Promise<string> =>
      (await sql`
        select public.order_advance(
          ${staff}, ${id}, ${status}, 'Post', ${tracking}, null, null
        ) as status`)[0]!["status"],

    accept: async (id: string): Promise<string> =>
      (await sql`select public.order_review_end(${staff}, 'looked at it', ${id}) as status`)[0]![
        "status"
      ],

    askReturn: async (
      id: string,
      lines: { order_item_id: string; quantity: number }[],
    ): Promise<string> =>
      (await sql`
        select public.order_return_ask(${id}, null, true, ${sql.json(lines)}, 'too small') as id`)[
        0
      ]!["id"],

    decideReturn: async (id: string, accept: boolean): Promise<{ refund_id: string | null }> =>
      (await sql`
        select public.order_return_decide(
          ${staff}, 'as agreed', ${id}, ${accept}, true, null, 'Thanks'
        ) as decided`)[0]!["decided"],

    /** What the sync of a charge writes. */
    charge: async (id: string, paymentIntent: string, refunds: Record<string, unknown>[]) => {
      await sql`select private.stripe_apply_charge(${
        sql.json(
          { id, payment_id: paymentIntent, amount_refunded: 0, refunds } as never,
        )
      })`;
    },
  };
}
