/**
 * The send-email hook, called as hosted Supabase Auth calls it: Standard Webhooks headers, 5 s in
 * all, up to three tries when the hook cannot be reached or asks to come back.
 *
 * @see https://supabase.com/docs/guides/auth/auth-hooks/send-email-hook
 */
import { Webhook } from "standardwebhooks";

/** Where the hook lives, and its secret (`v1,whsec_<base64>`). */
export interface EmailHook {
  url: string;
  secret: string;
}

export type EmailAction =
  | "signup"
  | "invite"
  | "magiclink"
  | "recovery"
  | "email_change"
  | "reauthentication";

/** The hook's `email_data`. In an e-mail change the hashes are crosswise, as GoTrue sends them. */
export interface EmailData {
  token: string;
  token_hash: string;
  redirect_to: string;
  email_action_type: EmailAction;
  /** Base of the auth API: the link is `<site_url>/verify?token=<token_hash>&type=…`. */
  site_url: string;
  token_new: string;
  token_hash_new: string;
  old_email: string;
}

/** The hook did not take the mail; carries the reply that the caller of auth gets. */
export class EmailHookError extends Error {
  override name = "EmailHookError";
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

const attempts = 3;
const totalMs = 5000;
const pauseMs = 250;

/** @throws {EmailHookError} */
export async function callEmailHook(
  hook: EmailHook,
  payload: { user: Record<string, unknown>; email_data: EmailData },
): Promise<void> {
  const webhook = new Webhook(hook.secret.replace(/^v1,whsec_/, ""));
  const body = JSON.stringify(payload);
  const signal = AbortSignal.timeout(totalMs);

  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const id = crypto.randomUUID();
    const now = new Date();
    let reply: Response;
    let text: string;
    try {
      reply = await fetch(hook.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
          "webhook-signature": webhook.sign(id, now, body),
        },
        body,
        signal,
      });
      text = await reply.text();
    } catch {
      if (signal.aborted) {
        throw new EmailHookError(
          422,
          "hook_timeout",
          "Failed to reach hook within maximum time of 5.000000 seconds",
        );
      }
      continue;
    }
    if ([429, 503].includes(reply.status) && reply.headers.has("retry-after")) continue;
    return judge(reply, text);
  }
  throw new EmailHookError(
    422,
    "hook_timeout_after_retry",
    "Failed to reach hook after maximum retries",
  );
}

function judge(reply: Response, text: string): void {
  if (![200, 202, 204].includes(reply.status)) {
    throw new EmailHookError(
      500,
      "unexpected_failure",
      reply.status === 401
        ? "Hook requires authorization token"
        : `Unexpected status code returned from hook: ${reply.status}`,
    );
  }
  if (reply.status === 204 || text === "") return;
  if (!reply.headers.get("content-type")?.startsWith("application/json")) {
    throw new EmailHookError(
      400,
      "hook_payload_invalid_content_type",
      "Invalid Content-Type response header: it must be application/json",
    );
  }
  let answer: { error?: { http_code?: number; message?: string } } | null;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new EmailHookError(500, "unexpected_failure", "Error unmarshaling JSON output of hook");
  }
  if (answer?.error) {
    throw new EmailHookError(
      answer.error.http_code ?? 500,
      "unexpected_failure",
      answer.error.message ?? "Hook returned an error",
    );
  }
}
