import { useEffect } from "react";
import { useApp } from "../app-context.ts";
import { Shown } from "../components/shown.tsx";
import { useRead } from "../use-read.ts";
import { may, type Workspace } from "../workspace/current.ts";
import { BillingPage } from "./billing-page.tsx";
import { Dunning } from "./dunning.tsx";
import { PlanChoice } from "./plan-choice.tsx";
import { readBilling } from "./read.ts";
import { SubscriptionCard } from "./subscription-card.tsx";
import { useBillingTexts } from "./texts.ts";
import { Usage } from "./usage.tsx";

/** The plan of a workspace: what it is, what it costs to change it, and what is used of it. */
export function Billing({ userId }: { userId: string }) {
  const s = useBillingTexts();
  return (
    <BillingPage title={s.billingTitle} userId={userId} needs="see_subscription">
      {(workspace) => <OfWorkspace workspace={workspace} />}
    </BillingPage>
  );
}

function OfWorkspace({ workspace }: { workspace: Workspace }) {
  const { supabase } = useApp();
  const billing = useRead(() => readBilling(supabase, workspace.id), workspace.id);
  const { reload } = billing;
  useEffect(() => {
    // Back from Stripe's pages, in another tab or by the back button: what was done there is to be seen.
    const onFocus = () => void reload();
    const onShow = (event: PageTransitionEvent) => {
      if (event.persisted) void reload();
    };
    addEventListener("focus", onFocus);
    addEventListener("pageshow", onShow);
    return () => {
      removeEventListener("focus", onFocus);
      removeEventListener("pageshow", onShow);
    };
  }, [reload]);
  const mayChange = may(workspace.role, "change_subscription");
  return (
    <Shown read={billing}>
      {(value) => (
        <>
          <Dunning steps={value.dunning} />
          {value.subscription === undefined
            ? <PlanChoice billing={value} mayChange={mayChange} />
            : (
              <SubscriptionCard
                billing={value}
                subscription={value.subscription}
                mayChange={mayChange}
                reload={reload}
              />
            )}
          <Usage billing={value} />
        </>
      )}
    </Shown>
  );
}
