/** Which problems a caller of an endpoint may meet: those of the handler and those of endpoint() itself. */
import type { Declaration } from "./declaration.ts";
import { limits } from "./limits.ts";
import { catalogue, type ProblemCode } from "./problem.ts";

/** What endpoint() may answer before and after the handler, as it follows from the declaration. */
function ownProblems(declaration: Declaration): ProblemCode[] {
  const {
    method,
    auth,
    apiKey,
    captcha,
    secondFactor,
    body,
    file,
    form,
    query,
    limit: limitName,
    requires,
    idempotent,
    ifMatch,
    path,
  } = declaration;
  // A handler's queries may find the database gone, whatever else it declares.
  const codes: ProblemCode[] = [
    "method_not_allowed",
    "body_too_large",
    "database_unavailable",
    "internal_error",
  ];
  if (auth !== "none" && auth !== "signature") codes.push("unauthenticated");
  if (apiKey) {
    codes.push("scope_missing", "plan_required", "quota_exceeded");
    if (method !== "GET") codes.push("workspace_read_only");
  }
  if (auth === "staff") codes.push("forbidden", "second_factor_required");
  if (captcha) codes.push("captcha_failed");
  if (captcha?.whenDown === "refuse") codes.push("captcha_unavailable");
  if (secondFactor) codes.push("second_factor_required");
  if (body) codes.push("unsupported_media_type", "invalid_json", "invalid_body");
  if (form) codes.push("unsupported_media_type", "invalid_body");
  if (file) codes.push("unsupported_media_type", "invalid_body");
  if (query) codes.push("invalid_query");
  if (path) codes.push("not_found");
  if (limits[limitName] !== null) codes.push("rate_limited");
  if (requires) codes.push("plan_required", "workspace_not_found");
  if (ifMatch) codes.push("precondition_failed");
  if (idempotent) {
    codes.push("invalid_header", "idempotency_in_progress", "idempotency_key_reused");
  }
  return codes;
}

const catalogueOrder = Object.keys(catalogue) as ProblemCode[];

/** Every code that this endpoint may answer, each once, in the catalogue's order. */
export function problemsOf(declaration: Declaration): ProblemCode[] {
  const possible = new Set([...ownProblems(declaration), ...declaration.problems]);
  return catalogueOrder.filter((code) => possible.has(code));
}
