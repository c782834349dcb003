/** Ports of a stack that takes them in a row, as `--port` does. */
import { assertFree, portsFrom } from "../../local/ports.ts";

/** Below those that the system gives to others while the stack starts (32768 and up on Linux). */
const [lowest, highest] = [20_000, 32_000];

/** How many a stack takes of its row, from the first to the last. */
export const rowLength = Math.max(...Object.values(portsFrom(0))) + 1;

/**
 * The first of a row that is free just now.
 *
 * @param more how many that follow the stack's have to be free as well
 * @throws when a hundred rows are not
 */
export function portsInARow(more = 0): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = lowest + Math.floor(Math.random() * (highest - lowest));
    try {
      const behind = Array.from({ length: more }, (_, index) => first + rowLength + index);
      assertFree({
        ...portsFrom(first),
        ...Object.fromEntries(behind.map((port) => [`port ${port}`, port])),
      });
      return first;
    } catch (error) {
      if (!/already in use/.test((error as Error).message)) throw error;
    }
  }
  throw new Error("no row of ports is free");
}
