import * as z from "zod";
import { permitCardAttempt } from "../_shared/billing/card-testing.ts";
import { openPortal } from "../_shared/billing/portal.ts";
import { stripeClient } from "../_shared/billing/stripe.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { allowedRedirect } from "../_shared/redirects.ts";

/** Opens Stripe's billing portal: cards, invoices, cancellation. */
export default endpoint({
  summary: "Open Stripe's billing portal.",
  method: "POST",
  auth: "user",
  secondFactor: true,
  elevated: "reads and records the workspace's Stripe customer; the RPC checks the caller's role",
  limit: "billing",
  body: z.strictObject({
    return_url: z.string().max(2000),
    /** Default: the personal workspace. */
    workspace_id: z.guid().optional(),
  }),
  reply: z.object({ url: z.url() }),
  problems: [
    "redirect_not_allowed",
    "workspace_not_found",
    "forbidden",
    "rate_limited",
    "too_many_declines",
    "payment_provider_unavailable",
  ],
}, async ({ body, user, admin, address }) => {
  const returnUrl = allowedRedirect(body.return_url);
  await permitCardAttempt(admin, {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    address,
  });
  const url = await openPortal({ admin, stripe: stripeClient() }, {
    userId: user.id,
    workspaceId: body.workspace_id ?? null,
    returnUrl,
  });
  return { url };
});
