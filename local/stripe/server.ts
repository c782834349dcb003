/**
 * The local Stripe: a stateful stand-in that the official `stripe` SDK talks to by its `host`,
 * `port` and `protocol` options. A development tool, outside the product.
 *
 * What it is: the calls that the product makes, with Stripe's shapes (checked against the SDK's own
 * types), parameters (generated from the SDK's own declarations: what Stripe refuses is refused),
 * errors, cursors, `expand`, idempotency keys, test cards, state machines and the events they emit,
 * delivered as signed webhooks until they are accepted. Durable where `dataFile` is given.
 *
 * What it is not: Stripe. It knows the standard VAT rates of the European Union and no other tax,
 * computes no fees, moves no money, knows cards (and, at a checkout, test accounts for SEPA debits)
 * only, and is one account in test mode at one API version. It finalizes a renewal at once, where
 * Stripe leaves the draft open for an hour (which it does, too, where usage is billed), and answers
 * a tax id's verification at once.
 * What it does not do it refuses aloud ("the local Stripe does not implement X yet"): it never
 * accepts a parameter that it would ignore.
 *
 * A request is decoded (form.ts), checked (parameters/check.ts) and run as one synchronous
 * transaction (store.ts) by the operation of its resource (resources/); what it emits is delivered
 * after the commit (webhooks/). What falls due by the clock runs likewise (schedule.ts,
 * timekeeper.ts). People pay on its pages (pages/), tests make it fail (faults.ts).
 */
import { existsSync } from "node:fs";
import type { Log } from "../log.ts";
import { Api, type Intercept } from "./api.ts";
import { Clock } from "./clock.ts";
import { FaultInjector } from "./faults.ts";
import { Idempotency } from "./idempotency.ts";
import { localRoutes } from "./local-routes.ts";
import { pageFor } from "./pages/pages.ts";
import { dues } from "./resources.ts";
import { Schedule } from "./schedule.ts";
import { Store } from "./store.ts";
import { Timekeeper } from "./timekeeper.ts";
import { Deliverer } from "./webhooks/deliverer.ts";

export interface StripeOptions {
  /** 0 picks a free one. */
  port: number;
  /** The key that callers must present; any other is answered 401. */
  secretKey: string;
  /** SQLite file that keeps everything over restarts; in memory without. */
  dataFile?: string;
  /** An address that gets every event, besides the webhook endpoints made by the API. */
  webhook?: { url: string; secret: string };
  log: Log;
  /** Real time in milliseconds; `Date.now` without. */
  now?: () => number;
  /** Runs around every call of the API, inside of the faults set from outside. */
  intercept?: Intercept;
  /**
   * Told how many seconds ahead of real time (behind, where negative) the clock will be, and awaited before
   * anything is billed by it: for clocks that must agree with this one. Where it fails, the clock stays. Not
   * called at the start: `clock.offset` tells.
   */
  onClock?: (offsetSeconds: number) => Promise<void> | void;
}

export interface LocalStripe {
  url: string;
  /** What the stack's other clocks follow: `now()` in whole seconds, offset included. */
  clock: Clock;
  /** Sets the clock back by whole seconds, where nothing has happened yet: see timekeeper.ts. @returns whether it did */
  begin(secondsAgo: number): Promise<boolean>;
  /** Moves the clock to real time where it is behind it. */
  toRealTime(): Promise<void>;
  /** Ends what is under way and closes the file; deliveries still pending stay in it. */
  stop(): Promise<void>;
}

/** Starts the local Stripe on 127.0.0.1; rejects with `AddrInUse` where the port is taken. */
// deno-lint-ignore require-await -- what fails before listening rejects, as a start that is awaited should
export async function startStripe(options: StripeOptions): Promise<LocalStripe> {
  const store = new Store(options.dataFile);
  const server = serveOrClose(options.port, store, (request) => handle(request));
  const url = `http://127.0.0.1:${server.addr.port}`;
  const clock = new Clock(options.now, Number(store.setting("clock_offset") ?? 0));
  const schedule = new Schedule(store, dues);
  const faults = new FaultInjector();
  const deliverer = new Deliverer({ store, webhook: options.webhook, faults, log: options.log });
  const idempotency = new Idempotency(store);
  const api = new Api({
    ...options,
    store,
    clock,
    schedule,
    idempotency,
    url,
    intercept: faults.around(options.intercept),
    enqueue: (event) => deliverer.enqueue(event),
    catchUp: () => timekeeper.catchUp(),
  });
  const timekeeper = new Timekeeper({
    store,
    clock,
    schedule,
    step: (run) => api.step(run),
    settled: () => deliverer.wake(),
    onClock: options.onClock ?? (() => {}),
    log: options.log,
  });

  async function handle(request: Request): Promise<Response> {
    try {
      return await route(request);
    } catch (error) {
      const message = error instanceof Error ? error.stack ?? error.message : String(error);
      options.log("stripe", message, "error");
      return new Response("The local Stripe failed: see its log.\n", { status: 500 });
    }
  }

  async function route(request: Request): Promise<Response> {
    if (new URL(request.url).pathname.startsWith("/v1/")) return await api.answer(request);
    return await localRoutes(request, { api, store, clock, timekeeper, deliverer, faults }) ??
      await pageFor(request, { store, api }) ??
      new Response("Not found\n", { status: 404 });
  }

  // What fell due while it was off happens now, each at its own moment.
  api.step((call) => schedule.planAll(call));
  timekeeper.catchUp();
  return {
    url,
    clock,
    begin: (secondsAgo) => timekeeper.begin(secondsAgo),
    toRealTime: () => timekeeper.toRealTime(),
    async stop() {
      timekeeper.stop();
      faults.clear();
      await deliverer.stop();
      await server.shutdown();
      store.close();
    },
  };
}

/**
 * Ends the past of a local Stripe that is not started while others go on in real time: what is due by then happens at
 * its next start, as when it was off. Else its clock would take the others back with it.
 */
export function endPast(dataFile: string): void {
  if (!existsSync(dataFile)) return;
  const store = new Store(dataFile);
  try {
    if (Number(store.setting("clock_offset") ?? 0) < 0) store.set("clock_offset", "0");
  } finally {
    store.close();
  }
}

function serveOrClose(
  port: number,
  store: Store,
  handler: (request: Request) => Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, handler);
  } catch (error) {
    store.close();
    throw error;
  }
}
