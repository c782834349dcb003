/**
 * The variables without which a hosted project does not do its work: where each is found, and what it looks
 * like. The optional ones are described in supabase/functions/.env.example.
 */

/** A variable that has to be set. */
export interface NeededVariable {
  /** Where to get it. */
  from: string;
  /** What a value looks like; `shape` says it in words. */
  form: RegExp;
  shape: string;
}

const upstash = "https://console.upstash.com → the Redis database → REST API";

/** By name. */
export const neededVariables: Readonly<Record<string, NeededVariable>> = {
  STRIPE_SECRET_KEY: {
    from: "https://dashboard.stripe.com/apikeys",
    form: /^(sk|rk)_(test|live)_\w+$/,
    shape: "sk_live_…, or sk_test_… for a trial",
  },
  STRIPE_WEBHOOK_SECRET: {
    from:
      "https://dashboard.stripe.com/webhooks → the endpoint → Signing secret (docs/deploy.md, 4)",
    form: /^whsec_\S+$/,
    shape: "whsec_…",
  },
  RESEND_API_KEY: {
    from: "https://resend.com/api-keys",
    form: /^re_\w+$/,
    shape: "re_…",
  },
  MAIL_FROM: {
    from: "https://resend.com/domains: an address of a domain that is verified there",
    form: /^[^<>]*<?[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>?$/,
    shape: "Name <address@domain>",
  },
  RESEND_WEBHOOK_SECRET: {
    from: "https://resend.com/webhooks → the endpoint → Signing Secret (docs/deploy.md, 5)",
    form: /^whsec_\S+$/,
    shape: "whsec_…",
  },
  LINK_SECRET: {
    from: "make one: openssl rand -base64 32",
    form: /^.{24,}$/,
    shape: "any long random text",
  },
  SEND_EMAIL_HOOK_SECRET: {
    from:
      "https://supabase.com/dashboard/project/_/auth/hooks → Send Email → the secret (docs/deploy.md, 6)",
    form: /^v1,whsec_\S+$/,
    shape: "v1,whsec_…",
  },
  UPSTASH_REDIS_REST_URL: { from: upstash, form: /^https:\/\/\S+$/, shape: "https://….upstash.io" },
  UPSTASH_REDIS_REST_TOKEN: { from: upstash, form: /^\S{10,}$/, shape: "a long token" },
  SITE_URL: {
    from: "the address of your application, where mails and checkouts lead",
    form: /^https:\/\/[^\s/]+(\/\S*)?$/,
    shape: "https://…",
  },
};

/** Where to get a variable and where to put it, for whoever meets its absence. */
export function howToSet(name: string): string {
  if (name.startsWith("SUPABASE_")) {
    return "the platform sets it for every function; on your machine `task start` does";
  }
  const needed = Object.hasOwn(neededVariables, name) ? neededVariables[name] : undefined;
  const from = needed === undefined
    ? "supabase/functions/.env.example says what it is"
    : needed.from;
  return `${from}; write it into supabase/functions/.env.production and set it by ` +
    "`supabase secrets set --env-file supabase/functions/.env.production`; on your machine into .env";
}
