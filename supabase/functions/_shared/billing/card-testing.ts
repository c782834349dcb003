/**
 * Against card testing: limits on whatever makes Stripe try a card, and counting what banks decline.
 * What is kept of a card or an address is a keyed hash: addresses are few enough to be tried out.
 */
import type Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import { secretKey } from "../env.ts";
import { countRequest, limitMultiplier } from "../limits.ts";
import { networkOf } from "../network.ts";
import { problem } from "../problem.ts";
import { idOf } from "./records.ts";
import { toHex } from "../hex.ts";

const encoder = new TextEncoder();

/** HMAC-SHA-256 in hex: all that is kept of a card or an address. The key changes with the project's secret key; then counts begin anew. */
export async function keyedHash(what: "card" | "address", value: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    "raw",
    encoder.encode(`socle card testing ${secretKey()}`),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const digest = await crypto.subtle.sign("HMAC", key, encoder.encode(`${what}:${value}`));
  return toHex(digest);
}

/** How much of the limits in private.decline_limits holds here, see RATE_LIMIT_MULTIPLIER. */
export const tolerance = () => Math.max(1, Math.floor(limitMultiplier()));

/** Who wants Stripe to try a card. */
export interface CardAttempt {
  userId: string;
  /** Null: the personal workspace. */
  workspaceId: string | null;
  /** Without one that is somebody's the account alone counts. */
  address: string;
}

/**
 * Lets a request pass that makes Stripe try a card. Rates live in Redis, or in Postgres while Redis is
 * down; declines in Postgres.
 *
 * @throws {Problem} `rate_limited`, `too_many_declines`, `workspace_not_found`, `forbidden`
 */
export async function permitCardAttempt(
  admin: Db,
  { userId, workspaceId, address }: CardAttempt,
): Promise<void> {
  const network = networkOf(address);
  const [, , begun] = await Promise.all([
    countRequest("card_account", userId),
    network === "" ? undefined : countRequest("card_address", network),
    rows(admin.rpc("card_attempt_begin", {
      user_id: userId,
      workspace_id: workspaceId as string,
      // Without an address, of the account: nobody shares it.
      address_hash: await keyedHash("address", network || userId),
      tolerance: tolerance(),
    })),
  ]);
  permit(begun);
}

/** Lets an attempt pass as `card_attempt_begin` answers. @throws {Problem} `too_many_declines` */
export function permit(begun: unknown): void {
  const { allowed, retry_after_seconds } = begun as {
    allowed: boolean;
    retry_after_seconds?: number;
  };
  if (!allowed) {
    throw problem("too_many_declines", {
      detail: "Too many payments were declined. Ask your bank, and try again later.",
      retryAfterSeconds: retry_after_seconds,
    });
  }
}

/** A declined payment, as an event tells it. */
export interface Decline {
  /** Names it, however often and by whatever events it comes. */
  cause: string;
  /** Stripe's id of who pays. */
  customerId: string;
  /** Stripe's fingerprint of the card; null for what is not a card. */
  fingerprint: string | null;
  code: string | null;
}

/** The decline that an event tells of; undefined for any other event, and where nobody is known who pays. */
export function declineOf(event: Stripe.Event): Decline | undefined {
  switch (event.type) {
    case "charge.failed": {
      const charge = event.data.object;
      const customerId = idOf(charge.customer);
      if (customerId === null) return undefined;
      return {
        cause: charge.id,
        customerId,
        fingerprint: charge.payment_method_details?.card?.fingerprint ?? null,
        code: charge.outcome?.reason ?? charge.failure_code,
      };
    }
    case "setup_intent.setup_failed": {
      const intent = event.data.object;
      const customerId = idOf(intent.customer);
      if (customerId === null) return undefined;
      const error = intent.last_setup_error;
      return {
        // A set-up has no charge; each of its failures is an event of its own.
        cause: event.id,
        customerId,
        fingerprint: error?.payment_method?.card?.fingerprint ?? null,
        code: error?.decline_code ?? error?.code ?? null,
      };
    }
    default:
      return undefined;
  }
}

/** What is kept of a declined payment, whoever pays. */
export async function declineArguments(
  { cause, fingerprint, code }: Pick<Decline, "cause" | "fingerprint" | "code">,
) {
  return {
    cause,
    // The generated types do not know that SQL arguments may be null.
    card_hash: (fingerprint === null ? null : await keyedHash("card", fingerprint)) as string,
    code: code as string,
    tolerance: tolerance(),
  };
}

/** Counts a decline for whom Stripe knows as a customer. */
export async function recordDecline(admin: Db, decline: Decline): Promise<void> {
  await rows(admin.rpc("card_decline_record", {
    ...await declineArguments(decline),
    stripe_customer_id: decline.customerId,
  }));
}
