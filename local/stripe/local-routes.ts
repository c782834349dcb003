import type { Api } from "./api.ts";
import { changeBillingSettings } from "./billing/settings.ts";
import type { Clock } from "./clock.ts";
import { invalid, StripeProblem } from "./errors.ts";
import type { FaultInjector } from "./faults.ts";
import { openDispute, openDisputeOf, settleDispute } from "./resources/disputes.ts";
import { failRefund } from "./resources/refunds.ts";
import { withExpiry } from "./resources/payment-methods.ts";
import type { Store } from "./store.ts";
import type { Timekeeper } from "./timekeeper.ts";
import type { Deliverer } from "./webhooks/deliverer.ts";

export interface LocalParts {
  api: Api;
  store: Store;
  clock: Clock;
  timekeeper: Timekeeper;
  deliverer: Deliverer;
  faults: FaultInjector;
}

/** The furthest that the clock moves at once: ten years. */
const furthestSeconds = 10 * 366 * 24 * 60 * 60;

/**
 * What only the local Stripe has, under `/_local/`, without a key: it listens on loopback alone.
 * Bodies and answers are JSON; what is wrong is answered as Stripe answers it.
 *
 * - `GET /_local/health` → `{status: "ok", now}`
 * - `GET /_local/webhooks` → `{count, next_at, dropped}`: deliveries not yet accepted, when the next
 *   is due (milliseconds, null where none), and those that a fault has dropped; `count` 0 means that
 *   everybody has everything that was not dropped
 * - `POST /_local/deliver` `{event_ids: […]}` sends these events (again), `{all: true}` all that
 *   were dropped → `{queued}`; faults do not touch what is sent so
 * - `GET /_local/clock` → `{now, offset_seconds}`, both in seconds; the offset is negative while the
 *   clock is behind real time
 * - `POST /_local/clock` `{advance_seconds}` moves it and bills what falls due → as above
 * - `GET /_local/faults`, `POST /_local/faults` (fault-settings.ts), `DELETE /_local/faults`
 * - `GET /_local/settings`, `POST /_local/settings` (billing/settings.ts)
 * - `POST /_local/disputes` `{charge, amount?, reason?}` disputes a charge as its card's holder →
 *   the dispute; `POST /_local/disputes/{id}/win`, `…/lose` decide it
 * - `POST /_local/refunds/{id}/fail` is the bank that sends it back, days later (`refund.failed`) → the
 *   refund
 * - `POST /_local/payment_methods/{id}` `{exp_month?, exp_year?}` is the bank that renews a card
 *   (`payment_method.automatically_updated`) → the payment method
 * - `POST /_local/reset` empties it, ends faults and sets its clock to real time
 *
 * Undefined for any other path.
 */
export async function localRoutes(
  request: Request,
  parts: LocalParts,
): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith("/_local/")) return undefined;
  try {
    const answer = await answerOf(request, pathname, parts);
    return answer === undefined ? undefined : Response.json(answer);
  } catch (error) {
    if (error instanceof StripeProblem) {
      return Response.json({ error: error.body }, { status: error.status });
    }
    // What a caller of startStripe does in onClock may fail: who moved the clock must hear why.
    const message = error instanceof Error ? error.message : String(error);
    return Response.json({ error: { type: "api_error", message } }, { status: 500 });
  }
}

async function answerOf(request: Request, path: string, parts: LocalParts): Promise<unknown> {
  const { api, store, clock, timekeeper, deliverer, faults } = parts;
  switch (`${request.method} ${path}`) {
    case "GET /_local/health":
      return { status: "ok", now: clock.now() };
    case "GET /_local/webhooks":
      return deliverer.pending();
    case "POST /_local/deliver":
      return { queued: deliverAgain(parts, await bodyOf(request)) };
    case "GET /_local/clock":
      return { now: clock.now(), offset_seconds: clock.offset };
    case "POST /_local/clock":
      await timekeeper.advance(secondsOf(await bodyOf(request)));
      return { now: clock.now(), offset_seconds: clock.offset };
    case "GET /_local/faults":
      return faults.current;
    case "POST /_local/faults":
      return faults.set(await bodyOf(request));
    case "DELETE /_local/faults":
      faults.clear();
      return faults.current;
    case "GET /_local/settings":
      return api.work((call) => call.settings);
    case "POST /_local/settings":
      return changeBillingSettings(store, await bodyOf(request));
    case "POST /_local/reset":
      faults.clear();
      await timekeeper.reset();
      return { status: "ok" };
    case "POST /_local/disputes":
      return dispute(api, await bodyOf(request));
    default:
      return await answerAbout(request, path, api);
  }
}

/** The routes with an id in their path. */
async function answerAbout(request: Request, path: string, api: Api): Promise<unknown> {
  const [, , folder, id = "", verb] = path.split("/");
  switch (`${request.method} ${folder}${verb === undefined ? "" : ` ${verb}`}`) {
    case "POST disputes win":
      return api.work((call) => settleDispute(call, openDispute(call, id), "won"));
    case "POST disputes lose":
      return api.work((call) => settleDispute(call, openDispute(call, id), "lost"));
    case "POST refunds fail":
      return api.work((call) => failRefund(call, id));
    case "POST payment_methods": {
      const { exp_month: month, exp_year: year } = await bodyOf(request);
      return api.work((call) => {
        const method = call.need("payment_method", id);
        const changes = withExpiry(method, wholeOrNone(month), wholeOrNone(year));
        return call.update(method, changes, "payment_method.automatically_updated");
      });
    }
    default:
      return undefined;
  }
}

function dispute(api: Api, { charge, amount, reason }: Record<string, unknown>): unknown {
  return api.work((call) =>
    openDisputeOf(call, call.need("charge", String(charge), "charge"), {
      ...(amount === undefined ? {} : { amount: Number(amount) }),
      ...(reason === undefined ? {} : { reason: String(reason) }),
    })
  );
}

function wholeOrNone(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (Number.isInteger(value)) return Number(value);
  throw invalid(`${JSON.stringify(value)} is no whole number`);
}

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  const text = await request.text();
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return body as Record<string, unknown>;
  } catch {
    // Said below: what is no JSON is no object either.
  }
  throw invalid("the body must be a JSON object");
}

function secondsOf({ advance_seconds: seconds }: Record<string, unknown>): number {
  if (
    typeof seconds === "number" && Number.isInteger(seconds) && seconds >= 0 &&
    seconds <= furthestSeconds
  ) return seconds;
  throw invalid(`advance_seconds must be a whole number from 0 to ${furthestSeconds}`, {
    param: "advance_seconds",
  });
}

function deliverAgain({ store, deliverer }: LocalParts, body: Record<string, unknown>): number {
  const { event_ids: ids, all } = body;
  if (all === true && ids === undefined) return deliverer.redeliver();
  if (all !== undefined || !Array.isArray(ids)) {
    throw invalid("give either event_ids, a list, or all: true");
  }
  for (const id of ids) {
    if (store.get("event", String(id)) === undefined) {
      throw invalid(`No such event: '${id}'`, { code: "resource_missing", param: "event_ids" });
    }
  }
  return deliverer.redeliver(ids.map(String));
}
