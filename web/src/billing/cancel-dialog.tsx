import { Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Confirm } from "../components/dialog.tsx";
import { useAction } from "../use-action.ts";
import { useBillingTexts } from "./texts.ts";

type Way = "period" | "now" | "refund";

interface Props {
  which: { workspace_id: string; subscription_id: string };
  /** Whether there is paid time that could be given back. */
  paid: boolean;
  opened: boolean;
  close: () => void;
  done: (text: string) => Promise<void>;
}

/** Ends a plan: with its period, at once, or at once with the unused time given back. */
export function CancelDialog({ which, paid, opened, close, done }: Props) {
  const { socle } = useApp();
  const s = useBillingTexts();
  const [way, setWay] = useState<Way>("period");
  const cancel = useAction(async (idempotencyKey) => {
    await socle.subscriptionCancel({
      ...which,
      at_period_end: way === "period",
      refund: way === "refund" ? "unused" : "none",
    }, { idempotencyKey });
    close();
    await done(way === "period" ? s.cancelled : s.cancelledNow);
  });
  return (
    <Confirm
      title={s.cancelTitle}
      opened={opened}
      onClose={close}
      action={cancel}
      confirm={s.cancelConfirm}
    >
      <Radio.Group
        label={s.cancelWhen}
        value={way}
        onChange={(chosen) => setWay(chosen as Way)}
      >
        <Stack gap="sm" mt="sm">
          <Radio value="period" label={s.cancelAtEnd} description={s.cancelAtEndText} />
          <Radio value="now" label={s.cancelNow} description={s.cancelNowText} />
          {paid && <Radio value="refund" label={s.cancelRefund} description={s.cancelRefundText} />}
        </Stack>
      </Radio.Group>
    </Confirm>
  );
}
