/** One endpoint's requests: made, sent, judged, counted; the first failure shrunk. */
import fc from "fast-check";
import type { Declared } from "../../scripts/declarations.ts";
import { build, type Built, requestOf } from "./build.ts";
import { judge } from "./judge.ts";
import { type Plan, plansOf } from "./plan.ts";
import type { Serve } from "./in-process.ts";
import { type Ground, World } from "./world.ts";

/** What came of an endpoint's requests. */
export interface Outcome {
  label: string;
  /** By status class, and refusals by who refused: endpoint() itself or the handler. */
  counts: { success: number; redirect: number; general: number; domain: number; other: number };
  codes: Map<string, number>;
  /** Milliseconds of each request. */
  took: number[];
  seed: number;
  failure?: Failure;
}

/** A failure, as small as it was found. */
export interface Failure {
  message: string;
  plan: Plan;
  built: Built | undefined;
  requestId: string | undefined;
}

/** Refusals of whatever is not for this endpoint to decide: caller, form, method. */
const general = new Set([
  "invalid_json",
  "unauthenticated",
  "method_not_allowed",
  "body_too_large",
  "unsupported_media_type",
  "invalid_body",
  "invalid_query",
  "invalid_header",
  "invalid_signature",
  "not_found",
  "rate_limited",
  "scope_missing",
]);

/** Shrinking sends each candidate: what it finds after so many is small enough. */
const mostShrinks = 150;

function count(outcome: Outcome, status: number, code: string | undefined): void {
  const { counts, codes } = outcome;
  if (code !== undefined) codes.set(code, (codes.get(code) ?? 0) + 1);
  if (status < 300) counts.success++;
  else if (status < 400) counts.redirect++;
  else if (code === undefined) counts.other++;
  else if (general.has(code)) counts.general++;
  else counts.domain++;
}

/** The endpoint's own seed: the same whichever other endpoints are asked. */
function seedOf(seed: number, label: string): number {
  let hash = seed | 0;
  for (const character of label) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return hash;
}

/** How endpoints are asked. */
export interface Run {
  ground: Ground;
  serve: Serve;
  /** Every method of the product. */
  all: Declared[];
  seed: number;
  requests: number;
}

/** Sends an endpoint its requests, one after another. */
export async function runEndpoint(declared: Declared, run: Run): Promise<Outcome> {
  const label = `${declared.address} ${declared.declaration.method}`;
  const seed = seedOf(run.seed, label);
  const world = await World.make(run.ground);
  const outcome: Outcome = {
    label,
    counts: { success: 0, redirect: 0, general: 0, domain: 0, other: 0 },
    codes: new Map(),
    took: [],
    seed,
  };
  const siblings = run.all.filter(({ name }) => name === declared.name);
  let shrinks = 0;

  const property = fc.asyncProperty(plansOf(declared, run.ground.at.siteUrl), async (plan) => {
    if (outcome.failure !== undefined && shrinks++ > mostShrinks) return;
    let built: Built | undefined;
    let response: Response | undefined;
    try {
      built = await build(plan, declared, world);
      const request = requestOf(built);
      const from = performance.now();
      response = await run.serve(request);
      const took = performance.now() - from;
      const reply = await judge(built, declared, siblings, response);
      if (outcome.failure !== undefined) return;
      outcome.took.push(took);
      count(outcome, reply?.status ?? response.status, reply?.code);
    } catch (error) {
      outcome.failure = {
        message: (error as Error).message,
        plan,
        built,
        requestId: response?.headers.get("x-request-id") ?? undefined,
      };
      throw error;
    }
  });
  await fc.check(property, { seed, numRuns: run.requests });
  return outcome;
}
