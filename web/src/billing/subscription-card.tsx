import { Group, Text } from "@mantine/core";
import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { Section } from "../components/section.tsx";
import { StateBadge } from "../components/state-badge.tsx";
import { formatDay } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { CancelDialog } from "./cancel-dialog.tsx";
import { ChangePlan } from "./change-plan.tsx";
import { usePriceText } from "./price.ts";
import { type Billing, priceIn, type Subscription } from "./read.ts";
import { useBillingTexts } from "./texts.ts";

interface Props {
  billing: Billing;
  subscription: Subscription;
  /** Whether one's role pays. */
  mayChange: boolean;
  /** Reads everything again. */
  reload: () => Promise<void>;
}

/** The plan that one has: until when, how to change it, to pause it, and to end it or go on. */
export function SubscriptionCard({ billing, subscription, mayChange, reload }: Props) {
  const s = useBillingTexts();
  const priceText = usePriceText();
  const [changed, setChanged] = useState<string>();
  const held = priceIn(billing.plans, subscription.price_id);
  const { status, quantity } = subscription;
  const done = async (text: string) => {
    await reload();
    setChanged(text);
  };
  return (
    <>
      <Section title={s.yourPlan}>
        <Group gap="sm" mb="xs">
          <Text fw={650} size="lg">{held?.plan.name ?? subscription.plan_id}</Text>
          {held && <span>{priceText(held.price, held.plan.per_seat)}</span>}
          {quantity > 1 && <span>{s.times(quantity)}</span>}
          <StateBadge state={status} label={s.status[status] ?? status} />
        </Group>
        <Period subscription={subscription} />
        <Planned billing={billing} subscription={subscription} />
        {changed !== undefined && <Note>{changed}</Note>}
        {mayChange && <Decisions billing={billing} subscription={subscription} done={done} />}
        {billing.cards.map((card) => <CardShown key={card.id} card={card} />)}
      </Section>
      {mayChange && ["active", "trialing", "past_due"].includes(status) && (
        <ChangePlan billing={billing} subscription={subscription} done={done} />
      )}
    </>
  );
}

function CardShown(
  { card: { brand, last4, exp_month, exp_year } }: { card: Billing["cards"][number] },
) {
  const s = useBillingTexts();
  if (last4 === null) return null;
  const name = (brand ?? "").charAt(0).toUpperCase() + (brand ?? "").slice(1);
  return (
    <Text size="sm" c="dimmed" mt="sm">
      {s.card(name, last4, `${String(exp_month).padStart(2, "0")}/${exp_year}`)}
    </Text>
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
  if (status === "paused") return <p>{s.pausedText}</p>;
  if (current_period_end === null || status !== "active") return null;
  return <p>{s.renewsOn(formatDay(current_period_end, language))}</p>;
}

/** A change that waits for the renewal. */
function Planned({ billing, subscription }: Pick<Props, "billing" | "subscription">) {
  const { language } = useLanguage();
  const s = useBillingTexts();
  const priceText = usePriceText();
  const { next_price_id, next_change_at } = subscription;
  const next = priceIn(billing.plans, next_price_id);
  if (next === undefined || next_change_at === null) return null;
  const price = priceText(next.price, next.plan.per_seat);
  return <p>{s.planned(next.plan.name, price, formatDay(next_change_at, language))}</p>;
}

interface DecisionsProps {
  billing: Billing;
  subscription: Subscription;
  done: (text: string) => Promise<void>;
}

function Decisions({ billing: { workspaceId }, subscription, done }: DecisionsProps) {
  const { socle } = useApp();
  const s = useBillingTexts();
  const [cancelling, setCancelling] = useState(false);
  const which = { workspace_id: workspaceId, subscription_id: subscription.id };
  const portal = useAction(async () => {
    const { url } = await socle.billingPortal({
      workspace_id: workspaceId,
      return_url: `${location.origin}/billing`,
    });
    location.assign(url);
  });
  const uncancel = useAction(async (idempotencyKey) => {
    await socle.subscriptionUncancel(which, { idempotencyKey });
    await done(s.uncancelled);
  });
  const pause = useAction(async (idempotencyKey) => {
    await socle.subscriptionPause(which, { idempotencyKey });
    await done(s.pausedText);
  });
  const resume = useAction(async (idempotencyKey) => {
    await socle.subscriptionResume(which, { idempotencyKey });
    await done(s.resumed);
  });
  const unschedule = useAction(async (idempotencyKey) => {
    await socle.subscriptionUnschedule(which, { idempotencyKey });
    await done(s.unscheduled);
  });
  const { status, cancel_at_period_end, next_price_id } = subscription;
  const actions = [portal, uncancel, pause, resume, unschedule];
  return (
    <>
      <ProblemAlert problem={actions.find(({ problem }) => problem !== undefined)?.problem} />
      <Group mt="md" gap="sm">
        <ActionButton action={portal}>{s.portal}</ActionButton>
        {next_price_id !== null && (
          <ActionButton action={unschedule} variant="default">{s.unschedule}</ActionButton>
        )}
        {status === "active" && !cancel_at_period_end && next_price_id === null && (
          <ActionButton action={pause} variant="default">{s.pause}</ActionButton>
        )}
        {status === "paused" && (
          <ActionButton action={resume} variant="default">{s.resume}</ActionButton>
        )}
        {cancel_at_period_end
          ? <ActionButton action={uncancel} variant="default">{s.uncancel}</ActionButton>
          : (
            <ActionButton
              variant="default"
              action={{ pending: false, start: () => Promise.resolve(setCancelling(true)) }}
            >
              {s.cancel}
            </ActionButton>
          )}
      </Group>
      <CancelDialog
        which={which}
        paid={status === "active"}
        opened={cancelling}
        close={() => setCancelling(false)}
        done={done}
      />
    </>
  );
}
