/**
 * The local Stripe: a stateful stand-in that the official `stripe` SDK talks to by its `host`,
 * `port` and `protocol` options. A development tool, outside the product.
 *
 * What it is: the calls that the product makes, with Stripe's shapes (checked against the SDK's own
 * types), parameters (generated from the SDK's own declarations: what Stripe refuses is refused),
 * errors, cursors, `expand`, idempotency keys, test cards, state machines and the events they emit,
 * delivered as signed webhooks until they are accepted. Durable where `dataFile` is given.
 *
 * What it is not: Stripe. It computes no tax and no fees, moves no money, knows cards only, and is
 * one account in test mode at one API version. What it does not do it refuses aloud ("the local
 * Stripe does not implement X yet"): it never accepts a parameter that it would ignore.
 *
 * A request is decoded (form.ts), checked (parameters/check.ts) and run as one synchronous
 * transaction (store.ts) by the operation of its resource (resources/); what it emits is delivered
 * after the commit (webhooks/).
 */
import type { Log } from "../log.ts";
import { Api, type Intercept } from "./api.ts";
import { Clock } from "./clock.ts";
import { Idempotency } from "./idempotency.ts";
import { localRoutes } from "./local_routes.ts";
import { pageFor } from "./pages/pages.ts";
import { Store } from "./store.ts";
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
  /** Runs around every call of the API: for tests, and for faults set from outside. */
  intercept?: Intercept;
}

export interface LocalStripe {
  url: string;
  /** What the stack's other clocks follow: `now()` in whole seconds, offset included. */
  clock: Clock;
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
  const deliverer = new Deliverer({ store, webhook: options.webhook, log: options.log });
  const idempotency = new Idempotency(store);
  const api = new Api({ ...options, store, clock, deliverer, idempotency, url });

  async function handle(request: Request): Promise<Response> {
    if (new URL(request.url).pathname.startsWith("/v1/")) return await api.answer(request);
    return localRoutes(request, { store, clock, deliverer }) ??
      await pageFor(request, { store, api }) ??
      new Response("Not found\n", { status: 404 });
  }

  deliverer.wake();
  return {
    url,
    clock,
    async stop() {
      await deliverer.stop();
      await server.shutdown();
      store.close();
    },
  };
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
