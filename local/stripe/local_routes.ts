import type { Clock } from "./clock.ts";
import type { Store } from "./store.ts";
import type { Deliverer } from "./webhooks/deliverer.ts";

export interface LocalParts {
  store: Store;
  clock: Clock;
  deliverer: Deliverer;
}

/**
 * What only the local Stripe has, under `/_local/`, without a key: it listens on loopback alone.
 *
 * - `GET /_local/health` → `{status: "ok", now}`
 * - `GET /_local/webhooks` → `{count, next_at}`: deliveries not yet accepted, when the next is due
 *   (milliseconds, null where none); `count` 0 means that everybody has everything
 * - `POST /_local/reset` empties it and sets its clock to real time
 *
 * Undefined for any other path.
 */
export function localRoutes(request: Request, parts: LocalParts): Response | undefined {
  const { pathname } = new URL(request.url);
  switch (`${request.method} ${pathname}`) {
    case "GET /_local/health":
      return Response.json({ status: "ok", now: parts.clock.now() });
    case "GET /_local/webhooks":
      return Response.json(parts.deliverer.pending());
    case "POST /_local/reset":
      parts.store.clear();
      parts.clock.reset();
      return Response.json({ status: "ok" });
    default:
      return undefined;
  }
}
