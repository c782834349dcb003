/** Paying for members one by one: how many seats a purchase needs, and how a subscription follows them. */
import type Stripe from "stripe";
import * as z from "zod";
import { type Db, rows } from "../database.ts";
import { isDefiniteRefusal } from "./stripe.ts";
import { syncNow } from "./sync.ts";

const Seats = z.object({ per_seat: z.boolean(), members: z.int() });

async function seatsFor(
  admin: Db,
  about: { userId: string; workspaceId: string | null },
  price: string,
): Promise<z.infer<typeof Seats>> {
  return Seats.parse(
    await rows(admin.rpc("seats_for", {
      user_id: about.userId,
      // The generated types do not know that SQL arguments may be null.
      workspace_id: about.workspaceId as string,
      price,
    })),
  );
}

/** How many to buy of a price: of one for a member, no fewer than there are members. */
export async function quantityToBuy(
  admin: Db,
  request: { userId: string; workspaceId: string | null; price: string; quantity: number },
): Promise<number> {
  const { per_seat, members } = await seatsFor(admin, request, request.price);
  return per_seat ? Math.max(request.quantity, members) : request.quantity;
}

/**
 * How many to have of a price after a change: the members' number where it is for one of them, and no
 * fewer; one where only the former price was; else as many as before.
 */
export async function quantityAfter(
  admin: Db,
  whose: { userId: string; workspaceId: string },
  change: { from: string; to: string; held: number; wanted: number | undefined },
): Promise<number> {
  const { per_seat, members } = await seatsFor(admin, whose, change.to);
  if (per_seat) return Math.max(change.wanted ?? members, members);
  if (change.wanted !== undefined) return change.wanted;
  const leavesSeats = change.from !== change.to &&
    (await seatsFor(admin, whose, change.from)).per_seat;
  return leavesSeats ? 1 : change.held;
}

/** How long before a renewal the seats that nobody has are given back, in seconds. */
const renewalLeadSeconds = 2 * 60 * 60;

/** What decides how many seats are paid for. Times in seconds since 1970. */
export interface SeatState {
  members: number;
  quantity: number;
  periodEnd: number;
  now: number;
  /** It ends with its period, or what follows is planned: then nothing is given back. */
  keepsUntilEnd: boolean;
}

/** How many seats to pay for from now on. */
export function seatsWanted(
  { members, quantity, periodEnd, now, keepsUntilEnd }: SeatState,
): number {
  const wanted = Math.max(members, 1);
  if (wanted >= quantity) return wanted;
  const renewsSoon = now >= periodEnd - renewalLeadSeconds && now < periodEnd;
  return renewsSoon && !keepsUntilEnd ? wanted : quantity;
}

/**
 * How a change of quantity is charged. A seat more is prorated: onto the next invoice where that comes
 * within a month or so, since an invoice and a payment for each who joins would be many small ones; at
 * once where it would come in a year. A seat less changes the coming renewal alone.
 */
export function prorationOf(
  change: { from: number; to: number },
  interval: string | undefined,
): "create_prorations" | "always_invoice" | "none" {
  if (change.to < change.from) return "none";
  return interval === "year" ? "always_invoice" : "create_prorations";
}

const Begun = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done") }),
  z.object({ outcome: z.literal("busy") }),
  z.object({
    outcome: z.literal("begun"),
    seq: z.int(),
    members: z.int(),
    stripe_subscription_id: z.string().nullable(),
    now: z.int(),
  }),
]);

/**
 * Brings the quantity that a workspace pays for to its members.
 *
 * @param seq which change asked for it; null to look whatever was seen before
 * @returns `busy` while another job is at it
 * @throws when Stripe or the database does not answer: try again later
 */
export async function syncSeats(
  tools: { admin: Db; stripe: Stripe },
  workspaceId: string,
  seq: number | null,
): Promise<"done" | "busy"> {
  const { admin } = tools;
  const begun = Begun.parse(
    await rows(admin.rpc("seats_begin", { workspace_id: workspaceId, seq: seq as number })),
  );
  if (begun.outcome !== "begun") return begun.outcome;
  let reached: number | null = null;
  try {
    if (begun.stripe_subscription_id !== null) {
      await follow(tools, begun.stripe_subscription_id, begun);
    }
    reached = begun.seq;
  } finally {
    await rows(admin.rpc("seats_end", { workspace_id: workspaceId, seq: reached as number }));
  }
  return "done";
}

async function follow(
  tools: { admin: Db; stripe: Stripe },
  id: string,
  { seq, members, now }: { seq: number; members: number; now: number },
): Promise<void> {
  const held = await tools.stripe.subscriptions.retrieve(id);
  const [item] = held.items.data;
  if (item === undefined) throw new Error(`cannot follow the seats of ${id}: it has no items`);
  const from = item.quantity ?? 1;
  const to = seatsWanted({
    members,
    quantity: from,
    periodEnd: item.current_period_end,
    now,
    keepsUntilEnd: held.cancel_at_period_end || held.cancel_at !== null || held.schedule !== null,
  });
  if (to !== from && held.status !== "canceled") {
    try {
      await tools.stripe.subscriptions.update(id, {
        items: [{ id: item.id, quantity: to }],
        proration_behavior: prorationOf({ from, to }, item.price.recurring?.interval),
      }, { idempotencyKey: `seats:${id}:${item.current_period_end}:${seq}:${from}-${to}` });
    } catch (error) {
      // It may have ended in between: our row then says so, and the next attempt finds nothing to do.
      if (isDefiniteRefusal(error)) await syncNow(tools, "subscription", id);
      throw error;
    }
  }
  await syncNow(tools, "subscription", id);
}
