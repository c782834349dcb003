/** Taking a delivery in: verify, store, acknowledge; handling is a job's. */
import { wakeJobs } from "../background.ts";
import { type Db, rows } from "../database.ts";
import type { InboundAdapter, InboundEvent } from "./adapter.ts";
import { storable } from "./storable.ts";

/**
 * Stores a delivery and the job that handles it in one transaction.
 *
 * @returns whether the event is new; a repeated delivery changes nothing
 * @throws {Problem} when the signature does not match (4xx) or storing failed (5xx: the provider repeats)
 */
export async function receive(
  adapter: InboundAdapter,
  admin: Db,
  raw: Uint8Array,
  headers: Headers,
): Promise<boolean> {
  const event = storable(
    await adapter.verify(raw, headers, adapter.secrets()),
  ) as InboundEvent;
  const stored = await rows(admin.rpc("webhook_store", {
    provider: adapter.provider,
    event_id: event.deliveryKey,
    type: event.type,
    payload: event.payload as never,
    targets: event.targets as never,
  })) as number | null;
  if (stored !== null) wakeJobs();
  return stored !== null;
}
