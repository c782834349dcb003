import * as z from "zod";
import { advanceDunning } from "../billing/dunning.ts";
import { stripeClient } from "../billing/stripe.ts";
import { log } from "../log.ts";
import { jobKind, succeeded } from "./kind.ts";

/** A step of the dunning policy is due for an unpaid invoice. */
export const dunningStep = jobKind({
  schema: z.object({ invoice: z.string() }),
  timeoutMs: 60_000,
  async handle({ admin }, { invoice }) {
    const stands = await advanceDunning({ admin, stripe: stripeClient() }, invoice);
    log("info", { event: "dunning_step", invoice, stands });
    return succeeded;
  },
});
