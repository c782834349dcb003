import { useEffect } from "react";

/** Looks again and again while something is under way, each time after the last look has ended. */
export function usePolling(look: () => Promise<void>, isUnderWay: boolean, everyMs = 1000): void {
  useEffect(() => {
    if (!isUnderWay) return;
    let timer: ReturnType<typeof setTimeout>;
    let left = false;
    const next = () => {
      timer = setTimeout(async () => {
        await look();
        if (!left) next();
      }, everyMs);
    };
    next();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [look, isUnderWay, everyMs]);
}
