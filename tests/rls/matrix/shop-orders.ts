/** The access matrix of what becomes of orders: mails, money, refunds, disputes. */
import { type FunctionAccess, serverOnly, type TableAccess, words } from "../access.ts";

const server: FunctionAccess = { execute: ["service_role"] };

export const shopOrderTables: Record<string, TableAccess> = {
  "private.order_disputes": {
    columns: words(`
      stripe_dispute_id order_id status amount currency reason evidence_due_by created_at updated_at
    `),
    ...serverOnly,
    samples: ({ row, unique }) => [{
      stripe_dispute_id: `dp_${unique}`,
      order_id: row("public.orders")["id"],
      status: "needs_response",
      amount: 100,
      currency: "EUR",
      created_at: "2026-01-02",
    }],
  },
};

export const shopOrderFunctions: Record<string, FunctionAccess> = {
  "private.chargeable_step(text)": server,
  "private.money(bigint,text)": server,
  "private.order_apply_refund(orders,jsonb)": server,
  "private.order_confirmation(orders)": server,
  "private.order_left(uuid)": server,
  "private.order_mail(uuid,text,text,jsonb)": server,
  "private.order_money(uuid,text,bigint,text)": server,
  "private.order_of_payment(text,text)": server,
  "private.order_refund_count(uuid,integer)": server,
  "private.order_refund_fail(uuid,text)": server,
  "private.order_refund_lines(uuid,jsonb)": server,
  "private.order_refund_open(uuid,bigint,text,jsonb,boolean,text)": server,
  "private.order_restand(uuid)": server,
  "private.order_restock(uuid,jsonb,text,uuid)": server,
  "private.order_worth(uuid)": server,
  "private.share_until(bigint,integer,integer,integer)": server,
  "private.shop_imbalances()": server,
  "private.stripe_apply_payment_charge(jsonb)": server,
  "public.order_refund_read(uuid)": server,
  "public.order_refund_refused(uuid,text)": server,
};
