import { useState } from "react";
import { useApp } from "../app-context.ts";
import { Note, ProblemAlert } from "../components/alert.tsx";
import { ActionButton } from "../components/form.tsx";
import { formatDay } from "../format.ts";
import { invoke } from "../functions.ts";
import { useLanguage } from "../i18n/language.tsx";
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
  const { supabase } = useApp();
  const { t } = useLanguage();
  const priceText = usePriceText();
  const [changed, setChanged] = useState<string>();
  const workspace_id = billing.workspace.id;
  const ends = subscription.cancel_at_period_end;

  const change = useAction(async (key) => {
    setChanged(undefined);
    const endpoint = ends ? "subscription-uncancel" : "subscription-cancel";
    await invoke(supabase, endpoint, { workspace_id }, key);
    await reload();
    setChanged(ends ? t.uncancelled : t.cancelled);
  });
  const portal = useAction(async () => {
    const { url } = await invoke(supabase, "billing-portal", {
      workspace_id,
      return_url: `${location.origin}/billing`,
    });
    location.assign(url);
  });

  const plan = billing.plans.find(({ id }) => id === subscription.plan_id);
  const price = plan?.prices.find(({ id }) => id === subscription.price_id);
  const openInvoice = billing.workspace.invoices.find(({ status }) => status === "open");
  return (
    <section aria-labelledby="your-plan" className="card">
      <h2 id="your-plan">{t.yourPlan}</h2>
      <p className="plan">
        <span className="strong">{plan?.name ?? subscription.plan_id}</span>{" "}
        {plan && price && <span>{priceText(price, plan.per_seat)}</span>}{" "}
        <span className={`badge ${subscription.status}`}>
          {t.status[subscription.status] ?? subscription.status}
        </span>
      </p>
      <Period subscription={subscription} />
      {["past_due", "unpaid"].includes(subscription.status) && (
        <div role="alert" className="note bad">
          <p className="strong">{t.paymentFailed}</p>
          <p>{t.paymentFailedText}</p>
          {openInvoice?.hosted_invoice_url && (
            <p>
              <a href={openInvoice.hosted_invoice_url}>{t.payInvoice}</a>
            </p>
          )}
        </div>
      )}
      {changed !== undefined && <Note>{changed}</Note>}
      <ProblemAlert problem={change.problem ?? portal.problem} />
      <p className="actions">
        <ActionButton action={portal}>{t.portal}</ActionButton>
        <ActionButton action={change} className="second">
          {ends ? t.uncancel : t.cancel}
        </ActionButton>
      </p>
    </section>
  );
}

function Period({ subscription }: { subscription: Subscription }) {
  const { t, language } = useLanguage();
  const { cancel_at_period_end, cancel_at, current_period_end, trial_end, status } = subscription;
  const end = cancel_at ?? (cancel_at_period_end ? current_period_end : null);
  if (end !== null) return <p>{t.endsOn(formatDay(end, language))}</p>;
  if (status === "trialing" && trial_end !== null) {
    return <p>{t.trialUntil(formatDay(trial_end, language))}</p>;
  }
  if (current_period_end === null || status !== "active") return null;
  return <p>{t.renewsOn(formatDay(current_period_end, language))}</p>;
}
