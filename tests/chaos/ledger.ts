/** What users and Stripe were told: what it says was acknowledged must be found in the end. */

/** What a subscription may be at Stripe, by what its user was told and what he was not. */
export interface SubscriptionState {
  /** Lookup key of its price. */
  price: string;
  quantity: number;
  /** Whether and when it ends. */
  ends: "no" | "with its period" | "ended";
}

/** A subscription that somebody was told of. */
export interface KnownSubscription {
  id: string;
  userId: string;
  /** Whether its first payment went through at Stripe. */
  paid: boolean;
  /** One state, or several since a request that nobody answered. */
  allowed: SubscriptionState[];
}

// #region shop
/** An order that somebody was told of. */
export interface KnownOrder {
  id: string;
  sessionId: string;
  email: string;
  /** Whether its cancellation was acknowledged. */
  cancelled: boolean;
}
// #endregion shop

/** An answer that says that something is not well. */
export interface BadAnswer {
  endpoint: string;
  status: number;
  code: string;
  requestId: string | null;
  detail: string;
}

/** Everything that was heard. */
export interface Ledger {
  signUps: { email: string; userId: string }[];
  subscriptions: Map<string, KnownSubscription>;
  // #region shop
  orders: Map<string, KnownOrder>;
  /** Refunds that staff made. */
  refunds: { id: string; orderId: string; amount: number }[];
  // #endregion shop
  /** Changes and ends of subscriptions that were acknowledged. */
  changes: number;
  cancellations: number;
  /** Events of Stripe whose delivery was answered by 2xx, with how often. */
  events: Map<string, number>;
  /** Requests made, and how many got an answer that ends them. */
  requests: number;
  acknowledged: number;
  /** Requests that a user stopped repeating. */
  givenUp: number;
  /** Answers of status 5xx, each of which must be a declared one. */
  failures: BadAnswer[];
  /** Refusals that nothing in the user's story explains. */
  surprises: BadAnswer[];
  /** Requests whose repetition, under the same Idempotency-Key, made or named something else. */
  otherwise: { endpoint: string; first: string; second: string }[];
  /** Errors that reading by supabase-js gave, beside the database being away. */
  readErrors: { what: string; code: string; message: string }[];
}

/** An empty one. */
export function emptyLedger(): Ledger {
  return {
    signUps: [],
    subscriptions: new Map(),
    // #region shop
    orders: new Map(),
    refunds: [],
    // #endregion shop
    changes: 0,
    cancellations: 0,
    events: new Map(),
    requests: 0,
    acknowledged: 0,
    givenUp: 0,
    failures: [],
    surprises: [],
    otherwise: [],
    readErrors: [],
  };
}
