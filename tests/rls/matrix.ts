/**
 * The access matrix: what each API role may do to each table, function and bucket.
 *
 * The tests beside it prove every cell both ways, and fail for anything that the database has and this
 * file has not, or the other way round. A new table, column, function or bucket needs one entry here.
 * A role's access is written for somebody who calls the API directly, whatever the endpoints allow.
 */

/** Condition on a row, in SQL; `$me` is the id of the user who calls. */
export type Rows = string;

/** What a role may do. A verb that is missing is refused with 42501. */
export interface Verbs {
  select?: Rows;
  /** Columns that may be given; the others take their defaults. */
  insert?: { rows: Rows; columns: string[] };
  /** Columns that may be changed: anything else is mass assignment. */
  update?: { rows: Rows; columns: string[] };
  delete?: Rows;
}

/** The rows that make a table worth trying: made once for each of two workspaces. */
export interface Owner {
  userId: string;
  workspaceId: string;
  /** A text that no other row has. */
  unique: string;
  /** The sample of an earlier table for the same owner. */
  row(table: string): Record<string, unknown>;
}

export type Sample = Record<string, unknown>;

export interface TableAccess {
  columns: string[];
  anon: Verbs;
  authenticated: Verbs;
  service_role: Verbs | typeof everything;
  /** A row, or several, of an owner; "sign-up" where its triggers make them. */
  samples: "sign-up" | ((owner: Owner) => Sample[]);
}

export interface FunctionAccess {
  /** Who may execute it. Anyone else meets 42501. */
  execute: ("anon" | "authenticated" | "service_role")[];
  /** Runs with its owner's rights: private functions alone, each with a reason in its comment. */
  definer?: true;
}

export interface BucketAccess {
  public: boolean;
  fileSizeLimit: number;
  mimeTypes: string[];
  /** A file's name that its owner may write. Each user reads, writes and deletes only such files. */
  own(userId: string): string;
  /** Names that even its owner may not write. */
  refused(userId: string): string[];
}

const none: Verbs = {};
const everyRow: Rows = "true";
/** Each verb on each row and column: the service role, which bypasses policies but not grants. */
export const everything = "everything";

const mine = (column: string): Rows => `${column} = $me`;
const ofMyWorkspaces = (column: string, ...roles: string[]): Rows =>
  `${column} in (select workspace_id from public.workspace_members where user_id = $me` +
  (roles.length > 0 ? ` and role in (${roles.map((role) => `'${role}'`).join(", ")})` : "") + ")";

/** A table that the API does not reach at all. */
const serverOnly = { anon: none, authenticated: none, service_role: everything } as const;

export const tables: Record<string, TableAccess> = {
  "public.profiles": {
    columns: ["id", "name", "locale", "avatar_url", "version", "created_at", "updated_at"],
    anon: none,
    authenticated: {
      select: mine("id"),
      update: { rows: mine("id"), columns: ["name", "locale", "avatar_url"] },
    },
    service_role: everything,
    samples: "sign-up",
  },
  "public.workspaces": {
    columns: ["id", "name", "personal_of", "created_at", "updated_at"],
    anon: none,
    authenticated: { select: ofMyWorkspaces("id") },
    service_role: everything,
    samples: "sign-up",
  },
  "public.workspace_members": {
    columns: ["workspace_id", "user_id", "role", "created_at"],
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id") },
    service_role: everything,
    samples: "sign-up",
  },
  "public.plans": {
    columns: [
      "id",
      "stripe_product_id",
      "name",
      "description",
      "rank",
      "active",
      "created_at",
      "updated_at",
    ],
    anon: { select: "active" },
    authenticated: { select: "active" },
    service_role: everything,
    samples: ({ unique }) => [
      { id: `on_sale_${unique}`, name: "On sale", active: true },
      { id: `retired_${unique}`, name: "Retired", active: false },
    ],
  },
  "public.plan_features": {
    columns: ["plan_id", "feature", "limit_value"],
    anon: { select: everyRow },
    authenticated: { select: everyRow },
    service_role: everything,
    samples: (
      { unique, row },
    ) => [{ plan_id: row("public.plans")["id"], feature: `feature_${unique}` }],
  },
  "public.prices": {
    columns: [
      "id",
      "product_id",
      "plan_id",
      "lookup_key",
      "currency",
      "unit_amount",
      "interval",
      "interval_count",
      "active",
      "created_at",
      "updated_at",
    ],
    anon: { select: "active and plan_id in (select id from public.plans where active)" },
    authenticated: { select: "active and plan_id in (select id from public.plans where active)" },
    service_role: everything,
    samples: ({ unique, row }) => {
      const price = {
        product_id: "prod_sample",
        currency: "EUR",
        unit_amount: 100,
        interval: "month",
        created_at: "2026-01-01",
      };
      const planId = row("public.plans")["id"];
      return [
        { ...price, id: `price_on_sale_${unique}`, plan_id: planId, active: true },
        { ...price, id: `price_retired_${unique}`, plan_id: planId, active: false },
        { ...price, id: `price_planless_${unique}`, plan_id: null, active: true },
        { ...price, id: `price_of_retired_${unique}`, plan_id: `retired_${unique}`, active: true },
      ];
    },
  },
  "public.subscriptions": {
    columns: [
      "id",
      "workspace_id",
      "user_id",
      "stripe_subscription_id",
      "plan_id",
      "price_id",
      "status",
      "quantity",
      "currency",
      "cancel_at_period_end",
      "current_period_start",
      "current_period_end",
      "trial_end",
      "cancel_at",
      "canceled_at",
      "ended_at",
      "created_at",
      "updated_at",
    ],
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id") },
    service_role: everything,
    samples: ({ workspaceId, userId, unique }) => [{
      workspace_id: workspaceId,
      user_id: userId,
      stripe_subscription_id: `sub_${unique}`,
      status: "active",
      quantity: 1,
      currency: "EUR",
      created_at: "2026-01-01",
    }],
  },
  "public.invoices": {
    columns: [
      "id",
      "workspace_id",
      "subscription_id",
      "stripe_invoice_id",
      "number",
      "status",
      "currency",
      "subtotal",
      "total",
      "amount_due",
      "amount_paid",
      "period_start",
      "period_end",
      "hosted_invoice_url",
      "invoice_pdf",
      "created_at",
      "paid_at",
      "updated_at",
    ],
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", "owner", "admin", "billing") },
    service_role: everything,
    samples: ({ workspaceId, unique, row }) => [{
      workspace_id: workspaceId,
      subscription_id: row("public.subscriptions")["id"],
      stripe_invoice_id: `in_${unique}`,
      status: "paid",
      currency: "EUR",
      subtotal: 100,
      total: 100,
      amount_due: 100,
      amount_paid: 100,
      period_start: "2026-01-01",
      period_end: "2026-02-01",
      created_at: "2026-01-01",
    }],
  },
  "public.payments": {
    columns: [
      "id",
      "workspace_id",
      "invoice_id",
      "stripe_payment_id",
      "status",
      "amount",
      "currency",
      "created_at",
      "paid_at",
      "updated_at",
    ],
    anon: none,
    authenticated: { select: ofMyWorkspaces("workspace_id", "owner", "admin", "billing") },
    service_role: everything,
    samples: ({ workspaceId, unique, row }) => [{
      workspace_id: workspaceId,
      invoice_id: row("public.invoices")["id"],
      stripe_payment_id: `pi_${unique}`,
      status: "succeeded",
      amount: 100,
      currency: "EUR",
      created_at: "2026-01-01",
    }],
  },
  "private.plan_products": {
    columns: ["product_id", "plan_id", "record"],
    ...serverOnly,
    samples: ({ unique }) => [{ product_id: `prod_${unique}`, plan_id: "basic", record: {} }],
  },
  "private.billing_customers": {
    columns: ["workspace_id", "stripe_customer_id", "email", "name", "created_at"],
    ...serverOnly,
    samples: "sign-up",
  },
  "private.subscription_intents": {
    columns: [
      "id",
      "workspace_id",
      "user_id",
      "price_id",
      "quantity",
      "state",
      "stripe_subscription_id",
      "stripe_session_id",
      "success_url",
      "cancel_url",
      "created_at",
      "closed_at",
    ],
    ...serverOnly,
    samples: ({ workspaceId, userId }) => [{
      workspace_id: workspaceId,
      user_id: userId,
      price_id: "price_sample",
      quantity: 1,
      state: "bought",
    }],
  },
  "private.jobs": {
    columns: [
      "id",
      "kind",
      "payload",
      "dedupe_key",
      "state",
      "run_at",
      "attempts",
      "max_attempts",
      "locked_until",
      "last_error",
      "created_at",
      "finished_at",
    ],
    ...serverOnly,
    samples: ({ unique }) => [{ kind: "sample", payload: {}, dedupe_key: unique }],
  },
  "private.webhook_events": {
    columns: [
      "id",
      "provider",
      "event_id",
      "type",
      "payload",
      "targets",
      "received_at",
      "handled_at",
    ],
    ...serverOnly,
    samples: ({ unique }) => [{
      provider: "stripe",
      event_id: `evt_${unique}`,
      type: "sample",
      payload: {},
    }],
  },
  "private.sync_targets": {
    columns: [
      "provider",
      "object_type",
      "object_id",
      "wanted_seq",
      "synced_seq",
      "version",
      "synced_at",
    ],
    ...serverOnly,
    samples: ({ unique }) => [{ provider: "stripe", object_type: "invoice", object_id: unique }],
  },
  "private.idempotency_keys": {
    columns: [
      "caller",
      "endpoint",
      "key",
      "request_hash",
      "attempt",
      "locked_until",
      "status",
      "reply",
      "created_at",
    ],
    ...serverOnly,
    samples: ({ userId, unique }) => [{
      caller: userId,
      endpoint: "sample",
      key: unique,
      request_hash: "",
      status: 200,
      reply: {},
    }],
  },
  "private.rate_limit_windows": {
    columns: ["key", "window_start", "hits"],
    ...serverOnly,
    samples: ({ unique }) => [{ key: unique, window_start: "2026-01-01", hits: 1 }],
  },
};

const nobody: FunctionAccess = { execute: [] };
const server: FunctionAccess = { execute: ["service_role"] };

/** By name and argument types, as `regprocedure` writes them. */
export const functions: Record<string, FunctionAccess> = {
  "public.billing_customer(uuid)": server,
  "public.billing_customer_record(uuid,text)": server,
  "public.health()": server,
  "public.idempotency_begin(text,text,text,text,integer)": server,
  "public.idempotency_end(text,text,text,uuid,smallint,jsonb)": server,
  "public.job_enqueue(text,jsonb,text)": server,
  "public.job_replay(bigint)": server,
  "public.job_settle(bigint,smallint,text,text,integer,boolean)": server,
  "public.jobs_claim(integer,integer)": server,
  "public.mails_enqueue(jsonb)": server,
  "public.rate_limit_hit(text,integer,integer)": server,
  "public.retention_run()": server,
  "public.stripe_apply(text,text,bigint,bigint,jsonb)": server,
  "public.subscription_intent_abandon(uuid)": server,
  "public.subscription_intent_open(uuid,uuid,text,integer,text,text)": server,
  "public.subscription_intent_record(uuid,text,text)": server,
  "public.sync_state(text,text,text)": server,
  "public.sync_want(text,text,text)": server,
  "public.webhook_event(bigint)": server,
  "public.webhook_event_handled(bigint)": server,
  "public.webhook_replay(bigint)": server,
  "public.webhook_store(text,text,text,jsonb,jsonb)": server,

  "private.apply_retention()": server,
  "private.at(jsonb)": server,
  "private.billing_customer_wanted(uuid,text,text)": nobody,
  "private.billing_workspace(uuid,uuid)": server,
  "private.display_name(text)": nobody,
  "private.enqueue(text,jsonb,text,timestamp with time zone,smallint)": server,
  "private.enqueue_mail(text,uuid,jsonb,text)": { ...server, definer: true },
  "private.handle_new_user()": { ...nobody, definer: true },
  "private.handle_user_confirmed()": { ...nobody, definer: true },
  "private.my_workspace_ids(text[])": {
    execute: ["authenticated", "service_role"],
    definer: true,
  },
  "private.now()": { execute: ["anon", "authenticated", "service_role"] },
  "private.plan_derive(text)": server,
  "private.problem(integer,text,text)": { execute: ["authenticated", "service_role"] },
  "private.stripe_apply_customer(jsonb)": server,
  "private.stripe_apply_invoice(jsonb)": server,
  "private.stripe_apply_price(jsonb)": server,
  "private.stripe_apply_product(jsonb)": server,
  "private.stripe_apply_subscription(jsonb)": server,
  "private.sync_accept(text,text,text,bigint,bigint)": server,
  "private.tick()": server,
  "private.touch()": nobody,
  "private.touch_version()": nobody,
  "private.uuid_or_null(text)": server,
  "private.webhook_schedule(bigint,text,jsonb)": server,
};

export const buckets: Record<string, BucketAccess> = {
  avatars: {
    public: true,
    fileSizeLimit: 5 * 1024 * 1024,
    mimeTypes: ["image/png", "image/jpeg", "image/webp"],
    own: (userId) => `${userId}/avatar.png`,
    refused: (userId) => [
      "avatar.png",
      `${userId}/page.html`,
      `${userId}/folder/avatar.png`,
      `${userId}/../avatar.png`,
      `${userId}/%2e%2e/avatar.png`,
      `${userId}%2favatar.png`,
      `${userId.toUpperCase()}/avatar.png`,
    ],
  },
};
