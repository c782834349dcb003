import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import Stripe from "stripe";
import type { Log } from "../log.ts";
import { Call } from "./call.ts";
import type { Clock } from "./clock.ts";
import { notImplemented, StripeProblem } from "./errors.ts";
import { expandAll } from "./expand.ts";
import { decodeForm } from "./form.ts";
import type { Idempotency } from "./idempotency.ts";
import { newId } from "./ids.ts";
import { checkParameters } from "./parameters/check.ts";
import { findOperation } from "./routes.ts";
import type { Operation } from "./resource.ts";
import { reactions } from "./resources.ts";
import type { Schedule } from "./schedule.ts";
import type { Store } from "./store.ts";
import type { EventDocument } from "./wire.ts";

/**
 * Runs around a call: `before` its effect, or `after` it, when the answer can still be lost. Either
 * may take its time, throw a `StripeProblem`, or answer in the call's place.
 */
export interface Intercept {
  before?: (call: InterceptedCall) => Promise<Response | void>;
  after?: (call: InterceptedCall) => Promise<Response | void>;
}

export interface InterceptedCall {
  /** `POST /v1/customers/{id}` */
  operation: string;
  /** With the id in its path: `POST /v1/customers/cus_123` */
  call: string;
  requestId: string;
  /** Aborted when the caller has hung up. */
  signal: AbortSignal;
}

export interface ApiOptions {
  secretKey: string;
  log: Log;
  store: Store;
  clock: Clock;
  schedule: Schedule;
  idempotency: Idempotency;
  url: string;
  intercept: Intercept;
  /** Queues an event for delivery and says to how many addresses. */
  enqueue: (event: EventDocument) => number;
  /** Lets happen what is due by now, and delivers what is new. */
  catchUp: () => void;
}

interface Reply {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** The `/v1` calls. */
export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  async answer(request: Request): Promise<Response> {
    const requestId = newId("req");
    try {
      const reply = await this.#reply(request, requestId);
      return reply instanceof Response ? reply : respond(request, requestId, reply);
    } catch (error) {
      return respond(request, requestId, this.#problemReply(error));
    }
  }

  /** A piece of Stripe's own work, such as a form of its pages: one transaction, then its webhooks. */
  work<T>(run: (call: Call) => T): T {
    this.#options.catchUp();
    try {
      return this.step(run);
    } finally {
      this.#options.catchUp();
    }
  }

  /** One transaction of Stripe's own; kept where it throws what keeps its changes. */
  step<T>(run: (call: Call) => T): T {
    return this.#options.store.transaction(
      () => run(this.#call(null)),
      (error) => error instanceof StripeProblem && error.keepsChanges,
    );
  }

  async #reply(request: Request, requestId: string): Promise<Reply | Response> {
    this.#authenticate(request);
    assertOneAccountAndVersion(request);
    const url = new URL(request.url);
    const { operation, id, part } = findOperation(request.method, url.pathname);
    const body = request.method === "POST" ? await request.text() : url.search.slice(1);
    const params = checkParameters(operation, decodeForm(body));
    const key = request.method === "POST" ? request.headers.get("idempotency-key") : null;
    const endpoint = `${request.method} ${url.pathname}`;
    const intercepted = {
      operation: operation.name,
      call: endpoint,
      requestId,
      signal: request.signal,
    };
    const { before, after } = this.#options.intercept;
    const reply = await this.#once(
      { operation, id, part, params, requestId, key, endpoint, body },
      () => before?.(intercepted),
    );
    // The key is free by now: who has lost patience with this call may ask for its answer again.
    return reply instanceof Response ? reply : await after?.(intercepted) ?? reply;
  }

  /** Runs a call, or gives the reply that its key has been given before. */
  async #once(
    made: {
      operation: Operation;
      id: string;
      part: string;
      params: Record<string, unknown>;
      requestId: string;
      key: string | null;
      endpoint: string;
      body: string;
    },
    before: () => Promise<Response | void> | undefined,
  ): Promise<Reply | Response> {
    const { key, params } = made;
    if (key !== null) {
      const kept = this.#options.idempotency.recall(key, made.endpoint, made.body);
      if (kept !== undefined) {
        const headers = { "idempotent-replayed": "true", "original-request": kept.requestId };
        return { ...kept, headers };
      }
      this.#options.idempotency.hold(key);
    }
    try {
      const instead = await before();
      if (instead !== undefined) return instead;
      this.#options.catchUp();
      const reply = this.#run(made, (call) => {
        const answer = made.operation.run(call, params, made.id, made.part);
        return expandAll(call, answer, (params.expand as string[] | undefined) ?? []);
      });
      this.#options.catchUp();
      return reply;
    } finally {
      if (key !== null) this.#options.idempotency.release(key);
    }
  }

  /** Runs a call in one transaction and keeps its reply under its key, an error's too. */
  #run(
    made: { requestId: string; key: string | null; endpoint: string; body: string },
    run: (call: Call) => unknown,
  ): Reply {
    const { store, idempotency, clock } = this.#options;
    const keep = (reply: Reply): Reply => {
      if (made.key !== null) {
        const kept = { ...reply, requestId: made.requestId };
        idempotency.keep(made.key, made.endpoint, made.body, kept, clock.now());
      }
      return reply;
    };
    const request = { id: made.requestId, idempotencyKey: made.key };
    try {
      return store.transaction(
        () => keep({ status: 200, body: JSON.stringify(run(this.#call(request)), null, 2) }),
        (error) => error instanceof StripeProblem && error.keepsChanges,
      );
    } catch (error) {
      return store.transaction(() => keep(this.#problemReply(error)));
    }
  }

  #call(request: { id: string; idempotencyKey: string | null } | null): Call {
    const { store, clock, url, schedule, enqueue } = this.#options;
    return new Call({ store, clock, url, reactions, schedule, request, enqueue });
  }

  #authenticate(request: Request): void {
    const header = request.headers.get("authorization") ?? "";
    const basic = /^Basic (.+)$/i.exec(header)?.[1];
    const key = basic === undefined
      ? /^Bearer (.+)$/i.exec(header)?.[1]
      : atob(basic).split(":")[0];
    if (key === undefined) {
      throw unauthorized(
        "You did not provide an API key. You need to provide your API key in the Authorization " +
          "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
      );
    }
    const [given, wanted] = [Buffer.from(key), Buffer.from(this.#options.secretKey)];
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw unauthorized(`Invalid API Key provided: ${key.slice(0, 8)}****${key.slice(-4)}`);
    }
  }

  #problemReply(error: unknown): Reply {
    if (error instanceof StripeProblem) {
      return { status: error.status, body: JSON.stringify({ error: error.body }, null, 2) };
    }
    const message = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#options.log("stripe", message, "error");
    const body = { type: "api_error", message: "The local Stripe failed: see its log." };
    return { status: 500, body: JSON.stringify({ error: body }, null, 2) };
  }
}

/** The shapes here are those of one version, and there is one account. */
function assertOneAccountAndVersion(request: Request): void {
  const version = request.headers.get("stripe-version");
  if (version !== null && version !== Stripe.API_VERSION) {
    throw notImplemented(`API version ${version}, only ${Stripe.API_VERSION}`);
  }
  for (const header of ["stripe-account", "stripe-context"]) {
    if (request.headers.has(header)) throw notImplemented("connected accounts");
  }
}

function unauthorized(message: string): StripeProblem {
  return new StripeProblem(401, { type: "invalid_request_error", message });
}

function respond(request: Request, requestId: string, reply: Reply): Response {
  const key = request.headers.get("idempotency-key");
  return new Response(reply.body, {
    status: reply.status,
    headers: {
      "content-type": "application/json",
      "request-id": requestId,
      "stripe-version": request.headers.get("stripe-version") ?? Stripe.API_VERSION,
      ...(key === null ? {} : { "idempotency-key": key }),
      ...reply.headers,
    },
  });
}
