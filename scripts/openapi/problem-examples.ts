/** An example of every problem: as it came where one was recorded, else as problem.ts renders it. */
import {
  catalogue,
  problem,
  problemBody,
  type ProblemCode,
  type ProblemOptions,
} from "../../supabase/functions/_shared/problem.ts";
import type { Recorded } from "./examples.ts";

/** Names the request that an example is about. */
const requestId = "1e0f6a3c-6a57-4d0e-9d0b-2f1f4c1f7a55";

const planOrMore = [{ plan: "basic", limit: 5 }, { plan: "pro", limit: 50 }];

/** Members that some problems have beside their code. */
const told: Partial<Record<ProblemCode, ProblemOptions>> = {
  invalid_query: { errors: [{ pointer: "/page_size", detail: "Write a number from 1 to 100" }] },
  unauthenticated: { detail: "No credentials came" },
  plan_required: {
    detail: "This needs the feature members: subscribe to basic or pro.",
    extra: { feature: "members", granted_by: planOrMore },
  },
  payment_declined: { extra: { decline_code: "insufficient_funds" } },
  // #region shop
  order_already_paid: { extra: { order_id: "5d0c2f7e-3b1a-4c8d-9e6f-7a8b9c0d1e2f" } },
  order_pending: { extra: { order_id: "5d0c2f7e-3b1a-4c8d-9e6f-7a8b9c0d1e2f" } },
  // #endregion shop
};

/** By code, as components of the document. */
export function problemExamples(recorded: Recorded[]): Record<string, unknown> {
  const came = new Map(
    recorded.flatMap(({ refused, reply }) => refused ? [[refused, reply.body] as const] : []),
  );
  const codes = Object.keys(catalogue) as ProblemCode[];
  return Object.fromEntries(codes.map((code) => [code, {
    summary: catalogue[code][1],
    value: came.get(code) ?? problemBody(problem(code, told[code]), requestId),
  }]));
}

/** References to those of some codes. */
export function problemExampleRefs(codes: ProblemCode[]): Record<string, { $ref: string }> {
  return Object.fromEntries(
    codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
  );
}
