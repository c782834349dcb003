import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Dialog } from "../../components/dialog.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { formatDay } from "../../format.ts";
import { useLanguage } from "../../text/language.tsx";
import { optionsText, orderWords } from "../options.ts";
import { useShopTexts } from "../texts.ts";
import type { Order, OrderItem, OrderName } from "../types.ts";
import { ReturnForm } from "./return-form.tsx";

interface Props {
  order: Order;
  name: OrderName;
  onChange: () => Promise<void>;
}

/** What one wants to send back, what was said to it, and the way to ask. */
export function Returns({ order, name, onChange }: Props) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const [asking, setAsking] = useState(false);
  if (order.returns.length === 0 && !order.can_return) return null;
  const words = orderWords(order.locale, language, s.values);
  const nameOf = (id: string) => {
    const item = order.items.find((one) => one.id === id);
    return item === undefined ? "" : itemText(item, words);
  };
  return (
    <Paper component="section" aria-labelledby="returns" withBorder p="lg" mb="lg">
      <Title id="returns" order={2} size="h3" mb="sm">{s.returns}</Title>
      <Stack component="ul" className="plain-list" gap="md" mb="sm">
        {order.returns.map(({ id, state, lines, reason, answer, created_at }) => (
          <li key={id}>
            <StateBadge state={state} label={s.returnStates[state]} />{" "}
            {formatDay(created_at, language)}
            <ul>
              {lines.map(({ order_item_id, quantity }) => (
                <li key={order_item_id}>{quantity} × {nameOf(order_item_id)}</li>
              ))}
            </ul>
            {reason !== null && <Text size="sm" c="dimmed">{s.returnReasonWas(reason)}</Text>}
            {answer !== null && <Text size="sm">{s.returnAnswer(answer)}</Text>}
          </li>
        ))}
      </Stack>
      {order.can_return && (
        <Button variant="default" onClick={() => setAsking(true)}>{s.askReturn}</Button>
      )}
      <Dialog title={s.askReturn} opened={asking} onClose={() => setAsking(false)}>
        <ReturnForm
          order={order}
          name={name}
          onAsked={async () => {
            setAsking(false);
            await onChange();
          }}
        />
      </Dialog>
    </Paper>
  );
}

/** What a line is, in words. */
export function itemText({ name, options }: OrderItem, words: Record<string, string>): string {
  const differs = optionsText(options, words);
  return differs === "" ? name : `${name}, ${differs}`;
}
