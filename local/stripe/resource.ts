import type { Call } from "./call.ts";
import type { Due } from "./schedule.ts";
import type { Documents, Kind } from "./wire.ts";

/** A call of Stripe's API that the local Stripe serves. */
export interface Operation {
  /** Method and path as the SDK writes them: `POST /v1/customers/{id}`. */
  name: string;
  /**
   * The parameters that do something here, by path without list numbers (`items.price`); naming a
   * field takes all that is below it. What Stripe takes beyond these is refused aloud.
   */
  takes: readonly string[];
  /**
   * Runs inside one transaction; returns what is answered, before `expand`.
   * @param id the first id in its path, '' where it has none.
   * @param part the second, of what belongs to the first.
   */
  run(call: Call, params: Record<string, unknown>, id: string, part: string): unknown;
}

/** What else happens when an event is emitted, in the same transaction: an invoice gets paid, … */
export interface Reaction {
  to: string;
  run(call: Call, id: string): void;
}

/** One resource of the API: its calls, what it reacts to, what `expand` includes on it. */
export interface Resource {
  kinds: readonly (Kind | "item" | "subscription_item")[];
  operations: readonly Operation[];
  reactions?: readonly Reaction[];
  /** What happens to its documents by the clock; of one moment, in this order. */
  due?: readonly Due[];
  /** Fields that are sent only when expanded, computed then. */
  includes?: Record<string, (call: Call, document: never) => unknown>;
}

/**
 * Declares an operation. `Params` is the SDK's own type of its parameters: they arrive checked
 * against it.
 */
export function operation<Params extends object>(
  name: string,
  takes: readonly (string & (keyof Params | `${string}.${string}`))[],
  run: (call: Call, params: Params, id: string, part: string) => unknown,
): Operation {
  return { name, takes, run: run as Operation["run"] };
}

/** The usual retrieve of a resource. */
export function retrieveOperation<K extends Kind>(kind: K, path: string): Operation {
  return operation(`GET ${path}/{id}`, [], (call, _params, id) => call.need(kind, id));
}

/** Includes of one kind, its documents typed. */
export function includesOf<K extends Kind>(
  _kind: K,
  includes: Record<string, (call: Call, document: Documents[K]) => unknown>,
): NonNullable<Resource["includes"]> {
  return includes;
}
