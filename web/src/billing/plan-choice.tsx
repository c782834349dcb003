import { List, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { PendingButton } from "../components/form.tsx";
import { Section } from "../components/section.tsx";
import { useLanguage } from "../text/language.tsx";
import { useBillingTexts } from "./texts.ts";
import { formatDay } from "../format.ts";
import { useAction } from "../use-action.ts";
import { usePriceText } from "./price.ts";
import type { Billing, Plan } from "./read.ts";

/** The plans on sale; choosing one leads to Stripe's page. */
export function PlanChoice({ billing }: { billing: Billing }) {
  const { socle } = useApp();
  const { language } = useLanguage();
  const s = useBillingTexts();
  const { ended, plans, workspace } = billing;
  const buy = useAction(async (idempotencyKey, price_id: string) => {
    const { checkout_url } = await socle.subscriptionCheckout({
      workspace_id: workspace.id,
      price_id,
      // Stripe puts the session's id there.
      success_url: `${location.origin}/checkout/return?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${location.origin}/checkout/cancelled`,
    }, { idempotencyKey });
    location.assign(checkout_url);
  });
  const endedPlan = plans.find(({ id }) => id === ended?.plan_id);
  return (
    <Section title={s.choosePlan}>
      <p>
        {ended?.ended_at
          ? s.endedOn(endedPlan?.name ?? ended.plan_id ?? "", formatDay(ended.ended_at, language))
          : s.noPlan}
      </p>
      <ProblemAlert problem={buy.problem} />
      <SimpleGrid component="ul" cols={{ base: 1, xs: 2, md: 4 }} className="plain-list">
        {plans.map((plan) => (
          <Paper component="li" key={plan.id} withBorder p="md">
            <PlanCard plan={plan} pending={buy.pending} choose={(id) => void buy.start(id)} />
          </Paper>
        ))}
      </SimpleGrid>
    </Section>
  );
}

interface PlanCardProps {
  plan: Plan;
  pending: boolean;
  choose: (priceId: string) => void;
}

function PlanCard({ plan, pending, choose }: PlanCardProps) {
  const s = useBillingTexts();
  const priceText = usePriceText();
  return (
    <Stack h="100%" gap="sm">
      <Title order={3} size="h4">{plan.name}</Title>
      {plan.description !== null && <Text size="sm">{plan.description}</Text>}
      <List size="sm" flex={1}>
        {plan.plan_features.toSorted((a, b) => (b.limit_value ?? -1) - (a.limit_value ?? -1))
          .map(({ feature, limit_value }) => (
            <List.Item key={feature}>{s.features[feature]?.(limit_value) ?? feature}</List.Item>
          ))}
      </List>
      {plan.prices.length === 0 && <Text fw={600}>{s.free}</Text>}
      {plan.prices.toSorted((a, b) => a.unit_amount - b.unit_amount).map((price) => (
        <PendingButton
          key={price.id}
          pending={pending}
          aria-label={s.choose(plan.name, priceText(price, plan.per_seat))}
          onClick={() => choose(price.id)}
        >
          {priceText(price, plan.per_seat)}
        </PendingButton>
      ))}
    </Stack>
  );
}
