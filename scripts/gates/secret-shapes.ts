/**
 * A secretlint rule for the secrets that this project holds and secretlint's own rules do not know.
 * The shapes ask for as much as a real one is long, so that `sb_secret_…` in a text is none.
 */
import type { lintSource } from "@secretlint/core";

/** One rule of the configuration that `lintSource` takes; @secretlint/core exports no name for it. */
type Rule = Extract<
  Parameters<typeof lintSource>[0]["options"]["config"]["rules"][number],
  { severity?: unknown }
>;

const shapes: Record<string, RegExp> = {
  SupabaseSecretKey: /\bsb_secret_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}\b/g,
  SupabaseAccessToken: /\bsbp_[0-9a-f]{40}\b/g,
  WebhookSecret: /\bwhsec_[A-Za-z0-9+/]{24,}={0,2}/g,
  ResendKey: /\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{16,}\b/g,
  UpstashToken: /UPSTASH_REDIS_REST_TOKEN\s*[=:]\s*["']?[A-Za-z0-9+/=_-]{30,}/g,
  PrivateJwk: /"d"\s*:\s*"[A-Za-z0-9_-]{43}"/g,
  PrivateKey: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40,}/g,
  SignedToken: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{40,}/g,
  AwsAccessKey: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g,
};

/** The rule, as secretlint takes it. */
export const secretShapes: Rule = {
  id: "socle",
  rule: {
    messages: { FOUND: { en: () => "found a secret" } },
    meta: {
      id: "socle",
      type: "scanner",
      recommended: true,
      supportedContentTypes: ["text"],
    },
    create: (context) => ({
      file(source) {
        for (const [name, shape] of Object.entries(shapes)) {
          for (const match of source.content.matchAll(shape)) {
            context.report({
              message: { message: `found ${name}`, messageId: name, data: {} },
              range: [match.index, match.index + match[0].length],
            });
          }
        }
      },
    }),
  },
};
