/** An inbound adapter: what the inbox must know of a provider. Handling tolerates any order and repetition. */
import type { Db } from "../database.ts";

/** A verified event, ready to be stored. */
export interface InboundEvent {
  /** The provider's own id: the same event delivered twice has the same one. */
  deliveryKey: string;
  type: string;
  payload: unknown;
  /** Objects that the event says to look at again. */
  targets: { type: string; id: string }[];
}

/** A stored event, as handling gets it. */
export interface StoredEvent {
  /** The provider's own id of it. */
  deliveryKey: string;
  type: string;
  payload: unknown;
  /** The objects, each with the wanted_seq that this event raised. */
  targets: { type: string; id: string; seq: number }[];
}

/** A provider. */
export interface InboundAdapter {
  provider: string;
  /** The secrets that count now, several while one is rotated. */
  secrets(): string[];
  /**
   * The event, if the signature over the raw bytes matches any of the secrets.
   *
   * @throws {Problem} `invalid_signature` or `invalid_json`: the delivery is refused and not stored
   */
  verify(raw: Uint8Array, headers: Headers, secrets: string[]): Promise<InboundEvent>;
  /** Does what follows from a stored event; throws to be tried again. */
  handle(tools: { admin: Db }, event: StoredEvent): Promise<void>;
}
