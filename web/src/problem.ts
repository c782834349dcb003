/**
 * Whatever went wrong, in one form: the problem+json of our functions as it came, and what
 * supabase-js reports of Auth, PostgREST and the network put into the same shape.
 */
import { SocleError } from "../../client/src/mod.ts";
import { FunctionsHttpError, isAuthError } from "@supabase/supabase-js";

export interface Problem {
  /** Stable; named in docs/errors.md, or Auth's, PostgREST's, `unreachable`, `unexpected`. */
  code: string;
  /** 0 where no answer came. */
  status: number;
  /** In English; i18n/ has the titles of what people meet often. */
  title: string;
  detail?: string;
  /** What is wrong with single fields; `pointer` as in `/email`. */
  errors: { pointer: string; detail: string }[];
  requestId?: string;
}

/** A problem as something to throw. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

const unreachable: Problem = {
  code: "unreachable",
  status: 0,
  title: "The server cannot be reached",
  errors: [],
};

async function ofFunction(reply: Response): Promise<Problem> {
  const { status } = reply;
  if (!reply.headers.get("content-type")?.includes("problem+json")) {
    return { code: `http_${status}`, status, title: `The server answered ${status}`, errors: [] };
  }
  const body = await reply.json();
  return {
    code: body.code,
    status,
    title: body.title,
    ...(body.detail !== undefined && { detail: body.detail }),
    errors: body.errors ?? [],
    requestId: body.request_id,
  };
}

/** What an endpoint refused with, or that none answered. */
function ofEndpoint({ code, status, title, detail, errors, requestId }: SocleError): Problem {
  if (["unreachable", "timed_out", "aborted"].includes(code)) return unreachable;
  return {
    code,
    status,
    title,
    ...(detail !== undefined && { detail }),
    errors: [...errors],
    ...(requestId !== undefined && { requestId }),
  };
}

/** The problem that a caught value is. */
export async function problemOf(error: unknown): Promise<Problem> {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof SocleError) return ofEndpoint(error);
  if (error instanceof FunctionsHttpError) return await ofFunction(error.context as Response);
  const { name = "", message = String(error), code, details } = error as Partial<
    { name: string; message: string; code: string; details: string }
  >;
  if (isAuthError(error)) {
    if (!error.status) return unreachable;
    return { code: code ?? "auth_error", status: error.status, title: message, errors: [] };
  }
  // Of supabase-js, where fetch itself failed; PostgREST's has no code then.
  if (name === "FunctionsFetchError" || /^(TypeError|FetchError)\b/.test(message)) {
    return unreachable;
  }
  // Our SQL refuses by a code of docs/errors.md (private.problem).
  const refused = /^PT(\d{3})$/.exec(code ?? "")?.[1];
  if (refused !== undefined) {
    return {
      code: message,
      status: Number(refused),
      title: message,
      ...(details && { detail: details }),
      errors: [],
    };
  }
  if (code) return { code, status: 400, title: message, errors: [] };
  return { code: "unexpected", status: 0, title: message, errors: [] };
}
