import { Checkbox, Group, List, Text, Textarea } from "@mantine/core";
import { useApp } from "../../../app-context.ts";
import { Field } from "../../../components/form.tsx";
import { Section } from "../../../components/section.tsx";
import { StateBadge } from "../../../components/state-badge.tsx";
import { amountTyped } from "../../parts/amount.ts";
import { Moment } from "../../parts/moment.tsx";
import { ReasonButton } from "../../parts/reason-button.tsx";
import { useShopTexts } from "../texts.ts";
import type { OrderProps, StaffOrder } from "./staff-order.ts";

type Return = StaffOrder["returns"][number];

/** What the buyer wants to send back: accepted, which gives its worth back, or rejected. */
export function Returns({ order, changed }: OrderProps) {
  const s = useShopTexts();
  if (order.returns.length === 0) return null;
  const nameOf = (itemId: string) => order.items.find(({ id }) => id === itemId)?.name ?? itemId;
  return (
    <Section title={s.returns}>
      {order.returns.map((one) => (
        <div key={one.id}>
          <Group gap="sm">
            <StateBadge state={one.state} label={s.returnState[one.state]} />
            <Text size="sm" c="dimmed">
              <Moment at={one.created_at} />
            </Text>
          </Group>
          <List my="xs">
            {one.lines.map(({ order_item_id, quantity }) => (
              <List.Item key={order_item_id}>{quantity} × {nameOf(order_item_id)}</List.Item>
            ))}
          </List>
          {one.reason !== null && <Text>{s.buyerSays(one.reason)}</Text>}
          {one.answer !== null && <Text>{s.weSaid(one.answer)}</Text>}
          {one.state === "requested" && <Decision order={order} one={one} changed={changed} />}
        </div>
      ))}
    </Section>
  );
}

function Decision({ order, one, changed }: OrderProps & { one: Return }) {
  const { socle } = useApp();
  const s = useShopTexts();
  const decide =
    (decision: "accept" | "reject") => async (key: string, values: Record<string, string>) => {
      await socle.orderReturnDecide({
        return_id: one.id,
        decision,
        ...(decision === "accept" && {
          restock: values["restock"] === "on",
          amount: amountTyped(values["amount"], order.currency, "amount"),
        }),
        answer: values["answer"]?.trim() || undefined,
        reason: values["reason"]!,
      }, { idempotencyKey: key });
      await changed();
    };
  const answer = (
    <Textarea name="answer" label={s.answer} description={s.answerHint} maxLength={500} autosize />
  );
  return (
    <Group gap="sm" mt="sm">
      <ReasonButton label={s.acceptReturn} title={s.acceptReturnTitle} run={decide("accept")}>
        <Field
          label={s.lessThanWorth(order.currency)}
          hint={s.lessHint}
          name="amount"
          required={false}
        />
        <Checkbox name="restock" label={s.restock} />
        {answer}
      </ReasonButton>
      <ReasonButton
        label={s.rejectReturn}
        title={s.rejectReturnTitle}
        color="red"
        variant="light"
        run={decide("reject")}
      >
        {answer}
      </ReasonButton>
    </Group>
  );
}
