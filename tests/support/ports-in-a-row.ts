/** Ports of a stack that takes them in a row, as `--port` does. */
import { assertFree, portsFrom } from "../../local/ports.ts";

/** Below those that the system gives to others while the stack starts (32768 and up on Linux). */
const [lowest, highest] = [20_000, 32_000];

/** The first of a row that is free just now. @throws when a hundred rows are not */
export function portsInARow(): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = lowest + Math.floor(Math.random() * (highest - lowest));
    try {
      assertFree(portsFrom(first));
      return first;
    } catch (error) {
      if (!/already in use/.test((error as Error).message)) throw error;
    }
  }
  throw new Error("no row of ports is free");
}
