import type { Intercept, InterceptedCall } from "./api.ts";
import { StripeProblem } from "./errors.ts";
import { type ApiFault, type DeliveryFaults, type Faults, readFaults } from "./fault-settings.ts";

/** What to do with one delivery of an event. */
export interface DeliveryPlan {
  /** True where it is not sent until somebody asks for it again. */
  dropped: boolean;
  /** How often it is sent beyond once. */
  duplicates: number;
  delayMs: number;
}

const asUsual: DeliveryPlan = { dropped: false, duplicates: 0, delayMs: 0 };

/** How far apart reordered deliveries are thrown: longer than a delivery takes, short for a test. */
const reorderWindowMs = 200;

/**
 * Faults that a test sets from outside: what the network, or Stripe, may do to a caller. In memory:
 * a restart is without. Before the effect nothing has happened; after it the answer alone is lost,
 * which a caller cannot tell apart.
 */
export class FaultInjector {
  #deliveries: DeliveryFaults = {};
  #api: ApiFault[] = [];
  /** Calls that will never be answered wait here. */
  #released = Promise.withResolvers<void>();

  /** The faults as they are now: counts that ran down are lower than they were set. */
  get current(): Faults {
    return { deliveries: this.#deliveries, api: this.#api };
  }

  /** Sets faults in the place of all others; throws what is wrong with them. */
  set(given: unknown): Faults {
    const { deliveries, api } = readFaults(given);
    this.clear();
    this.#deliveries = deliveries;
    this.#api = api;
    return this.current;
  }

  /** Ends all faults, and lets go of the calls that hang. */
  clear(): void {
    this.#deliveries = {};
    this.#api = [];
    this.#released.resolve();
    this.#released = Promise.withResolvers<void>();
  }

  /** Takes part in every call of the API, around what a caller of `startStripe` has asked for. */
  around(own: Intercept = {}): Required<Intercept> {
    return {
      before: async (call) => await this.#strike(call, "before") ?? await own.before?.(call),
      after: async (call) => await own.after?.(call) ?? await this.#strike(call, "after"),
    };
  }

  /** Decides about one delivery. */
  planDelivery(type: string): DeliveryPlan {
    const { drop, duplicate = 0, delay_ms = 0, reorder } = this.#deliveries;
    if (Array.isArray(drop) && drop.includes(type)) return { ...asUsual, dropped: true };
    if (typeof drop === "number" && drop > 0) {
      this.#deliveries = { ...this.#deliveries, drop: drop - 1 };
      return { ...asUsual, dropped: true };
    }
    const thrown = reorder === true ? Math.floor(Math.random() * reorderWindowMs) : 0;
    return { dropped: false, duplicates: duplicate, delayMs: delay_ms + thrown };
  }

  async #strike(call: InterceptedCall, when: "before" | "after"): Promise<Response | void> {
    for (const fault of this.#api) {
      if (fault.when !== when || !matches(fault, call)) continue;
      if (fault.slow_ms !== undefined) await this.#pause(fault.slow_ms, call.signal);
      if ((fault.timeout ?? 0) > 0) {
        fault.timeout = (fault.timeout ?? 0) - 1;
        await this.#pause(undefined, call.signal);
        throw new StripeProblem(500, { type: "api_error", message: "This call timed out." });
      }
      if ((fault.fail ?? 0) > 0) {
        fault.fail = (fault.fail ?? 0) - 1;
        throw failureOf(fault.status);
      }
    }
  }

  /** Waits for a time, or until the caller has hung up or the faults are cleared. */
  async #pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const gone = Promise.withResolvers<void>();
    const hangUp = () => gone.resolve();
    if (signal.aborted) return;
    signal.addEventListener("abort", hangUp, { once: true });
    const timer = ms === undefined ? undefined : setTimeout(hangUp, ms);
    await Promise.race([gone.promise, this.#released.promise]);
    clearTimeout(timer);
    signal.removeEventListener("abort", hangUp);
  }
}

function matches({ match }: ApiFault, { operation, call }: InterceptedCall): boolean {
  return match === undefined || match === operation || match === call;
}

function failureOf(status: ApiFault["status"]): StripeProblem {
  switch (status) {
    case 402:
      return new StripeProblem(402, {
        type: "card_error",
        code: "card_declined",
        decline_code: "generic_decline",
        message: "Your card was declined.",
      });
    case 429:
      return new StripeProblem(429, {
        type: "invalid_request_error",
        code: "rate_limit",
        message: "Request rate limit exceeded.",
      });
    default:
      return new StripeProblem(500, {
        type: "api_error",
        message: "An unknown error occurred (a fault that was asked for).",
      });
  }
}
