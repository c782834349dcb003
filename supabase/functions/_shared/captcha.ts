/**
 * Cloudflare Turnstile, for what strangers may do: off until TURNSTILE_SECRET_KEY is set
 * (https://developers.cloudflare.com/turnstile/get-started/server-side-validation/).
 *
 * When Cloudflare does not answer, the declaration decides. Sign-up and reset let a request pass: they are
 * limited by address and by account besides, and a captcha that is down must not close the door. What
 * makes Stripe try a card refuses it: there the captcha is what stands between a tester and the cards.
 */
import * as z from "zod";
import { optionalEnv } from "./env.ts";
import { describeError, log } from "./log.ts";
import { problem } from "./problem.ts";
import { toHex } from "./hex.ts";

/** The body's field: what Turnstile's widget gave the page. Needed once the captcha is on. */
export const CaptchaToken = z.string().min(1).max(2048).optional();

/** What is done while Cloudflare does not answer. */
export type WhenDown = "pass" | "refuse";

/** Where and how tokens are verified. */
export interface CaptchaSettings {
  /** Undefined: the captcha is off. */
  secret: string | undefined;
  url: string;
  /** Of each of two tries. */
  timeoutMs: number;
}

/** As the environment says. */
export function captchaSettings(): CaptchaSettings {
  return {
    secret: optionalEnv("TURNSTILE_SECRET_KEY"),
    url: optionalEnv("TURNSTILE_VERIFY_URL") ??
      "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    timeoutMs: 3000,
  };
}

const Verdict = z.object({
  success: z.boolean(),
  "error-codes": z.array(z.string()).default([]),
});

/** Ours to mend, and not the caller's: to let these pass would be a captcha that is off unnoticed. */
const misconfigured = ["missing-input-secret", "invalid-input-secret", "bad-request"];

/** A UUID out of what it is for, so that the same question is asked under the same one. */
async function uuidOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = toHex(new Uint8Array(digest, 0, 16));
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

async function ask(
  { url, timeoutMs }: CaptchaSettings,
  question: Record<string, string>,
): Promise<z.infer<typeof Verdict>> {
  const reply = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(timeoutMs),
  });
  // A refusal comes with 200 or with 400; its body says which it is.
  if (reply.status >= 500) {
    await reply.body?.cancel();
    throw new Error(`Turnstile answered ${reply.status}`);
  }
  const verdict = Verdict.parse(await reply.json());
  if (verdict["error-codes"].includes("internal-error")) {
    throw new Error("Turnstile answered internal-error");
  }
  return verdict;
}

/** What came with a request. */
export interface CaptchaProof {
  token: string | undefined;
  address: string;
  /**
   * Names the request: a token is good for one, and the same one repeated is answered as before, so that
   * a retry after a lost reply passes and another request with that token does not.
   */
  requestHash: string;
}

/**
 * Lets a request pass that came with a good token, or any while the captcha is off.
 *
 * @throws {Problem} `captcha_failed`; `captcha_unavailable` where that is to refuse
 */
export async function requireCaptcha(
  { token, address, requestHash }: CaptchaProof,
  whenDown: WhenDown,
  settings = captchaSettings(),
): Promise<void> {
  const { secret } = settings;
  if (secret === undefined) return;
  if (token === undefined) {
    throw problem("captcha_failed", { detail: "Send the captcha's token as captcha_token." });
  }
  const question = {
    secret,
    response: token,
    ...(address !== "" && { remoteip: address }),
    idempotency_key: await uuidOf(`${requestHash} ${token}`),
  };
  let verdict;
  try {
    // A second try under the same key: a lost answer must not have used the token up.
    verdict = await ask(settings, question).catch(() => ask(settings, question));
  } catch (error) {
    log("error", { event: "captcha_unavailable", then: whenDown, error: describeError(error) });
    if (whenDown === "pass") return;
    throw problem("captcha_unavailable", { retryAfterSeconds: 10, cause: error });
  }
  if (verdict.success) return;
  const codes = verdict["error-codes"];
  if (codes.some((code) => misconfigured.includes(code))) {
    throw problem("internal_error", {
      cause: new Error(`cannot verify a captcha: Turnstile says ${codes.join(", ")}`),
    });
  }
  throw problem("captcha_failed", { detail: "Solve the captcha again: its token is not good." });
}
