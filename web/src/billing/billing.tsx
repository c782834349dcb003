import { useCallback, useEffect, useRef, useState } from "react";
import { useApp } from "../app-context.ts";
import { Cards, Invoices, Payments } from "../billing/documents.tsx";
import { PlanChoice } from "../billing/plan-choice.tsx";
import { type Billing as BillingRows, readBilling } from "../billing/read.ts";
import { SubscriptionCard } from "../billing/subscription-card.tsx";
import { Usage } from "../billing/usage.tsx";
import { ProblemAlert } from "../components/alert.tsx";
import { Loading, Page } from "../components/page.tsx";
import { useBillingTexts } from "./texts.ts";
import { type Problem, problemOf } from "../problem.ts";

/** Plan, cards, invoices and payments of the personal workspace. */
export function Billing({ userId }: { userId: string }) {
  const { supabase } = useApp();

  const s = useBillingTexts();
  const [billing, setBilling] = useState<BillingRows>();
  const [problem, setProblem] = useState<Problem>();
  const latest = useRef(0);
  const reload = useCallback(async () => {
    const turn = ++latest.current;
    try {
      const read = await readBilling(supabase, userId);
      // An answer that a later one overtook is old.
      if (turn !== latest.current) return;
      setBilling(read);
      setProblem(undefined);
    } catch (error) {
      setProblem(await problemOf(error));
    }
  }, [supabase, userId]);
  useEffect(() => {
    void reload();
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

  return (
    <Page title={s.billingTitle}>
      <ProblemAlert problem={problem} />
      {billing === undefined && problem === undefined && <Loading />}
      {billing !== undefined && (
        <>
          <p>{s.workspace(billing.workspace.name)}</p>
          {billing.subscription === undefined ? <PlanChoice billing={billing} /> : (
            <SubscriptionCard
              billing={billing}
              subscription={billing.subscription}
              reload={reload}
            />
          )}
          <Usage billing={billing} />
          <Cards methods={billing.workspace.payment_methods} />
          <Invoices invoices={billing.workspace.invoices} />
          <Payments payments={billing.workspace.payments} />
        </>
      )}
    </Page>
  );
}
