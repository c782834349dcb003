import { useApp } from "../app-context.ts";
import { ProblemAlert } from "../components/alert.tsx";
import { invoke } from "../functions.ts";
import { useLanguage } from "../i18n/language.tsx";
import { formatDay } from "../format.ts";
import { useAction } from "../use-action.ts";
import { usePriceText } from "./price.ts";
import type { Billing, Plan } from "./read.ts";

/** The plans on sale; choosing one leads to Stripe's page. */
export function PlanChoice({ billing }: { billing: Billing }) {
  const { supabase } = useApp();
  const { t, language } = useLanguage();
  const { ended, plans, workspace } = billing;
  const buy = useAction(async (key, price_id: string) => {
    const { checkout_url } = await invoke(supabase, "subscription-checkout", {
      workspace_id: workspace.id,
      price_id,
      // Stripe puts the session's id there.
      success_url: `${location.origin}/checkout/return?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${location.origin}/checkout/cancelled`,
    }, key);
    location.assign(checkout_url);
  });
  const endedPlan = plans.find(({ id }) => id === ended?.plan_id);
  return (
    <section aria-labelledby="choose-plan">
      <h2 id="choose-plan">{t.choosePlan}</h2>
      <p>
        {ended?.ended_at
          ? t.endedOn(endedPlan?.name ?? ended.plan_id ?? "", formatDay(ended.ended_at, language))
          : t.noPlan}
      </p>
      <ProblemAlert problem={buy.problem} />
      <ul className="plans">
        {plans.map((plan) => (
          <li key={plan.id} className="card">
            <PlanCard plan={plan} pending={buy.pending} choose={(id) => void buy.start(id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PlanCardProps {
  plan: Plan;
  pending: boolean;
  choose: (priceId: string) => void;
}

function PlanCard({ plan, pending, choose }: PlanCardProps) {
  const { t } = useLanguage();
  const priceText = usePriceText();
  return (
    <>
      <h3>{plan.name}</h3>
      {plan.description !== null && <p>{plan.description}</p>}
      <ul>
        {plan.plan_features.toSorted((a, b) => (b.limit_value ?? -1) - (a.limit_value ?? -1))
          .map(({ feature, limit_value }) => (
            <li key={feature}>{t.features[feature]?.(limit_value) ?? feature}</li>
          ))}
      </ul>
      {plan.prices.length === 0 && <p className="strong">{t.free}</p>}
      {plan.prices.toSorted((a, b) => a.unit_amount - b.unit_amount).map((price) => (
        <button
          key={price.id}
          type="button"
          aria-disabled={pending}
          aria-label={t.choose(plan.name, priceText(price, plan.per_seat))}
          onClick={() => choose(price.id)}
        >
          {priceText(price, plan.per_seat)}
        </button>
      ))}
    </>
  );
}
