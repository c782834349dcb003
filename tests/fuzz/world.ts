/** What generated requests are about: two users, staff, and rows that exist, made as they are asked for. */
import { importJWK, SignJWT } from "jose";
import type postgres from "postgres";
import { apiAccess, createApiKey } from "../support/api-keys.ts";
import { type StackAddress } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { type ScopeName, scopes } from "../../supabase/functions/_shared/api-keys/scopes.ts";
import { newKey } from "../../supabase/functions/_shared/api-keys/key.ts";
import type { Reference } from "./reference.ts";

/** What a supply is asked for. */
export interface Ask {
  world: World;
  /** Whose it shall be. */
  user: TestUser;
  /** Chooses among forms that a row may have. */
  pick: number;
  /** What else this request names, by supply: an order's line belongs to the order named before. */
  named: Map<string, unknown>;
}

/** How something comes into being. */
export interface Supply {
  make(ask: Ask): Promise<unknown>;
  /** Of so many times that it is asked for, one makes another; the others get one that was made. */
  every: number;
  /** The value depends on what the request has named, so it is made each time. */
  dependent?: true;
}

/** Who may be sent as the caller, besides the right one. */
export const callerKinds = [
  "nobody",
  "publishable",
  "secret",
  "user",
  "staff",
  "key",
  "key of another scope",
  "unknown key",
  "expired token",
  "foreign token",
] as const;
export type CallerKind = "right" | typeof callerKinds[number];

/** What all worlds of a run share. */
export interface Ground {
  at: StackAddress;
  sql: postgres.Sql;
  staff: TestUser;
  /** The key that signs users' tokens, as JSON. */
  signingKey: string;
  supplies: Record<string, Supply>;
}

/** Sets the ground on a running stack. */
export async function prepareGround(ground: Omit<Ground, "staff">): Promise<Ground> {
  return { ...ground, staff: await signUpStaff({ on: ground.at }) };
}

/** The world of one endpoint: what its requests destroy is nobody else's. */
export class World {
  readonly #made = new Map<string, { values: unknown[]; asked: number }>();
  readonly #keys = new Map<string, Promise<string>>();

  private constructor(
    readonly ground: Ground,
    readonly users: [TestUser, TestUser],
  ) {}

  static async make(ground: Ground): Promise<World> {
    const on = ground.at;
    return new World(ground, await Promise.all([signUp({ on }), signUp({ on })]));
  }

  /** What a reference means, for a request of this user. */
  async find(reference: Reference, user: TestUser, named: Map<string, unknown>): Promise<unknown> {
    const [one, two] = this.users;
    const other = user === one ? two : one;
    const owner = reference.whose === "own" ? user : other;
    const value = await this.supplied(reference.supply, owner, reference.pick, named);
    named.set(reference.supply, value);
    return value;
  }

  /** Something of a user's: one that was made before, or another. */
  async supplied(
    name: string,
    user: TestUser,
    pick: number,
    named: Map<string, unknown>,
  ): Promise<unknown> {
    const supply = this.ground.supplies[name];
    if (supply === undefined) throw new Error(`cannot supply ${name}: see tests/fuzz/supplies`);
    const ask = { world: this, user, pick, named };
    if (supply.dependent) return await supply.make(ask);
    const key = `${name} ${user.id}`;
    const held = this.#made.get(key) ?? { values: [], asked: 0 };
    this.#made.set(key, held);
    if (held.asked++ % supply.every === 0) {
      const made = await supply.make(ask);
      held.values = [made, ...held.values].slice(0, 8);
      return made;
    }
    return held.values[pick % held.values.length];
  }

  /** The headers by which this kind of caller comes. */
  async headersOf(
    kind: Exclude<CallerKind, "right">,
    user: TestUser,
    scope: ScopeName = "workspace:read",
  ): Promise<Record<string, string>> {
    const { at: { publishableKey, secretKey }, staff } = this.ground;
    const bearer = (token: string) => ({
      apikey: publishableKey,
      authorization: `Bearer ${token}`,
    });
    switch (kind) {
      case "nobody":
        return {};
      case "publishable":
        return { apikey: publishableKey };
      case "secret":
        return { apikey: secretKey };
      case "user":
        return bearer(user.token);
      case "staff":
        return bearer(staff.token);
      case "key":
        return bearer(await this.#key(user, [scope]));
      case "key of another scope":
        return bearer(await this.#key(user, scopes.filter((one) => one !== scope)));
      case "unknown key":
        return bearer(newKey(false).key);
      case "expired token":
        return bearer(
          await this.#token(user, (claims) => ({ ...claims, exp: claims.exp - 10_000 })),
        );
      case "foreign token":
        return bearer(
          await this.#token(user, (claims) => ({ ...claims, iss: "https://elsewhere.example" })),
        );
    }
  }

  #key(user: TestUser, scopes: ScopeName[]): Promise<string> {
    const name = `${user.id} ${scopes}`;
    let key = this.#keys.get(name);
    if (key === undefined) {
      const { at } = this.ground;
      key = apiAccess(user, at)
        .then(() => createApiKey(user, { scopes, role: "admin" }, at))
        .then((made) => made.key);
      this.#keys.set(name, key);
    }
    return key;
  }

  async #token(
    user: TestUser,
    change: (claims: Record<string, unknown> & { exp: number }) => Record<string, unknown>,
  ): Promise<string> {
    const [header, payload] = user.token.split(".").slice(0, 2).map((part) =>
      JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" })))
    );
    const key = await importJWK(JSON.parse(this.ground.signingKey), "ES256");
    return await new SignJWT(change(payload)).setProtectedHeader(header).sign(key);
  }
}
