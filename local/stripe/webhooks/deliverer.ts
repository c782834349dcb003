import type { Log } from "../../log.ts";
import type { FaultInjector } from "../faults.ts";
import type { Store } from "../store.ts";
import type { EventDocument } from "../wire.ts";
import { type Delivery, DeliveryQueue } from "./queue.ts";
import { signatureOf } from "./signature.ts";

/** Deliveries under way at once. */
const maxConcurrent = 8;
const timeoutMs = 20_000;
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
/** As long as Stripe tries in live mode. */
const giveUpMs = 3 * 24 * 60 * 60 * 1000;

/** How long to wait after the n-th failed attempt: 1 s, doubling, a minute at most. */
export function retryDelayMs(attempts: number): number {
  return Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs);
}

interface Target {
  name: string;
  url: string;
  secret: string;
}

/**
 * Posts events to the addresses that want them, signed, in the background, again with growing
 * delays until they are accepted. Events come at least once and in no promised order, as Stripe's.
 */
export class Deliverer {
  readonly #store: Store;
  readonly #queue: DeliveryQueue;
  readonly #configured: { url: string; secret: string } | undefined;
  readonly #faults: FaultInjector;
  readonly #log: Log;
  readonly #running = new Map<number, Promise<void>>();
  readonly #stopped = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    { store, webhook, faults, log }: {
      store: Store;
      webhook: { url: string; secret: string } | undefined;
      faults: FaultInjector;
      log: Log;
    },
  ) {
    this.#store = store;
    this.#queue = new DeliveryQueue(store);
    this.#configured = webhook;
    this.#faults = faults;
    this.#log = log;
  }

  /** Queues an event in the caller's transaction; returns to how many addresses it will go. */
  enqueue(event: EventDocument): number {
    const targets = this.#targetsOf(event.type);
    for (const target of targets) {
      const { dropped, duplicates, delayMs } = this.#faults.planDelivery(event.type);
      if (dropped) this.#queue.drop(event.id, target);
      else {
        for (let copy = 0; copy <= duplicates; copy++) {
          this.#queue.add(event.id, target, Date.now(), delayMs);
        }
      }
    }
    return targets.length;
  }

  /**
   * Sends events again, or all that a fault has dropped; returns how many deliveries that makes.
   * Faults do not touch them.
   */
  redeliver(events?: readonly string[]): number {
    const wanted = this.#store.transaction(() => {
      const dropped = this.#queue.takeDropped(events);
      const deliveries = events === undefined ? dropped : events.flatMap((event) => {
        const type = this.#store.get("event", event)?.type ?? "";
        return this.#targetsOf(type).map((target) => ({ event, target }));
      });
      for (const { event, target } of deliveries) this.#queue.add(event, target, Date.now());
      return deliveries.length;
    });
    this.wake();
    return wanted;
  }

  /** Starts what is due and sets a timer for what is next. Call it after a commit. */
  wake(): void {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#timer);
    const free = maxConcurrent - this.#running.size;
    for (const delivery of this.#queue.due(Date.now(), free, new Set(this.#running.keys()))) {
      const done = this.#deliver(delivery).catch((error) => {
        this.#log("stripe", `cannot keep track of a delivery: ${error}`, "error");
      }).finally(() => {
        this.#running.delete(delivery.id);
        this.wake();
      });
      this.#running.set(delivery.id, done);
    }
    if (this.#running.size >= maxConcurrent) return;
    const { nextAt } = this.#queue.pending(new Set(this.#running.keys()));
    if (nextAt === null) return;
    this.#timer = setTimeout(() => this.wake(), Math.max(0, nextAt - Date.now()));
  }

  /** How many deliveries are pending or under way, when the next is due (ms), how many were dropped. */
  pending(): { count: number; next_at: number | null; dropped: number } {
    const { count, nextAt } = this.#queue.pending();
    return { count, next_at: nextAt, dropped: this.#queue.dropped() };
  }

  /** Ends what is under way; it stays queued. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopped.abort();
    await Promise.all(this.#running.values());
  }

  #targetsOf(type: string): string[] {
    const endpoints = this.#store.all("webhook_endpoint", { status: "enabled" })
      .filter(({ enabled_events: wanted }) => wanted.includes("*") || wanted.includes(type))
      .map(({ id }) => id);
    return this.#configured === undefined ? endpoints : ["configured", ...endpoints];
  }

  #target(name: string): Target | undefined {
    if (name === "configured") {
      return this.#configured === undefined ? undefined : { name, ...this.#configured };
    }
    const endpoint = this.#store.get("webhook_endpoint", name);
    const secret = this.#store.hidden<{ secret: string }>(name)?.secret;
    if (endpoint === undefined || secret === undefined) return undefined;
    return endpoint.status === "enabled" ? { name, url: endpoint.url, secret } : undefined;
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const event = this.#store.get("event", delivery.event);
    const target = this.#target(delivery.target);
    if (event === undefined || target === undefined) {
      // The address is gone, or switched off: nobody waits for it any more.
      this.#settle(delivery);
      return;
    }
    const failure = await this.#post(target, event);
    if (failure === undefined) {
      this.#settle(delivery);
      if (delivery.attempts > 0 && this.#queue.failing(target.name) === 0) {
        this.#log("stripe", `${target.url} accepts webhooks again, nothing is left to retry`);
      }
    } else if (!this.#stopped.signal.aborted) {
      this.#retryLater(delivery, event, target, failure);
    }
  }

  #retryLater(delivery: Delivery, event: EventDocument, target: Target, failure: string): void {
    const attempts = delivery.attempts + 1;
    const nextAt = Date.now() + retryDelayMs(attempts);
    if (nextAt - delivery.since > giveUpMs) {
      this.#settle(delivery);
      this.#log(
        "stripe",
        `gave up on ${event.type} ${event.id} for ${target.url} after ${attempts} attempts: ${failure}`,
        "error",
      );
      return;
    }
    // Once while an address fails, not once an attempt or an event: it may be down for long.
    if (this.#queue.failing(target.name) === 0) {
      this.#log(
        "stripe",
        `cannot deliver ${event.type} ${event.id} to ${target.url}: ${failure}; it is tried again ` +
          "with growing delays, as is what follows",
        "warn",
      );
    }
    this.#queue.postpone(delivery.id, attempts, nextAt);
  }

  /** Takes a delivery off the queue, and off what its event says is pending. */
  #settle(delivery: Delivery): void {
    this.#store.transaction(() => {
      this.#queue.remove(delivery.id);
      const event = this.#store.get("event", delivery.event);
      if (event === undefined) return;
      this.#store.put({ ...event, pending_webhooks: this.#queue.pendingOf(event.id) });
    });
  }

  /** Posts once; says why it failed, or undefined. */
  async #post(target: Target, event: EventDocument): Promise<string | undefined> {
    const body = JSON.stringify(event, null, 2);
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    try {
      const response = await fetch(target.url, {
        method: "POST",
        redirect: "manual",
        headers: {
          "content-type": "application/json; charset=utf-8",
          "stripe-signature": signatureOf(body, target.secret, Math.floor(Date.now() / 1000)),
          "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        },
        body,
        signal: AbortSignal.any([timeout.signal, this.#stopped.signal]),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `it answered ${response.status}`;
    } catch (error) {
      if (timeout.signal.aborted) return `no answer within ${timeoutMs / 1000} s`;
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
