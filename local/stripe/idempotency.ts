import { createHash } from "node:crypto";
import { StripeProblem } from "./errors.ts";
import type { Row, Store } from "./store.ts";

const schema = `
  create table if not exists replies (
    key        text primary key,
    operation  text not null,
    hash       text not null,
    status     integer not null,
    body       text not null,
    request_id text not null,
    made_at    integer not null
  );
  create index if not exists replies_made_at on replies (made_at);
`;

/** Keys are forgotten after a day, as at Stripe. */
const lifetimeSeconds = 24 * 60 * 60;

/** A reply that was given under a key. */
export interface KeptReply {
  status: number;
  body: string;
  requestId: string;
}

/**
 * `Idempotency-Key`: the first reply of a key is given again, also when it was an error, as long as
 * the request is the same. https://docs.stripe.com/api/idempotent_requests
 */
export class Idempotency {
  readonly #store: Store;
  readonly #running = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
    store.database.exec(schema);
  }

  /**
   * The reply kept under a key; undefined where the call is to be made.
   * Throws Stripe's errors for a key that another request has used, or is using.
   */
  recall(key: string, operation: string, body: string): KeptReply | undefined {
    if (key.length > 255) {
      throw problem(400, "The idempotency key is too long: it may have 255 characters at most.");
    }
    if (this.#running.has(key)) {
      throw problem(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably " +
          `means you submitted twice, and the other request is still going through): ${key}. ` +
          "Please try again later.",
        "idempotency_key_in_use",
      );
    }
    const row = this.#store.database.prepare("select * from replies where key = ?").get(key) as
      | Row
      | undefined;
    if (row === undefined) return undefined;
    if (row.operation !== operation) {
      throw problem(
        400,
        "Keys for idempotent requests can only be used for the same endpoint they were first used " +
          `for ('${operation}' vs '${row.operation}'). Try using a key other than '${key}' if you ` +
          "meant to execute a different request.",
      );
    }
    if (row.hash !== hashOf(body)) {
      throw problem(
        400,
        "Keys for idempotent requests can only be used with the same parameters they were first " +
          `used with. Try using a key other than '${key}' if you meant to execute a different ` +
          "request.",
      );
    }
    return {
      status: row.status as number,
      body: row.body as string,
      requestId: row.request_id as string,
    };
  }

  /** Marks a key as in use until `release`. */
  hold(key: string): void {
    this.#running.add(key);
  }

  release(key: string): void {
    this.#running.delete(key);
  }

  /** Keeps a reply, in the transaction of what it answers where there is one. */
  keep(key: string, operation: string, body: string, reply: KeptReply, now: number): void {
    this.#store.database.prepare("delete from replies where made_at < ?").run(
      now - lifetimeSeconds,
    );
    this.#store.database.prepare(
      `insert into replies (key, operation, hash, status, body, request_id, made_at)
       values (?, ?, ?, ?, ?, ?, ?)`,
    ).run(key, operation, hashOf(body), reply.status, reply.body, reply.requestId, now);
  }
}

function hashOf(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}

function problem(status: number, message: string, code?: string): StripeProblem {
  return new StripeProblem(status, {
    type: "idempotency_error",
    message,
    ...(code === undefined ? {} : { code }),
  });
}
