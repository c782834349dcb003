/** Sends one mail by Resend and says whether to try again. Loads React, by render.tsx. */
import { createHash } from "node:crypto";
import type { ErrorResponse, Resend } from "resend";
import type { Locale } from "./locale.ts";
import { renderMail } from "./render.tsx";
import { retryAfter } from "./retry-after.ts";
import { type MailName, type PropsOf, templates } from "./templates.ts";

export interface MailSender {
  resend: Resend;
  /** Our name in the mail; "Socle" unless given. */
  brand?: string | undefined;
  /** How long Resend may take; 10 s unless given. */
  timeoutMs?: number | undefined;
}

export interface OutgoingMail<Name extends MailName> {
  to: string;
  /** "Name <address>" or an address, of a domain that Resend has verified. */
  from: string;
  template: Name;
  locale: Locale;
  props: PropsOf<Name>;
  /** Of a mail about a topic: where its reader turns the topic off. */
  unsubscribe?: { oneClick: string; page: string } | undefined;
  /** The cause of the mail: within 24 h Resend sends one mail a key. Of any length. */
  idempotencyKey: string;
}

/** `reason` names no address, so that it can be logged and kept with a job. */
export type SendResult =
  | { ok: true; id: string }
  | { ok: false; retry: boolean; retryAfterSeconds?: number; reason: string };

/**
 * Never throws for what Resend or the network does. To retry: no answer, 408, 429, 5xx, a
 * concurrent request with the same key, and a key that Resend refuses (ours to repair, the mail is
 * fine). Final: any other 4xx, and props that are not the template's.
 *
 * @see https://resend.com/docs/api-reference/errors
 */
export async function sendMail<Name extends MailName>(
  { resend, brand, timeoutMs = 10_000 }: MailSender,
  { to, from, template, locale, props, unsubscribe, idempotencyKey }: OutgoingMail<Name>,
): Promise<SendResult> {
  const checked = templates[template].props.safeParse(props);
  if (!checked.success) {
    const fields = checked.error.issues.map((issue) => issue.path.join(".") || "props");
    return { ok: false, retry: false, reason: `invalid_props: ${template}: ${fields.join(", ")}` };
  }
  const { data, error, headers } = await resend.emails.send({
    from,
    to,
    ...await renderMail(template, locale, props, { brand, unsubscribePage: unsubscribe?.page }),
    // Gmail threads mails of one subject, so that a second receipt hides under the first. From the
    // key and not random: a retry with another body would be refused as invalid_idempotent_request.
    headers: {
      "X-Entity-Ref-ID": causeTag(idempotencyKey),
      // One click in the mail program, without opening a page: https://www.rfc-editor.org/rfc/rfc8058
      ...(unsubscribe && {
        "List-Unsubscribe": `<${unsubscribe.oneClick}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      }),
    },
    tags: [
      { name: "template", value: template },
      { name: "locale", value: locale },
      { name: "cause", value: causeTag(idempotencyKey) },
    ],
  }, {
    idempotencyKey: keyFor(idempotencyKey),
    signal: AbortSignal.timeout(timeoutMs),
  });
  return error === null ? { ok: true, id: data.id } : failure(error, headers);
}

/** What a mail's tag `cause` is: for good, where Resend forgets idempotency keys after 24 hours. */
export function causeTag(idempotencyKey: string): string {
  return digest(idempotencyKey).slice(0, 32);
}

/** Resend returns errors and throws none; no answer at all is `statusCode: null`. */
function failure(error: ErrorResponse, headers: Record<string, string> | null): SendResult {
  const { name, statusCode } = error;
  const reason = `${name} (${statusCode ?? "no answer"}): ${withoutAddresses(error.message)}`;
  if (!isPassing(name, statusCode)) return { ok: false, retry: false, reason };
  const wait = retryAfter(headers) ?? (QUOTA_ERRORS.has(name) ? 3600 : undefined);
  return {
    ok: false,
    retry: true,
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    reason,
  };
}

/** Used up for the rest of the day or month: asking again within seconds only burns attempts. */
const QUOTA_ERRORS: ReadonlySet<string> = new Set([
  "daily_quota_exceeded",
  "monthly_quota_exceeded",
]);

const PASSING_ERRORS: ReadonlySet<string> = new Set([
  ...QUOTA_ERRORS,
  "concurrent_idempotent_requests",
  "missing_api_key",
  "invalid_api_key",
  "restricted_api_key",
]);

function isPassing(name: string, statusCode: number | null | undefined): boolean {
  if (PASSING_ERRORS.has(name)) return true;
  return statusCode == null || statusCode === 408 || statusCode === 429 || statusCode >= 500;
}

/** Resend takes keys of 256 characters. */
function keyFor(idempotencyKey: string): string {
  return idempotencyKey.length <= 256 ? idempotencyKey : `sha256:${digest(idempotencyKey)}`;
}

function withoutAddresses(message: string | undefined): string {
  return (message ?? "").replace(/[^\s<>()"'`]+@[^\s<>()"'`]+/g, "<address>");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
