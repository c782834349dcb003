/** Who calls: API keys and users' tokens, verified here and not by the platform's verify_jwt. */
import type { AuthConfig, JWTClaims } from "@supabase/server";
import { verifyAuth } from "@supabase/server/core";
import * as z from "zod";
import { type ApiKey, authenticateKey, presentedKey } from "./api-keys/authenticate-key.ts";
import { callerDb, type Db, rows } from "./database.ts";
import type { Caller, Declaration, User } from "./declaration.ts";
import { tokenIssuer } from "./env.ts";
import { problem } from "./problem.ts";
import { toHex } from "./hex.ts";
import { cartOfGuest } from "./shop/cart/cart-id.ts";
import { verifiedTokens } from "./verified-tokens.ts";

/** A verified caller. */
export interface Authenticated {
  user: User | undefined;
  /** Whether the user signed in with a second factor. */
  secondFactor: boolean;
  /** The workspace's key that called instead of a user. */
  apiKey: ApiKey | undefined;
  /** Names the caller for idempotency and the log: the user, the key, or the kind of key. */
  name: string;
  db: Db;
}

const modes: Record<Caller, AuthConfig> = {
  none: "none",
  signature: "none",
  publishable: ["publishable:*", "secret:*"],
  visitor: ["user", "publishable:*", "secret:*"],
  secret: ["secret:*"],
  user: "user",
  staff: "user",
};

const UserId = z.guid();

/** How far Auth's clock may be ahead of ours; PostgREST allows as much. */
const clockSkewSeconds = 30;

/**
 * Whether verified claims are those of a signed-in user's access token. The signature alone says less:
 * the same key signs what Auth issues to others, and a token without `exp` would be good for ever, as one
 * that is issued in the future would be for longer than Auth meant. What stands behind a workspace's key
 * never leaves us; if it did, it would be nobody's here.
 */
function isSignedInUser(claims: JWTClaims | null): boolean {
  return claims !== null && claims.role === "authenticated" && claims.is_anonymous !== true &&
    claims["api_key"] === undefined &&
    typeof claims.exp === "number" &&
    (claims.iat === undefined || claims.iat <= Date.now() / 1000 + clockSkewSeconds) &&
    UserId.safeParse(claims.sub).success;
}

const secondFactorDetail =
  "Sign in with a second factor (supabase.auth.mfa), which gives a token with aal2.";

async function requireStaff(db: Db): Promise<void> {
  switch (await rows(db.rpc("staff_standing"))) {
    case "staff":
      return;
    case "second_factor_required":
      throw problem("second_factor_required", { detail: secondFactorDetail });
    default:
      throw problem("forbidden", { detail: "This endpoint is for those who operate the product." });
  }
}

/**
 * What `secondFactor` of a declaration asks. A workspace's key is no owner's.
 *
 * @throws {Problem} `second_factor_required`
 */
export async function requireSecondFactor(caller: Authenticated): Promise<void> {
  if (caller.user === undefined || caller.secondFactor) return;
  if (await rows(caller.db.rpc("second_factor_due"))) {
    throw problem("second_factor_required", { detail: secondFactorDetail });
  }
}

/** What a guest may be known by, the surest first; the last is always there. */
const marks: ((headers: Headers) => string | undefined)[] = [
  cartOfGuest,
  (headers) => `address ${callerAddress(headers)}`,
];

/** Tells guests apart, so that one's Idempotency-Key is not another's. */
async function guestName({ headers }: Request): Promise<string> {
  const known = marks.values().map((mark) => mark(headers)).find((found) => found !== undefined);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(known));
  return `guest:${toHex(new Uint8Array(digest, 0, 16))}`;
}

const known = verifiedTokens();

/** The credentials as @supabase/server judges them. Where a user is asked for, the token alone counts. */
async function verify(request: Request, mode: AuthConfig): ReturnType<typeof verifyAuth> {
  const authorization = mode === "user" ? request.headers.get("authorization") : null;
  const data = authorization === null ? undefined : known.find(authorization);
  if (data !== undefined) return { data, error: null };
  const result = await verifyAuth(request, {
    auth: mode,
    issuer: tokenIssuer(),
    audience: "authenticated",
  });
  if (authorization !== null && result.data !== null) known.keep(authorization, result.data);
  return result;
}

/**
 * Verifies the caller. An invalid token is never taken for none, and a token of another issuer or
 * audience is invalid. A workspace's key is taken where `apiKey` names the scope that it must have.
 *
 * @throws {Problem} `unauthenticated`; those of authenticateKey; where staff is asked for, `forbidden` for
 *   another user and `second_factor_required`; `internal_error` when our own keys are not configured
 */
export async function authenticate(
  request: Request,
  { auth: caller, apiKey: scope }: Pick<Declaration, "auth" | "apiKey">,
): Promise<Authenticated> {
  const presented = scope && presentedKey(request.headers);
  if (scope !== undefined && presented !== undefined) {
    const { apiKey, db } = await authenticateKey(presented, scope);
    return { user: undefined, secondFactor: false, apiKey, name: `api_key:${apiKey.id}`, db };
  }
  const { data, error } = await verify(request, modes[caller]);
  if (error !== null) {
    if (error.status >= 500) throw problem("internal_error", { cause: error });
    throw problem("unauthenticated", {
      detail: error.message,
      headers: { "www-authenticate": "Bearer" },
    });
  }
  const claims = data.jwtClaims;
  // Whom Auth signed in anonymously is a guest, as whoever is not signed in.
  const asUser = caller === "user" || caller === "staff" ||
    caller === "visitor" && claims !== null && claims.is_anonymous !== true;
  if (asUser && !isSignedInUser(claims)) {
    throw problem("unauthenticated", {
      detail: "This endpoint needs the token of a signed-in user.",
      headers: { "www-authenticate": "Bearer" },
    });
  }
  const user = asUser && claims !== null
    ? { id: claims.sub, email: data.userClaims?.email }
    : undefined;
  const secondFactor = claims?.["aal"] === "aal2";
  let made: Db | undefined;
  const db = () => made ??= callerDb(data.token);
  if (caller === "staff") await requireStaff(db());
  return {
    user,
    secondFactor,
    apiKey: undefined,
    name: user !== undefined
      ? `user:${user.id}`
      : caller === "visitor"
      ? await guestName(request)
      : data.authMode,
    // When it is asked for: a provider's webhook never does.
    get db() {
      return db();
    },
  };
}

/**
 * The caller's address. `cf-connecting-ip` is set by the hosted platform's edge and cannot be sent by
 * a caller; elsewhere the first of `x-forwarded-for`, which whoever runs the proxy must control.
 */
export function callerAddress(headers: Headers): string {
  return headers.get("cf-connecting-ip") ??
    (headers.get("x-forwarded-for") ?? "").split(",")[0]!.trim();
}
