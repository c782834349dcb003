/** Whether there is room for a panel beside the content: Mantine's breakpoint `md`. */
import { useSyncExternalStore } from "react";

const wide = matchMedia("(width >= 62em)");

function onChange(told: () => void): () => void {
  wide.addEventListener("change", told);
  return () => wide.removeEventListener("change", told);
}

export function useWide(): boolean {
  return useSyncExternalStore(onChange, () => wide.matches);
}
