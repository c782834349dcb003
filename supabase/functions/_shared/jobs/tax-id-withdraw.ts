import * as z from "zod";
import { isMissing } from "../billing/fetch.ts";
import { stripeClient } from "../billing/stripe.ts";
import { jobKind, succeeded } from "./kind.ts";

/**
 * Takes a tax id off a customer that its register refused: Stripe goes by its form alone and would go on
 * leaving the VAT to a business that there is not.
 */
export const taxIdWithdraw = jobKind({
  schema: z.object({ customer: z.string(), tax_id: z.string() }),
  timeoutMs: 30_000,
  async handle(_context, { customer, tax_id }) {
    try {
      await stripeClient().customers.deleteTaxId(customer, tax_id);
    } catch (error) {
      // Removed or replaced meanwhile.
      if (!isMissing(error)) throw error;
    }
    return succeeded;
  },
});
