/** The access matrix of what becomes of orders: mails, money, refunds, disputes. */
import {
  everything,
  type FunctionAccess,
  mine,
  none,
  serverOnly,
  type TableAccess,
  words,
} from "../access.ts";

const server: FunctionAccess = { execute: ["service_role"] };

export const shopOrderTables: Record<string, TableAccess> = {
  "private.order_refund_failures": {
    columns: words("refund_id failure failed_at"),
    ...serverOnly,
    samples: ({ row }) => [{
      refund_id: row("public.order_refunds")["id"],
      failure: "charge_disputed",
    }],
  },
  "public.order_returns": {
    columns: words(`
      id order_id user_id state lines reason answer restock refund_id created_at decided_at
    `),
    anon: none,
    authenticated: { select: mine("user_id") },
    staffReadBy: "endpoint",
    service_role: everything,
    samples: ({ userId, row }) => [{
      order_id: row("public.orders")["id"],
      user_id: userId,
      reason: "too small",
    }],
  },
  "private.order_acts": {
    columns: words("order_id cause acted_at is_done"),
    ...serverOnly,
    samples: ({ row }) => [{
      order_id: row("public.orders")["id"],
      cause: crypto.randomUUID(),
    }],
  },
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
  "private.money(bigint,text)": server,
  "private.order_facts(uuid)": { execute: [] },
  "private.order_told()": { execute: [], definer: true },
  "private.refund_told()": { execute: [], definer: true },
  "private.stock_told()": { execute: [], definer: true },
  "private.order_apply_refund(orders,jsonb,text)": server,
  "private.alert_measures_but_orders()": server,
  "private.order_money_measures()": server,
  "private.order_apply_dispute(orders,jsonb)": server,
  "private.order_base(uuid)": server,
  "private.order_buyer_leaves()": { execute: [] },
  "private.order_cancel(orders,boolean)": server,
  "private.order_confirmation(orders)": server,
  "private.order_event_owner()": { execute: [] },
  "private.order_for(uuid,uuid,boolean)": server,
  "private.order_over(orders,timestamp with time zone)": server,
  "private.order_faded(orders)": server,
  "private.order_extra(uuid,text)": server,
  "private.order_paid_again(orders,jsonb)": server,
  "private.order_paid_too_much(orders)": server,
  "private.order_payment_return(uuid,text,bigint,text,text,text)": server,
  "private.order_unsold(uuid)": server,
  "private.refund_cause(uuid,text)": server,
  "private.order_return_forget()": { execute: [] },
  "private.order_view(uuid)": server,
  "private.stripe_apply_payment_dispute(jsonb)": server,
  "private.order_act(uuid,uuid)": server,
  "public.order_advance(uuid,uuid,text,text,text,text,text,uuid)": server,
  "public.order_cancel(uuid,uuid,boolean,text,boolean,uuid)": server,
  "public.order_confirmation_send(uuid,text,uuid,text)": server,
  "public.order_read(uuid,uuid,boolean)": server,
  "public.order_refund(uuid,text,uuid,bigint,text,jsonb,boolean,text)": server,
  "public.order_return_ask(uuid,uuid,boolean,jsonb,text,uuid)": server,
  "public.order_return_decide(uuid,text,uuid,boolean,boolean,bigint,text)": server,
  "public.order_review_end(uuid,text,uuid,uuid)": server,
  "public.staff_order(uuid,uuid)": server,
  "public.staff_orders(uuid,jsonb,jsonb,integer)": server,
  "private.order_left(uuid,text)": server,
  "private.order_mail(uuid,text,text,jsonb)": server,
  "private.order_money(uuid,text,bigint,text,text)": server,
  "private.order_of_payment(text,text)": server,
  "private.order_refund_count(uuid,integer)": server,
  "private.order_refund_fail(uuid,text)": server,
  "private.order_refund_lines(uuid,jsonb)": server,
  "private.order_refund_open(uuid,bigint,text,jsonb,boolean,text)": server,
  "private.order_restand(uuid)": server,
  "private.order_restock(uuid,jsonb,text,uuid)": server,
  "private.order_restock_undo(uuid)": server,
  "private.order_worth(uuid)": server,
  "private.share_of(bigint,integer,integer,integer)": server,
  "private.shop_imbalances()": server,
  "private.stripe_apply_payment_charge(jsonb)": server,
  "public.order_refund_read(uuid)": server,
  "public.order_refund_refused(uuid,text)": server,
};
