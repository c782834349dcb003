import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../app-context.ts";
import { Note } from "../../components/alert.tsx";
import { Field, Form } from "../../components/form.tsx";
import { useLanguage } from "../../text/language.tsx";
import { useAction } from "../../use-action.ts";
import { orderWords } from "../options.ts";
import { useShopTexts } from "../texts.ts";
import type { Order, OrderName } from "../types.ts";
import { itemText } from "./returns.tsx";

interface Props {
  order: Order;
  name: OrderName;
  onAsked: () => Promise<void>;
}

/** Which lines, how many of each, and why. */
export function ReturnForm({ order, name, onAsked }: Props) {
  const { socle } = useApp();
  const { language } = useLanguage();
  const s = useShopTexts();
  const words = orderWords(order.locale, language, s.values);
  const [nothing, setNothing] = useState(false);
  const ask = useAction(async (idempotencyKey, values: Record<string, string>) => {
    const lines = order.items.map(({ id }) => ({ order_item_id: id, quantity: Number(values[id]) }))
      .filter(({ quantity }) => quantity > 0);
    setNothing(lines.length === 0);
    if (lines.length === 0) return;
    await socle.orderReturnRequest(
      { ...name, lines, reason: values["reason"]!.trim() },
      { idempotencyKey },
    );
    await onAsked();
  });
  return (
    <Form action={ask} submit={s.sendReturn}>
      {order.items.map((item) => {
        const left = item.quantity - item.refunded_quantity;
        return left > 0 && (
          <Field
            key={item.id}
            label={s.howMany(itemText(item, words), left)}
            name={item.id}
            type="number"
            min={0}
            max={left}
            defaultValue={0}
            maw="10rem"
          />
        );
      })}
      <Textarea
        label={s.returnReason}
        name="reason"
        required
        withAsterisk={false}
        maxLength={1000}
        autosize
        minRows={2}
      />
      {nothing && <Note kind="bad">{s.returnNothing}</Note>}
    </Form>
  );
}
