/** The fixture's functions in a functions runtime of the test file's own, on the shared stack's database. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { startFunctions } from "../../../local/functions/runtime.ts";
import { loadDeclarations } from "../../../scripts/declarations.ts";
import { stack } from "../../support/stack.ts";
import { type Served, type Target, targetsOf } from "./target.ts";

/** The folder of the fixture's config.toml. */
const fixtureDir = join(dirname(dirname(fileURLToPath(import.meta.url))), "fixture");

/** The running fixture; stop it with the test file. */
export interface Fixture extends Served {
  /** A token that the fixture accepts, of a user that nobody else is. */
  userToken(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts it with a signing key of its own: its tokens are nobody's elsewhere.
 *
 * @param url where its functions reach the shared stack: maybe by a proxy
 */
export async function startFixture(url: string = stack.url): Promise<Fixture> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const kid = crypto.randomUUID();
  const jwks = { keys: [{ ...await exportJWK(publicKey), kid, alg: "ES256", use: "sig" }] };
  const functions = await startFunctions({
    supabaseDir: fixtureDir,
    env: {
      SUPABASE_URL: url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secretKey }),
      SUPABASE_JWKS: JSON.stringify(jwks),
    },
    log: () => {},
  });
  const userToken = () =>
    new SignJWT({ role: "authenticated", email: "user@example.com" })
      .setProtectedHeader({ alg: "ES256", kid })
      .setSubject(crypto.randomUUID())
      .setIssuer(`${url}/auth/v1`)
      .setAudience("authenticated")
      .setIssuedAt()
      .setExpirationTime("10 minutes")
      .sign(privateKey);
  const credentials = userToken().then((token) => ({
    publishableKey: stack.publishableKey,
    secretKey: stack.secretKey,
    userToken: token,
    staffToken: token,
  }));
  return {
    userToken,
    credentials: () => credentials,
    fetch: (request) => functions.handle(request),
    stop: () => functions.stop(),
  };
}

/** What may be called with anything: `keyed` fails and waits as it is told. */
const wellBehaved = ["search", "small"];

/** The fixture's well-behaved functions, served once it is started by `start`. */
export async function fixtureTargets(): Promise<
  { targets: Target[]; start(): Promise<void>; stop(): Promise<void> }
> {
  let running: Fixture | undefined;
  const served: Served = {
    fetch: (request) => running!.fetch(request),
    credentials: () => running!.credentials(),
  };
  const declared = await loadDeclarations(fixtureDir);
  return {
    targets: targetsOf(declared.filter(({ name }) => wellBehaved.includes(name)), served),
    start: async () => void (running = await startFixture()),
    stop: async () => await running?.stop(),
  };
}
