/** What supabase-js answers of a call, as an error of ours. */
import { type FieldError, SocleError, type SocleErrorCode } from "./socle-error.ts";

/** What `functions.invoke` resolves to. */
export interface InvokeAnswer {
  // deno-lint-ignore no-explicit-any -- as supabase-js has it
  data: any;
  // deno-lint-ignore no-explicit-any -- as supabase-js has it
  error: any;
  response?: Response | undefined;
}

/** As RFC 9457 and our endpoints have it. */
interface ProblemBody {
  code: SocleErrorCode;
  title: string;
  detail?: string;
  errors?: FieldError[];
  request_id?: string;
}

function isProblem(body: unknown): body is ProblemBody {
  return typeof body === "object" && body !== null && "code" in body && "title" in body;
}

/** Seconds; undefined where it says none, or a date. */
function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get("retry-after");
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

async function ofReply(reply: Response, cause: unknown): Promise<SocleError> {
  const { status } = reply;
  const text = await reply.text().catch(() => "");
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // What is not JSON stays as it came, and is no problem of ours.
  }
  const known = {
    status,
    body,
    cause,
    retryAfter: retryAfterOf(reply),
    requestId: reply.headers.get("x-request-id") ?? undefined,
  };
  if (!reply.headers.get("content-type")?.includes("problem+json") || !isProblem(body)) {
    return new SocleError("unexpected_reply", { ...known, title: `The server answered ${status}` });
  }
  const { code, title, detail, errors, request_id: requestId } = body;
  return new SocleError(code, { ...known, title, detail, errors, requestId });
}

/** Why a call failed; undefined if it did not. */
export async function refusal(
  { data, error, response }: InvokeAnswer,
): Promise<SocleError | undefined> {
  if (error === null) {
    // Every endpoint answers an object: text is somebody else's, such as a page to sign in to a network.
    if (typeof data === "object") return undefined;
    const title = "The server answered something else than JSON";
    return new SocleError("unexpected_reply", {
      status: response?.status ?? 200,
      title,
      body: data,
    });
  }
  const { context } = error;
  if (typeof context?.text === "function") return await ofReply(context as Response, error);
  if (error.name === "SyntaxError") {
    return new SocleError("unexpected_reply", { title: "The reply is not JSON", cause: error });
  }
  return new SocleError("unreachable", { title: "The server cannot be reached", cause: error });
}
