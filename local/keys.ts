/**
 * The secrets of one local stack: made on the first run, kept in a file that only its owner reads.
 *
 * Shapes follow hosted Supabase: asymmetric signing keys (ES256), opaque API keys
 * (https://supabase.com/docs/guides/api/api-keys) and a Standard Webhooks secret for the auth hook.
 */
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";

/** A public or private ES256 key as JSON Web Key; `kid` is what a token's header names. */
export type SigningJwk = JWK & { kid: string };

/** Everything that the local stack must not forget between two runs. */
export interface Keys {
  /** Private ES256 key that signs the users' access tokens. */
  signingKey: SigningJwk;
  /** The public half, as `/auth/v1/.well-known/jwks.json` serves it. */
  jwks: { keys: SigningJwk[] };
  /** `sb_publishable_…`: what a browser holds; acts as `anon`. */
  publishableKey: string;
  /** `sb_secret_…`: what a server holds; acts as `service_role`. */
  secretKey: string;
  /** HS256 secret between the gateway and @supabase/lite; leaves the process in no form. */
  innerSecret: string;
  /** `v1,whsec_<base64>`: signs the calls of the send-email hook. */
  emailHookSecret: string;
  /** What the local Stripe takes for its account's key: `sk_test_…`. */
  stripeSecretKey: string;
  /** `whsec_…`: signs the local Stripe's webhooks. */
  stripeWebhookSecret: string;
  /** Bearer token of the local Redis. */
  redisToken: string;
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

function base64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function apiKey(prefix: "sb_publishable" | "sb_secret"): string {
  return `${prefix}_${base64Url(randomBytes(17)).slice(0, 22)}_${
    base64Url(randomBytes(6)).slice(0, 8)
  }`;
}

/**
 * A further secret of the stack, `whsec_<base64>` as Standard Webhooks has them: always the same for a
 * purpose, and no way back to what it was made of. So a stack of long ago needs no new keys for it.
 */
export function derivedSecret({ innerSecret }: Keys, purpose: string): string {
  return `whsec_${createHmac("sha256", innerSecret).update(purpose).digest("base64")}`;
}

/** Fresh keys, related to no others. */
export async function generateKeys(): Promise<Keys> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const kid = crypto.randomUUID();
  const signingKey = { ...await exportJWK(privateKey), kid, alg: "ES256", use: "sig" };
  const { d: _private, ...publicKey } = signingKey;
  return {
    signingKey,
    jwks: { keys: [{ ...publicKey, key_ops: ["verify"], ext: true }] },
    publishableKey: apiKey("sb_publishable"),
    secretKey: apiKey("sb_secret"),
    innerSecret: base64Url(randomBytes(48)),
    emailHookSecret: `v1,whsec_${randomBytes(32).toBase64()}`,
    stripeSecretKey: `sk_test_local${base64Url(randomBytes(18)).replaceAll(/[-_]/g, "0")}`,
    stripeWebhookSecret: `whsec_${base64Url(randomBytes(24)).replaceAll(/[-_]/g, "0")}`,
    redisToken: base64Url(randomBytes(24)),
  };
}

/**
 * Reads `dir/keys.json`, making it (mode 0600) when it is not there. Two processes that start at
 * once agree: the file appears whole, by a link that only the first can make.
 *
 * @throws naming the file when it cannot be read as keys
 */
export async function loadKeys(dir: string): Promise<Keys> {
  const path = join(dir, "keys.json");
  const known = await readKeys(path);
  if (known) return known;

  await Deno.mkdir(dir, { recursive: true });
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, JSON.stringify(await generateKeys(), null, 2) + "\n", {
    mode: 0o600,
    createNew: true,
  });
  try {
    await Deno.link(draft, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(draft);
  }
  const made = await readKeys(path);
  if (!made) throw new Error(`cannot read ${path}: it went away while it was being made`);
  return made;
}

async function readKeys(path: string): Promise<Keys | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    const keys = JSON.parse(text) as Keys;
    if (typeof keys.secretKey === "string" && keys.jwks.keys.length > 0) return keys;
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as Error).message}; remove it to make new keys`);
  }
  throw new Error(`cannot read ${path}: a key is missing; remove it to make new keys`);
}
