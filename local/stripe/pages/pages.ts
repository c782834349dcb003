import type { Store } from "../store.ts";
export function pageFor(_request: Request, _store: Store): Response | undefined {
  return undefined;
}
