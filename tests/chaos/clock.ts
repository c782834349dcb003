/** The business clock, ours and Stripe's, which runs fast here: an hour is about a minute. */
import type { StackAddress } from "../support/stack.ts";
import { advance } from "../support/stripe-local.ts";
import type { World } from "./world.ts";

/** How far it has been moved. */
export interface Clock {
  /** Seconds by which it is ahead of real time. */
  readonly ahead: number;
  /** Seconds since 1970 by it. */
  now(): number;
  /** Moves it forward; never while Postgres is restarted. */
  move(seconds: number): Promise<void>;
}

/** A clock that nobody else moves. */
export function startClock({ database }: World, on: StackAddress): Clock {
  let ahead = 0;
  return {
    get ahead() {
      return ahead;
    },
    now: () => Date.now() / 1000 + ahead,
    move: (seconds) =>
      database.exclusive(async () => {
        await advance(on, seconds);
        ahead += seconds;
      }),
  };
}
