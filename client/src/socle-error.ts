/** What a call is refused by. */
import type { ProblemCode } from "./problem-codes.ts";

/** Where no problem of the catalogue came. */
export type ClientCode =
  /** No answer came, or not the whole of it: the network, or a server that is down. */
  | "unreachable"
  /** No answer came within `timeout`. */
  | "timed_out"
  /** The call's signal ended it. */
  | "aborted"
  /** Something answered, and not as our endpoints do: a proxy, the platform. */
  | "unexpected_reply";

/** A code of an error. A server that is newer than this client may answer one that is not listed. */
export type SocleErrorCode = ProblemCode | ClientCode;

/** What is wrong with one field; `pointer` is its JSON Pointer (RFC 6901), as in `/email`. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** What is known of an error besides its code. */
export interface ErrorFacts {
  status?: number;
  title: string;
  detail?: string | undefined;
  errors?: FieldError[] | undefined;
  requestId?: string | undefined;
  retryAfter?: number | undefined;
  body?: unknown;
  cause?: unknown;
}

/** Why a call failed. Switch on `code`: texts are for people and may change. */
export class SocleError<Code extends SocleErrorCode = SocleErrorCode> extends Error {
  override readonly name = "SocleError";
  readonly code: Code;
  /** HTTP's; 0 where no answer came. */
  readonly status: number;
  /** In English: what the code says. */
  readonly title: string;
  /** In English: what, why and what to do. */
  readonly detail: string | undefined;
  /** One for each field that is wrong. */
  readonly errors: readonly FieldError[];
  /** Names the request in the server's logs. */
  readonly requestId: string | undefined;
  /** Seconds after which the same call may succeed. */
  readonly retryAfter: number | undefined;
  /** What came, decoded: some problems tell more, such as `granted_by` of `plan_required`. */
  readonly body: unknown;

  constructor(code: Code, facts: ErrorFacts) {
    const { status = 0, title, detail, errors = [], requestId, retryAfter, body, cause } = facts;
    super(detail ?? title, { cause });
    this.code = code;
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.body = body;
  }
}

/** Whether something that was caught is a call's error, of one of these codes if any are given. */
export function isSocleError<Code extends SocleErrorCode = SocleErrorCode>(
  error: unknown,
  ...codes: Code[]
): error is SocleError<Code> {
  return error instanceof SocleError && (codes.length === 0 || codes.includes(error.code as Code));
}
