import type { Call } from "./call.ts";
import { invalid, notImplemented } from "./errors.ts";
import { expands } from "./parameters/generated.ts";
import { includesFor } from "./resources.ts";

/** Stripe's own limit. */
const maxDepth = 4;

type Fields = Record<string, unknown>;

/**
 * Answers `expand[]`: replaces ids by their objects, and adds what is sent only when asked for.
 * Paths start at the object, or at `data.` of a list, and cross lists by `data.`.
 */
export function expandAll(call: Call, reply: unknown, paths: readonly string[]): unknown {
  if (paths.length === 0 || !isFields(reply)) return reply;
  const expanded = structuredClone(reply);
  for (const path of paths) {
    const steps = path.split(".");
    if (steps.filter((step) => step !== "data").length > maxDepth) {
      throw invalid(
        `You cannot expand more than ${maxDepth} levels of a property. Property: ${path}`,
        { param: "expand" },
      );
    }
    expandPath(call, expanded, steps, path);
  }
  return expanded;
}

function expandPath(call: Call, at: Fields, steps: string[], path: string): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (at.object !== "list") return expandOn(call, at, String(at.object), steps, path);
  if (step !== "data" || !Array.isArray(at.data)) throw unexpandable(step, path);
  for (const element of at.data) if (isFields(element)) expandPath(call, element, rest, path);
}

/**
 * Expands on an object with a kind, walking through what it embeds without a kind.
 * @param embedded where the first steps have led to already.
 */
function expandOn(
  call: Call,
  owner: Fields,
  kind: string,
  steps: string[],
  path: string,
  embedded: { holder: Fields; walked: number } = { holder: owner, walked: 0 },
): void {
  const known = expands[kind] ?? { ids: [], fields: [] };
  const includes = new Map(Object.entries(includesFor(kind)));
  let { holder } = embedded;
  for (const [index, step] of steps.entries()) {
    if (index < embedded.walked) continue;
    const here = steps.slice(0, index + 1).join(".");
    const last = index === steps.length - 1;
    const include = includes.get(here);
    const value = Object.hasOwn(holder, step) ? holder[step] : undefined;
    if (include !== undefined && value === undefined) {
      holder[step] = structuredClone(include(call, owner as never));
    } else if (known.ids.includes(here)) {
      holder[step] = objectsOf(call, value);
    } else if (known.fields.includes(here) && value === undefined) {
      throw notImplemented(`expanding ${here} of a ${kind}`, "expand");
    } else if (last ? !known.fields.includes(here) && include === undefined : !isObject(value)) {
      // What leads further may be absent here (an invoice without a parent), but must be known.
      if (last || !known.ids.some((id) => id.startsWith(`${here}.`))) {
        throw unexpandable(step, path);
      }
    }
    const next = Object.hasOwn(holder, step) ? holder[step] : undefined;
    if (last || !isObject(next)) return;
    const followed: unknown[] = Array.isArray(next) ? next : [next];
    if (followed.every((one) => isFields(one) && typeof one.object === "string")) {
      const rest = steps.slice(index + 1);
      for (const one of followed) if (isFields(one)) expandPath(call, one, rest, path);
      return;
    }
    if (Array.isArray(next)) {
      for (const one of next) {
        if (!isFields(one)) throw unexpandable(step, path);
        expandOn(call, owner, kind, steps, path, { holder: one, walked: index + 1 });
      }
      return;
    }
    if (!isFields(next)) throw unexpandable(step, path);
    holder = next;
  }
}

function objectsOf(call: Call, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => objectsOf(call, one));
  if (typeof value !== "string") return value;
  return call.store.find(value) ?? call.store.hidden<unknown>(`deleted ${value}`) ?? value;
}

function unexpandable(step: string, path: string): Error {
  return invalid(`This property cannot be expanded (${step}). Path: ${path}`, { param: "expand" });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
