import * as z from "zod";
import { Plan, plansOnSale } from "../_shared/billing/catalogue.ts";
import { endpoint } from "../_shared/endpoint.ts";

/** The plans on sale with their prices and what they include. */
export default endpoint({
  summary: "List the plans on sale.",
  method: "GET",
  auth: "none",
  limit: "read",
  reply: z.object({ plans: z.array(Plan) }),
  problems: [],
  cacheControl: "public, max-age=60, stale-while-revalidate=300",
}, async ({ db }) => ({ plans: await plansOnSale(db) }));
