/**
 * Every error that a caller can meet, in one closed catalogue, rendered in one place as
 * `application/problem+json` ({@link https://www.rfc-editor.org/rfc/rfc9457 RFC 9457}).
 *
 * `code` is stable: clients switch on it. `detail` is for people and may change.
 */

import { shopProblems } from "./shop/problems.ts";
import { together } from "./together.ts";

type Entries = Record<string, readonly [status: number, title: string]>;

/** Status and title of each code. A new code is a line here and a line in a declaration's `problems`. */
export const catalogue = together(
  {
    // The request itself
    invalid_json: [400, "The body is not valid JSON"],
    invalid_signature: [400, "The signature does not match"],
    count_not_offered: [400, "Rows are counted exactly or not at all"],
    livemode_mismatch: [400, "The event belongs to the other mode of Stripe"],
    unauthenticated: [401, "Not signed in"],
    forbidden: [403, "Not allowed"],
    not_found: [404, "Not found"],
    method_not_allowed: [405, "Method not allowed"],
    idempotency_in_progress: [409, "The first request with this Idempotency-Key still runs"],
    precondition_failed: [412, "It changed since you read it"],
    body_too_large: [413, "The body is too large"],
    unsupported_media_type: [415, "Unsupported content type"],
    invalid_body: [422, "The body is not what this endpoint takes"],
    invalid_query: [422, "The query is not what this endpoint takes"],
    invalid_header: [422, "A header is not what this endpoint takes"],
    idempotency_key_reused: [422, "This Idempotency-Key belongs to another request"],
    rate_limited: [429, "Too many requests"],
    // Second factor, keys of a workspace
    second_factor_required: [403, "A second factor is required"],
    scope_missing: [403, "The API key lacks the scope"],
    api_key_name_taken: [409, "An API key of this name exists"],
    api_key_limit_reached: [409, "The workspace has as many API keys as it may"],
    api_key_revoked: [409, "The API key was revoked"],
    // Accounts
    captcha_failed: [403, "The captcha was not solved"],
    invalid_credentials: [401, "E-mail address or password is wrong"],
    email_not_confirmed: [403, "The e-mail address is not confirmed yet"],
    email_taken: [409, "The e-mail address already has an account"],
    weak_password: [422, "The password is too weak"],
    redirect_not_allowed: [422, "The redirect address is not on the allow list"],
    profile_not_found: [404, "The profile does not exist"],
    unsupported_image: [415, "The file is not a PNG, JPEG or WebP image"],
    // Workspaces
    workspace_not_found: [404, "The workspace does not exist"],
    slug_taken: [409, "Another workspace has this slug"],
    workspace_limit: [409, "No more workspaces can be made"],
    workspace_subscribed: [409, "The workspace has a subscription"],
    personal_workspace: [409, "A personal workspace stays its person's"],
    member_not_found: [404, "Nobody with this id is a member"],
    already_member: [409, "Already a member of the workspace"],
    last_owner: [409, "The workspace would have no owner"],
    seat_limit_reached: [409, "The plan has no seat left"],
    invitation_not_found: [404, "The invitation does not exist"],
    invitation_for_another: [403, "The invitation is for another address"],
    invitation_expired: [410, "The invitation is no longer good"],
    invitation_closed: [409, "The invitation is closed"],
    // Billing
    price_not_found: [404, "The price is not on sale"],
    subscription_exists: [409, "The workspace already has a subscription"],
    subscription_pending: [409, "Another purchase for this workspace is under way"],
    subscription_not_found: [404, "The workspace has no subscription that runs"],
    subscription_ambiguous: [
      409,
      "Several subscriptions run, and it was not said which one is meant",
    ],
    subscription_not_changeable: [409, "The subscription cannot be changed as it stands"],
    promotion_code_invalid: [422, "The promotion code cannot be redeemed"],
    quote_invalid: [422, "This is not a quote that we made for you"],
    quote_stale: [409, "The quote no longer holds"],
    trial_not_offered: [409, "The plan is not offered with a trial"],
    trial_used: [409, "There was a trial already"],
    trial_needs_card: [409, "The trial needs a card first"],
    checkout_not_found: [404, "The checkout does not exist"],
    plan_required: [402, "The workspace's plan does not include this"],
    quota_exceeded: [402, "The plan's limit for this billing period is used up"],
    workspace_read_only: [402, "The workspace is restricted until its invoices are paid"],
    too_many_declines: [429, "Too many payments were declined"],
    billing_details_required: [409, "The billing address is not known yet"],
    invoice_not_found: [404, "The invoice does not exist"],
    invoice_not_paid: [409, "The invoice is not paid"],
    payment_not_found: [404, "The payment does not exist"],
    payment_not_refundable: [409, "The payment cannot be refunded"],
    refund_exceeds_payment: [422, "More than is left of the payment"],
    payment_declined: [402, "The payment was declined"],
    // Mail
    unsubscribe_link_invalid: [400, "This link does not turn anything off"],
    // Privacy
    reauthentication_failed: [403, "It could not be confirmed that it is you"],
    workspaces_need_owner: [409, "Others are in workspaces that only you own"],
    deletion_not_found: [404, "The account is not to be deleted"],
    deletion_running: [409, "The deletion of the account runs already"],
    // Webhooks out
    webhook_endpoint_not_found: [404, "The webhook endpoint does not exist"],
  } as const satisfies Entries,
  shopProblems,
  {
    // What we depend on
    payment_provider_unavailable: [502, "Stripe cannot be reached"],
    captcha_unavailable: [503, "The captcha cannot be verified"],
    auth_unavailable: [502, "Supabase Auth cannot be reached"],
    storage_unavailable: [502, "Supabase Storage cannot be reached"],
    database_unavailable: [503, "The database cannot be reached"],
    unhealthy: [503, "A part is not well"],
    internal_error: [500, "Something went wrong on our side"],
  } as const satisfies Entries,
);

/** A code of the catalogue. */
export type ProblemCode = keyof typeof catalogue;

/** What is wrong with one field: `pointer` is its {@link https://www.rfc-editor.org/rfc/rfc6901 JSON Pointer}. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** What a problem may tell besides its code. */
export interface ProblemOptions {
  /** What, why and what to do, for people. */
  detail?: string | undefined;
  /** One entry for each field that is wrong. */
  errors?: FieldError[] | undefined;
  /** Becomes `Retry-After`: seconds after which the same request may succeed. */
  retryAfterSeconds?: number | undefined;
  /** Further response headers, `Allow` among them. */
  headers?: Record<string, string> | undefined;
  /** Further members of the body. */
  extra?: Record<string, unknown> | undefined;
  /** What caused it: logged, never told to the caller. */
  cause?: unknown;
}

/** An error of the catalogue. Throw it anywhere below a handler: `throw problem("email_taken")`. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  constructor(readonly code: ProblemCode, readonly options: ProblemOptions = {}) {
    super(options.detail ?? catalogue[code][1], { cause: options.cause });
    this.status = catalogue[code][0];
  }
}

/** Makes a {@link Problem}; reads well after `throw`. */
export function problem(code: ProblemCode, options: ProblemOptions = {}): Problem {
  return new Problem(code, options);
}

/** Whether a string (from SQL, say) is a code of the catalogue. */
export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === "string" && Object.hasOwn(catalogue, code);
}

/** The body of a problem, as RFC 9457 has it with our `code`, `request_id` and `errors`. */
export function problemBody(error: Problem, requestId: string): Record<string, unknown> {
  return {
    type: `urn:socle:problem:${error.code}`,
    title: catalogue[error.code][1],
    status: error.status,
    code: error.code,
    ...(error.options.detail !== undefined && { detail: error.options.detail }),
    ...(error.options.errors !== undefined && { errors: error.options.errors }),
    ...error.options.extra,
    request_id: requestId,
  };
}

/** The response for a problem. */
export function problemResponse(error: Problem, requestId: string): Response {
  const headers = new Headers(error.options.headers);
  headers.set("content-type", "application/problem+json");
  headers.set("cache-control", "no-store");
  const retryAfter = error.options.retryAfterSeconds;
  if (retryAfter !== undefined) headers.set("retry-after", String(Math.ceil(retryAfter)));
  return new Response(JSON.stringify(problemBody(error, requestId)), {
    status: error.status,
    headers,
  });
}
