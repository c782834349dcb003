/** What may be said beside the input of a call, and what a call gives. */
import type { SocleError, SocleErrorCode } from "./socle-error.ts";

/** Said for every call by `createSocle`, or for one. */
export interface CommonOptions {
  /** Further headers. */
  headers?: Record<string, string> | undefined;
  /** Ends the call, and its retries, with an error of code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Milliseconds after which one attempt is given up, as `timed_out`. Default: none. */
  timeout?: number | undefined;
  /** How often it is tried again when that is safe and may help; 0 turns it off. Default 4. */
  retries?: number | undefined;
  // #region shop
  /** A guest's cart, for the methods that know one by it: `cart.cart_id` of cartAdd. */
  cartId?: string | null | undefined;
  // #endregion shop
}

/** Only some methods take these. */
export interface SpecialOptions {
  /**
   * Names the wish: the same key gets the first reply again for 24 hours, and nothing is done twice. Default:
   * a fresh one a call, the same for its retries. Give your own to repeat a call later, after a reload.
   */
  idempotencyKey: string;
  // #region shop
  cartId: string | null;
  // #endregion shop
  /** The ETag that was read: refused as `precondition_failed` if something changed since. */
  ifMatch: string;
}

/** Beside the input of one call. */
export type CallOptions<Own extends keyof SpecialOptions = keyof SpecialOptions> =
  & Omit<CommonOptions, keyof SpecialOptions>
  & { [Name in Own]?: SpecialOptions[Name] | undefined }
  & {
    /** Sees the reply of a success, for its headers: `ETag`, `Idempotency-Replayed`. */
    onResponse?: ((response: Response) => void) | undefined;
  };

declare const refusedBy: unique symbol;

/** A call under way. It rejects with a {@link SocleError}; `outcome` gives that one's codes as types. */
export interface Call<Reply, Code extends string> extends Promise<Reply> {
  readonly [refusedBy]?: Code;
}

/** What became of a call. */
export type Outcome<Reply, Code extends SocleErrorCode> =
  | { data: Reply; error: null }
  | { data: null; error: SocleError<Code> };
