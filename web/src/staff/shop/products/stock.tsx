import { Group, NumberInput, Radio, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../../../app-context.ts";
import { Shown } from "../../../components/shown.tsx";
import { Rows } from "../../../components/rows.tsx";
import { TextLink } from "../../../components/text-link.tsx";
import { useLanguage } from "../../../text/language.tsx";
import { rows, useRead } from "../../../use-read.ts";
import { Moment } from "../../parts/moment.tsx";
import { ReasonButton } from "../../parts/reason-button.tsx";
import { useShopTexts } from "../texts.ts";
import type { Stock } from "./read.ts";

interface Props {
  stock: Stock;
  changed(): Promise<void>;
}

/** What there is of a variant; corrected with a reason, by what moved or by a count. */
export function StockOf({ stock, changed }: Props) {
  const { supabase } = useApp();
  const s = useShopTexts();
  const [opened, setOpened] = useState(false);
  const counts: [label: string, count: number][] = [
    [s.onHand, stock.on_hand],
    [s.reserved, stock.reserved],
    [s.available, stock.available],
    [s.shortage, stock.shortage],
  ];
  return (
    <div className="stock">
      <Group justify="space-between" mt="lg">
        <Title order={3} size="h5">{s.stock}</Title>
        <ReasonButton
          label={s.adjust}
          title={s.adjustTitle(stock.sku)}
          run={async (key, { how, units, reason }) => {
            const count = Number(units);
            await rows(supabase.rpc("stock_adjust", {
              variant_id: stock.variant_id,
              reason: reason!,
              ...(how === "counted" ? { counted: count } : { delta: count, request_id: key }),
            }));
            await changed();
          }}
        >
          <Radio.Group name="how" label={s.how} defaultValue="delta">
            <Stack gap="xs" mt="xs">
              <Radio value="delta" label={s.byDelta} description={s.byDeltaHint} />
              <Radio value="counted" label={s.byCount} description={s.byCountHint} />
            </Stack>
          </Radio.Group>
          <NumberInput
            label={s.units}
            name="units"
            required
            withAsterisk={false}
            allowDecimal={false}
            min={-1_000_000}
            max={1_000_000}
          />
        </ReasonButton>
      </Group>
      <Group gap="xl" my="sm">
        {counts.map(([label, count]) => (
          <div key={label}>
            <Text size="sm" c="dimmed">{label}</Text>
            <Text fw={650} {...(label === s.shortage && count > 0 && { c: "red" })}>{count}</Text>
          </div>
        ))}
      </Group>
      <details onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
        <summary>{s.history}</summary>
        {opened && <Movements stock={stock} />}
      </details>
    </div>
  );
}

/** What moved it, newest first. */
function Movements({ stock }: { stock: Stock }) {
  const { supabase } = useApp();
  const { t } = useLanguage();
  const s = useShopTexts();
  const { variant_id } = stock;
  const read = useRead(
    () => rows(supabase.rpc("stock_history", { variant_id, page_size: 30 })),
    JSON.stringify(stock),
  );
  return (
    <Shown read={read}>
      {(movements) => (
        <Rows
          caption={s.history}
          rows={movements}
          keyOf={({ id }) => id}
          columns={[
            { label: s.movement, cell: ({ kind }) => s.stockKinds[kind] ?? kind },
            { label: t.date, cell: ({ created_at }) => <Moment at={created_at} /> },
            {
              label: s.why,
              cell: ({ note, order_id }) =>
                order_id === null
                  ? note ?? "–"
                  : <TextLink href={`/staff/orders/${order_id}`}>{s.order}</TextLink>,
            },
            { label: s.onHand, cell: ({ on_hand_delta }) => signed(on_hand_delta), number: true },
            {
              label: s.reserved,
              cell: ({ reserved_delta }) => signed(reserved_delta),
              number: true,
            },
          ]}
        />
      )}
    </Shown>
  );
}

/** A change with its sign; a dash for none. */
function signed(delta: number): string {
  if (delta === 0) return "–";
  return delta > 0 ? `+${delta}` : `−${-delta}`;
}
