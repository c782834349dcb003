import { Group } from "@mantine/core";
import { useApp } from "../../../app-context.ts";
import { Field } from "../../../components/form.tsx";
import { ReasonButton } from "../../parts/reason-button.tsx";
import { useShopTexts } from "../texts.ts";
import { RefundAmount } from "./refund-amount.tsx";
import type { OrderProps, OrderStatus } from "./staff-order.ts";

/** From where an order goes on its way; `order_transitions` decides, this only leaves out what it refuses. */
const packable: OrderStatus[] = ["paid", "partially_refunded"];
const shippable: OrderStatus[] = ["paid", "fulfilling", "partially_refunded", "shipped"];
const cancellable: OrderStatus[] = ["pending", "paid", "partially_refunded", "review"];

/** What is left of what was typed in. */
const given = (text: string | undefined) => text?.trim() || undefined;

/** What can be done about an order as a whole, in the state that it has. */
export function OrderActions({ order, changed }: OrderProps) {
  const { socle } = useApp();
  const s = useShopTexts();
  const { id: order_id, status } = order;
  const isSent = order.shipped_at !== null;
  const ship = (to: "fulfilling" | "delivered") => async (key: string, { reason }: Values) => {
    await socle.orderShip({ order_id, status: to, reason: reason! }, { idempotencyKey: key });
    await changed();
  };
  const decide =
    (action: "accept" | "cancel" | "confirm") => async (key: string, { reason }: Values) => {
      await socle.ordersDecide({ order_id, action, reason: reason! }, { idempotencyKey: key });
      await changed();
    };
  return (
    <Group gap="sm" mb="lg">
      {status === "review" && (
        <ReasonButton label={s.accept} title={s.acceptTitle} run={decide("accept")} />
      )}
      {packable.includes(status) && !isSent && (
        <ReasonButton label={s.pack} title={s.packTitle} run={ship("fulfilling")} />
      )}
      {shippable.includes(status) && (
        <ReasonButton
          label={isSent ? s.correctTracking : s.ship}
          title={isSent ? s.correctTracking : s.shipTitle}
          explained={s.shipExplained}
          variant={isSent ? "default" : "filled"}
          run={async (key, { reason, carrier, tracking_number, tracking_url }) => {
            await socle.orderShip({
              order_id,
              status: "shipped",
              reason: reason!,
              carrier: given(carrier),
              tracking_number: given(tracking_number),
              tracking_url: given(tracking_url),
            }, { idempotencyKey: key });
            await changed();
          }}
        >
          <Field
            label={s.carrier}
            name="carrier"
            maxLength={100}
            required={false}
            defaultValue={order.carrier ?? ""}
          />
          <Field
            label={s.trackingNumber}
            name="tracking_number"
            maxLength={100}
            required={false}
            defaultValue={order.tracking_number ?? ""}
          />
          <Field
            label={s.trackingUrl}
            hint={s.trackingUrlHint}
            name="tracking_url"
            type="url"
            maxLength={1000}
            required={false}
            defaultValue={order.tracking_url ?? ""}
          />
        </ReasonButton>
      )}
      {status === "shipped" && (
        <ReasonButton label={s.deliver} title={s.deliverTitle} run={ship("delivered")} />
      )}
      {order.left_amount > 0 && <RefundAmount order={order} changed={changed} />}
      {order.paid_at !== null && order.customer_email !== null && (
        <ReasonButton label={s.confirmAgain} title={s.confirmTitle} run={decide("confirm")} />
      )}
      {cancellable.includes(status) && !isSent && (
        <ReasonButton
          label={s.cancelOrder}
          title={s.cancelTitle}
          explained={s.cancelExplained}
          color="red"
          variant="light"
          run={decide("cancel")}
        />
      )}
    </Group>
  );
}

type Values = Record<string, string>;
