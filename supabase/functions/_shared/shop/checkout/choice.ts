/**
 * Which order a checkout is about, noted under its Idempotency-Key: what it places or finds, and beside it
 * the buyer's other order that it ends to do so.
 */
import type { Subject } from "../../idempotency.ts";

/** The choice of a request. */
export interface Choice {
  /** The order's id, or that of the one to place. */
  readonly id: string;
  /** Whether an earlier attempt may have placed it already, and the buyer may have ordered more since. */
  readonly repeated: boolean;
  /** Takes another order, before anything is done with it; without an id a new one. */
  take(id?: string): Promise<void>;
  /** Notes that an order is ended for this one. */
  end(id: string): Promise<void>;
  /** Whether an order may be ended for this one: at a repetition only what the first try had begun to end. */
  mayEnd(id: string): boolean;
}

/**
 * What an earlier attempt has chosen, or a choice made now.
 *
 * @throws {Problem} `idempotency_in_progress` when another attempt has taken over
 */
export async function chooseOrder(subject: Subject): Promise<Choice> {
  let [id, ended] = subject.known?.split(" ") ?? [];
  const repeated = id !== undefined;
  if (id === undefined) await subject.note(id = crypto.randomUUID());
  let chosen = id;
  return {
    get id() {
      return chosen;
    },
    repeated,
    async take(next = crypto.randomUUID()) {
      if (next === chosen) return;
      chosen = next;
      ended = undefined;
      await subject.note(chosen);
    },
    async end(other) {
      ended = other;
      await subject.note(`${chosen} ${other}`);
    },
    mayEnd: (other) => !repeated || other === ended,
  };
}

/** The order that an earlier attempt has chosen, whether it was placed or not. */
export function chosenBefore({ known }: Subject): string | undefined {
  return known?.split(" ")[0];
}
