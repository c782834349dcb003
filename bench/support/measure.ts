/** Runs a figure: its samples in turn, so that what else the machine does falls on both sides alike. */
import type { Bench, Case, CaseResult, Figure, Pair, Sides, Size } from "./figure.ts";
import { comparePairs, judgedValue, type Measured, meets, summarize } from "./statistics.ts";

/** Few samples, since each is itself a median of many calls or one long stretch. */
const defaultPairs = 5;

/** What a run of several figures has in common. */
export interface Session extends AsyncDisposable {
  shared: Bench["shared"];
}

/** Begins one. What figures share lives until it is disposed of. */
export function session(log: (line: string) => void): Session {
  const made = new Map<unknown, Promise<AsyncDisposable>>();
  const stack = new AsyncDisposableStack();
  return {
    shared<T extends AsyncDisposable>(make: (log: (line: string) => void) => Promise<T>) {
      let found = made.get(make) as Promise<T> | undefined;
      if (found === undefined) {
        found = make(log).then((one) => stack.use(one));
        made.set(make, found);
      }
      return found;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** How a figure is run. */
export interface MeasureOptions {
  size: Size;
  /** Leaves out the cases that only show growth, as the gate does. */
  judgedOnly: boolean;
  session: Session;
  log(line: string): void;
}

/** Measures a figure. @throws whatever its measuring throws; when it measures nothing */
export async function measure(figure: Figure, options: MeasureOptions): Promise<CaseResult[]> {
  const results: CaseResult[] = [];

  function add({ name, detail, at, judged = true, goal = figure.goal! }: Case, measured: Measured) {
    const asked = judged && goal !== undefined;
    results.push({
      ...(name !== undefined && { name }),
      ...(detail !== undefined && { detail }),
      ...(at !== undefined && { at }),
      ...measured,
      ...(asked && { goal, met: meets(judgedValue(measured), goal) }),
    });
  }
  const skipped = ({ judged = true }: Case) => options.judgedOnly && !judged;

  await figure.measure({
    size: options.size,
    sized: (sizes) => sizes[options.size],
    async pairs(which: Case, sides: Sides) {
      if (skipped(which)) return;
      const pair = typeof sides === "function"
        ? sides
        : async () => ({ baseline: await sides.baseline(), subject: await sides.subject() });
      await pair();
      const pairs: Pair[] = [];
      while (pairs.length < (which.pairs ?? defaultPairs)) pairs.push(await pair());
      add(which, comparePairs(pairs));
    },
    async alone(which, sample) {
      if (skipped(which)) return;
      const samples = [];
      for (let one = 0; one < (which.pairs ?? defaultPairs); one++) samples.push(await sample());
      add(which, summarize(samples));
    },
    shared: options.session.shared,
    log: options.log,
  });
  if (results.length === 0) throw new Error(`cannot report "${figure.title}": it measured nothing`);
  return results;
}
