import { Checkbox, NumberInput, Stack, Text } from "@mantine/core";
import { useApp } from "../../../app-context.ts";
import { Rows } from "../../../components/rows.tsx";
import { Section } from "../../../components/section.tsx";
import { TextLink } from "../../../components/text-link.tsx";
import { formatMoney } from "../../../format.ts";
import { useLanguage } from "../../../text/language.tsx";
import { ReasonButton } from "../../parts/reason-button.tsx";
import { useShopTexts } from "../texts.ts";
import { type RefundKind, RefundKindChoice } from "./refund-amount.tsx";
import { type OrderProps, unitsLeft } from "./staff-order.ts";

/** What was bought, what of it was given back, and what it comes to. */
export function OrderLines({ order, changed }: OrderProps) {
  const { t, language } = useLanguage();
  const s = useShopTexts();
  const money = (amount: number) => formatMoney(amount, order.currency, language);
  const refundable = order.left_amount > 0 && order.items.some((item) => unitsLeft(item) > 0);
  return (
    <Section
      title={s.lines}
      actions={refundable && <RefundLines order={order} changed={changed} />}
    >
      <Rows
        caption={s.lines}
        rows={order.items}
        keyOf={({ id }) => id}
        columns={[
          {
            label: s.product,
            cell: ({ name, sku, options, product_id }) => (
              <div>
                {product_id === null
                  ? name
                  : <TextLink href={`/staff/products/${product_id}`}>{name}</TextLink>}
                <Text size="sm" c="dimmed">{[sku, ...Object.values(options)].join(" · ")}</Text>
              </div>
            ),
          },
          { label: s.unitPrice, cell: ({ unit_amount }) => money(unit_amount), number: true },
          { label: s.quantity, cell: ({ quantity }) => quantity, number: true },
          { label: s.givenBack, cell: ({ refunded_quantity }) => refunded_quantity, number: true },
          { label: t.amount, cell: ({ total_amount }) => money(total_amount), number: true },
        ]}
      />
      <Sums order={order} />
    </Section>
  );
}

function Sums({ order }: Pick<OrderProps, "order">) {
  const { language } = useLanguage();
  const s = useShopTexts();
  const sums: [label: string, amount: number][] = [
    [s.subtotal, order.subtotal_amount],
    [`${s.discount} ${order.discount_code ?? ""}`, -order.discount_amount],
    [s.shipping, order.shipping_amount],
    [s.tax, order.tax_amount],
    [s.total, order.total_amount],
    [s.paid, order.paid_amount],
    [s.refunded, -order.refunded_amount],
    [s.disputed, -order.disputed_amount],
    [s.left, order.left_amount],
  ];
  const always = [s.subtotal, s.total, s.paid, s.left];
  return (
    <dl className="sums">
      {sums.map(([label, amount]) =>
        (amount !== 0 || always.includes(label)) && (
          <div key={label} className={label === s.total ? "strong" : undefined}>
            <dt>{label}</dt>
            <dd>{formatMoney(amount, order.currency, language)}</dd>
          </div>
        )
      )}
    </dl>
  );
}

/** Gives back what units of lines are worth, with their share of discount and tax. */
function RefundLines({ order, changed }: OrderProps) {
  const { socle } = useApp();
  const s = useShopTexts();
  const lines = order.items.filter((item) => unitsLeft(item) > 0);
  return (
    <ReasonButton
      label={s.refundLines}
      title={s.refundLinesTitle(order.number)}
      explained={s.refundLinesExplained}
      run={async (key, values) => {
        await socle.orderRefund({
          order_id: order.id,
          lines: lines.map(({ id }) => ({ order_item_id: id, quantity: Number(values[id]) }))
            .filter(({ quantity }) => quantity > 0),
          shipping: values["shipping"] === "on",
          restock: values["restock"] === "on",
          kind: values["kind"] as RefundKind,
          reason: values["reason"]!,
        }, { idempotencyKey: key });
        await changed();
      }}
    >
      <Stack gap="sm">
        {lines.map((item) => (
          <NumberInput
            key={item.id}
            name={item.id}
            label={s.unitsOf(item.name, item.sku)}
            description={s.ofUnits(unitsLeft(item))}
            defaultValue={0}
            min={0}
            max={unitsLeft(item)}
            allowDecimal={false}
            allowNegative={false}
            clampBehavior="strict"
            stepHoldDelay={400}
            stepHoldInterval={100}
          />
        ))}
      </Stack>
      <Checkbox name="restock" label={s.restock} />
      {order.shipping_amount > 0 && <Checkbox name="shipping" label={s.refundShipping} />}
      <RefundKindChoice />
    </ReasonButton>
  );
}
