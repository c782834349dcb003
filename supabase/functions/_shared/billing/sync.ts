/**
 * Looking again: brings our rows to what Stripe holds now.
 *
 * A sync reads wanted_seq and version first, then fetches, then writes where the version is unchanged.
 * If somebody wrote in between it fetches again, so an older fetch never overwrites a newer one, and
 * whoever comes after a fetch that already saw its event is done without a call.
 */
import type Stripe from "stripe";
import { type Db, rows } from "../database.ts";
import { fetchObject, type ObjectType } from "./fetch.ts";

/** What a sync needs. */
export interface SyncTools {
  admin: Db;
  stripe: Stripe;
}

interface SyncState {
  wanted_seq: number;
  synced_seq: number;
  version: number;
}

async function readState(admin: Db, type: ObjectType, id: string): Promise<SyncState | null> {
  return await rows(
    admin.rpc("sync_state", { provider: "stripe", object_type: type, object_id: id }),
  ) as SyncState | null;
}

const turns = new Map<string, Promise<void>>();

/**
 * Lets syncs of one object take turns within this isolate: of a burst, the first fetches for all that
 * wait, which then find their event seen. Objects need each other in one direction only, so that
 * nobody waits for himself. Between isolates the version decides.
 */
async function inTurn(object: string, work: () => Promise<void>): Promise<void> {
  const before = turns.get(object);
  const turn = (async () => {
    await before?.catch(() => {}); // Told to whoever waited for that one.
    await work();
  })();
  turns.set(object, turn);
  try {
    await turn;
  } finally {
    if (turns.get(object) === turn) turns.delete(object);
  }
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
  await inTurn(`${type}:${id}`, () => fetchAndWrite(tools, type, id, seq));
}

async function fetchAndWrite(
  tools: SyncTools,
  type: ObjectType,
  id: string,
  seq: number,
): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const state = await readState(tools.admin, type, id);
    if (state === null) throw new Error(`cannot sync ${type} ${id}: nobody asked for it`);
    if (state.synced_seq >= seq) return;
    const { record, needs } = await fetchObject(tools.stripe, type, id);
    for (const [neededType, neededId] of needs) {
      if (neededId === null) continue;
      // A refund or dispute hangs on a payment, which an invoice synced as a draft, or a session synced
      // while it was open, did not have yet.
      if (neededType === "invoice" || neededType === "checkout_session") {
        await syncNow(tools, neededType, neededId);
      } else await ensureSynced(tools, neededType, neededId);
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
