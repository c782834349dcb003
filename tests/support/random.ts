/** Chance that can be repeated: a test prints its seed. */

/** Numbers from 0 up to 1 that follow from a seed, so that a failure can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // mulberry32, https://github.com/cprosche/mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The same elements in an order that the seed decides. */
export function shuffled<T>(elements: readonly T[], random: () => number): T[] {
  return elements.map((element) => ({ element, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ element }) => element);
}
