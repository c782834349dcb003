import Stripe from "stripe";
import type { Clock } from "./clock.ts";
import { changedFrom } from "./changes.ts";
import { missing } from "./errors.ts";
import { type BillingSettings, billingSettings } from "./billing/settings.ts";
import { newId } from "./ids.ts";
import type { Reaction } from "./resource.ts";
import type { Schedule } from "./schedule.ts";
import type { Store } from "./store.ts";
import type { Document, Documents, EventDocument, Kind } from "./wire.ts";

/** What a call is made with: the one that the server builds for a request, or for its own work. */
export interface CallContext {
  store: Store;
  clock: Clock;
  /** Where the local Stripe's own pages are: `http://127.0.0.1:12111`. */
  url: string;
  reactions: readonly Reaction[];
  schedule: Schedule;
  /** Null for what Stripe does by itself, such as a renewal. */
  request: { id: string; idempotencyKey: string | null } | null;
  /** Queues an event for delivery and says to how many addresses. */
  enqueue: (event: EventDocument) => number;
}

/** One call of the API, or one piece of Stripe's own work: reads, writes and emits in one place. */
export class Call {
  readonly store: Store;
  readonly url: string;
  readonly #context: CallContext;

  constructor(context: CallContext) {
    this.store = context.store;
    this.url = context.url;
    this.#context = context;
  }

  /** Whole seconds since 1970 by the local Stripe's clock. */
  now(): number {
    return this.#context.clock.now();
  }

  /**
   * The document of that id; throws `resource_missing` where there is none.
   * @param param the parameter that names it; "id" where the path does.
   */
  need<K extends Kind>(kind: K, id: string, param = "id"): Documents[K] {
    const document = this.store.get(kind, id);
    if (document === undefined) throw missing(kind, id, param);
    return document;
  }

  /** Keeps a new document and emits the event of its creation, where it has one. */
  create<D extends Document>(document: D, event?: string): D {
    this.#put(document);
    if (event !== undefined) this.emit(event, document);
    return document;
  }

  /**
   * Writes changes to a document. Where something really changed and `event` is given, emits it
   * with the previous values. Returns the document as it is now.
   */
  update<D extends Document>(document: D, changes: Partial<D>, event?: string): D {
    const next = { ...document, ...changes };
    const previous = changedFrom(document, next);
    if (previous === undefined) return document;
    this.#put(next);
    if (event !== undefined) this.emit(event, next, previous);
    return next;
  }

  /** What the account's owner has chosen about billing. */
  get settings(): BillingSettings {
    return billingSettings(this.store);
  }

  #put(document: Document): void {
    this.store.put(document);
    this.#context.schedule.plan(document, this);
  }

  /** Records an event with the object as it is now, queues its delivery, runs what follows. */
  emit(type: string, object: { id: string }, previous?: Record<string, unknown>): void {
    if (this.store.dry) return;
    const { request } = this.#context;
    const event: EventDocument = {
      id: newId("evt"),
      object: "event",
      api_version: Stripe.API_VERSION,
      created: this.now(),
      data: {
        object: structuredClone(object),
        ...(previous === undefined ? {} : { previous_attributes: previous }),
      },
      livemode: false,
      pending_webhooks: 0,
      request: request === null
        ? { id: null, idempotency_key: null }
        : { id: request.id, idempotency_key: request.idempotencyKey },
      type,
    };
    event.pending_webhooks = this.#context.enqueue(event);
    this.store.put(event);
    for (const reaction of this.#context.reactions) {
      if (reaction.to === type) reaction.run(this, object.id);
    }
  }
}
