/** What a button or a form does: once at a time, with its problem kept to be shown. */
import { useRef, useState } from "react";
import { type Problem, problemOf } from "./problem.ts";

export interface Action<Args extends unknown[]> {
  pending: boolean;
  problem: Problem | undefined;
  start(...args: Args): Promise<void>;
}

/** Whether trying again is the same wish: nobody knows, or it was not decided. */
function isUndecided({ status, code }: Problem): boolean {
  return status === 0 || status >= 500 || code === "idempotency_in_progress";
}

/**
 * @param run gets an idempotency key first: the same when the same is tried again after no answer or a
 *   failure of the server. Should it ask for something else under that key, because the user has chosen
 *   anew on the page, that is another wish: it runs once more with a fresh one.
 */
export function useAction<Args extends unknown[]>(
  run: (idempotencyKey: string, ...args: Args) => Promise<void>,
): Action<Args> {
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const running = useRef(false);
  const wish = useRef({ args: "", key: "" });

  async function problemOfRun(args: Args): Promise<Problem | undefined> {
    try {
      await run(wish.current.key, ...args);
    } catch (error) {
      return await problemOf(error);
    }
  }

  async function start(...args: Args): Promise<void> {
    if (running.current) return;
    running.current = true;
    setPending(true);
    setProblem(undefined);
    const asked = JSON.stringify(args);
    if (wish.current.args !== asked || wish.current.key === "") {
      wish.current = { args: asked, key: crypto.randomUUID() };
    }
    try {
      let found = await problemOfRun(args);
      if (found?.code === "idempotency_key_reused") {
        wish.current.key = crypto.randomUUID();
        found = await problemOfRun(args);
      }
      if (found === undefined || !isUndecided(found)) wish.current.key = "";
      setProblem(found);
    } finally {
      running.current = false;
      setPending(false);
    }
  }
  return { pending, problem, start };
}
