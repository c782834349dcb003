import type { Log } from "../log.ts";
import type { Call } from "./call.ts";
import type { Clock } from "./clock.ts";
import type { Schedule } from "./schedule.ts";
import type { Store } from "./store.ts";

/** The longest delay that a timer takes. */
const longestDelayMs = 2 ** 31 - 1;

export interface TimekeeperParts {
  store: Store;
  clock: Clock;
  schedule: Schedule;
  /** Runs a piece of work in one transaction. */
  step: (run: (call: Call) => void) => void;
  /** Called when there may be new events to deliver. */
  settled: () => void;
  /** Told how far ahead of real time the clock will be, before anything happens by it. */
  onClock: (offsetSeconds: number) => Promise<void> | void;
  log: Log;
}

/**
 * Lets happen what falls due, each at its own moment and in order, by real time or because the
 * clock was moved: a year ahead is twelve renewals, each seeing the time of its own.
 */
export class Timekeeper {
  readonly #parts: TimekeeperParts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #moving: Promise<void> = Promise.resolve();

  constructor(parts: TimekeeperParts) {
    this.#parts = parts;
  }

  /** Runs everything that is due by now, then waits for the next. Synchronous: no call comes between. */
  catchUp(): void {
    if (this.#stopped) return;
    const { schedule, clock, store, step, settled, log } = this.#parts;
    for (;;) {
      const moment = schedule.next(clock.now());
      if (moment === undefined) break;
      try {
        clock.at(moment.at, () => step((call) => schedule.run(call, moment)));
      } catch (error) {
        // Undone as a whole, and not tried again: the next moment must not wait for a broken one.
        store.transaction(() => schedule.skip(moment));
        const message = error instanceof Error ? error.stack ?? error.message : String(error);
        log("stripe", `"${moment.name}" of ${moment.id} failed: ${message}`, "error");
      }
    }
    settled();
    this.#arm();
  }

  /**
   * Moves the clock forward and bills what falls due on the way. One move at a time; others wait.
   * The new offset is kept before anything happens by it: what a crash leaves undone is due at the
   * next start.
   */
  async advance(seconds: number): Promise<void> {
    await this.#move(() => this.#advance(seconds));
  }

  /** Moves the clock to real time where it is behind it, likewise. */
  async toRealTime(): Promise<void> {
    await this.#move(async () => {
      const { offset } = this.#parts.clock;
      if (offset < 0) await this.#advance(-offset);
    });
  }

  async #advance(seconds: number): Promise<void> {
    const { clock, store, onClock } = this.#parts;
    await onClock(clock.offset + seconds);
    clock.advance(seconds);
    store.set("clock_offset", String(clock.offset));
    this.catchUp();
  }

  /**
   * Begins in the past: whole seconds before real time, for a store that holds nothing yet. What one holds would then
   * be in the future: it is left in real time, or moved there.
   *
   * @returns whether it begins there
   */
  async begin(secondsAgo: number): Promise<boolean> {
    return await this.#move(async () => {
      const { clock, store, onClock, log } = this.#parts;
      if (!Number.isSafeInteger(secondsAgo) || secondsAgo < 0) {
        throw new RangeError(`cannot begin ${secondsAgo} seconds ago: not a whole number ≥ 0`);
      }
      if (store.row("select 1 from documents limit 1") !== undefined) {
        log(
          "stripe",
          "the clock is not set back: the local Stripe holds something already",
          "warn",
        );
        if (clock.offset < 0) await this.#advance(-clock.offset);
        return false;
      }
      await onClock(-secondsAgo);
      store.set("clock_offset", String(-secondsAgo));
      clock.reset(-secondsAgo);
      return true;
    });
  }

  /** Back to real time, with everything emptied. */
  async reset(): Promise<void> {
    await this.#move(async () => {
      const { clock, store, onClock } = this.#parts;
      await onClock(0);
      store.clear();
      clock.reset();
      this.#arm();
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #move<T>(run: () => Promise<T>): Promise<T> {
    const before = this.#moving;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#moving = promise;
    await before;
    try {
      return await run();
    } finally {
      resolve();
    }
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const at = this.#stopped ? undefined : this.#parts.schedule.nextAt();
    if (at === undefined) return;
    const delay = Math.max(1000, (at - this.#parts.clock.now()) * 1000);
    this.#timer = setTimeout(() => this.catchUp(), Math.min(delay, longestDelayMs));
  }
}
