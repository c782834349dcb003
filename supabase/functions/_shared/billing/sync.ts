/**
 * Looking again: brings our rows to what Stripe holds now.
 *
 * A sync reads wanted_seq and version first, then fetches, then writes where the version is unchanged.
 * If somebody wrote in between it fetches again, so an older fetch never overwrites a newer one, and
 * whoever comes after a fetch that already saw its event is done without a call.
 */
import Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import {
  customerRecord,
  idOf,
  invoiceRecord,
  priceRecord,
  productRecord,
  subscriptionRecord,
} from "./records.ts";

/** What a sync needs. */
export interface SyncTools {
  admin: Db;
  stripe: Stripe;
}

/** Kinds of Stripe objects that we mirror. */
export type ObjectType = "product" | "price" | "customer" | "subscription" | "invoice";

interface SyncState {
  wanted_seq: number;
  synced_seq: number;
  version: number;
}

/** A fetched object as our tables take it, and what must be there before it. */
interface Fetched {
  record: Record<string, unknown>;
  needs: [ObjectType, string | null][];
}

/** Stripe no longer has what was asked for. */
function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError &&
    error.code === "resource_missing";
}

/** Every page of a list: an object embeds only the first few of its parts. */
async function all<T>(list: Stripe.ApiListPromise<T>): Promise<T[]> {
  return await list.autoPagingToArray({ limit: 10_000 });
}

const fetchers: Record<ObjectType, (stripe: Stripe, id: string) => Promise<Fetched>> = {
  async product(stripe, id) {
    try {
      return { record: productRecord(await stripe.products.retrieve(id)), needs: [] };
    } catch (error) {
      if (!isMissing(error)) throw error;
      return { record: { id, plan_id: null }, needs: [] };
    }
  },
  async price(stripe, id) {
    try {
      const price = await stripe.prices.retrieve(id);
      return { record: priceRecord(price), needs: [["product", idOf(price.product)]] };
    } catch (error) {
      if (!isMissing(error)) throw error;
      return { record: { id, interval: null }, needs: [] };
    }
  },
  async customer(stripe, id) {
    return { record: customerRecord(await stripe.customers.retrieve(id)), needs: [] };
  },
  async subscription(stripe, id) {
    const subscription = await stripe.subscriptions.retrieve(id);
    if (subscription.items.has_more) {
      subscription.items.data = await all(
        stripe.subscriptionItems.list({ subscription: id, limit: 100 }),
      );
    }
    return {
      record: subscriptionRecord(subscription),
      needs: [
        ["customer", idOf(subscription.customer)],
        ...subscription.items.data.map((item): [ObjectType, string] => ["price", item.price.id]),
      ],
    };
  },
  async invoice(stripe, id) {
    let invoice: Stripe.Invoice;
    try {
      invoice = await stripe.invoices.retrieve(id);
    } catch (error) {
      if (!isMissing(error)) throw error;
      return { record: { id, deleted: true }, needs: [] };
    }
    if (invoice.lines.has_more) {
      invoice.lines.data = await all(stripe.invoices.listLineItems(id, { limit: 100 }));
    }
    const payments = await all(stripe.invoicePayments.list({ invoice: id, limit: 100 }));
    return {
      record: invoiceRecord(invoice, payments),
      needs: [
        ["customer", idOf(invoice.customer)],
        ["subscription", idOf(invoice.parent?.subscription_details?.subscription)],
      ],
    };
  },
};

async function readState(admin: Db, type: ObjectType, id: string): Promise<SyncState | null> {
  return await rows(
    admin.rpc("sync_state", { provider: "stripe", object_type: type, object_id: id }),
  ) as SyncState | null;
}

/**
 * Brings one object up to an event.
 *
 * @param seq the wanted_seq that must be reached; a sync that has reached it makes no call to Stripe
 * @throws when Stripe or the database does not answer, or others keep writing: try again later
 */
export async function syncObject(
  tools: SyncTools,
  type: ObjectType,
  id: string,
  seq: number,
): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const state = await readState(tools.admin, type, id);
    if (state === null) throw new Error(`cannot sync ${type} ${id}: nobody asked for it`);
    if (state.synced_seq >= seq) return;
    const { record, needs } = await fetchers[type](tools.stripe, id);
    for (const [neededType, neededId] of needs) {
      if (neededId !== null) await ensureSynced(tools, neededType, neededId);
    }
    const written = await rows(tools.admin.rpc("stripe_apply", {
      object_type: type,
      object_id: id,
      expected_version: state.version,
      seq: state.wanted_seq,
      record: record as never,
    }));
    if (written) return;
  }
  throw new Error(`cannot sync ${type} ${id}: others wrote it five times while we fetched`);
}

/** Fetches what Stripe has and our tables do not know yet. */
async function ensureSynced(tools: SyncTools, type: ObjectType, id: string): Promise<void> {
  const state = await readState(tools.admin, type, id);
  if (state !== null && state.synced_seq > 0) return;
  await syncNow(tools, type, id);
}

/** Looks again at once, whatever was seen before. */
export async function syncNow(tools: SyncTools, type: ObjectType, id: string): Promise<void> {
  const seq = await rows(
    tools.admin.rpc("sync_want", { provider: "stripe", object_type: type, object_id: id }),
  ) as number;
  await syncObject(tools, type, id, seq);
}
