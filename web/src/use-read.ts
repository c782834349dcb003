/** What a page shows: read when it opens, and again when asked. */
import { useCallback, useEffect, useRef, useState } from "react";
import { type Problem, ProblemError, problemOf } from "./problem.ts";

/** What PostgREST answers, as supabase-js gives it. */
interface Answer {
  data: unknown;
  error: { message: string } | null;
}

/** The rows, or the RPC's result. @throws {ProblemError} */
export async function rows<One extends Answer>(
  query: PromiseLike<One>,
): Promise<Extract<One, { error: null }>["data"]> {
  const { data, error } = await query;
  if (error !== null) throw new ProblemError(await problemOf(error));
  return data;
}

export interface Read<Value> {
  /** Undefined until it has come. An older one stays while it is read again. */
  value: Value | undefined;
  /** Why the latest reading failed. */
  problem: Problem | undefined;
  reload(): Promise<void>;
}

/**
 * Reads it, and anew for each other key.
 *
 * @param key names what is read: `load` itself is another function at each render
 */
export function useRead<Value>(load: () => Promise<Value>, key: string): Read<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; problem?: Problem }>({ key });
  const latest = useRef({ load, turn: 0 });
  latest.current.load = load;
  const reload = useCallback(async () => {
    const turn = ++latest.current.turn;
    let next: { value: Value } | { problem: Problem };
    try {
      next = { value: await latest.current.load() };
    } catch (error) {
      next = { problem: await problemOf(error) };
    }
    // An answer that a later one overtook is old.
    if (turn !== latest.current.turn) return;
    setState((before) =>
      "value" in next || before.key !== key ? { key, ...next } : { ...before, ...next }
    );
  }, [key]);
  useEffect(() => void reload(), [reload]);
  // Another's value is not shown for a moment.
  const { value, problem } = state.key === key ? state : {};
  return { value, problem, reload };
}
