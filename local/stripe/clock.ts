/**
 * The local Stripe's clock: real time plus an offset that moves forward, so that a test can reach
 * a renewal without waiting for it. Below zero while weeks that have been are gone through
 * (local/demo/). Signatures and retries of webhooks keep real time.
 */
export class Clock {
  readonly #real: () => number;
  #offset: number;
  #pinned: number | undefined;

  /**
   * @param real milliseconds since 1970, as `Date.now`.
   * @param offset seconds ahead of real time; behind it where negative.
   */
  constructor(real: () => number = Date.now, offset = 0) {
    this.#real = real;
    this.#offset = offset;
  }

  /** Whole seconds since 1970, as every timestamp of Stripe's. */
  now(): number {
    return this.#pinned ?? Math.floor(this.#real() / 1000) + this.#offset;
  }

  /** Runs work at a moment that has come: all that it does happens then. Synchronous. */
  at<T>(seconds: number, work: () => T): T {
    this.#pinned = seconds;
    try {
      return work();
    } finally {
      this.#pinned = undefined;
    }
  }

  /** Seconds ahead of real time; negative while it is behind. */
  get offset(): number {
    return this.#offset;
  }

  /** Moves the clock forward by whole seconds. */
  advance(seconds: number): void {
    if (!Number.isSafeInteger(seconds) || seconds < 0) {
      throw new RangeError(
        `cannot advance the clock by ${seconds} seconds: not a whole number ≥ 0`,
      );
    }
    this.#offset += seconds;
  }

  /** Begins anew, by default in real time: for while there is nothing that has a time. */
  reset(offset = 0): void {
    this.#offset = offset;
  }
}
