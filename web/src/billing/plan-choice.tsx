import { List, Paper, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { plans as declared } from "../../../supabase/functions/_shared/billing/plans.ts";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { PendingButton } from "../components/form.tsx";
import { Section } from "../components/section.tsx";
import { formatDay } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useAction } from "../use-action.ts";
import { usePriceText } from "./price.ts";
import type { Billing, Plan } from "./read.ts";
import { useBillingTexts } from "./texts.ts";

/** The plans on sale; choosing one leads to Stripe's page. */
export function PlanChoice({ billing, mayChange }: { billing: Billing; mayChange: boolean }) {
  const { socle } = useApp();
  const { language } = useLanguage();
  const s = useBillingTexts();
  const [code, setCode] = useState("");
  const { ended, plans, workspaceId } = billing;
  const buy = useAction(
    async (idempotencyKey, price_id: string, trial: boolean, promotion_code: string) => {
      const { checkout_url } = await socle.subscriptionCheckout({
        workspace_id: workspaceId,
        price_id,
        trial,
        ...(promotion_code !== "" && { promotion_code }),
        // Stripe puts the session's id there.
        success_url: `${location.origin}/checkout/return?session_id={CHECKOUT_SESSION_ID}`,
        cancel_url: `${location.origin}/checkout/cancelled`,
      }, { idempotencyKey });
      location.assign(checkout_url);
    },
  );
  const endedPlan = plans.find(({ id }) => id === ended?.plan_id);
  return (
    <Section title={s.choosePlan}>
      <p>
        {ended?.ended_at
          ? s.endedOn(endedPlan?.name ?? ended.plan_id ?? "", formatDay(ended.ended_at, language))
          : s.noPlan}
      </p>
      <ProblemAlert problem={buy.problem} />
      <SimpleGrid component="ul" cols={{ base: 1, xs: 2, xl: 4 }} className="plain-list">
        {plans.map((plan) => (
          <Paper component="li" key={plan.id} withBorder p="md">
            <PlanCard
              plan={plan}
              mayChange={mayChange}
              pending={buy.pending}
              choose={(id, trial) => void buy.start(id, trial, code.trim())}
            />
          </Paper>
        ))}
      </SimpleGrid>
      {mayChange && (
        <TextInput
          label={s.promotionCode}
          description={s.promotionCodeHint}
          mt="lg"
          maw="18rem"
          maxLength={100}
          autoComplete="off"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
      )}
    </Section>
  );
}

interface PlanCardProps {
  plan: Plan;
  mayChange: boolean;
  pending: boolean;
  choose: (priceId: string, trial: boolean) => void;
}

function PlanCard({ plan, mayChange, pending, choose }: PlanCardProps) {
  const s = useBillingTexts();
  const priceText = usePriceText();
  const prices = plan.prices.toSorted((a, b) => a.unit_amount - b.unit_amount);
  const trialDays = declared.find(({ id }) => id === plan.id)?.trialDays;
  const [first] = prices;
  return (
    <Stack h="100%" gap="sm">
      <Title order={3} size="h4">{plan.name}</Title>
      {plan.description !== null && (
        <Text size="sm">{s.planDescriptions[plan.id] ?? plan.description}</Text>
      )}
      <List size="sm" flex={1}>
        {plan.plan_features.toSorted((a, b) => (b.limit_value ?? -1) - (a.limit_value ?? -1))
          .map(({ feature, limit_value }) => (
            <List.Item key={feature}>{s.features[feature]?.(limit_value) ?? feature}</List.Item>
          ))}
      </List>
      {first === undefined && <Text fw={600}>{s.free}</Text>}
      {prices.map((price) => {
        const text = priceText(price, plan.per_seat);
        if (!mayChange) return <Text key={price.id} fw={600}>{text}</Text>;
        return (
          <PendingButton
            key={price.id}
            pending={pending}
            aria-label={s.choose(plan.name, text)}
            onClick={() => choose(price.id, false)}
          >
            {text}
          </PendingButton>
        );
      })}
      {mayChange && trialDays !== undefined && first !== undefined && (
        <PendingButton
          variant="default"
          pending={pending}
          aria-label={s.tryPlan(plan.name, trialDays)}
          onClick={() => choose(first.id, true)}
        >
          {s.tryDays(trialDays)}
        </PendingButton>
      )}
    </Stack>
  );
}
