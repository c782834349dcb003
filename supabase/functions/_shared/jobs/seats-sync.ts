import * as z from "zod";
import { syncSeats } from "../billing/seats.ts";
import { stripeClient } from "../billing/stripe.ts";
import { jobKind, succeeded } from "./kind.ts";

/** Brings the quantity that a workspace pays for to its members: see private.seats_follow. */
export const seatsSync = jobKind({
  schema: z.object({ workspace_id: z.guid(), seq: z.int().nullable() }),
  timeoutMs: 60_000,
  async handle({ admin }, { workspace_id, seq }) {
    const end = await syncSeats({ admin, stripe: stripeClient() }, workspace_id, seq);
    if (end === "done") return succeeded;
    return { outcome: "retry", reason: "another job is at this workspace", afterSeconds: 10 };
  },
});
