/** `task plans`: makes Stripe equal to supabase/functions/_shared/billing/plans.ts. */
import { plans } from "../supabase/functions/_shared/billing/plans.ts";
import { publishPlans } from "../supabase/functions/_shared/billing/publish-plans.ts";
import { stripeClient } from "../supabase/functions/_shared/billing/stripe.ts";

const report = await publishPlans(stripeClient(), plans);
console.log(report.length === 0 ? "Stripe holds the plans as declared." : report.join("\n"));
