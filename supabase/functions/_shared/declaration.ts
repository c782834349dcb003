/**
 * What an endpoint declares of itself. From the same declaration come validation, errors, CORS, limits,
 * idempotency, the OpenAPI document, the generated tests and the typed client.
 */
import type * as z from "zod";
import type { FeatureName } from "./billing/plans.ts";
import type { ApiKey } from "./api-keys/authenticate-key.ts";
import type { ScopeName } from "./api-keys/scopes.ts";
import type { WhenDown } from "./captcha.ts";
import type { Db } from "./database.ts";
import type { Subject } from "./idempotency.ts";
import type { LimitName } from "./limits.ts";
import type { ProblemCode } from "./problem.ts";
import type { Bytes, FileBody } from "./request-body.ts";

/** HTTP methods that endpoints use. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Who may call:
 * - `none`: anyone, no key needed
 * - `publishable`: holders of a publishable (or secret) API key
 * - `visitor`: holders of a publishable (or secret) API key, who may be signed in: a token that comes is
 *   verified, and `user` is undefined without one
 * - `user`: a signed-in user
 * - `staff`: a signed-in user who operates the product (private.staff)
 * - `secret`: holders of the secret API key
 * - `signature`: a provider; the handler verifies its signature over the raw body
 */
export type Caller = "none" | "publishable" | "visitor" | "user" | "staff" | "secret" | "signature";

/** The declaration of one method of an endpoint. */
export interface Declaration {
  /** One sentence for the API reference. */
  summary: string;
  method: Method;
  auth: Caller;
  /** Beside a user (`auth` is then `user`), takes a workspace's key that has this scope. */
  apiKey?: ScopeName;
  /**
   * Changes billing, members or keys: refused to owners of paying workspaces who signed in without a second
   * factor, where private.second_factor_rules requires it.
   */
  secondFactor?: true;
  /** The header that carries the provider's signature, where `auth` is `signature`. */
  signatureHeader?: string;
  /** Why the handler needs the secret key's client, which RLS does not bind. Absent: it does not get it. */
  elevated?: string;
  limit: LimitName;
  /**
   * The feature that the workspace must have: that of the body's or query's `workspace_id`, else the
   * caller's personal one. Anyone else meets 402 `plan_required` with what would grant it.
   */
  requires?: FeatureName;
  /**
   * Asks for a captcha, where it is on: the body takes `captcha_token` (captcha.ts). `from` guests alone,
   * where whoever is signed in has passed one to get an account.
   */
  captcha?: { whenDown: WhenDown; from?: "guests" };
  /** Takes `Idempotency-Key`: for what creates or charges. */
  idempotent?: true;
  /** Takes `If-Match`: for what edits. */
  ifMatch?: true;
  /** The JSON body's schema. */
  body?: z.ZodType;
  /**
   * What follows the function's name, such as `/{product}`; its parameters are `params`. Without it the endpoint
   * serves the name alone, and whatever follows where the function has no other path.
   */
  path?: `/${string}`;
  /** The schema of the path's parameters, decoded strings. What is not of it is 404 `not_found`. */
  params?: z.ZodType;
  /** The query's schema; values are strings. */
  query?: z.ZodType;
  /** Takes a form instead of JSON, url-encoded or multipart; values are strings. */
  form?: z.ZodType;
  /** Takes a multipart form with one file instead of JSON. */
  file?: FileBody;
  /** Largest body in bytes. Default 1 MB; for a file, its limit plus room for the form around it. */
  maxBodyBytes?: number;
  /** Status of success. Default 200. With 303 the handler sets `location`. */
  status?: 200 | 201 | 202 | 303;
  /** The reply's schema: nothing that it does not name leaves. */
  reply: z.ZodType;
  /** Codes that the handler may throw; what endpoint() itself may is added by possible-problems.ts. */
  problems: readonly ProblemCode[];
  /** `Cache-Control` of a success. Default `no-store`. */
  cacheControl?: string;
  /** A GET whose handler writes all the same: it begins when its rate limit has let it in, and not beside that. */
  writes?: true;
  /** Tags a GET's reply by what is in it; whoever names the tag in `If-None-Match` gets 304 and no body. */
  etag?: true;
}

/** The signed-in caller, as the verified token says. */
export interface User {
  id: string;
  email: string | undefined;
}

/** What a handler gets. */
export interface Context<D extends Declaration> {
  /** The validated body; `undefined` where none is declared. */
  body: D["body"] extends z.ZodType ? z.output<D["body"]> : undefined;
  /** The path's validated parameters. */
  params: D["params"] extends z.ZodType ? z.output<D["params"]> : undefined;
  /** The validated query. */
  query: D["query"] extends z.ZodType ? z.output<D["query"]> : undefined;
  /** The uploaded file. */
  file: D["file"] extends FileBody ? File : undefined;
  /** The body as it came, for signatures. */
  raw: Bytes;
  /** The signed-in user; undefined for a guest, and where a workspace's key may call instead, and did. */
  user: D["auth"] extends "user" | "staff" ? D["apiKey"] extends string ? User | undefined : User
    : D["auth"] extends "visitor" ? User | undefined
    : undefined;
  /** The workspace's key that called, only where `apiKey` is declared. */
  apiKey: D["apiKey"] extends string ? ApiKey | undefined : undefined;
  /** The database as the caller: RLS applies. */
  db: Db;
  /** The database with the secret key, only where `elevated` says why. */
  admin: D["elevated"] extends string ? Db : undefined;
  request: Request;
  /** The caller's network address as the platform reports it; empty when unknown. */
  address: string;
  requestId: string;
  /** Headers of the reply; the handler may add to them. */
  headers: Headers;
  /** What the request acts on, where it has to choose: the same for whoever repeats it under its key. */
  subject: D["idempotent"] extends true ? Subject : undefined;
}

/** A handler: a few lines that call the domain. Errors are thrown by name, see problem.ts. */
export type Handler<D extends Declaration> = (
  context: Context<D>,
) => Promise<z.input<D["reply"]>> | z.input<D["reply"]>;
