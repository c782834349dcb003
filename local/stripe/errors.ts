/** The body of Stripe's errors: https://docs.stripe.com/api/errors */
export interface ErrorBody {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  doc_url?: string;
  charge?: string;
  payment_intent?: unknown;
  payment_method?: unknown;
  setup_intent?: unknown;
}

/** An error that is answered to the caller as Stripe answers it. */
export class StripeProblem extends Error {
  override readonly name = "StripeProblem";

  /** @param keepsChanges true where Stripe keeps what was done so far, as after a declined card. */
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
    readonly keepsChanges = false,
  ) {
    super(body.message);
    if (body.code !== undefined && body.doc_url === undefined) {
      body.doc_url = `https://stripe.com/docs/error-codes/${body.code.replaceAll("_", "-")}`;
    }
  }
}

/** 400: the request is not one that Stripe accepts. */
export function invalid(
  message: string,
  details: { code?: string; param?: string } = {},
): StripeProblem {
  return new StripeProblem(400, { type: "invalid_request_error", message, ...details });
}

/** 404: the id in the path, or in a parameter, names nothing. */
export function missing(kind: string, id: string, param = "id"): StripeProblem {
  // As Stripe does: 404 for the object of the path, 400 for one that a parameter names.
  return new StripeProblem(param === "id" ? 404 : 400, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${kind.replaceAll("_", "")}: '${id}'`,
    param,
  });
}

/** 400: Stripe knows it, the local Stripe doesn't (yet): said aloud rather than ignored. */
export function notImplemented(what: string, param?: string): StripeProblem {
  return invalid(
    `the local Stripe does not implement ${what} yet`,
    param === undefined ? {} : { param },
  );
}
