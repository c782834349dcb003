/** How long the end of something is waited for: as long as it comes nearer, however slow the machine. */
export class Patience {
  readonly #ms: number;
  readonly #now: () => number;
  #least = Infinity;
  #until: number;

  /** @param seconds that may pass without anything coming nearer */
  constructor(seconds: number, now: () => number = Date.now) {
    this.#ms = seconds * 1000;
    this.#now = now;
    this.#until = now() + this.#ms;
  }

  /** Told how much is left. @returns whether it has been waited for in vain */
  over(left: number): boolean {
    if (left < this.#least) {
      this.#least = left;
      this.#until = this.#now() + this.#ms;
    }
    return this.#now() > this.#until;
  }

  /** Another stretch begins, which has its own time. */
  begin(): void {
    this.#least = Infinity;
  }
}
