import { Checkbox, NativeSelect } from "@mantine/core";
import { useApp } from "../../../app-context.ts";
import { Field } from "../../../components/form.tsx";
import { formatMoney } from "../../../format.ts";
import { useLanguage } from "../../../text/language.tsx";
import { amountTyped } from "../../parts/amount.ts";
import { ReasonButton } from "../../parts/reason-button.tsx";
import { useShopTexts } from "../texts.ts";
import type { OrderProps } from "./staff-order.ts";

export type RefundKind = "cancelled" | "returned" | "goodwill" | "review";

/** Why money goes back, as the buyer's mail and the books have it. */
export function RefundKindChoice() {
  const s = useShopTexts();
  const kinds: RefundKind[] = ["goodwill", "returned", "cancelled", "review"];
  return (
    <NativeSelect
      name="kind"
      label={s.refundKind}
      data={kinds.map((value) => ({ value, label: s.refundReason[value]! }))}
    />
  );
}

/** Gives back all that is left of an order, or an amount of it; what lines are worth, order-lines.tsx gives back. */
export function RefundAmount({ order, changed }: OrderProps) {
  const { socle } = useApp();
  const { language } = useLanguage();
  const s = useShopTexts();
  const { id: order_id, currency, left_amount } = order;
  return (
    <ReasonButton
      label={s.refund}
      title={s.refundTitle(order.number)}
      explained={s.refundExplained(formatMoney(left_amount, currency, language))}
      run={async (key, { amount, kind, restock, reason }) => {
        await socle.orderRefund({
          order_id,
          amount: amountTyped(amount, currency, "amount"),
          restock: restock === "on",
          kind: kind as RefundKind,
          reason: reason!,
        }, { idempotencyKey: key });
        await changed();
      }}
    >
      <Field label={s.amountIn(currency)} hint={s.amountHint} name="amount" required={false} />
      <RefundKindChoice />
      <Checkbox name="restock" label={s.restockAll} />
    </ReasonButton>
  );
}
