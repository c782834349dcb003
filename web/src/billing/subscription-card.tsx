import { Alert, Anchor, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Section } from "../components/section.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { formatDay } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useBillingTexts } from "./texts.ts";
import { useAction } from "../use-action.ts";
import { usePriceText } from "./price.ts";
import type { Billing, Subscription } from "./read.ts";

interface Props {
  billing: Billing;
  subscription: Subscription;
  /** Reads everything again. */
  reload: () => Promise<void>;
}

/** The plan that one has: until when, and how to end it or go on. */
export function SubscriptionCard({ billing, subscription, reload }: Props) {
  const { socle } = useApp();

  const s = useBillingTexts();
  const priceText = usePriceText();
  const [changed, setChanged] = useState<string>();
  const workspace_id = billing.workspace.id;
  const ends = subscription.cancel_at_period_end;

  const change = useAction(async (idempotencyKey) => {
    setChanged(undefined);
    if (ends) await socle.subscriptionUncancel({ workspace_id }, { idempotencyKey });
    else await socle.subscriptionCancel({ workspace_id }, { idempotencyKey });
    await reload();
    setChanged(ends ? s.uncancelled : s.cancelled);
  });
  const portal = useAction(async () => {
    const { url } = await socle.billingPortal({
      workspace_id,
      return_url: `${location.origin}/billing`,
    });
    location.assign(url);
  });

  const plan = billing.plans.find(({ id }) => id === subscription.plan_id);
  const price = plan?.prices.find(({ id }) => id === subscription.price_id);
  const openInvoice = billing.workspace.invoices.find(({ status }) => status === "open");
  return (
    <Section title={s.yourPlan}>
      <Group gap="sm" mb="xs">
        <Text fw={600}>{plan?.name ?? subscription.plan_id}</Text>
        {plan && price && <span>{priceText(price, plan.per_seat)}</span>}
        <StateBadge
          state={subscription.status}
          label={s.status[subscription.status] ?? subscription.status}
        />
      </Group>
      <Period subscription={subscription} />
      {["past_due", "unpaid"].includes(subscription.status) && (
        <Alert color="red" my="md" title={s.paymentFailed}>
          <p>{s.paymentFailedText}</p>
          {openInvoice?.hosted_invoice_url && (
            <Anchor href={openInvoice.hosted_invoice_url}>{s.payInvoice}</Anchor>
          )}
        </Alert>
      )}
      {changed !== undefined && <Note>{changed}</Note>}
      <ProblemAlert problem={change.problem ?? portal.problem} />
      <Group mt="md" gap="sm">
        <ActionButton action={portal}>{s.portal}</ActionButton>
        <ActionButton action={change} variant="default">
          {ends ? s.uncancel : s.cancel}
        </ActionButton>
      </Group>
    </Section>
  );
}

function Period({ subscription }: { subscription: Subscription }) {
  const { language } = useLanguage();
  const s = useBillingTexts();
  const { cancel_at_period_end, cancel_at, current_period_end, trial_end, status } = subscription;
  const end = cancel_at ?? (cancel_at_period_end ? current_period_end : null);
  if (end !== null) return <p>{s.endsOn(formatDay(end, language))}</p>;
  if (status === "trialing" && trial_end !== null) {
    return <p>{s.trialUntil(formatDay(trial_end, language))}</p>;
  }
  if (current_period_end === null || status !== "active") return null;
  return <p>{s.renewsOn(formatDay(current_period_end, language))}</p>;
}
