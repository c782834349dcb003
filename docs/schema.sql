-- The database's schema, written by `task schema` from the migrations: not to be edited or run, but
-- read, and reviewed as a diff. Ordered by name; `task drift` fails when it is out of date.

create schema private;
comment on schema private is 'What the API does not expose: queues, inboxes, ledgers, and the functions that policies call.';
grant usage on schema private to anon, authenticated, service_role;

create schema public;
comment on schema public is 'standard public schema';
grant usage on schema public to anon, authenticated, service_role;

create table private.account_deletion_details (
  deletion_id uuid not null,
  token_hash text,
  token_expires_at timestamp with time zone,
  email text,
  locale text,
  constraint account_deletion_details_pkey PRIMARY KEY (deletion_id),
  constraint account_deletion_details_deletion_id_fkey FOREIGN KEY (deletion_id) REFERENCES account_deletions(id) ON DELETE CASCADE,
  constraint account_deletion_details_token_expires CHECK ((token_hash IS NULL) = (token_expires_at IS NULL))
);
comment on table private.account_deletion_details is 'What a deletion needs and nobody reads; gone when it is done.';
comment on column private.account_deletion_details.token_hash is 'SHA-256 of the token in the mail that asks to confirm.';
comment on column private.account_deletion_details.email is 'Where to tell that the account is gone, once nothing else knows it.';
alter table private.account_deletion_details enable row level security;
grant select, insert, update, delete on private.account_deletion_details to service_role;

create table private.alert_incidents (
  id bigint generated always as identity not null,
  rule text not null,
  opened_at timestamp with time zone default now() not null,
  resolved_at timestamp with time zone,
  value bigint not null,
  peak bigint not null,
  note text,
  occasion smallint default 1 not null,
  occasion_at timestamp with time zone default now() not null,
  told_value bigint not null,
  told_detail jsonb not null,
  mailed smallint default 0 not null,
  posted smallint default 0 not null,
  claimed_until timestamp with time zone,
  last_error text,
  constraint alert_incidents_pkey PRIMARY KEY (id),
  constraint alert_incidents_rule_fkey FOREIGN KEY (rule) REFERENCES private.alert_rules(name) ON DELETE CASCADE,
  constraint alert_incidents_told_what_was CHECK (mailed <= occasion AND posted <= occasion)
);
comment on table private.alert_incidents is 'Each time that a rule''s condition held, from its beginning to its end.';
comment on column private.alert_incidents.note is 'How it ended.';
comment on column private.alert_incidents.occasion is '1: it opened; then one more for each reminder; the last: it resolved.';
comment on column private.alert_incidents.told_value is 'The measure at the latest occasion: what is told of it stays the same however often it is tried.';
comment on column private.alert_incidents.mailed is 'The latest occasion that was told by mail.';
comment on column private.alert_incidents.posted is 'The latest occasion that was told to the webhook.';
comment on column private.alert_incidents.claimed_until is 'Somebody is telling it until then.';
CREATE UNIQUE INDEX alert_incidents_one_open ON private.alert_incidents USING btree (rule) WHERE (resolved_at IS NULL);
CREATE INDEX alert_incidents_resolved ON private.alert_incidents USING btree (resolved_at);
CREATE INDEX alert_incidents_rule ON private.alert_incidents USING btree (rule);
CREATE INDEX alert_incidents_untold ON private.alert_incidents USING btree (id) WHERE ((mailed < occasion) OR (posted < occasion));
alter table private.alert_incidents enable row level security;
grant select, insert, update, delete on private.alert_incidents to service_role;

create table private.alert_rules (
  name text not null,
  measure text not null,
  threshold bigint not null,
  remind_every interval not null,
  enabled boolean default true not null,
  constraint alert_rules_pkey PRIMARY KEY (name),
  constraint alert_rules_measure_known CHECK (measure = ANY (ARRAY['dead_jobs'::text, 'oldest_due_job_seconds'::text, 'oldest_unhandled_event_seconds'::text, 'unrepaired_drifts'::text, 'seconds_since_reconciliation'::text, 'suppressed_addresses_a_day'::text, 'orders_in_review'::text, 'disabled_webhook_endpoints'::text, 'orders_disputed'::text, 'order_refunds_failed'::text, 'unrepaired_shop_drifts'::text, 'seconds_since_shop_reconciliation'::text])),
  constraint alert_rules_name_format CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'::text),
  constraint alert_rules_remind_sparingly CHECK (remind_every >= '00:10:00'::interval),
  constraint alert_rules_threshold_positive CHECK (threshold > 0)
);
comment on table private.alert_rules is 'When somebody is told that something is not well. Operators change the numbers; docs/operations.md says what each means.';
comment on column private.alert_rules.measure is 'What private.alert_measures() counts.';
comment on column private.alert_rules.threshold is 'An incident is open while the measure is this much or more.';
comment on column private.alert_rules.remind_every is 'How often an open incident is told of again.';
alter table private.alert_rules enable row level security;
grant select, insert, update, delete on private.alert_rules to service_role;

create table private.api_key_hashes (
  key_id uuid not null,
  key_hash text not null,
  constraint api_key_hashes_pkey PRIMARY KEY (key_id),
  constraint api_key_hashes_one_each UNIQUE (key_hash),
  constraint api_key_hashes_key_id_fkey FOREIGN KEY (key_id) REFERENCES workspace_api_keys(id) ON DELETE CASCADE,
  constraint api_key_hashes_sha256 CHECK (key_hash ~ '^[0-9a-f]{64}$'::text)
);
comment on table private.api_key_hashes is 'SHA-256 of whole keys. Apart from their rows, so that those can be read with select *. No slow hash: a key is 190 random bits.';
alter table private.api_key_hashes enable row level security;
grant select, insert, update, delete on private.api_key_hashes to service_role;

create table private.billing_customers (
  workspace_id uuid not null,
  stripe_customer_id text,
  stripe_payment_method_id text,
  generation smallint default 0 not null,
  email text,
  name text,
  created_at timestamp with time zone default now() not null,
  constraint billing_customers_pkey PRIMARY KEY (workspace_id),
  constraint billing_customers_one_customer_each UNIQUE (stripe_customer_id),
  constraint billing_customers_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
comment on table private.billing_customers is 'One Stripe customer a workspace.';
comment on column private.billing_customers.stripe_customer_id is 'Null until Stripe has answered.';
comment on column private.billing_customers.stripe_payment_method_id is 'What its invoices are paid with, unless a subscription names another.';
comment on column private.billing_customers.generation is 'How many customers of this workspace were deleted at Stripe: each new one has an idempotency key of its own.';
comment on column private.billing_customers.email is 'As it was when the customer was wanted: every attempt to create it sends the same values, as Stripe''s idempotency key demands.';
alter table private.billing_customers enable row level security;
grant select, insert, update, delete on private.billing_customers to service_role;

create table private.billing_drifts (
  id bigint generated always as identity not null,
  reconciliation_id bigint not null,
  kind text not null,
  object_type text not null,
  object_id text not null,
  detail jsonb default '{}'::jsonb not null,
  found_at timestamp with time zone default private.now() not null,
  repaired_at timestamp with time zone,
  constraint billing_drifts_pkey PRIMARY KEY (id),
  constraint billing_drifts_once_a_run UNIQUE (reconciliation_id, object_type, object_id, kind),
  constraint billing_drifts_reconciliation_id_fkey FOREIGN KEY (reconciliation_id) REFERENCES private.reconciliations(id) ON DELETE CASCADE,
  constraint billing_drifts_kind_known CHECK (kind = ANY (ARRAY['paid_not_active'::text, 'active_not_paid'::text, 'amount'::text, 'missing'::text, 'extra'::text, 'differs'::text, 'two_live'::text, 'orphan'::text]))
);
comment on table private.billing_drifts is 'What a reconciliation found to differ.';
comment on column private.billing_drifts.kind is 'paid_not_active and active_not_paid: access does not follow payment; amount; missing: Stripe has it, we do not; extra: we have it, Stripe does not; differs: another field; two_live: Stripe truly holds two running subscriptions of one workspace; orphan: a subscription that runs and names a workspace that is not here or pays by another customer.';
comment on column private.billing_drifts.detail is 'Field by field: {field: {stripe, ours}}.';
alter table private.billing_drifts enable row level security;
grant select, insert, update, delete on private.billing_drifts to service_role;

create table private.card_attempts (
  workspace_id uuid not null,
  address_hash text not null,
  attempted_at timestamp with time zone default private.now() not null,
  constraint card_attempts_pkey PRIMARY KEY (workspace_id),
  constraint card_attempts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint card_attempts_hash CHECK (address_hash ~ '^[0-9a-f]{64}$'::text)
);
comment on table private.card_attempts is 'From where each workspace last began what makes Stripe try a card: the payer''s own requests go to Stripe.';
comment on column private.card_attempts.address_hash is 'SHA-256 of the address, keyed: no address is kept.';
CREATE INDEX card_attempts_attempted ON private.card_attempts USING btree (attempted_at);
alter table private.card_attempts enable row level security;
grant select, insert, update, delete on private.card_attempts to service_role;

create table private.card_declines (
  cause text not null,
  workspace_id uuid,
  card_hash text,
  address_hash text,
  code text,
  declined_at timestamp with time zone default private.now() not null,
  constraint card_declines_pkey PRIMARY KEY (cause),
  constraint card_declines_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE SET NULL,
  constraint card_declines_hashes CHECK (card_hash ~ '^[0-9a-f]{64}$'::text AND address_hash ~ '^[0-9a-f]{64}$'::text)
);
comment on table private.card_declines is 'Payments that a bank declined, as far as counting needs it.';
comment on column private.card_declines.cause is 'What was declined: Stripe''s charge, or a set-up''s event. The same one, delivered again, counts once.';
comment on column private.card_declines.workspace_id is 'Null once the workspace is gone: what its card and address did stays counted.';
comment on column private.card_declines.card_hash is 'SHA-256, keyed, of Stripe''s fingerprint, which is the same wherever the card is given.';
CREATE INDEX card_declines_address ON private.card_declines USING btree (address_hash, declined_at DESC);
CREATE INDEX card_declines_card ON private.card_declines USING btree (card_hash, declined_at DESC);
CREATE INDEX card_declines_declined ON private.card_declines USING btree (declined_at);
CREATE INDEX card_declines_workspace ON private.card_declines USING btree (workspace_id, declined_at DESC);
alter table private.card_declines enable row level security;
grant select, insert, update, delete on private.card_declines to service_role;

create table private.card_trials (
  fingerprint text not null,
  stripe_subscription_id text not null,
  trial_start timestamp with time zone not null,
  created_at timestamp with time zone default now() not null,
  constraint card_trials_pkey PRIMARY KEY (fingerprint, stripe_subscription_id)
);
comment on table private.card_trials is 'Cards that were seen on a subscription during its trial. The earliest trial of a card counts, by Stripe''s times: whatever order the events come in, the same ones are repeated trials. Kept when a workspace goes, else a new one would be a new trial.';
comment on column private.card_trials.fingerprint is 'Stripe''s: the same for a card''s number wherever it is given; it tells nothing of the number.';
alter table private.card_trials enable row level security;
grant select, insert, update, delete on private.card_trials to service_role;

create table private.catalogue_import_skus (
  import_id uuid not null,
  sku text not null,
  product text not null,
  line integer not null,
  good boolean not null,
  constraint catalogue_import_skus_pkey PRIMARY KEY (import_id, sku),
  constraint catalogue_import_skus_import_id_fkey FOREIGN KEY (import_id) REFERENCES catalogue_imports(id) ON DELETE CASCADE
);
comment on table private.catalogue_import_skus is 'What the file of a running import has named so far; emptied when it ends.';
comment on column private.catalogue_import_skus.good is 'Whether the row was, or in a dry run would have been, written.';
CREATE INDEX catalogue_import_skus_product ON private.catalogue_import_skus USING btree (import_id, product);
alter table private.catalogue_import_skus enable row level security;
grant select, insert, update, delete on private.catalogue_import_skus to service_role;

create table private.decline_limits (
  counted text not null,
  declines integer not null,
  within interval not null,
  constraint decline_limits_pkey PRIMARY KEY (counted),
  constraint decline_limits_counted_known CHECK (counted = ANY (ARRAY['workspace'::text, 'workspace_cards'::text, 'card'::text, 'address'::text])),
  constraint decline_limits_positive CHECK (declines > 0 AND within > '00:00:00'::interval)
);
comment on table private.decline_limits is 'How many declined payments are too many; operators change them.';
comment on column private.decline_limits.counted is 'workspace: its declines; workspace_cards: its different cards that were declined; card: one card''s, in whatever workspaces; address: those of workspaces whose purchase came from one address.';
comment on column private.decline_limits.within is 'How long a decline counts. Not longer than private.card_declines are kept.';
alter table private.decline_limits enable row level security;
grant select, insert, update, delete on private.decline_limits to service_role;

create table private.discount_redemptions (
  order_id uuid not null,
  discount_id uuid not null,
  customer text not null,
  email text,
  released_at timestamp with time zone,
  created_at timestamp with time zone default private.now() not null,
  constraint discount_redemptions_pkey PRIMARY KEY (order_id),
  constraint discount_redemptions_discount_id_fkey FOREIGN KEY (discount_id) REFERENCES discounts(id) ON DELETE RESTRICT,
  constraint discount_redemptions_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT
);
comment on table private.discount_redemptions is 'Which orders redeemed which discount: counted from when the order is placed, given back when nothing was paid.';
comment on column private.discount_redemptions.customer is 'By whom limits count: user:<id>, else email:<SHA-256 of the address in lower case>.';
comment on column private.discount_redemptions.email is 'Beside a user''s id his address as a guest would be counted: he is one customer, signed in or not.';
CREATE INDEX discount_redemptions_created ON private.discount_redemptions USING btree (created_at);
CREATE INDEX discount_redemptions_customer ON private.discount_redemptions USING btree (discount_id, customer);
CREATE INDEX discount_redemptions_email ON private.discount_redemptions USING btree (discount_id, email);
alter table private.discount_redemptions enable row level security;
grant select, insert, update, delete on private.discount_redemptions to service_role;

create table private.idempotency_keys (
  caller text not null,
  endpoint text not null,
  key text not null,
  request_hash text not null,
  attempt uuid default gen_random_uuid() not null,
  locked_until timestamp with time zone,
  status smallint,
  reply jsonb,
  created_at timestamp with time zone default now() not null,
  subject text,
  constraint idempotency_keys_pkey PRIMARY KEY (caller, endpoint, key),
  constraint idempotency_keys_done_or_locked CHECK ((status IS NULL) = (locked_until IS NOT NULL))
);
comment on table private.idempotency_keys is 'Replies kept for 24 hours by Idempotency-Key (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).';
comment on column private.idempotency_keys.caller is 'Whose key it is: two callers may use the same one.';
comment on column private.idempotency_keys.request_hash is 'Another request under the same key is refused.';
comment on column private.idempotency_keys.attempt is 'Which request runs under the key; only that one may keep its reply.';
comment on column private.idempotency_keys.locked_until is 'While the request runs: after that it is taken for dead, and a retry runs anew.';
comment on column private.idempotency_keys.subject is 'What the request acts on, where it had to choose: noted before it acts, and kept until the key is free for others, so that a repetition acts on the same.';
CREATE INDEX idempotency_keys_created ON private.idempotency_keys USING btree (created_at);
alter table private.idempotency_keys enable row level security;
grant select, insert, update, delete on private.idempotency_keys to service_role;

create table private.invitation_tokens (
  token_hash text not null,
  invitation_id uuid not null,
  superseded_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  cause uuid,
  constraint invitation_tokens_pkey PRIMARY KEY (token_hash),
  constraint invitation_tokens_invitation_id_fkey FOREIGN KEY (invitation_id) REFERENCES workspace_invitations(id) ON DELETE CASCADE,
  constraint invitation_tokens_sha256 CHECK (token_hash ~ '^[0-9a-f]{64}$'::text)
);
comment on table private.invitation_tokens is 'SHA-256 of the tokens in invitations'' links. No slow hash: a token is 244 random bits.';
comment on column private.invitation_tokens.superseded_at is 'When a later mail took its place; kept, so that an old link is answered with that.';
comment on column private.invitation_tokens.cause is 'The request that sent it: unique, so that it sends once.';
CREATE UNIQUE INDEX invitation_tokens_cause ON private.invitation_tokens USING btree (cause) WHERE (cause IS NOT NULL);
CREATE INDEX invitation_tokens_invitation ON private.invitation_tokens USING btree (invitation_id);
CREATE UNIQUE INDEX invitation_tokens_one_current ON private.invitation_tokens USING btree (invitation_id) WHERE (superseded_at IS NULL);
alter table private.invitation_tokens enable row level security;
grant select, insert, update, delete on private.invitation_tokens to service_role;

create table private.jobs (
  id bigint generated always as identity not null,
  kind text not null,
  payload jsonb default '{}'::jsonb not null,
  dedupe_key text,
  state text default 'pending'::text not null,
  run_at timestamp with time zone default private.now() not null,
  attempts smallint default 0 not null,
  max_attempts smallint default 20 not null,
  locked_until timestamp with time zone,
  last_error text,
  created_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  note text,
  constraint jobs_pkey PRIMARY KEY (id),
  constraint jobs_attempts_within_limit CHECK (attempts >= 0 AND attempts <= max_attempts),
  constraint jobs_discarded_with_note CHECK (state <> 'discarded'::text OR note IS NOT NULL),
  constraint jobs_finished_when_ended CHECK ((state = 'pending'::text) = (finished_at IS NULL)),
  constraint jobs_note_length CHECK (char_length(note) >= 5 AND char_length(note) <= 500),
  constraint jobs_state_known CHECK (state = ANY (ARRAY['pending'::text, 'succeeded'::text, 'dead'::text, 'discarded'::text]))
);
comment on table private.jobs is 'Work that follows a committed change: mail, Stripe calls, webhooks to handle.';
comment on column private.jobs.kind is 'Which handler of jobs-run takes it.';
comment on column private.jobs.payload is 'The handler''s input; emptied when a job that carries secrets has succeeded, and by retention. A dead letter keeps it, to be replayed.';
comment on column private.jobs.dedupe_key is 'What caused the job: unique per kind for good, so that a cause acts once, also after it finished. Null where another key already guards the cause.';
comment on column private.jobs.run_at is 'Not before this moment, on the business clock.';
comment on column private.jobs.attempts is 'How often it was claimed; a result counts only while this is still what was claimed.';
comment on column private.jobs.locked_until is 'A worker has it until then, in real time.';
comment on column private.jobs.note is 'Why staff retried or discarded it last. A discarded job keeps its dedupe_key: its cause has been dealt with.';
CREATE INDEX jobs_dead ON private.jobs USING btree (id) WHERE (state = 'dead'::text);
CREATE INDEX jobs_discarded ON private.jobs USING btree (finished_at) WHERE (state = 'discarded'::text);
CREATE INDEX jobs_due ON private.jobs USING btree (run_at, id) WHERE (state = 'pending'::text);
CREATE INDEX jobs_emptiable ON private.jobs USING btree (finished_at) WHERE ((state = 'succeeded'::text) AND (dedupe_key IS NOT NULL) AND (payload <> '{}'::jsonb));
CREATE INDEX jobs_of_event ON private.jobs USING btree (((payload ->> 'event'::text))) WHERE ((kind = 'webhook_handle'::text) AND (state <> 'succeeded'::text));
CREATE UNIQUE INDEX jobs_once_per_cause ON private.jobs USING btree (kind, dedupe_key) WHERE (dedupe_key IS NOT NULL);
CREATE INDEX jobs_removable ON private.jobs USING btree (finished_at) WHERE ((state = 'succeeded'::text) AND (dedupe_key IS NULL));
alter table private.jobs enable row level security;
grant select, insert, update, delete on private.jobs to service_role;

create table private.mail_deliveries (
  provider_id text not null,
  delivery text not null,
  occurred_at timestamp with time zone not null,
  constraint mail_deliveries_pkey PRIMARY KEY (provider_id),
  constraint mail_deliveries_delivery_known CHECK (delivery = ANY (ARRAY['delivered'::text, 'delayed'::text, 'bounced'::text, 'complained'::text, 'suppressed'::text, 'failed'::text]))
);
comment on table private.mail_deliveries is 'What Resend told last of a mail, by its own id of it.';
CREATE INDEX mail_deliveries_occurred ON private.mail_deliveries USING btree (occurred_at);
alter table private.mail_deliveries enable row level security;
grant select, insert, update, delete on private.mail_deliveries to service_role;

create table private.mail_feedback (
  id bigint generated always as identity not null,
  source text not null,
  address_hash text not null,
  kind text not null,
  occurred_at timestamp with time zone not null,
  detail text,
  constraint mail_feedback_pkey PRIMARY KEY (id),
  constraint mail_feedback_once UNIQUE (source, address_hash),
  constraint mail_feedback_kind_known CHECK (kind = ANY (ARRAY['hard_bounce'::text, 'soft_bounce'::text, 'complaint'::text, 'provider'::text, 'lifted'::text]))
);
comment on table private.mail_feedback is 'What was told of addresses: bounces, complaints, and the lifts that forget them.';
comment on column private.mail_feedback.source is 'The provider''s id of the event, or staff and the moment of a lift.';
comment on column private.mail_feedback.occurred_at is 'When it happened, which may be long before we heard of it.';
CREATE INDEX mail_feedback_address ON private.mail_feedback USING btree (address_hash, occurred_at);
CREATE INDEX mail_feedback_occurred ON private.mail_feedback USING btree (occurred_at);
alter table private.mail_feedback enable row level security;
grant select, insert, update, delete on private.mail_feedback to service_role;

create table private.mail_log (
  id bigint generated always as identity not null,
  cause text not null,
  template text not null,
  purpose text not null,
  address_hash text not null,
  user_id uuid,
  outcome text not null,
  reason text,
  provider_id text,
  created_at timestamp with time zone default private.now() not null,
  constraint mail_log_pkey PRIMARY KEY (id),
  constraint mail_log_once_per_cause UNIQUE (cause),
  constraint mail_log_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint mail_log_outcome_known CHECK (outcome = ANY (ARRAY['sent'::text, 'suppressed'::text, 'unsubscribed'::text]))
);
comment on table private.mail_log is 'What became of each mail: sent, or why not.';
comment on column private.mail_log.cause is 'The cause of the job that sent it.';
comment on column private.mail_log.purpose is 'transactional, or the topic that its reader can turn off.';
comment on column private.mail_log.reason is 'Why it was not sent.';
comment on column private.mail_log.provider_id is 'Resend''s id of it.';
CREATE INDEX mail_log_address ON private.mail_log USING btree (address_hash, id);
CREATE INDEX mail_log_created ON private.mail_log USING btree (created_at);
CREATE INDEX mail_log_user ON private.mail_log USING btree (user_id);
alter table private.mail_log enable row level security;
grant select, insert, update, delete on private.mail_log to service_role;

create table private.mail_suppressions (
  id bigint generated always as identity not null,
  address_hash text not null,
  scope text not null,
  cause text not null,
  since timestamp with time zone not null,
  until timestamp with time zone,
  constraint mail_suppressions_pkey PRIMARY KEY (id),
  constraint mail_suppressions_once_per_address UNIQUE (address_hash),
  constraint mail_suppressions_cause_known CHECK (cause = ANY (ARRAY['hard_bounce'::text, 'soft_bounces'::text, 'complaint'::text, 'provider'::text])),
  constraint mail_suppressions_scope_known CHECK (scope = ANY (ARRAY['all'::text, 'non_transactional'::text]))
);
comment on table private.mail_suppressions is 'Addresses to which nothing, or nothing but transactional mail, is sent. Follows from mail_feedback.';
comment on column private.mail_suppressions.until is 'When it ends by itself; null for one that staff must lift.';
alter table private.mail_suppressions enable row level security;
grant select, insert, update, delete on private.mail_suppressions to service_role;

create table private.money_movements (
  id bigint generated always as identity not null,
  order_id uuid not null,
  kind text not null,
  amount bigint not null,
  currency text not null,
  stripe_id text not null,
  created_at timestamp with time zone default private.now() not null,
  constraint money_movements_pkey PRIMARY KEY (id),
  constraint money_movements_once_per_cause UNIQUE (kind, stripe_id),
  constraint money_movements_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  constraint money_movements_amount_signed CHECK (
CASE
    WHEN kind = ANY (ARRAY['charge'::text, 'refund_failed'::text, 'dispute_won'::text]) THEN amount > 0
    ELSE amount < 0
END),
  constraint money_movements_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint money_movements_kind_known CHECK (kind = ANY (ARRAY['charge'::text, 'refund'::text, 'refund_failed'::text, 'dispute'::text, 'dispute_won'::text]))
);
comment on table private.money_movements is 'Ledger of what buyers paid for orders and got back, only ever added to; its sums equal the orders'' counters.';
comment on column private.money_movements.amount is 'In minor units: to us positive, from us negative.';
comment on column private.money_movements.stripe_id is 'The charge, refund or dispute at Stripe: each moves money once.';
CREATE INDEX money_movements_order ON private.money_movements USING btree (order_id, id);
alter table private.money_movements enable row level security;
grant select, insert on private.money_movements to service_role;
CREATE TRIGGER money_movements_keep BEFORE DELETE OR UPDATE ON private.money_movements FOR EACH ROW EXECUTE FUNCTION private.ledger_keep();
CREATE TRIGGER money_movements_keep_all BEFORE TRUNCATE ON private.money_movements FOR EACH STATEMENT EXECUTE FUNCTION private.ledger_keep();
CREATE CONSTRAINT TRIGGER money_movements_told AFTER INSERT ON private.money_movements DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.kind = 'refund'::text) EXECUTE FUNCTION private.refund_told();

create table private.order_acts (
  order_id uuid not null,
  cause uuid not null,
  acted_at timestamp with time zone default now() not null,
  is_done boolean default true not null,
  constraint order_acts_pkey PRIMARY KEY (order_id, cause),
  constraint order_acts_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE CASCADE
);
comment on table private.order_acts is 'Which requests have acted on an order, in the transactions that acted: a repetition is answered and does nothing.';
comment on column private.order_acts.cause is 'The request, as it is noted under its Idempotency-Key.';
comment on column private.order_acts.is_done is 'False between the two steps of a cancellation, while Stripe closes the page.';
CREATE INDEX order_acts_acted ON private.order_acts USING btree (acted_at);
alter table private.order_acts enable row level security;
grant select, insert, update, delete on private.order_acts to service_role;

create table private.order_disputes (
  stripe_dispute_id text not null,
  order_id uuid not null,
  status text not null,
  amount bigint not null,
  currency text not null,
  reason text,
  evidence_due_by timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone default now() not null,
  constraint order_disputes_pkey PRIMARY KEY (stripe_dispute_id),
  constraint order_disputes_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  constraint order_disputes_amount_positive CHECK (amount > 0),
  constraint order_disputes_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text)
);
comment on table private.order_disputes is 'Disputes of orders, as Stripe holds them. Staff read them; evidence is given in Stripe''s dashboard.';
comment on column private.order_disputes.status is 'needs_response and under_review hold the money; warning_* do not; won, lost, prevented end it. https://docs.stripe.com/api/disputes/object';
CREATE INDEX order_disputes_order ON private.order_disputes USING btree (order_id);
CREATE INDEX order_disputes_waiting ON private.order_disputes USING btree (evidence_due_by) WHERE (status = ANY (ARRAY['needs_response'::text, 'warning_needs_response'::text]));
alter table private.order_disputes enable row level security;
grant select, insert, update, delete on private.order_disputes to service_role;
CREATE TRIGGER order_disputes_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON private.order_disputes FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('stripe_dispute_id');
CREATE TRIGGER order_disputes_touch BEFORE UPDATE ON private.order_disputes FOR EACH ROW EXECUTE FUNCTION private.touch();

create table private.order_refund_failures (
  refund_id uuid not null,
  failure text not null,
  failed_at timestamp with time zone default private.now() not null,
  constraint order_refund_failures_pkey PRIMARY KEY (refund_id),
  constraint order_refund_failures_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES order_refunds(id) ON DELETE CASCADE,
  constraint order_refund_failures_failure_length CHECK (char_length(failure) <= 500)
);
comment on table private.order_refund_failures is 'Why Stripe refused a refund, or how it failed at the bank later: Stripe''s own words, which are for staff and no column of the row that the buyer reads.';
alter table private.order_refund_failures enable row level security;
grant select, insert, update, delete on private.order_refund_failures to service_role;

create table private.order_requests (
  order_id uuid not null,
  buyer text not null,
  asked_hash text not null,
  request_hash text not null,
  success_url text,
  cancel_url text,
  taxed boolean default false not null,
  cart text,
  address_hash text,
  look_at timestamp with time zone default private.now() not null,
  closed_at timestamp with time zone,
  constraint order_requests_pkey PRIMARY KEY (order_id),
  constraint order_requests_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE CASCADE,
  constraint order_requests_address_hash_hex CHECK (address_hash ~ '^[0-9a-f]{64}$'::text)
);
comment on table private.order_requests is 'What an order was asked for by, while it is pending: the same cart twice is the same order, and whoever repeats the call to Stripe sends the same.';
comment on column private.order_requests.buyer is 'Who asked: user:<id>, or guest:<hash of the cart, or of address and network>; processing:<order> while only the bank decides.';
comment on column private.order_requests.asked_hash is 'SHA-256 over what was asked for, as it was asked: whoever repeats it has his page also when it could not be ordered any more.';
comment on column private.order_requests.request_hash is 'SHA-256 over what was asked for and what it cost: lines, prices, address, rate, discount.';
comment on column private.order_requests.taxed is 'Whether Stripe computes tax on top.';
comment on column private.order_requests.cart is 'The cart that loses the lines once they are paid, as _shared/shop/cart/checkout.ts refers to it; null for lines that were in none.';
comment on column private.order_requests.address_hash is 'From where it was asked, keyed: for counting declined cards. No address is kept.';
comment on column private.order_requests.look_at is 'When the sweep asks Stripe next what became of it.';
comment on column private.order_requests.closed_at is 'When the order was no longer pending: the same request is then a new order.';
CREATE INDEX order_requests_address ON private.order_requests USING btree (address_hash) WHERE (closed_at IS NULL);
CREATE INDEX order_requests_closed ON private.order_requests USING btree (closed_at) WHERE (closed_at IS NOT NULL);
CREATE INDEX order_requests_look ON private.order_requests USING btree (look_at) WHERE (closed_at IS NULL);
CREATE UNIQUE INDEX order_requests_one_pending ON private.order_requests USING btree (buyer) WHERE (closed_at IS NULL);
alter table private.order_requests enable row level security;
grant select, insert, update, delete on private.order_requests to service_role;

create table private.order_transitions (
  from_status text not null,
  to_status text not null,
  constraint order_transitions_pkey PRIMARY KEY (from_status, to_status)
);
comment on table private.order_transitions is 'What an order may become; whatever is no row here is refused. An order begins as pending.';
alter table private.order_transitions enable row level security;
grant select on private.order_transitions to service_role;

create table private.personal_data (
  relation text not null,
  scope text not null,
  owner_columns text[] default '{}'::text[] not null,
  omitted text[] default '{}'::text[] not null,
  note text not null,
  erased boolean default true not null,
  emptied text[] default '{}'::text[] not null,
  constraint personal_data_pkey PRIMARY KEY (relation),
  constraint personal_data_emptied_where_kept CHECK (NOT erased OR emptied = '{}'::text[]),
  constraint personal_data_owner_named CHECK ((scope = 'none'::text) = (owner_columns = '{}'::text[])),
  constraint personal_data_scope_known CHECK (scope = ANY (ARRAY['user'::text, 'workspace'::text, 'email'::text, 'none'::text]))
);
comment on table private.personal_data is 'What of each table an export of a user holds. Migrations write it, nobody else.';
comment on column private.personal_data.scope is 'Whose rows: user (a column names the user), workspace (of the workspaces that the user owns), email (a column holds the user''s address), none (not exported).';
comment on column private.personal_data.owner_columns is 'The columns that name the user, the workspace or the address: one of them is enough.';
comment on column private.personal_data.omitted is 'Columns that no export holds: hashes, tokens, the inner state of a purchase.';
comment on column private.personal_data.note is 'What the rows are; why they are not exported.';
comment on column private.personal_data.erased is 'Whether rows that name a workspace go when it is closed. What stays holds nothing of a person.';
comment on column private.personal_data.emptied is 'Columns that become null where a closed workspace''s rows stay.';
alter table private.personal_data enable row level security;
grant select on private.personal_data to service_role;

create table private.plan_products (
  product_id text not null,
  plan_id text not null,
  record jsonb not null,
  created_at timestamp with time zone default private.now() not null,
  constraint plan_products_pkey PRIMARY KEY (product_id)
);
comment on table private.plan_products is 'Stripe products that name a plan in their metadata, as they were when last fetched.';
comment on column private.plan_products.record is 'What _shared/billing/records.ts makes of the product.';
CREATE INDEX plan_products_plan ON private.plan_products USING btree (plan_id);
alter table private.plan_products enable row level security;
grant select, insert, update, delete on private.plan_products to service_role;

create unlogged table private.rate_limit_windows (
  key text not null,
  window_start timestamp with time zone not null,
  hits integer default 0 not null,
  constraint rate_limit_windows_pkey PRIMARY KEY (key, window_start)
);
comment on table private.rate_limit_windows is 'Fixed windows for the sign-in limits while Redis is down; keys are hashes, never addresses.';
CREATE INDEX rate_limit_windows_start ON private.rate_limit_windows USING btree (window_start);
alter table private.rate_limit_windows enable row level security;
grant select, insert, update, delete on private.rate_limit_windows to service_role;

create table private.reconciliation_seen (
  reconciliation_id bigint not null,
  object_type text not null,
  object_id text not null,
  constraint reconciliation_seen_pkey PRIMARY KEY (reconciliation_id, object_type, object_id),
  constraint reconciliation_seen_reconciliation_id_fkey FOREIGN KEY (reconciliation_id) REFERENCES private.reconciliations(id) ON DELETE CASCADE
);
comment on table private.reconciliation_seen is 'What a running reconciliation has met at Stripe, or looked for there; emptied when it ends.';
alter table private.reconciliation_seen enable row level security;
grant select, insert, update, delete on private.reconciliation_seen to service_role;

create table private.reconciliations (
  id bigint generated always as identity not null,
  repair boolean not null,
  cause text,
  phase text default 'product'::text not null,
  stage text default 'listing'::text not null,
  cursor text,
  checked integer default 0 not null,
  started_at timestamp with time zone default private.now() not null,
  finished_at timestamp with time zone,
  constraint reconciliations_pkey PRIMARY KEY (id),
  constraint reconciliations_once_per_cause UNIQUE (cause),
  constraint reconciliations_done_when_finished CHECK ((phase = 'done'::text) = (finished_at IS NOT NULL)),
  constraint reconciliations_phase_known CHECK (phase = ANY (ARRAY['product'::text, 'price'::text, 'subscription'::text, 'invoice'::text, 'charge'::text, 'credit_note'::text, 'done'::text])),
  constraint reconciliations_stage_known CHECK (stage = ANY (ARRAY['listing'::text, 'extras'::text]))
);
comment on table private.reconciliations is 'Runs that compare Stripe with our tables.';
comment on column private.reconciliations.repair is 'Whether differences are mended: Stripe is right.';
comment on column private.reconciliations.cause is 'The job that began it: one that is tried again goes on with its own run. Null when begun by hand.';
comment on column private.reconciliations.stage is 'listing: page by page of what Stripe lists of the phase''s kind; then extras: our rows that it did not list.';
comment on column private.reconciliations.cursor is 'The last object of the phase that was compared; null in the stage of extras.';
CREATE INDEX reconciliations_started ON private.reconciliations USING btree (started_at);
alter table private.reconciliations enable row level security;
grant select, insert, update, delete on private.reconciliations to service_role;

create table private.refund_intents (
  id uuid default gen_random_uuid() not null,
  payment_id uuid not null,
  amount bigint not null,
  state text default 'open'::text not null,
  cause text,
  stripe_refund_id text,
  refusal text,
  created_at timestamp with time zone default now() not null,
  closed_at timestamp with time zone,
  constraint refund_intents_pkey PRIMARY KEY (id),
  constraint refund_intents_once_per_cause UNIQUE (cause),
  constraint refund_intents_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE CASCADE,
  constraint refund_intents_amount_positive CHECK (amount > 0),
  constraint refund_intents_closed_when_ended CHECK ((state = ANY (ARRAY['done'::text, 'refused'::text])) = (closed_at IS NOT NULL)),
  constraint refund_intents_state_known CHECK (state = ANY (ARRAY['open'::text, 'refunded'::text, 'done'::text, 'refused'::text]))
);
comment on table private.refund_intents is 'Refunds that staff asked for; the id is Stripe''s idempotency key. open: Stripe may or may not have done it; refunded: mirrored, its credit note not yet issued; done; refused: nothing went back.';
comment on column private.refund_intents.cause is 'The request that asked, by its Idempotency-Key; null without one.';
CREATE INDEX refund_intents_closed ON private.refund_intents USING btree (closed_at) WHERE (closed_at IS NOT NULL);
CREATE INDEX refund_intents_payment ON private.refund_intents USING btree (payment_id);
alter table private.refund_intents enable row level security;
grant select, insert, update, delete on private.refund_intents to service_role;

create table private.restore_mails (
  provider_id text not null,
  address_hash text not null,
  sent_at timestamp with time zone not null,
  cause text,
  constraint restore_mails_pkey PRIMARY KEY (address_hash, provider_id)
);
comment on table private.restore_mails is 'Mails that were sent in a time of which the database knows nothing any more: to which address (hash), and Resend''s id.';
comment on column private.restore_mails.cause is 'The mail''s tag `cause` at Resend; empty: it has none; null: not asked yet. It never changes.';
CREATE INDEX restore_mails_sent ON private.restore_mails USING btree (sent_at);
CREATE INDEX restore_mails_unasked ON private.restore_mails USING btree (provider_id) WHERE (cause IS NULL);
alter table private.restore_mails enable row level security;
grant select, insert, update, delete on private.restore_mails to service_role;

create table private.restores (
  id bigint generated always as identity not null,
  taken_at timestamp with time zone not null,
  note text not null,
  begun_at timestamp with time zone default now() not null,
  mails_cursor text,
  mails_listed_at timestamp with time zone,
  constraint restores_pkey PRIMARY KEY (id),
  constraint restores_note_length CHECK (char_length(note) >= 5 AND char_length(note) <= 500),
  constraint restores_taken_before CHECK (taken_at < begun_at)
);
comment on table private.restores is 'Each time the database was taken back to an earlier moment.';
comment on column private.restores.taken_at is 'The moment that the database was taken back to.';
comment on column private.restores.mails_cursor is 'The last mail of Resend''s list that was noted: where a job that was cut off goes on.';
comment on column private.restores.mails_listed_at is 'When all mails since taken_at were noted; until then none is sent.';
alter table private.restores enable row level security;
grant select, insert, update, delete on private.restores to service_role;

create table private.retention_reasons (
  relation text not null,
  reason text not null,
  constraint retention_reasons_pkey PRIMARY KEY (relation),
  constraint retention_reasons_reason_said CHECK (char_length(reason) >= 20)
);
comment on table private.retention_reasons is 'Tables without a retention rule of their own: why their rows are kept, or with what they go. Every table of public and private has a rule or a row here; a new one says it in its own migration.';
comment on column private.retention_reasons.relation is 'The table, with its schema.';
comment on column private.retention_reasons.reason is 'For people: whoever asks what is kept, and why.';
alter table private.retention_reasons enable row level security;
grant select on private.retention_reasons to service_role;

create table private.retention_rules (
  name text not null,
  relation text not null,
  condition text not null,
  action text default 'delete'::text not null,
  keep interval not null,
  description text not null,
  constraint retention_rules_pkey PRIMARY KEY (name),
  constraint retention_rules_audit_kept CHECK (name <> 'audit_log'::text OR keep >= '90 days'::interval),
  constraint retention_rules_keep_positive CHECK (keep > '00:00:00'::interval),
  constraint retention_rules_name_format CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'::text)
);
comment on table private.retention_rules is 'What is kept how long. The conditions are SQL and run with the owner''s rights: migrations and operators at the database write them, nobody else.';
comment on column private.retention_rules.relation is 'The table whose rows go.';
comment on column private.retention_rules.condition is 'Which rows: SQL, in which $1 is the moment before which nothing is kept, and $2 is `keep` (for what goes by the business clock). It needs an index.';
comment on column private.retention_rules.action is '`delete`, or the assignments that empty a row which must stay. They must make its condition false.';
comment on column private.retention_rules.keep is 'For how long.';
comment on column private.retention_rules.description is 'What it is, for people.';
alter table private.retention_rules enable row level security;
grant select on private.retention_rules to service_role;
CREATE TRIGGER retention_rules_audit AFTER INSERT OR DELETE OR UPDATE ON private.retention_rules FOR EACH ROW EXECUTE FUNCTION private.audit('system', '', 'name', 'keep');

create table private.schedule_rules (
  kind text not null,
  every interval not null,
  at interval default '00:00:00'::interval not null,
  payload jsonb default '{}'::jsonb not null,
  last_job bigint,
  constraint schedule_rules_pkey PRIMARY KEY (kind),
  constraint schedule_rules_at_within_slot CHECK (at >= '00:00:00'::interval AND at < every),
  constraint schedule_rules_every_divides_time CHECK (every >= '00:01:00'::interval AND EXTRACT(month FROM every) = 0::numeric AND EXTRACT(year FROM every) = 0::numeric),
  constraint schedule_rules_kind_format CHECK (kind ~ '^[a-z][a-z0-9_]{0,39}$'::text)
);
comment on table private.schedule_rules is 'Which jobs run by the calendar, and when.';
comment on column private.schedule_rules.kind is 'The kind of job, as jobs-run knows it.';
comment on column private.schedule_rules.every is 'Length of a slot: 5 minutes, 1 day, 7 days.';
comment on column private.schedule_rules.at is 'When in its slot a job runs, in UTC: 3 hours of a day is 03:00; slots of a week begin on Monday.';
comment on column private.schedule_rules.payload is 'What each job gets.';
comment on column private.schedule_rules.last_job is 'The last slot''s job. Not a foreign key: the queue may forget jobs without asking.';
alter table private.schedule_rules enable row level security;
grant select, insert, update, delete on private.schedule_rules to service_role;

create table private.seat_syncs (
  workspace_id uuid not null,
  wanted_seq bigint default 0 not null,
  synced_seq bigint default 0 not null,
  locked_until timestamp with time zone,
  constraint seat_syncs_pkey PRIMARY KEY (workspace_id),
  constraint seat_syncs_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint seat_syncs_not_ahead CHECK (synced_seq <= wanted_seq)
);
comment on table private.seat_syncs is 'How often a workspace''s paid seats were to follow its members, and up to which of these they have.';
comment on column private.seat_syncs.wanted_seq is 'Raised with each change that asks for more seats.';
comment on column private.seat_syncs.synced_seq is 'The wanted_seq that the latest job had read before it counted.';
comment on column private.seat_syncs.locked_until is 'A job is at it until then, in real time: of two at once the one that counted first could undo the other.';
alter table private.seat_syncs enable row level security;
grant select, insert, update, delete on private.seat_syncs to service_role;

create table private.second_factor_rules (
  audience text not null,
  required boolean default false not null,
  updated_at timestamp with time zone default now() not null,
  constraint second_factor_rules_pkey PRIMARY KEY (audience),
  constraint second_factor_rules_audience_known CHECK (audience = ANY (ARRAY['staff'::text, 'paying_owners'::text]))
);
comment on table private.second_factor_rules is 'Of whom a second factor is required; two rows, written by operators (docs/sign-in.md).';
comment on column private.second_factor_rules.audience is 'staff: for everything that being staff gives. paying_owners: owners of a workspace with a running subscription, for what changes billing, members and keys.';
alter table private.second_factor_rules enable row level security;
grant select, insert, update, delete on private.second_factor_rules to service_role;
CREATE TRIGGER second_factor_rules_audit AFTER INSERT OR DELETE OR UPDATE ON private.second_factor_rules FOR EACH ROW EXECUTE FUNCTION private.audit('system', '', 'audience', 'required');
CREATE TRIGGER second_factor_rules_touch BEFORE UPDATE ON private.second_factor_rules FOR EACH ROW EXECUTE FUNCTION private.touch();

create table private.shop_drifts (
  id bigint generated always as identity not null,
  reconciliation_id bigint not null,
  kind text not null,
  object_type text not null,
  object_id text not null,
  order_id uuid,
  detail jsonb default '{}'::jsonb not null,
  found_at timestamp with time zone default private.now() not null,
  repaired_at timestamp with time zone,
  constraint shop_drifts_pkey PRIMARY KEY (id),
  constraint shop_drifts_once_a_run UNIQUE (reconciliation_id, object_type, object_id, kind),
  constraint shop_drifts_reconciliation_id_fkey FOREIGN KEY (reconciliation_id) REFERENCES private.shop_reconciliations(id) ON DELETE CASCADE,
  constraint shop_drifts_kind_format CHECK (kind ~ '^[a-z][a-z_]{0,39}$'::text)
);
comment on table private.shop_drifts is 'What a comparison of the shop found to differ; docs/operations.md says what each kind means.';
comment on column private.shop_drifts.order_id is 'The order concerned. No foreign key: it may be the one that is missing.';
alter table private.shop_drifts enable row level security;
grant select, insert, update, delete on private.shop_drifts to service_role;

create table private.shop_reconciliation_seen (
  reconciliation_id bigint not null,
  stripe_id text not null,
  constraint shop_reconciliation_seen_pkey PRIMARY KEY (reconciliation_id, stripe_id),
  constraint shop_reconciliation_seen_reconciliation_id_fkey FOREIGN KEY (reconciliation_id) REFERENCES private.shop_reconciliations(id) ON DELETE CASCADE
);
comment on table private.shop_reconciliation_seen is 'What a running comparison has met at Stripe, or looked for there; emptied when it ends.';
alter table private.shop_reconciliation_seen enable row level security;
grant select, insert, update, delete on private.shop_reconciliation_seen to service_role;

create table private.shop_reconciliations (
  id bigint generated always as identity not null,
  repair boolean not null,
  cause text,
  since timestamp with time zone,
  phase text default 'checkout_session'::text not null,
  cursor text,
  checked integer default 0 not null,
  started_at timestamp with time zone default private.now() not null,
  finished_at timestamp with time zone,
  constraint shop_reconciliations_pkey PRIMARY KEY (id),
  constraint shop_reconciliations_once_per_cause UNIQUE (cause),
  constraint shop_reconciliations_done_when_finished CHECK ((phase = 'done'::text) = (finished_at IS NOT NULL)),
  constraint shop_reconciliations_phase_known CHECK (phase = ANY (ARRAY['checkout_session'::text, 'charge'::text, 'refund'::text, 'dispute'::text, 'ledger'::text, 'hold'::text, 'books'::text, 'done'::text]))
);
comment on table private.shop_reconciliations is 'Runs that compare orders with Stripe and with the ledgers. A run goes on where it was cut off.';
comment on column private.shop_reconciliations.since is 'What was made before it is not looked at; null: everything.';
comment on column private.shop_reconciliations.phase is 'Four kinds as Stripe lists them; ledger: movements of ours that it did not list; hold: orders past their hold; books: counters against ledgers.';
comment on column private.shop_reconciliations.cursor is 'The last object of the phase that was compared.';
CREATE INDEX shop_reconciliations_started ON private.shop_reconciliations USING btree (started_at);
alter table private.shop_reconciliations enable row level security;
grant select, insert, update, delete on private.shop_reconciliations to service_role;

create table private.staff (
  user_id uuid not null,
  note text not null,
  created_at timestamp with time zone default now() not null,
  constraint staff_pkey PRIMARY KEY (user_id),
  constraint staff_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint staff_note_length CHECK (char_length(note) >= 1 AND char_length(note) <= 200)
);
comment on table private.staff is 'Users who operate the product.';
comment on column private.staff.note is 'Who they are and who let them in.';
alter table private.staff enable row level security;
grant select, insert, update, delete on private.staff to service_role;
CREATE TRIGGER staff_audit AFTER INSERT OR DELETE OR UPDATE ON private.staff FOR EACH ROW EXECUTE FUNCTION private.audit('system', '', 'user_id', '~note');

create table private.staff_decisions (
  id uuid not null,
  answer jsonb,
  created_at timestamp with time zone default now() not null,
  constraint staff_decisions_pkey PRIMARY KEY (id)
);
comment on table private.staff_decisions is 'What was answered to a decision of staff, kept in its own transaction: the same request again is answered with it.';
comment on column private.staff_decisions.id is 'The request.';
comment on column private.staff_decisions.answer is 'Null only within the transaction that decides.';
CREATE INDEX staff_decisions_created ON private.staff_decisions USING btree (created_at);
alter table private.staff_decisions enable row level security;
grant select, insert, update, delete on private.staff_decisions to service_role;

create table private.stock (
  variant_id uuid not null,
  on_hand integer default 0 not null,
  reserved integer default 0 not null,
  shortage integer default 0 not null,
  updated_at timestamp with time zone default now() not null,
  constraint stock_pkey PRIMARY KEY (variant_id),
  constraint stock_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id) ON DELETE CASCADE,
  constraint stock_never_oversold CHECK (reserved >= 0 AND (on_hand - reserved) >= 0),
  constraint stock_shortage_positive CHECK (shortage >= 0)
);
comment on table private.stock is 'What there is of each variant. Written by private.stock_change and private.stock_set, with their ledger rows.';
comment on column private.stock.on_hand is 'Not sold yet, reserved ones included.';
comment on column private.stock.reserved is 'Held by orders that are not paid yet.';
comment on column private.stock.shortage is 'Reserved units that a count did not find: somebody must resolve it.';
CREATE INDEX stock_short ON private.stock USING btree (variant_id) WHERE (shortage > 0);
alter table private.stock enable row level security;
grant select, insert, update, delete on private.stock to service_role;
CREATE TRIGGER stock_availability AFTER INSERT OR UPDATE OF on_hand, reserved ON private.stock FOR EACH ROW EXECUTE FUNCTION private.availability_follow();
CREATE TRIGGER stock_shortage AFTER UPDATE OF on_hand, reserved, shortage ON private.stock FOR EACH ROW WHEN (new.shortage > 0 AND new.on_hand > new.reserved) EXECUTE FUNCTION private.stock_shortage_shrink();
CREATE TRIGGER stock_touch BEFORE UPDATE ON private.stock FOR EACH ROW EXECUTE FUNCTION private.touch();

create table private.stock_movements (
  id bigint generated always as identity not null,
  variant_id uuid not null,
  kind text not null,
  on_hand_delta integer default 0 not null,
  reserved_delta integer default 0 not null,
  shortage_delta integer default 0 not null,
  order_id uuid,
  actor_id uuid,
  note text,
  created_at timestamp with time zone default private.now() not null,
  request_id uuid,
  constraint stock_movements_pkey PRIMARY KEY (id),
  constraint stock_movements_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id) ON DELETE RESTRICT,
  constraint stock_movements_kind_known CHECK (kind = ANY (ARRAY['reserved'::text, 'released'::text, 'sold'::text, 'restocked'::text, 'adjusted'::text, 'counted'::text, 'imported'::text])),
  constraint stock_movements_moves CHECK (on_hand_delta <> 0 OR reserved_delta <> 0 OR shortage_delta <> 0),
  constraint stock_movements_note_length CHECK (char_length(note) <= 500)
);
comment on table private.stock_movements is 'Ledger of the stock, only ever added to: the sums of its deltas equal the counters in private.stock.';
comment on column private.stock_movements.order_id is 'The order that caused it. Not a foreign key: the hot path locks nothing that it need not.';
comment on column private.stock_movements.actor_id is 'Who adjusted it; null for what orders do.';
comment on column private.stock_movements.request_id is 'The request of staff''s that it answers: the same one again moves nothing.';
CREATE UNIQUE INDEX stock_movements_once_per_request ON private.stock_movements USING btree (request_id) WHERE (request_id IS NOT NULL);
CREATE INDEX stock_movements_order ON private.stock_movements USING btree (order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX stock_movements_variant ON private.stock_movements USING btree (variant_id, id);
alter table private.stock_movements enable row level security;
grant select, insert on private.stock_movements to service_role;
grant insert (request_id) on private.stock_movements to service_role;
CREATE TRIGGER stock_movements_keep BEFORE DELETE OR UPDATE ON private.stock_movements FOR EACH ROW EXECUTE FUNCTION private.ledger_keep();
CREATE TRIGGER stock_movements_keep_all BEFORE TRUNCATE ON private.stock_movements FOR EACH STATEMENT EXECUTE FUNCTION private.ledger_keep();

create table private.subscription_cancellations (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  user_id uuid,
  stripe_subscription_id text not null,
  currency text not null,
  parts jsonb not null,
  created_at timestamp with time zone default now() not null,
  refunded_at timestamp with time zone,
  constraint subscription_cancellations_pkey PRIMARY KEY (id),
  constraint subscription_cancellations_once UNIQUE (stripe_subscription_id),
  constraint subscription_cancellations_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint subscription_cancellations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint subscription_cancellations_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text)
);
comment on table private.subscription_cancellations is 'Subscriptions that were ended at once with a refund; the id is the root of Stripe''s idempotency keys.';
comment on column private.subscription_cancellations.parts is '[{invoice, refund, credit}]: what of each paid invoice goes back to the card, and what to the customer''s credit that had paid it, in Stripe''s units. Reckoned once, when it was decided.';
CREATE INDEX subscription_cancellations_refunded ON private.subscription_cancellations USING btree (refunded_at) WHERE (refunded_at IS NOT NULL);
CREATE INDEX subscription_cancellations_user ON private.subscription_cancellations USING btree (user_id);
CREATE INDEX subscription_cancellations_workspace ON private.subscription_cancellations USING btree (workspace_id);
alter table private.subscription_cancellations enable row level security;
grant select, insert, update, delete on private.subscription_cancellations to service_role;

create table private.subscription_changes (
  quote_id uuid not null,
  workspace_id uuid not null,
  user_id uuid,
  stripe_subscription_id text not null,
  state text default 'open'::text not null,
  attempt smallint default 0 not null,
  locked_until timestamp with time zone not null,
  stripe_invoice_id text,
  created_at timestamp with time zone default now() not null,
  closed_at timestamp with time zone,
  constraint subscription_changes_pkey PRIMARY KEY (quote_id),
  constraint subscription_changes_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint subscription_changes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint subscription_changes_closed_when_ended CHECK ((state = 'open'::text) = (closed_at IS NULL)),
  constraint subscription_changes_state_known CHECK (state = ANY (ARRAY['open'::text, 'done'::text, 'refused'::text]))
);
comment on table private.subscription_changes is 'Uses of quotes. One open row a subscription: two changes never run beside each other, so what was checked is what is changed.';
comment on column private.subscription_changes.attempt is 'Counts definite refusals, a declined card for one: Stripe would repeat its refusal under the same idempotency key, so each attempt has its own.';
comment on column private.subscription_changes.locked_until is 'Real time: until then a call to Stripe may be under way, and nobody else may change the subscription.';
comment on column private.subscription_changes.stripe_invoice_id is 'What the change was charged or credited by; null where nothing was due.';
CREATE INDEX subscription_changes_closed ON private.subscription_changes USING btree (closed_at) WHERE (closed_at IS NOT NULL);
CREATE UNIQUE INDEX subscription_changes_one_open ON private.subscription_changes USING btree (stripe_subscription_id) WHERE (state = 'open'::text);
CREATE INDEX subscription_changes_user ON private.subscription_changes USING btree (user_id);
CREATE INDEX subscription_changes_workspace ON private.subscription_changes USING btree (workspace_id);
alter table private.subscription_changes enable row level security;
grant select, insert, update, delete on private.subscription_changes to service_role;

create table private.subscription_intents (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  user_id uuid,
  price_id text not null,
  quantity integer not null,
  state text default 'open'::text not null,
  stripe_subscription_id text,
  stripe_session_id text,
  success_url text,
  cancel_url text,
  created_at timestamp with time zone default now() not null,
  closed_at timestamp with time zone,
  trial_days smallint,
  trial_needs_card boolean default false not null,
  promotion_code_id text,
  payment_method_id text,
  constraint subscription_intents_pkey PRIMARY KEY (id),
  constraint subscription_intents_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint subscription_intents_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint subscription_intents_quantity_positive CHECK (quantity > 0),
  constraint subscription_intents_state_known CHECK (state = ANY (ARRAY['open'::text, 'bought'::text, 'abandoned'::text])),
  constraint subscription_intents_trial_positive CHECK (trial_days > 0)
);
comment on table private.subscription_intents is 'A purchase under way; its id is Stripe''s idempotency key.';
comment on column private.subscription_intents.stripe_session_id is 'The Checkout Session where it is paid; null for a purchase that the client confirms by itself.';
comment on column private.subscription_intents.success_url is 'Kept, so that each attempt to create the session sends the same values, as Stripe''s idempotency key demands.';
comment on column private.subscription_intents.payment_method_id is 'The card on file that a trial begins with. Kept, as all that Stripe is sent, so that each attempt sends the same.';
CREATE INDEX subscription_intents_closed ON private.subscription_intents USING btree (closed_at) WHERE (closed_at IS NOT NULL);
CREATE UNIQUE INDEX subscription_intents_one_open ON private.subscription_intents USING btree (workspace_id) WHERE (state = 'open'::text);
CREATE INDEX subscription_intents_subscription ON private.subscription_intents USING btree (stripe_subscription_id);
CREATE INDEX subscription_intents_user ON private.subscription_intents USING btree (user_id);
CREATE INDEX subscription_intents_workspace ON private.subscription_intents USING btree (workspace_id);
alter table private.subscription_intents enable row level security;
grant select, insert, update, delete on private.subscription_intents to service_role;

create table private.sync_targets (
  provider text not null,
  object_type text not null,
  object_id text not null,
  wanted_seq bigint default 0 not null,
  synced_seq bigint default 0 not null,
  version bigint default 0 not null,
  synced_at timestamp with time zone,
  constraint sync_targets_pkey PRIMARY KEY (provider, object_type, object_id),
  constraint sync_targets_not_ahead CHECK (synced_seq <= wanted_seq)
);
comment on table private.sync_targets is 'Objects mirrored from a provider: how often we were told to look, and up to which of these we have looked.';
comment on column private.sync_targets.wanted_seq is 'Raised by each event about the object.';
comment on column private.sync_targets.synced_seq is 'The wanted_seq that the latest written fetch had read beforehand.';
comment on column private.sync_targets.version is 'Raised by each write: a fetch older than another''s write is refused.';
CREATE INDEX sync_targets_behind ON private.sync_targets USING btree (provider) WHERE (synced_seq < wanted_seq);
alter table private.sync_targets enable row level security;
grant select, insert, update, delete on private.sync_targets to service_role;

create table private.usage_holds (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  meter text not null,
  period_start timestamp with time zone not null,
  key text not null,
  amount bigint not null,
  used bigint,
  state text default 'open'::text not null,
  created_at timestamp with time zone default private.now() not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint usage_holds_pkey PRIMARY KEY (id),
  constraint usage_holds_once_per_cause UNIQUE (workspace_id, meter, key),
  constraint usage_holds_counter FOREIGN KEY (workspace_id, meter, period_start) REFERENCES usage_counters(workspace_id, meter, period_start) ON DELETE CASCADE,
  constraint usage_holds_amount_positive CHECK (amount > 0),
  constraint usage_holds_ended CHECK ((state = 'open'::text) = (ended_at IS NULL)),
  constraint usage_holds_key_length CHECK (char_length(key) >= 1 AND char_length(key) <= 255),
  constraint usage_holds_state_known CHECK (state = ANY (ARRAY['open'::text, 'settled'::text, 'released'::text, 'expired'::text])),
  constraint usage_holds_used_not_negative CHECK (used >= 0),
  constraint usage_holds_used_when_settled CHECK ((state = 'settled'::text) = (used IS NOT NULL))
);
comment on table private.usage_holds is 'What is set aside of a counter for a call under way.';
comment on column private.usage_holds.key is 'What the call is for: a repetition gets the hold that is there, and is counted once.';
comment on column private.usage_holds.expires_at is 'After that it no longer counts against the limit, on the business clock; what was used is counted all the same when it is settled later.';
CREATE INDEX usage_holds_counter ON private.usage_holds USING btree (workspace_id, meter, period_start);
CREATE INDEX usage_holds_ended ON private.usage_holds USING btree (ended_at) WHERE (state <> 'open'::text);
CREATE INDEX usage_holds_open ON private.usage_holds USING btree (expires_at) WHERE (state = 'open'::text);
alter table private.usage_holds enable row level security;
grant select, insert, update, delete on private.usage_holds to service_role;

create table private.usage_reports (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  meter text not null,
  event_name text not null,
  stripe_customer_id text not null,
  value bigint not null,
  occurred_at timestamp with time zone not null,
  state text default 'open'::text not null,
  first_sent_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  constraint usage_reports_pkey PRIMARY KEY (id),
  constraint usage_reports_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint usage_reports_finished_when_sent CHECK ((state = 'open'::text) = (finished_at IS NULL)),
  constraint usage_reports_state_known CHECK (state = ANY (ARRAY['open'::text, 'sent'::text])),
  constraint usage_reports_value_positive CHECK (value > 0)
);
comment on table private.usage_reports is 'What Stripe is told, or is to be told, that a workspace has used.';
comment on column private.usage_reports.event_name is 'The Stripe meter''s name for its events.';
comment on column private.usage_reports.occurred_at is 'When the last of it was used: Stripe counts all of it in the period in which this lies.';
comment on column private.usage_reports.first_sent_at is 'When it was first tried, in real time: for a day after that Stripe knows the identifier.';
CREATE INDEX usage_reports_customer ON private.usage_reports USING btree (stripe_customer_id, event_name, occurred_at);
CREATE INDEX usage_reports_finished ON private.usage_reports USING btree (finished_at) WHERE (state = 'sent'::text);
CREATE INDEX usage_reports_workspace ON private.usage_reports USING btree (workspace_id);
alter table private.usage_reports enable row level security;
grant select, insert, update, delete on private.usage_reports to service_role;

create table private.webhook_endpoint_secrets (
  endpoint_id uuid not null,
  secret text not null,
  previous_secret text,
  previous_until timestamp with time zone,
  rotated_at timestamp with time zone default private.now() not null,
  rotation_id uuid,
  constraint webhook_endpoint_secrets_pkey PRIMARY KEY (endpoint_id),
  constraint webhook_endpoint_secrets_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE,
  constraint webhook_endpoint_secrets_previous_until CHECK ((previous_secret IS NULL) = (previous_until IS NULL)),
  constraint webhook_endpoint_secrets_secret_format CHECK (secret ~ '^whsec_[A-Za-z0-9+/]+=*$'::text)
);
comment on table private.webhook_endpoint_secrets is 'What events are signed with. Staff read theirs by webhook_endpoint_secret(), which the audit log notes.';
comment on column private.webhook_endpoint_secrets.previous_until is 'Until when the secret before signs as well: each event then carries two signatures.';
comment on column private.webhook_endpoint_secrets.rotation_id is 'The caller''s id of the rotation that made the secret: the same one again makes no other. Null where none was given.';
alter table private.webhook_endpoint_secrets enable row level security;
grant select, insert, update, delete on private.webhook_endpoint_secrets to service_role;

create table private.webhook_event_changes (
  id bigint generated always as identity not null,
  event_id bigint not null,
  table_name text not null,
  row_key text not null,
  before jsonb,
  after jsonb,
  changed_at timestamp with time zone default now() not null,
  constraint webhook_event_changes_pkey PRIMARY KEY (id),
  constraint webhook_event_changes_event_id_fkey FOREIGN KEY (event_id) REFERENCES private.webhook_events(id) ON DELETE CASCADE,
  constraint webhook_event_changes_something CHECK (before IS NOT NULL OR after IS NOT NULL)
);
comment on table private.webhook_event_changes is 'What the handling of an event changed in our tables, row by row. An event without any found that another one had already brought the news.';
comment on column private.webhook_event_changes.before is 'Of a changed row the columns that changed, of a removed one all; null for a new row.';
comment on column private.webhook_event_changes.after is 'Of a changed row the columns that changed, of a new one all; null for a removed row.';
CREATE INDEX webhook_event_changes_event ON private.webhook_event_changes USING btree (event_id, id);
alter table private.webhook_event_changes enable row level security;
grant select, insert, update, delete on private.webhook_event_changes to service_role;

create table private.webhook_events (
  id bigint generated always as identity not null,
  provider text not null,
  event_id text not null,
  type text not null,
  payload jsonb not null,
  targets jsonb default '[]'::jsonb not null,
  received_at timestamp with time zone default now() not null,
  handled_at timestamp with time zone,
  discarded_at timestamp with time zone,
  note text,
  constraint webhook_events_pkey PRIMARY KEY (id),
  constraint webhook_events_once_per_delivery_key UNIQUE (provider, event_id),
  constraint webhook_events_note_length CHECK (char_length(note) >= 5 AND char_length(note) <= 500)
);
comment on table private.webhook_events is 'Inbox: each event that a provider sent, stored before it is acknowledged.';
comment on column private.webhook_events.event_id is 'The provider''s own id of the event: the same event delivered twice is one row.';
comment on column private.webhook_events.targets is 'The objects to look at again, [{type, id, seq}]: seq is the wanted_seq that this event raised.';
comment on column private.webhook_events.handled_at is 'When its job had done everything that follows from it.';
comment on column private.webhook_events.discarded_at is 'When staff discarded the job that was to handle it: nobody waits for it any more. A replay forgets it.';
comment on column private.webhook_events.note is 'Why staff replayed it last.';
CREATE INDEX webhook_events_by_type ON private.webhook_events USING btree (provider, type, id);
CREATE INDEX webhook_events_handled ON private.webhook_events USING btree (handled_at) WHERE (handled_at IS NOT NULL);
CREATE INDEX webhook_events_unhandled ON private.webhook_events USING btree (received_at) WHERE ((handled_at IS NULL) AND (discarded_at IS NULL));
alter table private.webhook_events enable row level security;
grant select, insert, update, delete on private.webhook_events to service_role;

create table private.workspace_trials (
  workspace_id uuid not null,
  intent_id uuid,
  stripe_subscription_id text,
  created_at timestamp with time zone default now() not null,
  constraint workspace_trials_pkey PRIMARY KEY (workspace_id),
  constraint workspace_trials_intent_id_fkey FOREIGN KEY (intent_id) REFERENCES private.subscription_intents(id) ON DELETE SET NULL,
  constraint workspace_trials_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE
);
comment on table private.workspace_trials is 'Workspaces that have had a trial, or are buying one: written with the purchase, so that two at once are one. A purchase that was given up without a subscription gives it back.';
CREATE INDEX workspace_trials_intent ON private.workspace_trials USING btree (intent_id);
alter table private.workspace_trials enable row level security;
grant select, insert, update, delete on private.workspace_trials to service_role;

create table public.account_deletions (
  id uuid default gen_random_uuid() not null,
  user_id uuid not null,
  state text default 'unconfirmed'::text not null,
  step text default 'stripe'::text not null,
  requested_at timestamp with time zone default private.now() not null,
  due_at timestamp with time zone,
  finished_at timestamp with time zone,
  constraint account_deletions_pkey PRIMARY KEY (id),
  constraint account_deletions_due_when_confirmed CHECK ((state = ANY (ARRAY['unconfirmed'::text, 'cancelled'::text])) OR due_at IS NOT NULL),
  constraint account_deletions_finished CHECK ((state = ANY (ARRAY['blocked'::text, 'cancelled'::text, 'done'::text])) = (finished_at IS NOT NULL)),
  constraint account_deletions_state_known CHECK (state = ANY (ARRAY['unconfirmed'::text, 'scheduled'::text, 'running'::text, 'blocked'::text, 'cancelled'::text, 'done'::text])),
  constraint account_deletions_step_known CHECK (step = ANY (ARRAY['stripe'::text, 'files'::text, 'records'::text, 'user'::text]))
);
comment on table public.account_deletions is 'Accounts to be deleted, and that some were: of a user who is gone nothing but the id.';
comment on column public.account_deletions.user_id is 'No foreign key: the row outlives the user.';
comment on column public.account_deletions.state is 'unconfirmed: a mail was sent; scheduled: until due_at one may change one''s mind; running; blocked: others'' workspaces hang on the user; cancelled; done.';
comment on column public.account_deletions.step is 'What is to be done next while running.';
comment on column public.account_deletions.due_at is 'When it begins, on the business clock.';
CREATE INDEX account_deletions_finished_at ON public.account_deletions USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE UNIQUE INDEX account_deletions_one_under_way ON public.account_deletions USING btree (user_id) WHERE (state = ANY (ARRAY['unconfirmed'::text, 'scheduled'::text, 'running'::text]));
CREATE INDEX account_deletions_unconfirmed ON public.account_deletions USING btree (requested_at) WHERE (state = 'unconfirmed'::text);
CREATE INDEX account_deletions_user ON public.account_deletions USING btree (user_id, requested_at DESC);
alter table public.account_deletions enable row level security;
grant select on public.account_deletions to authenticated;
grant select, insert, update, delete on public.account_deletions to service_role;
create policy "Users read the deletion of their own account" on public.account_deletions for select to authenticated
  using (user_id >= (( SELECT private.readable_user(false) AS readable_user)) AND user_id <= (( SELECT private.readable_user(true) AS readable_user)));

create table public.account_exports (
  id uuid default gen_random_uuid() not null,
  user_id uuid not null,
  state text default 'pending'::text not null,
  cursor jsonb default '{}'::jsonb not null,
  parts smallint default 0 not null,
  bytes bigint default 0 not null,
  requested_at timestamp with time zone default private.now() not null,
  ready_at timestamp with time zone,
  expires_at timestamp with time zone,
  constraint account_exports_pkey PRIMARY KEY (id),
  constraint account_exports_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint account_exports_ready_until CHECK ((state = 'pending'::text) = (expires_at IS NULL)),
  constraint account_exports_state_known CHECK (state = ANY (ARRAY['pending'::text, 'ready'::text, 'expired'::text]))
);
comment on table public.account_exports is 'Exports that users asked for.';
comment on column public.account_exports.state is 'pending: being gathered; ready: to be downloaded until expires_at; expired: its files are gone.';
comment on column public.account_exports.cursor is 'Where gathering goes on: {relation, after}.';
comment on column public.account_exports.parts is 'How many zip files there are so far: <user>/<id>/part-001.zip … in the bucket `exports`.';
CREATE INDEX account_exports_expired ON public.account_exports USING btree (expires_at) WHERE (state = 'expired'::text);
CREATE UNIQUE INDEX account_exports_one_pending ON public.account_exports USING btree (user_id) WHERE (state = 'pending'::text);
CREATE INDEX account_exports_ready ON public.account_exports USING btree (expires_at) WHERE (state = 'ready'::text);
CREATE INDEX account_exports_user ON public.account_exports USING btree (user_id, requested_at DESC);
alter table public.account_exports enable row level security;
grant select on public.account_exports to authenticated;
grant select, insert, update, delete on public.account_exports to service_role;
create policy "Users read their own exports" on public.account_exports for select to authenticated
  using (user_id >= (( SELECT private.readable_user(false) AS readable_user)) AND user_id <= (( SELECT private.readable_user(true) AS readable_user)));

create table public.audit_log (
  id bigint generated by default as identity not null,
  workspace_id uuid,
  actor_id uuid,
  actor_kind text not null,
  action text not null,
  target text,
  changes jsonb default '{}'::jsonb not null,
  reason text,
  request_id text,
  created_at timestamp with time zone default private.now() not null,
  constraint audit_log_pkey PRIMARY KEY (id),
  constraint audit_log_action_format CHECK (action ~ '^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$'::text),
  constraint audit_log_actor_kind_known CHECK (actor_kind = ANY (ARRAY['user'::text, 'api_key'::text, 'staff'::text, 'anonymous'::text, 'system'::text, 'stripe'::text])),
  constraint audit_log_reason_length CHECK (char_length(reason) <= 500),
  constraint audit_log_request_id_length CHECK (char_length(request_id) <= 64)
);
comment on table public.audit_log is 'Who changed what: one row for each change of an audited row. Append-only: what is older than its retention rule goes, nothing else does.';
comment on column public.audit_log.workspace_id is 'Whose change it is; null where no workspace is concerned. No foreign key: an entry outlives its workspace.';
comment on column public.audit_log.actor_id is 'The user, API key or member of staff. No foreign key: an entry outlives its actor, of whom only this id is left.';
comment on column public.audit_log.actor_kind is 'user, api_key, staff (acting on what is not their own, or with a reason), anonymous, system (a job, the schedule, an operator at the database) or stripe (followed from what Stripe holds).';
comment on column public.audit_log.action is 'Table and verb: workspace_members.update; or what a function notes: account.export.';
comment on column public.audit_log.target is 'Which row of the table: its id.';
comment on column public.audit_log.changes is '{column: {old, new}} of the listed columns; {} as a column''s value says that it changed and that its values are not kept.';
comment on column public.audit_log.reason is 'Why, where whoever acted has said so.';
comment on column public.audit_log.request_id is 'x-request-id of the request to one of our functions.';
CREATE INDEX audit_log_actor ON public.audit_log USING btree (actor_id, id DESC);
CREATE INDEX audit_log_created ON public.audit_log USING btree (created_at);
CREATE INDEX audit_log_workspace ON public.audit_log USING btree (workspace_id, id DESC);
alter table public.audit_log enable row level security;
grant select on public.audit_log to authenticated;
grant select on public.audit_log to service_role;
create policy "Owners and admins read what was done in their workspaces, staff" on public.audit_log for select to authenticated
  using ((workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids_with('audit_log'::text, ARRAY['owner'::text, 'admin'::text]) AS my_workspace_ids_with)))) OR workspace_id >= (( SELECT private.staff_reach(false) AS staff_reach)) AND workspace_id <= (( SELECT private.staff_reach(true) AS staff_reach)) OR workspace_id IS NULL AND ( SELECT private.is_staff() AS is_staff));
CREATE TRIGGER audit_log_keep BEFORE DELETE OR UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION private.audit_log_keep();
CREATE TRIGGER audit_log_keep_all BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION private.audit_log_keep();

create table public.billing_details (
  workspace_id uuid not null,
  name text,
  line1 text,
  line2 text,
  postal_code text,
  city text,
  state text,
  country text,
  tax_id_type text,
  tax_id text,
  tax_id_status text,
  updated_at timestamp with time zone default now() not null,
  constraint billing_details_pkey PRIMARY KEY (workspace_id),
  constraint billing_details_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint billing_details_country_iso CHECK (country ~ '^[A-Z]{2}$'::text),
  constraint billing_details_status_known CHECK (tax_id_status = ANY (ARRAY['pending'::text, 'verified'::text, 'unverified'::text, 'unavailable'::text])),
  constraint billing_details_tax_id_whole CHECK ((tax_id IS NULL) = (tax_id_type IS NULL) AND (tax_id IS NULL) = (tax_id_status IS NULL))
);
comment on table public.billing_details is 'Whom a workspace''s invoices are made out to; mirror of its Stripe customer.';
comment on column public.billing_details.country is 'ISO 3166-1 alpha-2; decides, with the tax id, which tax is due.';
comment on column public.billing_details.tax_id_type is 'Stripe''s own: eu_vat, gb_vat …';
comment on column public.billing_details.tax_id_status is 'What the register says: pending, verified, unverified (then it is no longer used, and kept to be seen); unavailable where there is no register.';
alter table public.billing_details enable row level security;
grant select on public.billing_details to authenticated;
grant select, insert, update, delete on public.billing_details to service_role;
create policy "Owners, admins, billing and staff read billing details" on public.billing_details for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text, 'billing'::text]) AS readable_workspace_ids))));
CREATE TRIGGER billing_details_audit AFTER INSERT OR DELETE OR UPDATE ON billing_details FOR EACH ROW EXECUTE FUNCTION private.audit('stripe', 'workspace_id', 'workspace_id', 'country', 'tax_id_type', 'tax_id_status', '~tax_id', '~name', '~line1');
CREATE TRIGGER billing_details_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON billing_details FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('workspace_id');
CREATE TRIGGER billing_details_touch BEFORE UPDATE ON billing_details FOR EACH ROW EXECUTE FUNCTION private.touch();

create view public.billing_documents as
 SELECT invoice.id,
    'invoice'::text AS kind,
    invoice.workspace_id,
    invoice.id AS invoice_id,
    invoice.number,
    plan.name AS plan,
    invoice.description,
    invoice.status,
    invoice.currency,
    invoice.total AS amount,
    invoice.created_at,
    invoice.hosted_invoice_url AS page_url,
    invoice.invoice_pdf AS pdf_url,
    invoice.tax
   FROM invoices invoice
     LEFT JOIN prices price ON price.id = invoice.price_id
     LEFT JOIN plans plan ON plan.id = price.plan_id
  WHERE invoice.status <> 'draft'::text
UNION ALL
 SELECT note.id,
    'credit_note'::text AS kind,
    note.workspace_id,
    note.invoice_id,
    note.number,
    plan.name AS plan,
    note.memo AS description,
    note.status,
    note.currency,
        CASE
            WHEN note.status = 'issued'::text THEN - note.total
            ELSE 0::bigint
        END AS amount,
    note.created_at,
    invoice.hosted_invoice_url AS page_url,
    note.pdf AS pdf_url,
        CASE
            WHEN note.status = 'issued'::text THEN - note.tax
            ELSE 0::bigint
        END AS tax
   FROM credit_notes note
     JOIN invoices invoice ON invoice.id = note.invoice_id
     LEFT JOIN prices price ON price.id = invoice.price_id
     LEFT JOIN plans plan ON plan.id = price.plan_id
UNION ALL
 SELECT refund.id,
    'refund'::text AS kind,
    refund.workspace_id,
    payment.invoice_id,
    invoice.number,
    plan.name AS plan,
    refund.reason AS description,
    refund.status,
    refund.currency,
        CASE
            WHEN refund.status = ANY (ARRAY['failed'::text, 'canceled'::text]) THEN 0::bigint
            ELSE (credited.amount - refund.amount::numeric)::bigint
        END AS amount,
    refund.created_at,
    invoice.hosted_invoice_url AS page_url,
    NULL::text AS pdf_url,
    0::bigint AS tax
   FROM refunds refund
     JOIN payments payment ON payment.id = refund.payment_id
     LEFT JOIN invoices invoice ON invoice.id = payment.invoice_id
     LEFT JOIN prices price ON price.id = invoice.price_id
     LEFT JOIN plans plan ON plan.id = price.plan_id,
    LATERAL ( SELECT COALESCE(sum(link.amount), 0::numeric) AS amount
           FROM credit_notes note,
            LATERAL UNNEST(note.stripe_refund_ids, note.refunded_amounts) link(id, amount)
          WHERE note.invoice_id = payment.invoice_id AND note.status = 'issued'::text AND link.id = refund.stripe_refund_id) credited
  WHERE refund.amount::numeric > credited.amount;
comment on view public.billing_documents is 'Invoices, credit notes, and refunds that no credit note stands for: each amount of money once, what went back negative. Newest first by (created_at, id), which is also its keyset.';
comment on column public.billing_documents.tax is 'What of `amount` is tax.';
grant select on public.billing_documents to authenticated;
grant select on public.billing_documents to service_role;

create table public.catalogue_exports (
  id uuid default gen_random_uuid() not null,
  created_by uuid,
  state text default 'running'::text not null,
  price_lists jsonb not null,
  cursor jsonb default '{}'::jsonb not null,
  parts integer default 0 not null,
  rows_done integer default 0 not null,
  bytes bigint default 0 not null,
  created_at timestamp with time zone default private.now() not null,
  ready_at timestamp with time zone,
  expires_at timestamp with time zone,
  constraint catalogue_exports_pkey PRIMARY KEY (id),
  constraint catalogue_exports_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint catalogue_exports_ready_until CHECK ((state = 'running'::text) = (expires_at IS NULL)),
  constraint catalogue_exports_state_known CHECK (state = ANY (ARRAY['running'::text, 'ready'::text, 'expired'::text]))
);
comment on table public.catalogue_exports is 'Exports of the catalogue to CSV files, and how far they are.';
comment on column public.catalogue_exports.price_lists is 'The lists whose prices it has, {id: currency}: the header of each part.';
comment on column public.catalogue_exports.cursor is 'The row after which it goes on, {product, sku}.';
comment on column public.catalogue_exports.parts is 'How many files there are so far: <id>/catalogue-001.csv … in the bucket catalogue-exports.';
CREATE INDEX catalogue_exports_created_by ON public.catalogue_exports USING btree (created_by);
CREATE INDEX catalogue_exports_expires ON public.catalogue_exports USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE UNIQUE INDEX catalogue_exports_one_running ON public.catalogue_exports USING btree (state) WHERE (state = 'running'::text);
alter table public.catalogue_exports enable row level security;
grant select on public.catalogue_exports to authenticated;
grant select, insert, update, delete on public.catalogue_exports to service_role;
create policy "Staff read exports of the catalogue" on public.catalogue_exports for select to authenticated
  using (( SELECT private.is_staff() AS is_staff));

create table public.catalogue_import_errors (
  import_id uuid not null,
  line integer not null,
  column_name text not null,
  problem text not null,
  constraint catalogue_import_errors_pkey PRIMARY KEY (import_id, line, column_name),
  constraint catalogue_import_errors_import_id_fkey FOREIGN KEY (import_id) REFERENCES catalogue_imports(id) ON DELETE CASCADE,
  constraint catalogue_import_errors_problem_length CHECK (char_length(problem) >= 1 AND char_length(problem) <= 500)
);
comment on table public.catalogue_import_errors is 'What is wrong with which line of an import''s file: the first thousand.';
comment on column public.catalogue_import_errors.line is 'Of the file, as an editor counts them; where the row begins.';
comment on column public.catalogue_import_errors.column_name is 'The header''s name; empty for the row as a whole.';
alter table public.catalogue_import_errors enable row level security;
grant select on public.catalogue_import_errors to authenticated;
grant select, insert, update, delete on public.catalogue_import_errors to service_role;
create policy "Staff read errors of imports" on public.catalogue_import_errors for select to authenticated
  using (( SELECT private.is_staff() AS is_staff));

create table public.catalogue_imports (
  id uuid default gen_random_uuid() not null,
  created_by uuid,
  path text not null,
  file jsonb not null,
  dry_run boolean not null,
  state text default 'running'::text not null,
  separator text,
  columns jsonb,
  bytes_total bigint not null,
  bytes_done bigint default 0 not null,
  lines_done integer default 0 not null,
  batches integer default 0 not null,
  rows_done integer default 0 not null,
  file_rows integer,
  created integer default 0 not null,
  updated integer default 0 not null,
  unchanged integer default 0 not null,
  failed integer default 0 not null,
  problem text,
  created_at timestamp with time zone default private.now() not null,
  finished_at timestamp with time zone,
  constraint catalogue_imports_pkey PRIMARY KEY (id),
  constraint catalogue_imports_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint catalogue_imports_counts_add_up CHECK ((created + updated + unchanged + failed) = rows_done),
  constraint catalogue_imports_finished_when_ended CHECK ((state = 'running'::text) = (finished_at IS NULL)),
  constraint catalogue_imports_problem_when_failed CHECK ((state = 'failed'::text) = (problem IS NOT NULL)),
  constraint catalogue_imports_state_known CHECK (state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])),
  constraint catalogue_imports_within_file CHECK (bytes_done >= 0 AND bytes_done <= bytes_total)
);
comment on table public.catalogue_imports is 'Imports of the catalogue from CSV files, and how far they are.';
comment on column public.catalogue_imports.path is 'The file in the storage bucket catalogue-imports.';
comment on column public.catalogue_imports.file is 'Which file that was, {id, etag}: another one under its name is not read on.';
comment on column public.catalogue_imports.columns is 'The names of the header, in their order; null until it is read.';
comment on column public.catalogue_imports.bytes_done is 'Where the next batch begins.';
comment on column public.catalogue_imports.file_rows is 'How many rows the file has; null until all are read.';
comment on column public.catalogue_imports.failed is 'Rows that were left out; catalogue_import_errors says why, of the first thousand.';
comment on column public.catalogue_imports.problem is 'Why it ended before the file did.';
CREATE INDEX catalogue_imports_created ON public.catalogue_imports USING btree (created_at DESC, id);
CREATE INDEX catalogue_imports_created_by ON public.catalogue_imports USING btree (created_by);
CREATE INDEX catalogue_imports_finished ON public.catalogue_imports USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE UNIQUE INDEX catalogue_imports_one_running ON public.catalogue_imports USING btree (state) WHERE (state = 'running'::text);
alter table public.catalogue_imports enable row level security;
grant select on public.catalogue_imports to authenticated;
grant select, insert, update, delete on public.catalogue_imports to service_role;
create policy "Staff read imports" on public.catalogue_imports for select to authenticated
  using (( SELECT private.is_staff() AS is_staff));

create table public.categories (
  id uuid default gen_random_uuid() not null,
  parent_id uuid,
  slug text not null,
  name_en text not null,
  name_fr text not null,
  "position" integer default 0 not null,
  active boolean default true not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint categories_pkey PRIMARY KEY (id),
  constraint categories_slug_key UNIQUE (slug),
  constraint categories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES categories(id) ON DELETE RESTRICT,
  constraint categories_name_en_length CHECK (char_length(name_en) >= 1 AND char_length(name_en) <= 200),
  constraint categories_name_fr_length CHECK (char_length(name_fr) >= 1 AND char_length(name_fr) <= 200),
  constraint categories_not_own_parent CHECK (parent_id <> id),
  constraint categories_slug_format CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text AND char_length(slug) <= 100)
);
comment on table public.categories is 'The tree of categories; a product is in one and, by it, in those above.';
CREATE INDEX categories_parent ON public.categories USING btree (parent_id);
alter table public.categories enable row level security;
grant select on public.categories to anon;
grant select, delete on public.categories to authenticated;
grant select, insert, update, delete on public.categories to service_role;
grant insert (id, parent_id, slug, name_en, name_fr, "position", active), update (parent_id, slug, name_en, name_fr, "position", active) on public.categories to authenticated;
create policy "Everybody reads active categories" on public.categories for select to anon
  using (active);
create policy "Staff delete" on public.categories for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.categories for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff update" on public.categories for update to authenticated
  using (( SELECT private.is_staff() AS is_staff))
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Users read active categories, staff all" on public.categories for select to authenticated
  using (active OR ( SELECT private.is_staff() AS is_staff));
CREATE TRIGGER categories_audit AFTER INSERT OR DELETE OR UPDATE OF parent_id, slug, name_en, name_fr, active ON categories FOR EACH ROW WHEN (private.catalogue_audited()) EXECUTE FUNCTION private.audit('system', '', 'id', 'parent_id', 'slug', '~name_en', '~name_fr', 'active');
CREATE TRIGGER categories_touch BEFORE UPDATE ON categories FOR EACH ROW EXECUTE FUNCTION private.touch();
CREATE TRIGGER categories_tree AFTER INSERT OR UPDATE OF parent_id ON categories FOR EACH ROW WHEN (new.parent_id IS NOT NULL) EXECUTE FUNCTION private.category_stays_tree();

create table public.credit_notes (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  invoice_id uuid not null,
  stripe_credit_note_id text not null,
  number text not null,
  status text not null,
  reason text,
  memo text,
  currency text not null,
  subtotal bigint not null,
  total bigint not null,
  stripe_refund_ids text[] default '{}'::text[] not null,
  pdf text,
  created_at timestamp with time zone not null,
  voided_at timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  tax bigint default 0 not null,
  refunded_amounts bigint[] default '{}'::bigint[] not null,
  constraint credit_notes_pkey PRIMARY KEY (id),
  constraint credit_notes_stripe_id_key UNIQUE (stripe_credit_note_id),
  constraint credit_notes_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id) ON DELETE CASCADE,
  constraint credit_notes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint credit_notes_amount_each_refund CHECK (cardinality(refunded_amounts) = cardinality(stripe_refund_ids)),
  constraint credit_notes_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint credit_notes_status_known CHECK (status = ANY (ARRAY['issued'::text, 'void'::text])),
  constraint credit_notes_total_not_negative CHECK (total >= 0)
);
comment on table public.credit_notes is 'What was taken off an invoice after it was issued; mirror of Stripe''s credit notes.';
comment on column public.credit_notes.total is 'Taxes included; a positive amount, in minor units.';
comment on column public.credit_notes.stripe_refund_ids is 'The refunds that paid it back: the same money, so whoever adds up counts the note alone. Ids and no rows, since either may be mirrored first.';
comment on column public.credit_notes.tax is 'What of `total` is tax.';
comment on column public.credit_notes.refunded_amounts is 'How much of each refund it stands for: with tax, not every sum is a net amount and its tax in whole units.';
CREATE INDEX credit_notes_invoice ON public.credit_notes USING btree (invoice_id);
CREATE INDEX credit_notes_workspace ON public.credit_notes USING btree (workspace_id, created_at DESC);
alter table public.credit_notes enable row level security;
grant select on public.credit_notes to authenticated;
grant select, insert, update, delete on public.credit_notes to service_role;
create policy "Owners, admins, billing and staff read credit notes" on public.credit_notes for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text, 'billing'::text]) AS readable_workspace_ids))));
CREATE TRIGGER credit_notes_audit AFTER INSERT OR DELETE OR UPDATE ON credit_notes FOR EACH ROW EXECUTE FUNCTION private.audit('stripe', 'workspace_id', 'stripe_credit_note_id', 'number', 'status', 'total', 'currency', 'reason');
CREATE TRIGGER credit_notes_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON credit_notes FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('stripe_credit_note_id');
CREATE TRIGGER credit_notes_touch BEFORE UPDATE ON credit_notes FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.discount_scopes (
  id uuid default gen_random_uuid() not null,
  discount_id uuid not null,
  product_id uuid,
  category_id uuid,
  constraint discount_scopes_pkey PRIMARY KEY (id),
  constraint discount_scopes_once UNIQUE NULLS NOT DISTINCT (discount_id, product_id, category_id),
  constraint discount_scopes_category_id_fkey FOREIGN KEY (category_id) REFERENCES categories(id) ON DELETE CASCADE,
  constraint discount_scopes_discount_id_fkey FOREIGN KEY (discount_id) REFERENCES discounts(id) ON DELETE CASCADE,
  constraint discount_scopes_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  constraint discount_scopes_one_thing CHECK (num_nonnulls(product_id, category_id) = 1)
);
comment on table public.discount_scopes is 'What a discount covers: products, and categories with what is below them; without a row, everything.';
CREATE INDEX discount_scopes_category ON public.discount_scopes USING btree (category_id);
CREATE INDEX discount_scopes_product ON public.discount_scopes USING btree (product_id);
alter table public.discount_scopes enable row level security;
grant select, delete on public.discount_scopes to authenticated;
grant select, insert, update, delete on public.discount_scopes to service_role;
grant insert (id, discount_id, product_id, category_id) on public.discount_scopes to authenticated;
create policy "Staff delete" on public.discount_scopes for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.discount_scopes for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff read what discounts cover" on public.discount_scopes for select to authenticated
  using (( SELECT private.is_staff() AS is_staff));
CREATE TRIGGER discount_scopes_audit AFTER INSERT OR DELETE ON discount_scopes FOR EACH ROW WHEN (private.catalogue_audited()) EXECUTE FUNCTION private.audit('system', '', 'discount_id', 'product_id', 'category_id');

create table public.discounts (
  id uuid default gen_random_uuid() not null,
  code text not null,
  kind text not null,
  basis_points integer,
  amount bigint,
  price_list_id text,
  minimum_amount bigint default 0 not null,
  max_redemptions integer,
  max_per_customer integer,
  redeemed integer default 0 not null,
  starts_at timestamp with time zone default private.now() not null,
  ends_at timestamp with time zone,
  active boolean default true not null,
  created_at timestamp with time zone default private.now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint discounts_pkey PRIMARY KEY (id),
  constraint discounts_code_key UNIQUE (code),
  constraint discounts_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE RESTRICT,
  constraint discounts_amount_positive CHECK (amount > 0),
  constraint discounts_basis_points_possible CHECK (basis_points >= 1 AND basis_points <= 10000),
  constraint discounts_code_format CHECK (code ~ '^[A-Z0-9_-]{2,40}$'::text),
  constraint discounts_kind_known CHECK (kind = ANY (ARRAY['percent'::text, 'amount'::text])),
  constraint discounts_limits_positive CHECK (max_redemptions > 0 AND max_per_customer > 0),
  constraint discounts_minimum_of_list CHECK (minimum_amount = 0 OR price_list_id IS NOT NULL),
  constraint discounts_minimum_positive CHECK (minimum_amount >= 0),
  constraint discounts_percent_or_amount CHECK (
CASE kind
    WHEN 'percent'::text THEN basis_points IS NOT NULL AND amount IS NULL
    ELSE amount IS NOT NULL AND price_list_id IS NOT NULL AND basis_points IS NULL
END),
  constraint discounts_redeemed_within_limit CHECK (redeemed >= 0),
  constraint discounts_validity_ordered CHECK (ends_at > starts_at)
);
comment on table public.discounts is 'Codes that take something off an order.';
comment on column public.discounts.code is 'Upper case; buyers may write it as they like.';
comment on column public.discounts.basis_points is 'Hundredths of a percent: 1000 is 10 %.';
comment on column public.discounts.price_list_id is 'The list whose currency amount and minimum are in, and to which it is bound; null: all.';
comment on column public.discounts.minimum_amount is 'What the lines that it covers must come to.';
comment on column public.discounts.redeemed is 'How often it is redeemed by orders that are paid or may yet be; a refused one over the limit never counted.';
CREATE INDEX discounts_price_list ON public.discounts USING btree (price_list_id);
alter table public.discounts enable row level security;
grant select, delete on public.discounts to authenticated;
grant select, insert, update, delete on public.discounts to service_role;
grant insert (id, code, kind, basis_points, amount, price_list_id, minimum_amount, max_redemptions, max_per_customer, starts_at, ends_at, active), update (basis_points, amount, minimum_amount, max_redemptions, max_per_customer, starts_at, ends_at, active) on public.discounts to authenticated;
create policy "Staff delete" on public.discounts for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.discounts for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff read discounts" on public.discounts for select to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff update" on public.discounts for update to authenticated
  using (( SELECT private.is_staff() AS is_staff))
  with check (( SELECT private.is_staff() AS is_staff));
CREATE TRIGGER discounts_audit AFTER INSERT OR DELETE OR UPDATE OF basis_points, amount, minimum_amount, max_redemptions, max_per_customer, starts_at, ends_at, active ON discounts FOR EACH ROW WHEN (private.catalogue_audited()) EXECUTE FUNCTION private.audit('system', '', 'id', 'code', 'basis_points', 'amount', 'price_list_id', 'minimum_amount', 'max_redemptions', 'max_per_customer', 'starts_at', 'ends_at', 'active');
CREATE TRIGGER discounts_chargeable BEFORE INSERT OR UPDATE OF amount, price_list_id ON discounts FOR EACH ROW WHEN (new.amount IS NOT NULL) EXECUTE FUNCTION private.prices_chargeable();
CREATE TRIGGER discounts_touch BEFORE UPDATE ON discounts FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.disputes (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  payment_id uuid not null,
  stripe_dispute_id text not null,
  status text not null,
  amount bigint not null,
  currency text not null,
  reason text not null,
  evidence_due_by timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone default now() not null,
  constraint disputes_pkey PRIMARY KEY (id),
  constraint disputes_stripe_id_key UNIQUE (stripe_dispute_id),
  constraint disputes_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE CASCADE,
  constraint disputes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint disputes_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text)
);
comment on table public.disputes is 'Payments that the card''s holder contests; mirror of Stripe''s disputes.';
comment on column public.disputes.status is 'Stripe''s own: needs_response, under_review, won, lost …';
CREATE INDEX disputes_payment ON public.disputes USING btree (payment_id);
CREATE INDEX disputes_workspace ON public.disputes USING btree (workspace_id, created_at DESC);
alter table public.disputes enable row level security;
grant select on public.disputes to authenticated;
grant select, insert, update, delete on public.disputes to service_role;
create policy "Owners, admins and billing read disputes" on public.disputes for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text, 'billing'::text]) AS readable_workspace_ids))));
CREATE TRIGGER disputes_audit AFTER INSERT OR DELETE OR UPDATE ON disputes FOR EACH ROW EXECUTE FUNCTION private.audit('stripe', 'workspace_id', 'stripe_dispute_id', 'status', 'amount', 'currency', 'reason');
CREATE TRIGGER disputes_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON disputes FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('stripe_dispute_id');
CREATE TRIGGER disputes_touch BEFORE UPDATE ON disputes FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.dunning_cases (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  invoice_id uuid not null,
  first_failed_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  outcome text,
  access text default 'full'::text not null,
  created_at timestamp with time zone default private.now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint dunning_cases_pkey PRIMARY KEY (id),
  constraint dunning_cases_one_an_invoice UNIQUE (invoice_id),
  constraint dunning_cases_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id) ON DELETE CASCADE,
  constraint dunning_cases_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint dunning_cases_access_known CHECK (access = ANY (ARRAY['full'::text, 'read_only'::text, 'locked'::text])),
  constraint dunning_cases_access_when_closed CHECK (closed_at IS NULL OR access = 'full'::text),
  constraint dunning_cases_closed_after_failure CHECK (closed_at >= first_failed_at),
  constraint dunning_cases_outcome_known CHECK (outcome = ANY (ARRAY['paid'::text, 'void'::text, 'uncollectible'::text, 'ended'::text])),
  constraint dunning_cases_outcome_when_closed CHECK ((outcome IS NULL) = (closed_at IS NULL))
);
comment on table public.dunning_cases is 'Invoices of running subscriptions that could not be collected, one row each.';
comment on column public.dunning_cases.first_failed_at is 'Day 0: the earliest failure that Stripe told of.';
comment on column public.dunning_cases.outcome is 'paid; void or uncollectible: staff asks for it no longer; ended: the subscription did.';
comment on column public.dunning_cases.access is 'What the steps so far leave of the workspace''s access; full again once closed.';
CREATE INDEX dunning_cases_restricting ON public.dunning_cases USING btree (workspace_id) WHERE (access <> 'full'::text);
CREATE INDEX dunning_cases_workspace ON public.dunning_cases USING btree (workspace_id, first_failed_at DESC);
alter table public.dunning_cases enable row level security;
grant select on public.dunning_cases to authenticated;
grant select, insert, update, delete on public.dunning_cases to service_role;
create policy "Owners, admins, billing and staff read dunning cases" on public.dunning_cases for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text, 'billing'::text]) AS readable_workspace_ids))));
CREATE TRIGGER dunning_cases_audit AFTER INSERT OR DELETE OR UPDATE ON dunning_cases FOR EACH ROW EXECUTE FUNCTION private.audit('system', 'workspace_id', 'id', 'access', 'outcome');
CREATE TRIGGER dunning_cases_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON dunning_cases FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('invoice_id');
CREATE TRIGGER dunning_cases_touch BEFORE UPDATE ON dunning_cases FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.dunning_events (
  case_id uuid not null,
  step text not null,
  action text not null,
  at timestamp with time zone not null,
  created_at timestamp with time zone default private.now() not null,
  constraint dunning_events_pkey PRIMARY KEY (case_id, step),
  constraint dunning_events_case_id_fkey FOREIGN KEY (case_id) REFERENCES dunning_cases(id) ON DELETE CASCADE,
  constraint dunning_events_action_known CHECK (action = ANY (ARRAY['mail'::text, 'read_only'::text, 'locked'::text, 'full'::text]))
);
comment on table public.dunning_events is 'Steps of the policy that were applied to a case; each once. What they were, whatever becomes of the policy.';
comment on column public.dunning_events.at is 'When it was due, on the business clock.';
alter table public.dunning_events enable row level security;
grant select on public.dunning_events to authenticated;
grant select, insert, update, delete on public.dunning_events to service_role;
create policy "Owners, admins, billing and staff read dunning events" on public.dunning_events for select to authenticated
  using (case_id = ANY ((ARRAY( SELECT held.id
   FROM dunning_cases held))));

create table public.dunning_policy (
  step text not null,
  after interval,
  action text not null,
  mail text,
  constraint dunning_policy_pkey PRIMARY KEY (step),
  constraint dunning_policy_action_known CHECK (action = ANY (ARRAY['mail'::text, 'read_only'::text, 'locked'::text, 'full'::text])),
  constraint dunning_policy_after_failure CHECK ((action = 'full'::text) = (after IS NULL)),
  constraint dunning_policy_after_not_negative CHECK (after >= '00:00:00'::interval),
  constraint dunning_policy_mail_sent CHECK (action <> 'mail'::text OR mail IS NOT NULL),
  constraint dunning_policy_step_format CHECK (step ~ '^[a-z][a-z0-9_]{0,39}$'::text)
);
comment on table public.dunning_policy is 'What happens when a renewal is not paid. Changed by a migration or an operator; open cases follow at once.';
comment on column public.dunning_policy.after is 'Counted from the first failure to collect the invoice; null for what follows its payment.';
comment on column public.dunning_policy.action is 'mail: tells, no more; read_only and locked: what the workspace may still do; full: everything again.';
comment on column public.dunning_policy.mail is 'Name of a mail template; null to tell nobody.';
CREATE UNIQUE INDEX dunning_policy_one_recovery ON public.dunning_policy USING btree (action) WHERE (action = 'full'::text);
alter table public.dunning_policy enable row level security;
grant select on public.dunning_policy to authenticated;
grant select, insert, update, delete on public.dunning_policy to service_role;
create policy "Users read the dunning policy" on public.dunning_policy for select to authenticated
  using (true);
CREATE TRIGGER dunning_policy_followed AFTER INSERT OR DELETE OR UPDATE ON dunning_policy FOR EACH STATEMENT EXECUTE FUNCTION private.dunning_follow_policy();

create table public.feature_overrides (
  workspace_id uuid not null,
  feature text not null,
  enabled boolean default true not null,
  limit_value bigint,
  expires_at timestamp with time zone,
  reason text not null,
  created_at timestamp with time zone default private.now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint feature_overrides_pkey PRIMARY KEY (workspace_id, feature),
  constraint feature_overrides_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint feature_overrides_limit_of_enabled CHECK (enabled OR limit_value IS NULL),
  constraint feature_overrides_limit_positive CHECK (limit_value >= 0),
  constraint feature_overrides_name_format CHECK (feature ~ '^[a-z][a-z0-9_]{0,39}$'::text),
  constraint feature_overrides_reason_length CHECK (char_length(reason) >= 1 AND char_length(reason) <= 500)
);
comment on table public.feature_overrides is 'What a workspace has beside, instead of or without its plan: given and taken by staff, by server RPC alone.';
comment on column public.feature_overrides.enabled is 'False takes away what the plan includes.';
comment on column public.feature_overrides.limit_value is 'How much, instead of the plan''s limit; null without a limit.';
comment on column public.feature_overrides.expires_at is 'Until then, on the business clock; null for good.';
comment on column public.feature_overrides.reason is 'Why, in words that the workspace''s members may read.';
CREATE INDEX feature_overrides_expires ON public.feature_overrides USING btree (expires_at) WHERE (expires_at IS NOT NULL);
alter table public.feature_overrides enable row level security;
grant select on public.feature_overrides to authenticated;
grant select, insert, update, delete on public.feature_overrides to service_role;
create policy "Members read what staff gave or took from their workspaces" on public.feature_overrides for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids() AS readable_workspace_ids))));
CREATE TRIGGER feature_overrides_audit AFTER INSERT OR DELETE OR UPDATE ON feature_overrides FOR EACH ROW EXECUTE FUNCTION private.audit('system', 'workspace_id', 'feature', 'feature', 'enabled', 'limit_value', 'expires_at');
CREATE TRIGGER feature_overrides_touch BEFORE UPDATE ON feature_overrides FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.invoices (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  subscription_id uuid,
  stripe_invoice_id text not null,
  number text,
  status text not null,
  currency text not null,
  subtotal bigint not null,
  total bigint not null,
  amount_due bigint not null,
  amount_paid bigint not null,
  period_start timestamp with time zone not null,
  period_end timestamp with time zone not null,
  hosted_invoice_url text,
  invoice_pdf text,
  created_at timestamp with time zone not null,
  paid_at timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  billing_reason text,
  description text,
  attempt_count integer default 0 not null,
  next_payment_attempt timestamp with time zone,
  action_required boolean default false not null,
  voided_at timestamp with time zone,
  marked_uncollectible_at timestamp with time zone,
  price_id text,
  tax bigint default 0 not null,
  reverse_charge boolean default false not null,
  constraint invoices_pkey PRIMARY KEY (id),
  constraint invoices_stripe_id_key UNIQUE (stripe_invoice_id),
  constraint invoices_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id) ON DELETE SET NULL,
  constraint invoices_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint invoices_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint invoices_status_known CHECK (status = ANY (ARRAY['draft'::text, 'open'::text, 'paid'::text, 'uncollectible'::text, 'void'::text]))
);
comment on table public.invoices is 'Mirror of Stripe''s invoices; amounts in minor units.';
comment on column public.invoices.period_start is 'Of what the invoice charges: the earliest start among its lines.';
comment on column public.invoices.period_end is 'Of what the invoice charges: the latest end among its lines.';
comment on column public.invoices.billing_reason is 'Stripe''s own: subscription_create for a first invoice, subscription_cycle for a renewal …';
comment on column public.invoices.description is 'What it charges for first, in words.';
comment on column public.invoices.attempt_count is 'How often collecting it was tried.';
comment on column public.invoices.next_payment_attempt is 'When Stripe tries by itself again; null when it does not.';
comment on column public.invoices.action_required is 'The bank wants its payer to confirm the payment.';
comment on column public.invoices.price_id is 'Of what it charges for first; its plan is what was bought, whatever the subscription is by now.';
comment on column public.invoices.tax is 'What of `total` is tax, in minor units, whether on top of prices or within them.';
comment on column public.invoices.reverse_charge is 'The customer, a business in another country of the Union, owes the tax.';
CREATE INDEX invoices_open ON public.invoices USING btree (created_at) WHERE (status = 'open'::text);
CREATE INDEX invoices_price ON public.invoices USING btree (price_id);
CREATE INDEX invoices_subscription ON public.invoices USING btree (subscription_id);
CREATE INDEX invoices_workspace ON public.invoices USING btree (workspace_id, created_at DESC);
alter table public.invoices enable row level security;
grant select on public.invoices to authenticated;
grant select, insert, update, delete on public.invoices to service_role;
create policy "Owners, admins and billing read invoices" on public.invoices for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text, 'billing'::text]) AS readable_workspace_ids))));
CREATE TRIGGER invoices_dunning AFTER UPDATE OF status ON invoices FOR EACH ROW EXECUTE FUNCTION private.dunning_follow_invoice();
CREATE TRIGGER invoices_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON invoices FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('stripe_invoice_id');
CREATE TRIGGER invoices_touch BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.mail_preferences (
  user_id uuid default auth.uid() not null,
  topic text not null,
  subscribed boolean not null,
  updated_at timestamp with time zone default now() not null,
  constraint mail_preferences_pkey PRIMARY KEY (user_id, topic),
  constraint mail_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint mail_preferences_topic_known CHECK (topic = ANY (ARRAY['tips'::text, 'product_news'::text]))
);
comment on table public.mail_preferences is 'What users have decided about topics of mail. No row: the topic''s default. Each decision is in the audit log, which proves a consent.';
alter table public.mail_preferences enable row level security;
grant select on public.mail_preferences to authenticated;
grant select, insert, update, delete on public.mail_preferences to service_role;
grant insert (user_id, topic, subscribed), update (subscribed) on public.mail_preferences to authenticated;
create policy "Users change what they have decided" on public.mail_preferences for update to authenticated
  using (user_id = (( SELECT auth.uid() AS uid)))
  with check (user_id = (( SELECT auth.uid() AS uid)));
create policy "Users decide about their own mail" on public.mail_preferences for insert to authenticated
  with check (user_id = (( SELECT auth.uid() AS uid)));
create policy "Users read their own mail preferences, and staff" on public.mail_preferences for select to authenticated
  using (user_id >= (( SELECT private.readable_user(false) AS readable_user)) AND user_id <= (( SELECT private.readable_user(true) AS readable_user)));
CREATE TRIGGER mail_preferences_audit AFTER INSERT OR DELETE OR UPDATE ON mail_preferences FOR EACH ROW EXECUTE FUNCTION private.audit('system', '', 'user_id', 'topic', 'subscribed');
CREATE TRIGGER mail_preferences_touch BEFORE UPDATE ON mail_preferences FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.order_events (
  id bigint generated always as identity not null,
  order_id uuid not null,
  kind text not null,
  from_status text,
  to_status text,
  note text,
  created_at timestamp with time zone default private.now() not null,
  user_id uuid,
  constraint order_events_pkey PRIMARY KEY (id),
  constraint order_events_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  constraint order_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint order_events_kind_format CHECK (kind ~ '^[a-z][a-z_]{0,39}$'::text),
  constraint order_events_note_length CHECK (char_length(note) <= 500)
);
comment on table public.order_events is 'The timeline of an order, for whoever bought and for staff: each change of its status, and what else happened to it.';
comment on column public.order_events.note is 'For the buyer to read as well; what only staff should know is in the audit log.';
comment on column public.order_events.user_id is 'The order''s, beside it for policies and exports.';
CREATE INDEX order_events_order ON public.order_events USING btree (order_id, id);
CREATE INDEX order_events_user ON public.order_events USING btree (user_id);
alter table public.order_events enable row level security;
grant select on public.order_events to authenticated;
grant select, insert on public.order_events to service_role;
create policy "Buyers read the timeline of their own orders" on public.order_events for select to authenticated
  using (user_id = (( SELECT auth.uid() AS uid)));
CREATE TRIGGER order_events_owner BEFORE INSERT ON order_events FOR EACH ROW EXECUTE FUNCTION private.order_event_owner();

create table public.order_items (
  id uuid default gen_random_uuid() not null,
  order_id uuid not null,
  user_id uuid,
  variant_id uuid,
  product_id uuid,
  "position" integer not null,
  sku text not null,
  name_en text not null,
  name_fr text not null,
  options jsonb default '{}'::jsonb not null,
  tax_code text,
  unit_amount bigint not null,
  quantity integer not null,
  subtotal_amount bigint not null,
  discount_amount bigint default 0 not null,
  total_amount bigint not null,
  refunded_quantity integer default 0 not null,
  refunded_amount bigint default 0 not null,
  restocked_quantity integer default 0 not null,
  created_at timestamp with time zone default private.now() not null,
  constraint order_items_pkey PRIMARY KEY (id),
  constraint order_items_position_key UNIQUE (order_id, "position"),
  constraint order_items_variant_once UNIQUE (order_id, variant_id),
  constraint order_items_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  constraint order_items_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE SET NULL,
  constraint order_items_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint order_items_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id) ON DELETE SET NULL,
  constraint order_items_discount_within_subtotal CHECK (discount_amount >= 0 AND discount_amount <= subtotal_amount),
  constraint order_items_quantity_positive CHECK (quantity > 0),
  constraint order_items_refund_within_quantity CHECK (refunded_quantity >= 0 AND refunded_quantity <= quantity),
  constraint order_items_refund_within_total CHECK (refunded_amount >= 0 AND refunded_amount <= total_amount),
  constraint order_items_restock_within_quantity CHECK (restocked_quantity >= 0 AND restocked_quantity <= quantity),
  constraint order_items_subtotal_adds_up CHECK (subtotal_amount = (unit_amount * quantity)),
  constraint order_items_total_adds_up CHECK (total_amount = (subtotal_amount - discount_amount)),
  constraint order_items_unit_amount_positive CHECK (unit_amount >= 0)
);
comment on table public.order_items is 'Lines of orders: a snapshot of what was bought and for how much, whatever becomes of the catalogue. One line a variant.';
comment on column public.order_items.user_id is 'The order''s, beside it for policies and exports.';
comment on column public.order_items.tax_code is 'What Stripe taxed it as, https://docs.stripe.com/tax/tax-codes: the product''s when it was ordered. Null: the account''s default.';
comment on column public.order_items.discount_amount is 'The line''s share of the order''s discount.';
CREATE INDEX order_items_product ON public.order_items USING btree (product_id, created_at DESC);
CREATE INDEX order_items_user ON public.order_items USING btree (user_id);
CREATE INDEX order_items_variant ON public.order_items USING btree (variant_id);
alter table public.order_items enable row level security;
grant select on public.order_items to authenticated;
grant select, insert, update, delete on public.order_items to service_role;
create policy "Buyers read the lines of their own orders" on public.order_items for select to authenticated
  using (user_id = (( SELECT auth.uid() AS uid)));
CREATE CONSTRAINT TRIGGER order_items_reviews AFTER UPDATE OF refunded_quantity ON order_items DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (old.refunded_quantity <> new.refunded_quantity) EXECUTE FUNCTION private.reviews_of_order_follow();

create table public.order_refunds (
  id uuid default gen_random_uuid() not null,
  order_id uuid not null,
  user_id uuid,
  amount bigint not null,
  currency text not null,
  reason text not null,
  lines jsonb default '[]'::jsonb not null,
  shipping_amount bigint default 0 not null,
  restock boolean default false not null,
  state text default 'open'::text not null,
  stripe_refund_id text,
  stripe_payment_intent_id text,
  cause text not null,
  created_at timestamp with time zone default private.now() not null,
  closed_at timestamp with time zone,
  constraint order_refunds_pkey PRIMARY KEY (id),
  constraint order_refunds_once_per_cause UNIQUE (cause),
  constraint order_refunds_stripe_refund_id_key UNIQUE (stripe_refund_id),
  constraint order_refunds_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  constraint order_refunds_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint order_refunds_amount_positive CHECK (amount > 0),
  constraint order_refunds_closed_when_ended CHECK ((state = 'open'::text) = (closed_at IS NULL)),
  constraint order_refunds_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint order_refunds_lines_list CHECK (jsonb_typeof(lines) = 'array'::text),
  constraint order_refunds_reason_known CHECK (reason = ANY (ARRAY['cancelled'::text, 'returned'::text, 'goodwill'::text, 'late_payment'::text, 'paid_twice'::text, 'review'::text, 'stripe'::text])),
  constraint order_refunds_shipping_within_amount CHECK (shipping_amount >= 0 AND shipping_amount <= amount),
  constraint order_refunds_state_known CHECK (state = ANY (ARRAY['open'::text, 'done'::text, 'failed'::text]))
);
comment on table public.order_refunds is 'Money that goes back for an order. The row is written before Stripe is asked, and its id is Stripe''s idempotency key: open until Stripe has said yes or no.';
comment on column public.order_refunds.currency is 'The order''s, or another in which it was paid by mistake.';
comment on column public.order_refunds.reason is '`stripe`: made in Stripe''s dashboard, not by us. `paid_twice`: a payment besides the order''s own goes back by itself.';
comment on column public.order_refunds.lines is 'What it is for: [{order_item_id, quantity, amount, tax_amount}]; empty for an amount without lines.';
comment on column public.order_refunds.shipping_amount is 'What of the amount gives back shipping, with its tax.';
comment on column public.order_refunds.stripe_payment_intent_id is 'Which payment gives the money back; null for the order''s own.';
comment on column public.order_refunds.cause is 'What asked for it, hashed: the same cause is one refund.';
CREATE INDEX order_refunds_failed ON public.order_refunds USING btree (closed_at) WHERE (state = 'failed'::text);
CREATE INDEX order_refunds_open ON public.order_refunds USING btree (created_at) WHERE (state = 'open'::text);
CREATE INDEX order_refunds_order ON public.order_refunds USING btree (order_id);
CREATE INDEX order_refunds_user ON public.order_refunds USING btree (user_id);
alter table public.order_refunds enable row level security;
grant select on public.order_refunds to authenticated;
grant select, insert, update, delete on public.order_refunds to service_role;
create policy "Buyers read the refunds of their own orders" on public.order_refunds for select to authenticated
  using (user_id = (( SELECT auth.uid() AS uid)));
CREATE TRIGGER order_refunds_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON order_refunds FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('id');

create table public.order_returns (
  id uuid default gen_random_uuid() not null,
  order_id uuid not null,
  user_id uuid,
  state text default 'requested'::text not null,
  lines jsonb default '[]'::jsonb not null,
  reason text,
  answer text,
  restock boolean,
  refund_id uuid,
  created_at timestamp with time zone default private.now() not null,
  decided_at timestamp with time zone,
  constraint order_returns_pkey PRIMARY KEY (id),
  constraint order_returns_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) ON DELETE RESTRICT,
  constraint order_returns_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES order_refunds(id) ON DELETE RESTRICT,
  constraint order_returns_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint order_returns_answer_length CHECK (char_length(answer) >= 1 AND char_length(answer) <= 500),
  constraint order_returns_decided CHECK ((state = 'requested'::text) = (decided_at IS NULL)),
  constraint order_returns_lines_list CHECK (jsonb_typeof(lines) = 'array'::text),
  constraint order_returns_reason_length CHECK (char_length(reason) >= 1 AND char_length(reason) <= 1000),
  constraint order_returns_state_known CHECK (state = ANY (ARRAY['requested'::text, 'accepted'::text, 'rejected'::text]))
);
comment on table public.order_returns is 'What buyers want to send back, and what staff said to it.';
comment on column public.order_returns.lines is '[{order_item_id, quantity}].';
comment on column public.order_returns.reason is 'The buyer''s words; forgotten with the account.';
comment on column public.order_returns.answer is 'What staff said, which the buyer reads.';
CREATE INDEX order_returns_order ON public.order_returns USING btree (order_id);
CREATE INDEX order_returns_refund ON public.order_returns USING btree (refund_id);
CREATE INDEX order_returns_user ON public.order_returns USING btree (user_id);
CREATE INDEX order_returns_waiting ON public.order_returns USING btree (created_at) WHERE (state = 'requested'::text);
CREATE INDEX order_returns_words ON public.order_returns USING btree (created_at) WHERE (reason IS NOT NULL);
alter table public.order_returns enable row level security;
grant select on public.order_returns to authenticated;
grant select, insert, update, delete on public.order_returns to service_role;
create policy "Buyers read their own returns" on public.order_returns for select to authenticated
  using (user_id = (( SELECT auth.uid() AS uid)));
CREATE TRIGGER order_returns_forget BEFORE UPDATE OF user_id ON order_returns FOR EACH ROW WHEN (old.user_id IS NOT NULL AND new.user_id IS NULL) EXECUTE FUNCTION private.order_return_forget();

create table public.orders (
  id uuid default gen_random_uuid() not null,
  number text default private.order_number() not null,
  user_id uuid,
  customer_email text,
  locale text default 'en'::text not null,
  status text default 'pending'::text not null,
  status_before text,
  price_list_id text not null,
  currency text not null,
  subtotal_amount bigint not null,
  discount_amount bigint default 0 not null,
  shipping_amount bigint default 0 not null,
  tax_amount bigint default 0 not null,
  total_amount bigint not null,
  paid_amount bigint default 0 not null,
  refunded_amount bigint default 0 not null,
  disputed_amount bigint default 0 not null,
  discount_code text,
  shipping_rate jsonb,
  shipping_address jsonb,
  stripe_session_id text,
  stripe_payment_intent_id text,
  expires_at timestamp with time zone not null,
  paid_at timestamp with time zone,
  carrier text,
  tracking_number text,
  tracking_url text,
  shipped_at timestamp with time zone,
  delivered_at timestamp with time zone,
  created_at timestamp with time zone default private.now() not null,
  updated_at timestamp with time zone default now() not null,
  forget boolean default false not null,
  constraint orders_pkey PRIMARY KEY (id),
  constraint orders_number_key UNIQUE (number),
  constraint orders_stripe_payment_intent_id_key UNIQUE (stripe_payment_intent_id),
  constraint orders_stripe_session_id_key UNIQUE (stripe_session_id),
  constraint orders_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE RESTRICT,
  constraint orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint orders_amounts_positive CHECK (subtotal_amount >= 0 AND discount_amount >= 0 AND shipping_amount >= 0 AND tax_amount >= 0 AND total_amount >= 0 AND paid_amount >= 0 AND refunded_amount >= 0 AND disputed_amount >= 0),
  constraint orders_carrier_length CHECK (char_length(carrier) >= 1 AND char_length(carrier) <= 100),
  constraint orders_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint orders_discount_within_subtotal CHECK (discount_amount <= subtotal_amount),
  constraint orders_locale_known CHECK (locale = ANY (ARRAY['en'::text, 'fr'::text])),
  constraint orders_refund_within_paid CHECK (refunded_amount <= paid_amount),
  constraint orders_ship_when_paid CHECK ((status <> ALL (ARRAY['fulfilling'::text, 'shipped'::text, 'delivered'::text])) OR paid_at IS NOT NULL),
  constraint orders_status_known CHECK (status = ANY (ARRAY['pending'::text, 'paid'::text, 'fulfilling'::text, 'shipped'::text, 'delivered'::text, 'cancelled'::text, 'expired'::text, 'partially_refunded'::text, 'refunded'::text, 'disputed'::text, 'review'::text])),
  constraint orders_total_adds_up CHECK (total_amount = (subtotal_amount - discount_amount + shipping_amount + tax_amount)),
  constraint orders_tracking_number_length CHECK (char_length(tracking_number) >= 1 AND char_length(tracking_number) <= 100),
  constraint orders_tracking_url_https CHECK (tracking_url ~ '^https://'::text AND char_length(tracking_url) <= 1000)
);
comment on table public.orders is 'Orders, with what was agreed on when they were placed. Amounts in minor units of their currency. Rows stay: they are the books.';
comment on column public.orders.user_id is 'Who bought; null for a guest, and once the account is gone.';
comment on column public.orders.status_before is 'While disputed: what it was before, and is again if the dispute is won.';
comment on column public.orders.tax_amount is 'Tax on top of the prices, as Stripe computed it on its page: known when it is paid.';
comment on column public.orders.paid_amount is 'Sum of the charges in private.money_movements.';
comment on column public.orders.refunded_amount is 'Sum of the refunds in private.money_movements.';
comment on column public.orders.disputed_amount is 'Sum of the disputes in private.money_movements that were not won.';
comment on column public.orders.shipping_rate is 'The rate as it was: {id, name_en, name_fr, min_days, max_days}; null where nothing is shipped.';
comment on column public.orders.shipping_address is '{name, line1, line2, city, state, postal_code, country, phone}.';
comment on column public.orders.expires_at is 'Until when stock is held for it. Not released by the clock alone: the session at Stripe is expired first.';
comment on column public.orders.forget is 'Its buyer''s account is gone: who it was is forgotten 30 days after the order is over, when nobody waits for a parcel or a refund any more.';
CREATE INDEX orders_created ON public.orders USING btree (created_at, id);
CREATE INDEX orders_email ON public.orders USING btree (lower(customer_email), created_at);
CREATE INDEX orders_holding ON public.orders USING btree (expires_at) WHERE (status = 'pending'::text);
CREATE INDEX orders_of_guests ON public.orders USING btree (created_at) WHERE ((user_id IS NULL) AND ((customer_email IS NOT NULL) OR (shipping_address IS NOT NULL)));
CREATE INDEX orders_paid_too_much ON public.orders USING btree (created_at) WHERE ((paid_amount - refunded_amount) > total_amount);
CREATE INDEX orders_pending_guests ON public.orders USING btree (lower(customer_email)) WHERE ((status = 'pending'::text) AND (user_id IS NULL));
CREATE INDEX orders_price_list ON public.orders USING btree (price_list_id);
CREATE INDEX orders_status ON public.orders USING btree (status, created_at);
CREATE INDEX orders_to_forget ON public.orders USING btree (updated_at) WHERE forget;
CREATE INDEX orders_user ON public.orders USING btree (user_id, created_at DESC);
alter table public.orders enable row level security;
grant select on public.orders to authenticated;
grant select, insert, update, delete on public.orders to service_role;
create policy "Buyers read their own orders" on public.orders for select to authenticated
  using (user_id = (( SELECT auth.uid() AS uid)));
CREATE TRIGGER orders_buyer_leaves BEFORE UPDATE OF user_id ON orders FOR EACH ROW WHEN (old.user_id IS NOT NULL AND new.user_id IS NULL) EXECUTE FUNCTION private.order_buyer_leaves();
CREATE TRIGGER orders_event_insert AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION private.order_event();
CREATE TRIGGER orders_event_update AFTER UPDATE OF status ON orders FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status) EXECUTE FUNCTION private.order_event();
CREATE TRIGGER orders_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON orders FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('number');
CREATE TRIGGER orders_review_ends AFTER UPDATE OF status ON orders FOR EACH ROW WHEN (old.status = 'review'::text AND (new.status = ANY (ARRAY['paid'::text, 'cancelled'::text, 'refunded'::text]))) EXECUTE FUNCTION private.order_review_ends();
CREATE CONSTRAINT TRIGGER orders_reviews AFTER UPDATE OF status ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (old.status <> new.status) EXECUTE FUNCTION private.reviews_of_order_follow();
CREATE CONSTRAINT TRIGGER orders_told_paid AFTER UPDATE OF status ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.status = 'paid'::text AND (old.status = ANY (ARRAY['pending'::text, 'expired'::text, 'review'::text]))) EXECUTE FUNCTION private.order_told();
CREATE CONSTRAINT TRIGGER orders_told_shipped AFTER UPDATE OF status ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.status = 'shipped'::text AND old.status <> 'shipped'::text AND old.shipped_at IS NULL) EXECUTE FUNCTION private.order_told();
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION private.touch();
CREATE TRIGGER orders_transition BEFORE UPDATE OF status ON orders FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status) EXECUTE FUNCTION private.order_transition();

create table public.payment_methods (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  stripe_payment_method_id text not null,
  type text not null,
  brand text,
  last4 text,
  exp_month smallint,
  exp_year smallint,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone default now() not null,
  constraint payment_methods_pkey PRIMARY KEY (id),
  constraint payment_methods_stripe_id_key UNIQUE (stripe_payment_method_id),
  constraint payment_methods_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint payment_methods_month CHECK (exp_month >= 1 AND exp_month <= 12)
);
comment on table public.payment_methods is 'Cards and other means on file at Stripe; their numbers never reach us.';
comment on column public.payment_methods.brand is 'visa, mastercard …; null for what is not a card.';
CREATE INDEX payment_methods_expiry ON public.payment_methods USING btree (exp_year, exp_month);
CREATE INDEX payment_methods_workspace ON public.payment_methods USING btree (workspace_id);
alter table public.payment_methods enable row level security;
grant select on public.payment_methods to authenticated;
grant select, insert, update, delete on public.payment_methods to service_role;
create policy "Owners, admins and billing read payment methods" on public.payment_methods for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text, 'billing'::text]) AS readable_workspace_ids))));
CREATE TRIGGER payment_methods_audit AFTER INSERT OR DELETE OR UPDATE ON payment_methods FOR EACH ROW EXECUTE FUNCTION private.audit('stripe', 'workspace_id', 'stripe_payment_method_id', 'type', 'brand', 'last4');
CREATE TRIGGER payment_methods_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON payment_methods FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('stripe_payment_method_id');
CREATE TRIGGER payment_methods_touch BEFORE UPDATE ON payment_methods FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.payments (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  invoice_id uuid,
  stripe_payment_id text not null,
  status text not null,
  amount bigint not null,
  currency text not null,
  created_at timestamp with time zone not null,
  paid_at timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  amount_refunded bigint default 0 not null,
  constraint payments_pkey PRIMARY KEY (id),
  constraint payments_stripe_id_key UNIQUE (stripe_payment_id),
  constraint payments_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id) ON DELETE SET NULL,
  constraint payments_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint payments_amount_not_negative CHECK (amount >= 0),
  constraint payments_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint payments_refunded_within_amount CHECK (amount_refunded >= 0 AND amount_refunded <= amount),
  constraint payments_status_known CHECK (status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'canceled'::text]))
);
comment on table public.payments is 'What was paid, or is to be, towards an invoice; mirror of Stripe''s invoice payments.';
comment on column public.payments.stripe_payment_id is 'Stripe''s payment intent.';
comment on column public.payments.amount_refunded is 'How much of it went back, in minor units.';
CREATE INDEX payments_invoice ON public.payments USING btree (invoice_id);
CREATE INDEX payments_newest ON public.payments USING btree (created_at DESC, id DESC);
CREATE INDEX payments_workspace ON public.payments USING btree (workspace_id, created_at DESC);
alter table public.payments enable row level security;
grant select on public.payments to authenticated;
grant select, insert, update, delete on public.payments to service_role;
create policy "Owners, admins and billing read payments" on public.payments for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text, 'billing'::text]) AS readable_workspace_ids))));
CREATE TRIGGER payments_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON payments FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('stripe_payment_id');
CREATE TRIGGER payments_touch BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.plan_features (
  plan_id text not null,
  feature text not null,
  limit_value bigint,
  constraint plan_features_pkey PRIMARY KEY (plan_id, feature),
  constraint plan_features_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plans(id) ON DELETE CASCADE,
  constraint plan_features_limit_positive CHECK (limit_value >= 0),
  constraint plan_features_name_format CHECK (feature ~ '^[a-z][a-z0-9_]{0,39}$'::text)
);
comment on table public.plan_features is 'What a plan includes; a feature without a row is not included.';
comment on column public.plan_features.limit_value is 'How much of it; null where there is no limit to count.';
alter table public.plan_features enable row level security;
grant select on public.plan_features to anon;
grant select on public.plan_features to authenticated;
grant select, insert, update, delete on public.plan_features to service_role;
create policy "Anyone reads what plans include" on public.plan_features for select to anon, authenticated
  using (true);
CREATE TRIGGER plan_features_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON plan_features FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('plan_id,feature');

create table public.plans (
  id text not null,
  stripe_product_id text,
  name text not null,
  description text,
  rank smallint default 0 not null,
  active boolean not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  per_seat boolean default false not null,
  constraint plans_pkey PRIMARY KEY (id),
  constraint plans_one_product_each UNIQUE (stripe_product_id),
  constraint plans_id_format CHECK (id ~ '^[a-z][a-z0-9_]{0,39}$'::text)
);
comment on table public.plans is 'What one can subscribe to: mirrored from Stripe products that carry metadata.plan.';
comment on column public.plans.id is 'The plan''s name in code: free, basic, pro.';
comment on column public.plans.stripe_product_id is 'The product that it mirrors; null when no product names the plan any more.';
comment on column public.plans.rank is 'Order from the smallest plan to the largest.';
comment on column public.plans.per_seat is 'Whether its prices are for one member: then its quantity follows them.';
alter table public.plans enable row level security;
grant select on public.plans to anon;
grant select on public.plans to authenticated;
grant select, insert, update, delete on public.plans to service_role;
create policy "Anyone reads the plans on sale" on public.plans for select to anon, authenticated
  using (active);
CREATE TRIGGER plans_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON plans FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('id');
CREATE TRIGGER plans_touch BEFORE UPDATE ON plans FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.price_lists (
  id text not null,
  currency text not null,
  is_default boolean default false not null,
  active boolean default true not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint price_lists_pkey PRIMARY KEY (id),
  constraint price_lists_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint price_lists_default_active CHECK (active OR NOT is_default),
  constraint price_lists_id_format CHECK (id ~ '^[a-z][a-z0-9_-]{0,39}$'::text)
);
comment on table public.price_lists is 'Lists of prices, each in one currency: whoever buys does so by one of them, the default one unless asked for another.';
CREATE UNIQUE INDEX price_lists_one_default ON public.price_lists USING btree (is_default) WHERE is_default;
alter table public.price_lists enable row level security;
grant select on public.price_lists to anon;
grant select, delete on public.price_lists to authenticated;
grant select, insert, update, delete on public.price_lists to service_role;
grant insert (id, currency, is_default, active), update (is_default, active) on public.price_lists to authenticated;
create policy "Everybody reads active price lists" on public.price_lists for select to anon
  using (active);
create policy "Staff delete" on public.price_lists for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.price_lists for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff update" on public.price_lists for update to authenticated
  using (( SELECT private.is_staff() AS is_staff))
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Users read active price lists, staff all" on public.price_lists for select to authenticated
  using (active OR ( SELECT private.is_staff() AS is_staff));
CREATE TRIGGER price_lists_audit AFTER INSERT OR DELETE OR UPDATE OF is_default, active ON price_lists FOR EACH ROW WHEN (private.catalogue_audited()) EXECUTE FUNCTION private.audit('system', '', 'id', 'currency', 'is_default', 'active');
CREATE TRIGGER price_lists_touch BEFORE UPDATE ON price_lists FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.prices (
  id text not null,
  product_id text not null,
  plan_id text,
  lookup_key text,
  currency text not null,
  unit_amount bigint not null,
  "interval" text not null,
  interval_count smallint default 1 not null,
  active boolean not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone default now() not null,
  constraint prices_pkey PRIMARY KEY (id),
  constraint prices_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plans(id) ON DELETE SET NULL,
  constraint prices_amount_not_negative CHECK (unit_amount >= 0),
  constraint prices_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint prices_interval_count_positive CHECK (interval_count > 0),
  constraint prices_interval_known CHECK ("interval" = ANY (ARRAY['day'::text, 'week'::text, 'month'::text, 'year'::text]))
);
comment on table public.prices is 'What a plan costs: mirrored from Stripe''s recurring prices.';
comment on column public.prices.id is 'Stripe''s id of the price.';
comment on column public.prices.product_id is 'Stripe''s product that it prices.';
comment on column public.prices.plan_id is 'The plan that its product names; null while it names none, then nobody sees the price. Kept all the same: the product may be told of its plan after its prices.';
comment on column public.prices.lookup_key is 'The name that code uses: price_monthly_basic. Not unique: Stripe moves it to a newer price, and the two events may come in either order.';
comment on column public.prices.unit_amount is 'Minor units of the currency as ISO 4217 counts them.';
comment on column public.prices.created_at is 'When Stripe made it: of two with one lookup key, the later one counts.';
CREATE INDEX prices_lookup ON public.prices USING btree (lookup_key) WHERE active;
CREATE INDEX prices_plan ON public.prices USING btree (plan_id);
CREATE INDEX prices_product ON public.prices USING btree (product_id);
alter table public.prices enable row level security;
grant select on public.prices to anon;
grant select on public.prices to authenticated;
grant select, insert, update, delete on public.prices to service_role;
create policy "Anyone reads the prices on sale" on public.prices for select to anon, authenticated
  using (active AND (plan_id IN ( SELECT plan.id
   FROM plans plan
  WHERE plan.active)));
CREATE TRIGGER prices_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON prices FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('id');
CREATE TRIGGER prices_touch BEFORE UPDATE ON prices FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.product_documents (
  product_id uuid not null,
  level smallint not null,
  document tsvector not null,
  constraint product_documents_pkey PRIMARY KEY (product_id),
  constraint product_documents_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  constraint product_documents_level_possible CHECK (level >= 0 AND level <= 23)
);
comment on table public.product_documents is 'What products on sale are found by. Kept by private.listings_refresh.';
comment on column public.product_documents.level is 'What is found first among equals: 16 to 23 by how much its reviews like it; else 0 to 15 by how few words its name has, the odd ones a sixteenth of the products, so that a search need not begin with all that nobody has reviewed.';
comment on column public.product_documents.document is 'Lexemes: `w:chair` of any text, `n<level>:chair` of the name (level as two hexadecimal digits), `a:<name>=<value>` an attribute.';
CREATE INDEX product_documents_document ON public.product_documents USING gin (document);
alter table public.product_documents enable row level security;
grant select on public.product_documents to anon;
grant select on public.product_documents to authenticated;
grant select, insert, update, delete on public.product_documents to service_role;
create policy "Everybody reads documents" on public.product_documents for select to anon
  using (true);
create policy "Users read documents" on public.product_documents for select to authenticated
  using (true);

create table public.product_images (
  id uuid default gen_random_uuid() not null,
  product_id uuid not null,
  variant_id uuid,
  path text not null,
  alt_en text default ''::text not null,
  alt_fr text default ''::text not null,
  "position" integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint product_images_pkey PRIMARY KEY (id),
  constraint product_images_path_key UNIQUE (path),
  constraint product_images_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  constraint product_images_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id) ON DELETE SET NULL,
  constraint product_images_alt_en_length CHECK (char_length(alt_en) <= 500),
  constraint product_images_alt_fr_length CHECK (char_length(alt_fr) <= 500),
  constraint product_images_path_format CHECK (path ~ (('^'::text || product_id) || '/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(png|jpg|webp)$'::text))
);
comment on table public.product_images is 'A product''s pictures, the one with the lowest position first.';
comment on column public.product_images.variant_id is 'The variant that it shows; null: all of them.';
comment on column public.product_images.path is 'The file in the storage bucket product-images: <product id>/<uuid>.<png, jpg or webp>.';
CREATE INDEX product_images_product ON public.product_images USING btree (product_id, "position");
CREATE INDEX product_images_variant ON public.product_images USING btree (variant_id);
alter table public.product_images enable row level security;
grant select on public.product_images to anon;
grant select, delete on public.product_images to authenticated;
grant select, insert, update, delete on public.product_images to service_role;
grant insert (id, product_id, variant_id, path, alt_en, alt_fr, "position"), update (variant_id, alt_en, alt_fr, "position") on public.product_images to authenticated;
create policy "Everybody reads images of what is on sale" on public.product_images for select to anon
  using ((EXISTS ( SELECT
   FROM products product
  WHERE product.id = product_images.product_id AND product.active)));
create policy "Staff delete" on public.product_images for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.product_images for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff update" on public.product_images for update to authenticated
  using (( SELECT private.is_staff() AS is_staff))
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Users read images of what is on sale, staff all" on public.product_images for select to authenticated
  using (( SELECT private.is_staff() AS is_staff) OR (EXISTS ( SELECT
   FROM products product
  WHERE product.id = product_images.product_id AND product.active)));
CREATE TRIGGER product_images_audit AFTER INSERT OR DELETE OR UPDATE OF variant_id, alt_en, alt_fr ON product_images FOR EACH ROW WHEN (private.catalogue_audited()) EXECUTE FUNCTION private.audit('system', '', 'id', 'product_id', 'path', '~variant_id', '~alt_en', '~alt_fr');
CREATE TRIGGER product_images_files_go AFTER DELETE ON product_images REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION private.product_image_files_go();
CREATE TRIGGER product_images_touch BEFORE UPDATE ON product_images FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.product_listings (
  product_id uuid not null,
  price_list_id text not null,
  category_id uuid not null,
  min_amount bigint not null,
  max_amount bigint not null,
  rating_rank integer not null,
  listed_at timestamp with time zone not null,
  constraint product_listings_pkey PRIMARY KEY (product_id, price_list_id),
  constraint product_listings_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE CASCADE,
  constraint product_listings_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE
);
comment on table public.product_listings is 'Products on sale by each price list, with what lists sort by. Kept by private.listings_refresh: see there.';
comment on column public.product_listings.category_id is 'The product''s own category; those above follow from the tree.';
comment on column public.product_listings.min_amount is 'The lowest price of its active variants, in minor units of the list''s currency.';
comment on column public.product_listings.max_amount is 'The highest one.';
comment on column public.product_listings.rating_rank is 'Average rating times 10,000, with five ratings of 3 added: one rating of 5 is less than a hundred of 4.8.';
comment on column public.product_listings.listed_at is 'When the product was made.';
CREATE INDEX product_listings_category_newest ON public.product_listings USING btree (category_id, price_list_id, listed_at, product_id);
CREATE INDEX product_listings_category_price ON public.product_listings USING btree (category_id, price_list_id, min_amount, product_id);
CREATE INDEX product_listings_category_rating ON public.product_listings USING btree (category_id, price_list_id, rating_rank, product_id);
CREATE INDEX product_listings_newest ON public.product_listings USING btree (price_list_id, listed_at, product_id);
CREATE INDEX product_listings_price ON public.product_listings USING btree (price_list_id, min_amount, product_id);
CREATE INDEX product_listings_rating ON public.product_listings USING btree (price_list_id, rating_rank, product_id);
alter table public.product_listings enable row level security;
grant select on public.product_listings to anon;
grant select on public.product_listings to authenticated;
grant select, insert, update, delete on public.product_listings to service_role;
create policy "Everybody reads listings of active price lists" on public.product_listings for select to anon
  using (price_list_id = ANY ((ARRAY( SELECT list.id
   FROM price_lists list
  WHERE list.active))));
create policy "Users read listings of active price lists" on public.product_listings for select to authenticated
  using (price_list_id = ANY ((ARRAY( SELECT list.id
   FROM price_lists list
  WHERE list.active))));

create table public.product_variants (
  id uuid default gen_random_uuid() not null,
  product_id uuid not null,
  sku text not null,
  options jsonb default '{}'::jsonb not null,
  weight_grams integer default 0 not null,
  low_stock integer default 5 not null,
  "position" integer default 0 not null,
  active boolean default true not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint product_variants_pkey PRIMARY KEY (id),
  constraint product_variants_sku_key UNIQUE (sku),
  constraint product_variants_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  constraint product_variants_low_stock_possible CHECK (low_stock >= 0 AND low_stock <= 10000),
  constraint product_variants_options_object CHECK (jsonb_typeof(options) = 'object'::text),
  constraint product_variants_sku_format CHECK (sku ~ '^[!-~]{1,64}$'::text),
  constraint product_variants_weight_possible CHECK (weight_grams >= 0 AND weight_grams <= 10000000)
);
comment on table public.product_variants is 'What is bought: a product in a size or colour, with a stock and prices of its own.';
comment on column public.product_variants.options is 'What makes it differ: {"size": "M", "colour": "red"}; {} for a product''s only variant.';
comment on column public.product_variants.low_stock is 'From how many on downwards buyers read how many are left, and stock.low is told.';
CREATE INDEX product_variants_product ON public.product_variants USING btree (product_id, "position");
CREATE INDEX product_variants_sku_bytes ON public.product_variants USING btree (sku COLLATE "C");
alter table public.product_variants enable row level security;
grant select on public.product_variants to anon;
grant select, delete on public.product_variants to authenticated;
grant select, insert, update, delete on public.product_variants to service_role;
grant insert (id, product_id, sku, options, weight_grams, low_stock, "position", active), update (sku, options, weight_grams, low_stock, "position", active) on public.product_variants to authenticated;
create policy "Everybody reads active variants of active products" on public.product_variants for select to anon
  using (active AND (EXISTS ( SELECT
   FROM products product
  WHERE product.id = product_variants.product_id AND product.active)));
create policy "Staff delete" on public.product_variants for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.product_variants for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff update" on public.product_variants for update to authenticated
  using (( SELECT private.is_staff() AS is_staff))
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Users read active variants of active products, staff all" on public.product_variants for select to authenticated
  using (( SELECT private.is_staff() AS is_staff) OR active AND (EXISTS ( SELECT
   FROM products product
  WHERE product.id = product_variants.product_id AND product.active)));
CREATE TRIGGER product_variants_audit AFTER INSERT OR DELETE OR UPDATE OF sku, options, weight_grams, low_stock, active ON product_variants FOR EACH ROW WHEN (private.catalogue_audited()) EXECUTE FUNCTION private.audit('system', '', 'id', 'product_id', 'sku', '~options', 'weight_grams', 'low_stock', 'active');
CREATE TRIGGER product_variants_bands AFTER UPDATE ON product_variants REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to FOR EACH STATEMENT EXECUTE FUNCTION private.variants_change_bands();
CREATE TRIGGER product_variants_listings_delete AFTER DELETE ON product_variants REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION private.listings_follow_variants();
CREATE TRIGGER product_variants_listings_insert AFTER INSERT ON product_variants REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION private.listings_follow_variants();
CREATE TRIGGER product_variants_listings_update AFTER UPDATE ON product_variants REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to FOR EACH STATEMENT EXECUTE FUNCTION private.listings_follow_variants();
CREATE TRIGGER product_variants_stock AFTER INSERT ON product_variants FOR EACH ROW EXECUTE FUNCTION private.variant_gets_stock();
CREATE TRIGGER product_variants_touch BEFORE UPDATE ON product_variants FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.products (
  id uuid default gen_random_uuid() not null,
  slug text not null,
  category_id uuid not null,
  name_en text not null,
  name_fr text not null,
  description_en text default ''::text not null,
  description_fr text default ''::text not null,
  attributes jsonb default '{}'::jsonb not null,
  tax_code text,
  active boolean default true not null,
  rating_count integer default 0 not null,
  rating_sum bigint default 0 not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint products_pkey PRIMARY KEY (id),
  constraint products_slug_key UNIQUE (slug),
  constraint products_category_id_fkey FOREIGN KEY (category_id) REFERENCES categories(id) ON DELETE RESTRICT,
  constraint products_attributes_object CHECK (jsonb_typeof(attributes) = 'object'::text),
  constraint products_description_en_length CHECK (char_length(description_en) <= 10000),
  constraint products_description_fr_length CHECK (char_length(description_fr) <= 10000),
  constraint products_name_en_length CHECK (char_length(name_en) >= 1 AND char_length(name_en) <= 200),
  constraint products_name_fr_length CHECK (char_length(name_fr) >= 1 AND char_length(name_fr) <= 200),
  constraint products_rating_possible CHECK (rating_sum >= rating_count AND rating_sum <= (rating_count::bigint * 5)),
  constraint products_slug_format CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text AND char_length(slug) <= 100),
  constraint products_tax_code_format CHECK (tax_code ~ '^txcd_[0-9]{8}$'::text)
);
comment on table public.products is 'What the shop sells; what one buys is a variant of it.';
comment on column public.products.attributes is 'What one filters by: names with a text each, {"brand": "Acme", "material": "wool"}.';
comment on column public.products.tax_code is 'Stripe''s tax code, for automatic tax; null: the account''s default. https://docs.stripe.com/tax/tax-codes';
comment on column public.products.rating_count is 'Reviews that are shown. A trigger on reviews keeps it.';
comment on column public.products.rating_sum is 'The sum of their ratings: an average without its rounding.';
CREATE INDEX products_category ON public.products USING btree (category_id);
alter table public.products enable row level security;
grant select on public.products to anon;
grant select, delete on public.products to authenticated;
grant select, insert, update, delete on public.products to service_role;
grant insert (id, slug, category_id, name_en, name_fr, description_en, description_fr, attributes, tax_code, active), update (slug, category_id, name_en, name_fr, description_en, description_fr, attributes, tax_code, active) on public.products to authenticated;
create policy "Everybody reads active products" on public.products for select to anon
  using (active);
create policy "Staff delete" on public.products for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.products for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff update" on public.products for update to authenticated
  using (( SELECT private.is_staff() AS is_staff))
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Users read active products, staff all" on public.products for select to authenticated
  using (active OR ( SELECT private.is_staff() AS is_staff));
CREATE TRIGGER products_audit AFTER INSERT OR DELETE OR UPDATE OF slug, category_id, name_en, name_fr, description_en, description_fr, attributes, tax_code, active ON products FOR EACH ROW WHEN (private.catalogue_audited()) EXECUTE FUNCTION private.audit('system', '', 'id', 'slug', 'category_id', '~name_en', '~name_fr', '~description_en', '~description_fr', '~attributes', 'tax_code', 'active');
CREATE TRIGGER products_listings AFTER UPDATE ON products REFERENCING OLD TABLE AS changed_from NEW TABLE AS changed_to FOR EACH STATEMENT EXECUTE FUNCTION private.listings_follow_products();
CREATE TRIGGER products_touch BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.profiles (
  id uuid not null,
  name text default ''::text not null,
  locale text default 'en'::text not null,
  avatar_url text,
  version integer default 1 not null,
  created_at timestamp with time zone default private.now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint profiles_pkey PRIMARY KEY (id),
  constraint profiles_id_fkey FOREIGN KEY (id) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint profiles_avatar_in_own_folder CHECK (avatar_url ~ (('^/storage/v1/object/public/avatars/'::text || id::text) || '/[A-Za-z0-9_-]+\.(png|jpg|webp)$'::text)),
  constraint profiles_locale_known CHECK (locale = ANY (ARRAY['en'::text, 'fr'::text])),
  constraint profiles_name_length CHECK (char_length(name) <= 100),
  constraint profiles_name_not_blank CHECK (name = ''::text OR btrim(name) <> ''::text),
  constraint profiles_name_printable CHECK (name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'::text)
);
comment on table public.profiles is 'What a user tells of himself; one row a user.';
comment on column public.profiles.name is 'Display name, at most 100 characters.';
comment on column public.profiles.locale is 'Language of mails and pages: en or fr.';
comment on column public.profiles.avatar_url is 'Path below the project''s URL of a file in the user''s own folder of the avatars bucket; a path, so that the project''s address may change.';
comment on column public.profiles.version is 'Raised by each change; the ETag that If-Match compares.';
CREATE INDEX profiles_created ON public.profiles USING btree (created_at);
alter table public.profiles enable row level security;
grant select on public.profiles to authenticated;
grant select, insert, update, delete on public.profiles to service_role;
grant update (name, locale, avatar_url) on public.profiles to authenticated;
create policy "Users change their own profile" on public.profiles for update to authenticated
  using (id = (( SELECT auth.uid() AS uid)))
  with check (id = (( SELECT auth.uid() AS uid)));
create policy "Users read their own profile" on public.profiles for select to authenticated
  using (id >= (( SELECT private.readable_user(false) AS readable_user)) AND id <= (( SELECT private.readable_user(true) AS readable_user)));
CREATE TRIGGER profiles_touch BEFORE UPDATE ON profiles FOR EACH ROW EXECUTE FUNCTION private.touch_version();

create table public.refunds (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  payment_id uuid not null,
  stripe_refund_id text not null,
  status text not null,
  amount bigint not null,
  currency text not null,
  reason text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone default now() not null,
  constraint refunds_pkey PRIMARY KEY (id),
  constraint refunds_stripe_id_key UNIQUE (stripe_refund_id),
  constraint refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id) ON DELETE CASCADE,
  constraint refunds_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint refunds_amount_positive CHECK (amount > 0),
  constraint refunds_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint refunds_status_known CHECK (status = ANY (ARRAY['pending'::text, 'requires_action'::text, 'succeeded'::text, 'failed'::text, 'canceled'::text]))
);
comment on table public.refunds is 'Money that went back; mirror of Stripe''s refunds.';
CREATE INDEX refunds_payment ON public.refunds USING btree (payment_id);
CREATE INDEX refunds_workspace ON public.refunds USING btree (workspace_id, created_at DESC);
alter table public.refunds enable row level security;
grant select on public.refunds to authenticated;
grant select, insert, update, delete on public.refunds to service_role;
create policy "Owners, admins and billing read refunds" on public.refunds for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text, 'billing'::text]) AS readable_workspace_ids))));
CREATE TRIGGER refunds_audit AFTER INSERT OR DELETE OR UPDATE ON refunds FOR EACH ROW EXECUTE FUNCTION private.audit('stripe', 'workspace_id', 'stripe_refund_id', 'status', 'amount', 'currency', 'reason');
CREATE TRIGGER refunds_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON refunds FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('stripe_refund_id');
CREATE TRIGGER refunds_touch BEFORE UPDATE ON refunds FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.reviews (
  id uuid default gen_random_uuid() not null,
  product_id uuid not null,
  user_id uuid default auth.uid() not null,
  order_item_id uuid not null,
  rating smallint not null,
  comment text default ''::text not null,
  verified boolean default true not null,
  hidden_at timestamp with time zone,
  hidden_reason text,
  created_at timestamp with time zone default private.now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint reviews_pkey PRIMARY KEY (id),
  constraint reviews_once_per_item UNIQUE (order_item_id),
  constraint reviews_order_item_id_fkey FOREIGN KEY (order_item_id) REFERENCES order_items(id) ON DELETE CASCADE,
  constraint reviews_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  constraint reviews_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint reviews_comment_length CHECK (char_length(comment) <= 5000),
  constraint reviews_hidden_reason_length CHECK (char_length(hidden_reason) >= 5 AND char_length(hidden_reason) <= 500),
  constraint reviews_hidden_with_reason CHECK ((hidden_at IS NULL) = (hidden_reason IS NULL)),
  constraint reviews_rating_possible CHECK (rating >= 1 AND rating <= 5)
);
comment on table public.reviews is 'What buyers say of products, one for each line of an order. Gone with the account of whoever wrote it.';
comment on column public.reviews.product_id is 'The product of the order''s line.';
comment on column public.reviews.comment is 'Plain text. Whoever shows it escapes it: there is no mark-up in it that means anything.';
comment on column public.reviews.verified is 'Whether an order still shows it bought. Without that it is neither shown nor counted: a rating that one can buy, give back and keep would be for sale.';
comment on column public.reviews.hidden_at is 'Since when staff hide it; its author sees that, and why.';
CREATE INDEX reviews_hidden ON public.reviews USING btree (hidden_at);
CREATE INDEX reviews_newest ON public.reviews USING btree (created_at DESC, id DESC);
CREATE INDEX reviews_product ON public.reviews USING btree (product_id, created_at DESC, id DESC);
CREATE INDEX reviews_user ON public.reviews USING btree (user_id, created_at DESC);
alter table public.reviews enable row level security;
grant select, delete on public.reviews to authenticated;
grant select, insert, update, delete on public.reviews to service_role;
grant insert (product_id, order_item_id, rating, comment), update (rating, comment) on public.reviews to authenticated;
create policy "Buyers change their own reviews" on public.reviews for update to authenticated
  using (user_id = (( SELECT auth.uid() AS uid)))
  with check (user_id = (( SELECT auth.uid() AS uid)));
create policy "Buyers delete their own reviews unless hidden" on public.reviews for delete to authenticated
  using (user_id = (( SELECT auth.uid() AS uid)) AND hidden_at IS NULL);
create policy "Buyers read their own reviews" on public.reviews for select to authenticated
  using (user_id = (( SELECT auth.uid() AS uid)));
create policy "Buyers review what they bought" on public.reviews for insert to authenticated
  with check (user_id = (( SELECT auth.uid() AS uid)) AND private.has_bought(order_item_id, product_id, user_id));
CREATE TRIGGER reviews_audit AFTER UPDATE OF hidden_at, hidden_reason ON reviews FOR EACH ROW EXECUTE FUNCTION private.audit('system', '', 'id', 'hidden_at', 'hidden_reason');
CREATE TRIGGER reviews_of_buyer AFTER INSERT ON reviews FOR EACH ROW EXECUTE FUNCTION private.review_is_of_buyer();
CREATE TRIGGER reviews_ratings_delete AFTER DELETE ON reviews REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION private.ratings_follow();
CREATE TRIGGER reviews_ratings_insert AFTER INSERT ON reviews REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION private.ratings_follow();
CREATE TRIGGER reviews_ratings_update AFTER UPDATE ON reviews REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION private.ratings_follow();
CREATE TRIGGER reviews_touch BEFORE UPDATE ON reviews FOR EACH ROW EXECUTE FUNCTION private.touch();
CREATE TRIGGER reviews_written BEFORE INSERT OR UPDATE OF comment ON reviews FOR EACH ROW EXECUTE FUNCTION private.review_written();

create table public.search_words (
  word text not null,
  constraint search_words_pkey PRIMARY KEY (word),
  constraint search_words_word_length CHECK (char_length(word) >= 3 AND char_length(word) <= 40)
);
comment on table public.search_words is 'Every lexeme that a product on sale has or had: a word that is none of them is a typo, and the nearest of them are meant.';
CREATE INDEX search_words_similar ON public.search_words USING gin (word extensions.gin_trgm_ops);
alter table public.search_words enable row level security;
grant select on public.search_words to anon;
grant select on public.search_words to authenticated;
grant select, insert, update, delete on public.search_words to service_role;
create policy "Everybody reads words" on public.search_words for select to anon
  using (true);
create policy "Users read words" on public.search_words for select to authenticated
  using (true);

create table public.shipping_rates (
  id uuid default gen_random_uuid() not null,
  name_en text not null,
  name_fr text not null,
  price_list_id text not null,
  amount bigint not null,
  countries text[],
  min_weight integer,
  max_weight integer,
  min_total bigint,
  max_total bigint,
  min_days smallint,
  max_days smallint,
  "position" integer default 0 not null,
  active boolean default true not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint shipping_rates_pkey PRIMARY KEY (id),
  constraint shipping_rates_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE RESTRICT,
  constraint shipping_rates_amount_possible CHECK (amount >= 0 AND amount <= 99999999),
  constraint shipping_rates_countries_iso CHECK (array_to_string(countries, ','::text) ~ '^[A-Z]{2}(,[A-Z]{2})*$'::text),
  constraint shipping_rates_days_ordered CHECK (min_days >= 0 AND max_days >= min_days),
  constraint shipping_rates_name_en_length CHECK (char_length(name_en) >= 1 AND char_length(name_en) <= 100),
  constraint shipping_rates_name_fr_length CHECK (char_length(name_fr) >= 1 AND char_length(name_fr) <= 100),
  constraint shipping_rates_totals_ordered CHECK (min_total >= 0 AND COALESCE(max_total > COALESCE(min_total, 0::bigint), true)),
  constraint shipping_rates_weights_ordered CHECK (min_weight >= 0 AND COALESCE(max_weight > COALESCE(min_weight, 0), true))
);
comment on table public.shipping_rates is 'What shipping costs: by country, and by weight or total of what is shipped. Amounts in minor units of the price list''s currency.';
comment on column public.shipping_rates.countries is 'ISO 3166-1 codes; null: everywhere.';
comment on column public.shipping_rates.min_weight is 'In grams, from this on; max_weight is the first that is too heavy.';
comment on column public.shipping_rates.min_total is 'Of the goods after discount, from this on; max_total is the first that is too much.';
CREATE INDEX shipping_rates_price_list ON public.shipping_rates USING btree (price_list_id);
alter table public.shipping_rates enable row level security;
grant select on public.shipping_rates to anon;
grant select, delete on public.shipping_rates to authenticated;
grant select, insert, update, delete on public.shipping_rates to service_role;
grant insert (id, name_en, name_fr, price_list_id, amount, countries, min_weight, max_weight, min_total, max_total, min_days, max_days, "position", active), update (name_en, name_fr, amount, countries, min_weight, max_weight, min_total, max_total, min_days, max_days, "position", active) on public.shipping_rates to authenticated;
create policy "Everybody reads active shipping rates" on public.shipping_rates for select to anon
  using (active);
create policy "Staff delete" on public.shipping_rates for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.shipping_rates for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff update" on public.shipping_rates for update to authenticated
  using (( SELECT private.is_staff() AS is_staff))
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Users read active shipping rates, staff all" on public.shipping_rates for select to authenticated
  using (active OR ( SELECT private.is_staff() AS is_staff));
CREATE TRIGGER shipping_rates_audit AFTER INSERT OR DELETE OR UPDATE OF amount, countries, min_weight, max_weight, min_total, max_total, active ON shipping_rates FOR EACH ROW WHEN (private.catalogue_audited()) EXECUTE FUNCTION private.audit('system', '', 'id', 'price_list_id', 'amount', 'countries', 'min_weight', 'max_weight', 'min_total', 'max_total', 'active');
CREATE TRIGGER shipping_rates_chargeable BEFORE INSERT OR UPDATE OF amount, price_list_id ON shipping_rates FOR EACH ROW EXECUTE FUNCTION private.prices_chargeable();
CREATE TRIGGER shipping_rates_touch BEFORE UPDATE ON shipping_rates FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.subscriptions (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  user_id uuid,
  stripe_subscription_id text not null,
  plan_id text,
  price_id text,
  status text not null,
  quantity integer not null,
  currency text not null,
  cancel_at_period_end boolean default false not null,
  current_period_start timestamp with time zone,
  current_period_end timestamp with time zone,
  trial_end timestamp with time zone,
  cancel_at timestamp with time zone,
  canceled_at timestamp with time zone,
  ended_at timestamp with time zone,
  stripe_payment_method_id text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone default now() not null,
  trial_start timestamp with time zone,
  promotion_code text,
  coupon text,
  discount_ends_at timestamp with time zone,
  next_price_id text,
  next_quantity integer,
  next_change_at timestamp with time zone,
  constraint subscriptions_pkey PRIMARY KEY (id),
  constraint subscriptions_stripe_id_key UNIQUE (stripe_subscription_id),
  constraint subscriptions_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plans(id) ON DELETE SET NULL,
  constraint subscriptions_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint subscriptions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint subscriptions_currency_iso CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint subscriptions_status_known CHECK (status = ANY (ARRAY['active'::text, 'canceled'::text, 'incomplete'::text, 'incomplete_expired'::text, 'past_due'::text, 'paused'::text, 'trialing'::text, 'unpaid'::text]))
);
comment on table public.subscriptions is 'Mirror of Stripe''s subscriptions. No index says "one live a workspace": where Stripe truly holds two, both are shown.';
comment on column public.subscriptions.user_id is 'Who bought it; it belongs to the workspace.';
comment on column public.subscriptions.current_period_end is 'The earliest end among its items'' periods.';
comment on column public.subscriptions.stripe_payment_method_id is 'What it is paid with; null for the customer''s default.';
comment on column public.subscriptions.promotion_code is 'The code that its discount was given for, as customers type it; null for a coupon without one.';
comment on column public.subscriptions.coupon is 'Stripe''s id of the coupon that takes something off each invoice; null without a discount.';
comment on column public.subscriptions.discount_ends_at is 'From when on it no longer does; null for one that counts once or for good.';
comment on column public.subscriptions.next_price_id is 'The price that it changes to at next_change_at, by a Stripe subscription schedule; null when nothing is planned.';
comment on column public.subscriptions.next_quantity is 'The quantity that it changes to then.';
CREATE INDEX subscriptions_plan ON public.subscriptions USING btree (plan_id);
CREATE INDEX subscriptions_price ON public.subscriptions USING btree (price_id);
CREATE INDEX subscriptions_user ON public.subscriptions USING btree (user_id);
CREATE INDEX subscriptions_workspace ON public.subscriptions USING btree (workspace_id);
alter table public.subscriptions enable row level security;
grant select on public.subscriptions to authenticated;
grant select, insert, update, delete on public.subscriptions to service_role;
create policy "Members read their workspaces' subscriptions" on public.subscriptions for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids() AS readable_workspace_ids))));
CREATE TRIGGER subscriptions_audit AFTER INSERT OR DELETE OR UPDATE ON subscriptions FOR EACH ROW EXECUTE FUNCTION private.audit('stripe', 'workspace_id', 'stripe_subscription_id', 'plan_id', 'price_id', 'status', 'quantity', 'cancel_at_period_end', 'cancel_at', 'ended_at');
CREATE TRIGGER subscriptions_dunning AFTER UPDATE OF ended_at ON subscriptions FOR EACH ROW WHEN (old.ended_at IS DISTINCT FROM new.ended_at) EXECUTE FUNCTION private.dunning_follow_subscription();
CREATE TRIGGER subscriptions_note_webhook_change AFTER INSERT OR DELETE OR UPDATE ON subscriptions FOR EACH ROW WHEN (current_setting('request.headers'::text, true) ~~ '%x-webhook-event%'::text) EXECUTE FUNCTION private.note_webhook_change('stripe_subscription_id');
CREATE TRIGGER subscriptions_seats AFTER INSERT ON subscriptions FOR EACH ROW EXECUTE FUNCTION private.seats_follow_subscription();
CREATE TRIGGER subscriptions_seats_change AFTER UPDATE OF status, plan_id, quantity, current_period_end ON subscriptions FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status OR old.plan_id IS DISTINCT FROM new.plan_id OR old.quantity IS DISTINCT FROM new.quantity OR old.current_period_end IS DISTINCT FROM new.current_period_end) EXECUTE FUNCTION private.seats_follow_subscription();
CREATE TRIGGER subscriptions_touch BEFORE UPDATE ON subscriptions FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.usage_counters (
  workspace_id uuid not null,
  meter text not null,
  period_start timestamp with time zone not null,
  period_end timestamp with time zone not null,
  used bigint default 0 not null,
  reserved bigint default 0 not null,
  constraint usage_counters_pkey PRIMARY KEY (workspace_id, meter, period_start),
  constraint usage_counters_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint usage_counters_meter_format CHECK (meter ~ '^[a-z][a-z0-9_]{0,39}$'::text),
  constraint usage_counters_period_forward CHECK (period_end > period_start),
  constraint usage_counters_reserved_not_negative CHECK (reserved >= 0),
  constraint usage_counters_used_not_negative CHECK (used >= 0)
);
comment on table public.usage_counters is 'What a workspace has used of a meter in a period, and what is set aside for calls under way.';
comment on column public.usage_counters.meter is 'The feature whose limit counts.';
comment on column public.usage_counters.period_end is 'When the limit begins anew.';
comment on column public.usage_counters.used is 'May exceed the limit: a call may turn out to need more than it had reserved.';
CREATE INDEX usage_counters_ended ON public.usage_counters USING btree (period_end);
alter table public.usage_counters enable row level security;
grant select on public.usage_counters to authenticated;
grant select, insert, update, delete on public.usage_counters to service_role;
create policy "Members read how much their workspaces have used" on public.usage_counters for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids() AS readable_workspace_ids))));

create table public.usage_records (
  id bigint generated by default as identity not null,
  workspace_id uuid not null,
  meter text not null,
  period_start timestamp with time zone not null,
  day date not null,
  amount bigint not null,
  key text,
  report_id uuid,
  recorded_at timestamp with time zone not null,
  constraint usage_records_pkey PRIMARY KEY (id),
  constraint usage_records_once_per_cause UNIQUE (workspace_id, meter, key),
  constraint usage_records_counter FOREIGN KEY (workspace_id, meter, period_start) REFERENCES usage_counters(workspace_id, meter, period_start) ON DELETE CASCADE,
  constraint usage_records_report FOREIGN KEY (report_id) REFERENCES private.usage_reports(id) DEFERRABLE INITIALLY DEFERRED,
  constraint usage_records_amount_positive CHECK (amount > 0),
  constraint usage_records_key_length CHECK (char_length(key) >= 1 AND char_length(key) <= 255)
);
comment on table public.usage_records is 'What was used, one row for each cause; what comes without a cause of its own adds up in one row a day. Nothing is taken back.';
comment on column public.usage_records.period_start is 'The period whose limit it counts against: where a hold was reserved, whenever it is settled.';
comment on column public.usage_records.day is 'When it was used, in UTC.';
comment on column public.usage_records.key is 'The cause: it counts once. Null where each call counts.';
comment on column public.usage_records.report_id is 'With which report Stripe is told of it; null until it is.';
comment on column public.usage_records.recorded_at is 'When it was used; of a row that adds up, the last time.';
CREATE UNIQUE INDEX usage_records_adding_up ON public.usage_records USING btree (workspace_id, meter, period_start, day) WHERE ((key IS NULL) AND (report_id IS NULL));
CREATE INDEX usage_records_counter ON public.usage_records USING btree (workspace_id, meter, period_start);
CREATE INDEX usage_records_day ON public.usage_records USING btree (workspace_id, day);
CREATE INDEX usage_records_report ON public.usage_records USING btree (report_id);
CREATE INDEX usage_records_unreported ON public.usage_records USING btree (workspace_id, meter) WHERE (report_id IS NULL);
alter table public.usage_records enable row level security;
grant select on public.usage_records to authenticated;
grant select, insert, update, delete on public.usage_records to service_role;
create policy "Members read when their workspaces used what" on public.usage_records for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids() AS readable_workspace_ids))));

create table public.variant_availability (
  variant_id uuid not null,
  product_id uuid not null,
  on_sale boolean default false not null,
  band text default 'out_of_stock'::text not null,
  few_left integer,
  updated_at timestamp with time zone default now() not null,
  constraint variant_availability_pkey PRIMARY KEY (variant_id),
  constraint variant_availability_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id) ON DELETE CASCADE,
  constraint variant_availability_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id) ON DELETE CASCADE,
  constraint variant_availability_band_known CHECK (band = ANY (ARRAY['in_stock'::text, 'few_left'::text, 'out_of_stock'::text])),
  constraint variant_availability_count_of_few CHECK ((band = 'few_left'::text) = (few_left IS NOT NULL))
);
comment on table public.variant_availability is 'What buyers may know of the stock: a band, and a count only when few are left. Written when it changes, not at each sale.';
comment on column public.variant_availability.product_id is 'The variant''s.';
comment on column public.variant_availability.on_sale is 'Whether variant and product are active: what buyers may see. Kept by private.listings_refresh; here, since a policy that asks both tables would be asked for each row of each list.';
CREATE INDEX variant_availability_in_stock ON public.variant_availability USING btree (product_id) WHERE (on_sale AND (band <> 'out_of_stock'::text));
CREATE INDEX variant_availability_low ON public.variant_availability USING btree (variant_id) WHERE (band <> 'in_stock'::text);
CREATE INDEX variant_availability_product ON public.variant_availability USING btree (product_id);
alter table public.variant_availability enable row level security;
grant select on public.variant_availability to anon;
grant select on public.variant_availability to authenticated;
grant select, insert, update, delete on public.variant_availability to service_role;
create policy "Everybody reads the availability of what is on sale" on public.variant_availability for select to anon
  using (on_sale);
create policy "Users read the availability of what is on sale, staff all" on public.variant_availability for select to authenticated
  using (on_sale OR ( SELECT private.is_staff() AS is_staff));
CREATE TRIGGER variant_availability_told AFTER UPDATE OF band ON variant_availability FOR EACH ROW WHEN (old.band = 'in_stock'::text AND new.band = 'few_left'::text OR old.band = 'in_stock'::text AND new.band = 'out_of_stock'::text OR old.band = 'few_left'::text AND new.band = 'out_of_stock'::text) EXECUTE FUNCTION private.stock_told();
CREATE TRIGGER variant_availability_touch BEFORE UPDATE ON variant_availability FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.variant_prices (
  variant_id uuid not null,
  price_list_id text not null,
  unit_amount bigint not null,
  compare_at_amount bigint,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint variant_prices_pkey PRIMARY KEY (variant_id, price_list_id),
  constraint variant_prices_price_list_id_fkey FOREIGN KEY (price_list_id) REFERENCES price_lists(id) ON DELETE RESTRICT,
  constraint variant_prices_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id) ON DELETE CASCADE,
  constraint variant_prices_compare_at_higher CHECK (compare_at_amount > unit_amount),
  constraint variant_prices_compare_at_possible CHECK (compare_at_amount <= 99999999),
  constraint variant_prices_unit_amount_possible CHECK (unit_amount >= 0 AND unit_amount <= 99999999)
);
comment on table public.variant_prices is 'What a variant costs, in minor units of its list''s currency. Without a row it is not sold by that list.';
comment on column public.variant_prices.unit_amount is 'At most eight digits, as Stripe takes them. https://docs.stripe.com/currencies';
comment on column public.variant_prices.compare_at_amount is 'What it cost before: shown struck through, never charged.';
CREATE INDEX variant_prices_list ON public.variant_prices USING btree (price_list_id, unit_amount);
alter table public.variant_prices enable row level security;
grant select on public.variant_prices to anon;
grant select, delete on public.variant_prices to authenticated;
grant select, insert, update, delete on public.variant_prices to service_role;
grant insert (variant_id, price_list_id, unit_amount, compare_at_amount), update (unit_amount, compare_at_amount) on public.variant_prices to authenticated;
create policy "Everybody reads prices of what is on sale" on public.variant_prices for select to anon
  using ((price_list_id = ANY ((ARRAY( SELECT list.id
   FROM price_lists list
  WHERE list.active)))) AND (EXISTS ( SELECT
   FROM product_variants variant
  WHERE variant.id = variant_prices.variant_id)));
create policy "Staff delete" on public.variant_prices for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.variant_prices for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff update" on public.variant_prices for update to authenticated
  using (( SELECT private.is_staff() AS is_staff))
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Users read prices of what is on sale, staff all" on public.variant_prices for select to authenticated
  using (( SELECT private.is_staff() AS is_staff) OR (price_list_id = ANY ((ARRAY( SELECT list.id
   FROM price_lists list
  WHERE list.active)))) AND (EXISTS ( SELECT
   FROM product_variants variant
  WHERE variant.id = variant_prices.variant_id)));
CREATE TRIGGER variant_prices_audit AFTER INSERT OR DELETE OR UPDATE OF unit_amount, compare_at_amount ON variant_prices FOR EACH ROW WHEN (private.catalogue_audited()) EXECUTE FUNCTION private.audit('system', '', 'variant_id', 'price_list_id', 'unit_amount', 'compare_at_amount');
CREATE TRIGGER variant_prices_chargeable BEFORE INSERT OR UPDATE OF unit_amount, price_list_id ON variant_prices FOR EACH ROW EXECUTE FUNCTION private.prices_chargeable();
CREATE TRIGGER variant_prices_listings_delete AFTER DELETE ON variant_prices REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION private.listings_follow_prices();
CREATE TRIGGER variant_prices_listings_insert AFTER INSERT ON variant_prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION private.listings_follow_prices();
CREATE TRIGGER variant_prices_listings_update AFTER UPDATE ON variant_prices REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION private.listings_follow_prices();
CREATE TRIGGER variant_prices_touch BEFORE UPDATE ON variant_prices FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.webhook_deliveries (
  id bigint generated always as identity not null,
  endpoint_id uuid not null,
  event_id text not null,
  type text not null,
  payload jsonb not null,
  state text default 'pending'::text not null,
  attempts smallint default 0 not null,
  replays smallint default 0 not null,
  last_status smallint,
  last_error text,
  last_excerpt text,
  note text,
  created_at timestamp with time zone default private.now() not null,
  last_attempt_at timestamp with time zone,
  sending_until timestamp with time zone,
  finished_at timestamp with time zone,
  constraint webhook_deliveries_pkey PRIMARY KEY (id),
  constraint webhook_deliveries_once_per_event UNIQUE (endpoint_id, event_id),
  constraint webhook_deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE,
  constraint webhook_deliveries_excerpt_short CHECK (char_length(last_excerpt) <= 300),
  constraint webhook_deliveries_finished_when_ended CHECK ((state = 'pending'::text) = (finished_at IS NULL)),
  constraint webhook_deliveries_state_known CHECK (state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text]))
);
comment on table public.webhook_deliveries is 'Each event for each endpoint that wants it, and what became of it. Staff read it.';
comment on column public.webhook_deliveries.event_id is 'webhook-id: the same at each attempt, each replay and each endpoint.';
comment on column public.webhook_deliveries.payload is '{type, timestamp, data}: the body that is sent.';
comment on column public.webhook_deliveries.attempts is 'Since it was written or replayed last; a result counts only for the attempt that it is of.';
comment on column public.webhook_deliveries.last_excerpt is 'The first 300 characters of the last answer that was no success.';
comment on column public.webhook_deliveries.note is 'Why staff replayed it last.';
comment on column public.webhook_deliveries.sending_until is 'An attempt is under way, until then at the latest, in real time.';
CREATE INDEX webhook_deliveries_finished ON public.webhook_deliveries USING btree (finished_at);
CREATE INDEX webhook_deliveries_sending ON public.webhook_deliveries USING btree (endpoint_id) WHERE (sending_until IS NOT NULL);
alter table public.webhook_deliveries enable row level security;
grant select on public.webhook_deliveries to authenticated;
grant select, insert, update, delete on public.webhook_deliveries to service_role;
create policy "Staff read deliveries" on public.webhook_deliveries for select to authenticated
  using (( SELECT private.is_staff() AS is_staff));

create table public.webhook_endpoints (
  id uuid default gen_random_uuid() not null,
  url text not null,
  description text default ''::text not null,
  events text[] not null,
  enabled boolean default true not null,
  disabled_reason text,
  failing_since timestamp with time zone,
  created_at timestamp with time zone default private.now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint webhook_endpoints_pkey PRIMARY KEY (id),
  constraint webhook_endpoints_description_length CHECK (char_length(description) <= 500),
  constraint webhook_endpoints_disabled_for_reason CHECK (disabled_reason IS NULL OR NOT enabled),
  constraint webhook_endpoints_events_some CHECK (cardinality(events) >= 1 AND cardinality(events) <= 100),
  constraint webhook_endpoints_url_https CHECK (url ~ '^(https://[^/?#@\s]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)([/?][^#\s]*)?$'::text AND char_length(url) <= 2000)
);
comment on table public.webhook_endpoints is 'Where events are told. Staff write them under RLS.';
comment on column public.webhook_endpoints.url is 'https at port 443 or 8443; no name and password in it, no fragment.';
comment on column public.webhook_endpoints.events is 'Types of public.webhook_event_types; any other is refused.';
comment on column public.webhook_endpoints.disabled_reason is 'Why it was disabled by itself; null when staff did it. Any update of `enabled` clears it.';
comment on column public.webhook_endpoints.failing_since is 'Since when nothing has reached it; null while it answers.';
alter table public.webhook_endpoints enable row level security;
grant select, delete on public.webhook_endpoints to authenticated;
grant select, insert, update, delete on public.webhook_endpoints to service_role;
grant insert (id, url, description, events, enabled), update (url, description, events, enabled) on public.webhook_endpoints to authenticated;
create policy "Staff delete" on public.webhook_endpoints for delete to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff insert" on public.webhook_endpoints for insert to authenticated
  with check (( SELECT private.is_staff() AS is_staff));
create policy "Staff read endpoints" on public.webhook_endpoints for select to authenticated
  using (( SELECT private.is_staff() AS is_staff));
create policy "Staff update" on public.webhook_endpoints for update to authenticated
  using (( SELECT private.is_staff() AS is_staff))
  with check (( SELECT private.is_staff() AS is_staff));
CREATE TRIGGER webhook_endpoints_audit AFTER INSERT OR DELETE OR UPDATE ON webhook_endpoints FOR EACH ROW EXECUTE FUNCTION private.audit('system', '', 'id', 'events', 'enabled', 'disabled_reason', '~url');
CREATE TRIGGER webhook_endpoints_decided BEFORE UPDATE OF enabled ON webhook_endpoints FOR EACH ROW EXECUTE FUNCTION private.webhook_endpoint_decided();
CREATE CONSTRAINT TRIGGER webhook_endpoints_events AFTER INSERT OR UPDATE OF events ON webhook_endpoints NOT DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION private.webhook_endpoint_written();
CREATE CONSTRAINT TRIGGER webhook_endpoints_port AFTER INSERT OR UPDATE OF url ON webhook_endpoints NOT DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION private.webhook_endpoint_port();
CREATE TRIGGER webhook_endpoints_secret AFTER INSERT ON webhook_endpoints FOR EACH ROW EXECUTE FUNCTION private.webhook_endpoint_gets_secret();
CREATE TRIGGER webhook_endpoints_touch BEFORE UPDATE ON webhook_endpoints FOR EACH ROW EXECUTE FUNCTION private.touch();

create table public.webhook_event_types (
  type text not null,
  description text not null,
  constraint webhook_event_types_pkey PRIMARY KEY (type),
  constraint webhook_event_types_type_format CHECK (type ~ '^[a-z][a-z_]*(\.[a-z][a-z_]*)+$'::text AND char_length(type) <= 60)
);
comment on table public.webhook_event_types is 'Events that an endpoint can ask for. Migrations write them.';
alter table public.webhook_event_types enable row level security;
grant select on public.webhook_event_types to authenticated;
grant select, insert, update, delete on public.webhook_event_types to service_role;
create policy "Staff read event types" on public.webhook_event_types for select to authenticated
  using (( SELECT private.is_staff() AS is_staff));

create table public.workspace_api_keys (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  name text not null,
  prefix text not null,
  role text not null,
  scopes text[] not null,
  created_by uuid,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  constraint workspace_api_keys_pkey PRIMARY KEY (id),
  constraint workspace_api_keys_one_prefix_each UNIQUE (prefix),
  constraint workspace_api_keys_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint workspace_api_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint workspace_api_keys_name_length CHECK (char_length(name) >= 1 AND char_length(name) <= 100),
  constraint workspace_api_keys_name_printable CHECK (name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'::text),
  constraint workspace_api_keys_prefix_format CHECK (prefix ~ '^[0-9a-z]{8}$'::text),
  constraint workspace_api_keys_role_known CHECK (role = ANY (ARRAY['admin'::text, 'member'::text, 'billing'::text])),
  constraint workspace_api_keys_scopes_named CHECK (cardinality(scopes) >= 1 AND cardinality(scopes) <= 20 AND array_to_string(scopes, ' '::text, '?'::text) ~ '^[a-z_]+:(read|write)( [a-z_]+:(read|write))*$'::text)
);
comment on table public.workspace_api_keys is 'Keys by which a workspace''s own software calls our functions; the secret itself is kept nowhere.';
comment on column public.workspace_api_keys.prefix is 'The part of the key that is shown, in lists as in the key: socle_<live|test>_<prefix>_…';
comment on column public.workspace_api_keys.role is 'As which member the key acts: admin, member or billing.';
comment on column public.workspace_api_keys.scopes is 'Which endpoints take it (_shared/api-keys/scopes.ts); what it sees and changes there, its role says.';
comment on column public.workspace_api_keys.expires_at is 'Real time, as for every token; null for a key that lasts until it is revoked.';
comment on column public.workspace_api_keys.last_used_at is 'To the minute: a busy key must not write its row at each call.';
CREATE INDEX workspace_api_keys_creator ON public.workspace_api_keys USING btree (created_by);
CREATE UNIQUE INDEX workspace_api_keys_name_once ON public.workspace_api_keys USING btree (workspace_id, lower(name)) WHERE (revoked_at IS NULL);
CREATE INDEX workspace_api_keys_over ON public.workspace_api_keys USING btree (LEAST(revoked_at, expires_at));
CREATE INDEX workspace_api_keys_workspace ON public.workspace_api_keys USING btree (workspace_id);
alter table public.workspace_api_keys enable row level security;
grant select on public.workspace_api_keys to authenticated;
grant select, insert, update, delete on public.workspace_api_keys to service_role;
grant update (name, revoked_at) on public.workspace_api_keys to authenticated;
create policy "Owners and admins read their workspaces' keys" on public.workspace_api_keys for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text]) AS readable_workspace_ids))));
create policy "Owners and admins rename and revoke their workspaces' keys" on public.workspace_api_keys for update to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['owner'::text, 'admin'::text]) AS my_workspace_ids))))
  with check (workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['owner'::text, 'admin'::text]) AS my_workspace_ids))));
create policy "Owners who pay change keys with a second factor" on public.workspace_api_keys as restrictive for update to authenticated
  using (( SELECT private.second_factor_given() AS second_factor_given))
  with check (( SELECT private.second_factor_given() AS second_factor_given));
CREATE TRIGGER workspace_api_keys_audited AFTER INSERT OR DELETE OR UPDATE ON workspace_api_keys FOR EACH ROW EXECUTE FUNCTION private.api_key_audited();
CREATE TRIGGER workspace_api_keys_changed BEFORE UPDATE ON workspace_api_keys FOR EACH ROW EXECUTE FUNCTION private.api_key_changed();
CREATE TRIGGER workspace_api_keys_overdue BEFORE INSERT ON workspace_api_keys FOR EACH ROW EXECUTE FUNCTION private.refuse_when_overdue();

create table public.workspace_invitations (
  id uuid default gen_random_uuid() not null,
  workspace_id uuid not null,
  email text not null,
  role text not null,
  state text default 'open'::text not null,
  invited_by uuid,
  accepted_by uuid,
  sends integer default 0 not null,
  sent_at timestamp with time zone default private.now() not null,
  expires_at timestamp with time zone default (private.now() + '7 days'::interval) not null,
  created_at timestamp with time zone default private.now() not null,
  closed_at timestamp with time zone,
  constraint workspace_invitations_pkey PRIMARY KEY (id),
  constraint workspace_invitations_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint workspace_invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint workspace_invitations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint workspace_invitations_closed_when_ended CHECK ((state = 'open'::text) = (closed_at IS NULL)),
  constraint workspace_invitations_email_lower CHECK (email = lower(btrim(email)) AND char_length(email) >= 3 AND char_length(email) <= 254),
  constraint workspace_invitations_role_known CHECK (role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'billing'::text])),
  constraint workspace_invitations_state_known CHECK (state = ANY (ARRAY['open'::text, 'accepted'::text, 'declined'::text, 'revoked'::text]))
);
comment on table public.workspace_invitations is 'Who was asked to join a workspace, by whom, and what became of it.';
comment on column public.workspace_invitations.email is 'Whom it is for, in lower case: only an account with this confirmed address takes it.';
comment on column public.workspace_invitations.invited_by is 'Who sent its latest mail.';
comment on column public.workspace_invitations.sends is 'How many mails were sent for it.';
comment on column public.workspace_invitations.expires_at is 'Seven days after its latest mail; an open one that is past it can be sent again.';
CREATE INDEX workspace_invitations_email ON public.workspace_invitations USING btree (email);
CREATE INDEX workspace_invitations_inviter ON public.workspace_invitations USING btree (invited_by);
CREATE UNIQUE INDEX workspace_invitations_one_open ON public.workspace_invitations USING btree (workspace_id, email) WHERE (state = 'open'::text);
CREATE INDEX workspace_invitations_over ON public.workspace_invitations USING btree (COALESCE(closed_at, expires_at));
CREATE INDEX workspace_invitations_taker ON public.workspace_invitations USING btree (accepted_by);
CREATE INDEX workspace_invitations_workspace ON public.workspace_invitations USING btree (workspace_id, created_at DESC);
alter table public.workspace_invitations enable row level security;
grant select on public.workspace_invitations to authenticated;
grant select, insert, update, delete on public.workspace_invitations to service_role;
grant update (state) on public.workspace_invitations to authenticated;
create policy "Owners and admins read their workspaces' invitations" on public.workspace_invitations for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids(ARRAY['owner'::text, 'admin'::text]) AS readable_workspace_ids))));
create policy "Owners and admins revoke their workspaces' invitations" on public.workspace_invitations for update to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['owner'::text, 'admin'::text]) AS my_workspace_ids))))
  with check (workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['owner'::text, 'admin'::text]) AS my_workspace_ids))));
create policy "Owners who pay change invitations with a second factor" on public.workspace_invitations as restrictive for update to authenticated
  using (( SELECT private.second_factor_given() AS second_factor_given))
  with check (( SELECT private.second_factor_given() AS second_factor_given));
CREATE TRIGGER workspace_invitations_audit AFTER INSERT OR DELETE OR UPDATE ON workspace_invitations FOR EACH ROW EXECUTE FUNCTION private.audit('system', 'workspace_id', 'id', 'role', 'state');
CREATE TRIGGER workspace_invitations_changed BEFORE UPDATE OF state ON workspace_invitations FOR EACH ROW EXECUTE FUNCTION private.invitation_changed();
CREATE TRIGGER workspace_invitations_overdue BEFORE INSERT ON workspace_invitations FOR EACH ROW EXECUTE FUNCTION private.refuse_when_overdue();

create table public.workspace_members (
  workspace_id uuid not null,
  user_id uuid not null,
  role text not null,
  created_at timestamp with time zone default private.now() not null,
  constraint workspace_members_pkey PRIMARY KEY (workspace_id, user_id),
  constraint workspace_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE,
  constraint workspace_members_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  constraint workspace_members_role_known CHECK (role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'billing'::text]))
);
comment on table public.workspace_members is 'Who belongs to a workspace, and as what.';
comment on column public.workspace_members.role is 'owner, admin, member or billing.';
CREATE INDEX workspace_members_user ON public.workspace_members USING btree (user_id);
alter table public.workspace_members enable row level security;
grant select, delete on public.workspace_members to authenticated;
grant select, insert, update, delete on public.workspace_members to service_role;
grant update (role) on public.workspace_members to authenticated;
create policy "Members read who else is in their workspaces" on public.workspace_members for select to authenticated
  using (workspace_id = ANY ((ARRAY( SELECT private.readable_workspace_ids() AS readable_workspace_ids))));
create policy "Owners change roles, admins those below owner" on public.workspace_members for update to authenticated
  using ((workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['owner'::text]) AS my_workspace_ids)))) OR role <> 'owner'::text AND (workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['admin'::text]) AS my_workspace_ids)))))
  with check ((workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['owner'::text]) AS my_workspace_ids)))) OR role <> 'owner'::text AND (workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['admin'::text]) AS my_workspace_ids)))));
create policy "Owners remove others, admins those below owner, the others them" on public.workspace_members for delete to authenticated
  using (user_id <> (( SELECT auth.uid() AS uid)) AND (workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['owner'::text]) AS my_workspace_ids)))) OR role <> 'owner'::text AND (workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['admin'::text]) AS my_workspace_ids)))) OR role <> 'owner'::text AND user_id = (( SELECT auth.uid() AS uid)) AND (workspace_id = ANY ((ARRAY( SELECT private.my_workspace_ids() AS my_workspace_ids)))));
create policy "Owners who pay change members with a second factor" on public.workspace_members as restrictive for update to authenticated
  using (( SELECT private.second_factor_given() AS second_factor_given))
  with check (( SELECT private.second_factor_given() AS second_factor_given));
create policy "Owners who pay remove members with a second factor" on public.workspace_members as restrictive for delete to authenticated
  using (( SELECT private.second_factor_given() AS second_factor_given));
CREATE TRIGGER workspace_members_audit AFTER INSERT OR DELETE OR UPDATE ON workspace_members FOR EACH ROW EXECUTE FUNCTION private.audit('system', 'workspace_id', 'user_id', 'role');
CREATE TRIGGER workspace_members_billing_orphaned AFTER DELETE ON workspace_members FOR EACH ROW WHEN (old.role = 'owner'::text) EXECUTE FUNCTION private.billing_orphaned();
CREATE TRIGGER workspace_members_keep_an_owner AFTER DELETE ON workspace_members FOR EACH ROW WHEN (old.role = 'owner'::text) EXECUTE FUNCTION private.workspace_keeps_an_owner();
CREATE TRIGGER workspace_members_keep_an_owner_in_role AFTER UPDATE OF role, workspace_id ON workspace_members FOR EACH ROW WHEN (old.role = 'owner'::text AND (new.role <> 'owner'::text OR new.workspace_id <> old.workspace_id)) EXECUTE FUNCTION private.workspace_keeps_an_owner();
CREATE TRIGGER workspace_members_lower_their_invitations AFTER UPDATE OF role ON workspace_members FOR EACH ROW WHEN ((old.role = ANY (ARRAY['owner'::text, 'admin'::text])) AND new.role <> old.role) EXECUTE FUNCTION private.invitations_follow_member();
CREATE TRIGGER workspace_members_lower_their_keys AFTER UPDATE OF role ON workspace_members FOR EACH ROW WHEN ((old.role = ANY (ARRAY['owner'::text, 'admin'::text])) AND (new.role <> ALL (ARRAY['owner'::text, 'admin'::text]))) EXECUTE FUNCTION private.api_keys_follow_member();
CREATE TRIGGER workspace_members_overdue BEFORE INSERT ON workspace_members FOR EACH ROW EXECUTE FUNCTION private.refuse_when_overdue();
CREATE TRIGGER workspace_members_owner_fits BEFORE INSERT OR UPDATE OF role ON workspace_members FOR EACH ROW WHEN (new.role = 'owner'::text) EXECUTE FUNCTION private.workspace_owner_fits();
CREATE TRIGGER workspace_members_seats AFTER INSERT ON workspace_members FOR EACH ROW EXECUTE FUNCTION private.seats_follow_member();
CREATE TRIGGER workspace_members_take_their_invitations AFTER DELETE ON workspace_members FOR EACH ROW WHEN (old.role = ANY (ARRAY['owner'::text, 'admin'::text])) EXECUTE FUNCTION private.invitations_follow_member();
CREATE TRIGGER workspace_members_take_their_keys AFTER DELETE ON workspace_members FOR EACH ROW EXECUTE FUNCTION private.api_keys_follow_member();

create table public.workspaces (
  id uuid default gen_random_uuid() not null,
  name text not null,
  personal_of uuid,
  created_at timestamp with time zone default private.now() not null,
  updated_at timestamp with time zone default now() not null,
  slug text not null,
  constraint workspaces_pkey PRIMARY KEY (id),
  constraint workspaces_one_personal_each UNIQUE (personal_of),
  constraint workspaces_slug_key UNIQUE (slug),
  constraint workspaces_personal_of_fkey FOREIGN KEY (personal_of) REFERENCES auth.users(id) ON DELETE SET NULL,
  constraint workspaces_name_length CHECK (char_length(name) >= 1 AND char_length(name) <= 100),
  constraint workspaces_name_printable CHECK (name ~ '\S'::text AND name !~ '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]'::text),
  constraint workspaces_slug_format CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text AND char_length(slug) <= 50)
);
comment on table public.workspaces is 'What subscriptions and data belong to; each user has a personal one.';
comment on column public.workspaces.personal_of is 'Whose personal workspace it is; null for one that is shared.';
comment on column public.workspaces.slug is 'Its name in addresses, at most 50 characters; made from the name when none is given.';
CREATE INDEX workspaces_named ON public.workspaces USING btree (lower(name) COLLATE "C");
CREATE INDEX workspaces_newest ON public.workspaces USING btree (created_at DESC, id DESC);
alter table public.workspaces enable row level security;
grant select on public.workspaces to authenticated;
grant select, insert, update, delete on public.workspaces to service_role;
grant insert (name, slug), update (name, slug) on public.workspaces to authenticated;
create policy "Members read their workspaces" on public.workspaces for select to authenticated
  using (id = ANY ((ARRAY( SELECT private.readable_workspace_ids() AS readable_workspace_ids))));
create policy "Owners and admins rename their workspaces" on public.workspaces for update to authenticated
  using (id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['owner'::text, 'admin'::text]) AS my_workspace_ids))))
  with check (id = ANY ((ARRAY( SELECT private.my_workspace_ids(ARRAY['owner'::text, 'admin'::text]) AS my_workspace_ids))));
create policy "Owners who pay change workspaces with a second factor" on public.workspaces as restrictive for update to authenticated
  using (( SELECT private.second_factor_given() AS second_factor_given))
  with check (( SELECT private.second_factor_given() AS second_factor_given));
create policy "Users make workspaces" on public.workspaces for insert to authenticated
  with check ((EXISTS ( SELECT
   FROM profiles profile
  WHERE profile.id = (( SELECT auth.uid() AS uid)))) AND COALESCE(((( SELECT auth.jwt() AS jwt)) ->> 'is_anonymous'::text)::boolean, false) = false);
CREATE TRIGGER workspaces_audit AFTER INSERT OR DELETE OR UPDATE ON workspaces FOR EACH ROW EXECUTE FUNCTION private.audit('system', 'id', 'id', 'personal_of', '~name');
CREATE TRIGGER workspaces_billing_orphaned BEFORE DELETE ON workspaces FOR EACH ROW EXECUTE FUNCTION private.billing_orphaned();
CREATE TRIGGER workspaces_created AFTER INSERT ON workspaces FOR EACH ROW WHEN (new.personal_of IS NULL AND auth.uid() IS NOT NULL) EXECUTE FUNCTION private.workspace_created();
CREATE TRIGGER workspaces_slug BEFORE INSERT OR UPDATE OF slug ON workspaces FOR EACH ROW EXECUTE FUNCTION private.workspace_slug();
CREATE TRIGGER workspaces_touch BEFORE UPDATE ON workspaces FOR EACH ROW EXECUTE FUNCTION private.touch();

CREATE OR REPLACE FUNCTION private.account_deletion_blocked(deletion_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held public.account_deletions;
  in_the_way jsonb;
begin
  select * into held from public.account_deletions as one where one.id = account_deletion_blocked.deletion_id for update;
  -- Whoever joins or leaves at this moment is waited for here, and seen by what follows.
  perform from public.workspaces as workspace
  where workspace.id in (
    select mine.workspace_id from public.workspace_members as mine where mine.user_id = held.user_id
  )
  order by workspace.id for no key update;
  in_the_way := private.workspaces_in_the_way(held.user_id);
  if in_the_way = '[]' then
    return false;
  end if;
  -- Somebody joined, or the other owner left, since it was asked for.
  update public.account_deletions as one set state = 'blocked', finished_at = private.now() where one.id = held.id;
  perform private.enqueue_mail('account_delete_blocked', held.user_id, jsonb_build_object(
    'workspaces', (select jsonb_agg(one ->> 'name') from jsonb_array_elements(in_the_way) as one)
  ), 'delete_blocked:' || held.id);
  delete from private.account_deletion_details as details where details.deletion_id = held.id;
  return true;
end;
$function$;
comment on function private.account_deletion_blocked(uuid) is 'Ends a deletion as blocked, and tells the user, where others'' workspaces hang on him; whether it did. Until the transaction ends nobody joins or leaves.';
grant execute on function private.account_deletion_blocked(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.account_facts(user_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'id', account.id, 'email', account.email, 'phone', account.phone, 'created_at', account.created_at,
    'email_confirmed_at', account.email_confirmed_at, 'last_sign_in_at', account.last_sign_in_at,
    'providers', account.raw_app_meta_data -> 'providers', 'user_metadata', account.raw_user_meta_data
  )
  from auth.users as account
  where account.id = account_facts.user_id;
$function$;
comment on function private.account_facts(uuid) is 'What Auth knows of a user, without anything that signs in. Security definer: reads auth.users, where the service role has no grant.';
grant execute on function private.account_facts(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.act_as(actor uuid, reason text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform set_config('socle.actor', coalesce(actor::text, ''), true);
  perform set_config('socle.reason', coalesce(reason, ''), true);
end;
$function$;
comment on function private.act_as(uuid, text) is 'Says for whom, and why, a server RPC changes rows in this transaction; the audit log believes it of the service role alone.';
grant execute on function private.act_as(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.alert_measures()
 RETURNS TABLE(measure text, value bigint, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from private.alert_measures_but_orders()
  union all
  select * from private.order_money_measures()
  union all
  select * from private.shop_alert_measures();
$function$;
comment on function private.alert_measures() is 'What alert rules compare with their thresholds, each with details for people.';
grant execute on function private.alert_measures() to service_role;

CREATE OR REPLACE FUNCTION private.alert_measures_but_orders()
 RETURNS TABLE(measure text, value bigint, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from private.core_alert_measures()
  union all
  select * from private.webhook_alert_measures();
$function$;
comment on function private.alert_measures_but_orders() is 'What alert rules measure besides the money of orders, each with details for people.';
grant execute on function private.alert_measures_but_orders() to service_role;

CREATE OR REPLACE FUNCTION private.alerts_evaluate()
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- One at a time; who comes second has nothing to add.
  if not pg_try_advisory_xact_lock(hashtextextended('alerts', 0)) then
    return false;
  end if;
  with measured as materialized (
    select rule.name, rule.remind_every, found.value, found.detail,
      rule.enabled and coalesce(found.value >= rule.threshold, false) as holds
    from private.alert_rules as rule
    left join private.alert_measures() as found on found.measure = rule.measure
  ), resolved as (
    update private.alert_incidents as incident
    set resolved_at = now(), value = coalesce(measured.value, 0), occasion = incident.occasion + 1, occasion_at = now(),
        told_value = coalesce(measured.value, 0), told_detail = coalesce(measured.detail, '{}'), claimed_until = null,
        note = 'ended by itself or by a person: measured ' || coalesce(measured.value::text, 'nothing')
          || ', at its worst ' || incident.peak
    from measured
    where incident.rule = measured.name and incident.resolved_at is null and not measured.holds
  ), continued as (
    update private.alert_incidents as incident
    set value = measured.value, peak = greatest(incident.peak, measured.value)
    from measured
    where incident.rule = measured.name and incident.resolved_at is null and measured.holds
      and incident.occasion_at > now() - measured.remind_every
  ), reminded as (
    update private.alert_incidents as incident
    set value = measured.value, peak = greatest(incident.peak, measured.value),
        occasion = incident.occasion + 1, occasion_at = now(),
        told_value = measured.value, told_detail = measured.detail
    from measured
    where incident.rule = measured.name and incident.resolved_at is null and measured.holds
      and incident.occasion_at <= now() - measured.remind_every
  )
  insert into private.alert_incidents (rule, value, peak, told_value, told_detail)
  select measured.name, measured.value, measured.value, measured.value, measured.detail
  from measured
  where measured.holds
    and not exists (
      select from private.alert_incidents as open where open.rule = measured.name and open.resolved_at is null
    );
  return exists (
    select from private.alert_incidents as incident
    where (incident.mailed < incident.occasion or incident.posted < incident.occasion)
      and (incident.claimed_until is null or incident.claimed_until < clock_timestamp())
  );
end;
$function$;
comment on function private.alerts_evaluate() is 'Opens, reminds and resolves incidents; whether there is any to tell. Run by the schedule once a minute.';
grant execute on function private.alerts_evaluate() to service_role;

CREATE OR REPLACE FUNCTION private.api_key_audited()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  kept constant public.workspace_api_keys := case when tg_op = 'DELETE' then old else new end;
begin
  -- A use is no change that anybody has to answer for.
  if tg_op <> 'UPDATE' or (old.name, old.revoked_at) is distinct from (new.name, new.revoked_at) then
    perform private.audit_write(
      kept.workspace_id, 'workspace_api_keys.' || lower(tg_op), kept.id::text,
      case tg_op
        when 'INSERT' then jsonb_build_object(
          'role', jsonb_build_object('new', new.role), 'scopes', jsonb_build_object('new', new.scopes),
          'expires_at', jsonb_build_object('new', new.expires_at)
        )
        when 'UPDATE' then jsonb_strip_nulls(jsonb_build_object(
          'name', case when old.name <> new.name then '{}'::jsonb end,
          'revoked_at', case when old.revoked_at is null and new.revoked_at is not null
            then jsonb_build_object('new', new.revoked_at) end
        ))
        else '{}'::jsonb
      end,
      'system'
    );
  end if;
  return null;
end;
$function$;
comment on function private.api_key_audited() is 'Trigger: who made, renamed or revoked a key goes to the audit log. Security definer: whoever may change the key may not write entries.';

CREATE OR REPLACE FUNCTION private.api_key_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if old.revoked_at is not null then
    if new.revoked_at is null then
      perform private.problem(409, 'api_key_revoked', 'A revoked key stays revoked: create another one.');
    end if;
    new.revoked_at := old.revoked_at;
  elsif new.revoked_at is not null
    -- Whoever made it saw it, and is gone.
    or (old.created_by is not null and new.created_by is null) then
    new.revoked_at := pg_catalog.now();
  end if;
  return new;
end;
$function$;
comment on function private.api_key_changed() is 'Trigger: a key is revoked at the moment it is said, for good, and with the account of whoever made it.';

CREATE OR REPLACE FUNCTION private.api_keys_follow_member()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update public.workspace_api_keys as key
  set revoked_at = pg_catalog.now()
  where key.workspace_id = old.workspace_id and key.created_by = old.user_id and key.revoked_at is null;
  return null;
end;
$function$;
comment on function private.api_keys_follow_member() is 'Trigger on workspace_members: who may no longer create keys has no use of those already made. Security definer: a member who leaves may not change keys.';

CREATE OR REPLACE FUNCTION private.apply_retention(batch integer DEFAULT 1000)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  rule private.retention_rules;
  removed integer;
  counts jsonb := '{}';
  more boolean := false;
begin
  for rule in select * from private.retention_rules order by name loop
    execute format(
      -- Rows that somebody holds are left for the next call.
      '%s where ctid = any (array(select ctid from %s where %s limit $3 for update skip locked))',
      case rule.action
        when 'delete' then 'delete from ' || rule.relation
        else format('update %s set %s', rule.relation, rule.action)
      end,
      rule.relation, rule.condition
    ) using now() - rule.keep, rule.keep, batch;
    get diagnostics removed = row_count;
    counts := counts || jsonb_build_object(rule.name, removed);
    more := more or removed >= batch;
  end loop;
  return jsonb_build_object('removed', counts, 'more', more);
end;
$function$;
comment on function private.apply_retention(integer) is 'Removes at most a batch of what each rule no longer keeps: {removed: {rule: rows}, more}. Security definer: removes what nobody else may, old entries of the audit log among it, by rules that only the owner writes.';
grant execute on function private.apply_retention(integer) to service_role;

CREATE OR REPLACE FUNCTION private.apportion(total bigint, weights bigint[])
 RETURNS bigint[]
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select array_agg(share.part + case when share.place <= share.missing then 1 else 0 end order by share.ordinality)
  from (
    select weight.ordinality, total * weight.value / whole.amount as part,
      row_number() over (order by total * weight.value % whole.amount desc, weight.ordinality) as place,
      total - sum(total * weight.value / whole.amount) over () as missing
    from unnest(weights) with ordinality as weight (value, ordinality),
      (select sum(value)::bigint as amount from unnest(weights) as value) as whole
  ) as share;
$function$;
comment on function private.apportion(bigint, bigint[]) is 'Splits a total by largest remainder, as apportion() of _shared/money.ts: parts add up, equal remainders go to the earlier. Total times the sum of the weights must fit a bigint.';
grant execute on function private.apportion(bigint, bigint[]) to service_role;

CREATE OR REPLACE FUNCTION private.at(seconds jsonb)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select to_timestamp((seconds #>> '{}')::double precision) $function$;
comment on function private.at(jsonb) is 'A Stripe timestamp: whole seconds since 1970, or null.';
grant execute on function private.at(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  kept constant jsonb := coalesce(after, before);
  changed jsonb;
begin
  select coalesce(jsonb_object_agg(ltrim(listed, '~'), case
      when starts_with(listed, '~') then '{}'::jsonb
      when tg_op = 'INSERT' then jsonb_build_object('new', after -> listed)
      when tg_op = 'DELETE' then jsonb_build_object('old', before -> listed)
      else jsonb_build_object('old', before -> listed, 'new', after -> listed)
    end), '{}')
  into changed
  from unnest(tg_argv[3:]) as listed
  where coalesce(before -> ltrim(listed, '~'), 'null') is distinct from coalesce(after -> ltrim(listed, '~'), 'null')
    and (tg_op = 'UPDATE' or not starts_with(listed, '~'));
  if tg_op <> 'UPDATE' or changed <> '{}' then
    perform private.audit_write(
      (kept ->> nullif(tg_argv[1], ''))::uuid,
      tg_table_name || '.' || lower(tg_op), kept ->> tg_argv[2], changed, tg_argv[0]
    );
  end if;
  return null;
end;
$function$;
comment on function private.audit() is 'Trigger of audited tables: (kind of actor where nobody is named, column of the workspace or empty, column that names the row, columns whose values are kept …; after a ~, one of which only the change is). Security definer: whoever may change the row may not write entries.';

CREATE OR REPLACE FUNCTION private.audit_log_keep()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'DELETE' and old.created_at < private.now() - (
    select rule.keep from private.retention_rules as rule where rule.name = 'audit_log'
  ) then
    return old;
  end if;
  raise exception using errcode = 'insufficient_privilege',
    message = 'cannot ' || lower(tg_op) || ' audit_log: it is only ever added to';
end;
$function$;
comment on function private.audit_log_keep() is 'Trigger: refuses to change or remove entries, to whoever owns the table as well; but for what is older than its retention rule.';

CREATE OR REPLACE FUNCTION private.audit_note(action text, target text, workspace_id uuid DEFAULT NULL::uuid, changes jsonb DEFAULT '{}'::jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ select private.audit_write(workspace_id, action, target, changes, 'system') $function$;
comment on function private.audit_note(text, text, uuid, jsonb) is 'Adds an entry for what changes no audited row. Security definer: its callers, server RPCs, may write entries by it alone, so that none of them says who acted.';
grant execute on function private.audit_note(text, text, uuid, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.audit_write(workspace_id uuid, action text, target text, changes jsonb, otherwise text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  -- The role of the request, which a definer function does not change; `none` for a session of the
  -- database itself: Auth, pg_cron, an operator.
  caller constant text := coalesce(nullif(current_setting('role', true), ''), 'none');
  claims constant jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  headers jsonb;
  named text;
  actor uuid;
  kind text;
  why text;
  request text;
begin
  if caller in ('anon', 'authenticated') then
    actor := private.uuid_or_null(claims ->> 'sub');
    kind := case
      when actor is null then 'anonymous'
      when claims ? 'api_key' then 'api_key'
      else 'user'
    end;
  else
    if caller = 'service_role' then
      headers := nullif(current_setting('request.headers', true), '')::jsonb;
    end if;
    request := left(nullif(headers ->> 'x-request-id', ''), 64);
    named := headers ->> 'x-actor'; -- user:<id> or api_key:<id>, from endpoint()
    why := left(nullif(current_setting('socle.reason', true), ''), 500);
    actor := coalesce(
      private.uuid_or_null(current_setting('socle.actor', true)),
      private.uuid_or_null(split_part(named, ':', 2))
    );
    kind := case
      when actor is null then otherwise
      when named = 'api_key:' || actor then 'api_key'
      else 'user'
    end;
  end if;
  if kind = 'user' and exists (select from private.staff where user_id = actor)
    and (why is not null or not exists (
      select from public.workspace_members as member
      where member.workspace_id = audit_write.workspace_id and member.user_id = actor
    ))
  then
    kind := 'staff';
  end if;
  insert into public.audit_log (workspace_id, actor_id, actor_kind, action, target, changes, reason, request_id)
  values (audit_write.workspace_id, actor, kind, audit_write.action, audit_write.target,
          audit_write.changes, why, request);
end;
$function$;
comment on function private.audit_write(uuid, text, text, jsonb, text) is 'Adds an entry; `otherwise` is the kind of actor where nobody is named. Security definer: nobody else may write entries, or reads who is staff.';

CREATE OR REPLACE FUNCTION private.availability_follow()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  left_over constant integer := new.on_hand - new.reserved;
  low integer;
  product uuid;
  now_band text;
begin
  select variant.low_stock, variant.product_id into low, product
  from public.product_variants as variant where variant.id = new.variant_id;
  now_band := case when left_over <= 0 then 'out_of_stock' when left_over <= low then 'few_left' else 'in_stock' end;
  -- Looked at first: an insert that conflicts locks its row, and so writes, also where nothing changes.
  if not exists (
    select from public.variant_availability as known
    where known.variant_id = new.variant_id and known.band = now_band
      and known.few_left is not distinct from case when now_band = 'few_left' then left_over end
  ) then
    insert into public.variant_availability as known (variant_id, product_id, band, few_left)
    values (new.variant_id, product, now_band, case when now_band = 'few_left' then left_over end)
    on conflict (variant_id) do update set band = excluded.band, few_left = excluded.few_left;
  end if;
  return null;
end;
$function$;
comment on function private.availability_follow() is 'Trigger on stock: keeps what buyers may know of it. Security definer: whoever moves stock may not write the band otherwise.';

CREATE OR REPLACE FUNCTION private.base_alert_measures()
 RETURNS TABLE(measure text, value bigint, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select 'dead_jobs', count(*), coalesce((
      select jsonb_object_agg(counted.kind, counted.jobs) from (
        select job.kind, count(*) as jobs from private.jobs as job where job.state = 'dead' group by job.kind
      ) as counted
    ), '{}')
  from private.jobs as job where job.state = 'dead'
  union all
  select 'oldest_due_job_seconds',
    coalesce(extract(epoch from private.now() - min(job.run_at)), 0)::bigint,
    jsonb_build_object('due', count(*), 'running', count(*) filter (where job.locked_until > clock_timestamp()))
  from private.jobs as job where job.state = 'pending' and job.run_at <= private.now()
  union all
  select 'oldest_unhandled_event_seconds',
    coalesce(extract(epoch from now() - min(event.received_at)), 0)::bigint,
    jsonb_build_object('unhandled', count(*))
  from private.webhook_events as event where event.handled_at is null and event.discarded_at is null
  union all
  -- The night's comparison counts; of one that still runs nobody knows yet.
  select 'unrepaired_drifts', coalesce(sum(counted.drifts), 0)::bigint,
    coalesce(jsonb_object_agg(counted.kind, counted.drifts), '{}')
  from (
    select drift.kind, count(*) as drifts from private.billing_drifts as drift
    where drift.repaired_at is null and drift.reconciliation_id = (
      select latest.id from private.reconciliations as latest
      where latest.finished_at is not null order by latest.id desc limit 1
    )
    group by drift.kind
  ) as counted
  union all
  -- Null, and no alert, before the first one.
  select 'seconds_since_reconciliation', extract(epoch from private.now() - max(run.finished_at))::bigint, '{}'
  from private.reconciliations as run
  union all
  select 'suppressed_addresses_a_day', count(*), '{}'
  from private.mail_suppressions as held
  where held.since > now() - interval '1 day' and held.cause in ('hard_bounce', 'complaint');
$function$;
comment on function private.base_alert_measures() is 'What alert rules measure besides orders, each with details for people.';
grant execute on function private.base_alert_measures() to service_role;

CREATE OR REPLACE FUNCTION private.billing_contact(workspace_id uuid, subscription_id uuid DEFAULT NULL::uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- Who bought it, as long as that user is still a member; else the workspace's first owner.
  select coalesce(
    (select held.user_id from public.subscriptions as held
     join public.workspace_members as member
       on member.workspace_id = held.workspace_id and member.user_id = held.user_id
     where held.id = billing_contact.subscription_id),
    (select member.user_id from public.workspace_members as member
     where member.workspace_id = billing_contact.workspace_id and member.role = 'owner'
     order by member.created_at, member.user_id limit 1)
  );
$function$;
comment on function private.billing_contact(uuid, uuid) is 'Who gets the mails about a workspace''s billing.';
grant execute on function private.billing_contact(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.billing_customer_wanted(workspace_id uuid, email text, name text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into private.billing_customers (workspace_id, email, name)
  values (billing_customer_wanted.workspace_id, billing_customer_wanted.email, billing_customer_wanted.name)
  on conflict on constraint billing_customers_pkey do nothing;
  if billing_customer_wanted.email is null then
    return; -- Bought before there is an address, it is created by the purchase (billing/customers.ts).
  end if;
  perform private.enqueue(
    'stripe_customer_create',
    jsonb_build_object('workspace_id', billing_customer_wanted.workspace_id),
    'customer:' || billing_customer_wanted.workspace_id
  );
end;
$function$;
comment on function private.billing_customer_wanted(uuid, text, text) is 'Notes that a workspace needs a Stripe customer and, if there is an address for it, enqueues its creation, in the caller''s transaction.';

CREATE OR REPLACE FUNCTION private.billing_details_mirror(workspace uuid, record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  given constant jsonb := record -> 'details';
  offered constant jsonb := nullif(given -> 'tax_id', 'null');
  refused jsonb;
begin
  if given is null then
    return;
  end if;
  insert into public.billing_details as held (
    workspace_id, name, line1, line2, postal_code, city, state, country, tax_id_type, tax_id, tax_id_status
  )
  values (
    workspace, given ->> 'name', given ->> 'line1', given ->> 'line2', given ->> 'postal_code',
    given ->> 'city', given ->> 'state', given ->> 'country',
    offered ->> 'type', offered ->> 'value', offered ->> 'status'
  )
  on conflict on constraint billing_details_pkey do update
  set name = excluded.name, line1 = excluded.line1, line2 = excluded.line2,
      postal_code = excluded.postal_code, city = excluded.city, state = excluded.state,
      country = excluded.country,
      -- One that a register refused was taken off the customer by us: it stays to be seen, until another is given.
      tax_id_type = case when offered is null and held.tax_id_status = 'unverified' then held.tax_id_type else excluded.tax_id_type end,
      tax_id = case when offered is null and held.tax_id_status = 'unverified' then held.tax_id else excluded.tax_id end,
      tax_id_status = case when offered is null and held.tax_id_status = 'unverified' then held.tax_id_status else excluded.tax_id_status end;

  for refused in
    select one from jsonb_array_elements(coalesce(given -> 'refused', '[]')) as one
  loop
    perform private.enqueue(
      'tax_id_withdraw', jsonb_build_object('customer', record ->> 'id', 'tax_id', refused ->> 'id'),
      'tax_id:' || (refused ->> 'id')
    );
    perform private.enqueue_mail(
      'tax_id_refused', private.billing_contact(workspace),
      jsonb_build_object(
        'workspace', (select known.name from public.workspaces as known where known.id = workspace),
        'tax_id', refused ->> 'value'
      ),
      'tax_id_refused:' || (refused ->> 'id')
    );
  end loop;
end;
$function$;
comment on function private.billing_details_mirror(uuid, jsonb) is 'Mirrors whom a customer''s invoices are made out to. A tax id that its register refused is taken off the customer, so that the next invoice charges VAT, and told of once.';
grant execute on function private.billing_details_mirror(uuid, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.billing_orphaned()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_table_name = 'workspaces' then
    -- Its rows are still there: afterwards nothing knows the customer.
    perform private.enqueue('billing_close', jsonb_build_object('customer', customer.stripe_customer_id))
    from private.billing_customers as customer
    where customer.workspace_id = old.id and customer.stripe_customer_id is not null;
    return old;
  end if;
  -- Owners who go at once wait here for each other: the last one sees that he is.
  perform from public.workspaces as workspace where workspace.id = old.workspace_id for no key update;
  if found and not exists (
    select from public.workspace_members as member
    where member.workspace_id = old.workspace_id and member.role = 'owner'
  ) then
    perform private.enqueue('billing_close', jsonb_build_object('workspace', old.workspace_id));
  end if;
  return null;
end;
$function$;
comment on function private.billing_orphaned() is 'Trigger: what nobody owns any more is not charged for. Security definer: whoever deletes, Auth''s own role as well, enqueues the job.';

CREATE OR REPLACE FUNCTION private.billing_workspace(user_id uuid, workspace_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  target constant uuid := coalesce(billing_workspace.workspace_id, (
    select workspace.id from public.workspaces as workspace
    where workspace.personal_of = billing_workspace.user_id
  ));
  held_role text;
begin
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = target and member.user_id = billing_workspace.user_id;
  if held_role is null then
    -- Whether another's workspace exists is not told.
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role not in ('owner', 'admin', 'billing') then
    perform private.problem(403, 'forbidden', 'Only an owner, an admin or a billing member may buy or change a subscription.');
  end if;
  return target;
end;
$function$;
comment on function private.billing_workspace(uuid, uuid) is 'The workspace whose billing a user may handle; the personal one by default. Refuses with workspace_not_found or forbidden.';
grant execute on function private.billing_workspace(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.bought_together(product_id uuid, most integer)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return (
    -- The latest 500 lines alone: of what is bought every minute there are millions.
    with lines as (
      select item.order_id from public.order_items as item
      where item.product_id = bought_together.product_id
      order by item.created_at desc
      limit 500
    ), together as (
      select other.product_id, count(*) as times
      from lines
      join public.orders as placed on placed.id = lines.order_id and placed.paid_at is not null
      join public.order_items as other
        on other.order_id = lines.order_id and other.product_id <> bought_together.product_id
      group by other.product_id
      order by count(*) desc, other.product_id
      limit bought_together.most
    )
    select coalesce(array_agg(together.product_id order by together.times desc, together.product_id), '{}') from together
  );
end;
$function$;
comment on function private.bought_together(uuid, integer) is 'The products most often paid for in one order with this one. Security definer: orders are their buyers'', and which products go together says of nobody who bought them.';
grant execute on function private.bought_together(uuid, integer) to anon;
grant execute on function private.bought_together(uuid, integer) to authenticated;
grant execute on function private.bought_together(uuid, integer) to service_role;

CREATE OR REPLACE FUNCTION private.cancellation_as_json(cancellation private.subscription_cancellations)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'id', cancellation.id, 'stripe_subscription_id', cancellation.stripe_subscription_id,
    'currency', cancellation.currency, 'parts', cancellation.parts,
    'refunded', cancellation.refunded_at is not null
  );
$function$;
comment on function private.cancellation_as_json(private.subscription_cancellations) is 'A cancellation as the server RPCs give it: {id, stripe_subscription_id, currency, parts, refunded}.';
grant execute on function private.cancellation_as_json(private.subscription_cancellations) to service_role;

CREATE OR REPLACE FUNCTION private.card_trial_seen(fingerprint text, stripe_subscription_id text, trial_start timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Two that show one card at once each see the other's row: else neither would be the second.
  perform pg_advisory_xact_lock(hashtextextended('card trial ' || fingerprint, 0));
  insert into private.card_trials (fingerprint, stripe_subscription_id, trial_start)
  values (card_trial_seen.fingerprint, card_trial_seen.stripe_subscription_id, card_trial_seen.trial_start)
  on conflict on constraint card_trials_pkey do nothing;
  perform private.enqueue(
    'trial_end',
    jsonb_build_object('stripe_subscription_id', repeated.stripe_subscription_id),
    'trial_end:' || repeated.stripe_subscription_id
  )
  from (
    select trial.stripe_subscription_id from private.card_trials as trial
    where trial.fingerprint = card_trial_seen.fingerprint
    order by trial.trial_start, trial.stripe_subscription_id
    offset 1
  ) as repeated
  join public.subscriptions as held on held.stripe_subscription_id = repeated.stripe_subscription_id
  where held.status = 'trialing';
end;
$function$;
comment on function private.card_trial_seen(text, text, timestamp with time zone) is 'Notes a card on a subscription in its trial; of several trials of one card, all but the earliest are ended by a job.';
grant execute on function private.card_trial_seen(text, text, timestamp with time zone) to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_audited()
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- A setting of the transaction that server RPCs alone can make; a caller who is signed in cannot.
  select case current_setting('role', true)
    when 'authenticated' then true
    when 'service_role' then coalesce(current_setting('socle.bulk', true), '') = ''
    -- A migration or the seed; an operator at the database is known to it by other means.
    else false
  end;
$function$;
comment on function private.catalogue_audited() is 'Whether a change of the catalogue is an entry of the audit log of its own: not within an import, which is one entry.';
grant execute on function private.catalogue_audited() to authenticated;
grant execute on function private.catalogue_audited() to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_import_end(import_id uuid, state text, problem text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.catalogue_imports as held
  set state = catalogue_import_end.state, problem = left(catalogue_import_end.problem, 500),
      finished_at = private.now(),
      file_rows = case when catalogue_import_end.state = 'done' then held.rows_done end
  where held.id = import_id and held.state = 'running';
  delete from private.catalogue_import_skus as named where named.import_id = catalogue_import_end.import_id;
end;
$function$;
comment on function private.catalogue_import_end(uuid, text, text) is 'Ends an import that runs, and forgets what its file has named.';
grant execute on function private.catalogue_import_end(uuid, text, text) to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_row_prices(rows jsonb)
 RETURNS TABLE(line integer, sku text, list text, amount bigint, compare_at bigint, without_compare_at boolean, dropped boolean)
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select given.line, given.sku, price.list, price.amount, price.compare_at,
         coalesce(price.without_compare_at, false), coalesce(price.dropped, false)
  from private.catalogue_rows(rows) as given,
    jsonb_to_recordset(given.prices) as price (
      list text, amount bigint, compare_at bigint, without_compare_at boolean, dropped boolean
    );
$function$;
comment on function private.catalogue_row_prices(jsonb) is 'The prices that rows of an import name, in minor units.';
grant execute on function private.catalogue_row_prices(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_row_products(rows jsonb)
 RETURNS TABLE(product text, category text, name_en text, name_fr text, description_en text, description_fr text, attributes text, tax_code text, active boolean)
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  -- Of values that differ, the last in the file holds, as if row after row were written.
  select given.product,
    (array_agg(given.category order by given.line desc) filter (where given.category is not null))[1],
    (array_agg(given.name_en order by given.line desc) filter (where given.name_en is not null))[1],
    (array_agg(given.name_fr order by given.line desc) filter (where given.name_fr is not null))[1],
    (array_agg(given.description_en order by given.line desc) filter (where given.description_en is not null))[1],
    (array_agg(given.description_fr order by given.line desc) filter (where given.description_fr is not null))[1],
    (array_agg(given.attributes order by given.line desc) filter (where given.attributes is not null))[1],
    (array_agg(given.tax_code order by given.line desc) filter (where given.tax_code is not null))[1],
    (array_agg(given.product_active order by given.line desc) filter (where given.product_active is not null))[1]
  from private.catalogue_rows(rows) as given
  group by given.product;
$function$;
comment on function private.catalogue_row_products(jsonb) is 'The products that rows of an import name, each once.';
grant execute on function private.catalogue_row_products(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_rows(rows jsonb)
 RETURNS TABLE(line integer, sku text, product text, category text, name_en text, name_fr text, description_en text, description_fr text, attributes text, tax_code text, product_active boolean, options text, weight_grams integer, low_stock integer, "position" integer, variant_active boolean, stock integer, prices jsonb)
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select * from jsonb_to_recordset(rows) as given (
    line integer, sku text, product text, category text, name_en text, name_fr text, description_en text,
    description_fr text, attributes text, tax_code text, product_active boolean, options text,
    weight_grams integer, low_stock integer, "position" integer, variant_active boolean, stock integer, prices jsonb
  );
$function$;
comment on function private.catalogue_rows(jsonb) is 'Rows of an import as they are read from its file: null is what the file leaves as it is, an empty text what it clears.';
grant execute on function private.catalogue_rows(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_rows_incomplete(import_id uuid, rows jsonb)
 RETURNS TABLE(line integer, column_name text, problem text)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select given.line, missing.column_name, 'A new product needs it.'
  from private.catalogue_row_products(rows) as product
  join private.catalogue_rows(rows) as given on given.product = product.product
  cross join lateral (values
    ('category', product.category), ('name_en', product.name_en), ('name_fr', product.name_fr)
  ) as missing (column_name, value)
  where missing.value is null
    and not exists (select from public.products as known where known.slug = product.product)
    -- A dry run has written nothing of what came before.
    and not exists (
      select from private.catalogue_import_skus as named
      where named.import_id = catalogue_rows_incomplete.import_id and named.product = product.product and named.good
    );
$function$;
comment on function private.catalogue_rows_incomplete(uuid, jsonb) is 'Rows of products that there are not yet, without what a product needs.';
grant execute on function private.catalogue_rows_incomplete(uuid, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_rows_refused(import_id uuid, rows jsonb)
 RETURNS TABLE(line integer, column_name text, problem text)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with given as materialized (
    select row.line, row.sku, row.product, row.category,
           first_value(row.line) over (partition by row.sku order by row.line) as first_line,
           known.id as variant_id, owner.slug as owner, named.line as named_line
    from private.catalogue_rows(rows) as row
    left join private.catalogue_import_skus as named
      on named.import_id = catalogue_rows_refused.import_id and named.sku = row.sku
    left join public.product_variants as known on known.sku = row.sku
    left join public.products as owner on owner.id = known.product_id
  )
  select given.line, 'sku', format('The SKU is in line %s already.', coalesce(given.named_line, given.first_line))
  from given where given.named_line is not null or given.first_line <> given.line
  union all
  select given.line, 'product', format('The SKU belongs to the product %s.', given.owner)
  from given where given.owner <> given.product
  union all
  select given.line, 'category', format('There is no category %s.', given.category)
  from given
  where given.category is not null
    and not exists (select from public.categories as known where known.slug = given.category)
  union all
  select price.line, 'compare_at:' || price.list, case
      when price.amount is null and held.unit_amount is null then 'There is no price that it could be compared with.'
      else 'It is not higher than the price.'
    end
  from private.catalogue_row_prices(rows) as price
  join given on given.line = price.line
  left join public.variant_prices as held
    on held.variant_id = given.variant_id and held.price_list_id = price.list
  where not price.dropped and not price.without_compare_at
    and coalesce(price.compare_at, held.compare_at_amount) is not null
    and coalesce(
      coalesce(price.compare_at, held.compare_at_amount) <= coalesce(price.amount, held.unit_amount), true
    );
$function$;
comment on function private.catalogue_rows_refused(uuid, jsonb) is 'What is wrong with rows of an import as the catalogue stands.';
grant execute on function private.catalogue_rows_refused(uuid, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_rows_try(import_id uuid, actor uuid, rows jsonb, dry_run boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  tally jsonb;
  one jsonb;
  part jsonb;
begin
  begin
    begin
      tally := private.catalogue_rows_write(import_id, actor, rows);
    exception when integrity_constraint_violation or data_exception then
      -- What the whole batch tells, as a SKU that comes twice, no row tells alone.
      select jsonb_build_object(
        'created', 0, 'updated', 0, 'unchanged', 0, 'refused', coalesce(jsonb_agg(error), '[]')
      ) into tally
      from private.catalogue_rows_refused(catalogue_rows_try.import_id, rows) as error;
      for one in
        select row from jsonb_array_elements(private.catalogue_rows_without(rows, tally -> 'refused')) as row
      loop
        begin
          part := private.catalogue_rows_write(import_id, actor, jsonb_build_array(one));
        exception when integrity_constraint_violation or data_exception then
          part := jsonb_build_object('created', 0, 'updated', 0, 'unchanged', 0, 'refused', jsonb_build_array(
            jsonb_build_object('line', one -> 'line', 'column_name', '', 'problem', left(sqlerrm, 500))
          ));
        end;
        tally := jsonb_build_object(
          'created', (tally ->> 'created')::integer + (part ->> 'created')::integer,
          'updated', (tally ->> 'updated')::integer + (part ->> 'updated')::integer,
          'unchanged', (tally ->> 'unchanged')::integer + (part ->> 'unchanged')::integer,
          'refused', (tally -> 'refused') || (part -> 'refused')
        );
      end loop;
    end;
    if dry_run then
      raise exception using errcode = 'DRY01', message = 'a dry run writes nothing';
    end if;
  exception when sqlstate 'DRY01' then
    null; -- Rolled back; what was counted is not.
  end;
  return tally;
end;
$function$;
comment on function private.catalogue_rows_try(uuid, uuid, jsonb, boolean) is 'Writes rows of an import, one by one where together they break a constraint; a dry run undoes it. Answers as catalogue_rows_write.';
grant execute on function private.catalogue_rows_try(uuid, uuid, jsonb, boolean) to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_rows_without(rows jsonb, refused jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case when refused = '[]' then rows else coalesce((
    select jsonb_agg(row) from jsonb_array_elements(rows) as row
    where not row -> 'line' in (select error -> 'line' from jsonb_array_elements(refused) as error)
  ), '[]') end;
$function$;
comment on function private.catalogue_rows_without(jsonb, jsonb) is 'The rows that no error names.';
grant execute on function private.catalogue_rows_without(jsonb, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.catalogue_rows_write(import_id uuid, actor uuid, given jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  refused jsonb;
  incomplete jsonb;
  rows jsonb;
  changed_products text[];
  created text[];
  changed text[] := '{}';
  more text[];
  locked uuid[];
  counted record;
begin
  select coalesce(jsonb_agg(error), '[]') into refused
  from private.catalogue_rows_refused(catalogue_rows_write.import_id, given) as error;
  rows := private.catalogue_rows_without(given, refused);
  select coalesce(jsonb_agg(error), '[]') into incomplete
  from private.catalogue_rows_incomplete(catalogue_rows_write.import_id, rows) as error;
  rows := private.catalogue_rows_without(rows, incomplete);
  refused := refused || incomplete;

  -- Orders take stock, and what buyers know of it after that, in the order of the ids. So does a batch, before
  -- it writes anything: whoever took them as the rows come would wait for an order that waits for it. Only
  -- what the rows change is taken, so that other buyers are not held up.
  select coalesce(array_agg(taken.variant_id), '{}') into locked
  from (
    select held.variant_id from private.stock as held
    where held.variant_id in (
      select variant.id
      from private.catalogue_row_products(rows) as wanted
      join public.products as product on product.slug = wanted.product and product.active <> wanted.active
      join public.product_variants as variant on variant.product_id = product.id
      union
      select variant.id
      from private.catalogue_rows(rows) as row
      join public.product_variants as variant on variant.sku = row.sku
      join private.stock as known on known.variant_id = variant.id
      where row.low_stock <> variant.low_stock or row.variant_active <> variant.active
        or row.stock <> known.on_hand - known.shortage
    )
    order by held.variant_id
    for update
  ) as taken;

  insert into public.products (
    slug, category_id, name_en, name_fr, description_en, description_fr, attributes, tax_code, active
  )
  select product.product, category.id, product.name_en, product.name_fr, coalesce(product.description_en, ''),
         coalesce(product.description_fr, ''), coalesce(product.attributes::jsonb, '{}'),
         nullif(product.tax_code, ''), coalesce(product.active, true)
  from private.catalogue_row_products(rows) as product
  join public.categories as category on category.slug = product.category
  where not exists (select from public.products as known where known.slug = product.product)
  order by product.product
  on conflict (slug) do nothing;

  with written as (
    update public.products as held
    set category_id = wanted.category_id, name_en = wanted.name_en, name_fr = wanted.name_fr,
        description_en = wanted.description_en, description_fr = wanted.description_fr,
        attributes = wanted.attributes, tax_code = wanted.tax_code, active = wanted.active
    from (
      select known.id, coalesce(category.id, known.category_id) as category_id,
             coalesce(product.name_en, known.name_en) as name_en, coalesce(product.name_fr, known.name_fr) as name_fr,
             coalesce(product.description_en, known.description_en) as description_en,
             coalesce(product.description_fr, known.description_fr) as description_fr,
             coalesce(product.attributes::jsonb, known.attributes) as attributes,
             case when product.tax_code is null then known.tax_code else nullif(product.tax_code, '') end as tax_code,
             coalesce(product.active, known.active) as active
      from private.catalogue_row_products(rows) as product
      join public.products as known on known.slug = product.product
      left join public.categories as category on category.slug = product.category
    ) as wanted
    where held.id = wanted.id and (
      held.category_id, held.name_en, held.name_fr, held.description_en, held.description_fr, held.attributes,
      held.tax_code, held.active
    ) is distinct from (
      wanted.category_id, wanted.name_en, wanted.name_fr, wanted.description_en, wanted.description_fr,
      wanted.attributes, wanted.tax_code, wanted.active
    )
    returning held.slug
  )
  select coalesce(array_agg(written.slug), '{}') into changed_products from written;

  with written as (
    insert into public.product_variants (product_id, sku, options, weight_grams, low_stock, position, active)
    select product.id, row.sku, coalesce(row.options::jsonb, '{}'), coalesce(row.weight_grams, 0),
           coalesce(row.low_stock, 5), coalesce(row.position, 0), coalesce(row.variant_active, true)
    from private.catalogue_rows(rows) as row
    join public.products as product on product.slug = row.product
    where not exists (select from public.product_variants as known where known.sku = row.sku)
    order by row.line
    returning sku
  )
  select coalesce(array_agg(written.sku), '{}') into created from written;

  with written as (
    update public.product_variants as held
    set options = wanted.options, weight_grams = wanted.weight_grams, low_stock = wanted.low_stock,
        position = wanted.position, active = wanted.active
    from (
      select known.id, coalesce(row.options::jsonb, known.options) as options,
             coalesce(row.weight_grams, known.weight_grams) as weight_grams,
             coalesce(row.low_stock, known.low_stock) as low_stock, coalesce(row.position, known.position) as position,
             coalesce(row.variant_active, known.active) as active
      from private.catalogue_rows(rows) as row
      join public.product_variants as known on known.sku = row.sku
    ) as wanted
    where held.id = wanted.id
      and (held.options, held.weight_grams, held.low_stock, held.position, held.active)
        is distinct from (wanted.options, wanted.weight_grams, wanted.low_stock, wanted.position, wanted.active)
    returning held.sku
  )
  select coalesce(array_agg(written.sku), '{}') into more from written;
  changed := changed || more;

  with written as (
    delete from public.variant_prices as held
    using private.catalogue_row_prices(rows) as price, public.product_variants as variant
    where price.dropped and variant.sku = price.sku
      and held.variant_id = variant.id and held.price_list_id = price.list
    returning variant.sku
  )
  select coalesce(array_agg(written.sku), '{}') into more from written;
  changed := changed || more;

  with written as (
    insert into public.variant_prices as held (variant_id, price_list_id, unit_amount, compare_at_amount)
    select wanted.variant_id, wanted.list, wanted.unit_amount, wanted.compare_at_amount
    from (
      select variant.id as variant_id, price.list, coalesce(price.amount, known.unit_amount) as unit_amount,
             case when not price.without_compare_at then coalesce(price.compare_at, known.compare_at_amount) end
               as compare_at_amount
      from private.catalogue_row_prices(rows) as price
      join public.product_variants as variant on variant.sku = price.sku
      left join public.variant_prices as known
        on known.variant_id = variant.id and known.price_list_id = price.list
      where not price.dropped
    ) as wanted
    where wanted.unit_amount is not null
    order by wanted.variant_id, wanted.list
    on conflict (variant_id, price_list_id) do update
      set unit_amount = excluded.unit_amount, compare_at_amount = excluded.compare_at_amount
      where (held.unit_amount, held.compare_at_amount) is distinct from (excluded.unit_amount, excluded.compare_at_amount)
    returning held.variant_id
  )
  select coalesce(array_agg(variant.sku), '{}') into more
  from written join public.product_variants as variant on variant.id = written.variant_id;
  changed := changed || more;

  -- What was sold since the look above is not counted over: it is not among those taken.
  select coalesce(array_agg(moved.sku), '{}') into more
  from (
    select counted_row.sku, private.stock_set(
      counted_row.id, counted_row.stock, 'imported', 'import ' || catalogue_rows_write.import_id, actor
    ) as moves
    from (
      select variant.id, row.sku, row.stock
      from private.catalogue_rows(rows) as row
      join public.product_variants as variant on variant.sku = row.sku
      join private.stock as held on held.variant_id = variant.id
      where row.stock is not null and row.stock <> held.on_hand - held.shortage
        and (variant.id = any (locked) or row.sku = any (created))
      order by variant.id
    ) as counted_row
  ) as moved
  where moved.moves;
  changed := changed || more;

  select count(*) filter (where row.sku = any (created)) as created,
         count(*) filter (where not row.sku = any (created)
           and (row.sku = any (changed) or row.product = any (changed_products))) as updated,
         count(*) as written
  into counted
  from private.catalogue_rows(rows) as row;
  return jsonb_build_object(
    'created', counted.created, 'updated', counted.updated,
    'unchanged', counted.written - counted.created - counted.updated, 'refused', refused
  );
end;
$function$;
comment on function private.catalogue_rows_write(uuid, uuid, jsonb) is 'Writes rows of an import by their SKUs, those that are wrong left out: {created, updated, unchanged, refused: [{line, column_name, problem}]}.';
grant execute on function private.catalogue_rows_write(uuid, uuid, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.categories_below(category_id uuid)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    with recursive below as (
      select category.id from public.categories as category
      where category.id = categories_below.category_id and category.active
      union
      select category.id from public.categories as category
      join below on category.parent_id = below.id
      where category.active
    )
    select array_agg(id) from below
  );
end;
$function$;
comment on function private.categories_below(uuid) is 'A category with all below it; one that is not active is left out with what is below it. Null: there is none.';
grant execute on function private.categories_below(uuid) to anon;
grant execute on function private.categories_below(uuid) to authenticated;
grant execute on function private.categories_below(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.category_stays_tree()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Two that each move below the other at once would make a ring that neither sees.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('public.categories'));
  if exists (
    with recursive above as (
      select parent.id, parent.parent_id from public.categories as parent where parent.id = new.parent_id
      union
      select parent.id, parent.parent_id
      from public.categories as parent join above on parent.id = above.parent_id
    )
    select from above where above.id = new.id
  ) then
    perform private.problem(409, 'category_cycle', 'A category cannot be below itself.');
  end if;
  return null;
end;
$function$;
comment on function private.category_stays_tree() is 'Trigger: refuses a category that would be below itself.';

CREATE OR REPLACE FUNCTION private.charge_step(currency text)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case
    when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 10
    when currency = 'MGA' then 100
    else 1
  end::bigint;
$function$;
comment on function private.charge_step(text) is 'Of how many minor units an amount must be a multiple for Stripe to charge it: as toStripeAmount() of _shared/money.ts. https://docs.stripe.com/currencies#special-cases';
grant execute on function private.charge_step(text) to authenticated;
grant execute on function private.charge_step(text) to service_role;

CREATE OR REPLACE FUNCTION private.check_request()
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if current_setting('request.headers', true)::jsonb ->> 'prefer' ~* 'count\s*=\s*(planned|estimated)'
    and current_user in ('anon', 'authenticated')
  then
    perform private.problem(400, 'count_not_offered', 'Estimated counts tell of rows that you may not read: ask for count=exact.');
  end if;
end;
$function$;
comment on function private.check_request() is 'Called by PostgREST before each request (pgrst.db_pre_request): refuses callers the planner''s counts, which know of hidden rows.';
grant execute on function private.check_request() to anon;
grant execute on function private.check_request() to authenticated;
grant execute on function private.check_request() to service_role;

CREATE OR REPLACE FUNCTION private.confirmed_address(user_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select lower(account.email) from auth.users as account
  where account.id = confirmed_address.user_id and account.email_confirmed_at is not null;
$function$;
comment on function private.confirmed_address(uuid) is 'A user''s confirmed address in lower case; null without one. Security definer: accounts are read by no API role.';
grant execute on function private.confirmed_address(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.core_alert_measures()
 RETURNS TABLE(measure text, value bigint, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from private.base_alert_measures() union all select * from private.order_alert_measures();
$function$;
comment on function private.core_alert_measures() is 'What alert rules measure of the queue, the inbox, billing and mail, each with details for people.';
grant execute on function private.core_alert_measures() to service_role;

CREATE OR REPLACE FUNCTION private.core_health()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'due_jobs', (select count(*) from private.jobs where state = 'pending' and run_at <= private.now()),
    'oldest_due_job_seconds', (
      select coalesce(extract(epoch from private.now() - min(run_at)), 0)::bigint
      from private.jobs where state = 'pending' and run_at <= private.now()
    ),
    'dead_jobs', (select count(*) from private.jobs where state = 'dead'),
    'oldest_unhandled_event_seconds', (
      select coalesce(extract(epoch from now() - min(received_at)), 0)::bigint
      from private.webhook_events where handled_at is null and discarded_at is null
    )
  );
$function$;
comment on function private.core_health() is 'Depth and age of the queue, dead letters, age of the oldest event that still waits.';
grant execute on function private.core_health() to service_role;

CREATE OR REPLACE FUNCTION private.credit_notes_mirrored(ids text[])
 RETURNS TABLE(id text, mirrored jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select note.stripe_credit_note_id, jsonb_build_object(
    'number', note.number, 'status', note.status, 'currency', note.currency, 'total', note.total)
  from public.credit_notes as note
  where note.stripe_credit_note_id = any (ids);
$function$;
comment on function private.credit_notes_mirrored(text[]) is 'Our rows of Stripe credit notes, as private.stripe_mirror gives the others.';
grant execute on function private.credit_notes_mirrored(text[]) to service_role;

CREATE OR REPLACE FUNCTION private.customer_key(user_id uuid, email text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select coalesce('user:' || user_id,
    'email:' || encode(sha256(convert_to(lower(btrim(email)), 'utf8')), 'hex'));
$function$;
comment on function private.customer_key(uuid, text) is 'Who a customer is to limits: user:<id>, for a guest email:<SHA-256 of the address>.';
grant execute on function private.customer_key(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.declines_until(workspace uuid, address_hash text, tolerance integer)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- Refused until the first of the last so many declines counts no more.
  select max(full_window.until)
  from private.decline_limits as held
  cross join lateral (
    select counted.declined_at + held.within as until
    from (
      select one.declined_at from private.card_declines as one
      where held.counted = 'workspace' and one.workspace_id = workspace
      union all
      select max(one.declined_at) from private.card_declines as one
      where held.counted = 'workspace_cards' and one.workspace_id = workspace and one.card_hash is not null
        and one.declined_at > private.now() - held.within
      group by one.card_hash
      union all
      select one.declined_at from private.card_declines as one
      where held.counted = 'address' and one.address_hash = declines_until.address_hash
    ) as counted
    where counted.declined_at > private.now() - held.within
    order by counted.declined_at desc
    offset held.declines * tolerance - 1 limit 1
  ) as full_window
  where held.counted <> 'card'
  union all
  select max(full_window.until)
  from private.decline_limits as held
  cross join (
    select distinct mine.card_hash from private.card_declines as mine
    where mine.workspace_id = workspace and mine.card_hash is not null
      and mine.declined_at > private.now() - (select card.within from private.decline_limits as card where card.counted = 'card')
  ) as tried
  cross join lateral (
    select one.declined_at + held.within as until from private.card_declines as one
    where one.card_hash = tried.card_hash and one.declined_at > private.now() - held.within
    order by one.declined_at desc
    offset held.declines * tolerance - 1 limit 1
  ) as full_window
  where held.counted = 'card'
  order by 1 desc nulls last
  limit 1;
$function$;
comment on function private.declines_until(uuid, text, integer) is 'Until when a workspace, or whoever comes from an address, has too many declines; null when it has not.';
grant execute on function private.declines_until(uuid, text, integer) to service_role;

CREATE OR REPLACE FUNCTION private.deletion_runs(user_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select exists (
    select from public.account_deletions as deletion
    where deletion.user_id = deletion_runs.user_id and deletion.state = 'running'
  );
$function$;
comment on function private.deletion_runs(uuid) is 'Whether a user''s account is being deleted and cannot be kept any more.';
grant execute on function private.deletion_runs(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.discount_redeem(discount_id uuid, order_id uuid, user_id uuid, email text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  per_customer integer;
begin
  -- Counted when the order is placed: whoever pays has his discount. The row stays locked until commit,
  -- so that the count below sees every other order with this code.
  update public.discounts as held set redeemed = held.redeemed + 1
  where held.id = discount_redeem.discount_id and held.active
    and coalesce(held.redeemed < held.max_redemptions, true)
  returning held.max_per_customer into per_customer;
  if not found then
    perform private.problem(409, 'discount_used_up', 'This code has been redeemed as often as it may.');
  end if;
  if per_customer <= (
    select count(*) from private.discount_redemptions as earlier
    where earlier.discount_id = discount_redeem.discount_id and earlier.released_at is null
      and (earlier.customer = private.customer_key(discount_redeem.user_id, discount_redeem.email)
        or earlier.email = private.customer_key(null, discount_redeem.email))
  ) then
    perform private.problem(409, 'discount_used_up', 'You have redeemed this code as often as you may.');
  end if;
  insert into private.discount_redemptions (order_id, discount_id, customer, email)
  values (
    discount_redeem.order_id, discount_redeem.discount_id,
    private.customer_key(discount_redeem.user_id, discount_redeem.email),
    private.customer_key(null, discount_redeem.email)
  );
end;
$function$;
comment on function private.discount_redeem(uuid, uuid, uuid, text) is 'Counts a discount for an order, in one conditional update. Refuses with discount_used_up: in all, or for this customer, signed in or not.';
grant execute on function private.discount_redeem(uuid, uuid, uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.discount_release(order_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with released as (
    update private.discount_redemptions as redemption set released_at = private.now()
    where redemption.order_id = discount_release.order_id and redemption.released_at is null
    returning redemption.discount_id
  )
  update public.discounts as held set redeemed = held.redeemed - 1 from released where held.id = released.discount_id;
$function$;
comment on function private.discount_release(uuid) is 'Gives back the redemption of an order that was not paid.';
grant execute on function private.discount_release(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.display_name(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  -- Named one by one, since what [[:cntrl:]] holds depends on the database's locale. A name of Unicode's
  -- blanks alone is none: a workspace would not take it, and no name may fail a sign-up.
  select case when line ~ '\S' then line end
  from (select btrim(left(btrim(regexp_replace(
    value, '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+', ' ', 'g'
  )), 100)) as line) as printable;
$function$;
comment on function private.display_name(text) is 'One printable line of at most 100 characters out of whatever a client sent; null when nothing is left.';

CREATE OR REPLACE FUNCTION private.dunning_follow_invoice()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.dunning_settle(new.id, true);
  return null;
end;
$function$;
comment on function private.dunning_follow_invoice() is 'Trigger on invoices: a case follows its invoice in the transaction that mirrors it, so that a payment gives access back at once.';

CREATE OR REPLACE FUNCTION private.dunning_follow_policy()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.dunning_settle(held.invoice_id, false)
  from public.dunning_cases as held
  where held.closed_at is null;
  return null;
end;
$function$;
comment on function private.dunning_follow_policy() is 'Trigger on dunning_policy: open cases are looked at again at the new times.';

CREATE OR REPLACE FUNCTION private.dunning_follow_subscription()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.dunning_settle(held.invoice_id, false)
  from public.dunning_cases as held
  join public.invoices as invoice on invoice.id = held.invoice_id
  where invoice.subscription_id = new.id;
  return null;
end;
$function$;
comment on function private.dunning_follow_subscription() is 'Trigger on subscriptions: what has ended is not dunned any longer.';

CREATE OR REPLACE FUNCTION private.dunning_mail(held dunning_cases, step text, template text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.enqueue_mail(
    told.template,
    private.billing_contact(held.workspace_id, invoice.subscription_id),
    jsonb_strip_nulls(
      jsonb_build_object(
        'amount', jsonb_build_object('amount', invoice.amount_due, 'currency', invoice.currency),
        'workspace', workspace.name, 'url', invoice.hosted_invoice_url
      ) || case when told.template = 'payment_action_required' then '{}'::jsonb else jsonb_build_object(
        'plan', plan.name,
        'next_attempt', case when invoice.next_payment_attempt > private.now() then invoice.next_payment_attempt end,
        'read_only_at', (
          select min(held.first_failed_at + coming."after") from public.dunning_policy as coming
          where coming.action = 'read_only' and held.first_failed_at + coming."after" > private.now()
        ),
        'locked_at', (
          select min(held.first_failed_at + coming."after") from public.dunning_policy as coming
          where coming.action = 'locked' and held.first_failed_at + coming."after" > private.now()
        )
      ) end
    ),
    -- By what the policy names, so that a first failure has one mail whichever of the two it is.
    dunning_mail.template || ':' || invoice.stripe_invoice_id || ':' || dunning_mail.step
  )
  from public.invoices as invoice
  join public.workspaces as workspace on workspace.id = invoice.workspace_id
  left join public.subscriptions as bought on bought.id = invoice.subscription_id
  left join public.plans as plan on plan.id = bought.plan_id,
    lateral (
      select case
        when dunning_mail.template = 'payment_failed' and invoice.action_required then 'payment_action_required'
        else dunning_mail.template
      end as template
    ) as told
  where invoice.id = held.invoice_id;
$function$;
comment on function private.dunning_mail(dunning_cases, text, text) is 'Enqueues the mail of one step of one case, once for good. A payment that waits for its payer''s bank did not fail: then the mail asks to confirm it.';
grant execute on function private.dunning_mail(dunning_cases, text, text) to service_role;

CREATE OR REPLACE FUNCTION private.dunning_settle(invoice_id uuid, fresh boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held public.dunning_cases;
  owed public.invoices;
  over_at timestamptz;
  over_by text;
  due record;
  news boolean := false;
begin
  select * into held from public.dunning_cases as one
  where one.invoice_id = dunning_settle.invoice_id
  for update;
  if held.id is null then
    return;
  end if;
  select * into owed from public.invoices as one where one.id = held.invoice_id;
  select greatest(ending.at, held.first_failed_at), ending.outcome into over_at, over_by
  from (values
    (case when owed.status = 'paid' then coalesce(owed.paid_at, private.now()) end, 'paid'),
    (owed.voided_at, 'void'),
    (owed.marked_uncollectible_at, 'uncollectible'),
    ((select bought.ended_at from public.subscriptions as bought where bought.id = owed.subscription_id), 'ended')
  ) as ending (at, outcome)
  where ending.at is not null
  order by ending.at, ending.outcome
  limit 1;

  if fresh then
    for due in
      select step.step, step.action, step.mail, held.first_failed_at + step."after" as at
      from public.dunning_policy as step
      where held.first_failed_at + step."after" <= least(private.now(), over_at)
        and not exists (
          select from public.dunning_events as done where done.case_id = held.id and done.step = step.step
        )
      order by step."after", step.step
    loop
      insert into public.dunning_events (case_id, step, action, at)
      values (held.id, due.step, due.action, due.at);
      news := true;
      if due.mail is not null then
        perform private.dunning_mail(held, due.step, due.mail);
      end if;
    end loop;
    if over_by = 'paid' then
      insert into public.dunning_events (case_id, step, action, at)
      select held.id, step.step, step.action, over_at
      from public.dunning_policy as step where step.action = 'full'
      on conflict on constraint dunning_events_pkey do nothing;
      news := news or found;
      -- The receipt tells of the payment; this mail of access that was taken and comes back. Sent also when
      -- an earlier failure is told so late that only now that much is known to have been taken.
      if news then
        perform private.dunning_mail(held, step.step, step.mail)
        from public.dunning_policy as step
        where step.action = 'full' and step.mail is not null and exists (
          select from public.dunning_events as done
          where done.case_id = held.id and done.action in ('read_only', 'locked')
        );
      end if;
    end if;
  end if;

  update public.dunning_cases as one
  set closed_at = over_at, outcome = over_by,
      access = case when over_at is not null then 'full' else coalesce((
        select done.action from public.dunning_events as done
        where done.case_id = held.id and done.action in ('read_only', 'locked')
        order by done.action = 'locked' desc limit 1
      ), 'full') end
  where one.id = held.id;

  -- Then look again: at the next step of an open case; at what is due already but was not looked at afresh.
  perform private.enqueue(
    'dunning_step', jsonb_build_object('invoice', owed.stripe_invoice_id),
    'dunning:' || owed.stripe_invoice_id || ':' || next_step.step || ':' || private.epoch(next_step.at),
    next_step.at
  )
  from (
    select step.step, held.first_failed_at + step."after" as at
    from public.dunning_policy as step
    where step."after" is not null
      and held.first_failed_at + step."after" <= coalesce(over_at, 'infinity')
      and not exists (
        select from public.dunning_events as done where done.case_id = held.id and done.step = step.step
      )
    order by step."after", step.step
    limit 1
  ) as next_step;
end;
$function$;
comment on function private.dunning_settle(uuid, boolean) is 'Brings an invoice''s case to what is known: closes it, applies the steps due, enqueues a look at the next. `fresh` says that the invoice was just fetched; otherwise no step is applied, since it may have been paid.';
grant execute on function private.dunning_settle(uuid, boolean) to service_role;

CREATE OR REPLACE FUNCTION private.enqueue(kind text, payload jsonb, dedupe_key text DEFAULT NULL::text, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, max_attempts smallint DEFAULT 20)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into private.jobs (kind, payload, dedupe_key, run_at, max_attempts)
  values (
    enqueue.kind, enqueue.payload, enqueue.dedupe_key,
    coalesce(enqueue.run_at, private.now()), enqueue.max_attempts
  )
  on conflict (kind, dedupe_key) where dedupe_key is not null do nothing
  returning id;
$function$;
comment on function private.enqueue(text, jsonb, text, timestamp with time zone, smallint) is 'Writes a job in the caller''s transaction; null when its cause already has one.';
grant execute on function private.enqueue(text, jsonb, text, timestamp with time zone, smallint) to service_role;

CREATE OR REPLACE FUNCTION private.enqueue_mail(template text, user_id uuid, props jsonb, dedupe_key text)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select private.enqueue(
    'mail_send',
    jsonb_build_object(
      'template', enqueue_mail.template,
      'to', account.email,
      'user_id', account.id,
      'locale', coalesce(profile.locale, 'en'),
      'props', jsonb_build_object('name', coalesce(profile.name, '')) || enqueue_mail.props
    ),
    enqueue_mail.dedupe_key
  )
  from auth.users as account
  left join public.profiles as profile on profile.id = account.id
  where account.id = enqueue_mail.user_id and account.email is not null;
$function$;
comment on function private.enqueue_mail(text, uuid, jsonb, text) is 'Enqueues one mail to a user in that user''s language; null when the cause already sent it or the user has no address. Security definer: reads the address in auth.users, where the service role has no grant.';
grant execute on function private.enqueue_mail(text, uuid, jsonb, text) to service_role;

CREATE OR REPLACE FUNCTION private.epoch(moment timestamp with time zone)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select extract(epoch from moment)::bigint $function$;
comment on function private.epoch(timestamp with time zone) is 'Whole seconds since 1970, as Stripe counts.';
grant execute on function private.epoch(timestamp with time zone) to service_role;

CREATE OR REPLACE FUNCTION private.events_on_their_way(object_type text, ids text[])
 RETURNS SETOF text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select distinct named.id
  from private.webhook_events as event
  cross join lateral jsonb_to_recordset(event.targets) as named (type text, id text)
  where event.handled_at is null and event.discarded_at is null and event.provider = 'stripe'
    and named.type = events_on_their_way.object_type and named.id = any (events_on_their_way.ids);
$function$;
comment on function private.events_on_their_way(text, text[]) is 'Which of these objects of Stripe an event names that is stored, and neither handled nor discarded yet.';
grant execute on function private.events_on_their_way(text, text[]) to service_role;

CREATE OR REPLACE FUNCTION private.feature_grant(workspace uuid, feature text, OUT included boolean, OUT limit_value bigint, OUT source text)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  given public.feature_overrides;
begin
  select * into given from public.feature_overrides as held
  where held.workspace_id = workspace and held.feature = feature_grant.feature
    and (held.expires_at is null or held.expires_at > private.now());
  if found and (not given.enabled or private.workspace_access(workspace) <> 'locked') then
    source := 'override';
    included := given.enabled;
    limit_value := given.limit_value;
  else
    source := 'plan';
    select held.limit_value into limit_value from public.plan_features as held
    where held.plan_id = private.workspace_plan(workspace) and held.feature = feature_grant.feature;
    included := found;
  end if;
  -- None of it and not included are the same to whoever asks.
  included := included and limit_value is distinct from 0;
  limit_value := case when included then limit_value else 0 end;
end;
$function$;
comment on function private.feature_grant(uuid, text) is 'What a workspace has of a feature, and by what: plan or override. `limit_value` is null without a limit, 0 when not included. Security definer: as private.workspace_subscription.';
grant execute on function private.feature_grant(uuid, text) to authenticated;
grant execute on function private.feature_grant(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.feature_limit(workspace uuid, feature text)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return case when workspace is null then 0 else (private.feature_grant(workspace, feature)).limit_value end;
end;
$function$;
comment on function private.feature_limit(uuid, text) is 'How much of a feature a workspace has: null without a limit, 0 when it is not included.';
grant execute on function private.feature_limit(uuid, text) to authenticated;
grant execute on function private.feature_limit(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.feature_used(workspace uuid, feature text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case
    when feature_used.feature = 'members' then (
      select count(*) from public.workspace_members as member where member.workspace_id = workspace
    )
    when private.is_meter(feature_used.feature) then coalesce((
      select counter.used from public.usage_counters as counter
      where counter.workspace_id = workspace and counter.meter = feature_used.feature
        and counter.period_start = (select period.starts_at from private.meter_period(workspace) as period)
    ), 0)
  end;
$function$;
comment on function private.feature_used(uuid, text) is 'How much of a feature a workspace uses now; null for what is not counted.';
grant execute on function private.feature_used(uuid, text) to authenticated;
grant execute on function private.feature_used(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.few_listed(price_list text, categories uuid[], min_amount bigint, max_amount bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  -- Looked through one by one rather than by a word that half of the shop has.
  few constant integer := 2000;
  candidates bigint;
begin
  if categories is null and few_listed.min_amount is null and few_listed.max_amount is null then
    return false;
  end if;
  execute format(
    'select count(*) from (
       select from public.product_listings as listing where listing.price_list_id = $1 %s %s %s limit %s
     ) as narrowed',
    case when categories is not null then 'and listing.category_id = any ($2)' end,
    case when few_listed.min_amount is not null then 'and listing.min_amount >= $3' end,
    case when few_listed.max_amount is not null then 'and listing.min_amount <= $4' end,
    few + 1
  ) into candidates using price_list, categories, few_listed.min_amount, few_listed.max_amount;
  return candidates <= few;
end;
$function$;
comment on function private.few_listed(text, uuid[], bigint, bigint) is 'Whether filters leave so few listings that a search looks at each of them.';
grant execute on function private.few_listed(text, uuid[], bigint, bigint) to anon;
grant execute on function private.few_listed(text, uuid[], bigint, bigint) to authenticated;
grant execute on function private.few_listed(text, uuid[], bigint, bigint) to service_role;

CREATE OR REPLACE FUNCTION private.files_orphaned()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.enqueue('files_remove', jsonb_build_object('user_id', old.id));
  return null;
end;
$function$;
comment on function private.files_orphaned() is 'Trigger on auth.users: a user''s files go after him, by the storage API: deleting their rows would leave the bytes. Security definer: Auth''s own role may not enqueue jobs.';

CREATE OR REPLACE FUNCTION private.fold(text text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
begin
  return (
    select lower(extensions.unaccent('extensions.unaccent'::regdictionary, text))
  );
end;
$function$;
comment on function private.fold(text) is 'A text without accents and in lower case.';
grant execute on function private.fold(text) to anon;
grant execute on function private.fold(text) to authenticated;
grant execute on function private.fold(text) to service_role;

CREATE OR REPLACE FUNCTION private.free_plan()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select plan.id from public.plans as plan
  where plan.active and not exists (select from public.prices as price where price.plan_id = plan.id)
  order by plan.rank, plan.id
  limit 1;
$function$;
comment on function private.free_plan() is 'The plan of whoever has not subscribed: the smallest on sale that has no price. Security definer: the same answer whoever asks.';
grant execute on function private.free_plan() to authenticated;
grant execute on function private.free_plan() to service_role;

CREATE OR REPLACE FUNCTION private.guest_holds_limit(from_hash text, lines jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  orders bigint;
  units bigint;
begin
  -- Carts cost nothing: what one address holds by ever new ones is bounded. One at a time, or all that
  -- come at once would find room.
  perform pg_advisory_xact_lock(hashtextextended('guest orders from ' || from_hash, 0));
  select count(distinct item.order_id), coalesce(sum(item.quantity), 0) into orders, units
  from private.order_requests as request
  join public.orders as held on held.id = request.order_id and held.user_id is null
  join public.order_items as item on item.order_id = held.id
  where request.address_hash = from_hash and request.closed_at is null;
  select units + sum((line ->> 'quantity')::bigint) into units from jsonb_array_elements(lines) as line;
  if orders >= 20 or orders > 0 and units > 1000 then
    perform private.problem(429, 'rate_limited', 'Too much is held by unpaid orders from here: pay one, or try again in 40 minutes.');
  end if;
end;
$function$;
comment on function private.guest_holds_limit(text, jsonb) is 'Refuses a guest''s order with rate_limited when 20 unpaid ones from the same address, or 1,000 units, hold stock already.';
grant execute on function private.guest_holds_limit(text, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.handle_new_user()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  -- Metadata is whatever the client sent, of any type: no value of it may fail a sign-up.
  display_name constant text := coalesce(
    case when jsonb_typeof(new.raw_user_meta_data -> 'name') = 'string'
      then private.display_name(new.raw_user_meta_data ->> 'name') end,
    private.display_name(split_part(new.email, '@', 1)),
    ''
  );
  user_locale constant text :=
    case when new.raw_user_meta_data ->> 'locale' in ('en', 'fr') then new.raw_user_meta_data ->> 'locale' else 'en' end;
  workspace_id uuid;
begin
  insert into public.profiles (id, name, locale) values (new.id, display_name, user_locale);

  insert into public.workspaces (name, personal_of)
  values (coalesce(nullif(display_name, ''), 'Personal'), new.id)
  returning id into workspace_id;
  insert into public.workspace_members (workspace_id, user_id, role) values (workspace_id, new.id, 'owner');

  perform private.billing_customer_wanted(workspace_id, new.email, display_name);
  return new;
end;
$function$;
comment on function private.handle_new_user() is 'Trigger on auth.users: profile, personal workspace, Stripe customer to create. Security definer: the auth service''s role owns no product table.';

CREATE OR REPLACE FUNCTION private.handle_user_addressed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  personal uuid;
  display_name text;
begin
  select workspace.id, coalesce(nullif(profile.name, ''), private.display_name(split_part(new.email, '@', 1)))
  into personal, display_name
  from public.workspaces as workspace
  left join public.profiles as profile on profile.id = new.id
  where workspace.personal_of = new.id;
  if personal is null then
    return null;
  end if;
  -- One that exists at Stripe was created with what is noted here, and every repetition must send the same.
  update private.billing_customers as customer
  set email = new.email, name = display_name
  where customer.workspace_id = personal and customer.stripe_customer_id is null and customer.email is null;
  perform private.billing_customer_wanted(personal, new.email, display_name);
  return null;
end;
$function$;
comment on function private.handle_user_addressed() is 'Trigger on auth.users: the Stripe customer of a user who was anonymous and now has an address. Security definer: the auth service''s role owns no product table.';

CREATE OR REPLACE FUNCTION private.handle_user_confirmed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.enqueue_mail('welcome', new.id, '{}', 'welcome:' || new.id);
  return new;
end;
$function$;
comment on function private.handle_user_confirmed() is 'Trigger on auth.users: the welcome mail, once an address is known to be the user''s. Security definer: the auth service''s role may not enqueue jobs.';

CREATE OR REPLACE FUNCTION private.has_bought(order_item_id uuid, product_id uuid, user_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select exists (
    select from public.order_items as item
    join public.orders as placed on placed.id = item.order_id
    where item.id = has_bought.order_item_id and item.product_id = has_bought.product_id
      and item.user_id = has_bought.user_id and item.refunded_quantity < item.quantity
      -- Not refunded: an order that was cancelled before anything was sent ends so, too.
      and placed.status in ('paid', 'fulfilling', 'shipped', 'delivered', 'partially_refunded')
  );
$function$;
comment on function private.has_bought(uuid, uuid, uuid) is 'Whether a line of a paid order shows that a user bought a product, and has not got it all refunded. The policy on reviews calls it, under the caller''s RLS.';
grant execute on function private.has_bought(uuid, uuid, uuid) to authenticated;
grant execute on function private.has_bought(uuid, uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.has_feature(workspace uuid, feature text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return workspace is not null and (private.feature_grant(workspace, feature)).included;
end;
$function$;
comment on function private.has_feature(uuid, text) is 'Whether a workspace has a feature. In a policy over many rows prefer `workspace_id in (select private.my_workspace_ids_with(feature))`, which asks once a workspace and not once a row.';
grant execute on function private.has_feature(uuid, text) to authenticated;
grant execute on function private.has_feature(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.hash_of(request jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select encode(sha256(convert_to(request::text, 'utf8')), 'hex') $function$;
comment on function private.hash_of(jsonb) is 'SHA-256 of a request, by which its repetition is known.';
grant execute on function private.hash_of(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.in_stock_condition()
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select ' and exists (
    select from public.variant_availability as availability
    where availability.product_id = listing.product_id and availability.on_sale
      and availability.band <> ''out_of_stock'') ';
$function$;
comment on function private.in_stock_condition() is 'The condition that a listing''s product is in stock, as queries have it.';
grant execute on function private.in_stock_condition() to anon;
grant execute on function private.in_stock_condition() to authenticated;
grant execute on function private.in_stock_condition() to service_role;

CREATE OR REPLACE FUNCTION private.invitation_by_token(token text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  held record;
begin
  select invitation.email, invitation.role, invitation.expires_at, workspace.name as workspace,
    coalesce(inviter.name, '') as inviter, private.invitation_state(invitation, named.superseded) as state
  into held
  from private.invitation_of_token(invitation_by_token.token) as named
  join public.workspace_invitations as invitation on invitation.id = named.invitation_id
  join public.workspaces as workspace on workspace.id = invitation.workspace_id
  left join public.profiles as inviter on inviter.id = invitation.invited_by;
  if held.state is null then
    perform private.problem(404, 'invitation_not_found', 'No invitation has this token: is the link whole?');
  end if;
  return jsonb_build_object('state', held.state) || case when held.state = 'open' then jsonb_build_object(
    'workspace', held.workspace, 'inviter', held.inviter, 'email', held.email, 'role', held.role,
    'expires_at', held.expires_at
  ) else '{}' end;
end;
$function$;
comment on function private.invitation_by_token(text) is 'What the holder of a link may know before signing in. Security definer: needs no account, so it tells no more than the mail itself, and of one that is not open only that.';
grant execute on function private.invitation_by_token(text) to anon;
grant execute on function private.invitation_by_token(text) to authenticated;
grant execute on function private.invitation_by_token(text) to service_role;

CREATE OR REPLACE FUNCTION private.invitation_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if new.state = old.state then
    return new;
  end if;
  -- current_user: inside a function that runs with its owner's rights, that function has decided.
  if old.state <> 'open' or (current_user = 'authenticated' and new.state <> 'revoked') then
    perform private.problem(409, 'invitation_closed', format(
      'This invitation is %s: an open one can be revoked, and a closed one stays as it is.', old.state
    ));
  end if;
  new.closed_at := private.now();
  return new;
end;
$function$;
comment on function private.invitation_changed() is 'Trigger: an invitation closes once, and by a direct call only as revoked.';

CREATE OR REPLACE FUNCTION private.invitation_decline(token text, invitation_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  found_id uuid;
  is_superseded boolean := false;
  invitation public.workspace_invitations;
  state text;
begin
  if invitation_decline.token is not null then
    select held.invitation_id, held.superseded into found_id, is_superseded
    from private.invitation_of_token(invitation_decline.token) as held;
  else
    select held.id into found_id from public.workspace_invitations as held
    where held.id = invitation_decline.invitation_id and held.email = private.confirmed_address(auth.uid());
  end if;
  select * into invitation from public.workspace_invitations as held where held.id = found_id for update;
  if invitation.id is null then
    perform private.problem(404, 'invitation_not_found', 'No invitation has this token or id.');
  end if;
  state := private.invitation_state(invitation, is_superseded);
  -- Twice is once; and who wants to decline what has expired gets what he wants.
  if state = 'declined' or state = 'expired' then
    return;
  end if;
  perform private.invitation_refusal(state);
  update public.workspace_invitations as held set state = 'declined' where held.id = invitation.id;
end;
$function$;
comment on function private.invitation_decline(text, uuid) is 'Declines by token, or by id where the caller''s confirmed address is the invited one. Security definer: whoever is invited sees no invitation of the workspace.';
grant execute on function private.invitation_decline(text, uuid) to anon;
grant execute on function private.invitation_decline(text, uuid) to authenticated;
grant execute on function private.invitation_decline(text, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.invitation_of_token(token text)
 RETURNS TABLE(invitation_id uuid, superseded boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select held.invitation_id, held.superseded_at is not null
  from private.invitation_tokens as held
  where held.token_hash = encode(sha256(convert_to(invitation_of_token.token, 'utf8')), 'hex');
$function$;
comment on function private.invitation_of_token(text) is 'Which invitation a token belongs to, and whether a later mail carries another one. Security definer: hashes are read by no API role.';
grant execute on function private.invitation_of_token(text) to service_role;

CREATE OR REPLACE FUNCTION private.invitation_refusal(state text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  case state
    when 'open' then return;
    when 'expired' then
      perform private.problem(410, 'invitation_expired', 'It was good for seven days: ask whoever invited you to send it again.');
    when 'superseded' then
      perform private.problem(410, 'invitation_expired', 'It was sent again since: use the link of the latest mail.');
    when 'accepted' then
      perform private.problem(409, 'invitation_closed', 'It was accepted before.');
    when 'declined' then
      perform private.problem(409, 'invitation_closed', 'It was declined: ask for another one if you have changed your mind.');
    else
      perform private.problem(409, 'invitation_closed', 'It was revoked: ask whoever invited you for another one.');
  end case;
end;
$function$;
comment on function private.invitation_refusal(text) is 'Refuses with invitation_expired or invitation_closed what is not open.';
grant execute on function private.invitation_refusal(text) to service_role;

CREATE OR REPLACE FUNCTION private.invitation_send(invitation_id uuid, cause uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  -- Two random UUIDs: 244 bits out of the server's secure random numbers, without an extension.
  token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  invitation public.workspace_invitations;
begin
  update public.workspace_invitations as sent
  set sends = sent.sends + 1, sent_at = private.now(), expires_at = private.now() + interval '7 days'
  where sent.id = invitation_send.invitation_id
  returning * into invitation;
  update private.invitation_tokens as held set superseded_at = now()
  where held.invitation_id = invitation.id and held.superseded_at is null;
  insert into private.invitation_tokens (token_hash, invitation_id, cause)
  values (encode(sha256(convert_to(token, 'utf8')), 'hex'), invitation.id, invitation_send.cause);

  perform private.enqueue(
    'mail_send',
    jsonb_build_object(
      'template', 'invitation',
      'to', invitation.email,
      -- To who has an account in that person's language, to a stranger in that of whoever invites.
      'locale', coalesce(invitee_profile.locale, inviter_profile.locale, 'en'),
      'props', jsonb_build_object(
        'name', coalesce(invitee_profile.name, ''), 'inviter', coalesce(inviter_profile.name, ''),
        'inviter_address', inviter.email, 'workspace', workspace.name, 'role', invitation.role,
        'expires_at', invitation.expires_at, 'token', token
      )
    ),
    'invitation:' || invitation.id || ':' || invitation.sends
  )
  from public.workspaces as workspace
  join auth.users as inviter on inviter.id = invitation.invited_by
  left join public.profiles as inviter_profile on inviter_profile.id = inviter.id
  left join auth.users as invitee
    on invitee.email = invitation.email and invitee.email_confirmed_at is not null
  left join public.profiles as invitee_profile on invitee_profile.id = invitee.id
  where workspace.id = invitation.workspace_id;
end;
$function$;
comment on function private.invitation_send(uuid, uuid) is 'Enqueues an invitation''s mail with a fresh token, good for seven days. Security definer: reads addresses in auth.users.';
grant execute on function private.invitation_send(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.invitation_state(invitation workspace_invitations, superseded boolean)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select case
    when invitation.state <> 'open' then invitation.state
    when superseded then 'superseded'
    when invitation.expires_at <= private.now() then 'expired'
    -- Beside the trigger that revokes: an invitation is as good as its inviter's right to give it.
    when not exists (
      select from public.workspace_members as inviter
      where inviter.workspace_id = invitation.workspace_id and inviter.user_id = invitation.invited_by
        and (inviter.role = 'owner' or (inviter.role = 'admin' and invitation.role <> 'owner'))
    ) or private.workspace_is_ending(invitation.workspace_id) then 'revoked'
    else 'open'
  end;
$function$;
comment on function private.invitation_state(workspace_invitations, boolean) is 'How an invitation stands at this moment: open, accepted, declined, revoked, expired or superseded. Security definer: whoever is invited does not see the workspace''s members.';
grant execute on function private.invitation_state(workspace_invitations, boolean) to service_role;

CREATE OR REPLACE FUNCTION private.invitations_follow_member()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- Else somebody who is put out comes back by an invitation that he sent to a second address.
  update public.workspace_invitations as invitation
  set state = 'revoked'
  where invitation.workspace_id = old.workspace_id and invitation.invited_by = old.user_id
    and invitation.state = 'open'
    and (tg_op = 'DELETE' or new.role not in ('owner', 'admin')
      or (new.role = 'admin' and invitation.role = 'owner'));
  return null;
end;
$function$;
comment on function private.invitations_follow_member() is 'Trigger on workspace_members: what somebody may no longer offer is no longer open. Security definer: a member who leaves may not change invitations.';

CREATE OR REPLACE FUNCTION private.is_frequent(required tsquery, price_list text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  -- Asked of a sample, the products that are rated best: counting would read all that the index has of it.
  return required is not null and 4 <= (
    select count(*)
    from (
      select listing.product_id from public.product_listings as listing
      where listing.price_list_id = is_frequent.price_list
      order by listing.rating_rank desc, listing.product_id desc
      limit 200
    ) as sampled
    join public.product_documents as document on document.product_id = sampled.product_id
    where document.document @@ required
  );
end;
$function$;
comment on function private.is_frequent(tsquery, text) is 'Whether so many products match that it is cheaper to look at those that match something else.';
grant execute on function private.is_frequent(tsquery, text) to anon;
grant execute on function private.is_frequent(tsquery, text) to authenticated;
grant execute on function private.is_frequent(tsquery, text) to service_role;

CREATE OR REPLACE FUNCTION private.is_listed(listing product_listings, categories uuid[], min_amount bigint, max_amount bigint, in_stock boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select (categories is null or listing.category_id = any (categories))
      and (is_listed.min_amount is null or listing.min_amount >= is_listed.min_amount)
      and (is_listed.max_amount is null or listing.min_amount <= is_listed.max_amount)
      and (not is_listed.in_stock or exists (
        select from public.variant_availability as availability
        where availability.product_id = listing.product_id and availability.on_sale
          and availability.band <> 'out_of_stock'
      ))
  );
end;
$function$;
comment on function private.is_listed(product_listings, uuid[], bigint, bigint, boolean) is 'Whether a listing is of one of the categories (null: of any), within the price range, and in stock where that is asked for.';
grant execute on function private.is_listed(product_listings, uuid[], bigint, bigint, boolean) to anon;
grant execute on function private.is_listed(product_listings, uuid[], bigint, bigint, boolean) to authenticated;
grant execute on function private.is_listed(product_listings, uuid[], bigint, bigint, boolean) to service_role;

CREATE OR REPLACE FUNCTION private.is_meter(feature text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select exists (select from private.plan_products as product where product.record -> 'meters' ? feature);
$function$;
comment on function private.is_meter(text) is 'Whether the plans declare that a feature is counted by period. Security definer: nobody else reads the products.';
grant execute on function private.is_meter(text) to authenticated;
grant execute on function private.is_meter(text) to service_role;

CREATE OR REPLACE FUNCTION private.is_product_image_name(name text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- `case` keeps the cast from what is no id.
  select case
    when name ~ '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(png|jpg|webp)$'
    then exists (
      select from public.products as product
      where product.id = split_part(is_product_image_name.name, '/', 1)::uuid
    )
    else false
  end;
$function$;
comment on function private.is_product_image_name(text) is 'Whether a file may be called so: <id of a product that there is>/<uuid>.<png, jpg or webp>. The policy on uploads calls it.';
grant execute on function private.is_product_image_name(text) to authenticated;
grant execute on function private.is_product_image_name(text) to service_role;

CREATE OR REPLACE FUNCTION private.is_staff()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return private.staff_standing() = 'staff';
end;
$function$;
comment on function private.is_staff() is 'Whether the caller operates the product, and has shown a second factor where that is required. Security definer: policies call it, and nobody reads the list.';
grant execute on function private.is_staff() to authenticated;
grant execute on function private.is_staff() to service_role;

CREATE OR REPLACE FUNCTION private.job_line(job private.jobs)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'id', job.id, 'kind', job.kind, 'cause', job.dedupe_key, 'state', private.job_state(job),
    'attempts', job.attempts, 'max_attempts', job.max_attempts, 'run_at', job.run_at,
    'locked_until', job.locked_until, 'last_error', job.last_error, 'note', job.note,
    'created_at', job.created_at, 'finished_at', job.finished_at,
    'payload', (
      select coalesce(jsonb_object_agg(part.key, case
        when part.key ~ '(^|_)id$' or part.key in ('event', 'template', 'to', 'locale') then part.value
        else '"[hidden]"'
      end), '{}')
      from jsonb_each(case when jsonb_typeof(job.payload) = 'object' then job.payload else '{}' end) as part
    )
  );
$function$;
comment on function private.job_line(private.jobs) is 'A job as staff see it. Of its payload only what tells whom it concerns: a mail''s links sign its reader in.';
grant execute on function private.job_line(private.jobs) to service_role;

CREATE OR REPLACE FUNCTION private.job_state(job private.jobs)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case
    when job.state <> 'pending' then job.state
    when job.locked_until > clock_timestamp() then 'running'
    when job.run_at > private.now() then 'waiting'
    else 'due'
  end;
$function$;
comment on function private.job_state(private.jobs) is 'dead, discarded, succeeded; of a pending job: running, waiting for its time, or due.';
grant execute on function private.job_state(private.jobs) to service_role;

CREATE OR REPLACE FUNCTION private.jobs_found(filter jsonb, before_id bigint, most integer)
 RETURNS SETOF private.jobs
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select job.* from private.jobs as job
  where (before_id is null or job.id < before_id)
    and (filter ->> 'kind' is null or job.kind = filter ->> 'kind')
    and case filter ->> 'state'
      when 'dead' then job.state = 'dead'
      when 'discarded' then job.state = 'discarded'
      when 'succeeded' then job.state = 'succeeded'
      when 'running' then job.state = 'pending' and private.job_state(job) = 'running'
      when 'waiting' then job.state = 'pending' and private.job_state(job) = 'waiting'
      when 'due' then job.state = 'pending' and private.job_state(job) = 'due'
      else true
    end
    -- `most` counts what can be decided about, not the succeeded ones above it. Without a state a retry
    -- means dead letters: what somebody has discarded comes back only when asked for by name.
    and case filter ->> 'decision'
      when 'retry' then job.state = 'dead' or job.state = 'discarded' and filter ->> 'state' = 'discarded'
      when 'discard' then job.state = 'dead' or job.state = 'pending' and private.job_state(job) <> 'running'
      else true
    end
  order by job.id desc
  limit most;
$function$;
comment on function private.jobs_found(jsonb, bigint, integer) is 'Jobs, newest first, of a filter {kind, state, decision: only those that it can be made about}.';
grant execute on function private.jobs_found(jsonb, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION private.ledger_keep()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception using errcode = 'insufficient_privilege',
    message = 'cannot ' || lower(tg_op) || ' ' || tg_table_name || ': it is only ever added to';
end;
$function$;
comment on function private.ledger_keep() is 'Trigger of ledgers: refuses to change or remove rows, to whoever owns the table as well.';

CREATE OR REPLACE FUNCTION private.level_prefix(level integer)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
begin
  return (
    select 'n' || lpad(to_hex(level_prefix.level), 2, '0') || ':'
  );
end;
$function$;
comment on function private.level_prefix(integer) is 'How lexemes of names of a level begin.';
grant execute on function private.level_prefix(integer) to anon;
grant execute on function private.level_prefix(integer) to authenticated;
grant execute on function private.level_prefix(integer) to service_role;

CREATE OR REPLACE FUNCTION private.listing_query(sort text, searched boolean, categories uuid[], from_amount boolean, to_amount boolean, in_stock boolean, resumed boolean, most integer)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  key constant text := case sort when 'newest' then 'listed_at' when 'rating' then 'rating_rank' else 'min_amount' end;
  type constant text := case sort when 'newest' then 'timestamptz' else 'bigint' end;
  direction constant text := case sort when 'price_asc' then 'asc' else 'desc' end;
  -- A category and those below it are walked side by side, each in order, and merged: what is found early is
  -- near, wherever in the sort the category's products are. Of very many categories most of the shop is.
  merged constant boolean := not searched and cardinality(categories) <= 50;
  walk constant text := format(
    'select listing.product_id, listing.%1$I as key from public.product_listings as listing %2$s
     where listing.price_list_id = $1 %3$s order by listing.%1$I %4$s, listing.product_id %4$s limit %5$s',
    key,
    case when searched then
      'join public.product_documents as document on document.product_id = listing.product_id and document.document @@ $5'
    end,
    concat(
      case when merged then ' and listing.category_id = branch.id'
        when categories is not null then ' and listing.category_id = any ($2)' end,
      case when from_amount then ' and listing.min_amount >= $3' end,
      case when to_amount then ' and listing.min_amount <= $4' end,
      case when in_stock then private.in_stock_condition() end,
      case when resumed then format(
        ' and (listing.%I, listing.product_id) %s ($6::%s, $7)',
        key, case direction when 'asc' then '>' else '<' end, type
      ) end
    ),
    direction, most
  );
begin
  return format(
    'select array_agg(found.product_id order by found.key %1$s, found.product_id %1$s),
       array_agg(%2$s order by found.key %1$s, found.product_id %1$s)
     from (%3$s) as found',
    direction,
    -- Exact to the microsecond, in whatever zone the session is.
    case sort when 'newest' then 'to_char(found.key at time zone ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.US"Z"'')'
      else 'found.key::text' end,
    case when merged then format(
      'select page.* from unnest($2) as branch (id) cross join lateral (%s) as page
       order by page.key %2$s, page.product_id %2$s limit %3$s', walk, direction, most
    ) else walk end
  );
end;
$function$;
comment on function private.listing_query(text, boolean, uuid[], boolean, boolean, boolean, boolean, integer) is 'The query for a page of listings by one sort. Its text has only what is asked for, so that the planner sees which index serves it.';
grant execute on function private.listing_query(text, boolean, uuid[], boolean, boolean, boolean, boolean, integer) to anon;
grant execute on function private.listing_query(text, boolean, uuid[], boolean, boolean, boolean, boolean, integer) to authenticated;
grant execute on function private.listing_query(text, boolean, uuid[], boolean, boolean, boolean, boolean, integer) to service_role;

CREATE OR REPLACE FUNCTION private.listings_follow_prices()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- Prices that go with their variant: the trigger on variants has refreshed the product.
  perform private.listings_refresh(array_agg(distinct variant.product_id), false)
  from changed join public.product_variants as variant on variant.id = changed.variant_id
  having count(*) > 0;
  return null;
end;
$function$;
comment on function private.listings_follow_prices() is 'Trigger: listings follow prices. Security definer: staff write prices, and nobody listings.';

CREATE OR REPLACE FUNCTION private.listings_follow_products()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- A new product has no variants yet, and what a deleted one had goes with it.
  perform private.listings_refresh(array_agg(after.id), bool_or(
    (after.name_en, after.name_fr, after.description_en, after.description_fr, after.attributes)
      is distinct from (before.name_en, before.name_fr, before.description_en, before.description_fr, before.attributes)
    or private.product_level(after) <> private.product_level(before)
  ))
  from changed_to as after join changed_from as before on before.id = after.id
  where (after.active, after.category_id, after.created_at, after.rating_count, after.rating_sum, after.name_en,
      after.name_fr, after.description_en, after.description_fr, after.attributes)
    is distinct from (before.active, before.category_id, before.created_at, before.rating_count, before.rating_sum,
      before.name_en, before.name_fr, before.description_en, before.description_fr, before.attributes)
  having count(*) > 0;
  return null;
end;
$function$;
comment on function private.listings_follow_products() is 'Trigger: listings follow products. Security definer: staff write products, and nobody listings.';

CREATE OR REPLACE FUNCTION private.listings_follow_variants()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'UPDATE' then
    perform private.listings_refresh(array_agg(distinct moved.product_id), false)
    from changed_to as after
    join changed_from as before on before.id = after.id
      and (before.active, before.product_id) is distinct from (after.active, after.product_id),
      unnest(array[before.product_id, after.product_id]) as moved (product_id)
    having count(*) > 0;
  else
    perform private.listings_refresh(array_agg(distinct changed.product_id), false)
    from changed having count(*) > 0;
  end if;
  return null;
end;
$function$;
comment on function private.listings_follow_variants() is 'Trigger: listings follow variants. Security definer: staff write variants, and nobody listings.';

CREATE OR REPLACE FUNCTION private.listings_refresh(product_ids uuid[], texts boolean DEFAULT true)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Two that change variants of one product at once: the second waits here, and its next statement then sees
  -- what the first has committed. In the order of the ids, or two would wait for each other. Orders, which
  -- only refer to products, are not held up.
  perform from public.products as product
  where product.id = any (listings_refresh.product_ids)
  order by product.id
  for no key update;

  with wanted as (
    select product.id as product_id, price.price_list_id, product.category_id,
      min(price.unit_amount) as min_amount, max(price.unit_amount) as max_amount,
      ((product.rating_sum + 15) * 10000 / (product.rating_count + 5))::integer as rating_rank,
      product.created_at as listed_at
    from public.products as product
    join public.product_variants as variant on variant.product_id = product.id and variant.active
    join public.variant_prices as price on price.variant_id = variant.id
    where product.id = any (listings_refresh.product_ids) and product.active
    group by product.id, price.price_list_id
  ), gone as (
    delete from public.product_listings as listing
    where listing.product_id = any (listings_refresh.product_ids) and not exists (
      select from wanted
      where wanted.product_id = listing.product_id and wanted.price_list_id = listing.price_list_id
    )
  )
  insert into public.product_listings as known
    (product_id, price_list_id, category_id, min_amount, max_amount, rating_rank, listed_at)
  select wanted.product_id, wanted.price_list_id, wanted.category_id, wanted.min_amount, wanted.max_amount,
    wanted.rating_rank, wanted.listed_at
  from wanted
  on conflict (product_id, price_list_id) do update
  set category_id = excluded.category_id, min_amount = excluded.min_amount, max_amount = excluded.max_amount,
    rating_rank = excluded.rating_rank, listed_at = excluded.listed_at
  where (known.category_id, known.min_amount, known.max_amount, known.rating_rank, known.listed_at)
    is distinct from (excluded.category_id, excluded.min_amount, excluded.max_amount, excluded.rating_rank,
      excluded.listed_at);

  delete from public.product_documents as document
  where document.product_id = any (listings_refresh.product_ids) and not exists (
    select from public.product_listings as listing where listing.product_id = document.product_id
  );
  with written as (
    insert into public.product_documents as known (product_id, level, document)
    select product.id, private.product_level(product), private.product_document(product)
    from public.products as product
    where product.id = any (listings_refresh.product_ids)
      and exists (select from public.product_listings as listing where listing.product_id = product.id)
      -- Making one takes a millisecond: not for each price.
      and (listings_refresh.texts or not exists (
        select from public.product_documents as document where document.product_id = product.id
      ))
    on conflict (product_id) do update set level = excluded.level, document = excluded.document
    where known.document is distinct from excluded.document
    returning document
  )
  insert into public.search_words (word)
  select distinct substr(lexeme, 3)
  from written, unnest(tsvector_to_array(written.document)) as lexeme
  where lexeme like 'w:%' and char_length(lexeme) between 5 and 42
    and not exists (select from public.search_words as known where known.word = substr(lexeme, 3))
  order by 1
  on conflict do nothing;

  -- The variants of what is on sale are what readers see the stock of.
  perform from public.variant_availability as availability
  where availability.product_id = any (listings_refresh.product_ids)
    and availability.on_sale is distinct from private.variant_on_sale(availability.variant_id)
  order by availability.variant_id
  for no key update;
  update public.variant_availability as availability
  set on_sale = not availability.on_sale
  where availability.product_id = any (listings_refresh.product_ids)
    and availability.on_sale is distinct from private.variant_on_sale(availability.variant_id);
end;
$function$;
comment on function private.listings_refresh(uuid[], boolean) is 'Makes what is derived from products anew: listings, documents, words, and which variants'' stock is shown. `texts` false: what is searched by is as it was.';
grant execute on function private.listings_refresh(uuid[], boolean) to service_role;

CREATE OR REPLACE FUNCTION private.mail_address_hash(address text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select encode(sha256(convert_to(lower(btrim(address)), 'UTF8')), 'hex') $function$;
comment on function private.mail_address_hash(text) is 'What an address is known by in the mail tables: SHA-256 of it in lower case.';
grant execute on function private.mail_address_hash(text) to authenticated;
grant execute on function private.mail_address_hash(text) to service_role;

CREATE OR REPLACE FUNCTION private.mail_suppressed(hash text, transactional boolean)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select held.cause from private.mail_suppressions as held
  where held.address_hash = hash and (held.until is null or held.until > now())
    and (held.scope = 'all' or not transactional);
$function$;
comment on function private.mail_suppressed(text, boolean) is 'Why a mail to the address is not sent; null when it is.';
grant execute on function private.mail_suppressed(text, boolean) to service_role;

CREATE OR REPLACE FUNCTION private.mail_suppression_derive(hash text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  lifted timestamptz;
begin
  -- One at a time an address: two events at once must not each overlook the other.
  perform pg_advisory_xact_lock(hashtextextended('mail suppression ' || hash, 0));
  select coalesce(max(told.occurred_at), '-infinity') into lifted
  from private.mail_feedback as told where told.address_hash = hash and told.kind = 'lifted';
  delete from private.mail_suppressions as held where held.address_hash = hash;
  insert into private.mail_suppressions (address_hash, scope, cause, since, until)
  select hash, found.scope, found.cause, found.since, found.until
  from (
    select 'all' as scope, case told.kind when 'provider' then 'provider' else 'hard_bounce' end as cause,
      told.occurred_at as since, null::timestamptz as until, 1 as weight
    from private.mail_feedback as told
    where told.address_hash = hash and told.occurred_at > lifted and told.kind in ('hard_bounce', 'provider')
    union all
    select 'all', 'soft_bounces', told.occurred_at, told.occurred_at + interval '30 days', 2
    from private.mail_feedback as told
    where told.address_hash = hash and told.occurred_at > lifted and told.kind = 'soft_bounce'
      and told.occurred_at > now() - interval '30 days'
      and 5 <= (
        select count(*) from private.mail_feedback as earlier
        where earlier.address_hash = hash and earlier.kind = 'soft_bounce'
          and earlier.occurred_at > greatest(lifted, told.occurred_at - interval '7 days')
          and earlier.occurred_at <= told.occurred_at
      )
    union all
    select 'non_transactional', 'complaint', told.occurred_at, null, 3
    from private.mail_feedback as told
    where told.address_hash = hash and told.occurred_at > lifted and told.kind = 'complaint'
  ) as found
  order by found.weight, coalesce(found.until, 'infinity') desc, found.since, found.cause
  limit 1;
end;
$function$;
comment on function private.mail_suppression_derive(text) is 'Makes an address''s suppression what all that was told of it says.';
grant execute on function private.mail_suppression_derive(text) to service_role;

CREATE OR REPLACE FUNCTION private.meter_amount_checked(amount bigint, least_amount bigint)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- A quadrillion: sums of them stay far from the end of a bigint.
  if amount is null or amount < least_amount or amount > 1000000000000000 then
    perform private.problem(422, 'invalid_body',
      format('cannot meter %s: an amount is a whole number from %s to 10^15', coalesce(amount::text, 'null'), least_amount));
  end if;
end;
$function$;
comment on function private.meter_amount_checked(bigint, bigint) is 'Refuses an amount that no counter could add up.';
grant execute on function private.meter_amount_checked(bigint, bigint) to service_role;

CREATE OR REPLACE FUNCTION private.meter_check(workspace uuid, counter usage_counters, amount bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  most bigint;
begin
  if private.workspace_access(workspace) <> 'full' then
    return private.meter_refusal(counter, null, 'access');
  end if;
  most := private.feature_limit(workspace, counter.meter);
  if most = 0 then
    return private.meter_refusal(counter, most, 'plan');
  end if;
  if counter.used + counter.reserved + amount > most then
    counter := private.usage_counter_expire(counter); -- Does the sweep's work where somebody waits for it.
    if counter.used + counter.reserved + amount > most then
      return private.meter_refusal(counter, most, 'limit');
    end if;
  end if;
  return null;
end;
$function$;
comment on function private.meter_check(uuid, usage_counters, bigint) is 'Why so much more may not be used; null when it may. The caller has locked the counter.';
grant execute on function private.meter_check(uuid, usage_counters, bigint) to service_role;

CREATE OR REPLACE FUNCTION private.meter_events()
 RETURNS TABLE(meter text, event_name text)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- Of two products that name two events for one meter, the same one counts whatever the order.
  select declared.key, min(declared.value)
  from private.plan_products as product,
    jsonb_each_text(coalesce(product.record -> 'meters', '{}')) as declared
  group by declared.key;
$function$;
comment on function private.meter_events() is 'Which meters Stripe is told about, and the name of each there.';
grant execute on function private.meter_events() to service_role;

CREATE OR REPLACE FUNCTION private.meter_period(workspace uuid, OUT starts_at timestamp with time zone, OUT ends_at timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  held public.subscriptions;
  moment constant timestamp := private.now() at time zone 'utc';
  first timestamp;
  last timestamp;
  months integer;
begin
  if private.workspace_access(workspace) <> 'locked' then
    held := private.workspace_subscription(workspace);
  end if;
  first := held.current_period_start at time zone 'utc';
  last := held.current_period_end at time zone 'utc';
  if first is null or last is null or last <= first or moment < first then
    first := date_trunc('month', moment);
    last := first + interval '1 month';
  elsif moment >= last then
    -- It has been renewed and we have not been told yet: periods as long as the last one, of which the
    -- first begins when Stripe will say that it began.
    first := first + (last - first) * floor(
      extract(epoch from moment - first) / extract(epoch from last - first));
    last := first + (last - (held.current_period_start at time zone 'utc'));
  elsif last - first > interval '32 days' then
    -- A limit is one of a month. Whoever pays by the year has it every month, counted from the day on
    -- which the year began.
    months := extract(year from age(moment, first)) * 12 + extract(month from age(moment, first));
    if first + make_interval(months => months + 1) <= moment then
      months := months + 1; -- 31 January and a month is 28 February, by addition; not by age().
    end if;
    last := least(last, first + make_interval(months => months + 1));
    first := first + make_interval(months => months);
  end if;
  starts_at := first at time zone 'utc';
  ends_at := last at time zone 'utc';
end;
$function$;
comment on function private.meter_period(uuid) is 'The period whose limit counts now: of the running subscription, by the month where it is longer; a calendar month (UTC) without one. Security definer: as private.workspace_subscription.';
grant execute on function private.meter_period(uuid) to authenticated;
grant execute on function private.meter_period(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.meter_refusal(counter usage_counters, most bigint, reason text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'outcome', 'refused', 'reason', reason, 'limit', most,
    'used', counter.used, 'reserved', counter.reserved, 'resets_at', counter.period_end,
    'granted_by', case when reason = 'access' then '[]' else private.plans_granting(counter.meter, most) end
  );
$function$;
comment on function private.meter_refusal(usage_counters, bigint, text) is 'What a call is told that is refused: `reason` is access (unpaid invoices), plan (not included) or limit.';
grant execute on function private.meter_refusal(usage_counters, bigint, text) to service_role;

CREATE OR REPLACE FUNCTION private.microseconds(moment timestamp with time zone)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select (extract(epoch from moment) * 1000000)::bigint $function$;
comment on function private.microseconds(timestamp with time zone) is 'Since 1970, exactly: what a cursor by time needs.';

CREATE OR REPLACE FUNCTION private.money(amount bigint, currency text)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select jsonb_build_object('amount', money.amount, 'currency', money.currency) $function$;
comment on function private.money(bigint, text) is 'An amount as mails take it: {amount, currency}, in minor units.';
grant execute on function private.money(bigint, text) to service_role;

CREATE OR REPLACE FUNCTION private.movement_drift(object_type text, record jsonb)
 RETURNS TABLE(kind text, order_id uuid, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with concerned as (
    select coalesce(
      private.order_of_payment(record ->> 'payment_id', record ->> 'charge_id'),
      (select held.id from public.orders as held where held.id = private.uuid_or_null(record ->> 'order_id'))
    ) as order_id, (record ->> 'net')::bigint as net
  ), counted as (
    select concerned.*, coalesce((
      select sum(moved.amount) from private.money_movements as moved
      where moved.order_id = concerned.order_id and case object_type
        when 'charge' then moved.kind = 'charge' and moved.stripe_id in (record ->> 'id', record ->> 'payment_id')
        when 'refund' then moved.kind in ('refund', 'refund_failed') and moved.stripe_id = record ->> 'id'
        else moved.kind in ('dispute', 'dispute_won') and moved.stripe_id = record ->> 'id'
      end
    ), 0) as ours
    from concerned
  )
  select object_type || case when ours = 0 then '_missing' else '_amount' end, counted.order_id,
    jsonb_build_object('amount', jsonb_build_object('stripe', net, 'ours', ours))
  from counted where counted.order_id is not null and net <> ours;
$function$;
comment on function private.movement_drift(text, jsonb) is 'How the ledger differs from a charge, refund or dispute {id, payment_id, charge_id, order_id, net: what it moves, to us positive}: a row, or none. What is for no order is not ours.';
grant execute on function private.movement_drift(text, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.my_invitations()
 RETURNS TABLE(id uuid, workspace text, inviter text, role text, sent_at timestamp with time zone, expires_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select invitation.id, workspace.name, coalesce(inviter.name, ''), invitation.role,
    invitation.sent_at, invitation.expires_at
  from public.workspace_invitations as invitation
  join public.workspaces as workspace on workspace.id = invitation.workspace_id
  left join public.profiles as inviter on inviter.id = invitation.invited_by
  where invitation.email = private.confirmed_address(auth.uid())
    and private.invitation_state(invitation, false) = 'open'
  order by invitation.sent_at desc, invitation.id;
$function$;
comment on function private.my_invitations() is 'Open invitations for the caller''s confirmed address. Security definer: names a workspace and a profile that the caller may not read yet.';
grant execute on function private.my_invitations() to authenticated;
grant execute on function private.my_invitations() to service_role;

CREATE OR REPLACE FUNCTION private.my_mail_suppression()
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select jsonb_build_object('scope', held.scope, 'cause', held.cause, 'since', held.since, 'until', held.until)
  from auth.users as account
  join private.mail_suppressions as held on held.address_hash = private.mail_address_hash(account.email)
  where account.id = (select auth.uid()) and (held.until is null or held.until > now());
$function$;
comment on function private.my_mail_suppression() is 'What keeps mail from the caller''s own address. Security definer: reads that address in auth.users and the list, which nobody reads.';
grant execute on function private.my_mail_suppression() to authenticated;
grant execute on function private.my_mail_suppression() to service_role;

CREATE OR REPLACE FUNCTION private.my_workspace_ids(roles text[] DEFAULT NULL::text[])
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
    select member.workspace_id
    from public.workspace_members as member
    where member.user_id = (select auth.uid())
      and (roles is null or member.role = any (roles));
  -- By the key's row and not by the token's claims: revoked is revoked, also within the 60 seconds.
  if auth.jwt() ? 'api_key' then
    return query
      select key.workspace_id
      from public.workspace_api_keys as key
      where key.id = (select auth.uid())
        and key.revoked_at is null and (key.expires_at is null or key.expires_at > pg_catalog.now())
        and (roles is null or key.role = any (roles));
  end if;
end;
$function$;
comment on function private.my_workspace_ids(text[]) is 'Workspaces of the caller, in one of `roles` when given; of a workspace''s key, that workspace. Security definer: policies on workspace_members itself call it, and must not recurse.';
grant execute on function private.my_workspace_ids(text[]) to authenticated;
grant execute on function private.my_workspace_ids(text[]) to service_role;

CREATE OR REPLACE FUNCTION private.my_workspace_ids_with(feature text, roles text[] DEFAULT NULL::text[])
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select mine.id from private.my_workspace_ids(roles) as mine (id)
  where private.has_feature(mine.id, my_workspace_ids_with.feature);
$function$;
comment on function private.my_workspace_ids_with(text, text[]) is 'Workspaces of the caller that have a feature, in one of `roles` when given: for policies, wrapped in a select.';
grant execute on function private.my_workspace_ids_with(text, text[]) to authenticated;
grant execute on function private.my_workspace_ids_with(text, text[]) to service_role;

CREATE OR REPLACE FUNCTION private.next_slot(every interval, at interval)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- Counted without a time zone, so that a day has 24 hours whatever the session's zone. 3 January 2000
  -- was a Monday.
  select (
    date_bin(every, private.now() at time zone 'utc', timestamp '2000-01-03' + at) + every
  ) at time zone 'utc';
$function$;
comment on function private.next_slot(interval, interval) is 'When a rule''s next slot begins: later than now.';
grant execute on function private.next_slot(interval, interval) to service_role;

CREATE OR REPLACE FUNCTION private.note_webhook_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  event constant bigint := substring(
    current_setting('request.headers', true)::jsonb ->> 'x-webhook-event' from '^[0-9]{1,18}$'
  )::bigint;
  old_row constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'updated_at' end;
  new_row constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'updated_at' end;
  key constant text := (
    select string_agg(coalesce(new_row, old_row) ->> part, ' ')
    from unnest(string_to_array(tg_argv[0], ',')) as part
  );
begin
  -- Anyone may send a header; only our own server is believed. `role` is the request's, which a definer
  -- function on the way does not change.
  if event is null or old_row = new_row or current_setting('role', true) is distinct from 'service_role' then
    return null;
  end if;
  insert into private.webhook_event_changes (event_id, table_name, row_key, before, after)
  select known.id, tg_table_name, key,
         case when new_row is null then old_row else (
           select jsonb_object_agg(was.key, was.value) from jsonb_each(old_row) as was
           where was.value is distinct from new_row -> was.key
         ) end,
         case when old_row is null then new_row else (
           select jsonb_object_agg(is_now.key, is_now.value) from jsonb_each(new_row) as is_now
           where is_now.value is distinct from old_row -> is_now.key
         ) end
  from private.webhook_events as known where known.id = event;
  return null;
end;
$function$;
comment on function private.note_webhook_change() is 'Trigger on mirrored tables: keeps what the event in hand changed. Its argument names the columns by which a person knows the row.';

CREATE OR REPLACE FUNCTION private.now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select pg_catalog.now() $function$;
comment on function private.now() is 'The clock that business rules read. The local stack replaces it to travel in time; signatures, tokens and locks keep real time.';
grant execute on function private.now() to anon;
grant execute on function private.now() to authenticated;
grant execute on function private.now() to service_role;

CREATE OR REPLACE FUNCTION private.only_staff()
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if not private.is_staff() then
    perform private.problem(403, 'forbidden', 'This is for those who operate the product.');
  end if;
end;
$function$;
comment on function private.only_staff() is 'Lets only staff go on, by the caller''s own token: for client RPCs.';
grant execute on function private.only_staff() to authenticated;
grant execute on function private.only_staff() to service_role;

CREATE OR REPLACE FUNCTION private.order_act(order_id uuid, cause uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if order_act.cause is null then
    return true;
  end if;
  insert into private.order_acts (order_id, cause) values (order_act.order_id, order_act.cause)
  on conflict on constraint order_acts_pkey do nothing;
  return found;
end;
$function$;
comment on function private.order_act(uuid, uuid) is 'Notes that a request acts on an order, which must be locked; false when it has done so already. What is refused afterwards is not noted: its transaction ends.';
grant execute on function private.order_act(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_alert_measures()
 RETURNS TABLE(measure text, value bigint, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select 'orders_in_review', count(*), jsonb_build_object('numbers', coalesce((
    select jsonb_agg(first.number) from (
      select held.number from public.orders as held
      where held.status = 'review'
        or held.paid_amount - held.refunded_amount > held.total_amount and private.order_paid_too_much(held)
      order by held.created_at limit 10
    ) as first
  ), '[]'))
  from public.orders as held
  where held.status = 'review'
    or held.paid_amount - held.refunded_amount > held.total_amount and private.order_paid_too_much(held);
$function$;
comment on function private.order_alert_measures() is 'What alert rules measure of orders: those in review and those paid more than once, with the numbers of the first ten.';
grant execute on function private.order_alert_measures() to service_role;

CREATE OR REPLACE FUNCTION private.order_apply_dispute(ordered orders, record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  dispute constant text := record ->> 'id';
  now_is constant text := record ->> 'status';
  disputed constant bigint := (record ->> 'amount')::bigint;
  was text;
  taken boolean;
begin
  select known.status into was from private.order_disputes as known where known.stripe_dispute_id = dispute;
  insert into private.order_disputes as known (
    stripe_dispute_id, order_id, status, amount, currency, reason, evidence_due_by, created_at
  )
  values (dispute, ordered.id, now_is, disputed, record ->> 'currency', record ->> 'reason',
          private.at(record -> 'evidence_due_by'), private.at(record -> 'created'))
  on conflict on constraint order_disputes_pkey do update
  set status = excluded.status, amount = excluded.amount, reason = excluded.reason,
      evidence_due_by = excluded.evidence_due_by;
  taken := exists (
    select from private.money_movements as moved where moved.kind = 'dispute' and moved.stripe_id = dispute
  );
  -- An inquiry (warning_*) takes no money. Of one that is won before we heard of it nothing moved for us.
  if now_is in ('needs_response', 'under_review', 'lost') then
    perform private.order_money(ordered.id, 'dispute', -disputed, dispute, record ->> 'currency');
  elsif now_is = 'won' and taken then
    perform private.order_money(ordered.id, 'dispute_won', disputed, dispute, record ->> 'currency');
  end if;
  if was is distinct from now_is then
    insert into public.order_events (order_id, kind, note)
    values (ordered.id, 'dispute', case when now_is in ('won', 'lost') then now_is end);
    perform private.order_restand(ordered.id);
  end if;
end;
$function$;
comment on function private.order_apply_dispute(orders, jsonb) is 'What Stripe says of a dispute of an order, however often: the ledger and the status. Won, the order is again what it was; lost, the money is gone.';
grant execute on function private.order_apply_dispute(orders, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.order_apply_refund(ordered orders, given jsonb, payment_intent_id text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  refund public.order_refunds;
  at_stripe constant text := given ->> 'id';
  given_amount constant bigint := (given ->> 'amount')::bigint;
  given_currency constant text := coalesce(given ->> 'currency', ordered.currency);
  failed constant boolean := given ->> 'status' in ('failed', 'canceled');
  counted constant boolean := exists (
    select from private.money_movements as moved where moved.kind = 'refund' and moved.stripe_id = at_stripe
  );
begin
  -- More than we know to be paid: no counter can hold it, and raising would only keep it from being told.
  if not failed and not counted and given_currency = ordered.currency and not exists (
    select from public.orders as held
    where held.id = ordered.id and held.refunded_amount + given_amount <= held.paid_amount
  ) then
    if not exists (
      select from public.order_events as told where told.order_id = ordered.id and told.kind = 'refund_exceeds_paid'
    ) then
      perform private.order_review(ordered.id, 'refund_exceeds_paid');
    end if;
    return;
  end if;
  select * into refund from public.order_refunds as known
  where known.order_id = ordered.id
    and (known.stripe_refund_id = at_stripe
      or known.stripe_refund_id is null and known.id = private.uuid_or_null(given ->> 'order_refund_id'));
  if refund.id is null then
    -- Made in Stripe's dashboard.
    insert into public.order_refunds (
      order_id, user_id, amount, currency, reason, state, stripe_refund_id, stripe_payment_intent_id, cause, created_at, closed_at
    )
    values (
      ordered.id, ordered.user_id, given_amount, given_currency, 'stripe', 'done', at_stripe,
      nullif(order_apply_refund.payment_intent_id, ordered.stripe_payment_intent_id),
      encode(sha256(convert_to('stripe:' || at_stripe, 'UTF8')), 'hex'), private.at(given -> 'created'), private.now()
    )
    returning * into refund;
  else
    update public.order_refunds as held
    set stripe_refund_id = at_stripe, amount = given_amount, shipping_amount = least(held.shipping_amount, given_amount),
        -- Taken for refused, and made after all: the money counts, its lines may be another's by now.
        state = 'done', lines = case held.state when 'failed' then '[]' else held.lines end,
        closed_at = coalesce(held.closed_at, private.now())
    where held.id = refund.id and held.stripe_refund_id is null;
  end if;
  if failed then
    if counted then
      perform private.order_money(ordered.id, 'refund_failed', given_amount, at_stripe, given_currency);
    end if;
    perform private.order_refund_fail(refund.id, coalesce(given ->> 'failure', given ->> 'status'));
    perform private.order_restand(ordered.id);
    return;
  end if;
  if private.order_money(ordered.id, 'refund', -given_amount, at_stripe, given_currency) then
    perform private.order_restand(ordered.id);
  end if;
  -- Whose payment came too late has been told that it goes back.
  if given ->> 'status' = 'succeeded' and refund.reason <> 'late_payment' then
    perform private.order_mail(ordered.id, 'order_refunded', 'order_refunded:' || at_stripe, jsonb_build_object(
      'amount', private.money(given_amount, given_currency), 'refunded_at', private.at(given -> 'created')
    ));
  end if;
end;
$function$;
comment on function private.order_apply_refund(orders, jsonb, text) is 'What Stripe says of one refund of an order, however often and in whatever order: the ledger, the counters, the status, one mail.';
grant execute on function private.order_apply_refund(orders, jsonb, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_apply_session(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held public.orders;
  paid constant boolean := record ->> 'status' = 'complete' and record ->> 'payment_status' in ('paid', 'no_payment_required');
begin
  select * into held from public.orders as ours
  where ours.id = private.uuid_or_null(record ->> 'order_id')
  for no key update;
  if held.id is null then
    return; -- Another product's session in the same Stripe account, or a subscription's.
  end if;
  if held.stripe_session_id is null then
    -- Its creation was never answered.
    update public.orders as ours set stripe_session_id = record ->> 'id' where ours.id = held.id;
  elsif held.stripe_session_id <> record ->> 'id' then
    -- One order has one session, by Stripe's idempotency key. What another one paid goes back.
    if paid then
      perform private.order_paid_again(held, record);
    end if;
    return;
  end if;

  if paid then
    if held.paid_at is null then
      perform private.order_settle(held, record);
    end if;
  elsif record ->> 'status' = 'expired' then
    perform private.order_release(held.id, 'expired', 'session_expired');
  elsif record ->> 'status' = 'complete' and held.status = 'pending' then
    -- A bank debit: the session is complete, and the money takes days, or does not come.
    if record ->> 'payment_intent_status' in ('requires_payment_method', 'canceled') then
      if private.order_release(held.id, 'cancelled', 'payment_failed') then
        perform private.order_mail(held.id, 'order_cancelled', 'payment_failed:' || (record ->> 'id'));
      end if;
    elsif not exists (
      select from public.order_events as told where told.order_id = held.id and told.kind = 'payment_processing'
    ) then
      perform private.order_note(held.id, 'payment_processing');
    end if;
  end if;
end;
$function$;
comment on function private.order_apply_session(jsonb) is 'Brings an order to what its checkout session is now, as checkoutSessionRecord() of _shared/billing/records.ts tells it. A session that is no order''s is left alone.';
grant execute on function private.order_apply_session(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.order_base(order_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- The timeline knows; a column would forget what was before the state before.
  select event.to_status from public.order_events as event
  where event.order_id = order_base.order_id and event.kind = 'status'
    and event.to_status not in ('refunded', 'partially_refunded', 'disputed')
  order by event.id desc limit 1;
$function$;
comment on function private.order_base(uuid) is 'What an order was last besides what its money makes of it: paid, fulfilling, shipped, delivered, cancelled, expired, review or pending.';
grant execute on function private.order_base(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_buyer_leaves()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if private.order_over(new) then
    new.customer_email := null;
    new.shipping_address := null;
  else
    -- What was paid for is still sent, and told of.
    new.forget := true;
  end if;
  return new;
end;
$function$;
comment on function private.order_buyer_leaves() is 'Trigger: with the account of its buyer an order that is over forgets who it was; one that is not, when it is.';

CREATE OR REPLACE FUNCTION private.order_cancel(ordered orders, by_staff boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  base constant text := private.order_base(ordered.id);
  back bigint;
  foreign_money record;
  given jsonb := '{}';
begin
  if base = 'cancelled' then
    return;
  end if;
  if ordered.status not in ('paid', 'partially_refunded', 'fulfilling', 'review')
    or base not in ('paid', 'fulfilling', 'review')
    or not by_staff and base <> 'paid' then
    perform private.problem(409, 'order_not_cancellable', case
      when base in ('shipped', 'delivered') then 'The order is on its way: it can be returned.'
      when base = 'fulfilling' then 'The order is being packed: it can be returned once it has come.'
      when ordered.status = 'disputed' then 'The payment is disputed.'
      else 'The order is ' || ordered.status || '.' end);
  end if;
  update public.orders set status = 'cancelled' where id = ordered.id;
  back := private.order_left(ordered.id);
  if back > 0 then
    perform private.order_refund_open(ordered.id, null, 'cancelled', '[]', true, 'cancel:' || ordered.id);
    given := jsonb_build_object('refund', private.money(back, ordered.currency));
  end if;
  -- Paid in another currency than was asked for: exactly that goes back.
  for foreign_money in
    select moved.currency, private.order_left(ordered.id, moved.currency) as amount
    from private.money_movements as moved
    where moved.order_id = ordered.id and moved.currency <> ordered.currency
    group by moved.currency order by moved.currency
  loop
    continue when foreign_money.amount <= 0;
    perform private.order_payment_return(ordered.id, null, foreign_money.amount, foreign_money.currency, 'cancelled',
      'cancel:' || foreign_money.currency);
    given := jsonb_build_object('refund', private.money(foreign_money.amount, foreign_money.currency)) || given;
  end loop;
  -- Nothing was sent: what was refunded before without coming back is in stock all the same.
  perform private.order_restock(ordered.id, (
    select jsonb_agg(jsonb_build_object('order_item_id', line.id, 'quantity', line.quantity - line.restocked_quantity))
    from public.order_items as line where line.order_id = ordered.id
  ));
  perform private.order_mail(ordered.id, 'order_cancelled', 'order_cancelled:' || ordered.id, given);
end;
$function$;
comment on function private.order_cancel(orders, boolean) is 'Cancels a paid order, which must be locked: everything goes back, money and stock. Buyers may until it is packed, staff until it is sent.';
grant execute on function private.order_cancel(orders, boolean) to service_role;

CREATE OR REPLACE FUNCTION private.order_checkout(order_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  -- In plpgsql, which keeps its plan: an SQL function is planned anew at each call, for as long as all the rest takes.
  return (select jsonb_build_object(
    'id', placed.id, 'number', placed.number, 'status', placed.status, 'paid', placed.paid_at is not null,
    'user_id', placed.user_id,
    'workspace_id', (select workspace.id from public.workspaces as workspace where workspace.personal_of = placed.user_id),
    'email', placed.customer_email, 'locale', placed.locale, 'currency', placed.currency,
    'total_amount', placed.total_amount, 'shipping_amount', placed.shipping_amount,
    'shipping_rate', placed.shipping_rate, 'shipping_address', placed.shipping_address,
    'discount_code', placed.discount_code, 'stripe_session_id', placed.stripe_session_id,
    'expires_at', extract(epoch from placed.expires_at)::bigint,
    'over', placed.expires_at <= private.now(),
    'created_at', extract(epoch from placed.created_at)::bigint,
    'success_url', request.success_url, 'cancel_url', request.cancel_url, 'taxed', request.taxed,
    'items', (
      select jsonb_agg(jsonb_build_object(
        'variant_id', item.variant_id, 'name_en', item.name_en, 'name_fr', item.name_fr, 'options', item.options, 'quantity', item.quantity,
        'unit_amount', item.unit_amount, 'discount_amount', item.discount_amount, 'total_amount', item.total_amount,
        'tax_code', item.tax_code
      ) order by item.position)
      from public.order_items as item where item.order_id = placed.id
    )
  )
  from public.orders as placed left join private.order_requests as request on request.order_id = placed.id
  where placed.id = order_checkout.order_id);
end;
$function$;
comment on function private.order_checkout(uuid) is 'What an order''s checkout at Stripe is made of: the same however often it is asked for while the order is pending. Times in seconds since 1970.';
grant execute on function private.order_checkout(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_confirmation(ordered orders)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'ordered_at', coalesce(ordered.paid_at, ordered.created_at),
    'lines', (
      select jsonb_agg(jsonb_build_object(
        'name', case ordered.locale when 'fr' then line.name_fr else line.name_en end,
        'options', (
          select nullif(string_agg(chosen.value, ', ' order by chosen.key), '')
          from jsonb_each_text(line.options) as chosen
        ),
        'quantity', line.quantity,
        'unit', private.money(line.unit_amount, ordered.currency),
        'total', private.money(line.subtotal_amount, ordered.currency)
      ) order by line.position)
      from public.order_items as line where line.order_id = ordered.id
    ),
    'subtotal', private.money(ordered.subtotal_amount, ordered.currency),
    'discount', case when ordered.discount_amount > 0 then private.money(ordered.discount_amount, ordered.currency) end,
    'discount_code', case when ordered.discount_amount > 0 then ordered.discount_code end,
    'shipping', case when ordered.shipping_rate is not null then private.money(ordered.shipping_amount, ordered.currency) end,
    'tax', case when ordered.tax_amount > 0 then private.money(ordered.tax_amount, ordered.currency) end,
    'total', private.money(ordered.total_amount, ordered.currency),
    'delivery', case when ordered.shipping_rate is not null then jsonb_build_object(
      'name', ordered.shipping_rate ->> ('name_' || ordered.locale),
      'min_days', ordered.shipping_rate -> 'min_days',
      'max_days', ordered.shipping_rate -> 'max_days'
    ) end,
    'address', ordered.shipping_address
  );
$function$;
comment on function private.order_confirmation(orders) is 'What the confirmation says of an order: its lines in the buyer''s language, its amounts, where it goes.';
grant execute on function private.order_confirmation(orders) to service_role;

CREATE OR REPLACE FUNCTION private.order_discount(code text, price_list text, currency text, lines jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  given public.discounts;
  step constant bigint := private.charge_step(order_discount.currency);
  covered bigint[];
  whole bigint;
  reduction bigint;
begin
  select * into given from public.discounts as held
  where held.code = upper(btrim(order_discount.code)) and held.active
    and held.starts_at <= private.now() and coalesce(held.ends_at > private.now(), true)
    and coalesce(held.price_list_id = order_discount.price_list, true);
  if given.id is null then
    perform private.problem(422, 'discount_invalid', 'This code is not good, or not any more.');
  end if;
  if not exists (select from public.discount_scopes as scope where scope.discount_id = given.id) then
    select array_agg((line.value ->> 'subtotal_amount')::bigint order by line.ordinality) into covered
    from jsonb_array_elements(lines) with ordinality as line;
  else
    -- A category covers what is below it: from each line's category upwards.
    with recursive line as (
      select one.ordinality as place, (one.value ->> 'subtotal_amount')::bigint as amount,
        (one.value ->> 'product_id')::uuid as product_id, (one.value ->> 'category_id')::uuid as category_id
      from jsonb_array_elements(lines) with ordinality as one
    ), above as (
      select line.category_id as origin, line.category_id as id from line
      union
      select above.origin, child.parent_id
      from above join public.categories as child on child.id = above.id
      where child.parent_id is not null
    )
    select array_agg(case when exists (
        select from public.discount_scopes as scope
        where scope.discount_id = given.id and (scope.product_id = line.product_id or scope.category_id in (
          select above.id from above where above.origin = line.category_id
        ))
      ) then line.amount else 0 end order by line.place)
    into covered from line;
  end if;
  select sum(amount) into whole from unnest(covered) as amount;
  if whole = 0 then
    perform private.problem(422, 'discount_not_applicable', 'This code is not for what is being bought.');
  end if;
  if whole < given.minimum_amount then
    perform private.problem(422, 'discount_minimum', 'What this code covers does not come to its minimum.',
      jsonb_build_object('minimum_amount', given.minimum_amount, 'covered_amount', whole));
  end if;
  -- Halves away from zero, as a customer checks it; in steps that Stripe can charge.
  reduction := case given.kind
    when 'percent' then (whole * given.basis_points * 2 + 10000 * step) / (20000 * step) * step
    else least(given.amount, whole)
  end;
  return jsonb_build_object(
    'id', given.id, 'code', given.code, 'amount', least(reduction, whole),
    'shares', (
      select to_jsonb(array_agg(share * step order by place))
      from unnest(private.apportion(
        least(reduction, whole) / step, array(select amount / step from unnest(covered) as amount)
      )) with ordinality as part (share, place)
    )
  );
end;
$function$;
comment on function private.order_discount(text, text, text, jsonb) is 'What a code takes off lines as private.order_lines gives them: {id, code, amount, shares}, a share a line. Limits are counted when the order is written. Refuses with discount_invalid, discount_not_applicable or discount_minimum.';
grant execute on function private.order_discount(text, text, text, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.order_event()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into public.order_events (order_id, kind, from_status, to_status)
  values (new.id, 'status', case when tg_op = 'UPDATE' then old.status end, new.status);
  if new.status <> 'pending' then
    update private.order_requests set closed_at = now() where order_id = new.id and closed_at is null;
  end if;
  return null;
end;
$function$;
comment on function private.order_event() is 'Trigger: notes each status of an order, and that a request for the same cart is a new order from now on. Security definer: nobody else writes the timeline.';

CREATE OR REPLACE FUNCTION private.order_event_owner()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  select ordered.user_id into new.user_id from public.orders as ordered where ordered.id = new.order_id;
  return new;
end;
$function$;
comment on function private.order_event_owner() is 'Trigger: an entry of a timeline is read by whose order it is.';

CREATE OR REPLACE FUNCTION private.order_extra(order_id uuid, currency text, OUT paid bigint, OUT back bigint, OUT waiting bigint)
 RETURNS record
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(sum(payment.paid), 0), coalesce(sum(least(payment.back, payment.paid)), 0),
    coalesce(sum(greatest(payment.paid - payment.back - payment.opened, 0)), 0)
  from (
    select coalesce(max(refund.amount) filter (where refund.reason = 'paid_twice'), 0) as paid,
      coalesce(sum(refund.amount) filter (where refund.state = 'done'), 0) as back,
      coalesce(sum(refund.amount) filter (where refund.state = 'open'), 0) as opened
    from public.order_refunds as refund
    where refund.order_id = order_extra.order_id and refund.currency = order_extra.currency
      and refund.stripe_payment_intent_id is not null
    group by refund.stripe_payment_intent_id
  ) as payment;
$function$;
comment on function private.order_extra(uuid, text) is 'Of payments besides an order''s own: what they came to, what of it is back, and what nobody gives back at the moment, since its refund failed.';
grant execute on function private.order_extra(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_facts(order_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'id', placed.id, 'number', placed.number, 'status', placed.status, 'currency', placed.currency,
    'subtotal_amount', placed.subtotal_amount, 'discount_amount', placed.discount_amount,
    'shipping_amount', placed.shipping_amount, 'tax_amount', placed.tax_amount,
    'total_amount', placed.total_amount, 'paid_amount', placed.paid_amount,
    'refunded_amount', placed.refunded_amount, 'created_at', placed.created_at, 'paid_at', placed.paid_at,
    'shipped_at', placed.shipped_at, 'carrier', placed.carrier, 'tracking_number', placed.tracking_number,
    'items', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', item.id, 'sku', item.sku, 'product_id', item.product_id, 'variant_id', item.variant_id,
        'quantity', item.quantity, 'unit_amount', item.unit_amount, 'total_amount', item.total_amount,
        'refunded_quantity', item.refunded_quantity
      ) order by item.position), '[]')
      from public.order_items as item where item.order_id = placed.id
    )
  )
  from public.orders as placed
  where placed.id = order_facts.order_id;
$function$;
comment on function private.order_facts(uuid) is 'An order as events tell it: ids, states and amounts, and nothing of who bought or where it goes.';

CREATE OR REPLACE FUNCTION private.order_faded(held orders)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select held.updated_at < private.now() - interval '90 days' and (
    held.status in ('delivered', 'cancelled', 'expired', 'refunded') or held.delivered_at is not null
  )
$function$;
comment on function private.order_faded(orders) is 'Whether an order ended 90 days ago: the link in its mails, which does not end, then no longer tells where it went.';
grant execute on function private.order_faded(orders) to service_role;

CREATE OR REPLACE FUNCTION private.order_for(order_id uuid, buyer uuid, by_token boolean)
 RETURNS orders
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
begin
  select * into ordered from public.orders as held
  where held.id = order_for.order_id and (order_for.by_token or held.user_id = order_for.buyer)
  for no key update;
  if ordered.id is null then
    perform private.problem(404, 'order_not_found', 'No order of yours has this id.');
  end if;
  return ordered;
end;
$function$;
comment on function private.order_for(uuid, uuid, boolean) is 'An order, locked, for its buyer: the user who placed it, or whoever holds its signed link (`by_token`, which the caller has verified).';
grant execute on function private.order_for(uuid, uuid, boolean) to service_role;

CREATE OR REPLACE FUNCTION private.order_hold(order_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  short jsonb;
begin
  -- All are tried, so that the buyer hears at once of everything that is missing; in key order.
  select jsonb_agg(jsonb_build_object(
      'variant_id', tried.variant_id, 'availability', known.band, 'few_left', known.few_left
    )) filter (where not tried.held)
  into short
  from (
    select item.variant_id,
      private.stock_change(item.variant_id, 'reserved', 0, item.quantity, order_hold.order_id) as held
    from (
      select line.variant_id, line.quantity from public.order_items as line
      where line.order_id = order_hold.order_id order by line.variant_id
    ) as item
  ) as tried
  left join public.variant_availability as known on known.variant_id = tried.variant_id;
  if short is not null then
    perform private.problem(409, 'out_of_stock', 'There is not enough of some items.',
      jsonb_build_object('variants', short));
  end if;
end;
$function$;
comment on function private.order_hold(uuid) is 'Reserves an order''s lines, or refuses with out_of_stock, which names what is missing and tells of it what buyers may know.';
grant execute on function private.order_hold(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_left(order_id uuid, currency text DEFAULT NULL::text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case when ordered.currency = sought.currency
      then ordered.paid_amount - ordered.refunded_amount - ordered.disputed_amount
      else coalesce((
        select sum(moved.amount) from private.money_movements as moved
        where moved.order_id = ordered.id and moved.currency = sought.currency
      ), 0) end
    - coalesce((
      select sum(pending.amount) from public.order_refunds as pending
      where pending.order_id = ordered.id and pending.state = 'open' and pending.currency = sought.currency
    ), 0)
    - extra.waiting
  from public.orders as ordered
  cross join lateral (select coalesce(order_left.currency, ordered.currency) as currency) as sought
  cross join lateral private.order_extra(ordered.id, sought.currency) as extra
  where ordered.id = order_left.order_id;
$function$;
comment on function private.order_left(uuid, text) is 'What of an order''s own payment is still to be refunded, in its currency or another in which it was paid: neither back nor on its way back, nor disputed.';
grant execute on function private.order_left(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_lines(items jsonb, price_list text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  lines jsonb;
  missing jsonb;
begin
  -- Two lines of one variant are one: held apart, each would find the stock that the other takes.
  with asked as (
    select (item.value ->> 'variant_id')::uuid as variant_id, sum((item.value ->> 'quantity')::integer) as quantity,
      min(item.ordinality) as place
    from jsonb_array_elements(items) with ordinality as item
    group by 1
  ), listed as (
    select asked.*, product.id as product_id, product.category_id, product.name_en, product.name_fr, product.tax_code,
      variant.sku, variant.options, variant.weight_grams, price.unit_amount
    from asked
    left join public.product_variants as variant on variant.id = asked.variant_id and variant.active
    left join public.products as product on product.id = variant.product_id and product.active
    left join public.variant_prices as price
      on price.variant_id = asked.variant_id and price.price_list_id = order_lines.price_list
  )
  select
    jsonb_agg(to_jsonb(listed) - 'place' || jsonb_build_object('subtotal_amount', unit_amount * quantity) order by place)
      filter (where product_id is not null and unit_amount is not null),
    jsonb_agg(jsonb_build_object('variant_id', variant_id) order by place)
      filter (where product_id is null or unit_amount is null)
  into lines, missing
  from listed;
  if missing is not null then
    perform private.problem(409, 'item_unavailable', 'Some items are not on sale: take them out and try again.',
      jsonb_build_object('variants', missing));
  end if;
  -- As many lines as Stripe's page takes, with one for the shipping.
  if jsonb_array_length(lines) > 99
    or exists (select from jsonb_array_elements(lines) as line where (line ->> 'quantity')::bigint > 1000)
  then
    perform private.problem(422, 'order_too_large', 'One order takes at most 99 items, and 1,000 of each.');
  end if;
  return lines;
end;
$function$;
comment on function private.order_lines(jsonb, text) is 'Lines of what is asked for, [{variant_id, quantity}], one a variant in the order of their first mention, as the catalogue has it now: {variant_id, quantity, product_id, category_id, name_en, name_fr, tax_code, sku, options, weight_grams, unit_amount, subtotal_amount}. Refuses with item_unavailable, which names the variants.';
grant execute on function private.order_lines(jsonb, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_mail(order_id uuid, template text, cause text, extra jsonb DEFAULT '{}'::jsonb)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.enqueue(
    'mail_send',
    jsonb_strip_nulls(jsonb_build_object(
      'template', order_mail.template,
      'to', ordered.customer_email,
      'user_id', ordered.user_id,
      'locale', ordered.locale,
      'props', jsonb_build_object(
        -- The link is made where the mail is sent: a guest's carries a signature.
        'order_id', ordered.id,
        'guest', ordered.user_id is null,
        'number', ordered.number,
        'name', coalesce(
          (select profile.name from public.profiles as profile where profile.id = ordered.user_id),
          ordered.shipping_address ->> 'name'
        )
      ) || case order_mail.template
        when 'order_confirmed' then private.order_confirmation(ordered)
        when 'order_shipped' then jsonb_build_object(
          'shipped_at', ordered.shipped_at, 'carrier', ordered.carrier,
          'tracking_number', ordered.tracking_number, 'tracking_url', ordered.tracking_url,
          'address', ordered.shipping_address
        )
        when 'order_expired_paid' then jsonb_build_object('cancelled', ordered.status = 'cancelled')
        else '{}'
      end || order_mail.extra
    )),
    order_mail.cause
  )
  from public.orders as ordered
  where ordered.id = order_mail.order_id and ordered.customer_email is not null;
$function$;
comment on function private.order_mail(uuid, text, text, jsonb) is 'Enqueues one mail to whoever placed an order, in its language; once a cause, null when it was sent or nobody can be written to any more. `extra` adds to the template''s props: order_expired_paid {amount}, order_refunded {amount, refunded_at}, order_cancelled {refund?}, order_return {accepted, refund?, answer?}.';
grant execute on function private.order_mail(uuid, text, text, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.order_money(order_id uuid, kind text, amount bigint, stripe_id text, currency text DEFAULT NULL::text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
  select ordered.id, order_money.kind, order_money.amount, coalesce(order_money.currency, ordered.currency), order_money.stripe_id
  from public.orders as ordered where ordered.id = order_money.order_id
  on conflict on constraint money_movements_once_per_cause do nothing;
  if not found then
    return false;
  end if;
  update public.orders as ordered
  set paid_amount = ordered.paid_amount + case when order_money.kind = 'charge' then order_money.amount else 0 end,
      refunded_amount = ordered.refunded_amount
        - case when order_money.kind in ('refund', 'refund_failed') then order_money.amount else 0 end,
      disputed_amount = ordered.disputed_amount
        - case when order_money.kind in ('dispute', 'dispute_won') then order_money.amount else 0 end
  where ordered.id = order_money.order_id and ordered.currency = coalesce(order_money.currency, ordered.currency);
  return true;
end;
$function$;
comment on function private.order_money(uuid, text, bigint, text, text) is 'Writes a movement of an order''s money and counts it, in one transaction; what is in another currency than the order''s, no counter can hold. False, and nothing is written, when this charge, refund or dispute has moved it already.';
grant execute on function private.order_money(uuid, text, bigint, text, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_money_measures()
 RETURNS TABLE(measure text, value bigint, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select 'orders_disputed', count(*), jsonb_build_object(
    'numbers', coalesce(jsonb_agg(ordered.number order by held.evidence_due_by) filter (where held.turn <= 10), '[]'),
    'evidence_due_by', min(held.evidence_due_by)
  )
  from (
    select dispute.*, row_number() over (order by dispute.evidence_due_by) as turn
    from private.order_disputes as dispute
    where dispute.status in ('needs_response', 'warning_needs_response')
  ) as held
  join public.orders as ordered on ordered.id = held.order_id
  union all
  -- Until the money has gone another way: a later refund of the order that did not fail.
  select 'order_refunds_failed', count(*), jsonb_build_object(
    'numbers', coalesce(jsonb_agg(failed.number order by failed.closed_at) filter (where failed.turn <= 10), '[]')
  )
  from (
    select ordered.number, refund.closed_at, row_number() over (order by refund.closed_at) as turn
    from public.order_refunds as refund
    join public.orders as ordered on ordered.id = refund.order_id
    where refund.state = 'failed' and refund.closed_at > private.now() - interval '30 days'
      and not exists (
        select from public.order_refunds as later
        where later.order_id = refund.order_id and later.state <> 'failed' and later.created_at > refund.created_at
      )
  ) as failed;
$function$;
comment on function private.order_money_measures() is 'What alert rules measure of orders'' money: disputes that wait for evidence, refunds that failed; with the numbers of the first ten orders.';
grant execute on function private.order_money_measures() to service_role;

CREATE OR REPLACE FUNCTION private.order_note(order_id uuid, kind text, note text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ insert into public.order_events (order_id, kind, note) values (order_note.order_id, order_note.kind, order_note.note) $function$;
comment on function private.order_note(uuid, text, text) is 'Writes into an order''s timeline what happened besides its status.';
grant execute on function private.order_note(uuid, text, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_number()
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- 10 letters of Crockford's alphabet, 50 random bits: nobody guesses a neighbour's, and it can be read
  -- out on the telephone. From two UUIDs, whose first 60 bits but four are random.
  return (select string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (byte & 31) + 1, 1), '' order by place)
  from (
    select place, get_byte(random_bytes, place) as byte
    from (select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) as random_bytes) as drawn,
      -- Bytes 6 and 8 of a UUID hold its version and variant.
      unnest(array[0, 1, 2, 3, 4, 5, 16, 17, 18, 19]) as place
  ) as letters);
end;
$function$;
comment on function private.order_number() is 'A fresh order number: short, unguessable; the unique constraint and rows that stay make that none comes again.';
grant execute on function private.order_number() to service_role;

CREATE OR REPLACE FUNCTION private.order_of_payment(payment_intent_id text, charge_id text)
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- By the ledger too: an order that was paid twice names only its first payment.
  select coalesce(
    (select ordered.id from public.orders as ordered
     where ordered.stripe_payment_intent_id = order_of_payment.payment_intent_id),
    (select moved.order_id from private.money_movements as moved
     where moved.kind = 'charge' and moved.stripe_id in (order_of_payment.payment_intent_id, order_of_payment.charge_id)
     limit 1)
  );
$function$;
comment on function private.order_of_payment(text, text) is 'The order that a payment at Stripe is for; null for one of something else.';
grant execute on function private.order_of_payment(text, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_over(held orders, at timestamp with time zone DEFAULT private.now())
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select held.status in ('delivered', 'cancelled', 'expired', 'refunded')
    or held.status not in ('disputed', 'review') and (
      held.delivered_at is not null
      -- Nobody says of every parcel that it has come, and what is not sent at all is never delivered.
      or held.shipped_at < order_over.at - interval '60 days'
      or held.shipping_rate is null and held.paid_at < order_over.at - interval '60 days'
    )
$function$;
comment on function private.order_over(orders, timestamp with time zone) is 'Whether nothing of an order is to be sent or paid back any more: it ended, or has come, or 60 days ago was sent, or paid where nothing is sent.';
grant execute on function private.order_over(orders, timestamp with time zone) to service_role;

CREATE OR REPLACE FUNCTION private.order_paid(order_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  basket text;
begin
  select request.cart into basket from private.order_requests as request where request.order_id = order_paid.order_id;
  update public.orders set status = 'paid', paid_at = coalesce(paid_at, private.now()) where id = order_paid.order_id;
  perform private.order_mail(order_paid.order_id, 'order_confirmed', 'paid:' || order_paid.order_id);
  if basket is not null then
    perform private.enqueue('cart_take', jsonb_build_object('cart', basket, 'order_id', order_paid.order_id), 'order:' || order_paid.order_id);
  end if;
end;
$function$;
comment on function private.order_paid(uuid) is 'Makes an order paid whose stock is sold, with what follows: the confirmation, and the bought lines leave the cart.';
grant execute on function private.order_paid(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_paid_again(ordered orders, record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  received constant bigint := coalesce((record ->> 'amount_received')::bigint, (record ->> 'amount_total')::bigint, 0);
begin
  -- By any of its ids: what was told with one of them is not counted again with another.
  if received <= 0 or exists (
    select from private.money_movements as moved
    where moved.kind = 'charge' and moved.stripe_id in (record ->> 'charge_id', record ->> 'payment_intent_id', record ->> 'id')
  ) then
    return;
  end if;
  perform private.order_money(ordered.id, 'charge', received,
    coalesce(record ->> 'charge_id', record ->> 'payment_intent_id', record ->> 'id'), record ->> 'currency');
  perform private.order_note(ordered.id, 'paid_by_another_session');
  if record ->> 'payment_intent_id' is null then
    perform private.order_review(ordered.id, 'payment_unknown');
  else
    perform private.order_payment_return(ordered.id, record ->> 'payment_intent_id', received, record ->> 'currency',
      'paid_twice', 'paid_twice:' || (record ->> 'id'));
  end if;
end;
$function$;
comment on function private.order_paid_again(orders, jsonb) is 'Money by another session than the order''s, which must be locked: it is in the books and goes back by itself, and the order stays what it is.';
grant execute on function private.order_paid_again(orders, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.order_paid_too_much(held orders)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- What is on its way back needs nobody.
  select held.paid_amount - held.refunded_amount > held.total_amount and not exists (
    select from public.order_refunds as refund where refund.order_id = held.id and refund.state = 'open'
  )
$function$;
comment on function private.order_paid_too_much(orders) is 'Whether more was paid for an order than it costs, and nothing gives it back.';
grant execute on function private.order_paid_too_much(orders) to service_role;

CREATE OR REPLACE FUNCTION private.order_payment_return(order_id uuid, payment_intent_id text, amount bigint, currency text, reason text, cause text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  made uuid;
begin
  insert into public.order_refunds (order_id, user_id, amount, currency, reason, stripe_payment_intent_id, cause)
  select ordered.id, ordered.user_id, order_payment_return.amount, order_payment_return.currency,
    order_payment_return.reason, order_payment_return.payment_intent_id,
    private.refund_cause(ordered.id, order_payment_return.cause)
  from public.orders as ordered where ordered.id = order_payment_return.order_id
  on conflict on constraint order_refunds_once_per_cause do nothing
  returning id into made;
  if made is null then
    return (
      select known.id from public.order_refunds as known
      where known.cause = private.refund_cause(order_payment_return.order_id, order_payment_return.cause)
    );
  end if;
  insert into public.order_events (order_id, kind) values (order_payment_return.order_id, 'refund_opened');
  perform private.enqueue('order_refund', jsonb_build_object('refund_id', made), 'order_refund:' || made);
  return made;
end;
$function$;
comment on function private.order_payment_return(uuid, text, bigint, text, text, text) is 'Opens a refund of money that is for no line of an order, which must be locked: of a payment besides its own, or (payment null) of its own in another currency. The same cause is the same refund.';
grant execute on function private.order_payment_return(uuid, text, bigint, text, text, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_price(list_id text, items jsonb, country text, rate_id uuid, code text, OUT list price_lists, OUT lines jsonb, OUT discount jsonb, OUT rate shipping_rates)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  goods bigint;
begin
  select * into list from public.price_lists as held
  where held.active and case when list_id is null then held.is_default else held.id = list_id end;
  if list.id is null then
    perform private.problem(422, 'price_list_not_found', 'No price list has this id.');
  end if;
  lines := private.order_lines(items, list.id);
  select sum((line ->> 'subtotal_amount')::bigint) into goods from jsonb_array_elements(lines) as line;
  -- https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
  if goods > 99999999 then
    perform private.problem(422, 'order_too_large', 'One payment takes at most eight digits: order less at once.');
  end if;
  if code is not null then
    discount := private.order_discount(code, list.id, list.currency, lines);
  end if;
  if rate_id is not null then
    if coalesce(country, '') = '' then
      perform private.problem(422, 'shipping_required', 'Say where it is sent: an order that is sent needs an address.');
    end if;
    rate := private.order_shipping(rate_id, list.id, country,
      (select sum((line ->> 'weight_grams')::bigint * (line ->> 'quantity')::integer)::bigint from jsonb_array_elements(lines) as line),
      goods - coalesce((discount ->> 'amount')::bigint, 0));
  elsif exists (select from jsonb_array_elements(lines) as line where (line ->> 'weight_grams')::integer > 0) then
    perform private.problem(422, 'shipping_required', 'Choose a shipping rate: something of this must be sent.');
  end if;
end;
$function$;
comment on function private.order_price(text, jsonb, text, uuid, text) is 'What items cost now: the price list (null: the default one), lines as private.order_lines gives them, what a code takes off, the shipping rate. Refuses with price_list_not_found, item_unavailable, order_too_large, discount_…, shipping_unavailable, shipping_required.';
grant execute on function private.order_price(text, jsonb, text, uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_refund_count(refund_id uuid, sign integer)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.order_items as line
  set refunded_quantity = line.refunded_quantity + sign * part.quantity,
      refunded_amount = line.refunded_amount + sign * part.amount
  from public.order_refunds as refund,
    jsonb_to_recordset(refund.lines) as part (order_item_id uuid, quantity integer, amount bigint)
  where refund.id = order_refund_count.refund_id and line.id = part.order_item_id;
$function$;
comment on function private.order_refund_count(uuid, integer) is 'Counts a refund''s lines in the order''s (1), or no longer (-1).';
grant execute on function private.order_refund_count(uuid, integer) to service_role;

CREATE OR REPLACE FUNCTION private.order_refund_fail(refund_id uuid, failure text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  failed public.order_refunds;
begin
  update public.order_refunds as refund
  set state = 'failed', closed_at = coalesce(refund.closed_at, private.now())
  where refund.id = order_refund_fail.refund_id and refund.state <> 'failed'
  returning * into failed;
  if failed.id is null then
    return;
  end if;
  insert into private.order_refund_failures as known (refund_id, failure)
  values (failed.id, left(coalesce(order_refund_fail.failure, 'unknown'), 500))
  on conflict on constraint order_refund_failures_pkey do update set failure = excluded.failure, failed_at = excluded.failed_at;
  perform private.order_refund_count(failed.id, -1);
  if private.order_base(failed.order_id) in ('paid', 'fulfilling') then
    perform private.order_restock_undo(failed.order_id);
  end if;
  insert into public.order_events (order_id, kind) values (failed.order_id, 'refund_failed');
end;
$function$;
comment on function private.order_refund_fail(uuid, text) is 'Nothing goes back by this refund: Stripe refused it, or it failed at the bank. Of an order that is still to be sent, what was restocked is taken out again.';
grant execute on function private.order_refund_fail(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_refund_lines(order_id uuid, lines jsonb)
 RETURNS TABLE(order_item_id uuid, quantity integer, net_amount bigint, tax_amount bigint)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  step constant integer := (
    select private.charge_step(ordered.currency) from public.orders as ordered where ordered.id = order_refund_lines.order_id
  );
  wanted record;
begin
  for wanted in
    select asked.item, asked.units, asked.shipping, worth.net_amount as net, worth.tax_amount as tax,
      line.quantity as had, line.refunded_quantity as gone, line.refunded_amount as net_gone,
      -- From the refunds that hold: one that failed took with it what its units were worth then.
      coalesce((
        select sum((part ->> 'tax_amount')::bigint)
        from public.order_refunds as earlier, jsonb_array_elements(earlier.lines) as part
        where earlier.order_id = order_refund_lines.order_id and earlier.state <> 'failed'
          and (part ->> 'order_item_id')::uuid = line.id
      ), 0)::bigint as tax_gone
    from (
      select (one ->> 'order_item_id')::uuid as item, coalesce((one ->> 'shipping')::boolean, false) as shipping,
        sum((one ->> 'quantity')::integer)::integer as units
      from jsonb_array_elements(order_refund_lines.lines) as one group by 1, 2
    ) as asked
    left join private.order_worth(order_refund_lines.order_id) as worth
      on worth.order_item_id is not distinct from asked.item and asked.shipping = (asked.item is null)
    left join public.order_items as line on line.id = worth.order_item_id
    order by asked.item
  loop
    if wanted.net is null then
      perform private.problem(422, 'order_line_unknown', 'No line of this order has this id.');
    end if;
    if wanted.shipping then
      -- Given back once, and then all that is left of it.
      return query select null::uuid, 1, wanted.net, wanted.tax
      where not exists (
        select from public.order_refunds as earlier
        where earlier.order_id = order_refund_lines.order_id and earlier.state <> 'failed' and earlier.shipping_amount > 0
      );
      continue;
    end if;
    if wanted.units is null or wanted.units < 1 or wanted.units > wanted.had - wanted.gone then
      perform private.problem(422, 'refund_exceeds_order', format(
        'Of line %s %s of %s are left to refund.', wanted.item, wanted.had - wanted.gone, wanted.had
      ));
    end if;
    order_item_id := wanted.item;
    quantity := wanted.units;
    -- Of what is left of the line, and the last units take all of it.
    net_amount := private.share_of(wanted.net - wanted.net_gone, wanted.had - wanted.gone, wanted.units, 1);
    -- Net and tax together come in steps that can be charged.
    tax_amount := private.share_of(
      wanted.net + wanted.tax - wanted.net_gone - wanted.tax_gone, wanted.had - wanted.gone, wanted.units, step
    ) - net_amount;
    return next;
  end loop;
end;
$function$;
comment on function private.order_refund_lines(uuid, jsonb) is 'What units of lines [{order_item_id, quantity} or {shipping: true}] are worth: their share of what is left of the line, so that over all refunds that hold it is the line''s worth, to the last minor unit.';
grant execute on function private.order_refund_lines(uuid, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.order_refund_open(order_id uuid, amount bigint, reason text, lines jsonb, restock boolean, cause text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
  made uuid;
  -- With the order: the same request key of another order's is another refund.
  hash constant text := private.refund_cause(order_refund_open.order_id, order_refund_open.cause);
  remaining bigint;
  whole boolean;
  given bigint := order_refund_open.amount;
  asked jsonb := coalesce(nullif(order_refund_open.lines, 'null'), '[]');
  covered jsonb := '[]';
  worth bigint;
  shipping bigint := 0;
begin
  -- One at a time an order: refunds, cancellations, disputes and shipments all begin with its row.
  select * into ordered from public.orders as held where held.id = order_refund_open.order_id for no key update;
  if ordered.id is null then
    perform private.problem(404, 'order_not_found', 'There is no such order.');
  end if;
  select known.id into made from public.order_refunds as known where known.cause = hash;
  if made is not null then
    return made;
  end if;
  remaining := private.order_left(ordered.id);
  if remaining <= 0 then
    perform private.problem(409, 'order_not_refundable', case
      when ordered.paid_amount = 0 then 'Nothing was paid for this order.'
      else 'All of this order was refunded, or is on its way back.' end);
  end if;
  whole := asked = '[]' and coalesce(given, remaining) = remaining;
  if given > remaining then
    perform private.problem(422, 'refund_exceeds_order', format(
      'Of this order %s %s in minor units are left to refund.', remaining, ordered.currency
    ));
  end if;
  if whole then
    given := remaining;
    select coalesce(jsonb_agg(jsonb_build_object('order_item_id', line.id, 'quantity', line.quantity - line.refunded_quantity)), '[]')
      || '[{"shipping": true}]'
    into asked
    from public.order_items as line
    where line.order_id = ordered.id and line.quantity > line.refunded_quantity;
  end if;
  if given % private.charge_step(ordered.currency) <> 0 then
    perform private.problem(422, 'invalid_body', format(
      'An amount of %s goes in steps of %s.', ordered.currency, private.charge_step(ordered.currency)
    ));
  end if;
  if asked <> '[]' then
    select coalesce(sum(part.net_amount + part.tax_amount), 0),
      coalesce(sum(part.net_amount + part.tax_amount) filter (where part.order_item_id is null), 0),
      coalesce(jsonb_agg(jsonb_build_object(
        'order_item_id', part.order_item_id, 'quantity', part.quantity,
        'amount', part.net_amount, 'tax_amount', part.tax_amount
      ) order by part.order_item_id) filter (where part.order_item_id is not null), '[]')
    into worth, shipping, covered
    from private.order_refund_lines(ordered.id, asked) as part;
    if not whole and coalesce(given, worth) > least(worth, remaining) then
      perform private.problem(422, 'refund_exceeds_order', format(
        'These lines are worth %s, and of this order %s %s in minor units are left to refund.',
        worth, remaining, ordered.currency
      ));
    end if;
    given := coalesce(given, worth);
    if given = 0 then
      perform private.problem(409, 'order_not_refundable', 'These lines cost nothing: there is nothing to give back.');
    end if;
  elsif order_refund_open.restock then
    perform private.problem(422, 'invalid_body', 'Say which lines come back into stock.');
  end if;

  insert into public.order_refunds (order_id, user_id, amount, currency, reason, lines, shipping_amount, restock, cause)
  values (ordered.id, ordered.user_id, given, ordered.currency, order_refund_open.reason, covered,
          least(shipping, given), coalesce(order_refund_open.restock, false), hash)
  returning id into made;
  perform private.order_refund_count(made, 1);
  if order_refund_open.restock then
    perform private.order_restock(ordered.id, covered);
  end if;
  insert into public.order_events (order_id, kind) values (ordered.id, 'refund_opened');
  perform private.enqueue('order_refund', jsonb_build_object('refund_id', made), 'order_refund:' || made);
  return made;
end;
$function$;
comment on function private.order_refund_open(uuid, bigint, text, jsonb, boolean, text) is 'Opens a refund: `amount` of an order (null: what is left, or what its lines are worth), for lines [{order_item_id, quantity} or {shipping: true}], and enqueues asking Stripe; its id. The same cause is the same refund.';
grant execute on function private.order_refund_open(uuid, bigint, text, jsonb, boolean, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_release(order_id uuid, to_status text, reason text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform from public.orders as held
  where held.id = order_release.order_id and held.status = 'pending'
  for no key update;
  if not found then
    return false;
  end if;
  perform private.order_stock_release(order_release.order_id);
  perform private.discount_release(order_release.order_id);
  perform private.order_note(order_release.order_id, order_release.reason);
  update public.orders set status = order_release.to_status where id = order_release.order_id;
  return true;
end;
$function$;
comment on function private.order_release(uuid, text, text) is 'Ends a pending order as `expired` or `cancelled`: frees its stock and its discount, and notes the reason, a kind of order_events. False when it is no longer pending. Its session at Stripe must be expired, or never have been, before: a hold is not released while somebody can still pay.';
grant execute on function private.order_release(uuid, text, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_restand(order_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.orders as ordered
  set status = stands.status
  from (
    select held.id, case
      when exists (
        select from private.order_disputes as dispute
        where dispute.order_id = held.id and dispute.status in ('needs_response', 'under_review')
      ) then 'disputed'
      when own.paid > 0 and own.back >= own.paid then 'refunded'
      -- Paid in another currency, and all of that is back.
      when own.paid = 0 and other.charges > 0 and other.net <= 0 then 'refunded'
      when own.back > 0
        and base.status in ('paid', 'fulfilling', 'shipped', 'delivered') then 'partially_refunded'
      else base.status
    end as status
    from public.orders as held
    cross join lateral (select private.order_base(held.id) as status) as base
    cross join lateral private.order_extra(held.id, held.currency) as extra
    cross join lateral (
      select held.paid_amount - extra.paid as paid, held.refunded_amount + held.disputed_amount - extra.back as back
    ) as own
    cross join lateral (
      select count(*) filter (where moved.kind = 'charge') as charges, coalesce(sum(moved.amount), 0) as net
      from private.money_movements as moved
      where moved.order_id = held.id and moved.currency <> held.currency and held.paid_at is not null
    ) as other
    where held.id = order_restand.order_id
  ) as stands
  where ordered.id = stands.id and ordered.status <> stands.status;
$function$;
comment on function private.order_restand(uuid) is 'Makes an order''s status what its money says: disputed, refunded, partially refunded, or what it was before.';
grant execute on function private.order_restand(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_restock(order_id uuid, lines jsonb, note text DEFAULT NULL::text, actor_id uuid DEFAULT NULL::uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  back record;
begin
  for back in
    -- In the order in which everybody takes variants. Never more than this order has taken from the stock.
    select line.id, line.variant_id, least(
      units.quantity, line.quantity - line.restocked_quantity,
      -(select coalesce(sum(moved.on_hand_delta), 0) from private.stock_movements as moved
        where moved.order_id = order_restock.order_id and moved.variant_id = line.variant_id)
    )::integer as quantity
    from (
      select (one ->> 'order_item_id')::uuid as item, sum((one ->> 'quantity')::integer) as quantity
      from jsonb_array_elements(order_restock.lines) as one where one ? 'order_item_id' group by 1
    ) as units
    join public.order_items as line on line.id = units.item
    where line.order_id = order_restock.order_id and line.variant_id is not null
    order by line.variant_id
  loop
    continue when back.quantity < 1;
    perform private.stock_change(
      back.variant_id, 'restocked', back.quantity, 0, order_restock.order_id, order_restock.note, order_restock.actor_id
    );
    update public.order_items as line
    set restocked_quantity = line.restocked_quantity + back.quantity where line.id = back.id;
  end loop;
end;
$function$;
comment on function private.order_restock(uuid, jsonb, text, uuid) is 'Puts units of an order''s lines [{order_item_id, quantity}] back into stock; each at most once, and none that was never taken out.';
grant execute on function private.order_restock(uuid, jsonb, text, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_restock_undo(order_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  back record;
begin
  for back in
    select line.id, line.variant_id, line.restocked_quantity - line.refunded_quantity as quantity
    from public.order_items as line
    where line.order_id = order_restock_undo.order_id and line.restocked_quantity > line.refunded_quantity
      and line.variant_id is not null
    order by line.variant_id
  loop
    -- Sold to somebody else meanwhile, they stay where they are, and order_advance does not send the order.
    if private.stock_change(back.variant_id, 'restocked', -back.quantity, 0, order_restock_undo.order_id, 'refund failed') then
      update public.order_items as line
      set restocked_quantity = line.restocked_quantity - back.quantity where line.id = back.id;
    end if;
  end loop;
end;
$function$;
comment on function private.order_restock_undo(uuid) is 'Takes out of the stock again what an order that is still to be sent put back by a refund that failed, as far as it is still there.';
grant execute on function private.order_restock_undo(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_return_forget()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.reason := null;
  return new;
end;
$function$;
comment on function private.order_return_forget() is 'Trigger: the words of whose account is gone are forgotten.';

CREATE OR REPLACE FUNCTION private.order_review(order_id uuid, reason text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.order_note(order_review.order_id, order_review.reason);
  -- What was refunded or disputed already stays so; its note and the ledger tell of the money.
  update public.orders as held set status = 'review'
  where held.id = order_review.order_id and exists (
    select from private.order_transitions as allowed
    where allowed.from_status = held.status and allowed.to_status = 'review'
  );
end;
$function$;
comment on function private.order_review(uuid, text) is 'Stops an order for people to look at; what it holds of the stock stays held. The alert orders_in_review tells staff.';
grant execute on function private.order_review(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.order_review_ends()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  holds constant boolean := coalesce((
    select sum(moved.reserved_delta) > 0 from private.stock_movements as moved where moved.order_id = new.id
  ), false);
begin
  if new.status <> 'paid' then
    perform private.order_stock_release(new.id);
  elsif not exists (
    select from private.stock_movements as moved where moved.order_id = new.id and moved.kind = 'sold'
  ) then
    -- What was refunded meanwhile is not sent: it is free again, whatever is left.
    perform private.order_unsold(new.id);
    if not private.order_stock_sell(new.id, from_hold => holds) then
      perform private.problem(409, 'out_of_stock', 'What was ordered is no longer there: refund the order instead.');
    end if;
    perform private.order_mail(new.id, 'order_confirmed', 'paid:' || new.id);
  end if;
  return null;
end;
$function$;
comment on function private.order_review_ends() is 'Trigger: an order that people have looked at takes what it holds of the stock, or frees it. Security definer: whoever decides may not move stock otherwise.';

CREATE OR REPLACE FUNCTION private.order_settle(held orders, record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  total constant bigint := (record ->> 'amount_total')::bigint;
  tax constant bigint := coalesce((record ->> 'amount_tax')::bigint, 0);
  received constant bigint := coalesce((record ->> 'amount_received')::bigint, total);
  agrees constant boolean := record ->> 'currency' = held.currency and total - tax = held.total_amount - held.tax_amount
    and received = total and (tax = 0 or (record ->> 'automatic_tax')::boolean);
  same_currency constant boolean := record ->> 'currency' = held.currency;
  late constant text := 'late_payment:' || (record ->> 'id');
begin
  if received > 0 then
    insert into private.money_movements (order_id, kind, amount, currency, stripe_id)
    values (held.id, 'charge', received, record ->> 'currency', coalesce(record ->> 'charge_id', record ->> 'payment_intent_id', record ->> 'id'))
    on conflict on constraint money_movements_once_per_cause do nothing;
  end if;
  update public.orders as paid
  set paid_at = coalesce(paid.paid_at, private.now()),
      paid_amount = paid.paid_amount + case when same_currency then received else 0 end,
      tax_amount = case when agrees then tax else paid.tax_amount end,
      total_amount = case when agrees then total else paid.total_amount end,
      stripe_payment_intent_id = coalesce(paid.stripe_payment_intent_id, record ->> 'payment_intent_id')
  where paid.id = held.id;

  if not agrees then
    perform private.order_review(held.id, 'amount_differs');
  elsif held.status = 'pending' then
    if private.order_stock_sell(held.id, from_hold => true) then
      perform private.order_paid(held.id);
    else
      perform private.order_review(held.id, 'stock_missing');
    end if;
  elsif held.status = 'expired' and private.order_stock_sell(held.id, from_hold => false) then
    -- He pays what he was asked for: the discount counts again, over its limit if it must.
    with again as (
      update private.discount_redemptions as redemption set released_at = null
      where redemption.order_id = held.id and redemption.released_at is not null
      returning redemption.discount_id
    )
    update public.discounts as given set redeemed = given.redeemed + 1 from again where given.id = again.discount_id;
    perform private.order_note(held.id, 'paid_late');
    perform private.order_paid(held.id);
  else
    -- Its stock is somebody else's by now, or the buyer has given it up: the money goes back by itself.
    perform private.order_note(held.id, 'paid_late');
    perform private.order_refund_open(held.id, null, 'late_payment', '[]'::jsonb, false, late);
    perform private.order_mail(held.id, 'order_expired_paid', late,
      jsonb_build_object('amount', private.money(received, held.currency)));
  end if;
end;
$function$;
comment on function private.order_settle(orders, jsonb) is 'Settles a paid session with the order that it is for, which must be locked: stock, ledger, counters, mail. Money that differs from the order''s makes it `review`; money that came after its end, an order again where the stock is still there, else a refund.';
grant execute on function private.order_settle(orders, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.order_settle_free(order_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Nothing to pay: Stripe is not asked, and nobody has to type a card.
  if exists (select from public.orders as placed where placed.id = order_settle_free.order_id and placed.total_amount = 0) then
    if not private.order_stock_sell(order_settle_free.order_id, from_hold => true) then
      raise exception 'order %: its hold is gone', order_settle_free.order_id;
    end if;
    perform private.order_paid(order_settle_free.order_id);
  end if;
end;
$function$;
comment on function private.order_settle_free(uuid) is 'Makes an order paid that costs nothing; others are left as they are.';
grant execute on function private.order_settle_free(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_shipping(rate_id uuid, price_list text, country text, weight bigint, goods bigint)
 RETURNS shipping_rates
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  rate public.shipping_rates;
begin
  select * into rate from public.shipping_rates as held
  where held.id = rate_id and held.active and held.price_list_id = order_shipping.price_list
    and (held.countries is null or order_shipping.country = any (held.countries))
    and weight >= coalesce(held.min_weight, 0) and coalesce(weight < held.max_weight, true)
    and goods >= coalesce(held.min_total, 0) and coalesce(goods < held.max_total, true);
  if rate.id is null then
    perform private.problem(422, 'shipping_unavailable',
      'This is not sent so: choose a shipping rate that is for the country, the weight and the total.');
  end if;
  return rate;
end;
$function$;
comment on function private.order_shipping(uuid, text, text, bigint, bigint) is 'A shipping rate, if it is for that country, weight in grams and total of goods after discount. Refuses with shipping_unavailable.';
grant execute on function private.order_shipping(uuid, text, text, bigint, bigint) to service_role;

CREATE OR REPLACE FUNCTION private.order_stock_release(order_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- By the ledger and not by the lines: what is no longer held is not released again.
  select private.stock_change(held.variant_id, 'released', 0, -held.quantity, order_stock_release.order_id)
  from (
    select moved.variant_id, sum(moved.reserved_delta)::integer as quantity
    from private.stock_movements as moved
    where moved.order_id = order_stock_release.order_id
    group by moved.variant_id having sum(moved.reserved_delta) > 0
    order by moved.variant_id
  ) as held;
$function$;
comment on function private.order_stock_release(uuid) is 'Frees what an order still holds of the stock.';
grant execute on function private.order_stock_release(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_stock_sell(order_id uuid, from_hold boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- All or nothing: the block undoes the lines that were sold before one was missing.
  if not (
    select bool_and(private.stock_change(item.variant_id, 'sold', -item.quantity,
      case when from_hold then -item.quantity else 0 end, order_stock_sell.order_id))
    from (
      select line.variant_id, line.quantity from public.order_items as line
      where line.order_id = order_stock_sell.order_id order by line.variant_id
    ) as item
  ) then
    raise exception using errcode = 'no_data_found';
  end if;
  return true;
exception when no_data_found then
  return false;
end;
$function$;
comment on function private.order_stock_sell(uuid, boolean) is 'Takes an order''s lines off the stock, from what it holds or else from what is free; false, and nothing is taken, when one of them is not there.';
grant execute on function private.order_stock_sell(uuid, boolean) to service_role;

CREATE OR REPLACE FUNCTION private.order_told()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  event constant text := 'order.' || new.status;
begin
  perform private.webhook_emit(event, new.id::text, private.order_facts(new.id));
  return null;
end;
$function$;
comment on function private.order_told() is 'Trigger: tells that an order was paid or shipped. Security definer: whoever changes an order may not read endpoints.';

CREATE OR REPLACE FUNCTION private.order_transition()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if not exists (
    select from private.order_transitions as allowed
    where allowed.from_status = old.status and allowed.to_status = new.status
  ) then
    perform private.problem(409, 'order_state_conflict',
      format('The order is %s: it cannot become %s.', old.status, new.status));
  end if;
  -- Nothing is sent while it is disputed: from there it is again what it was, not further. By the timeline:
  -- what it was before may have been a refund that failed since.
  if old.status = 'disputed' and new.status in ('fulfilling', 'shipped', 'delivered')
    and new.status is distinct from private.order_base(old.id) then
    perform private.problem(409, 'order_state_conflict',
      format('The order is disputed: it cannot become %s.', new.status));
  end if;
  new.status_before := case when new.status = 'disputed' then old.status end;
  return new;
end;
$function$;
comment on function private.order_transition() is 'Trigger: lets an order become only what private.order_transitions allows.';

CREATE OR REPLACE FUNCTION private.order_unsold(order_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- Written as if it had been sold and come back, which is what the lines' counters then say.
  with back as (
    select line.id, line.variant_id, line.refunded_quantity - line.restocked_quantity as quantity
    from public.order_items as line
    where line.order_id = order_unsold.order_id and line.refunded_quantity > line.restocked_quantity
      and line.variant_id is not null
    order by line.variant_id
  ), free as (
    select back.*, private.stock_change(back.variant_id, 'restocked', back.quantity, 0, order_unsold.order_id) as done
    from back
  )
  update public.order_items as line set restocked_quantity = line.restocked_quantity + free.quantity
  from free where line.id = free.id and free.done;
$function$;
comment on function private.order_unsold(uuid) is 'Before an order that people have looked at is sold: what was refunded of it stays in stock.';
grant execute on function private.order_unsold(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_view(order_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'id', ordered.id, 'number', ordered.number, 'status', ordered.status, 'locale', ordered.locale,
    'customer_email', ordered.customer_email, 'currency', ordered.currency,
    'subtotal_amount', ordered.subtotal_amount, 'discount_amount', ordered.discount_amount,
    'discount_code', ordered.discount_code, 'shipping_amount', ordered.shipping_amount,
    'tax_amount', ordered.tax_amount, 'total_amount', ordered.total_amount, 'paid_amount', ordered.paid_amount,
    'refunded_amount', ordered.refunded_amount, 'shipping_rate', ordered.shipping_rate,
    'shipping_address', ordered.shipping_address, 'carrier', ordered.carrier,
    'tracking_number', ordered.tracking_number, 'tracking_url', ordered.tracking_url,
    'created_at', ordered.created_at, 'paid_at', ordered.paid_at, 'shipped_at', ordered.shipped_at,
    'delivered_at', ordered.delivered_at, 'expires_at', ordered.expires_at,
    'can_cancel', ordered.status = 'pending' or ordered.status in ('paid', 'partially_refunded') and stands.base = 'paid',
    'can_return', ordered.status not in ('refunded', 'disputed') and stands.base in ('shipped', 'delivered'),
    'items', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', line.id, 'product_id', line.product_id, 'variant_id', line.variant_id, 'sku', line.sku,
        'name', case ordered.locale when 'fr' then line.name_fr else line.name_en end, 'options', line.options,
        'unit_amount', line.unit_amount, 'quantity', line.quantity, 'subtotal_amount', line.subtotal_amount,
        'discount_amount', line.discount_amount, 'total_amount', line.total_amount,
        'refunded_quantity', line.refunded_quantity, 'refunded_amount', line.refunded_amount
      ) order by line.position), '[]')
      from public.order_items as line where line.order_id = ordered.id
    ),
    'events', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'kind', event.kind, 'from_status', event.from_status, 'to_status', event.to_status, 'note', event.note,
        'created_at', event.created_at
      ) order by event.id), '[]')
      from public.order_events as event where event.order_id = ordered.id
    ),
    'refunds', (
      -- Stripe's words why one failed are for staff.
      select coalesce(jsonb_agg(public.order_refund_read(refund.id) - 'failure' order by refund.created_at, refund.id), '[]')
      from public.order_refunds as refund where refund.order_id = ordered.id
    ),
    'returns', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', asked.id, 'state', asked.state, 'lines', asked.lines, 'reason', asked.reason, 'answer', asked.answer,
        'refund_id', asked.refund_id, 'created_at', asked.created_at, 'decided_at', asked.decided_at
      ) order by asked.created_at, asked.id), '[]')
      from public.order_returns as asked where asked.order_id = ordered.id
    )
  )
  from public.orders as ordered
  cross join lateral (select private.order_base(ordered.id) as base) as stands
  where ordered.id = order_view.order_id;
$function$;
comment on function private.order_view(uuid) is 'An order with its lines, timeline, refunds and returns, as its buyer reads it; what a receipt is printed from.';
grant execute on function private.order_view(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_worth(order_id uuid)
 RETURNS TABLE(order_item_id uuid, quantity integer, net_amount bigint, tax_amount bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- What was paid for it, spread over what its lines and its shipping cost without tax by largest remainder,
  -- in steps that Stripe takes: in dinars a line's own total need not be one, and it must be refundable alone.
  with parts as (
    select line.id, line.quantity, line.total_amount as net, line.position
    from public.order_items as line where line.order_id = order_worth.order_id
    union all
    select null, 1, ordered.shipping_amount, 2147483647
    from public.orders as ordered where ordered.id = order_worth.order_id
  ), whole as (
    select ordered.total_amount / steps.step as units, steps.step, nullif((select sum(parts.net) from parts), 0) as net
    from public.orders as ordered
    cross join lateral (
      select case when ordered.total_amount % private.charge_step(ordered.currency) = 0
        then private.charge_step(ordered.currency) else 1 end as step
    ) as steps
    where ordered.id = order_worth.order_id
  ), shares as (
    select parts.*, whole.step,
      coalesce(div(whole.units * parts.net::numeric, whole.net), 0)::bigint as units,
      whole.units - sum(coalesce(div(whole.units * parts.net::numeric, whole.net), 0)) over () as missing,
      row_number() over (
        order by mod(whole.units * parts.net::numeric, whole.net) desc nulls last, parts.position
      ) as turn
    from parts cross join whole
  )
  select shares.id, shares.quantity, shares.net,
    (shares.units + case when shares.turn <= shares.missing then 1 else 0 end) * shares.step - shares.net
  from shares;
$function$;
comment on function private.order_worth(uuid) is 'What each line of an order is worth, and its shipping (null), without and of tax: their sums are the order''s total.';
grant execute on function private.order_worth(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.order_write(placed_id uuid, buyer_id uuid, email text, locale text, list price_lists, lines jsonb, discount jsonb, rate shipping_rates, address jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  goods constant bigint := (
    select sum((line ->> 'subtotal_amount')::bigint) from jsonb_array_elements(lines) as line
  );
  off constant bigint := coalesce((discount ->> 'amount')::bigint, 0);
begin
  insert into public.orders (
    id, user_id, customer_email, locale, price_list_id, currency, subtotal_amount, discount_amount, shipping_amount,
    total_amount, discount_code, shipping_rate, shipping_address, expires_at
  )
  values (
    placed_id, buyer_id, email, order_write.locale, list.id, list.currency, goods, off, coalesce(rate.amount, 0),
    goods - off + coalesce(rate.amount, 0), discount ->> 'code',
    case when rate.id is not null then jsonb_build_object('id', rate.id, 'name_en', rate.name_en, 'name_fr', rate.name_fr,
      'min_days', rate.min_days, 'max_days', rate.max_days) end,
    address,
    -- Whole seconds, as Stripe's session ends at the same. Ten minutes more than the shortest session, so
    -- that a call without an answer can be made again.
    date_trunc('second', private.now()) + interval '40 minutes'
  );
  insert into public.order_items (
    order_id, user_id, variant_id, product_id, position, sku, name_en, name_fr, options, tax_code, unit_amount,
    quantity, subtotal_amount, discount_amount, total_amount
  )
  select placed_id, buyer_id, (line.value ->> 'variant_id')::uuid, (line.value ->> 'product_id')::uuid, line.ordinality,
    line.value ->> 'sku', line.value ->> 'name_en', line.value ->> 'name_fr', line.value -> 'options', line.value ->> 'tax_code',
    (line.value ->> 'unit_amount')::bigint, (line.value ->> 'quantity')::integer, amounts.subtotal, amounts.share,
    amounts.subtotal - amounts.share
  from jsonb_array_elements(lines) with ordinality as line
  cross join lateral (
    select (line.value ->> 'subtotal_amount')::bigint as subtotal,
      coalesce((discount -> 'shares' ->> (line.ordinality - 1)::integer)::bigint, 0) as share
  ) as amounts;
end;
$function$;
comment on function private.order_write(uuid, uuid, text, text, price_lists, jsonb, jsonb, shipping_rates, jsonb) is 'Writes a pending order with its lines, as private.order_lines and private.order_discount give them.';
grant execute on function private.order_write(uuid, uuid, text, text, price_lists, jsonb, jsonb, shipping_rates, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.own_account(user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  -- A token is good for up to an hour, also when its user is gone.
  if not exists (select from public.profiles as profile where profile.id = own_account.user_id) then
    perform private.problem(404, 'profile_not_found', 'This account does not exist any more.');
  end if;
end;
$function$;
comment on function private.own_account(uuid) is 'Refuses with profile_not_found where the user is gone.';
grant execute on function private.own_account(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.plan_derive(plan text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  product jsonb;
begin
  -- The same claims make the same plan in whatever order they came: one on sale first, then by id.
  select claim.record into product from private.plan_products as claim
  where claim.plan_id = plan
  order by (claim.record ->> 'active')::boolean desc, claim.product_id
  limit 1;
  if product is null then
    update public.plans set active = false, stripe_product_id = null where id = plan;
    return;
  end if;
  insert into public.plans as held (id, stripe_product_id, name, description, rank, active, per_seat)
  values (plan, product ->> 'id', product ->> 'name', product ->> 'description',
          (product ->> 'rank')::smallint, (product ->> 'active')::boolean,
          coalesce((product ->> 'per_seat')::boolean, false))
  on conflict on constraint plans_pkey do update
  set stripe_product_id = excluded.stripe_product_id, name = excluded.name,
      description = excluded.description, rank = excluded.rank, active = excluded.active,
      per_seat = excluded.per_seat;
  delete from public.plan_features as held
  where held.plan_id = plan and not (product -> 'features') ? held.feature;
  insert into public.plan_features (plan_id, feature, limit_value)
  select plan, feature.key, (feature.value #>> '{}')::bigint
  from jsonb_each(product -> 'features') as feature
  on conflict on constraint plan_features_pkey do update set limit_value = excluded.limit_value;
end;
$function$;
comment on function private.plan_derive(text) is 'Makes a plan what the products that name it say; without any, it is no longer on sale.';
grant execute on function private.plan_derive(text) to service_role;

CREATE OR REPLACE FUNCTION private.plans_granting(feature text, above bigint DEFAULT 0)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(
    jsonb_build_object('plan', plan.id, 'prices', offered.keys) order by plan.rank, plan.id
  ), '[]')
  from public.plan_features as held
  join public.plans as plan on plan.id = held.plan_id and plan.active
  cross join lateral (
    select jsonb_agg(coalesce(price.lookup_key, price.id) order by price.unit_amount, price.id) as keys
    from public.prices as price
    where price.plan_id = plan.id and price.active
  ) as offered
  where held.feature = plans_granting.feature
    and (held.limit_value is null or held.limit_value > plans_granting.above)
    and offered.keys is not null;
$function$;
comment on function private.plans_granting(text, bigint) is 'What one can buy to get more than `above` of a feature: [{plan, prices: [lookup keys]}], from the smallest plan.';
grant execute on function private.plans_granting(text, bigint) to authenticated;
grant execute on function private.plans_granting(text, bigint) to service_role;

CREATE OR REPLACE FUNCTION private.prices_chargeable()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  step constant bigint := private.charge_step((
    select list.currency from public.price_lists as list where list.id = new.price_list_id
  ));
  written constant jsonb := to_jsonb(new);
begin
  if coalesce((written ->> 'unit_amount')::bigint % step, 0) <> 0 or coalesce((written ->> 'amount')::bigint % step, 0) <> 0 then
    raise exception using errcode = 'check_violation', constraint = tg_table_name || '_chargeable',
      message = 'Stripe charges this currency in multiples of ' || step || ' minor units';
  end if;
  return new;
end;
$function$;
comment on function private.prices_chargeable() is 'Trigger: an amount that Stripe cannot charge is refused when it is written, not rounded when it is paid.';

CREATE OR REPLACE FUNCTION private.problem(status integer, code text, detail text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- PostgREST answers SQLSTATE PTxyz with HTTP status xyz.
  raise exception using errcode = 'PT' || status, message = code, detail = detail;
end;
$function$;
comment on function private.problem(integer, text, text) is 'Refuses a call with a code of the problem catalogue; `detail` says what, why and what to do. https://docs.postgrest.org/en/v14/references/errors.html';
grant execute on function private.problem(integer, text, text) to anon;
grant execute on function private.problem(integer, text, text) to authenticated;
grant execute on function private.problem(integer, text, text) to service_role;

CREATE OR REPLACE FUNCTION private.problem(status integer, code text, detail text, extra jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception using errcode = 'PT' || status, message = code, detail = detail, hint = extra::text;
end;
$function$;
comment on function private.problem(integer, text, text, jsonb) is 'As private.problem, with further members of the problem''s body: PostgREST hands them on as the hint.';
grant execute on function private.problem(integer, text, text, jsonb) to authenticated;
grant execute on function private.problem(integer, text, text, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.product_attributes(attributes jsonb)
 RETURNS TABLE(name text, value text)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select attribute.key, attribute.value #>> '{}'
  from jsonb_each(attributes) as attribute
  where jsonb_typeof(attribute.value) in ('string', 'number', 'boolean')
    and char_length(attribute.key) <= 100 and char_length(attribute.value #>> '{}') between 1 and 200;
$function$;
comment on function private.product_attributes(jsonb) is 'The attributes that one filters by: those with one short value. Others are shown, and not filtered by.';
grant execute on function private.product_attributes(jsonb) to anon;
grant execute on function private.product_attributes(jsonb) to authenticated;
grant execute on function private.product_attributes(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.product_cards(product_ids uuid[], price_list price_lists, locale text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', product.id,
      'slug', product.slug,
      'name', case product_cards.locale when 'fr' then product.name_fr else product.name_en end,
      'category', (
        select jsonb_build_object('id', category.id, 'slug', category.slug,
          'name', case product_cards.locale when 'fr' then category.name_fr else category.name_en end)
        from public.categories as category where category.id = product.category_id and category.active
      ),
      'attributes', product.attributes,
      'min_amount', listing.min_amount,
      'max_amount', listing.max_amount,
      'currency', product_cards.price_list.currency,
      'in_stock', exists (
        select from public.variant_availability as availability
        where availability.product_id = product.id and availability.on_sale and availability.band <> 'out_of_stock'
      ),
      'image', (
        select jsonb_build_object('path', image.path,
          'alt', case product_cards.locale when 'fr' then image.alt_fr else image.alt_en end)
        from public.product_images as image where image.product_id = product.id
        order by image.position, image.id limit 1
      ),
      'rating', jsonb_build_object('count', product.rating_count, 'sum', product.rating_sum),
      'created_at', product.created_at
    ) order by asked.place), '[]')
    from unnest(product_cards.product_ids) with ordinality as asked (id, place)
    join public.products as product on product.id = asked.id and product.active
    join public.product_listings as listing
      on listing.product_id = product.id and listing.price_list_id = product_cards.price_list.id
  );
end;
$function$;
comment on function private.product_cards(uuid[], price_lists, text) is 'Products as lists show them, in the order asked for, in one query whatever variants they have.';
grant execute on function private.product_cards(uuid[], price_lists, text) to anon;
grant execute on function private.product_cards(uuid[], price_lists, text) to authenticated;
grant execute on function private.product_cards(uuid[], price_lists, text) to service_role;

CREATE OR REPLACE FUNCTION private.product_document(product products)
 RETURNS tsvector
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
begin
  return (
    with lexemes as (
      select private.search_lexemes(product.name_en || ' ' || product.name_fr) as named,
        private.search_lexemes(
          -- More of a description says nothing new, and makes the index large.
          left(product.description_en, 2000) || ' ' || left(product.description_fr, 2000) || ' '
          || coalesce((select string_agg(value, ' ') from private.product_attributes(product.attributes)), '')
        ) as told
    )
    select array_to_tsvector(array(
      select private.level_prefix(private.product_level(product)) || word from lexemes, unnest(named) as word
      union
      select 'w:' || word from lexemes, unnest(named || told) as word
      union
      select 'a:' || attribute.name || '=' || attribute.value from private.product_attributes(product.attributes) as attribute
    ))
  );
end;
$function$;
comment on function private.product_document(products) is 'See public.product_documents.document.';
grant execute on function private.product_document(products) to service_role;

CREATE OR REPLACE FUNCTION private.product_facets(product_ids uuid[], price_list price_lists, locale text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    with matched as materialized (
      select product.id, product.category_id, product.attributes, listing.min_amount
      from public.products as product
      join public.product_listings as listing
        on listing.product_id = product.id and listing.price_list_id = product_facets.price_list.id
      where product.id = any (product_facets.product_ids) and product.active
    ), counted as (
      -- As private.product_attributes has them, written out: calling it for each product is half of the time.
      select attribute.key as name, attribute.value #>> '{}' as value, count(*) as products
      from matched, jsonb_each(matched.attributes) as attribute
      where jsonb_typeof(attribute.value) in ('string', 'number', 'boolean')
        and char_length(attribute.key) <= 100 and char_length(attribute.value #>> '{}') between 1 and 200
      group by 1, 2
    ), ranked as (
      select counted.*, row_number() over (partition by name order by products desc, value) as place from counted
    )
    select jsonb_build_object(
      'products', (select count(*) from matched),
      'in_stock', (
        select count(*) from matched where exists (
          select from public.variant_availability as availability
          where availability.product_id = matched.id and availability.on_sale and availability.band <> 'out_of_stock'
        )
      ),
      'price', (
        select jsonb_build_object('min_amount', min(min_amount), 'max_amount', max(min_amount),
          'currency', product_facets.price_list.currency)
        from matched having count(*) > 0
      ),
      'categories', (
        select coalesce(jsonb_agg(jsonb_build_object('id', category.id, 'slug', category.slug,
            'parent_id', category.parent_id,
            'name', case product_facets.locale when 'fr' then category.name_fr else category.name_en end,
            'count', held.products) order by held.products desc, category.slug), '[]')
        from (select category_id, count(*) as products from matched group by category_id) as held
        join public.categories as category on category.id = held.category_id and category.active
      ),
      'attributes', (
        select coalesce(jsonb_agg(jsonb_build_object('name', named.name, 'values', named.listed)
          order by named.products desc, named.name), '[]')
        from (
          select name, sum(products) as products,
            jsonb_agg(jsonb_build_object('value', value, 'count', products) order by place) as listed
          from ranked where place <= 50 group by name order by 2 desc, name limit 30
        ) as named
      )
    )
  );
end;
$function$;
comment on function private.product_facets(uuid[], price_lists, text) is 'How many of these products are in each category, have each attribute, are in stock; and what they cost.';
grant execute on function private.product_facets(uuid[], price_lists, text) to anon;
grant execute on function private.product_facets(uuid[], price_lists, text) to authenticated;
grant execute on function private.product_facets(uuid[], price_lists, text) to service_role;

CREATE OR REPLACE FUNCTION private.product_image_files_go()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- By the hundred, as Storage removes them.
  perform private.enqueue('product_images_remove', jsonb_build_object('names', page.names))
  from (
    select jsonb_agg(numbered.path) as names
    from (select gone.path, (row_number() over () - 1) / 100 as page from gone) as numbered
    group by numbered.page
  ) as page;
  return null;
end;
$function$;
comment on function private.product_image_files_go() is 'Trigger: the files of images that are gone go as well. Security definer: staff enqueue nothing themselves.';

CREATE OR REPLACE FUNCTION private.product_level(product products)
 RETURNS smallint
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
begin
  return (
    select case
      -- Stars above the middle: dozens of reviews that like it count more than one.
      when liked.points > 0 then 16 + least(7, floor(log(2.0, liked.points) / 1.5))
      else 2 * greatest(0, 8 - array_length(regexp_split_to_array(trim(product.name_en), '\s+'), 1))
        + case when right(product.id::text, 1) = '0' then 1 else 0 end
    end::smallint
    from (select product.rating_sum - 3 * product.rating_count::bigint as points) as liked
  );
end;
$function$;
comment on function private.product_level(products) is 'See public.product_documents.level.';
grant execute on function private.product_level(products) to service_role;

CREATE OR REPLACE FUNCTION private.product_on_sale(product_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select exists (
    select from public.products as product where product.id = product_on_sale.product_id and product.active
  );
$function$;
comment on function private.product_on_sale(uuid) is 'Whether a product is there for buyers, for functions. Policies ask it in their own words: a call for each row costs more.';
grant execute on function private.product_on_sale(uuid) to anon;
grant execute on function private.product_on_sale(uuid) to authenticated;
grant execute on function private.product_on_sale(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.products_related(product products, price_list text, most integer)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    with bought as (
      -- Counted once what is not on sale is left out, or it would keep a place and show nothing in it.
      select pair.id, row_number() over (order by pair.place) as place
      from unnest(private.bought_together(product.id, 3 * products_related.most)) with ordinality as pair (id, place)
      join public.product_listings as listing
        on listing.product_id = pair.id and listing.price_list_id = products_related.price_list
    ), alike as (
      -- Of its category the fifty that are rated best; of these those that have most of its attributes.
      select near.product_id as id, (
          select count(*) from private.product_attributes(product.attributes) as own
          join private.product_attributes(other.attributes) as its on its.name = own.name and its.value = own.value
        ) as shared, near.rating_rank
      from (
        select listing.product_id, listing.rating_rank from public.product_listings as listing
        where listing.category_id = product.category_id and listing.price_list_id = products_related.price_list
        order by listing.rating_rank desc, listing.product_id desc
        limit 51
      ) as near
      join public.products as other on other.id = near.product_id
      where near.product_id <> product.id
    ), ranked as (
      -- Half of the places for what was bought with it, where there is as much; the rest for what is like it.
      select id, 0 as kind, place::numeric as rank from bought where place <= products_related.most / 2
      union all
      select id, 1, row_number() over (order by shared desc, rating_rank desc, id) from alike
      union all
      select id, 2, place from bought
    ), once as (
      select id, min(kind * 1000 + rank) as rank from ranked group by id order by 2, 1 limit products_related.most
    )
    select coalesce(array_agg(id order by rank, id), '{}') from once
  );
end;
$function$;
comment on function private.products_related(products, text, integer) is 'Products to show beside one: bought with it, and of its category with the same attributes.';
grant execute on function private.products_related(products, text, integer) to anon;
grant execute on function private.products_related(products, text, integer) to authenticated;
grant execute on function private.products_related(products, text, integer) to service_role;

CREATE OR REPLACE FUNCTION private.public_name(name text, email text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  -- "Ada Lovelace" is "Ada L."; and who has chosen no name is called by the address, which is not told.
  select case
    when strpos(name, '@') > 0 or lower(name) = lower(split_part(email, '@', 1)) then null
    when cardinality(words) > 1 then left(words[1], 40) || ' ' || upper(left(words[cardinality(words)], 1)) || '.'
    else nullif(left(words[1], 40), '')
  end
  from (select regexp_split_to_array(btrim(name), '\s+') as words) as split;
$function$;
comment on function private.public_name(text, text) is 'What strangers read of a user''s name: the first one and an initial; null where no name was chosen.';

CREATE OR REPLACE FUNCTION private.rating_imbalances()
 RETURNS TABLE(product_id uuid, rating_count integer, rating_sum bigint, reviews bigint, ratings bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select product.id, product.rating_count, product.rating_sum, coalesce(counted.reviews, 0), coalesce(counted.ratings, 0)
  from public.products as product
  left join (
    select review.product_id, count(*) as reviews, sum(review.rating) as ratings
    from public.reviews as review where review.hidden_at is null and review.verified group by review.product_id
  ) as counted on counted.product_id = product.id
  where (product.rating_count, product.rating_sum)
    is distinct from (coalesce(counted.reviews, 0)::integer, coalesce(counted.ratings, 0)::bigint);
$function$;
comment on function private.rating_imbalances() is 'Products whose kept ratings differ from a recount: none, ever.';
grant execute on function private.rating_imbalances() to service_role;

CREATE OR REPLACE FUNCTION private.ratings_follow()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed jsonb;
begin
  -- By statement and in the order of the ids: an account's deletion takes many reviews along, and two of
  -- them, row by row, would wait for each other.
  if tg_op = 'INSERT' then
    select jsonb_agg(to_jsonb(one)) into changed from (
      select product_id, count(*) as reviews, sum(rating) as ratings
      from new_rows where hidden_at is null and verified group by product_id
    ) as one;
  elsif tg_op = 'DELETE' then
    select jsonb_agg(to_jsonb(one)) into changed from (
      select product_id, -count(*) as reviews, -sum(rating) as ratings
      from old_rows where hidden_at is null and verified group by product_id
    ) as one;
  else
    select jsonb_agg(to_jsonb(one)) into changed from (
      select product_id, sum(reviews) as reviews, sum(ratings) as ratings from (
        select product_id, 1 as reviews, rating as ratings from new_rows where hidden_at is null and verified
        union all
        select product_id, -1, -rating from old_rows where hidden_at is null and verified
      ) as both_sides
      group by product_id having sum(reviews) <> 0 or sum(ratings) <> 0
    ) as one;
  end if;
  if changed is null then
    return null;
  end if;
  perform from public.products as product
  where product.id in (select (one ->> 'product_id')::uuid from jsonb_array_elements(changed) as one)
  order by product.id for no key update;
  update public.products as product
  set rating_count = product.rating_count + one.reviews, rating_sum = product.rating_sum + one.ratings
  from jsonb_to_recordset(changed) as one (product_id uuid, reviews integer, ratings bigint)
  where product.id = one.product_id;
  return null;
end;
$function$;
comment on function private.ratings_follow() is 'Trigger: keeps how many shown reviews a product has, and the sum of their ratings. Security definer: who writes a review, or deletes an account, may not write products.';

CREATE OR REPLACE FUNCTION private.readable_user(last boolean)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce(private.staff_reach(last), auth.uid());
end;
$function$;
comment on function private.readable_user(boolean) is 'The first, or the last, of the users whose rows the caller may read: the caller, and for staff the ends of all ids. In policies as `between (select …) and (select …)`, which an index finds.';
grant execute on function private.readable_user(boolean) to authenticated;
grant execute on function private.readable_user(boolean) to service_role;

CREATE OR REPLACE FUNCTION private.readable_workspace_ids(roles text[] DEFAULT NULL::text[])
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query select private.my_workspace_ids(roles);
  if private.is_staff() then
    return query select workspace.id from public.workspaces as workspace;
  end if;
end;
$function$;
comment on function private.readable_workspace_ids(text[]) is 'Workspaces whose rows the caller may read: those of my_workspace_ids, and for staff each. In policies as `= any (array(select …))`. Security definer: policies on workspaces itself call it, and must not recurse.';
grant execute on function private.readable_workspace_ids(text[]) to authenticated;
grant execute on function private.readable_workspace_ids(text[]) to service_role;

CREATE OR REPLACE FUNCTION private.receipt_mail(invoice_id uuid, recipient uuid, cause text)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.enqueue_mail(
    'receipt', recipient,
    jsonb_strip_nulls(jsonb_build_object(
      'amount', jsonb_build_object('amount', invoice.amount_paid, 'currency', invoice.currency),
      'paid_at', coalesce(invoice.paid_at, now()),
      'number', coalesce(invoice.number, invoice.stripe_invoice_id),
      'url', invoice.hosted_invoice_url,
      'pdf_url', invoice.invoice_pdf,
      'workspace', workspace.name,
      'plan', coalesce(plan.name, bought.name, invoice.description, invoice.number),
      'period', jsonb_build_object('start', invoice.period_start, 'end', invoice.period_end)
    )),
    cause
  )
  from public.invoices as invoice
  join public.workspaces as workspace on workspace.id = invoice.workspace_id
  left join public.prices as price on price.id = invoice.price_id
  left join public.plans as plan on plan.id = price.plan_id
  left join public.subscriptions as held on held.id = invoice.subscription_id
  left join public.plans as bought on bought.id = held.plan_id
  where invoice.id = receipt_mail.invoice_id;
$function$;
comment on function private.receipt_mail(uuid, uuid, text) is 'Enqueues the receipt of a paid invoice, once for each cause.';
grant execute on function private.receipt_mail(uuid, uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.refund_cause(order_id uuid, cause text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select encode(sha256(convert_to(refund_cause.order_id || ':' || refund_cause.cause, 'UTF8')), 'hex') $function$;
comment on function private.refund_cause(uuid, text) is 'What asked for a refund of an order, hashed.';
grant execute on function private.refund_cause(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.refund_intent(intent_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'id', intent.id, 'state', intent.state, 'amount', intent.amount, 'currency', payment.currency,
    'payment_id', payment.id, 'stripe_payment_id', payment.stripe_payment_id,
    'stripe_invoice_id', invoice.stripe_invoice_id, 'stripe_refund_id', intent.stripe_refund_id,
    'refusal', intent.refusal
  )
  from private.refund_intents as intent
  join public.payments as payment on payment.id = intent.payment_id
  left join public.invoices as invoice on invoice.id = payment.invoice_id
  where intent.id = intent_id;
$function$;
comment on function private.refund_intent(uuid) is 'An intent with what Stripe must be told.';
grant execute on function private.refund_intent(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.refund_told()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.webhook_emit('order.refunded', new.stripe_id, private.order_facts(new.order_id)
    || jsonb_build_object('refund', jsonb_build_object(
      'id', new.stripe_id, 'amount', -new.amount, 'currency', new.currency)));
  return null;
end;
$function$;
comment on function private.refund_told() is 'Trigger of the ledger: tells each refund. Security definer: whoever writes the ledger may not read endpoints.';

CREATE OR REPLACE FUNCTION private.refuse_when_overdue()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if private.workspace_access(new.workspace_id) <> 'full' then
    perform private.problem(402, 'workspace_read_only',
      'This workspace is restricted until its invoices are paid.');
  end if;
  return new;
end;
$function$;
comment on function private.refuse_when_overdue() is 'Trigger of what a workspace may not add while it is read-only or locked.';

CREATE OR REPLACE FUNCTION private.restore_begin(taken_at timestamp with time zone, note text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  restore_id bigint;
  counter record;
begin
  insert into private.restores (taken_at, note) values (restore_begin.taken_at, restore_begin.note)
  returning id into restore_id;
  -- Numbers that were given out since are known to Stripe, Resend and customers: none comes a second time.
  for counter in
    select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value, 0) as reached
    from pg_catalog.pg_sequences where schemaname in ('public', 'private')
  loop
    perform pg_catalog.setval(counter.name::regclass, counter.reached + 1000000);
  end loop;
  update private.usage_reports as report set first_sent_at = restore_begin.taken_at
  where report.state = 'open' and report.first_sent_at is null;
  while public.usage_reports_open(1000) > 0 loop
  end loop;
  -- Another report may have told of it: its identifier says nothing, however young it is.
  update private.usage_reports as report set first_sent_at = restore_begin.taken_at - interval '1 day'
  where report.state = 'open' and report.first_sent_at is null;
  perform private.enqueue('restore_mails', jsonb_build_object('restore_id', restore_id), 'restore:' || restore_id);
  return restore_id;
end;
$function$;
comment on function private.restore_begin(timestamp with time zone, text) is 'For an operator, first thing after the database was taken back to `taken_at`: no number is given out twice, also none of a sequence that was not used yet, no use is billed twice, and no mail is sent before restore_mails knows which were. Answers the restore''s id.';

CREATE OR REPLACE FUNCTION private.review_cursor(cursor text, OUT before_time timestamp with time zone, OUT before_id uuid)
 RETURNS record
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  before_time := 'infinity';
  before_id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  if cursor is null then
    return;
  end if;
  if cursor !~ '^[0-9]{1,18}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    perform private.problem(422, 'invalid_query', 'This is no cursor of ours: begin without one.');
  end if;
  before_time := timestamptz 'epoch' + split_part(cursor, '_', 1)::bigint * interval '1 microsecond';
  before_id := split_part(cursor, '_', 2)::uuid;
end;
$function$;
comment on function private.review_cursor(text) is 'Where a page of reviews goes on: before this time and id. A cursor is microseconds since 1970 and an id.';

CREATE OR REPLACE FUNCTION private.review_is_of_buyer()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- Whoever refunds the order at the same time comes before, and is seen, or after, and sees the review.
  perform from public.orders as placed
  where placed.id = (select item.order_id from public.order_items as item where item.id = new.order_item_id)
  for share;
  if not private.has_bought(new.order_item_id, new.product_id, new.user_id) then
    perform private.problem(403, 'review_not_allowed', 'Only who has bought a product reviews it: no paid order shows it.');
  end if;
  return null;
end;
$function$;
comment on function private.review_is_of_buyer() is 'Trigger: what the policy asks of buyers, asked of the service role as well. Security definer: buyers may not lock orders.';

CREATE OR REPLACE FUNCTION private.review_moderate(review_id uuid, reason text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.only_staff();
  update public.reviews as review
  set hidden_at = case when reason is not null then coalesce(review.hidden_at, private.now()) end,
      hidden_reason = btrim(reason)
  where review.id = review_id;
  if not found then
    perform private.problem(404, 'review_not_found', 'There is no such review.');
  end if;
end;
$function$;
comment on function private.review_moderate(uuid, text) is 'Hides a review for a reason, or without one shows it again. Security definer: staff may write nobody''s review, only hide it.';
grant execute on function private.review_moderate(uuid, text) to authenticated;

CREATE OR REPLACE FUNCTION private.review_written()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Lines as people write them: no control characters, and no marks that turn around what follows.
  new.comment := btrim(regexp_replace(
    regexp_replace(new.comment, '\r\n?', E'\n', 'g'),
    '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]', '', 'g'
  ), E' \n\t');
  return new;
end;
$function$;
comment on function private.review_written() is 'Trigger: leaves plain text of a comment.';

CREATE OR REPLACE FUNCTION private.reviews_of_all(product_id uuid, hidden boolean, cursor text, page_size integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  beyond record := private.review_cursor(reviews_of_all.cursor);
  size constant integer := least(greatest(coalesce(reviews_of_all.page_size, 20), 1), 100);
begin
  perform private.only_staff();
  return (
    with page as (
      select review.*, row_number() over (order by review.created_at desc, review.id desc) as place
      from public.reviews as review
      where (reviews_of_all.product_id is null or review.product_id = reviews_of_all.product_id)
        and (reviews_of_all.hidden is null or (review.hidden_at is not null) = reviews_of_all.hidden)
        and (review.created_at, review.id) < (beyond.before_time, beyond.before_id)
      order by review.created_at desc, review.id desc
      limit size + 1
    )
    select jsonb_build_object(
      'reviews', coalesce(jsonb_agg(to_jsonb(page) - 'place' order by page.place)
        filter (where page.place <= size), '[]'),
      'next_cursor', (
        select private.microseconds(last.created_at) || '_' || last.id from page as last
        where last.place = size and exists (select from page as further where further.place > size)
      )
    )
    from page
  );
end;
$function$;
comment on function private.reviews_of_all(uuid, boolean, text, integer) is 'A page of everybody''s reviews, for staff. Security definer: staff read under RLS only what they wrote themselves, so that buyers keep their index.';
grant execute on function private.reviews_of_all(uuid, boolean, text, integer) to authenticated;

CREATE OR REPLACE FUNCTION private.reviews_of_order_follow()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed constant uuid := case tg_table_name when 'orders' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'order_id' end;
begin
  -- All of an order's in one statement, whichever line changed: the products' locks are then taken in order.
  update public.reviews as review
  set verified = private.has_bought(review.order_item_id, review.product_id, review.user_id)
  where review.order_item_id in (select item.id from public.order_items as item where item.order_id = changed)
    and review.verified <> private.has_bought(review.order_item_id, review.product_id, review.user_id);
  return null;
end;
$function$;
comment on function private.reviews_of_order_follow() is 'Trigger of orders and their lines: a review counts while its order shows it bought. Security definer: whoever refunds may not write reviews.';

CREATE OR REPLACE FUNCTION private.reviews_shown(product_id uuid, cursor text, page_size integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  beyond record := private.review_cursor(reviews_shown.cursor);
  size constant integer := least(greatest(coalesce(reviews_shown.page_size, 20), 1), 100);
begin
  return (
    with page as (
      select review.*, row_number() over (order by review.created_at desc, review.id desc) as place
      from public.reviews as review
      where review.product_id = reviews_shown.product_id and review.hidden_at is null and review.verified
        and (review.created_at, review.id) < (beyond.before_time, beyond.before_id)
        and private.product_on_sale(reviews_shown.product_id)
      order by review.created_at desc, review.id desc
      limit size + 1
    )
    select jsonb_build_object(
      'reviews', coalesce(jsonb_agg(jsonb_build_object(
        'id', page.id,
        'rating', page.rating,
        'comment', page.comment,
        'created_at', page.created_at,
        'author_name', private.public_name(profile.name, account.email),
        'avatar_url', profile.avatar_url,
        'verified', page.verified
      ) order by page.place) filter (where page.place <= size), '[]'),
      'next_cursor', (
        select private.microseconds(last.created_at) || '_' || last.id from page as last
        where last.place = size and exists (select from page as further where further.place > size)
      )
    )
    from page
    join public.profiles as profile on profile.id = page.user_id
    join auth.users as account on account.id = page.user_id
  );
end;
$function$;
comment on function private.reviews_shown(uuid, text, integer) is 'A page of a product''s reviews. Security definer: strangers read of a reviewer a short name and a picture, and nothing else of a profile or an order.';
grant execute on function private.reviews_shown(uuid, text, integer) to anon;
grant execute on function private.reviews_shown(uuid, text, integer) to authenticated;
grant execute on function private.reviews_shown(uuid, text, integer) to service_role;

CREATE OR REPLACE FUNCTION private.schedule_jobs()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  rule private.schedule_rules;
  slot timestamptz;
  cause text;
  job bigint;
begin
  for rule in
    select due.* from private.schedule_rules as due
    -- A slot whose predecessor nobody has begun would do the same work twice in a row; and most ticks
    -- end here, without writing or locking anything.
    where not exists (
      select from private.jobs as earlier
      where earlier.id = due.last_job and earlier.state = 'pending' and earlier.attempts = 0
    )
    order by due.kind
    for update skip locked
  loop
    slot := private.next_slot(rule.every, rule.at);
    cause := rule.kind || ':' || to_char(slot at time zone 'utc', case
      when extract(epoch from rule.every) % 86400 = 0 then 'YYYY-MM-DD' else 'YYYY-MM-DD"T"HH24:MI:SS"Z"' end);
    -- Looked up first: an insert that conflicts would use up an id at every tick.
    job := coalesce(
      (select known.id from private.jobs as known where known.kind = rule.kind and known.dedupe_key = cause),
      private.enqueue(rule.kind, rule.payload, cause, slot)
    );
    continue when job is not distinct from rule.last_job;
    -- A key stays for good, and a rule of every minute makes half a million a year: of those that run
    -- more than once a day only the coming job stays, and what has not succeeded.
    delete from private.jobs as earlier
    where earlier.id = rule.last_job and earlier.state = 'succeeded' and rule.every < interval '1 day';
    update private.schedule_rules as held set last_job = job where held.kind = rule.kind;
  end loop;
end;
$function$;
comment on function private.schedule_jobs() is 'Enqueues the coming slot of each rule, once: the job''s key names the slot.';
grant execute on function private.schedule_jobs() to service_role;

CREATE OR REPLACE FUNCTION private.search_best(terms jsonb, required tsquery, price_list text, categories uuid[], min_amount bigint, max_amount bigint, in_stock boolean, after_score integer, after_place tid, most integer)
 RETURNS TABLE(product_id uuid, score integer, place tid)
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
 SET max_parallel_workers_per_gather TO '0'
 SET search_path TO ''
AS $function$
declare
  anywhere constant tsquery := coalesce(private.tsquery_of(terms, 'w:') && required, private.tsquery_of(terms, 'w:'));
  named constant text := private.tsquery_of(terms, 'n#:')::text;
  filtered constant boolean := categories is not null or search_best.min_amount is not null
    or search_best.max_amount is not null or search_best.in_stock;
  -- Attributes that many products have are asked of each product found; rare ones find them.
  asked constant tsquery := case when private.is_frequent(required, price_list) then required end;
  wanted tsquery;
  gathered integer := 0;
  added integer;
begin
  if private.few_listed(price_list, categories, search_best.min_amount, search_best.max_amount) then
    return query execute
      'select * from (
         select document.product_id, case
             when document.document @@ replace($6, ''n#:'', private.level_prefix(document.level))::tsquery
             then 1 + document.level else 0 end as score,
           document.ctid as place
         from public.product_listings as listing
         join public.product_documents as document on document.product_id = listing.product_id
         where listing.price_list_id = $1 and document.document @@ $5 '
      || case when categories is not null then ' and listing.category_id = any ($2)' else '' end
      || case when search_best.min_amount is not null then ' and listing.min_amount >= $3' else '' end
      || case when search_best.max_amount is not null then ' and listing.min_amount <= $4' else '' end
      || case when search_best.in_stock then private.in_stock_condition() else '' end
      || ') as found
       where $7 is null or found.score < $7 or found.score = $7 and found.place > $8
       order by found.score desc, found.place limit $9'
    using price_list, categories, search_best.min_amount, search_best.max_amount, anywhere, named,
      after_score, after_place, most;
    return;
  end if;

  -- In the order of what is found first, so that what many products match is never read to its end: a word in
  -- the name before a word anywhere, and the higher level first. All of one level are as good, and come in the
  -- order of the table, as the index's bitmap gives them: sorted by anything else, all would have to be read.
  for rank in reverse least(coalesce(after_score - 1, 23), 23)..0 loop
    wanted := replace(named, 'n#:', private.level_prefix(rank))::tsquery;
    if asked is null and required is not null then
      wanted := wanted && required;
    end if;
    return query
      select document.product_id, 1 + rank, document.ctid
      from public.product_documents as document
      cross join lateral (
        select from public.product_listings as listing
        where (asked is null or document.document @@ asked)
          and listing.product_id = document.product_id and listing.price_list_id = search_best.price_list
          -- As private.is_listed has it, written out: a tenth of what is read may pass.
          and (not filtered or (
            (categories is null or listing.category_id = any (categories))
            and (search_best.min_amount is null or listing.min_amount >= search_best.min_amount)
            and (search_best.max_amount is null or listing.min_amount <= search_best.max_amount)
            and (not search_best.in_stock or exists (
              select from public.variant_availability as availability
              where availability.product_id = listing.product_id and availability.on_sale
                and availability.band <> 'out_of_stock'
            ))
          ))
        limit 1
      ) as shown
      where document.document @@ wanted
        and (after_place is null or rank + 1 < after_score or document.ctid > after_place)
      limit most - gathered;
    get diagnostics added = row_count;
    gathered := gathered + added;
    if gathered >= most then
      return;
    end if;
  end loop;
  return query
    select rest.product_id, 0, rest.place
    from private.search_rest(
      anywhere, named, price_list, categories, search_best.min_amount, search_best.max_amount,
      search_best.in_stock, case when after_score = 0 then after_place end, most - gathered
    ) as rest;
end;
$function$;
comment on function private.search_best(jsonb, tsquery, text, uuid[], bigint, bigint, boolean, integer, tid, integer) is 'So many of the best products of a search after a place in its order: how well each answers it, and where its document is.';
grant execute on function private.search_best(jsonb, tsquery, text, uuid[], bigint, bigint, boolean, integer, tid, integer) to anon;
grant execute on function private.search_best(jsonb, tsquery, text, uuid[], bigint, bigint, boolean, integer, tid, integer) to authenticated;
grant execute on function private.search_best(jsonb, tsquery, text, uuid[], bigint, bigint, boolean, integer, tid, integer) to service_role;

CREATE OR REPLACE FUNCTION private.search_lexemes(text text)
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
begin
  return (
    -- Both languages, whatever the text is in: brands and borrowed words are in each. French also as written,
    -- since its endings are told by their accents. Letters and digits alone: the parser would make hosts and
    -- signed numbers of "a.b" and "3-5".
    select array(
      select distinct private.fold(lexeme)
      from regexp_replace(search_lexemes.text, '[^[:alnum:]]+', ' ', 'g') as written,
        unnest(
          tsvector_to_array(to_tsvector('pg_catalog.english', private.fold(written)))
          || tsvector_to_array(to_tsvector('pg_catalog.french', private.fold(written)))
          || tsvector_to_array(to_tsvector('pg_catalog.french', written))
        ) as lexeme
      where char_length(lexeme) <= 40
    )
  );
end;
$function$;
comment on function private.search_lexemes(text) is 'The words of a text as stems, French and English, without accents; without those that mean nothing in both.';
grant execute on function private.search_lexemes(text) to anon;
grant execute on function private.search_lexemes(text) to authenticated;
grant execute on function private.search_lexemes(text) to service_role;

CREATE OR REPLACE FUNCTION private.search_nearest(word text)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  swapped constant text[] := array(
    select left(word, at - 1) || substr(word, at + 1, 1) || substr(word, at, 1) || substr(word, at + 2)
    from generate_series(1, char_length(word) - 1) as at
  );
  nearest text[];
begin
  -- Two letters swapped is the commonest typo, and the one that leaves the fewest trigrams.
  nearest := array(select known.word from public.search_words as known where known.word = any (swapped) limit 4);
  if cardinality(nearest) > 0 or char_length(word) < 3 then
    return nearest;
  end if;
  perform pg_catalog.set_config('pg_trgm.similarity_threshold', '0.25', true);
  return array(
    select near.word
    from (
      select known.word, extensions.similarity(known.word, search_nearest.word) as alike,
        extensions.levenshtein_less_equal(known.word, search_nearest.word, 2) as edits
      from public.search_words as known
      where known.word operator(extensions.%) search_nearest.word
    ) as near
    where near.edits <= case when char_length(search_nearest.word) < 6 then 1 else 2 end
    order by near.edits, near.alike desc, near.word
    limit 4
  );
end;
$function$;
comment on function private.search_nearest(text) is 'The known words that a word with a typo may mean: at most four, one edit away, or two if it is long.';
grant execute on function private.search_nearest(text) to anon;
grant execute on function private.search_nearest(text) to authenticated;
grant execute on function private.search_nearest(text) to service_role;

CREATE OR REPLACE FUNCTION private.search_rest(anywhere tsquery, named text, price_list text, categories uuid[], min_amount bigint, max_amount bigint, in_stock boolean, after tid, most integer)
 RETURNS TABLE(product_id uuid, place tid)
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'on'
 SET synchronize_seqscans TO 'off'
 SET max_parallel_workers_per_gather TO '0'
 SET jit TO 'off'
 SET search_path TO ''
AS $function$
begin
  return query execute format(
    'select document.product_id, document.ctid
     from public.product_documents as document
     cross join lateral (
       select from public.product_listings as listing
       where listing.product_id = document.product_id and listing.price_list_id = $2
         and private.is_listed(listing, $3, $4, $5, $6)
       limit 1
     ) as shown
     where document.document @@ $1
       and not document.document @@ replace($7, ''n#:'', private.level_prefix(document.level))::tsquery %s
     limit %s',
    case when after is not null then 'and document.ctid > $8' end, most
  ) using anywhere, price_list, categories, search_rest.min_amount, search_rest.max_amount,
    search_rest.in_stock, named, after;
end;
$function$;
comment on function private.search_rest(tsquery, text, text, uuid[], bigint, bigint, boolean, tid, integer) is 'Products that have the words of a search, and not all of them in the name.';
grant execute on function private.search_rest(tsquery, text, text, uuid[], bigint, bigint, boolean, tid, integer) to anon;
grant execute on function private.search_rest(tsquery, text, text, uuid[], bigint, bigint, boolean, tid, integer) to authenticated;
grant execute on function private.search_rest(tsquery, text, text, uuid[], bigint, bigint, boolean, tid, integer) to service_role;

CREATE OR REPLACE FUNCTION private.search_terms(search text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  typed text;
  lexemes text[];
  meant text[];
  terms jsonb := '[]';
  skipped jsonb := '[]';
begin
  foreach typed in array (
    regexp_split_to_array(trim(regexp_replace(search, '[^[:alnum:]]+', ' ', 'g')), ' ')
  )[1:8] loop
    continue when typed = '';
    lexemes := private.search_lexemes(typed);
    -- "the" and "sur" mean nothing, unless nothing else is asked for.
    if to_tsvector('pg_catalog.english', typed) = '' or to_tsvector('pg_catalog.french', typed) = '' then
      skipped := skipped || jsonb_build_array(lexemes || private.fold(typed));
      continue;
    end if;
    if not exists (select from public.search_words as known where known.word = any (lexemes)) then
      meant := array(select distinct near from unnest(lexemes) as lexeme, unnest(private.search_nearest(lexeme)) as near);
      lexemes := lexemes || meant;
    end if;
    terms := terms || jsonb_build_array(to_jsonb(lexemes));
  end loop;
  return case when terms = '[]' then skipped else terms end;
end;
$function$;
comment on function private.search_terms(text) is 'What a search means: for each of its first eight words the lexemes that are as good, typos mended.';
grant execute on function private.search_terms(text) to anon;
grant execute on function private.search_terms(text) to authenticated;
grant execute on function private.search_terms(text) to service_role;

CREATE OR REPLACE FUNCTION private.seat_limit(workspace_id uuid)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  -- The entitlement as everywhere: of the plan that counts, or what staff have given instead.
  given constant record := private.feature_grant(seat_limit.workspace_id, 'members');
begin
  -- A plan that does not name the feature includes its owner alone; one without a number has no limit.
  return case when given.included then given.limit_value else 1 end;
end;
$function$;
comment on function private.seat_limit(uuid) is 'How many members a workspace may have by its plan; null for any number.';
grant execute on function private.seat_limit(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.seat_subscription(workspace uuid)
 RETURNS subscriptions
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select held.* from public.subscriptions as held
  join public.plans as plan on plan.id = held.plan_id and plan.per_seat
  where held.workspace_id = workspace and held.status in ('active', 'trialing', 'past_due')
  order by held.created_at desc, held.id
  limit 1;
$function$;
comment on function private.seat_subscription(uuid) is 'The running subscription whose quantity follows a workspace''s members; null where none does.';
grant execute on function private.seat_subscription(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.seat_taken(workspace_id uuid, wanted bigint)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  seats constant bigint := private.seat_limit(seat_taken.workspace_id);
begin
  -- Before the limit: that of a locked workspace is the free plan's, and more seats would not help it.
  if private.workspace_access(seat_taken.workspace_id) <> 'full' then
    perform private.problem(402, 'workspace_read_only',
      'Nobody is invited or let in until the open invoice of this workspace is paid.');
  end if;
  if seat_taken.wanted > seats then
    perform private.problem(409, 'seat_limit_reached', format(
      'The plan of this workspace includes %s member%s, with those invited: choose a larger plan, or make room.',
      seats, case when seats = 1 then '' else 's' end
    ));
  end if;
end;
$function$;
comment on function private.seat_taken(uuid, bigint) is 'Refuses with seat_limit_reached when the plan has fewer than `wanted` seats, with workspace_read_only while invoices are unpaid.';
grant execute on function private.seat_taken(uuid, bigint) to service_role;

CREATE OR REPLACE FUNCTION private.seats_follow(workspace uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  held public.subscriptions;
  seq bigint;
begin
  -- A subscription that begins and a member who comes see each other: the second one waits.
  perform pg_advisory_xact_lock(hashtextextended('seats ' || workspace, 0));
  held := private.seat_subscription(workspace);
  if held.id is null or held.quantity >= (
    select count(*) from public.workspace_members as member where member.workspace_id = workspace
  ) then
    return;
  end if;
  insert into private.seat_syncs as sync (workspace_id, wanted_seq)
  values (workspace, 1)
  on conflict on constraint seat_syncs_pkey do update set wanted_seq = sync.wanted_seq + 1
  returning wanted_seq into seq;
  perform private.enqueue(
    'seats_sync', jsonb_build_object('workspace_id', workspace, 'seq', seq),
    'seats:' || workspace || ':' || seq
  );
end;
$function$;
comment on function private.seats_follow(uuid) is 'Enqueues a job where a workspace has more members than seats it pays for. Security definer: whoever comes in may not see the subscription.';

CREATE OR REPLACE FUNCTION private.seats_follow_member()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.seats_follow(new.workspace_id);
  return null;
end;
$function$;
comment on function private.seats_follow_member() is 'Trigger: a member who comes takes a seat. Security definer: as private.seats_follow.';

CREATE OR REPLACE FUNCTION private.seats_follow_subscription()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if new.status not in ('active', 'trialing', 'past_due')
    or not exists (select from public.plans as plan where plan.id = new.plan_id and plan.per_seat) then
    return null;
  end if;
  perform private.seats_follow(new.workspace_id);
  if new.current_period_end is not null then
    perform private.enqueue(
      'seats_sync', jsonb_build_object('workspace_id', new.workspace_id, 'seq', null),
      'seats_renewal:' || new.stripe_subscription_id || ':' || extract(epoch from new.current_period_end)::bigint,
      new.current_period_end - interval '2 hours'
    );
  end if;
  return null;
end;
$function$;
comment on function private.seats_follow_subscription() is 'Trigger: when a subscription begins, changes or renews, its seats are looked at, and again shortly before its next renewal. Security definer: as private.seats_follow.';

CREATE OR REPLACE FUNCTION private.second_factor_due()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return auth.jwt() ->> 'aal' is distinct from 'aal2'
    and (select required from private.second_factor_rules where audience = 'paying_owners')
    and exists (
      select from public.workspace_members as member
      join public.subscriptions as held on held.workspace_id = member.workspace_id
      where member.user_id = (select auth.uid()) and member.role = 'owner'
        and held.status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
    );
end;
$function$;
comment on function private.second_factor_due() is 'Whether the caller owns a paying workspace and signed in without the second factor that is required of such owners. Security definer: policies of those very tables call it.';
grant execute on function private.second_factor_due() to authenticated;
grant execute on function private.second_factor_due() to service_role;

CREATE OR REPLACE FUNCTION private.second_factor_given()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if private.second_factor_due() then
    perform private.problem(403, 'second_factor_required',
      'Owners of a paying workspace change this after signing in with a second factor alone.');
  end if;
  return true;
end;
$function$;
comment on function private.second_factor_given() is 'For restrictive policies: true, or refuses with second_factor_required, which says more than no row changed.';
grant execute on function private.second_factor_given() to authenticated;
grant execute on function private.second_factor_given() to service_role;

CREATE OR REPLACE FUNCTION private.session_drift(record jsonb)
 RETURNS TABLE(kind text, order_id uuid, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with told as (
    select private.uuid_or_null(record ->> 'order_id') as order_id,
      record ->> 'status' = 'complete' and record ->> 'payment_status' in ('paid', 'no_payment_required') as paid,
      (record ->> 'amount_total')::bigint as total
  ), seen as (
    select told.*, held.id as held_id, held.status, held.paid_at, held.currency, held.stripe_session_id,
      coalesce((
        select sum(moved.amount) from private.money_movements as moved
        where moved.order_id = held.id and moved.kind = 'charge'
          -- This session's alone: what another one paid goes back by itself.
          and moved.stripe_id in (record ->> 'charge_id', record ->> 'payment_intent_id', record ->> 'id')
      ), 0) as charged
    from told left join public.orders as held on held.id = told.order_id
  ), judged as (
    select seen.*, case
      -- Of an order that is not here only money matters.
      when held_id is null then case when paid then 'order_missing' end
      when paid and (charged = 0 and total > 0
        or paid_at is null and coalesce(stripe_session_id, record ->> 'id') = record ->> 'id') then 'paid_not_settled'
      when paid and stripe_session_id = record ->> 'id'
        and (charged <> total or record ->> 'currency' <> currency) then 'amount'
      when record ->> 'status' = 'expired' and status = 'pending' and coalesce(stripe_session_id, record ->> 'id') = record ->> 'id'
        then 'not_released'
      when stripe_session_id is null and (paid or record ->> 'status' = 'open') then 'session_unknown'
    end as found
    from seen
  )
  select found, judged.order_id, jsonb_build_object(
    'status', jsonb_build_object('stripe', coalesce(record ->> 'payment_status', record ->> 'status'), 'ours', status),
    'amount', jsonb_build_object('stripe', total, 'ours', charged),
    'currency', jsonb_build_object('stripe', record ->> 'currency', 'ours', currency)
  )
  from judged where found is not null;
$function$;
comment on function private.session_drift(jsonb) is 'How an order differs from its checkout session, a record of checkoutSessionRecord(): a row, or none.';
grant execute on function private.session_drift(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.share_of(remaining bigint, quantity integer, units integer, step integer)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case when units >= quantity then remaining
    else (div(remaining::numeric * units, quantity::numeric * step) * step)::bigint end;
$function$;
comment on function private.share_of(bigint, integer, integer, integer) is 'What `units` of `quantity` are worth of what remains, in whole steps; the last ones all of it.';
grant execute on function private.share_of(bigint, integer, integer, integer) to service_role;

CREATE OR REPLACE FUNCTION private.shop_alert_measures()
 RETURNS TABLE(measure text, value bigint, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select 'unrepaired_shop_drifts', coalesce(sum(open.drifts), 0)::bigint,
    coalesce(jsonb_object_agg(open.kind, open.drifts), '{}')
  from private.shop_drifts_open() as open
  union all
  -- Null, and no alert, before the first one.
  select 'seconds_since_shop_reconciliation', private.epoch(private.now()) - private.epoch(max(run.finished_at)), '{}'
  from private.shop_reconciliations as run;
$function$;
comment on function private.shop_alert_measures() is 'What alert rules measure of the shop''s comparisons.';
grant execute on function private.shop_alert_measures() to service_role;

CREATE OR REPLACE FUNCTION private.shop_drifts_open()
 RETURNS TABLE(kind text, drifts bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- The latest comparison counts; of one that still runs nobody knows yet.
  select drift.kind, count(*) from private.shop_drifts as drift
  where drift.repaired_at is null and drift.reconciliation_id = (
    select latest.id from private.shop_reconciliations as latest
    where latest.finished_at is not null order by latest.id desc limit 1
  )
  group by drift.kind;
$function$;
comment on function private.shop_drifts_open() is 'What the latest comparison of the shop found and nobody has mended, by kind.';
grant execute on function private.shop_drifts_open() to service_role;

CREATE OR REPLACE FUNCTION private.shop_imbalances()
 RETURNS TABLE(kind text, id uuid, expected bigint, actual bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with money as (
    select ordered.id, ordered.paid_amount, ordered.refunded_amount, ordered.disputed_amount,
      coalesce(sum(moved.amount) filter (where moved.kind = 'charge'), 0)::bigint as charged,
      coalesce(-sum(moved.amount) filter (where moved.kind in ('refund', 'refund_failed')), 0)::bigint as refunded,
      coalesce(-sum(moved.amount) filter (where moved.kind in ('dispute', 'dispute_won')), 0)::bigint as disputed
    from public.orders as ordered
    -- What came in another currency stopped the order for people to look at; no counter can hold it.
    left join private.money_movements as moved
      on moved.order_id = ordered.id and moved.currency = ordered.currency
    group by ordered.id
  ), stock as (
    select held.variant_id, held.on_hand, held.reserved, held.shortage,
      coalesce(sum(moved.on_hand_delta), 0) as on_hand_sum,
      coalesce(sum(moved.reserved_delta), 0) as reserved_sum,
      coalesce(sum(moved.shortage_delta), 0) as shortage_sum
    from private.stock as held
    left join private.stock_movements as moved on moved.variant_id = held.variant_id
    group by held.variant_id
  ), lines as (
    select line.order_id, sum(line.subtotal_amount)::bigint as subtotal, sum(line.discount_amount)::bigint as discount
    from public.order_items as line group by line.order_id
  ), taken as (
    select ordered.id as order_id, ordered.status, line.variant_id, line.quantity, line.restocked_quantity,
      coalesce(moved.reserved, 0) as reserved, -coalesce(moved.on_hand, 0) as taken, coalesce(moved.restocked, 0) as restocked
    from public.order_items as line
    join public.orders as ordered on ordered.id = line.order_id
    left join (
      select movement.order_id, movement.variant_id, sum(movement.reserved_delta) as reserved,
        sum(movement.on_hand_delta) as on_hand,
        sum(movement.on_hand_delta) filter (where movement.kind = 'restocked') as restocked
      from private.stock_movements as movement where movement.order_id is not null
      group by movement.order_id, movement.variant_id
    ) as moved on moved.order_id = line.order_id and moved.variant_id = line.variant_id
    where line.variant_id is not null
  ), refunds as (
    select line.id, line.refunded_quantity, coalesce(sum(part.quantity), 0) as quantity
    from public.order_items as line
    left join public.order_refunds as refund on refund.order_id = line.order_id and refund.state <> 'failed'
    left join lateral jsonb_to_recordset(refund.lines) as part (order_item_id uuid, quantity integer)
      on part.order_item_id = line.id
    group by line.id
  )
  select 'order_paid', money.id, money.charged, money.paid_amount from money where money.charged <> money.paid_amount
  union all
  select 'order_refunded', money.id, money.refunded, money.refunded_amount from money where money.refunded <> money.refunded_amount
  union all
  select 'order_disputed', money.id, money.disputed, money.disputed_amount from money where money.disputed <> money.disputed_amount
  union all
  select 'stock_on_hand', stock.variant_id, stock.on_hand_sum, stock.on_hand from stock where stock.on_hand_sum <> stock.on_hand
  union all
  select 'stock_reserved', stock.variant_id, stock.reserved_sum, stock.reserved from stock where stock.reserved_sum <> stock.reserved
  union all
  select 'stock_shortage', stock.variant_id, stock.shortage_sum, stock.shortage from stock where stock.shortage_sum <> stock.shortage
  union all
  select 'order_subtotal', ordered.id, coalesce(lines.subtotal, 0), ordered.subtotal_amount
  from public.orders as ordered left join lines on lines.order_id = ordered.id
  where coalesce(lines.subtotal, 0) <> ordered.subtotal_amount
  union all
  select 'order_discount', ordered.id, lines.discount, ordered.discount_amount
  from public.orders as ordered join lines on lines.order_id = ordered.id
  where lines.discount <> ordered.discount_amount
  union all
  -- What a pending order holds, and nothing else holds but one that people are to look at.
  select 'order_held', taken.order_id, case taken.status when 'pending' then taken.quantity else 0 end, taken.reserved
  from taken
  where case taken.status
    when 'pending' then taken.reserved <> taken.quantity
    when 'review' then taken.reserved not in (0, taken.quantity)
    else taken.reserved <> 0 end
  union all
  select 'order_restocked', taken.order_id, taken.restocked, taken.restocked_quantity
  from taken where taken.restocked <> taken.restocked_quantity
  union all
  -- What is to be sent has left the stock, but for what came back.
  select 'order_sold', taken.order_id, taken.quantity - taken.restocked_quantity, taken.taken
  from taken
  where taken.status in ('paid', 'fulfilling', 'shipped', 'delivered', 'partially_refunded')
    and taken.taken <> taken.quantity - taken.restocked_quantity
  union all
  select 'line_refunded', refunds.id, refunds.quantity, refunds.refunded_quantity
  from refunds where refunds.quantity <> refunds.refunded_quantity
  union all
  -- What the counters of refunds and of their rows say is the same money.
  select 'order_refunds', money.id, coalesce(made.amount, 0), money.refunded_amount
  from money
  left join (
    select refund.order_id, sum(refund.amount)::bigint as amount
    from public.order_refunds as refund
    join public.orders as ordered on ordered.id = refund.order_id and ordered.currency = refund.currency
    where refund.state = 'done' group by refund.order_id
  ) as made on made.order_id = money.id
  where coalesce(made.amount, 0) <> money.refunded_amount;
$function$;
comment on function private.shop_imbalances() is 'Every order and variant whose counters differ from the ledgers: nothing, or something is wrong. `id` is the order''s, the line''s or the variant''s.';
grant execute on function private.shop_imbalances() to service_role;

CREATE OR REPLACE FUNCTION private.shop_price_list(asked text)
 RETURNS price_lists
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  found_list public.price_lists;
begin
  select list.* into found_list from public.price_lists as list
  where list.active and case when asked is null then list.is_default else list.id = asked end;
  if found_list.id is null then
    perform private.problem(422, 'price_list_not_found', 'No prices are shown by this list.');
  end if;
  return found_list;
end;
$function$;
comment on function private.shop_price_list(text) is 'The price list that is asked for, or the default one. Refuses one that is not there.';
grant execute on function private.shop_price_list(text) to anon;
grant execute on function private.shop_price_list(text) to authenticated;
grant execute on function private.shop_price_list(text) to service_role;

CREATE OR REPLACE FUNCTION private.slug_of(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  -- Decomposed before it is lower case: what lower() knows of É depends on the database's locale.
  select coalesce(nullif(btrim(left(btrim(regexp_replace(
    lower(regexp_replace(normalize(name, nfkd), '[\u0300-\u036f]+', '', 'g')),
    '[^a-z0-9]+', '-', 'g'
  ), '-'), 40), '-'), ''), 'workspace');
$function$;
comment on function private.slug_of(text) is 'A name as it stands in an address: lower-case letters without accents, digits and single hyphens, at most 40.';

CREATE OR REPLACE FUNCTION private.staff_acts(staff uuid, reason text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.staff_required(staff);
  if reason is null or char_length(reason) not between 5 and 500 then
    perform private.problem(422, 'invalid_body', 'Say why, in 5 to 500 characters.');
  end if;
  perform private.act_as(staff, reason);
end;
$function$;
comment on function private.staff_acts(uuid, text) is 'Lets only staff go on, and says for the rest of the transaction who acts and why.';
grant execute on function private.staff_acts(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION private.staff_addresses()
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object(
    'address', account.email, 'locale', profile.locale, 'name', profile.name
  ) order by account.email), '[]')
  from private.staff as staff
  join auth.users as account on account.id = staff.user_id
  join public.profiles as profile on profile.id = staff.user_id
  where account.email is not null;
$function$;
comment on function private.staff_addresses() is 'Whom alerts go to where no other address is set: [{address, locale, name}]. Security definer: reads addresses in auth.users, where the service role has no grant.';
grant execute on function private.staff_addresses() to service_role;

CREATE OR REPLACE FUNCTION private.staff_billing_reconcile(reason text)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ select private.staff_reconcile('billing_reconcile', reason) $function$;
comment on function private.staff_billing_reconcile(text) is 'Begins a comparison of billing for staff. Security definer: no user writes jobs.';
grant execute on function private.staff_billing_reconcile(text) to authenticated;
grant execute on function private.staff_billing_reconcile(text) to service_role;

CREATE OR REPLACE FUNCTION private.staff_billing_reconciliations()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.staff_calls();
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', run.id, 'repair', run.repair, 'checked', run.checked,
      'started_at', run.started_at, 'finished_at', run.finished_at,
      'drifts', (select count(*) from private.billing_drifts as drift where drift.reconciliation_id = run.id),
      'open', (
        select count(*) from private.billing_drifts as drift
        where drift.reconciliation_id = run.id and drift.repaired_at is null
      ),
      'found', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'kind', drift.kind, 'object_type', drift.object_type, 'object_id', drift.object_id, 'order_id', null,
          'detail', drift.detail, 'repaired_at', drift.repaired_at
        ) order by drift.id), '[]')
        from (
          select * from private.billing_drifts as one where one.reconciliation_id = run.id order by one.id limit 100
        ) as drift
      )
    ) order by run.id desc), '[]')
    from (select * from private.reconciliations order by id desc limit 10) as run
  );
end;
$function$;
comment on function private.staff_billing_reconciliations() is 'The latest comparisons of billing, for staff. Security definer: no user reads what they found.';
grant execute on function private.staff_billing_reconciliations() to authenticated;
grant execute on function private.staff_billing_reconciliations() to service_role;

CREATE OR REPLACE FUNCTION private.staff_calls()
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  case private.staff_standing()
    when 'staff' then return;
    when 'second_factor_required' then
      perform private.problem(403, 'second_factor_required', 'Sign in with a second factor to do this.');
    else
      perform private.problem(403, 'forbidden', 'This is for those who operate the product.');
  end case;
end;
$function$;
comment on function private.staff_calls() is 'Lets only staff go on, who have shown a second factor where that is required: for client RPCs.';
grant execute on function private.staff_calls() to authenticated;
grant execute on function private.staff_calls() to service_role;

CREATE OR REPLACE FUNCTION private.staff_decided(cause uuid, answer jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.staff_decisions as held set answer = staff_decided.answer where held.id = cause
  returning held.answer;
$function$;
comment on function private.staff_decided(uuid, jsonb) is 'Keeps the answer to a decision in the transaction that made it, and returns it.';
grant execute on function private.staff_decided(uuid, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.staff_decision(cause uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Waits for an earlier attempt that is still at it.
  insert into private.staff_decisions (id) values (cause) on conflict do nothing;
  if found then
    return null;
  end if;
  return (select held.answer from private.staff_decisions as held where held.id = cause);
end;
$function$;
comment on function private.staff_decision(uuid) is 'What an earlier attempt of a request has decided; null where it is to be decided now, and answered by staff_decided.';
grant execute on function private.staff_decision(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.staff_jobs_decide(staff uuid, reason text, decision text, ids bigint[], filter jsonb, most integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  job private.jobs;
  chosen constant bigint[] := coalesce(ids, array(
    select found.id
    from private.jobs_found(filter || jsonb_build_object('decision', decision), null, most) as found
  ));
  was text;
  changed jsonb := '[]';
begin
  perform private.staff_acts(staff, reason);
  for job in
    select * from private.jobs as known where known.id = any (chosen) order by known.id for update
  loop
    was := private.job_state(job);
    -- What runs is left alone: its effect may be on its way.
    continue when decision = 'retry' and was not in ('dead', 'discarded')
      or decision = 'discard' and was not in ('dead', 'due', 'waiting');
    if decision = 'retry' then
      update private.jobs as held
      set state = 'pending', finished_at = null, attempts = 0, run_at = private.now(), last_error = null,
          locked_until = null, note = reason
      where held.id = job.id;
      update private.webhook_events as event set discarded_at = null
      where job.kind = 'webhook_handle' and event.id = (job.payload ->> 'event')::bigint;
    else
      update private.jobs as held
      set state = 'discarded', finished_at = coalesce(held.finished_at, now()), locked_until = null, note = reason
      where held.id = job.id;
      -- Nobody waits any more for an event that no other job is to handle.
      update private.webhook_events as event set discarded_at = now()
      where job.kind = 'webhook_handle' and event.id = (job.payload ->> 'event')::bigint
        and event.handled_at is null
        and not exists (
          select from private.jobs as other
          where other.kind = 'webhook_handle' and other.payload ->> 'event' = event.id::text
            and other.state in ('pending', 'dead')
        );
    end if;
    perform private.audit_note('jobs.' || decision, job.id::text, null, jsonb_build_object(
      'state', jsonb_build_object('old', was, 'new', case decision when 'retry' then 'due' else 'discarded' end)
    ));
    changed := changed || jsonb_build_object('id', job.id, 'state_before', was);
  end loop;
  return jsonb_build_object('changed', changed);
end;
$function$;
comment on function private.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer) is 'Retries or discards jobs for staff; the RPC of its name sees that a request does it once.';
grant execute on function private.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer) to service_role;

CREATE OR REPLACE FUNCTION private.staff_order_days(time_zone text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  first_day timestamptz;
begin
  perform private.staff_calls();
  begin
    -- Counted in days of the zone, of which two a year have not 24 hours.
    first_day := (date_trunc('day', private.now() at time zone time_zone) - interval '29 days') at time zone time_zone;
  exception when invalid_parameter_value then
    first_day := null;
  end;
  if first_day is null then
    perform private.problem(422, 'invalid_body', 'There is no such time zone.');
  end if;
  return (
    select coalesce(jsonb_agg(to_jsonb(counted) order by counted.day, counted.currency), '[]')
    from (
      select (placed.created_at at time zone time_zone)::date as day, placed.currency, count(*) as orders,
        sum(placed.paid_amount - placed.refunded_amount - placed.disputed_amount)::bigint as revenue
      from public.orders as placed
      where placed.created_at >= first_day and placed.paid_at is not null
      group by 1, 2
    ) as counted
  );
end;
$function$;
comment on function private.staff_order_days(text) is 'What was sold on which day, for staff. Security definer: no user reads others'' orders; only sums leave.';
grant execute on function private.staff_order_days(text) to authenticated;
grant execute on function private.staff_order_days(text) to service_role;

CREATE OR REPLACE FUNCTION private.staff_overview()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  -- The newest so many of the queue and of the inbox, by the primary key. An index for it would cost each
  -- job and event; so a busy day is cut, and `since` says where.
  most constant integer := 20000;
begin
  perform private.staff_calls();
  return jsonb_build_object(
    'incidents', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'rule', told.rule, 'opened_at', told.opened_at, 'resolved_at', told.resolved_at, 'value', told.value,
        'peak', told.peak, 'threshold', rule.threshold, 'detail', told.told_detail
      ) order by told.opened_at desc), '[]')
      from (
        select * from private.alert_incidents where resolved_at is null
        union all
        (select * from private.alert_incidents where resolved_at > now() - interval '7 days'
         order by resolved_at desc limit 20)
      ) as told
      join private.alert_rules as rule on rule.name = told.rule
    ),
    'jobs', (
      with newest as (
        select job.created_at, job.state from private.jobs as job order by job.id desc limit most
      ), counted as (
        select date_trunc('hour', newest.created_at) as hour,
          count(*) filter (where newest.state = 'succeeded') as succeeded,
          count(*) filter (where newest.state = 'dead') as dead,
          count(*) filter (where newest.state = 'pending') as pending
        from newest where newest.created_at > now() - interval '24 hours' group by 1
      )
      select jsonb_build_object(
        'since', (
          select min(newest.created_at) from newest
          having count(*) = most and min(newest.created_at) > now() - interval '24 hours'
        ),
        'hours', (select coalesce(jsonb_agg(to_jsonb(counted) order by counted.hour), '[]') from counted)
      )
    ),
    'events', (
      with newest as (
        select event.received_at, event.provider from private.webhook_events as event
        order by event.id desc limit most
      ), counted as (
        select date_trunc('hour', newest.received_at) as hour, newest.provider, count(*) as events
        from newest where newest.received_at > now() - interval '24 hours' group by 1, 2
      )
      select jsonb_build_object(
        'since', (
          select min(newest.received_at) from newest
          having count(*) = most and min(newest.received_at) > now() - interval '24 hours'
        ),
        'hours', (
          select coalesce(jsonb_agg(to_jsonb(counted) order by counted.hour, counted.provider), '[]') from counted
        )
      )
    )
  );
end;
$function$;
comment on function private.staff_overview() is 'How it goes, for staff. Security definer: no user reads the queue, the inbox or incidents; only numbers leave.';
grant execute on function private.staff_overview() to authenticated;
grant execute on function private.staff_overview() to service_role;

CREATE OR REPLACE FUNCTION private.staff_reach(last boolean)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return case
    when not private.is_staff() then null
    when last then 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
    else '00000000-0000-0000-0000-000000000000'::uuid
  end;
end;
$function$;
comment on function private.staff_reach(boolean) is 'The first, or the last, of all ids for staff, null for everybody else. In policies as `between (select …) and (select …)`, which an index finds.';
grant execute on function private.staff_reach(boolean) to authenticated;
grant execute on function private.staff_reach(boolean) to service_role;

CREATE OR REPLACE FUNCTION private.staff_reconcile(job_kind text, reason text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  why constant text := btrim(reason);
  job bigint;
begin
  perform private.staff_calls();
  if coalesce(char_length(why) not between 5 and 500, true) then
    perform private.problem(422, 'invalid_body', 'Say why, in 5 to 500 characters.');
  end if;
  -- One at a time: who comes second gets the one that is due or runs. The coming night's is not meant.
  perform pg_advisory_xact_lock(hashtextextended(job_kind, 0));
  select min(open.id) into job from private.jobs as open
  where open.kind = job_kind and open.state = 'pending' and (open.run_at <= private.now() or open.attempts > 0);
  if job is null then
    job := private.enqueue(job_kind, '{}');
  else
    -- One that failed need not wait for its next attempt.
    update private.jobs as open set run_at = private.now()
    where open.id = job and open.run_at > private.now() and open.locked_until is null;
  end if;
  perform private.audit_note(job_kind || '.start', job::text, null, jsonb_build_object(
    'note', jsonb_build_object('new', why)
  ));
  return job;
end;
$function$;
comment on function private.staff_reconcile(text, text) is 'The job of a comparison that staff want now: the one that is due or runs already, one that failed, at once, or a new one; with an entry in the audit log.';
grant execute on function private.staff_reconcile(text, text) to service_role;

CREATE OR REPLACE FUNCTION private.staff_required(staff uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if not exists (select from private.staff as known where known.user_id = staff_required.staff) then
    perform private.problem(403, 'forbidden', 'This is for those who operate the product.');
  end if;
end;
$function$;
comment on function private.staff_required(uuid) is 'Lets only staff go on.';
grant execute on function private.staff_required(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.staff_shop_reconcile(reason text)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ select private.staff_reconcile('shop_reconcile', reason) $function$;
comment on function private.staff_shop_reconcile(text) is 'Begins a comparison of the shop for staff. Security definer: no user writes jobs.';
grant execute on function private.staff_shop_reconcile(text) to authenticated;
grant execute on function private.staff_shop_reconcile(text) to service_role;

CREATE OR REPLACE FUNCTION private.staff_shop_reconciliations()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.staff_calls();
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', run.id, 'repair', run.repair, 'checked', run.checked,
      'started_at', run.started_at, 'finished_at', run.finished_at,
      'drifts', (select count(*) from private.shop_drifts as drift where drift.reconciliation_id = run.id),
      'open', (
        select count(*) from private.shop_drifts as drift
        where drift.reconciliation_id = run.id and drift.repaired_at is null
      ),
      'found', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'kind', drift.kind, 'object_type', drift.object_type, 'object_id', drift.object_id,
          'order_id', drift.order_id, 'detail', drift.detail, 'repaired_at', drift.repaired_at
        ) order by drift.id), '[]')
        from (
          select * from private.shop_drifts as one where one.reconciliation_id = run.id order by one.id limit 100
        ) as drift
      )
    ) order by run.id desc), '[]')
    from (select * from private.shop_reconciliations order by id desc limit 10) as run
  );
end;
$function$;
comment on function private.staff_shop_reconciliations() is 'The latest comparisons of the shop, for staff. Security definer: no user reads what they found.';
grant execute on function private.staff_shop_reconciliations() to authenticated;
grant execute on function private.staff_shop_reconciliations() to service_role;

CREATE OR REPLACE FUNCTION private.staff_standing()
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return case
    when not exists (select from private.staff where user_id = (select auth.uid())) then 'none'
    when (select auth.jwt()) ->> 'aal' is distinct from 'aal2'
      and (select required from private.second_factor_rules where audience = 'staff')
      then 'second_factor_required'
    else 'staff'
  end;
end;
$function$;
comment on function private.staff_standing() is 'staff; second_factor_required: staff who signed in without one, where it is required; none. Security definer: nobody reads the list.';
grant execute on function private.staff_standing() to authenticated;
grant execute on function private.staff_standing() to service_role;

CREATE OR REPLACE FUNCTION private.staff_webhook_replay(staff uuid, reason text, ids bigint[], filter jsonb, most integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  event private.webhook_events;
  chosen constant bigint[] := coalesce(ids, array(
    select found.id from private.webhook_events_found(filter, null, most) as found
  ));
  was text;
  replayed jsonb := '[]';
begin
  perform private.staff_acts(staff, reason);
  -- Every object of every event first, in key order, as a single event takes its own: event by event two
  -- replays, or a replay and a delivery, could each wait for what the other holds.
  perform from private.sync_targets as target
  where (target.provider, target.object_type, target.object_id) in (
    select chosen_event.provider, named.type, named.id
    from private.webhook_events as chosen_event,
      jsonb_to_recordset(chosen_event.targets) as named (type text, id text)
    where chosen_event.id = any (chosen)
  )
  order by target.provider, target.object_type, target.object_id
  for update;
  -- In the order in which they came.
  for event in
    select * from private.webhook_events as known where known.id = any (chosen) order by known.id for update
  loop
    was := private.webhook_event_state(event);
    update private.webhook_events as known set note = reason where known.id = event.id;
    perform private.audit_note('webhook_events.replay', event.id::text);
    replayed := replayed || jsonb_build_object(
      'id', event.id, 'state_before', was,
      'job_id', private.webhook_schedule(event.id, event.provider, event.targets)
    );
  end loop;
  return jsonb_build_object('replayed', replayed);
end;
$function$;
comment on function private.staff_webhook_replay(uuid, text, bigint[], jsonb, integer) is 'Handles stored events anew for staff; the RPC of its name sees that a request does it once.';
grant execute on function private.staff_webhook_replay(uuid, text, bigint[], jsonb, integer) to service_role;

CREATE OR REPLACE FUNCTION private.staff_webhook_resend(staff uuid, reason text, ids bigint[], filter jsonb, most integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  delivery public.webhook_deliveries;
  chosen constant bigint[] := coalesce(ids, array(
    select found.id from private.webhook_deliveries_found(filter, null, most) as found
  ));
  resent jsonb := '[]';
begin
  perform private.staff_acts(staff, reason);
  -- In the order in which they happened.
  for delivery in
    select * from public.webhook_deliveries as held where held.id = any (chosen) order by held.id for update
  loop
    -- What still waits is on its way by itself.
    continue when delivery.state = 'pending';
    update public.webhook_deliveries as held
    set state = 'pending', finished_at = null, attempts = 0, replays = held.replays + 1, note = reason
    where held.id = delivery.id;
    perform private.webhook_enqueue(delivery.id, (delivery.replays + 1)::smallint);
    perform private.audit_note('webhook_deliveries.replay', delivery.id::text);
    resent := resent || jsonb_build_object('id', delivery.id, 'state_before', delivery.state);
  end loop;
  return jsonb_build_object('deliveries', resent);
end;
$function$;
comment on function private.staff_webhook_resend(uuid, text, bigint[], jsonb, integer) is 'Sends deliveries anew for staff; the RPC of its name sees that a request does it once.';
grant execute on function private.staff_webhook_resend(uuid, text, bigint[], jsonb, integer) to service_role;

CREATE OR REPLACE FUNCTION private.staff_workspaces(search text, before_created_at timestamp with time zone, before_id uuid, page_size integer)
 RETURNS TABLE(id uuid, name text, slug text, personal boolean, created_at timestamp with time zone, members bigint, plan text, access text, overrides bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  wanted constant text := lower(btrim(coalesce(search, '')));
  most constant integer := least(greatest(coalesce(page_size, 50), 1), 101);
  -- Before all that there are: what is made now is made before then.
  before constant timestamptz := coalesce(before_created_at, 'infinity');
  before_row constant uuid := coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  given uuid;
  found uuid[];
begin
  perform private.staff_calls();
  if wanted ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
    given := wanted::uuid;
    found := array(
      select given union select member.workspace_id from public.workspace_members as member
      where member.user_id = given
    );
  elsif wanted <> '' then
    found := array(
      select one.id from public.workspaces as one
      where (lower(one.name) collate "C" ^@ wanted or one.slug = wanted)
        and (one.created_at, one.id) < (before, before_row)
      order by one.created_at desc, one.id desc limit most
    );
    -- A name may hold one, too.
    if position('@' in wanted) > 0 then
      found := found || array(
        select member.workspace_id from public.workspace_members as member
        join auth.users as account on account.id = member.user_id
        where account.email = wanted
      );
    end if;
  else
    found := array(
      select one.id from public.workspaces as one
      where (one.created_at, one.id) < (before, before_row)
      order by one.created_at desc, one.id desc limit most
    );
  end if;
  return query
  select one.id, one.name, one.slug, one.personal_of is not null, one.created_at,
    (select count(*) from public.workspace_members as member where member.workspace_id = one.id),
    private.workspace_plan(one.id), private.workspace_access(one.id),
    (select count(*) from public.feature_overrides as override
     where override.workspace_id = one.id
       and (override.expires_at is null or override.expires_at > private.now()))
  from public.workspaces as one
  where one.id = any (found) and (one.created_at, one.id) < (before, before_row)
  order by one.created_at desc, one.id desc limit most;
end;
$function$;
comment on function private.staff_workspaces(text, timestamp with time zone, uuid, integer) is 'The workspaces that staff look for. Security definer: addresses are in auth.users, which nobody else reads.';
grant execute on function private.staff_workspaces(text, timestamp with time zone, uuid, integer) to authenticated;
grant execute on function private.staff_workspaces(text, timestamp with time zone, uuid, integer) to service_role;

CREATE OR REPLACE FUNCTION private.stock_adjust(variant_id uuid, reason text, delta integer, counted integer, request_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  before private.stock;
  after private.stock;
  unshipped integer;
  why constant text := btrim(reason);
begin
  perform private.staff_calls();
  if why is null or char_length(why) not between 5 and 500 then
    perform private.problem(422, 'invalid_body', 'Say why, in 5 to 500 characters.');
  end if;
  if (delta is null) = (counted is null) or delta = 0
    or delta not between -1000000 and 1000000 or counted not between 0 and 1000000
  then
    perform private.problem(422, 'invalid_body',
      'Give either delta, what came or went, or counted, what lies on the shelf; up to a million.');
  end if;
  -- From here on nobody reserves, sells or counts it until this is committed.
  select * into before from private.stock as known where known.variant_id = stock_adjust.variant_id for update;
  if before.variant_id is null then
    perform private.problem(404, 'not_found', 'There is no variant with this id.');
  end if;
  unshipped := private.stock_unshipped(stock_adjust.variant_id);
  if not exists (select from private.stock_movements as moved where moved.request_id = stock_adjust.request_id) then
    if -delta > before.on_hand - before.shortage + unshipped then
      perform private.problem(422, 'invalid_body', format(
        'Only %s are there, so no more can go.', before.on_hand - before.shortage + unshipped
      ));
    end if;
    if private.stock_set(
      stock_adjust.variant_id,
      coalesce(before.on_hand - before.shortage + delta, counted - unshipped),
      case when delta is null then 'counted' else 'adjusted' end, why, (select auth.uid()), stock_adjust.request_id
    ) then
      select * into after from private.stock as known where known.variant_id = stock_adjust.variant_id;
      perform private.audit_note('stock.adjust', stock_adjust.variant_id::text, null, jsonb_build_object(
        'on_hand', jsonb_build_object('old', before.on_hand, 'new', after.on_hand),
        'shortage', jsonb_build_object('old', before.shortage, 'new', after.shortage),
        'note', jsonb_build_object('new', why)
      ));
    end if;
  end if;
  select * into after from private.stock as known where known.variant_id = stock_adjust.variant_id;
  return jsonb_build_object(
    'variant_id', after.variant_id, 'on_hand', after.on_hand, 'reserved', after.reserved,
    'shortage', after.shortage, 'unshipped', unshipped
  );
end;
$function$;
comment on function private.stock_adjust(uuid, text, integer, integer, uuid) is 'Corrects the stock of a variant for staff. Security definer: staff write stock by this alone, so that each change has its reason and its rows in the ledger and the audit log.';
grant execute on function private.stock_adjust(uuid, text, integer, integer, uuid) to authenticated;
grant execute on function private.stock_adjust(uuid, text, integer, integer, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.stock_change(variant_id uuid, kind text, on_hand_delta integer, reserved_delta integer, order_id uuid DEFAULT NULL::uuid, note text DEFAULT NULL::text, actor_id uuid DEFAULT NULL::uuid, shortage_delta integer DEFAULT 0)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update private.stock as held
  set on_hand = held.on_hand + stock_change.on_hand_delta,
      reserved = held.reserved + stock_change.reserved_delta,
      shortage = held.shortage + stock_change.shortage_delta
  where held.variant_id = stock_change.variant_id
    and held.reserved + stock_change.reserved_delta >= 0
    and (held.on_hand + stock_change.on_hand_delta) - (held.reserved + stock_change.reserved_delta) >= 0
    and held.shortage + stock_change.shortage_delta >= 0;
  if not found then
    return false;
  end if;
  insert into private.stock_movements
    (variant_id, kind, on_hand_delta, reserved_delta, shortage_delta, order_id, actor_id, note)
  values (
    stock_change.variant_id, stock_change.kind, stock_change.on_hand_delta, stock_change.reserved_delta,
    stock_change.shortage_delta, stock_change.order_id, stock_change.actor_id, stock_change.note
  );
  return true;
end;
$function$;
comment on function private.stock_change(uuid, text, integer, integer, uuid, text, uuid, integer) is 'Moves stock and writes its ledger row, in one conditional update; false, and nothing is written, when there is not enough. Callers take variants in the order of their ids, or two wait for each other.';
grant execute on function private.stock_change(uuid, text, integer, integer, uuid, text, uuid, integer) to service_role;

CREATE OR REPLACE FUNCTION private.stock_history(variant_id uuid, before bigint, page_size integer)
 RETURNS TABLE(id bigint, kind text, on_hand_delta integer, reserved_delta integer, shortage_delta integer, order_id uuid, actor_id uuid, note text, created_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  perform private.staff_calls();
  if stock_history.page_size is null or stock_history.page_size not between 1 and 500 then
    perform private.problem(422, 'invalid_body', 'A page has 1 to 500 rows.');
  end if;
  return query
  select moved.id, moved.kind, moved.on_hand_delta, moved.reserved_delta, moved.shortage_delta, moved.order_id,
         moved.actor_id, moved.note, moved.created_at
  from private.stock_movements as moved
  where moved.variant_id = stock_history.variant_id
    and (stock_history.before is null or moved.id < stock_history.before)
  order by moved.id desc
  limit stock_history.page_size;
end;
$function$;
comment on function private.stock_history(uuid, bigint, integer) is 'A page of a variant''s stock movements, for staff. Security definer: no user reads the ledger.';
grant execute on function private.stock_history(uuid, bigint, integer) to authenticated;
grant execute on function private.stock_history(uuid, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION private.stock_levels(after text, page_size integer, prefix text, which text)
 RETURNS TABLE(variant_id uuid, product_id uuid, sku text, on_hand integer, reserved integer, available integer, shortage integer, low_stock integer, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
  perform private.staff_calls();
  if stock_levels.page_size is null or stock_levels.page_size not between 1 and 500
    or coalesce(stock_levels.which, 'low') not in ('low', 'short')
  then
    perform private.problem(422, 'invalid_body', 'A page has 1 to 500 rows; which is low or short.');
  end if;
  return query
  select variant.id, variant.product_id, variant.sku, held.on_hand, held.reserved, held.on_hand - held.reserved,
         held.shortage, variant.low_stock, held.updated_at
  from public.product_variants as variant
  join private.stock as held on held.variant_id = variant.id
  where (stock_levels.after is null or variant.sku collate "C" > stock_levels.after)
    and (stock_levels.prefix is null or variant.sku collate "C" ^@ stock_levels.prefix)
    and (stock_levels.which is distinct from 'short' or held.shortage > 0)
    and (stock_levels.which is distinct from 'low' or exists (
      select from public.variant_availability as known
      where known.variant_id = variant.id and known.band <> 'in_stock'
    ))
  order by variant.sku collate "C"
  limit stock_levels.page_size;
end;
$function$;
comment on function private.stock_levels(text, integer, text, text) is 'A page of the exact stock, for staff. Security definer: no user reads private.stock.';
grant execute on function private.stock_levels(text, integer, text, text) to authenticated;
grant execute on function private.stock_levels(text, integer, text, text) to service_role;

CREATE OR REPLACE FUNCTION private.stock_set(variant_id uuid, there integer, kind text, note text, actor_id uuid, request_id uuid DEFAULT NULL::uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held private.stock;
  on_hand_delta integer;
  shortage_delta integer;
begin
  select * into held from private.stock as known where known.variant_id = stock_set.variant_id for update;
  on_hand_delta := greatest(there, held.reserved) - held.on_hand;
  shortage_delta := greatest(held.reserved - there, 0) - held.shortage;
  if on_hand_delta = 0 and shortage_delta = 0 then
    return false;
  end if;
  update private.stock as known
  set on_hand = held.on_hand + on_hand_delta, shortage = held.shortage + shortage_delta
  where known.variant_id = stock_set.variant_id;
  insert into private.stock_movements
    (variant_id, kind, on_hand_delta, shortage_delta, actor_id, note, request_id)
  values (
    stock_set.variant_id, stock_set.kind, on_hand_delta, shortage_delta, stock_set.actor_id, stock_set.note,
    stock_set.request_id
  );
  return true;
end;
$function$;
comment on function private.stock_set(uuid, integer, text, text, uuid, uuid) is 'Makes on_hand - shortage what is there, with its ledger row, without taking from what orders hold; false when it is so already. Callers take variants in the order of their ids.';
grant execute on function private.stock_set(uuid, integer, text, text, uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.stock_shortage_shrink()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  let_go constant integer := least(new.shortage, new.on_hand - new.reserved);
begin
  update private.stock as held
  set on_hand = held.on_hand - let_go, shortage = held.shortage - let_go
  where held.variant_id = new.variant_id;
  insert into private.stock_movements (variant_id, kind, on_hand_delta, shortage_delta, note)
  values (new.variant_id, 'adjusted', -let_go, -let_go, 'Let go by an order, and not there: the shortage is smaller by it.');
  return null;
end;
$function$;
comment on function private.stock_shortage_shrink() is 'Trigger on stock: units that an order lets go of while some are missing are the missing ones. Nobody else is sold them.';

CREATE OR REPLACE FUNCTION private.stock_told()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- Once an hour: holds that come and go at the threshold fall with each, in a transaction that has the
  -- stock's lock.
  perform private.webhook_emit('stock.low', concat_ws(' ', new.variant_id, new.band, date_trunc('hour', private.now())), (
    select jsonb_build_object(
      'id', variant.id, 'product_id', variant.product_id, 'sku', variant.sku,
      'availability', new.band, 'available', coalesce(new.few_left, 0), 'low_stock', variant.low_stock
    )
    from public.product_variants as variant where variant.id = new.variant_id
  ));
  return null;
end;
$function$;
comment on function private.stock_told() is 'Trigger: tells that a variant fell to few left, or to none. Security definer: whoever moves stock may not read endpoints.';

CREATE OR REPLACE FUNCTION private.stock_unshipped(variant_id uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(sum(item.quantity - greatest(item.refunded_quantity, item.restocked_quantity)), 0)::integer
  from public.order_items as item
  join public.orders as placed on placed.id = item.order_id
  where item.variant_id = stock_unshipped.variant_id
    and placed.shipped_at is null
    and placed.status in ('paid', 'fulfilling', 'partially_refunded', 'disputed', 'review')
    -- Whether its units have left on_hand, the ledger says, not the status.
    and exists (
      select from private.stock_movements as moved
      where moved.order_id = item.order_id and moved.variant_id = item.variant_id and moved.kind = 'sold'
    );
$function$;
comment on function private.stock_unshipped(uuid) is 'How many units are paid and not shipped: on the shelf, and no longer on hand. Neither refunded nor restocked ones.';
grant execute on function private.stock_unshipped(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_charge(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
  given jsonb;
begin
  perform private.stripe_apply_payment_charge(stripe_apply_charge.record);
  select * into ordered from public.orders as held
  where held.id = private.order_of_payment(stripe_apply_charge.record ->> 'payment_id', stripe_apply_charge.record ->> 'id')
  for no key update;
  if ordered.id is null then
    return;
  end if;
  for given in
    select one from jsonb_array_elements(stripe_apply_charge.record -> 'refunds') as one order by one ->> 'created', one ->> 'id'
  loop
    perform private.order_apply_refund(ordered, given, stripe_apply_charge.record ->> 'payment_id');
  end loop;
end;
$function$;
comment on function private.stripe_apply_charge(jsonb) is 'Mirrors what was refunded of a charge: of a payment, or of an order.';
grant execute on function private.stripe_apply_charge(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_checkout_session(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if record ->> 'order_id' is not null then
    perform private.order_apply_session(record);
    return;
  end if;
  -- Paid: its subscription's own sync closes the purchase. Expired: nothing was bought.
  update private.subscription_intents as intent
  set state = case when record ->> 'status' = 'expired' then 'abandoned' else intent.state end,
      closed_at = case when record ->> 'status' = 'expired' then now() else intent.closed_at end,
      stripe_session_id = record ->> 'id',
      stripe_subscription_id = coalesce(record ->> 'subscription_id', intent.stripe_subscription_id)
  from private.billing_customers as customer
  where intent.state = 'open' and customer.stripe_customer_id = record ->> 'customer_id'
    and intent.workspace_id = customer.workspace_id
    and (intent.stripe_session_id = record ->> 'id' or intent.id = private.uuid_or_null(record ->> 'intent_id'));
end;
$function$;
comment on function private.stripe_apply_checkout_session(jsonb) is 'Tells a purchase or an order on Stripe''s page what became of it.';
grant execute on function private.stripe_apply_checkout_session(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_credit_note(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  credited public.invoices;
begin
  if (record ->> 'deleted')::boolean then
    delete from public.credit_notes where stripe_credit_note_id = record ->> 'id'; -- Was never Stripe's own.
    return;
  end if;
  select * into credited from public.invoices where stripe_invoice_id = record ->> 'invoice_id';
  if credited.id is null then
    return; -- An invoice of another product's in the same Stripe account.
  end if;
  insert into public.credit_notes (
    workspace_id, invoice_id, stripe_credit_note_id, number, status, reason, memo, currency, subtotal, total,
    stripe_refund_ids, refunded_amounts, pdf, created_at, voided_at, tax
  )
  values (
    credited.workspace_id, credited.id, record ->> 'id', record ->> 'number', record ->> 'status',
    record ->> 'reason', record ->> 'memo', record ->> 'currency', (record ->> 'subtotal')::bigint,
    (record ->> 'total')::bigint,
    array(select paid ->> 'id' from jsonb_array_elements(record -> 'refunds') as paid order by paid ->> 'id'),
    array(select (paid ->> 'amount')::bigint from jsonb_array_elements(record -> 'refunds') as paid order by paid ->> 'id'),
    record ->> 'pdf', private.at(record -> 'created'), private.at(record -> 'voided_at'),
    coalesce((record ->> 'tax')::bigint, 0)
  )
  on conflict on constraint credit_notes_stripe_id_key do update
  set number = excluded.number, status = excluded.status, reason = excluded.reason, memo = excluded.memo,
      subtotal = excluded.subtotal, total = excluded.total, stripe_refund_ids = excluded.stripe_refund_ids,
      refunded_amounts = excluded.refunded_amounts,
      pdf = excluded.pdf, voided_at = excluded.voided_at, tax = excluded.tax;
end;
$function$;
comment on function private.stripe_apply_credit_note(jsonb) is 'Mirrors a credit note of one of our invoices.';
grant execute on function private.stripe_apply_credit_note(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_customer(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  owner_workspace uuid;
begin
  if (record ->> 'deleted')::boolean then
    -- Stripe has ended what it was subscribed to; the workspace gets another customer when it buys again.
    update public.subscriptions as held
    set status = 'canceled', ended_at = coalesce(held.ended_at, now())
    from private.billing_customers as customer
    where customer.stripe_customer_id = record ->> 'id' and held.workspace_id = customer.workspace_id
      and held.status not in ('canceled', 'incomplete_expired');
    update private.subscription_intents as intent
    set state = 'abandoned', closed_at = now()
    from private.billing_customers as customer
    where customer.stripe_customer_id = record ->> 'id' and intent.workspace_id = customer.workspace_id
      and intent.state = 'open';
    delete from public.billing_details as held
    using private.billing_customers as customer
    where customer.stripe_customer_id = record ->> 'id' and held.workspace_id = customer.workspace_id;
    update private.billing_customers
    set stripe_customer_id = null, stripe_payment_method_id = null, generation = generation + 1
    where stripe_customer_id = record ->> 'id';
    return;
  end if;
  -- Made by us but not recorded, because we died in between: metadata is written with our secret key alone.
  update private.billing_customers
  set stripe_customer_id = record ->> 'id'
  where workspace_id = private.uuid_or_null(record ->> 'workspace_id') and stripe_customer_id is null
    and not exists (
      select from private.billing_customers as other where other.stripe_customer_id = record ->> 'id'
    );
  update private.billing_customers
  set stripe_payment_method_id = record ->> 'payment_method_id'
  where stripe_customer_id = record ->> 'id'
  returning workspace_id into owner_workspace;
  if owner_workspace is not null then
    perform private.billing_details_mirror(owner_workspace, record);
  end if;
end;
$function$;
comment on function private.stripe_apply_customer(jsonb) is 'Links a customer that Stripe has and we had not recorded yet.';
grant execute on function private.stripe_apply_customer(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_dispute(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
begin
  perform private.stripe_apply_payment_dispute(stripe_apply_dispute.record);
  select * into ordered from public.orders as held
  where held.id = private.order_of_payment(
    stripe_apply_dispute.record ->> 'payment_id', stripe_apply_dispute.record ->> 'charge_id'
  )
  for no key update;
  if ordered.id is not null then
    perform private.order_apply_dispute(ordered, stripe_apply_dispute.record);
  end if;
end;
$function$;
comment on function private.stripe_apply_dispute(jsonb) is 'Mirrors a dispute: of a payment, or of an order.';
grant execute on function private.stripe_apply_dispute(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_invoice(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  owner_workspace uuid;
  mirrored public.invoices;
begin
  if (record ->> 'deleted')::boolean then
    delete from public.invoices where stripe_invoice_id = record ->> 'id'; -- Only a draft can be deleted.
    return;
  end if;
  select workspace_id into owner_workspace from private.billing_customers
  where stripe_customer_id = record ->> 'customer_id';
  if owner_workspace is null then
    return; -- Another product's customer in the same Stripe account.
  end if;

  insert into public.invoices (
    workspace_id, subscription_id, stripe_invoice_id, number, status, currency, subtotal, total,
    amount_due, amount_paid, period_start, period_end, hosted_invoice_url, invoice_pdf, created_at, paid_at,
    billing_reason, description, attempt_count, next_payment_attempt, action_required, voided_at,
    marked_uncollectible_at, price_id, tax, reverse_charge
  )
  values (
    owner_workspace,
    (select held.id from public.subscriptions as held where held.stripe_subscription_id = record ->> 'subscription_id'),
    record ->> 'id', record ->> 'number', record ->> 'status', record ->> 'currency',
    (record ->> 'subtotal')::bigint, (record ->> 'total')::bigint,
    (record ->> 'amount_due')::bigint, (record ->> 'amount_paid')::bigint,
    private.at(record -> 'period_start'), private.at(record -> 'period_end'),
    record ->> 'hosted_invoice_url', record ->> 'invoice_pdf',
    private.at(record -> 'created'), private.at(record -> 'paid_at'),
    record ->> 'billing_reason', record ->> 'description',
    coalesce((record ->> 'attempt_count')::integer, 0), private.at(record -> 'next_payment_attempt'),
    coalesce((record ->> 'action_required')::boolean, false), private.at(record -> 'voided_at'),
    private.at(record -> 'marked_uncollectible_at'), record ->> 'price_id',
    coalesce((record ->> 'tax')::bigint, 0), coalesce((record ->> 'reverse_charge')::boolean, false)
  )
  on conflict on constraint invoices_stripe_id_key do update
  set subscription_id = excluded.subscription_id, number = excluded.number, status = excluded.status,
      currency = excluded.currency, subtotal = excluded.subtotal, total = excluded.total,
      amount_due = excluded.amount_due, amount_paid = excluded.amount_paid,
      period_start = excluded.period_start, period_end = excluded.period_end,
      hosted_invoice_url = excluded.hosted_invoice_url, invoice_pdf = excluded.invoice_pdf,
      paid_at = excluded.paid_at, billing_reason = excluded.billing_reason,
      description = excluded.description, attempt_count = excluded.attempt_count,
      next_payment_attempt = excluded.next_payment_attempt, action_required = excluded.action_required,
      voided_at = excluded.voided_at, marked_uncollectible_at = excluded.marked_uncollectible_at,
      price_id = excluded.price_id, tax = excluded.tax, reverse_charge = excluded.reverse_charge
  returning * into mirrored;

  insert into public.payments (
    workspace_id, invoice_id, stripe_payment_id, status, amount, currency, created_at, paid_at
  )
  -- One payment intent may stand in several entries of an invoice: the latest tells how it stands.
  select distinct on (payment ->> 'id')
         owner_workspace, mirrored.id, payment ->> 'id', payment ->> 'status',
         (payment ->> 'amount')::bigint, payment ->> 'currency',
         private.at(payment -> 'created'), private.at(payment -> 'paid_at')
  from jsonb_array_elements(record -> 'payments') as payment
  order by payment ->> 'id', (payment ->> 'created')::bigint desc
  on conflict on constraint payments_stripe_id_key do update
  set invoice_id = excluded.invoice_id, status = excluded.status, amount = excluded.amount,
      currency = excluded.currency, paid_at = excluded.paid_at;

  if mirrored.status = 'paid' and mirrored.amount_paid > 0 then
    perform private.receipt_mail(
      mirrored.id, private.billing_contact(owner_workspace, mirrored.subscription_id),
      'receipt:' || mirrored.stripe_invoice_id
    );
  end if;
end;
$function$;
comment on function private.stripe_apply_invoice(jsonb) is 'Mirrors an invoice with its payments; the first time it is seen paid, enqueues the receipt.';
grant execute on function private.stripe_apply_invoice(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_payment_charge(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  paid public.payments;
  refund record;
begin
  -- Locked as refund_intent_open locks it: what is refunded and what is still asked for change together.
  select * into paid from public.payments where stripe_payment_id = record ->> 'payment_id' for no key update;
  if paid.id is null then
    return; -- A payment of another product's in the same Stripe account.
  end if;
  update public.payments set amount_refunded = (record ->> 'amount_refunded')::bigint where id = paid.id;
  insert into public.refunds (
    workspace_id, payment_id, stripe_refund_id, status, amount, currency, reason, created_at
  )
  select paid.workspace_id, paid.id, given ->> 'id', given ->> 'status', (given ->> 'amount')::bigint,
         given ->> 'currency', given ->> 'reason', private.at(given -> 'created')
  from jsonb_array_elements(record -> 'refunds') as given
  on conflict on constraint refunds_stripe_id_key do update set status = excluded.status;

  update private.refund_intents as intent
  set state = 'refunded', stripe_refund_id = given ->> 'id'
  from jsonb_array_elements(record -> 'refunds') as given
  where intent.id = private.uuid_or_null(given ->> 'intent_id') and intent.payment_id = paid.id
    and intent.state = 'open';

  for refund in
    select done.*, invoice.number as invoice_number, invoice.hosted_invoice_url, invoice.subscription_id,
           workspace.name as workspace_name
    from public.refunds as done
    join public.workspaces as workspace on workspace.id = done.workspace_id
    left join public.invoices as invoice on invoice.id = paid.invoice_id
    where done.payment_id = paid.id and done.status = 'succeeded'
  loop
    perform private.enqueue_mail(
      'refunded',
      private.billing_contact(refund.workspace_id, refund.subscription_id),
      jsonb_strip_nulls(jsonb_build_object(
        'amount', jsonb_build_object('amount', refund.amount, 'currency', refund.currency),
        'workspace', refund.workspace_name, 'number', refund.invoice_number,
        'refunded_at', refund.created_at, 'url', refund.hosted_invoice_url
      )),
      'refunded:' || refund.stripe_refund_id
    );
  end loop;
end;
$function$;
comment on function private.stripe_apply_payment_charge(jsonb) is 'Mirrors what was refunded of a payment; the first time a refund is seen done, enqueues its mail.';
grant execute on function private.stripe_apply_payment_charge(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_payment_dispute(record jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.disputes (
    workspace_id, payment_id, stripe_dispute_id, status, amount, currency, reason, evidence_due_by, created_at
  )
  select paid.workspace_id, paid.id, record ->> 'id', record ->> 'status', (record ->> 'amount')::bigint,
         record ->> 'currency', record ->> 'reason', private.at(record -> 'evidence_due_by'),
         private.at(record -> 'created')
  from public.payments as paid
  where paid.stripe_payment_id = record ->> 'payment_id'
  on conflict on constraint disputes_stripe_id_key do update
  set status = excluded.status, amount = excluded.amount, reason = excluded.reason,
      evidence_due_by = excluded.evidence_due_by;
$function$;
comment on function private.stripe_apply_payment_dispute(jsonb) is 'Mirrors a dispute of one of our payments.';
grant execute on function private.stripe_apply_payment_dispute(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_payment_method(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  owner_workspace uuid;
begin
  select workspace_id into owner_workspace from private.billing_customers
  where stripe_customer_id = record ->> 'customer_id';
  if owner_workspace is null then
    -- Detached, or never ours.
    delete from public.payment_methods where stripe_payment_method_id = record ->> 'id';
    return;
  end if;
  insert into public.payment_methods (
    workspace_id, stripe_payment_method_id, type, brand, last4, exp_month, exp_year, created_at
  )
  values (owner_workspace, record ->> 'id', record ->> 'type', record ->> 'brand', record ->> 'last4',
          (record ->> 'exp_month')::smallint, (record ->> 'exp_year')::smallint, private.at(record -> 'created'))
  on conflict on constraint payment_methods_stripe_id_key do update
  set workspace_id = excluded.workspace_id, brand = excluded.brand, last4 = excluded.last4,
      exp_month = excluded.exp_month, exp_year = excluded.exp_year;
end;
$function$;
comment on function private.stripe_apply_payment_method(jsonb) is 'Mirrors a card on file; one that was taken away goes.';
grant execute on function private.stripe_apply_payment_method(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_price(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if record ->> 'interval' is null then
    update public.prices set active = false where id = record ->> 'id' and active;
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('stripe catalogue', 0));
  insert into public.prices (
    id, product_id, plan_id, lookup_key, currency, unit_amount, "interval", interval_count, active, created_at
  )
  values (record ->> 'id', record ->> 'product_id',
          (select claim.plan_id from private.plan_products as claim where claim.product_id = stripe_apply_price.record ->> 'product_id'),
          record ->> 'lookup_key', record ->> 'currency',
          (record ->> 'unit_amount')::bigint, record ->> 'interval',
          (record ->> 'interval_count')::smallint, (record ->> 'active')::boolean,
          private.at(record -> 'created'))
  on conflict on constraint prices_pkey do update
  set product_id = excluded.product_id, plan_id = excluded.plan_id, lookup_key = excluded.lookup_key,
      currency = excluded.currency, unit_amount = excluded.unit_amount,
      "interval" = excluded."interval", interval_count = excluded.interval_count,
      active = excluded.active, created_at = excluded.created_at;
end;
$function$;
comment on function private.stripe_apply_price(jsonb) is 'Mirrors a recurring price, whether its product names a plan or not (yet).';
grant execute on function private.stripe_apply_price(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_product(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  product constant text := record ->> 'id';
  -- A name that cannot be a plan's is somebody else's metadata.
  plan constant text := substring(record ->> 'plan_id' from '^[a-z][a-z0-9_]{0,39}$');
  former text;
begin
  -- One at a time: the rows of a plan follow from all its products, and the catalogue changes rarely.
  perform pg_advisory_xact_lock(hashtextextended('stripe catalogue', 0));
  select claim.plan_id into former from private.plan_products as claim where claim.product_id = product;
  if plan is null then
    delete from private.plan_products as claim where claim.product_id = product;
  else
    insert into private.plan_products (product_id, plan_id, record) values (product, plan, stripe_apply_product.record)
    on conflict on constraint plan_products_pkey do update
    set plan_id = excluded.plan_id, record = excluded.record;
  end if;
  if former <> plan or plan is null then
    perform private.plan_derive(former); -- First, since a product is at most one plan's.
  end if;
  if plan is not null then
    perform private.plan_derive(plan);
  end if;

  update public.prices as price set plan_id = plan
  where price.product_id = product and price.plan_id is distinct from plan;
  update public.subscriptions as held set plan_id = plan
  from public.prices as price
  where price.product_id = product and held.price_id = price.id and held.plan_id is distinct from plan;
end;
$function$;
comment on function private.stripe_apply_product(jsonb) is 'Mirrors a product as the plan that its metadata names; `features` is {name: limit or null}.';
grant execute on function private.stripe_apply_product(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_apply_subscription(record jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  owner_workspace uuid;
  bought_plan text;
begin
  if (record ->> 'deleted')::boolean then
    -- Stripe keeps ended subscriptions for good: this one was never its own.
    delete from public.subscriptions where stripe_subscription_id = record ->> 'id';
    return;
  end if;
  select workspace_id into owner_workspace from private.billing_customers
  where stripe_customer_id = record ->> 'customer_id';
  if owner_workspace is null then
    return; -- Another product's customer in the same Stripe account.
  end if;
  -- A change of the catalogue waits until it can see this subscription, and this one for the change. Not
  -- by locking the price's row: the plan's, which the insert below refers to, is locked the other way round.
  perform pg_advisory_xact_lock_shared(hashtextextended('stripe catalogue', 0));
  select price.plan_id into bought_plan from public.prices as price where price.id = record ->> 'price_id';
  insert into public.subscriptions (
    workspace_id, user_id, stripe_subscription_id, plan_id, price_id, status, quantity, currency,
    cancel_at_period_end, current_period_start, current_period_end, trial_start, trial_end, cancel_at,
    canceled_at, ended_at, created_at, stripe_payment_method_id, promotion_code, coupon, discount_ends_at,
    next_price_id, next_quantity, next_change_at
  )
  values (
    owner_workspace,
    (select profile.id from public.profiles as profile
     where profile.id = private.uuid_or_null(record ->> 'user_id')),
    record ->> 'id',
    bought_plan, record ->> 'price_id', record ->> 'status', (record ->> 'quantity')::integer, record ->> 'currency',
    (record ->> 'cancel_at_period_end')::boolean, private.at(record -> 'current_period_start'),
    private.at(record -> 'current_period_end'), private.at(record -> 'trial_start'),
    private.at(record -> 'trial_end'), private.at(record -> 'cancel_at'), private.at(record -> 'canceled_at'),
    private.at(record -> 'ended_at'), private.at(record -> 'created'), record ->> 'payment_method_id',
    record ->> 'promotion_code', record ->> 'coupon', private.at(record -> 'discount_ends_at'),
    record ->> 'next_price_id', (record ->> 'next_quantity')::integer, private.at(record -> 'next_change_at')
  )
  on conflict on constraint subscriptions_stripe_id_key do update
  set plan_id = excluded.plan_id, price_id = excluded.price_id, status = excluded.status,
      quantity = excluded.quantity, currency = excluded.currency,
      cancel_at_period_end = excluded.cancel_at_period_end,
      current_period_start = excluded.current_period_start,
      current_period_end = excluded.current_period_end, trial_start = excluded.trial_start,
      trial_end = excluded.trial_end,
      cancel_at = excluded.cancel_at, canceled_at = excluded.canceled_at, ended_at = excluded.ended_at,
      stripe_payment_method_id = excluded.stripe_payment_method_id,
      promotion_code = excluded.promotion_code, coupon = excluded.coupon,
      discount_ends_at = excluded.discount_ends_at, next_price_id = excluded.next_price_id,
      next_quantity = excluded.next_quantity, next_change_at = excluded.next_change_at;

  update private.subscription_intents
  set state = case
        when record ->> 'status' = 'incomplete' then 'open'
        when record ->> 'status' in ('incomplete_expired', 'canceled') then 'abandoned'
        else 'bought'
      end,
      closed_at = case when record ->> 'status' <> 'incomplete' then now() end,
      stripe_subscription_id = record ->> 'id'
  where state = 'open' and workspace_id = owner_workspace
    and (stripe_subscription_id = record ->> 'id' or id = private.uuid_or_null(record ->> 'intent_id'));

  if record ->> 'trial_start' is not null then
    insert into private.workspace_trials (workspace_id, stripe_subscription_id)
    values (owner_workspace, record ->> 'id')
    on conflict on constraint workspace_trials_pkey do update
    set stripe_subscription_id = coalesce(private.workspace_trials.stripe_subscription_id, excluded.stripe_subscription_id);
  end if;
  if record ->> 'status' = 'trialing' and record ->> 'card_fingerprint' is not null then
    perform private.card_trial_seen(
      record ->> 'card_fingerprint', record ->> 'id', private.at(record -> 'trial_start')
    );
  end if;
end;
$function$;
comment on function private.stripe_apply_subscription(jsonb) is 'Mirrors a subscription, and tells the purchase that it came from what became of it.';
grant execute on function private.stripe_apply_subscription(jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.stripe_mirror(object_type text, ids text[])
 RETURNS TABLE(id text, mirrored jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- Of several products that name one plan, the plan's row is one's; the others are kept as claims alone.
  select claim.product_id, jsonb_build_object(
    'plan_id', claim.plan_id,
    'name', coalesce(plan.name, claim.record ->> 'name'),
    'active', coalesce(plan.active, (claim.record ->> 'active')::boolean))
  from private.plan_products as claim
  left join public.plans as plan on plan.stripe_product_id = claim.product_id
  where object_type = 'product' and claim.product_id = any (ids)
  union all
  select price.id, jsonb_build_object(
    'unit_amount', price.unit_amount, 'currency', price.currency, 'interval', price."interval",
    'lookup_key', price.lookup_key, 'active', price.active)
  from public.prices as price
  where object_type = 'price' and price.id = any (ids)
  union all
  select held.stripe_subscription_id, jsonb_build_object(
    'status', held.status, 'price_id', held.price_id, 'quantity', held.quantity,
    'cancel_at_period_end', held.cancel_at_period_end,
    'current_period_end', private.epoch(held.current_period_end),
    'trial_start', private.epoch(held.trial_start), 'trial_end', private.epoch(held.trial_end),
    'promotion_code', held.promotion_code, 'coupon', held.coupon,
    'discount_ends_at', private.epoch(held.discount_ends_at),
    'next_price_id', held.next_price_id, 'next_quantity', held.next_quantity,
    'next_change_at', private.epoch(held.next_change_at))
  from public.subscriptions as held
  where object_type = 'subscription' and held.stripe_subscription_id = any (ids)
  union all
  select invoice.stripe_invoice_id, jsonb_build_object(
    'status', invoice.status, 'currency', invoice.currency, 'total', invoice.total,
    'amount_due', invoice.amount_due, 'amount_paid', invoice.amount_paid,
    'paid', (
      select coalesce(sum(payment.amount), 0) from public.payments as payment
      where payment.invoice_id = invoice.id and payment.status = 'succeeded'
    ))
  from public.invoices as invoice
  where object_type = 'invoice' and invoice.stripe_invoice_id = any (ids)
  union all
  select payment.stripe_payment_id, jsonb_build_object('amount_refunded', payment.amount_refunded)
  from public.payments as payment
  where object_type = 'charge' and payment.stripe_payment_id = any (ids);
$function$;
comment on function private.stripe_mirror(text, text[]) is 'Our rows of Stripe objects, in the words and units of _shared/billing/records.ts. Charges are found by their payment intents.';
grant execute on function private.stripe_mirror(text, text[]) to service_role;

CREATE OR REPLACE FUNCTION private.sync_accept(provider text, object_type text, object_id text, expected_version bigint, seq bigint)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with accepted as (
    update private.sync_targets as target
    set version = target.version + 1,
        synced_seq = greatest(target.synced_seq, sync_accept.seq),
        synced_at = now()
    where target.provider = sync_accept.provider
      and target.object_type = sync_accept.object_type
      and target.object_id = sync_accept.object_id
      and target.version = sync_accept.expected_version
    returning 1
  )
  select exists (select from accepted);
$function$;
comment on function private.sync_accept(text, text, text, bigint, bigint) is 'Whether a fetch may be written: only if nobody wrote since its version was read. The row stays locked until the write commits.';
grant execute on function private.sync_accept(text, text, text, bigint, bigint) to service_role;

CREATE OR REPLACE FUNCTION private.tick()
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.schedule_jobs();
  return exists (
    select from private.jobs
    where state = 'pending' and run_at <= private.now()
      and (locked_until is null or locked_until < clock_timestamp())
  );
end;
$function$;
comment on function private.tick() is 'What the schedule runs: enqueues what is due by the calendar, and tells whether jobs-run has anything to do.';
grant execute on function private.tick() to service_role;

CREATE OR REPLACE FUNCTION private.touch()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.updated_at := pg_catalog.now();
  return new;
end;
$function$;
comment on function private.touch() is 'Trigger: keeps updated_at.';

CREATE OR REPLACE FUNCTION private.touch_version()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.updated_at := pg_catalog.now();
  new.version := old.version + 1;
  return new;
end;
$function$;
comment on function private.touch_version() is 'Trigger: keeps updated_at and the version that If-Match compares.';

CREATE OR REPLACE FUNCTION private.trial_used(workspace_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select exists (
    select from private.workspace_trials as trial
    left join private.subscription_intents as intent on intent.id = trial.intent_id
    where trial.workspace_id = trial_used.workspace_id
      and (trial.stripe_subscription_id is not null or intent.state in ('open', 'bought'))
  );
$function$;
comment on function private.trial_used(uuid) is 'Whether a workspace has had its trial, or is buying it.';
grant execute on function private.trial_used(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.tsquery_of(terms jsonb, prefix text)
 RETURNS tsquery
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
begin
  return (
    select string_agg('(' || alternatives.text || ')', '&')::tsquery
    from jsonb_array_elements(tsquery_of.terms) as term,
      lateral (
        select string_agg(private.tsquery_word(tsquery_of.prefix || lexeme), '|') as text
        from jsonb_array_elements_text(term) as lexeme
      ) as alternatives
  );
end;
$function$;
comment on function private.tsquery_of(jsonb, text) is 'The query for documents that have one lexeme of each list: [["chair", "chais"], ["red"]].';
grant execute on function private.tsquery_of(jsonb, text) to anon;
grant execute on function private.tsquery_of(jsonb, text) to authenticated;
grant execute on function private.tsquery_of(jsonb, text) to service_role;

CREATE OR REPLACE FUNCTION private.tsquery_word(lexeme text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
begin
  return (
    select '''' || replace(replace(tsquery_word.lexeme, '\', '\\'), '''', '''''') || ''''
  );
end;
$function$;
comment on function private.tsquery_word(text) is 'A lexeme as the text of a tsquery has it, whatever is in it.';
grant execute on function private.tsquery_word(text) to anon;
grant execute on function private.tsquery_word(text) to authenticated;
grant execute on function private.tsquery_word(text) to service_role;

CREATE OR REPLACE FUNCTION private.usage_counter_expire(counter usage_counters)
 RETURNS usage_counters
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  freed bigint;
begin
  with ended as (
    update private.usage_holds as hold
    set state = 'expired', ended_at = private.now()
    where hold.workspace_id = counter.workspace_id and hold.meter = counter.meter
      and hold.period_start = counter.period_start and hold.state = 'open' and hold.expires_at <= private.now()
    returning hold.amount
  )
  select coalesce(sum(ended.amount), 0) into freed from ended;
  if freed > 0 then
    update public.usage_counters as held set reserved = held.reserved - freed
    where held.workspace_id = counter.workspace_id and held.meter = counter.meter
      and held.period_start = counter.period_start
    returning * into counter;
  end if;
  return counter;
end;
$function$;
comment on function private.usage_counter_expire(usage_counters) is 'Frees what expired holds of a counter set aside; the caller has locked it.';
grant execute on function private.usage_counter_expire(usage_counters) to service_role;

CREATE OR REPLACE FUNCTION private.usage_counter_lock(workspace uuid, meter text, period_start timestamp with time zone, period_end timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS usage_counters
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  counter public.usage_counters;
begin
  for attempt in 1..2 loop
    -- Not `for update`, for which every hold and record that refers to it would have to wait.
    select * into counter from public.usage_counters as held
    where held.workspace_id = workspace and held.meter = usage_counter_lock.meter
      and held.period_start = usage_counter_lock.period_start
    for no key update;
    exit when counter.workspace_id is not null;
    if not exists (select from public.workspaces as known where known.id = workspace) then
      perform private.problem(404, 'workspace_not_found', 'There is no workspace of this id.');
    end if;
    insert into public.usage_counters (workspace_id, meter, period_start, period_end)
    values (workspace, usage_counter_lock.meter, usage_counter_lock.period_start, usage_counter_lock.period_end)
    on conflict on constraint usage_counters_pkey do nothing;
  end loop;
  if counter.period_end <> usage_counter_lock.period_end then
    -- Expected otherwise before Stripe told.
    update public.usage_counters as held set period_end = usage_counter_lock.period_end
    where held.workspace_id = workspace and held.meter = usage_counter_lock.meter
      and held.period_start = usage_counter_lock.period_start;
    counter.period_end := usage_counter_lock.period_end;
  end if;
  return counter;
end;
$function$;
comment on function private.usage_counter_lock(uuid, text, timestamp with time zone, timestamp with time zone) is 'The counter of a period, made if there was none, locked until the transaction ends.';
grant execute on function private.usage_counter_lock(uuid, text, timestamp with time zone, timestamp with time zone) to service_role;

CREATE OR REPLACE FUNCTION private.usage_hold_lock(hold_id uuid)
 RETURNS private.usage_holds
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  hold private.usage_holds;
  seen_period timestamptz;
begin
  loop
    select * into hold from private.usage_holds as known where known.id = hold_id;
    if hold.id is null then
      perform private.problem(404, 'not_found', 'There is no hold of this id.');
    end if;
    seen_period := hold.period_start;
    perform private.usage_counter_lock(hold.workspace_id, hold.meter, hold.period_start);
    select * into hold from private.usage_holds as known where known.id = hold_id for update;
    -- Reserved anew in another period between the two looks: that one's counter is to be locked.
    exit when hold.period_start = seen_period;
  end loop;
  return hold;
end;
$function$;
comment on function private.usage_hold_lock(uuid) is 'A hold, locked after its counter.';
grant execute on function private.usage_hold_lock(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.usage_record(counter usage_counters, amount bigint, key text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.usage_records as held (workspace_id, meter, period_start, day, amount, key, recorded_at)
  values (counter.workspace_id, counter.meter, counter.period_start, (private.now() at time zone 'utc')::date,
          usage_record.amount, usage_record.key, private.now())
  on conflict (workspace_id, meter, period_start, day) where key is null and report_id is null do update
  set amount = held.amount + excluded.amount, recorded_at = excluded.recorded_at;
$function$;
comment on function private.usage_record(usage_counters, bigint, text) is 'Writes down what was used; the caller has locked the counter and adds it there.';
grant execute on function private.usage_record(usage_counters, bigint, text) to service_role;

CREATE OR REPLACE FUNCTION private.uuid_or_null(value text)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case when value ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then value::uuid end;
$function$;
comment on function private.uuid_or_null(text) is 'An id out of Stripe''s metadata, where other software of the same account writes what it likes.';
grant execute on function private.uuid_or_null(text) to service_role;

CREATE OR REPLACE FUNCTION private.variant_gets_stock()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into private.stock (variant_id) values (new.id);
  return null;
end;
$function$;
comment on function private.variant_gets_stock() is 'Trigger on variants: each has a row of stock, with none on hand. Security definer: staff write variants, not stock.';

CREATE OR REPLACE FUNCTION private.variant_on_sale(variant_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select exists (
    select from public.product_variants as variant
    join public.products as product on product.id = variant.product_id
    where variant.id = variant_on_sale.variant_id and variant.active and product.active
  );
$function$;
comment on function private.variant_on_sale(uuid) is 'Whether a variant is there for buyers, for functions. Policies ask it in their own words: a call for each row costs more.';
grant execute on function private.variant_on_sale(uuid) to anon;
grant execute on function private.variant_on_sale(uuid) to authenticated;
grant execute on function private.variant_on_sale(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.variants_change_bands()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  changed constant uuid[] := array(
    select after.id from changed_to as after join changed_from as before on before.id = after.id
    where after.low_stock <> before.low_stock
  );
begin
  -- Another threshold, another band. In the order of the ids, as orders take them, or the two wait for each other.
  perform from private.stock as held where held.variant_id = any (changed) order by held.variant_id for update;
  update private.stock as held set on_hand = held.on_hand where held.variant_id = any (changed);
  return null;
end;
$function$;
comment on function private.variants_change_bands() is 'Trigger on variants: what buyers may know of the stock follows the threshold. Security definer: staff write variants, not stock.';

CREATE OR REPLACE FUNCTION private.webhook_alert_measures()
 RETURNS TABLE(measure text, value bigint, detail jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select 'disabled_webhook_endpoints', count(*), coalesce(jsonb_object_agg(endpoint.id, endpoint.disabled_reason), '{}')
  from public.webhook_endpoints as endpoint where endpoint.disabled_reason is not null;
$function$;
comment on function private.webhook_alert_measures() is 'What alert rules measure of webhooks out.';
grant execute on function private.webhook_alert_measures() to service_role;

CREATE OR REPLACE FUNCTION private.webhook_deliveries_found(filter jsonb, before_id bigint, most integer)
 RETURNS SETOF webhook_deliveries
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select delivery.* from public.webhook_deliveries as delivery
  where (before_id is null or delivery.id < before_id)
    and (filter ->> 'endpoint_id' is null or delivery.endpoint_id = (filter ->> 'endpoint_id')::uuid)
    and (filter ->> 'event_id' is null or delivery.event_id = filter ->> 'event_id')
    and (filter ->> 'type' is null or delivery.type = filter ->> 'type')
    and (filter ->> 'state' is null or delivery.state = filter ->> 'state')
    and (filter ->> 'since' is null or delivery.created_at >= (filter ->> 'since')::timestamptz)
    and (filter ->> 'until' is null or delivery.created_at < (filter ->> 'until')::timestamptz)
  order by delivery.id desc
  limit most;
$function$;
comment on function private.webhook_deliveries_found(jsonb, bigint, integer) is 'Deliveries, newest first, of a filter {endpoint_id, event_id, type, state, since, until}.';
grant execute on function private.webhook_deliveries_found(jsonb, bigint, integer) to authenticated;
grant execute on function private.webhook_deliveries_found(jsonb, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION private.webhook_emit(type text, cause text, data jsonb, only_endpoint uuid DEFAULT NULL::uuid)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  event constant text := 'evt_' || md5(webhook_emit.type || ' ' || webhook_emit.cause);
  body jsonb := jsonb_build_object(
    'type', webhook_emit.type,
    'timestamp', to_char(private.now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'data', webhook_emit.data
  );
  delivery bigint;
begin
  -- Receivers refuse what is large, and no event may fail its cause: then it tells where to look.
  if octet_length(body::text) > 65536 then
    body := jsonb_set(body, '{data}', jsonb_build_object('id', data -> 'id', 'truncated', true));
  end if;
  for delivery in
    insert into public.webhook_deliveries (endpoint_id, event_id, type, payload)
    select endpoint.id, event, webhook_emit.type, body
    from public.webhook_endpoints as endpoint
    where case when only_endpoint is null
      then endpoint.enabled and webhook_emit.type = any (endpoint.events)
      else endpoint.id = only_endpoint end
    order by endpoint.id
    on conflict on constraint webhook_deliveries_once_per_event do nothing
    returning id
  loop
    perform private.webhook_enqueue(delivery, 0::smallint);
  end loop;
  return event;
end;
$function$;
comment on function private.webhook_emit(text, text, jsonb, uuid) is 'Tells an event to each enabled endpoint that wants it, or to one alone, in the caller''s transaction; the same type and cause is one event. `data` has an `id`. Security definer: whatever causes an event may not write the log of them.';
grant execute on function private.webhook_emit(text, text, jsonb, uuid) to service_role;

CREATE OR REPLACE FUNCTION private.webhook_endpoint_decided()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Whoever says whether it is enabled has seen why it was not. What disables it by itself says why anew.
  if new.disabled_reason is not distinct from old.disabled_reason then
    new.disabled_reason := null;
  end if;
  if new.enabled then
    new.failing_since := null;
  end if;
  return new;
end;
$function$;
comment on function private.webhook_endpoint_decided() is 'Trigger: an endpoint that somebody enables begins anew, and one that somebody leaves disabled needs nobody any more.';

CREATE OR REPLACE FUNCTION private.webhook_endpoint_gets_secret()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into private.webhook_endpoint_secrets (endpoint_id, secret) values (new.id, private.webhook_secret());
  return null;
end;
$function$;
comment on function private.webhook_endpoint_gets_secret() is 'Trigger: makes an endpoint''s secret. Security definer: staff write endpoints, not secrets.';

CREATE OR REPLACE FUNCTION private.webhook_endpoint_new_secret(endpoint_id uuid, overlap_hours integer, rotation_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  held private.webhook_endpoint_secrets;
begin
  perform private.only_staff();
  if overlap_hours is null or overlap_hours not between 0 and 168 then
    perform private.problem(422, 'invalid_body', 'overlap_hours is 0 to 168.');
  end if;
  -- Locked first: of two at once with one id the second finds what the first made.
  select * into held from private.webhook_endpoint_secrets as known
  where known.endpoint_id = webhook_endpoint_new_secret.endpoint_id
  for update;
  if held.endpoint_id is null then
    perform private.problem(404, 'webhook_endpoint_not_found', 'There is no such endpoint.');
  end if;
  -- Null is never the same as another: without an id each call rotates.
  if webhook_endpoint_new_secret.rotation_id = held.rotation_id then
    return private.webhook_endpoint_secret_of(held.endpoint_id);
  end if;
  update private.webhook_endpoint_secrets as known
  set previous_secret = case when overlap_hours > 0 then held.secret end,
      previous_until = case when overlap_hours > 0 then private.now() + make_interval(hours => overlap_hours) end,
      secret = private.webhook_secret(), rotated_at = private.now(),
      rotation_id = webhook_endpoint_new_secret.rotation_id
  where known.endpoint_id = held.endpoint_id;
  perform private.audit_note('webhook_endpoints.rotate', held.endpoint_id::text);
  return private.webhook_endpoint_secret_of(held.endpoint_id);
end;
$function$;
comment on function private.webhook_endpoint_new_secret(uuid, integer, uuid) is 'Gives an endpoint another secret, once for each rotation_id. Security definer: nobody else writes the table of secrets.';
grant execute on function private.webhook_endpoint_new_secret(uuid, integer, uuid) to authenticated;

CREATE OR REPLACE FUNCTION private.webhook_endpoint_port()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- http is the local stack's own, at whatever port.
  if new.url like 'https:%' and new.url !~ '^https://(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?]+)(:(0*(443|8443))?)?([/?]|$)' then
    perform private.problem(422, 'invalid_body', 'url: no such host and port; the port is 443 or 8443.');
  end if;
  return null;
end;
$function$;
comment on function private.webhook_endpoint_port() is 'Trigger: an endpoint is at one of the ports that the sender goes to.';

CREATE OR REPLACE FUNCTION private.webhook_endpoint_secret_of(endpoint_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  held private.webhook_endpoint_secrets;
begin
  perform private.only_staff();
  select * into held from private.webhook_endpoint_secrets as known
  where known.endpoint_id = webhook_endpoint_secret_of.endpoint_id;
  if held.endpoint_id is null then
    perform private.problem(404, 'webhook_endpoint_not_found', 'There is no such endpoint.');
  end if;
  perform private.audit_note('webhook_endpoints.secret_read', held.endpoint_id::text);
  return jsonb_build_object(
    'secret', held.secret,
    'previous_signs_until', case when held.previous_until > private.now() then held.previous_until end
  );
end;
$function$;
comment on function private.webhook_endpoint_secret_of(uuid) is 'An endpoint''s secret, for staff. Security definer: nobody else reads the table of secrets.';
grant execute on function private.webhook_endpoint_secret_of(uuid) to authenticated;

CREATE OR REPLACE FUNCTION private.webhook_endpoint_written()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  unknown text;
begin
  select wanted into unknown from unnest(new.events) as wanted
  where wanted is null or not exists (select from public.webhook_event_types as known where known.type = wanted)
  limit 1;
  if found then
    perform private.problem(422, 'invalid_body', format('There is no event %s.', coalesce(unknown, 'null')));
  end if;
  return new;
end;
$function$;
comment on function private.webhook_endpoint_written() is 'Trigger: an endpoint asks for known events alone. Security definer: reads the list of them, whoever writes.';

CREATE OR REPLACE FUNCTION private.webhook_enqueue(delivery_id bigint, replays smallint)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- Far more attempts than a delivery takes: workers that die, and waiting for others to the same endpoint,
  -- cost it none of its own.
  select private.enqueue(
    'webhook_send', jsonb_build_object('delivery_id', delivery_id),
    'delivery:' || delivery_id || ':' || replays, max_attempts => 10000::smallint
  );
$function$;
comment on function private.webhook_enqueue(bigint, smallint) is 'Writes the job that sends a delivery.';
grant execute on function private.webhook_enqueue(bigint, smallint) to service_role;

CREATE OR REPLACE FUNCTION private.webhook_event_line(event private.webhook_events)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'id', event.id, 'provider', event.provider, 'event_id', event.event_id, 'type', event.type,
    'state', private.webhook_event_state(event), 'received_at', event.received_at,
    'handled_at', event.handled_at, 'note', event.note
  );
$function$;
comment on function private.webhook_event_line(private.webhook_events) is 'An event as a list shows it.';
grant execute on function private.webhook_event_line(private.webhook_events) to service_role;

CREATE OR REPLACE FUNCTION private.webhook_event_state(event private.webhook_events)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case
    when event.handled_at is not null then 'handled'
    when event.discarded_at is not null then 'discarded'
    when exists (
      select from private.jobs as job
      where job.kind = 'webhook_handle' and job.payload ->> 'event' = event.id::text and job.state = 'pending'
    ) then 'unhandled'
    else 'dead'
  end;
$function$;
comment on function private.webhook_event_state(private.webhook_events) is 'handled; discarded; unhandled while a job is to handle it; dead when none will.';
grant execute on function private.webhook_event_state(private.webhook_events) to service_role;

CREATE OR REPLACE FUNCTION private.webhook_events_found(filter jsonb, before_id bigint, most integer)
 RETURNS SETOF private.webhook_events
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select event.* from private.webhook_events as event
  where (before_id is null or event.id < before_id)
    and (filter ->> 'provider' is null or event.provider = filter ->> 'provider')
    and (filter ->> 'type' is null or event.type = filter ->> 'type')
    and (filter ->> 'since' is null or event.received_at >= (filter ->> 'since')::timestamptz)
    and (filter ->> 'until' is null or event.received_at < (filter ->> 'until')::timestamptz)
    and case filter ->> 'state'
      when 'handled' then event.handled_at is not null
      when 'discarded' then event.handled_at is null and event.discarded_at is not null
      when 'unhandled' then event.handled_at is null and event.discarded_at is null
        and private.webhook_event_state(event) = 'unhandled'
      when 'dead' then event.handled_at is null and event.discarded_at is null
        and private.webhook_event_state(event) = 'dead'
      else true
    end
  order by event.id desc
  limit most;
$function$;
comment on function private.webhook_events_found(jsonb, bigint, integer) is 'Events, newest first, of a filter {provider, type, state, since, until}.';
grant execute on function private.webhook_events_found(jsonb, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION private.webhook_schedule(stored_id bigint, provider text, targets jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  wanted jsonb;
  job bigint;
begin
  -- In key order, so that two events about the same objects cannot deadlock.
  with raised as (
    insert into private.sync_targets as target (provider, object_type, object_id, wanted_seq)
    select distinct webhook_schedule.provider, named.type, named.id, 1
    from jsonb_to_recordset(webhook_schedule.targets) as named (type text, id text)
    order by 2, 3
    on conflict on constraint sync_targets_pkey do update set wanted_seq = target.wanted_seq + 1
    returning target.object_type, target.object_id, target.wanted_seq
  )
  select coalesce(
    jsonb_agg(jsonb_build_object('type', object_type, 'id', object_id, 'seq', wanted_seq)), '[]'
  )
  into wanted
  from raised;
  update private.webhook_events as event
  set targets = wanted, handled_at = null, discarded_at = null
  where event.id = webhook_schedule.stored_id;
  job := private.enqueue('webhook_handle', jsonb_build_object('event', stored_id));
  -- What died over this event is a dead letter no longer: the new job does its work.
  update private.jobs as former
  set state = 'discarded', note = 'job ' || job || ' handles its event anew'
  where former.kind = 'webhook_handle' and former.state = 'dead'
    and former.payload ->> 'event' = webhook_schedule.stored_id::text;
  return job;
end;
$function$;
comment on function private.webhook_schedule(bigint, text, jsonb) is 'Raises wanted_seq of an event''s objects and enqueues its handling, in the caller''s transaction.';
grant execute on function private.webhook_schedule(bigint, text, jsonb) to service_role;

CREATE OR REPLACE FUNCTION private.webhook_secret()
 RETURNS text
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- 32 bytes out of four UUIDs, each with 122 random bits.
  select 'whsec_' || encode(sha256(
    uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
  ), 'base64');
$function$;
comment on function private.webhook_secret() is 'A fresh secret as Standard Webhooks writes it.';

CREATE OR REPLACE FUNCTION private.workspace_access(workspace uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce(
    (select held.access from public.dunning_cases as held
     where held.workspace_id = workspace and held.access <> 'full'
     order by held.access = 'locked' desc limit 1),
    'full'
  );
$function$;
comment on function private.workspace_access(uuid) is 'What unpaid invoices leave of a workspace''s access. full; read_only: nothing new is used or metered; locked: as if nothing were paid for. Security definer: members without a billing role are bound by it, too, and read no case.';
grant execute on function private.workspace_access(uuid) to authenticated;
grant execute on function private.workspace_access(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.workspace_close(workspace uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  rule private.personal_data;
begin
  if not exists (select from public.invoices as invoice where invoice.workspace_id = workspace)
    and not exists (select from public.payments as payment where payment.workspace_id = workspace)
  then
    delete from public.workspaces as held where held.id = workspace;
    return;
  end if;
  -- What the law makes one keep stays, and nothing in it that says whose it was.
  for rule in
    select held.* from private.personal_data as held
    where (held.erased or held.emptied <> '{}') and exists (
      select from pg_catalog.pg_attribute as attribute
      where attribute.attrelid = to_regclass(held.relation) and attribute.attname = 'workspace_id'
    )
    order by held.relation
  loop
    execute case
      when rule.erased then format('delete from %s where workspace_id = $1', rule.relation)
      else format('update %s set %s where workspace_id = $1', rule.relation, (
        select string_agg(format('%I = null', emptied), ', ') from unnest(rule.emptied) as emptied
      ))
    end using workspace;
  end loop;
  -- By chance, and not by the id: nobody can take it before.
  update public.workspaces as held
  set name = 'Closed', personal_of = null, slug = 'closed-' || replace(gen_random_uuid()::text, '-', '')
  where held.id = workspace;
end;
$function$;
comment on function private.workspace_close(uuid) is 'Ends a workspace with its last member: removed, or where it has been billed, left as books without a name.';
grant execute on function private.workspace_close(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.workspace_created()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  creator constant uuid := auth.uid();
begin
  -- Its own requests, too, take turns before they are counted.
  perform pg_advisory_xact_lock(hashtextextended('workspaces of ' || creator, 0));
  if (
    select count(*) from public.workspace_members as member
    join public.workspaces as workspace on workspace.id = member.workspace_id
    where member.user_id = creator and member.role = 'owner' and workspace.personal_of is null
  ) >= 20 then
    perform private.problem(409, 'workspace_limit', 'You own 20 workspaces, which is as many as one may.');
  end if;
  insert into public.workspace_members (workspace_id, user_id, role) values (new.id, creator, 'owner');
  -- Without the job that makes the customer at Stripe: the first purchase makes it. So whoever creates
  -- and ends workspaces in a loop leaves nothing at Stripe.
  insert into private.billing_customers (workspace_id, email, name)
  select new.id, account.email, new.name from auth.users as account where account.id = creator;
  -- For workspace_create: its maker cannot name the row by an id.
  perform set_config('socle.workspace_made', new.id::text, true);
  return null;
end;
$function$;
comment on function private.workspace_created() is 'Trigger: whoever makes a shared workspace owns it. Security definer: members and billing customers are written by no user.';

CREATE OR REPLACE FUNCTION private.workspace_is_ending(workspace uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(bool_and(private.deletion_runs(owner.user_id)), false)
  from public.workspace_members as owner
  where owner.workspace_id = workspace and owner.role = 'owner';
$function$;
comment on function private.workspace_is_ending(uuid) is 'Whether every owner of a workspace is being deleted.';
grant execute on function private.workspace_is_ending(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.workspace_keeps_an_owner()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- Owners who go at once wait here for each other, and the last one sees that he is.
  perform from public.workspaces as workspace where workspace.id = old.workspace_id for no key update;
  if not found then
    return null; -- The workspace itself goes.
  end if;
  -- An owner who is on his way out keeps nothing, but for another one on the same way: the last of them is
  -- blocked where members would be left.
  if exists (
    select from public.workspace_members as member
    where member.workspace_id = old.workspace_id and member.role = 'owner'
      and (not private.deletion_runs(member.user_id) or private.deletion_runs(old.user_id))
  ) then
    return null;
  end if;
  -- An account that goes takes its lone membership along; what is left belongs to nobody.
  if auth.uid() is null and not exists (
    select from public.workspace_members as member where member.workspace_id = old.workspace_id
  ) then
    return null;
  end if;
  perform private.problem(409, 'last_owner',
    'A workspace keeps an owner: make another member its owner first, or delete it.');
  return null;
end;
$function$;
comment on function private.workspace_keeps_an_owner() is 'Trigger: the last owner neither leaves, nor is removed, nor becomes anything less, whoever asks. Security definer: counts owners and locks the workspace, whatever the caller may see.';

CREATE OR REPLACE FUNCTION private.workspace_owner_fits()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if exists (
    select from public.workspaces as workspace
    where workspace.id = new.workspace_id and workspace.personal_of <> new.user_id
  ) then
    perform private.problem(409, 'personal_workspace',
      'A personal workspace has one owner, the person: make another workspace to share its ownership.');
  end if;
  return new;
end;
$function$;
comment on function private.workspace_owner_fits() is 'Trigger: a personal workspace has no second owner. Security definer: whoever writes the row need not see the workspace.';

CREATE OR REPLACE FUNCTION private.workspace_people(workspace_id uuid)
 RETURNS TABLE(user_id uuid, name text, avatar_url text, role text, email text, joined_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select member.user_id, coalesce(profile.name, ''), profile.avatar_url, member.role,
    case when member.workspace_id in (select private.my_workspace_ids(array['owner', 'admin']))
      then account.email::text end,
    member.created_at
  from public.workspace_members as member
  join auth.users as account on account.id = member.user_id
  left join public.profiles as profile on profile.id = member.user_id
  where member.workspace_id = workspace_people.workspace_id
    and member.workspace_id in (select private.my_workspace_ids())
  order by member.created_at, member.user_id;
$function$;
comment on function private.workspace_people(uuid) is 'The members of a workspace of the caller''s by name, avatar and role; addresses only for owners and admins. Security definer: profiles and accounts of others are read by nobody else.';
grant execute on function private.workspace_people(uuid) to authenticated;
grant execute on function private.workspace_people(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.workspace_plan(workspace uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return coalesce(
    case when private.workspace_access(workspace) <> 'locked'
      then (private.workspace_subscription(workspace)).plan_id end,
    private.free_plan()
  );
end;
$function$;
comment on function private.workspace_plan(uuid) is 'The plan that counts: of the running subscription (past_due included, unless unpaid invoices have locked the workspace), else the free one; null where no plan is free. Security definer: as private.workspace_subscription.';
grant execute on function private.workspace_plan(uuid) to authenticated;
grant execute on function private.workspace_plan(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.workspace_slug()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  base constant text := coalesce(lower(btrim(new.slug)), private.slug_of(new.name));
begin
  -- Nobody chooses the address of a personal one, and many people have one name: it ends in chance, of
  -- 48 bits, since all names without a Latin letter share what comes before it.
  if new.slug is null and new.personal_of is not null then
    new.slug := rtrim(left(base, 37), '-') || '-' || right(gen_random_uuid()::text, 12);
    return new;
  end if;
  -- Two who want the same one at the same time take turns, so that the second sees the first.
  perform pg_advisory_xact_lock(hashtextextended('workspace slug ' || base, 0));
  if not exists (select from public.workspaces as other where other.slug = base and other.id <> new.id) then
    new.slug := base;
  elsif new.slug is null then
    new.slug := rtrim(left(base, 37), '-') || '-' || right(gen_random_uuid()::text, 12);
  else
    perform private.problem(409, 'slug_taken', 'Another workspace has this slug: choose another one.');
  end if;
  return new;
end;
$function$;
comment on function private.workspace_slug() is 'Trigger: gives a workspace its slug, and refuses one that is taken by name. Security definer: sees workspaces that its caller does not.';

CREATE OR REPLACE FUNCTION private.workspace_subscription(workspace uuid)
 RETURNS subscriptions
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select held.* from public.subscriptions as held
  join public.plans as plan on plan.id = held.plan_id
  where held.workspace_id = workspace and held.status in ('active', 'trialing', 'past_due')
  order by plan.rank desc, held.created_at desc, held.id
  limit 1;
$function$;
comment on function private.workspace_subscription(uuid) is 'The subscription that counts: of two that run, the one to the larger plan. Security definer: policies ask about workspaces of which the caller sees no subscription.';
grant execute on function private.workspace_subscription(uuid) to authenticated;
grant execute on function private.workspace_subscription(uuid) to service_role;

CREATE OR REPLACE FUNCTION private.workspaces_in_the_way(user_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', workspace.id, 'name', workspace.name, 'members', (
      select count(*) from public.workspace_members as other
      where other.workspace_id = workspace.id and other.user_id <> workspaces_in_the_way.user_id
    )
  ) order by workspace.name, workspace.id), '[]')
  from public.workspace_members as mine
  join public.workspaces as workspace on workspace.id = mine.workspace_id
  where mine.user_id = workspaces_in_the_way.user_id and mine.role = 'owner'
    and exists (
      select from public.workspace_members as other
      where other.workspace_id = workspace.id and other.user_id <> mine.user_id
    )
    and not exists (
      select from public.workspace_members as other
      where other.workspace_id = workspace.id and other.user_id <> mine.user_id and other.role = 'owner'
    );
$function$;
comment on function private.workspaces_in_the_way(uuid) is 'Workspaces that others are in and that only this user owns: [{id, name, members}].';
grant execute on function private.workspaces_in_the_way(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.account_deletion_advance(deletion_id uuid, done text, next text)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with advanced as (
    update public.account_deletions as one set step = next
    where one.id = account_deletion_advance.deletion_id and one.state = 'running' and one.step = done
    returning 1
  )
  select exists (select from advanced);
$function$;
comment on function public.account_deletion_advance(uuid, text, text) is 'Server RPC: notes that a step is done; false when another worker has noted it.';
grant execute on function public.account_deletion_advance(uuid, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.account_deletion_ask(user_id uuid, token text, link text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  asked public.account_deletions;
begin
  perform private.own_account(account_deletion_ask.user_id);
  insert into public.account_deletions (user_id) values (account_deletion_ask.user_id) on conflict do nothing;
  select * into asked from public.account_deletions as held
  where held.user_id = account_deletion_ask.user_id and held.state in ('unconfirmed', 'scheduled', 'running')
  for update;
  if asked.state is distinct from 'unconfirmed' then
    return; -- Confirmed already.
  end if;
  insert into private.account_deletion_details (deletion_id, token_hash, token_expires_at)
  values (asked.id, encode(sha256(convert_to(token, 'UTF8')), 'hex'), now() + interval '1 hour')
  on conflict on constraint account_deletion_details_pkey do update
  set token_hash = excluded.token_hash, token_expires_at = excluded.token_expires_at;
  perform private.enqueue_mail(
    'account_delete_confirm', account_deletion_ask.user_id, jsonb_build_object('url', link), null
  );
end;
$function$;
comment on function public.account_deletion_ask(uuid, text, text) is 'Server RPC: mails a link that confirms a deletion within an hour; a later one makes the earlier one worthless.';
grant execute on function public.account_deletion_ask(uuid, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.account_deletion_cancel(user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held public.account_deletions;
begin
  select * into held from public.account_deletions as one
  where one.user_id = account_deletion_cancel.user_id and one.state in ('unconfirmed', 'scheduled', 'running')
  for update;
  if held.id is null then
    perform private.problem(404, 'deletion_not_found', 'This account is not to be deleted.');
  end if;
  if held.state = 'running' then
    perform private.problem(409, 'deletion_running', 'The seven days are over and the deletion runs: it cannot be undone.');
  end if;
  update public.account_deletions as one set state = 'cancelled', finished_at = private.now() where one.id = held.id;
  delete from private.account_deletion_details as details where details.deletion_id = held.id;
  if held.state = 'scheduled' then
    perform private.act_as(account_deletion_cancel.user_id);
    perform private.audit_note('account.delete_cancel', held.id::text);
    perform private.enqueue_mail(
      'account_delete_cancelled', account_deletion_cancel.user_id, '{}', 'delete_cancelled:' || held.id
    );
  end if;
end;
$function$;
comment on function public.account_deletion_cancel(uuid) is 'Server RPC: the user has changed his mind. Refuses with deletion_not_found or deletion_running.';
grant execute on function public.account_deletion_cancel(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.account_deletion_finish(deletion_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held public.account_deletions;
begin
  update public.account_deletions as one set state = 'done', finished_at = private.now()
  where one.id = account_deletion_finish.deletion_id and one.state = 'running' and one.step = 'user'
  returning * into held;
  if held.id is null then
    return false;
  end if;
  perform private.enqueue('mail_send', jsonb_build_object(
    'template', 'account_deleted', 'to', details.email, 'locale', details.locale, 'props', '{}'::jsonb
  ), 'deleted:' || held.id)
  from private.account_deletion_details as details
  where details.deletion_id = held.id and details.email is not null;
  delete from private.account_deletion_details as details where details.deletion_id = held.id;
  return true;
end;
$function$;
comment on function public.account_deletion_finish(uuid) is 'Server RPC: after Auth has deleted the user: tells the address, and forgets it.';
grant execute on function public.account_deletion_finish(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.account_deletion_records(deletion_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held public.account_deletions;
  address constant text := (
    select details.email from private.account_deletion_details as details
    where details.deletion_id = account_deletion_records.deletion_id
  );
begin
  select * into held from public.account_deletions as one
  where one.id = account_deletion_records.deletion_id and one.state = 'running' and one.step = 'records' for update;
  if held.id is null then
    return false;
  end if;
  if private.account_deletion_blocked(held.id) then
    return false;
  end if;
  perform private.act_as(held.user_id, 'account deletion');
  perform private.workspace_close(mine.workspace_id)
  from public.workspace_members as mine
  where mine.user_id = held.user_id and not exists (
    select from public.workspace_members as other
    where other.workspace_id = mine.workspace_id and other.user_id <> held.user_id
  );
  delete from private.idempotency_keys as kept where kept.caller = 'user:' || held.user_id;
  -- Mails that wait or have failed: they hold the address, and nobody reads them any more.
  delete from private.jobs as job
  where job.kind = 'mail_send' and job.state in ('pending', 'dead') and job.payload ->> 'to' = address;
  update public.account_deletions as one set step = 'user' where one.id = held.id;
  return true;
end;
$function$;
comment on function public.account_deletion_records(uuid) is 'Server RPC: closes the workspaces that end with a user and removes what no foreign key does; once. False when it is done.';
grant execute on function public.account_deletion_records(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.account_deletion_schedule(user_id uuid, token text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  in_the_way jsonb;
  held public.account_deletions;
begin
  perform private.own_account(account_deletion_schedule.user_id);
  select * into held from public.account_deletions as one
  where one.user_id = account_deletion_schedule.user_id and one.state in ('unconfirmed', 'scheduled', 'running')
  for update;
  if held.state in ('scheduled', 'running') then
    return '[]';
  end if;
  if token is not null and not exists (
    select from private.account_deletion_details as details
    where details.deletion_id = held.id and details.token_expires_at > now()
      and details.token_hash = encode(sha256(convert_to(token, 'UTF8')), 'hex')
  ) then
    perform private.problem(403, 'reauthentication_failed', 'This link is not valid any more: ask for another one.');
  end if;
  in_the_way := private.workspaces_in_the_way(account_deletion_schedule.user_id);
  if in_the_way <> '[]' then
    return in_the_way;
  end if;
  if held.id is null then
    insert into public.account_deletions (user_id) values (account_deletion_schedule.user_id)
    on conflict do nothing
    returning * into held;
    if held.id is null then
      return '[]'; -- The same request at the same moment.
    end if;
  end if;
  update public.account_deletions as one
  set state = 'scheduled', due_at = private.now() + interval '7 days'
  where one.id = held.id
  returning * into held;
  delete from private.account_deletion_details as details where details.deletion_id = held.id;
  perform private.act_as(account_deletion_schedule.user_id);
  perform private.audit_note('account.delete', held.id::text);
  perform private.enqueue('account_delete', jsonb_build_object('deletion_id', held.id), 'delete:' || held.id, held.due_at);
  perform private.enqueue_mail(
    'account_delete_scheduled', account_deletion_schedule.user_id,
    jsonb_build_object('due_at', held.due_at), 'delete_scheduled:' || held.id
  );
  return '[]';
end;
$function$;
comment on function public.account_deletion_schedule(uuid, text) is 'Server RPC: schedules the deletion of an account whose user has just given the password, or (token) opened the mail''s link; answers the workspaces that stand in the way, [{id, name, members}]. Refuses with reauthentication_failed.';
grant execute on function public.account_deletion_schedule(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.account_deletion_step(deletion_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held public.account_deletions;
  facts jsonb;
begin
  select * into held from public.account_deletions as one where one.id = account_deletion_step.deletion_id for update;
  if held.id is null or held.state not in ('scheduled', 'running') then
    return null;
  end if;
  if held.state = 'scheduled' and held.due_at > private.now() then
    return null;
  end if;
  if private.account_deletion_blocked(held.id) then
    return null;
  end if;
  if held.state = 'scheduled' then
    -- Nobody joins any more what ends with the user.
    update public.workspace_invitations as invitation
    set state = 'revoked', closed_at = now()
    where invitation.state = 'open' and invitation.workspace_id in (
      select mine.workspace_id from public.workspace_members as mine
      where mine.user_id = held.user_id and mine.role = 'owner' and not exists (
        select from public.workspace_members as other
        where other.workspace_id = mine.workspace_id and other.user_id <> mine.user_id
      )
    );
    facts := private.account_facts(held.user_id);
    insert into private.account_deletion_details (deletion_id, email, locale)
    values (held.id, facts ->> 'email', coalesce(
      (select profile.locale from public.profiles as profile where profile.id = held.user_id), 'en'
    ))
    on conflict on constraint account_deletion_details_pkey do update
    set email = excluded.email, locale = excluded.locale, token_hash = null, token_expires_at = null;
    update public.account_deletions as one set state = 'running' where one.id = held.id;
  end if;
  return jsonb_build_object(
    'user_id', held.user_id, 'step', held.step,
    'workspaces', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', mine.workspace_id, 'customer', customer.stripe_customer_id
      ) order by mine.workspace_id), '[]')
      from public.workspace_members as mine
      left join private.billing_customers as customer on customer.workspace_id = mine.workspace_id
      where mine.user_id = held.user_id and not exists (
        select from public.workspace_members as other
        where other.workspace_id = mine.workspace_id and other.user_id <> held.user_id
      )
    )
  );
end;
$function$;
comment on function public.account_deletion_step(uuid) is 'Server RPC: begins a deletion that is due, or goes on: {user_id, step, workspaces: those that end with the user, [{id, customer}]}; null when there is nothing to do.';
grant execute on function public.account_deletion_step(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.account_export_advance(export_id uuid, part smallint, cursor jsonb, bytes bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.account_exports as export
  set cursor = account_export_advance.cursor, parts = part, bytes = export.bytes + account_export_advance.bytes
  where export.id = export_id and export.state = 'pending' and export.parts = part - 1;
  if not found then
    return false;
  end if;
  -- A part a request: each is up to a second of the two that one may take.
  perform private.enqueue(
    'account_export', jsonb_build_object('export_id', export_id), 'export:' || export_id || ':' || part,
    private.now() + interval '2 seconds'
  );
  return true;
end;
$function$;
comment on function public.account_export_advance(uuid, smallint, jsonb, bigint) is 'Server RPC: notes that a part is stored and where to go on, and enqueues that; false when another attempt has done so.';
grant execute on function public.account_export_advance(uuid, smallint, jsonb, bigint) to service_role;

CREATE OR REPLACE FUNCTION public.account_export_expire(export_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.account_exports set state = 'expired', bytes = 0 where id = export_id and state = 'ready';
$function$;
comment on function public.account_export_expire(uuid) is 'Server RPC: notes that an export''s files are gone.';
grant execute on function public.account_export_expire(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.account_export_finish(export_id uuid, part smallint, bytes bigint, links jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  done public.account_exports;
begin
  update public.account_exports as export
  set state = 'ready', cursor = '{}', parts = part, bytes = export.bytes + account_export_finish.bytes,
      ready_at = private.now(), expires_at = private.now() + interval '7 days'
  where export.id = export_id and export.state = 'pending' and export.parts = part - 1
  returning * into done;
  if done.id is null then
    return false;
  end if;
  perform private.enqueue_mail(
    'account_export', done.user_id,
    jsonb_build_object('links', links, 'expires_at', done.expires_at), 'export:' || export_id
  );
  return true;
end;
$function$;
comment on function public.account_export_finish(uuid, smallint, bigint, jsonb) is 'Server RPC: notes that the last part is stored, and enqueues the mail with the links; false when another attempt has done so.';
grant execute on function public.account_export_finish(uuid, smallint, bigint, jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.account_export_rows(user_id uuid, relation text, after text, batch integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  rule private.personal_data;
  key text;
  owned text;
  page jsonb;
begin
  select * into rule from private.personal_data as held
  where held.relation = account_export_rows.relation and held.scope <> 'none';
  if rule.relation is null then
    raise exception 'cannot export %: private.personal_data does not say how', account_export_rows.relation;
  end if;
  select string_agg(format('one.%I::text', attribute.attname), $k$ || ' ' || $k$ order by named.place) into key
  from pg_catalog.pg_index as index
  cross join unnest(index.indkey) with ordinality as named (number, place)
  join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = index.indrelid and attribute.attnum = named.number
  where index.indrelid = rule.relation::regclass and index.indisprimary;
  select string_agg(case rule.scope
      when 'user' then format('one.%I = $1', named)
      when 'email' then format('lower(one.%I) = (select lower(private.account_facts($1) ->> ''email''))', named)
      else format('one.%I in (select member.workspace_id from public.workspace_members as member '
        'where member.user_id = $1 and member.role = ''owner'')', named)
    end, ' or ') into owned
  from unnest(rule.owner_columns) as named;
  execute format(
    'select jsonb_build_object(''rows'', coalesce(jsonb_agg(page.row order by page.key), ''[]''), '
      '''next'', case when count(*) = $4 then max(page.key) end) '
    'from (select to_jsonb(one) - $2 as row, (%1$s) collate "C" as key from %2$s as one '
      'where (%3$s) and (%1$s) collate "C" > $3 order by 2 limit $4) as page',
    key, rule.relation, owned
  ) into page using account_export_rows.user_id, rule.omitted, coalesce(account_export_rows.after, ''), batch;
  return page;
end;
$function$;
comment on function public.account_export_rows(uuid, text, text, integer) is 'Server RPC: a page of a user''s rows of a table: {rows, next: what to go on after, null at the end}.';
grant execute on function public.account_export_rows(uuid, text, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.account_export_start(user_id uuid, export_id uuid DEFAULT gen_random_uuid())
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  under_way uuid;
begin
  perform private.own_account(account_export_start.user_id);
  if exists (
    select from public.account_exports as held
    where held.id = account_export_start.export_id and held.user_id = account_export_start.user_id
  ) then
    return export_id;
  end if;
  loop
    insert into public.account_exports (id, user_id)
    values (account_export_start.export_id, account_export_start.user_id)
    on conflict do nothing;
    exit when found;
    select held.id into under_way from public.account_exports as held
    where held.user_id = account_export_start.user_id and held.state = 'pending';
    if found then
      return under_way;
    end if;
    -- It became ready between the two statements, and is in the way no more.
  end loop;
  perform private.act_as(account_export_start.user_id);
  perform private.audit_note('account.export', export_id::text);
  perform private.enqueue('account_export', jsonb_build_object('export_id', export_id), 'export:' || export_id || ':0');
  return export_id;
end;
$function$;
comment on function public.account_export_start(uuid, uuid) is 'Server RPC: begins an export, under this id, or names the one that has it or is under way.';
grant execute on function public.account_export_start(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.account_export_step(export_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'user_id', export.user_id, 'cursor', export.cursor, 'parts', export.parts,
    'account', private.account_facts(export.user_id),
    'locale', coalesce(profile.locale, 'en'),
    'relations', (
      select jsonb_agg(held.relation order by held.relation)
      from private.personal_data as held
      where held.scope <> 'none' and to_regclass(held.relation) is not null
    )
  )
  from public.account_exports as export
  left join public.profiles as profile on profile.id = export.user_id
  where export.id = export_id and export.state = 'pending';
$function$;
comment on function public.account_export_step(uuid) is 'Server RPC: {user_id, cursor, parts, account, locale, relations} of an export that is being gathered; null when it is not.';
grant execute on function public.account_export_step(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.account_exports_over(batch integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object('id', over.id, 'user_id', over.user_id, 'parts', over.parts)), '[]')
  from (
    select export.id, export.user_id, export.parts from public.account_exports as export
    where export.state = 'ready' and export.expires_at <= private.now()
    order by export.expires_at
    limit batch
  ) as over;
$function$;
comment on function public.account_exports_over(integer) is 'Server RPC: exports whose files must go: [{id, user_id, parts}].';
grant execute on function public.account_exports_over(integer) to service_role;

CREATE OR REPLACE FUNCTION public.account_files(user_id uuid, after text, batch integer, shared boolean DEFAULT true)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  -- By folder, as our policies have it, and by owner, as Storage notes who uploaded. Exports themselves are
  -- the user's as well.
  select coalesce(jsonb_agg(jsonb_build_object(
    'key', page.key, 'bucket', page.bucket_id, 'name', page.name, 'bytes', page.bytes
  ) order by page.key), '[]')
  from (
    select object.bucket_id, object.name, (object.bucket_id || '/' || object.name) collate "C" as key,
           coalesce((object.metadata ->> 'size')::bigint, 0) as bytes
    from storage.objects as object
    where object.bucket_id not in ('product-images', 'catalogue-imports', 'catalogue-exports')
      and (
        starts_with(object.name, account_files.user_id || '/')
        or (object.owner_id = account_files.user_id::text and (shared or not exists (
          select from public.workspace_members as other
          where other.workspace_id = private.uuid_or_null(split_part(object.name, '/', 1))
            and other.user_id <> account_files.user_id
        )))
      )
      and (object.bucket_id || '/' || object.name) collate "C" > coalesce(account_files.after, '')
    order by 3
    limit batch
  ) as page;
$function$;
comment on function public.account_files(uuid, text, integer, boolean) is 'Server RPC: a page of a user''s files in all buckets: [{key: what to go on after, bucket, name, bytes}]; without `shared`, not those in the folder of a workspace that others are in.';
grant execute on function public.account_files(uuid, text, integer, boolean) to service_role;

CREATE OR REPLACE FUNCTION public.alert_told(incident_id bigint, occasion smallint, mailed boolean, posted boolean, error text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.alert_incidents as incident
  set mailed = case when alert_told.mailed then greatest(incident.mailed, alert_told.occasion) else incident.mailed end,
      posted = case when alert_told.posted then greatest(incident.posted, alert_told.occasion) else incident.posted end,
      -- What failed is tried again in a minute: by the schedule, not at once.
      claimed_until = case when alert_told.mailed and alert_told.posted then null
        else clock_timestamp() + interval '50 seconds' end,
      last_error = left(alert_told.error, 500)
  where incident.id = incident_id;
$function$;
comment on function public.alert_told(bigint, smallint, boolean, boolean, text) is 'Server RPC: notes which way an occasion of an incident has been told.';
grant execute on function public.alert_told(bigint, smallint, boolean, boolean, text) to service_role;

CREATE OR REPLACE FUNCTION public.alerts_claim()
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  claimed jsonb;
begin
  perform private.alerts_evaluate();
  with taken as (
    update private.alert_incidents as incident
    set claimed_until = clock_timestamp() + interval '2 minutes'
    where incident.id in (
      select untold.id from private.alert_incidents as untold
      where (untold.mailed < untold.occasion or untold.posted < untold.occasion)
        and (untold.claimed_until is null or untold.claimed_until < clock_timestamp())
      order by untold.id limit 20
      for update skip locked
    )
    returning incident.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', taken.id, 'rule', taken.rule, 'occasion', taken.occasion,
    'state', case
      when taken.resolved_at is not null then 'resolved' when taken.occasion = 1 then 'opened' else 'reminder'
    end,
    'value', taken.told_value, 'threshold', rule.threshold, 'peak', taken.peak, 'detail', taken.told_detail,
    'opened_at', taken.opened_at, 'at', taken.occasion_at, 'note', taken.note,
    'to_mail', taken.mailed < taken.occasion, 'to_post', taken.posted < taken.occasion
  ) order by taken.id), '[]')
  into claimed
  from taken join private.alert_rules as rule on rule.name = taken.rule;
  return jsonb_build_object(
    'incidents', claimed,
    'staff', case when claimed = '[]' then '[]' else private.staff_addresses() end
  );
end;
$function$;
comment on function public.alerts_claim() is 'Server RPC: looks at every rule, and takes what is to be told for two minutes: {incidents, staff}.';
grant execute on function public.alerts_claim() to service_role;

CREATE OR REPLACE FUNCTION public.api_key_create(user_id uuid, workspace_id uuid, name text, prefix text, key_hash text, role text, scopes text[], expires_at timestamp with time zone)
 RETURNS workspace_api_keys
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held_role text;
  made public.workspace_api_keys;
begin
  perform private.act_as(api_key_create.user_id, 'api-key-create');
  -- One at a time a workspace: the count below is the one that holds.
  perform from public.workspaces as workspace where workspace.id = api_key_create.workspace_id for no key update;
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = api_key_create.workspace_id and member.user_id = api_key_create.user_id
  -- Who is removed at this moment is removed first, or takes the key along.
  for share;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role not in ('owner', 'admin') then
    perform private.problem(403, 'forbidden', 'Only an owner or an admin may create keys.');
  end if;
  if not private.has_feature(api_key_create.workspace_id, 'api_access') then
    perform private.problem(402, 'plan_required', 'The workspace''s plan does not include API keys.');
  end if;
  if exists (
    select from public.workspace_api_keys as key
    where key.workspace_id = api_key_create.workspace_id and key.revoked_at is null
      and lower(key.name) = lower(api_key_create.name)
  ) then
    perform private.problem(409, 'api_key_name_taken',
      'A key of this name exists. Its secret cannot be shown again: revoke it, or choose another name.');
  end if;
  if (
    select count(*) >= 50 from public.workspace_api_keys as key
    where key.workspace_id = api_key_create.workspace_id and key.revoked_at is null
  ) then
    perform private.problem(409, 'api_key_limit_reached', 'A workspace has at most 50 keys: revoke one.');
  end if;
  insert into public.workspace_api_keys (workspace_id, name, prefix, role, scopes, created_by, expires_at)
  values (
    api_key_create.workspace_id, api_key_create.name, api_key_create.prefix, api_key_create.role,
    api_key_create.scopes, api_key_create.user_id, api_key_create.expires_at
  )
  returning * into made;
  insert into private.api_key_hashes (key_id, key_hash) values (made.id, api_key_create.key_hash);
  return made;
end;
$function$;
comment on function public.api_key_create(uuid, uuid, text, text, text, text, text[], timestamp with time zone) is 'Server RPC: a new key of a workspace, for an owner or admin of it whose plan includes keys; answers its row. Refuses with workspace_not_found, forbidden, plan_required, api_key_name_taken, api_key_limit_reached.';
grant execute on function public.api_key_create(uuid, uuid, text, text, text, text, text[], timestamp with time zone) to service_role;

CREATE OR REPLACE FUNCTION public.api_key_use(key_hash text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  used public.workspace_api_keys;
begin
  -- Unknown, revoked and expired end in the same statement and the same answer.
  select key.* into used
  from private.api_key_hashes as hashed
  join public.workspace_api_keys as key on key.id = hashed.key_id
  where hashed.key_hash = api_key_use.key_hash
    and key.revoked_at is null and (key.expires_at is null or key.expires_at > pg_catalog.now());
  if used.id is null then
    return null;
  end if;
  if used.last_used_at is null or used.last_used_at < pg_catalog.now() - interval '1 minute' then
    -- Of many calls at once the first notes it, the others do not wait for it.
    update public.workspace_api_keys as key set last_used_at = pg_catalog.now()
    where key.id = (
      select one.id from public.workspace_api_keys as one where one.id = used.id
      for no key update skip locked
    );
  end if;
  return jsonb_build_object(
    'id', used.id, 'workspace_id', used.workspace_id, 'role', used.role, 'scopes', used.scopes,
    'api_access', private.has_feature(used.workspace_id, 'api_access')
  );
end;
$function$;
comment on function public.api_key_use(text) is 'Server RPC: {id, workspace_id, role, scopes, api_access} of a key that is good, by its hash; null for any other.';
grant execute on function public.api_key_use(text) to service_role;

CREATE OR REPLACE FUNCTION public.billing_customer(workspace_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'workspace_id', customer.workspace_id, 'stripe_customer_id', customer.stripe_customer_id,
    'generation', customer.generation, 'email', customer.email, 'name', customer.name
  )
  from private.billing_customers as customer
  where customer.workspace_id = billing_customer.workspace_id;
$function$;
comment on function public.billing_customer(uuid) is 'Server RPC: {workspace_id, stripe_customer_id, generation, email, name} of a workspace; null for an unknown one.';
grant execute on function public.billing_customer(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.billing_customer_member(user_id uuid, stripe_customer_id text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select exists (
    select from private.billing_customers as customer
    join public.workspace_members as member on member.workspace_id = customer.workspace_id
    where customer.stripe_customer_id = billing_customer_member.stripe_customer_id
      and member.user_id = billing_customer_member.user_id
      and member.role in ('owner', 'admin', 'billing')
  );
$function$;
comment on function public.billing_customer_member(uuid, text) is 'Server RPC: whether a user may handle the billing of a Stripe customer''s workspace.';
grant execute on function public.billing_customer_member(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.billing_customer_record(workspace_id uuid, stripe_customer_id text)
 RETURNS text
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- The first answer stays: whoever comes second uses the customer that is there.
  update private.billing_customers as customer
  set stripe_customer_id = coalesce(customer.stripe_customer_id, billing_customer_record.stripe_customer_id)
  where customer.workspace_id = billing_customer_record.workspace_id
  returning customer.stripe_customer_id;
$function$;
comment on function public.billing_customer_record(uuid, text) is 'Server RPC: notes a workspace''s Stripe customer; answers the one that counts, which may be an earlier one.';
grant execute on function public.billing_customer_record(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.billing_mail(template text, stripe_customer_id text, stripe_subscription_id text, props jsonb, dedupe_key text)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- A mail about a change names the plans of the event, not the one that it has when the mail is made.
  select private.enqueue_mail(
    billing_mail.template,
    private.billing_contact(customer.workspace_id, held.id),
    jsonb_build_object('workspace', workspace.name)
      || case
        when billing_mail.stripe_subscription_id is null then '{}'::jsonb
        else jsonb_build_object('plan', coalesce(
          named.name, billing_mail.props ->> 'price_id', plan.name, held.price_id, billing_mail.stripe_subscription_id
        ))
      end
      || case
        when billing_mail.props ? 'previous_price_id'
          then jsonb_build_object('previous_plan', coalesce(former.name, billing_mail.props ->> 'previous_price_id'))
        else '{}'::jsonb
      end
      || (billing_mail.props - 'price_id' - 'previous_price_id'),
    billing_mail.dedupe_key
  )
  from private.billing_customers as customer
  join public.workspaces as workspace on workspace.id = customer.workspace_id
  left join public.subscriptions as held
    on held.stripe_subscription_id = billing_mail.stripe_subscription_id
  left join public.plans as plan on plan.id = held.plan_id
  left join public.prices as price on price.id = billing_mail.props ->> 'price_id'
  left join public.plans as named on named.id = price.plan_id
  left join public.prices as former_price on former_price.id = billing_mail.props ->> 'previous_price_id'
  left join public.plans as former on former.id = former_price.plan_id
  where customer.stripe_customer_id = billing_mail.stripe_customer_id;
$function$;
comment on function public.billing_mail(text, text, text, jsonb, text) is 'Server RPC: enqueues a mail about billing to the workspace''s contact, with the workspace''s and the plan''s name (that of props.price_id where given, and of previous_price_id); null when the customer is not ours or the cause was mailed before.';
grant execute on function public.billing_mail(text, text, text, jsonb, text) to service_role;

CREATE OR REPLACE FUNCTION public.billing_tax_id_forget(workspace_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.billing_details as held
  set tax_id = null, tax_id_type = null, tax_id_status = null
  where held.workspace_id = billing_tax_id_forget.workspace_id and held.tax_id_status = 'unverified';
$function$;
comment on function public.billing_tax_id_forget(uuid) is 'Server RPC: forgets a tax id that its register refused, since its workspace gave none or another.';
grant execute on function public.billing_tax_id_forget(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.billing_workspace_for(user_id uuid, workspace_id uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.billing_workspace(user_id, workspace_id) $function$;
comment on function public.billing_workspace_for(uuid, uuid) is 'Server RPC: the workspace whose billing a user may handle; the personal one by default.';
grant execute on function public.billing_workspace_for(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.card_attempt_begin(user_id uuid, workspace_id uuid, address_hash text, tolerance integer DEFAULT 1)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  target constant uuid := private.billing_workspace(card_attempt_begin.user_id, card_attempt_begin.workspace_id);
  until constant timestamptz := private.declines_until(
    target, card_attempt_begin.address_hash, tolerance
  );
begin
  if until is not null then
    return jsonb_build_object(
      'allowed', false, 'retry_after_seconds', greatest(1, ceil(extract(epoch from until - private.now())))::integer
    );
  end if;
  insert into private.card_attempts as held (workspace_id, address_hash)
  values (target, card_attempt_begin.address_hash)
  on conflict on constraint card_attempts_pkey do update
  set address_hash = excluded.address_hash, attempted_at = private.now();
  return jsonb_build_object('allowed', true);
end;
$function$;
comment on function public.card_attempt_begin(uuid, uuid, text, integer) is 'Server RPC: {allowed, retry_after_seconds}: whether a user may have Stripe try a card for a workspace (the personal one by default), and notes from where. Refuses as private.billing_workspace.';
grant execute on function public.card_attempt_begin(uuid, uuid, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.card_attempt_begin_guest(address_hash text, tolerance integer DEFAULT 1)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case when until is null then jsonb_build_object('allowed', true)
    else jsonb_build_object('allowed', false,
      'retry_after_seconds', greatest(1, ceil(extract(epoch from until - private.now())))::integer) end
  from private.declines_until(null, card_attempt_begin_guest.address_hash, tolerance) as until;
$function$;
comment on function public.card_attempt_begin_guest(text, integer) is 'Server RPC: {allowed, retry_after_seconds}: whether a guest who comes from there may have Stripe try a card.';
grant execute on function public.card_attempt_begin_guest(text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.card_decline_record(cause text, stripe_customer_id text, card_hash text, code text, tolerance integer DEFAULT 1)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  workspace constant uuid := (
    select customer.workspace_id from private.billing_customers as customer
    where customer.stripe_customer_id = card_decline_record.stripe_customer_id
  );
  origin constant text := (
    select attempt.address_hash from private.card_attempts as attempt where attempt.workspace_id = workspace
  );
begin
  if workspace is null then
    return false; -- Another product's customer in the same Stripe account.
  end if;
  -- The workspace first, then where it calls from: always in this order, so that two cannot wait for each other.
  perform pg_advisory_xact_lock(hashtextextended('declines of ' || workspace, 0));
  if origin is not null then
    perform pg_advisory_xact_lock(hashtextextended('declines from ' || origin, 0));
  end if;
  insert into private.card_declines (cause, workspace_id, card_hash, address_hash, code)
  values (card_decline_record.cause, workspace, card_decline_record.card_hash, origin,
          left(card_decline_record.code, 100))
  on conflict on constraint card_declines_pkey do nothing;
  if not found or private.declines_until(workspace, origin, tolerance) is null then
    return false;
  end if;
  -- Whoever holds the client secret goes on at Stripe, past every limit of ours.
  perform private.enqueue(
    'card_testing_stop', jsonb_build_object('workspace_id', workspace), 'card_testing:' || card_decline_record.cause
  );
  return true;
end;
$function$;
comment on function public.card_decline_record(text, text, text, text, integer) is 'Server RPC: counts a declined payment once; true when it was one too many, then the purchase under way is to be ended.';
grant execute on function public.card_decline_record(text, text, text, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.card_decline_record_guest(cause text, order_id text, card_hash text, code text, tolerance integer DEFAULT 1)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  declined constant uuid := private.uuid_or_null(card_decline_record_guest.order_id);
  origin constant text := (
    select request.address_hash from private.order_requests as request where request.order_id = declined
  );
begin
  if not exists (select from public.orders as held where held.id = declined) then
    return false; -- Another product's payment in the same Stripe account.
  end if;
  insert into private.card_declines (cause, card_hash, address_hash, code)
  values (card_decline_record_guest.cause, card_decline_record_guest.card_hash, origin,
          left(card_decline_record_guest.code, 100))
  on conflict on constraint card_declines_pkey do nothing;
  if not found or private.declines_until(null, origin, tolerance) is null then
    return false;
  end if;
  -- Whoever has the page goes on at Stripe, past every limit of ours.
  perform private.enqueue(
    'order_end', jsonb_build_object('order_id', declined), 'card_testing:' || card_decline_record_guest.cause
  );
  return true;
end;
$function$;
comment on function public.card_decline_record_guest(text, text, text, text, integer) is 'Server RPC: counts a guest''s declined payment once, for where his order came from; true when it was one too many, then the checkout is to be ended.';
grant execute on function public.card_decline_record_guest(text, text, text, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.card_trial_used(fingerprint text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select exists (select from private.card_trials as trial where trial.fingerprint = card_trial_used.fingerprint);
$function$;
comment on function public.card_trial_used(text) is 'Server RPC: whether a card has had a trial, in whatever workspace.';
grant execute on function public.card_trial_used(text) to service_role;

CREATE OR REPLACE FUNCTION public.cards_expiring()
 RETURNS integer
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- A card is good until the end of its month; what nothing runs on is not worth a mail.
  select count(private.enqueue_mail(
    'card_expiring',
    private.billing_contact(held.workspace_id, held.id),
    jsonb_build_object(
      'workspace', workspace.name, 'brand', card.brand, 'last4', card.last4,
      'exp_month', card.exp_month, 'exp_year', card.exp_year
    ),
    'card_expiring:' || card.stripe_payment_method_id || ':' || card.exp_year || '-' || card.exp_month
  ))::integer
  from public.subscriptions as held
  join private.billing_customers as customer on customer.workspace_id = held.workspace_id
  join public.workspaces as workspace on workspace.id = held.workspace_id
  join public.payment_methods as card
    on card.stripe_payment_method_id =
      coalesce(held.stripe_payment_method_id, customer.stripe_payment_method_id)
  where held.status in ('active', 'trialing', 'past_due') and not held.cancel_at_period_end and held.cancel_at is null
    and card.brand is not null and card.last4 is not null
    and make_date(card.exp_year, card.exp_month, 1) + interval '1 month'
      between private.now() and private.now() + interval '30 days';
$function$;
comment on function public.cards_expiring() is 'Server RPC: one mail for each card that a running subscription is paid with and that expires within 30 days; how many were new.';
grant execute on function public.cards_expiring() to service_role;

CREATE OR REPLACE FUNCTION public.cart_facts(variant_ids uuid[], price_list text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  list public.price_lists;
begin
  if cardinality(variant_ids) > 200 then
    perform private.problem(422, 'invalid_body', 'At most 200 variants.');
  end if;
  select one.* into list
  from public.price_lists as one
  where one.active
    and case when cart_facts.price_list is null then one.is_default else one.id = cart_facts.price_list end;
  if list.id is null then
    perform private.problem(422, 'price_list_not_found', 'No active price list has this id.');
  end if;
  return jsonb_build_object(
    'price_list', list.id,
    'currency', list.currency,
    'lines', (
      -- Inactive ones are left out by condition, not only by RLS: staff, who read them, cannot buy them either.
      select coalesce(jsonb_agg(jsonb_build_object(
        'variant_id', variant.id,
        'product_id', product.id,
        'slug', product.slug,
        'sku', variant.sku,
        'name_en', product.name_en,
        'name_fr', product.name_fr,
        'options', variant.options,
        'weight_grams', variant.weight_grams,
        'image', (
          select image.path
          from public.product_images as image
          where image.product_id = product.id
          order by (image.variant_id is not distinct from variant.id) desc, (image.variant_id is null) desc,
            image.position, image.id
          limit 1
        ),
        'unit_amount', price.unit_amount,
        'compare_at_amount', price.compare_at_amount,
        'availability', coalesce(known.band, 'out_of_stock'),
        'few_left', known.few_left
      )), '[]')
      from unnest(cart_facts.variant_ids) as wanted (variant_id)
      join public.product_variants as variant on variant.id = wanted.variant_id and variant.active
      join public.products as product on product.id = variant.product_id and product.active
      join public.variant_prices as price on price.variant_id = variant.id and price.price_list_id = list.id
      left join public.variant_availability as known on known.variant_id = variant.id
    )
  );
end;
$function$;
comment on function public.cart_facts(uuid[], text) is 'What the lines of a cart are now: names, price by the price list (null: the default one), availability as buyers may know it. Variants that are not on sale by that list are missing. Client RPC: whoever calls reads no more than the catalogue gives.';
grant execute on function public.cart_facts(uuid[], text) to anon;
grant execute on function public.cart_facts(uuid[], text) to authenticated;
grant execute on function public.cart_facts(uuid[], text) to service_role;

CREATE OR REPLACE FUNCTION public.cart_stock(variant_ids uuid[], quantities integer[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_object_agg(
    held.variant_id, greatest(0, least(wanted.quantity, held.on_hand - held.reserved))
  ), '{}')
  from unnest(cart_stock.variant_ids, cart_stock.quantities) as wanted (variant_id, quantity)
  join private.stock as held on held.variant_id = wanted.variant_id;
$function$;
comment on function public.cart_stock(uuid[], integer[]) is 'Server RPC: how many of each wanted quantity can be had, by variant. Buyers are told whether there is enough, not the number.';
grant execute on function public.cart_stock(uuid[], integer[]) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_export_advance(export_id uuid, part integer, cursor jsonb, rows_more integer, bytes_more bigint, last boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.catalogue_exports as held
  set cursor = catalogue_export_advance.cursor, parts = part, rows_done = held.rows_done + rows_more,
      bytes = held.bytes + bytes_more,
      state = case when last then 'ready' else 'running' end,
      ready_at = case when last then private.now() end,
      expires_at = case when last then private.now() + interval '7 days' end
  where held.id = export_id and held.state = 'running' and held.parts = part - 1;
  if not found then
    return false;
  end if;
  if not last then
    -- A part a request: each is up to a second of the two that one may take.
    perform private.enqueue(
      'catalogue_export', jsonb_build_object('export_id', export_id), 'catalogue-export:' || export_id || ':' || part,
      private.now() + interval '1 second'
    );
  end if;
  return true;
end;
$function$;
comment on function public.catalogue_export_advance(uuid, integer, jsonb, integer, bigint, boolean) is 'Server RPC: notes that a part is stored, and enqueues the next or ends the export; false when another attempt has done so.';
grant execute on function public.catalogue_export_advance(uuid, integer, jsonb, integer, bigint, boolean) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_export_rows(after_product text, after_sku text, batch integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(to_jsonb(page) order by page.product, page.sku collate "C"), '[]')
  from (
    select product.slug as product, variant.sku, category.slug as category, product.name_en, product.name_fr,
           product.description_en, product.description_fr, product.attributes::text, product.tax_code,
           product.active as product_active, variant.options::text, variant.weight_grams, variant.low_stock,
           variant.position, variant.active as variant_active,
           -- Less than none cannot be imported: the cell is empty, and leaves it.
           case when held.on_hand >= held.shortage then held.on_hand - held.shortage end as stock,
           (
             select jsonb_object_agg(price.price_list_id, jsonb_build_array(price.unit_amount, price.compare_at_amount))
             from public.variant_prices as price where price.variant_id = variant.id
           ) as prices
    from public.products as product
    join public.categories as category on category.id = product.category_id
    join public.product_variants as variant on variant.product_id = product.id
    join private.stock as held on held.variant_id = variant.id
    where (after_product is null or product.slug >= after_product)
      and (after_product is null or product.slug > after_product or variant.sku collate "C" > after_sku)
    order by product.slug, variant.sku collate "C"
    limit batch
  ) as page;
$function$;
comment on function public.catalogue_export_rows(text, text, integer) is 'Server RPC: a page of the catalogue by slug and SKU, a row a variant; prices as {list: [amount, compared with]}.';
grant execute on function public.catalogue_export_rows(text, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_export_start(staff uuid, export_id uuid DEFAULT gen_random_uuid())
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  under_way uuid;
begin
  perform private.staff_required(staff);
  perform private.act_as(staff);
  if exists (select from public.catalogue_exports as held where held.id = catalogue_export_start.export_id) then
    return export_id;
  end if;
  loop
    insert into public.catalogue_exports (id, created_by, price_lists)
    select catalogue_export_start.export_id, staff, jsonb_object_agg(list.id, list.currency)
    from public.price_lists as list
    on conflict do nothing;
    exit when found;
    select held.id into under_way from public.catalogue_exports as held where held.state = 'running';
    if found then
      return under_way;
    end if;
    -- It became ready between the two statements, and is in the way no more.
  end loop;
  perform private.audit_note('catalogue_exports.start', export_id::text);
  perform private.enqueue(
    'catalogue_export', jsonb_build_object('export_id', export_id), 'catalogue-export:' || export_id || ':0'
  );
  return export_id;
end;
$function$;
comment on function public.catalogue_export_start(uuid, uuid) is 'Server RPC: begins an export of the catalogue, under this id, or names the one that has it or is under way; refuses with forbidden.';
grant execute on function public.catalogue_export_start(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_export_step(export_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('price_lists', held.price_lists, 'cursor', held.cursor, 'parts', held.parts)
  from public.catalogue_exports as held
  where held.id = export_id and held.state = 'running';
$function$;
comment on function public.catalogue_export_step(uuid) is 'Server RPC: {price_lists, cursor, parts} of an export that is under way; null when it is not.';
grant execute on function public.catalogue_export_step(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_exports_expire()
 RETURNS integer
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with over as (
    update public.catalogue_exports set state = 'expired'
    where state = 'ready' and expires_at <= private.now()
    returning id
  )
  select count(*)::integer from over;
$function$;
comment on function public.catalogue_exports_expire() is 'Server RPC: exports whose time is over are no longer ready; how many.';
grant execute on function public.catalogue_exports_expire() to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_files_over(batch integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object('bucket', page.bucket_id, 'name', page.name)), '[]')
  from (
    select object.bucket_id, object.name from storage.objects as object
    where object.bucket_id = 'catalogue-imports' and object.created_at < private.now() - interval '7 days'
        and not exists (
          select from public.catalogue_imports as held where held.path = object.name and held.state = 'running'
        )
      or object.bucket_id = 'catalogue-exports' and not exists (
        select from public.catalogue_exports as held
        where held.id = private.uuid_or_null(split_part(object.name, '/', 1))
          and (held.state = 'running' or held.expires_at > private.now())
      )
    order by object.bucket_id, object.name
    limit batch
  ) as page;
$function$;
comment on function public.catalogue_files_over(integer) is 'Server RPC: files whose time is over, [{bucket, name}]: of imports after seven days, of exports that have expired or are gone.';
grant execute on function public.catalogue_files_over(integer) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_import_apply(import_id uuid, from_byte bigint, to_byte bigint, lines integer, rows jsonb, refused jsonb, last boolean)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held public.catalogue_imports;
  tally jsonb;
  errors jsonb;
  left_out integer;
  room integer;
begin
  select * into held from public.catalogue_imports as known
  where known.id = catalogue_import_apply.import_id for update;
  if held.id is null or held.state <> 'running' or held.columns is null or held.bytes_done <> from_byte then
    return false;
  end if;
  -- The import itself is what the audit log names, not each of its rows.
  perform set_config('socle.bulk', 'on', true);
  tally := private.catalogue_rows_try(held.id, held.created_by, rows, held.dry_run);
  perform set_config('socle.bulk', '', true);
  errors := refused || (tally -> 'refused');
  select count(distinct error -> 'line') into left_out from jsonb_array_elements(errors) as error;

  insert into private.catalogue_import_skus (import_id, sku, product, line, good)
  select held.id, row.sku, row.product, row.line, not exists (
    select from jsonb_array_elements(tally -> 'refused') as error where (error ->> 'line')::integer = row.line
  )
  from private.catalogue_rows(rows) as row
  order by row.line
  on conflict do nothing;

  select 1000 - count(*) into room from public.catalogue_import_errors as known where known.import_id = held.id;
  insert into public.catalogue_import_errors (import_id, line, column_name, problem)
  select held.id, error.line, error.column_name, min(left(error.problem, 500))
  from jsonb_to_recordset(errors) as error (line integer, column_name text, problem text)
  group by error.line, error.column_name
  order by error.line, error.column_name
  limit room;

  update public.catalogue_imports as known
  set bytes_done = to_byte, lines_done = catalogue_import_apply.lines, batches = known.batches + 1,
      created = known.created + (tally ->> 'created')::integer,
      updated = known.updated + (tally ->> 'updated')::integer,
      unchanged = known.unchanged + (tally ->> 'unchanged')::integer,
      failed = known.failed + left_out,
      rows_done = known.rows_done + (tally ->> 'created')::integer + (tally ->> 'updated')::integer
        + (tally ->> 'unchanged')::integer + left_out
  where known.id = held.id;
  if last then
    perform private.catalogue_import_end(held.id, 'done');
  else
    perform private.enqueue(
      'catalogue_import', jsonb_build_object('import_id', held.id), 'import:' || held.id || ':' || to_byte,
      -- A request has two seconds of processor time, and a batch takes up to 70 ms of it: after fifteen the
      -- next one is for another request.
      private.now() + case when (held.batches + 1) % 15 = 0 then interval '1 second' else interval '0' end
    );
  end if;
  return true;
end;
$function$;
comment on function public.catalogue_import_apply(uuid, bigint, bigint, integer, jsonb, jsonb, boolean) is 'Server RPC: writes a batch of an import, its errors and where the next one begins, and enqueues that; false, and nothing is written, where the import no longer stands at from_byte.';
grant execute on function public.catalogue_import_apply(uuid, bigint, bigint, integer, jsonb, jsonb, boolean) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_import_cancel(staff uuid, import_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  found_state text;
begin
  perform private.staff_required(staff);
  perform private.act_as(staff);
  select held.state into found_state from public.catalogue_imports as held
  where held.id = catalogue_import_cancel.import_id for update;
  if found_state is null then
    perform private.problem(404, 'import_not_found', 'There is no import with this id.');
  elsif found_state = 'running' then
    perform private.catalogue_import_end(import_id, 'cancelled');
    perform private.audit_note('catalogue_imports.cancel', import_id::text);
  end if;
end;
$function$;
comment on function public.catalogue_import_cancel(uuid, uuid) is 'Server RPC: ends an import after the batch that runs; what it has written stays. One that has ended stays as it is. Refuses with forbidden or import_not_found.';
grant execute on function public.catalogue_import_cancel(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_import_fail(import_id uuid, problem text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.catalogue_import_end(import_id, 'failed', problem) $function$;
comment on function public.catalogue_import_fail(uuid, text) is 'Server RPC: ends an import whose file cannot be read on; what it has written stays.';
grant execute on function public.catalogue_import_fail(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_import_header(import_id uuid, separator text, columns jsonb, to_byte bigint, lines integer)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.catalogue_imports as held
  set separator = catalogue_import_header.separator, columns = catalogue_import_header.columns,
      bytes_done = to_byte, lines_done = lines
  where held.id = import_id and held.state = 'running' and held.columns is null;
$function$;
comment on function public.catalogue_import_header(uuid, text, jsonb, bigint, integer) is 'Server RPC: notes the header of an import''s file, once.';
grant execute on function public.catalogue_import_header(uuid, text, jsonb, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_import_start(staff uuid, path text, dry_run boolean, import_id uuid DEFAULT gen_random_uuid())
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.staff_required(staff);
  perform private.act_as(staff);
  insert into public.catalogue_imports (id, created_by, path, file, dry_run, bytes_total)
  select catalogue_import_start.import_id, staff, object.name,
         jsonb_build_object('id', object.id, 'etag', object.metadata ->> 'eTag'),
         catalogue_import_start.dry_run, (object.metadata ->> 'size')::bigint
  from storage.objects as object
  where object.bucket_id = 'catalogue-imports' and object.name = catalogue_import_start.path
  on conflict do nothing;
  if not found then
    -- By an earlier attempt of the same request, also when its file is gone.
    if exists (select from public.catalogue_imports as held where held.id = catalogue_import_start.import_id) then
      return import_id;
    end if;
    if exists (select from public.catalogue_imports as other where other.state = 'running') then
      perform private.problem(409, 'catalogue_import_running', 'Another import runs. Wait for its end, or cancel it.');
    end if;
    perform private.problem(404, 'import_file_not_found', 'There is no such file in the bucket catalogue-imports.');
  end if;
  -- One entry for all that the import changes: its counts and errors are in its own row.
  perform private.audit_note('catalogue_imports.start', import_id::text, null, jsonb_build_object(
    'dry_run', jsonb_build_object('new', catalogue_import_start.dry_run)
  ));
  perform private.enqueue(
    'catalogue_import', jsonb_build_object('import_id', import_id), 'import:' || import_id || ':0'
  );
  return import_id;
end;
$function$;
comment on function public.catalogue_import_start(uuid, text, boolean, uuid) is 'Server RPC: begins an import of a file that staff have uploaded, under this id, or names the one that has it; refuses with forbidden, import_file_not_found or catalogue_import_running.';
grant execute on function public.catalogue_import_start(uuid, text, boolean, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.catalogue_import_step(import_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'path', held.path, 'size', held.bytes_total, 'byte', held.bytes_done, 'lines', held.lines_done,
    'separator', held.separator, 'columns', held.columns,
    'currencies', (select jsonb_object_agg(list.id, list.currency) from public.price_lists as list),
    'there', exists (
      select from storage.objects as object
      where object.bucket_id = 'catalogue-imports' and object.name = held.path
        and object.id::text = held.file ->> 'id'
        and object.metadata ->> 'eTag' is not distinct from held.file ->> 'etag'
    )
  )
  from public.catalogue_imports as held
  where held.id = import_id and held.state = 'running';
$function$;
comment on function public.catalogue_import_step(uuid) is 'Server RPC: where an import stands, the price lists'' currencies, and whether the file is there as it was; null when it has ended.';
grant execute on function public.catalogue_import_step(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.dunning_advance(stripe_invoice_id text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.dunning_settle(invoice.id, true)
  from public.invoices as invoice
  where invoice.stripe_invoice_id = dunning_advance.stripe_invoice_id;
  return (
    select case when held.closed_at is null then held.access else held.outcome end
    from public.dunning_cases as held
    join public.invoices as invoice on invoice.id = held.invoice_id
    where invoice.stripe_invoice_id = dunning_advance.stripe_invoice_id
  );
end;
$function$;
comment on function public.dunning_advance(text) is 'Server RPC: applies what is due of an invoice''s case, which was fetched just now; the access that it leaves, or how it ended.';
grant execute on function public.dunning_advance(text) to service_role;

CREATE OR REPLACE FUNCTION public.dunning_failed(stripe_invoice_id text, failed_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  owed public.invoices;
begin
  -- Locked as its sync locks it: either sees the other's write, so no payment passes a case by.
  select * into owed from public.invoices as one
  where one.stripe_invoice_id = dunning_failed.stripe_invoice_id
  for no key update;
  -- A first invoice fails before its payer's eyes; one without a subscription gives no access.
  if owed.id is null or owed.subscription_id is null or owed.billing_reason = 'subscription_create' then
    return false;
  end if;
  perform from public.subscriptions as bought where bought.id = owed.subscription_id for no key update;
  -- Of several failures the earliest counts, whichever is told first: what was applied was due earlier, too.
  update public.dunning_events as done
  set at = done.at - (held.first_failed_at - dunning_failed.failed_at)
  from public.dunning_cases as held
  where held.invoice_id = owed.id and held.first_failed_at > dunning_failed.failed_at
    and done.case_id = held.id and done.action <> 'full';
  insert into public.dunning_cases as held (workspace_id, invoice_id, first_failed_at)
  values (owed.workspace_id, owed.id, dunning_failed.failed_at)
  on conflict on constraint dunning_cases_one_an_invoice do update
  set first_failed_at = excluded.first_failed_at
  where held.first_failed_at > excluded.first_failed_at;
  perform private.dunning_settle(owed.id, true);
  return true;
end;
$function$;
comment on function public.dunning_failed(text, timestamp with time zone) is 'Server RPC: Stripe told that an invoice, mirrored just now, could not be collected; false when nobody is dunned for it.';
grant execute on function public.dunning_failed(text, timestamp with time zone) to service_role;

CREATE OR REPLACE FUNCTION public.dunning_missed()
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  owed record;
  opened integer := 0;
begin
  for owed in
    select invoice.stripe_invoice_id
    from public.invoices as invoice
    join public.subscriptions as held on held.id = invoice.subscription_id
    where invoice.status = 'open' and invoice.attempt_count > 0
      and invoice.billing_reason is distinct from 'subscription_create'
      and held.status in ('past_due', 'unpaid') and held.ended_at is null
      and invoice.created_at < private.now() - interval '4 days'
      and not exists (select from public.dunning_cases as known where known.invoice_id = invoice.id)
    order by invoice.created_at
  loop
    opened := opened + public.dunning_failed(owed.stripe_invoice_id, private.now())::integer;
  end loop;
  return opened;
end;
$function$;
comment on function public.dunning_missed() is 'Server RPC: opens the cases of invoices whose failure nobody told us of; how many.';
grant execute on function public.dunning_missed() to service_role;

CREATE OR REPLACE FUNCTION public.dunning_timeline(workspace_id uuid)
 RETURNS TABLE(invoice_id uuid, number text, amount_due bigint, currency text, hosted_invoice_url text, outcome text, step text, action text, at timestamp with time zone, done boolean)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select invoice.id, invoice.number, invoice.amount_due, invoice.currency, invoice.hosted_invoice_url,
         held.outcome, step.step, step.action, step.at, step.done
  from public.dunning_cases as held
  join public.invoices as invoice on invoice.id = held.invoice_id,
    lateral (
      select done.step, done.action, done.at, true as done
      from public.dunning_events as done where done.case_id = held.id
      union all
      select coming.step, coming.action, held.first_failed_at + coming."after", false
      from public.dunning_policy as coming
      where held.closed_at is null and coming."after" is not null
        and not exists (
          select from public.dunning_events as done where done.case_id = held.id and done.step = coming.step
        )
    ) as step
  where held.workspace_id = dunning_timeline.workspace_id
  order by held.first_failed_at desc, invoice.id, step.at, step.action = 'full', step.step;
$function$;
comment on function public.dunning_timeline(uuid) is 'Client RPC: past and coming steps of a workspace''s unpaid invoices, the latest invoice first; empty for who may not read its invoices.';
grant execute on function public.dunning_timeline(uuid) to authenticated;
grant execute on function public.dunning_timeline(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.entitlements(workspace_id uuid)
 RETURNS TABLE(feature text, included boolean, "limit" bigint, used bigint, source text)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if not exists (select from public.workspaces as mine where mine.id = entitlements.workspace_id) then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  return query
  select known.feature, had.included, had.limit_value,
         private.feature_used(entitlements.workspace_id, known.feature), had.source
  from (
    select held.feature from public.plan_features as held
    union
    select given.feature from public.feature_overrides as given
    where given.workspace_id = entitlements.workspace_id
  ) as known,
  lateral private.feature_grant(entitlements.workspace_id, known.feature) as had
  order by known.feature;
end;
$function$;
comment on function public.entitlements(uuid) is 'Client RPC: each feature that there is: whether the workspace has it, how much (null: without a limit), how much is used (null: not counted), and by what it has it: plan or override.';
grant execute on function public.entitlements(uuid) to authenticated;
grant execute on function public.entitlements(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.feature_override_remove(user_id uuid, workspace_id uuid, feature text, reason text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.act_as(feature_override_remove.user_id, feature_override_remove.reason);
  if not exists (select from private.staff as one where one.user_id = feature_override_remove.user_id) then
    perform private.problem(403, 'forbidden', 'Only those who operate the product change what a workspace has.');
  end if;
  delete from public.feature_overrides as given
  where given.workspace_id = feature_override_remove.workspace_id
    and given.feature = feature_override_remove.feature;
  return found;
end;
$function$;
comment on function public.feature_override_remove(uuid, uuid, text, text) is 'Server RPC: staff leave a workspace with what its plan includes; false when nothing stood against it.';
grant execute on function public.feature_override_remove(uuid, uuid, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.feature_override_set(user_id uuid, workspace_id uuid, feature text, enabled boolean, limit_value bigint, expires_at timestamp with time zone, reason text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  written public.feature_overrides;
begin
  perform private.act_as(feature_override_set.user_id, feature_override_set.reason);
  if not exists (select from private.staff as one where one.user_id = feature_override_set.user_id) then
    perform private.problem(403, 'forbidden', 'Only those who operate the product change what a workspace has.');
  end if;
  if not exists (select from public.workspaces as known where known.id = feature_override_set.workspace_id) then
    perform private.problem(404, 'workspace_not_found', 'There is no workspace of this id.');
  end if;
  insert into public.feature_overrides (workspace_id, feature, enabled, limit_value, expires_at, reason)
  values (feature_override_set.workspace_id, feature_override_set.feature, feature_override_set.enabled,
          feature_override_set.limit_value, feature_override_set.expires_at, feature_override_set.reason)
  on conflict on constraint feature_overrides_pkey do update
  set enabled = excluded.enabled, limit_value = excluded.limit_value,
      expires_at = excluded.expires_at, reason = excluded.reason
  returning * into written;
  return to_jsonb(written);
end;
$function$;
comment on function public.feature_override_set(uuid, uuid, text, boolean, bigint, timestamp with time zone, text) is 'Server RPC: staff give a workspace a feature, or take one from it; the row as it is now.';
grant execute on function public.feature_override_set(uuid, uuid, text, boolean, bigint, timestamp with time zone, text) to service_role;

CREATE OR REPLACE FUNCTION public.feature_required(feature text, workspace_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  target uuid;
begin
  select mine.id into target from public.workspaces as mine
  where case when feature_required.workspace_id is null
    then mine.personal_of = (select auth.uid()) else mine.id = feature_required.workspace_id end;
  if target is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if private.has_feature(target, feature_required.feature) then
    return jsonb_build_object('included', true);
  end if;
  return jsonb_build_object(
    'included', false, 'granted_by', private.plans_granting(feature_required.feature)
  );
end;
$function$;
comment on function public.feature_required(text, uuid) is 'Client RPC: {included}, and if not, {granted_by: [{plan, prices}]}; of the personal workspace by default. What `requires` of an endpoint asks.';
grant execute on function public.feature_required(text, uuid) to authenticated;
grant execute on function public.feature_required(text, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.getting_started_mails()
 RETURNS integer
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- By the calendar and not by a job a sign-up: whom it goes to, where, and what it says is decided when
  -- it is sent, by what the user has done until then. Who has nothing left to be told gets nothing.
  select count(private.enqueue_mail(
    'getting_started', newcomer.id, jsonb_build_object('tips', newcomer.tips), 'getting_started:' || newcomer.id
  ))::integer
  from (
    select profile.id, array_remove(array[
      case when profile.avatar_url is null then 'profile' end,
      case when not exists (
        select from public.workspace_members as mine
        join public.workspace_members as other
          on other.workspace_id = mine.workspace_id and other.user_id <> mine.user_id
        where mine.user_id = profile.id
      ) then 'team' end
    ], null) as tips
    from public.profiles as profile
    where profile.created_at between private.now() - interval '7 days' and private.now() - interval '3 days'
      -- Their address is confirmed: they were welcomed. And not yet written to.
      and exists (
        select from private.jobs as job
        where job.kind = 'mail_send' and job.dedupe_key = 'welcome:' || profile.id
      )
      and not exists (
        select from private.jobs as job
        where job.kind = 'mail_send' and job.dedupe_key = 'getting_started:' || profile.id
      )
  ) as newcomer
  where newcomer.tips <> '{}';
$function$;
comment on function public.getting_started_mails() is 'Server RPC: enqueues the tips for those who signed up three to seven days ago and have not got them; how many.';
grant execute on function public.getting_started_mails() to service_role;

CREATE OR REPLACE FUNCTION public.health()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.core_health() || jsonb_build_object(
    'shop_drifts', (select coalesce(sum(open.drifts), 0) from private.shop_drifts_open() as open)
  );
$function$;
comment on function public.health() is 'Server RPC: depth and age of the queue, dead letters, age of the oldest event that still waits, and what the shop''s latest comparison found.';
grant execute on function public.health() to service_role;

CREATE OR REPLACE FUNCTION public.idempotency_begin(caller text, endpoint text, key text, request_hash text, lease_seconds integer, attempt uuid DEFAULT gen_random_uuid())
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held private.idempotency_keys;
  lease constant timestamptz := clock_timestamp() + make_interval(secs => lease_seconds);
begin
  insert into private.idempotency_keys as kept (caller, endpoint, key, request_hash, attempt, locked_until)
  values (idempotency_begin.caller, idempotency_begin.endpoint, idempotency_begin.key,
          idempotency_begin.request_hash, idempotency_begin.attempt, lease)
  on conflict on constraint idempotency_keys_pkey do update
    -- Taken over when it is older than a day, or when whoever ran under it died or gave it up.
    set request_hash = excluded.request_hash, attempt = excluded.attempt, locked_until = lease,
        status = null, reply = null,
        subject = case when kept.created_at < now() - interval '24 hours' then null else kept.subject end,
        created_at = case when kept.created_at < now() - interval '24 hours' then now() else kept.created_at end
    where kept.created_at < now() - interval '24 hours'
       or (kept.locked_until < clock_timestamp() and kept.request_hash = excluded.request_hash)
  returning * into held;
  if held.attempt = idempotency_begin.attempt then
    return jsonb_build_object('outcome', 'started', 'attempt', held.attempt, 'subject', held.subject);
  end if;

  select * into held from private.idempotency_keys as kept
  where kept.caller = idempotency_begin.caller and kept.endpoint = idempotency_begin.endpoint
    and kept.key = idempotency_begin.key;
  return case
    -- Released by its first request between the two statements: the caller may simply try again.
    when held.key is null then jsonb_build_object('outcome', 'in_progress')
    when held.request_hash <> idempotency_begin.request_hash then jsonb_build_object('outcome', 'mismatch')
    when held.status is null then jsonb_build_object('outcome', 'in_progress')
    else jsonb_build_object('outcome', 'replay', 'status', held.status, 'reply', held.reply)
  end;
end;
$function$;
comment on function public.idempotency_begin(text, text, text, text, integer, uuid) is 'Server RPC: {outcome: started | replay | in_progress | mismatch}; with the kept status and reply on replay; on started the attempt, and the subject that an earlier attempt noted or null. `attempt` is new for each request: by it idempotency_end gives up a claim whose answer was lost.';
grant execute on function public.idempotency_begin(text, text, text, text, integer, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.idempotency_end(caller text, endpoint text, key text, attempt uuid, status smallint, reply jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if idempotency_end.status is not null then
    update private.idempotency_keys as kept
    set status = idempotency_end.status, reply = idempotency_end.reply, locked_until = null
    where kept.caller = idempotency_end.caller and kept.endpoint = idempotency_end.endpoint
      and kept.key = idempotency_end.key and kept.attempt = idempotency_end.attempt
      and kept.status is null;
    return found;
  end if;
  delete from private.idempotency_keys as kept
  where kept.caller = idempotency_end.caller and kept.endpoint = idempotency_end.endpoint
    and kept.key = idempotency_end.key and kept.attempt = idempotency_end.attempt
    and kept.status is null and kept.subject is null;
  if found then
    return true;
  end if;
  -- What it chose to act on it may have acted on: free for the same request alone, which acts on the same.
  update private.idempotency_keys as kept
  set locked_until = '-infinity'
  where kept.caller = idempotency_end.caller and kept.endpoint = idempotency_end.endpoint
    and kept.key = idempotency_end.key and kept.attempt = idempotency_end.attempt
    and kept.status is null;
  return found;
end;
$function$;
comment on function public.idempotency_end(text, text, text, uuid, smallint, jsonb) is 'Server RPC: keeps the reply of a request, or with a null status frees its key, for the same request alone where a subject was noted; false when another attempt has taken over.';
grant execute on function public.idempotency_end(text, text, text, uuid, smallint, jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.idempotency_note_subject(caller text, endpoint text, key text, attempt uuid, subject text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update private.idempotency_keys as kept
  set subject = idempotency_note_subject.subject
  where kept.caller = idempotency_note_subject.caller and kept.endpoint = idempotency_note_subject.endpoint
    and kept.key = idempotency_note_subject.key and kept.attempt = idempotency_note_subject.attempt
    and kept.status is null;
  return found;
end;
$function$;
comment on function public.idempotency_note_subject(text, text, text, uuid, text) is 'Server RPC: notes what a request is about to act on; false when another attempt has taken over, and this one must not act.';
grant execute on function public.idempotency_note_subject(text, text, text, uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.invitation_accept(user_id uuid, token text DEFAULT NULL::text, invitation_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  found_id uuid := invitation_accept.invitation_id;
  superseded boolean := false;
  invitation public.workspace_invitations;
  state text;
  joined boolean;
begin
  perform private.act_as(invitation_accept.user_id);
  if invitation_accept.token is not null then
    select held.invitation_id, held.superseded into found_id, superseded
    from private.invitation_of_token(invitation_accept.token) as held;
  end if;
  -- The workspace first, as everywhere: who counts seats or owners waits there for each other.
  perform from public.workspaces as workspace
  where workspace.id = (
    select held.workspace_id from public.workspace_invitations as held where held.id = found_id
  ) for no key update;
  select * into invitation from public.workspace_invitations as held where held.id = found_id for update;
  if invitation.id is null then
    perform private.problem(404, 'invitation_not_found', 'No invitation has this token or id.');
  end if;
  if invitation.email is distinct from private.confirmed_address(invitation_accept.user_id) then
    if invitation_accept.token is null then
      perform private.problem(404, 'invitation_not_found', 'No invitation has this token or id.');
    end if;
    perform private.problem(403, 'invitation_for_another',
      'It was sent to another address than the confirmed one of your account: sign in or sign up with that address, or ask to be invited at yours.');
  end if;

  select exists (
    select from public.workspace_members as member
    where member.workspace_id = invitation.workspace_id and member.user_id = invitation_accept.user_id
  ) into joined;
  state := private.invitation_state(invitation, superseded);
  -- The same wish again, whose first answer was lost.
  if not (joined and state = 'accepted') then
    perform private.invitation_refusal(state);
    if not joined then
      perform private.seat_taken(invitation.workspace_id, 1 + (
        select count(*) from public.workspace_members as member
        where member.workspace_id = invitation.workspace_id
      ));
      insert into public.workspace_members (workspace_id, user_id, role)
      values (invitation.workspace_id, invitation_accept.user_id, invitation.role);
    end if;
    update public.workspace_invitations as held
    set state = 'accepted', accepted_by = invitation_accept.user_id
    where held.id = invitation.id;
  end if;
  return (
    select jsonb_build_object(
      'id', workspace.id, 'name', workspace.name, 'slug', workspace.slug, 'role', member.role
    )
    from public.workspaces as workspace
    join public.workspace_members as member
      on member.workspace_id = workspace.id and member.user_id = invitation_accept.user_id
    where workspace.id = invitation.workspace_id
  );
end;
$function$;
comment on function public.invitation_accept(uuid, text, uuid) is 'Server RPC: makes the invited user a member, by the mail''s token or the invitation''s id: {id, name, slug, role} of the workspace. Refuses with invitation_not_found, invitation_for_another, invitation_expired, invitation_closed or seat_limit_reached.';
grant execute on function public.invitation_accept(uuid, text, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.invitation_by_token(token text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.invitation_by_token(invitation_by_token.token) $function$;
comment on function public.invitation_by_token(text) is 'Client RPC for the page that the mail leads to: {state}, and while it is open {workspace, inviter, email, role, expires_at}; refuses with invitation_not_found.';
grant execute on function public.invitation_by_token(text) to anon;
grant execute on function public.invitation_by_token(text) to authenticated;
grant execute on function public.invitation_by_token(text) to service_role;

CREATE OR REPLACE FUNCTION public.invitation_decline(token text DEFAULT NULL::text, invitation_id uuid DEFAULT NULL::uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.invitation_decline(invitation_decline.token, invitation_decline.invitation_id) $function$;
comment on function public.invitation_decline(text, uuid) is 'Client RPC: declines an invitation by its mail''s token, also without an account, or one''s own by its id; refuses with invitation_not_found, invitation_expired or invitation_closed.';
grant execute on function public.invitation_decline(text, uuid) to anon;
grant execute on function public.invitation_decline(text, uuid) to authenticated;
grant execute on function public.invitation_decline(text, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.is_staff()
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.is_staff() $function$;
comment on function public.is_staff() is 'Client RPC: whether the caller operates the product.';
grant execute on function public.is_staff() to authenticated;
grant execute on function public.is_staff() to service_role;

CREATE OR REPLACE FUNCTION public.job_enqueue(kind text, payload jsonb, dedupe_key text DEFAULT NULL::text)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.enqueue(job_enqueue.kind, job_enqueue.payload, job_enqueue.dedupe_key) $function$;
comment on function public.job_enqueue(text, jsonb, text) is 'Server RPC: one job for one cause; null when that cause already has one. Without a cause, a job a call.';
grant execute on function public.job_enqueue(text, jsonb, text) to service_role;

CREATE OR REPLACE FUNCTION public.job_replay(job_id bigint)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with replayed as (
    update private.jobs
    set state = 'pending', finished_at = null, attempts = 0, run_at = private.now(), last_error = null
    where id = job_replay.job_id and state = 'dead'
    returning id
  )
  select exists (select from replayed);
$function$;
comment on function public.job_replay(bigint) is 'Server RPC: gives a dead letter a new life; false when there is no such dead job.';
grant execute on function public.job_replay(bigint) to service_role;

CREATE OR REPLACE FUNCTION public.jobs_claim(batch integer, lease_seconds integer)
 RETURNS TABLE(id bigint, kind text, payload jsonb, cause text, attempts smallint)
 LANGUAGE plpgsql
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_sort TO 'off'
 SET jit TO 'off'
AS $function$
declare
  -- A claim that names no size takes nothing: a comparison with null would never end.
  wanted integer := coalesce(jobs_claim.batch, 0);
  asked integer;
  met integer;
  job private.jobs;
begin
  loop
    asked := wanted;
    met := 0;
    for job in
      -- One that is exhausted is met where it lies, and not looked for: a worker that died during the last
      -- attempt left nobody to give it up.
      update private.jobs as held
      set attempts = least(held.attempts + 1, held.max_attempts),
          locked_until = case when held.attempts < held.max_attempts
            then clock_timestamp() + make_interval(secs => jobs_claim.lease_seconds) end,
          state = case when held.attempts < held.max_attempts then held.state else 'dead' end,
          finished_at = case when held.attempts >= held.max_attempts then now() end,
          last_error = case when held.attempts < held.max_attempts then held.last_error
            else coalesce(held.last_error, 'the worker died during the last attempt') end
      where held.id = any (array(
        select due.id from private.jobs as due
        where due.state = 'pending' and due.run_at <= private.now()
          and (due.locked_until is null or due.locked_until < clock_timestamp())
        order by due.run_at, due.id
        limit wanted
        for update skip locked
      ))
      returning held.*
    loop
      met := met + 1;
      continue when job.state = 'dead';
      wanted := wanted - 1;
      id := job.id;
      kind := job.kind;
      payload := job.payload;
      cause := coalesce(job.dedupe_key, job.id::text);
      attempts := job.attempts;
      return next;
    end loop;
    -- Full, or nothing is due behind those that were met.
    exit when wanted = 0 or met < asked;
  end loop;
end;
$function$;
comment on function public.jobs_claim(integer, integer) is 'Server RPC: takes up to `batch` due jobs for `lease_seconds`; two workers never get the same one.';
grant execute on function public.jobs_claim(integer, integer) to service_role;

CREATE OR REPLACE FUNCTION public.jobs_settle(results jsonb)
 RETURNS TABLE(id bigint, state text)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return query
    update private.jobs as job
    set state = case
          when result.outcome = 'succeeded' then 'succeeded'
          when result.outcome = 'fatal' or job.attempts >= job.max_attempts then 'dead'
          else 'pending'
        end,
        finished_at = case
          when result.outcome = 'retry' and job.attempts < job.max_attempts then null
          else now()
        end,
        -- 2, 4, 8 … seconds up to an hour, each spread over half to one and a half times that, so that
        -- a crowd that failed together does not come back together. 20 attempts take about ten hours,
        -- inside the 24 hours for which Stripe and Resend remember an idempotency key.
        run_at = case
          when result.outcome = 'retry' then private.now() + make_interval(secs => coalesce(
            result.retry_after_seconds,
            least(3600, power(2, job.attempts)) * (0.5 + random())
          ))
          else job.run_at
        end,
        locked_until = null,
        last_error = left(result.error, 2000),
        payload = case
          when result.outcome = 'succeeded' and result.forget_payload then '{}'::jsonb
          else job.payload
        end
    from jsonb_to_recordset(jobs_settle.results) as result (
      id bigint, attempt smallint, outcome text, error text, retry_after_seconds integer, forget_payload boolean
    )
    -- By their ids first, and so by the primary key whatever the planner thinks of the queue's size.
    where job.id = any (array(
        select (one ->> 'id')::bigint from jsonb_array_elements(jobs_settle.results) as one
      ))
      and job.id = result.id and job.state = 'pending' and job.attempts = result.attempt
    returning job.id, job.state;
end;
$function$;
comment on function public.jobs_settle(jsonb) is 'Server RPC: ends attempts, each {id, attempt, outcome, error, retry_after_seconds, forget_payload} as `succeeded`, `retry` or `fatal`; answers the state of each job that it ended: of a job whose lease ran out and that another worker took nothing is answered.';
grant execute on function public.jobs_settle(jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.mail_feedback_record(source text, kind text, addresses text[], occurred_at timestamp with time zone, detail text, provider_id text, delivery text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  hash text;
begin
  -- Of a mail the latest counts, whatever comes last.
  insert into private.mail_deliveries as told (provider_id, delivery, occurred_at)
  select mail_feedback_record.provider_id, mail_feedback_record.delivery, mail_feedback_record.occurred_at
  where mail_feedback_record.provider_id is not null and mail_feedback_record.delivery is not null
  on conflict on constraint mail_deliveries_pkey do update
  set delivery = excluded.delivery, occurred_at = excluded.occurred_at
  where told.occurred_at < excluded.occurred_at;
  if mail_feedback_record.kind is null then
    return;
  end if;
  -- In an order of their own, so that two events about the same addresses cannot deadlock.
  for hash in
    select distinct private.mail_address_hash(one) as hashed from unnest(addresses) as one order by hashed
  loop
    insert into private.mail_feedback (source, address_hash, kind, occurred_at, detail)
    values (mail_feedback_record.source, hash, mail_feedback_record.kind,
            mail_feedback_record.occurred_at, left(mail_feedback_record.detail, 300))
    on conflict on constraint mail_feedback_once do nothing;
    perform private.mail_suppression_derive(hash);
  end loop;
end;
$function$;
comment on function public.mail_feedback_record(text, text, text[], timestamp with time zone, text, text, text) is 'Server RPC: notes what the provider told: of the addresses (`kind`, once a source) and of the mail (`delivery`); null for what says nothing of one of them.';
grant execute on function public.mail_feedback_record(text, text, text[], timestamp with time zone, text, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.mail_gate(address text, user_id uuid, topic text, on_by_default boolean)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select case
    when exists (select from private.restores as restore where restore.mails_listed_at is null)
      then jsonb_build_object('outcome', 'wait', 'reason', 'mails sent before the restore are being listed')
    when stopped.cause is not null
      then jsonb_build_object('outcome', 'suppressed', 'reason', stopped.cause)
    when mail_gate.topic is not null and not coalesce(
      (select decided.subscribed from public.mail_preferences as decided
       where decided.user_id = mail_gate.user_id and decided.topic = mail_gate.topic),
      -- Nobody whom we do not know has asked for anything.
      on_by_default and exists (select from public.profiles as known where known.id = mail_gate.user_id)
    ) then jsonb_build_object('outcome', 'unsubscribed', 'reason', mail_gate.topic)
    when exists (
      select from private.restore_mails as sent where sent.address_hash = stopped.hash and sent.cause is null
    ) then jsonb_build_object(
      'outcome', 'wait', 'reason', 'Resend is being asked which mails were sent before the restore')
    when exists (select from private.restore_mails as sent where sent.address_hash = stopped.hash)
      then jsonb_build_object('outcome', 'perhaps_sent', 'reason', 'the database was taken back', 'sent', (
        select jsonb_object_agg(sent.cause, sent.provider_id)
        from private.restore_mails as sent where sent.address_hash = stopped.hash
      ))
  end
  from (
    select hashed.hash, private.mail_suppressed(hashed.hash, mail_gate.topic is null) as cause
    from (select private.mail_address_hash(address) as hash) as hashed
  ) as stopped;
$function$;
comment on function public.mail_gate(text, uuid, text, boolean) is 'Server RPC: why a mail is not sent, or not yet: {outcome: suppressed, unsubscribed, wait, or perhaps_sent with sent: {cause: Resend''s id} of the mails to its address in a time that a restore took back; reason}; null when it is.';
grant execute on function public.mail_gate(text, uuid, text, boolean) to service_role;

CREATE OR REPLACE FUNCTION public.mail_log_write(cause text, template text, purpose text, address text, user_id uuid, outcome text, reason text, provider_id text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into private.mail_log (cause, template, purpose, address_hash, user_id, outcome, reason, provider_id)
  values (
    mail_log_write.cause, mail_log_write.template, mail_log_write.purpose,
    private.mail_address_hash(address), mail_log_write.user_id,
    mail_log_write.outcome, mail_log_write.reason, mail_log_write.provider_id
  )
  on conflict on constraint mail_log_once_per_cause do update
  set outcome = excluded.outcome, reason = excluded.reason,
      provider_id = coalesce(excluded.provider_id, mail_log.provider_id);
$function$;
comment on function public.mail_log_write(text, text, text, text, uuid, text, text, text) is 'Server RPC: notes what became of a mail; of one that is sent anew, what became of it last.';
grant execute on function public.mail_log_write(text, text, text, text, uuid, text, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.mail_preference_set(topic text, subscribed boolean)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.mail_preferences (user_id, topic, subscribed)
  values ((select auth.uid()), mail_preference_set.topic, mail_preference_set.subscribed)
  on conflict on constraint mail_preferences_pkey do update set subscribed = excluded.subscribed;
$function$;
comment on function public.mail_preference_set(text, boolean) is 'Client RPC: decides whether the caller is written to about a topic.';
grant execute on function public.mail_preference_set(text, boolean) to authenticated;
grant execute on function public.mail_preference_set(text, boolean) to service_role;

CREATE OR REPLACE FUNCTION public.mail_suppression()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.my_mail_suppression() $function$;
comment on function public.mail_suppression() is 'Client RPC: {scope, cause, since, until} of what keeps mail from the caller''s own address; null when nothing does.';
grant execute on function public.mail_suppression() to authenticated;
grant execute on function public.mail_suppression() to service_role;

CREATE OR REPLACE FUNCTION public.mail_unsubscribe(user_id uuid, topic text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.act_as(user_id, 'by the link of a mail');
  -- Who has deleted the account meanwhile gets no mail either.
  insert into public.mail_preferences (user_id, topic, subscribed)
  select profile.id, mail_unsubscribe.topic, false
  from public.profiles as profile where profile.id = mail_unsubscribe.user_id
  on conflict on constraint mail_preferences_pkey do update set subscribed = false;
end;
$function$;
comment on function public.mail_unsubscribe(uuid, text) is 'Server RPC: ends a topic for a user, as often as it is asked for; its caller has checked the link''s signature.';
grant execute on function public.mail_unsubscribe(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.mails_enqueue(user_id uuid, mails jsonb)
 RETURNS integer
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select count(private.enqueue(
    'mail_send',
    (mail - 'dedupe_key') || case when profile.id is null then '{}' else jsonb_build_object(
      'locale', profile.locale,
      'props', (mail -> 'props') || jsonb_build_object('name', profile.name)
    ) end,
    mail ->> 'dedupe_key'
  ))::integer
  from jsonb_array_elements(mails) as mail
  left join public.profiles as profile on profile.id = mails_enqueue.user_id;
$function$;
comment on function public.mails_enqueue(uuid, jsonb) is 'Server RPC: enqueues [{template, to, locale, props, dedupe_key}] to a user in one transaction; how many were new. Language and name are the profile''s; those given count while it is not there, which during a sign-up it is not yet to others.';
grant execute on function public.mails_enqueue(uuid, jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.meter_count(workspace_id uuid, meter text, amount bigint DEFAULT 1, key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  period record;
  counter public.usage_counters;
  refusal jsonb;
begin
  perform private.meter_amount_checked(amount, 1);
  select * into period from private.meter_period(meter_count.workspace_id);
  counter := private.usage_counter_lock(
    meter_count.workspace_id, meter_count.meter, period.starts_at, period.ends_at);
  if exists (
    select from public.usage_records as counted
    where counted.workspace_id = meter_count.workspace_id and counted.meter = meter_count.meter
      and counted.key = meter_count.key
  ) then
    return jsonb_build_object('outcome', 'counted');
  end if;
  refusal := private.meter_check(meter_count.workspace_id, counter, amount);
  if refusal is not null then
    return refusal;
  end if;
  perform private.usage_record(counter, amount, key);
  update public.usage_counters as held set used = held.used + meter_count.amount
  where held.workspace_id = counter.workspace_id and held.meter = counter.meter
    and held.period_start = counter.period_start;
  return jsonb_build_object('outcome', 'counted');
end;
$function$;
comment on function public.meter_count(uuid, text, bigint, text) is 'Server RPC: counts a use that is known beforehand; with a key, once. {outcome: counted}, or a refusal as meter_reserve has it.';
grant execute on function public.meter_count(uuid, text, bigint, text) to service_role;

CREATE OR REPLACE FUNCTION public.meter_release(hold_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  hold private.usage_holds := private.usage_hold_lock(hold_id);
begin
  if hold.state <> 'open' then
    return false;
  end if;
  update private.usage_holds as known set state = 'released', ended_at = private.now()
  where known.id = hold.id;
  update public.usage_counters as counter set reserved = counter.reserved - hold.amount
  where counter.workspace_id = hold.workspace_id and counter.meter = hold.meter
    and counter.period_start = hold.period_start;
  return true;
end;
$function$;
comment on function public.meter_release(uuid) is 'Server RPC: gives back what a call had set aside and did not use; false when the hold was over already.';
grant execute on function public.meter_release(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.meter_reserve(workspace_id uuid, meter text, amount bigint, key text, ttl_seconds integer DEFAULT 300)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  period record;
  counter public.usage_counters;
  hold private.usage_holds;
  former private.usage_holds;
  refusal jsonb;
begin
  perform private.meter_amount_checked(amount, 1);
  select * into period from private.meter_period(meter_reserve.workspace_id);
  select * into former from private.usage_holds as known
  where known.workspace_id = meter_reserve.workspace_id and known.meter = meter_reserve.meter
    and known.key = meter_reserve.key;
  if former.period_start < period.starts_at then
    perform private.usage_counter_lock(former.workspace_id, former.meter, former.period_start);
  end if;
  counter := private.usage_counter_lock(
    meter_reserve.workspace_id, meter_reserve.meter, period.starts_at, period.ends_at);
  if former.period_start > period.starts_at then
    perform private.usage_counter_lock(former.workspace_id, former.meter, former.period_start);
  end if;
  -- With the counters locked it can only be ours to change; unless it came into another period meanwhile.
  select * into hold from private.usage_holds as known
  where known.workspace_id = meter_reserve.workspace_id and known.meter = meter_reserve.meter
    and known.key = meter_reserve.key
  for update;
  if hold.period_start is distinct from former.period_start
    and hold.period_start is distinct from counter.period_start then
    perform private.problem(409, 'idempotency_in_progress', 'Another call for the same cause has just begun.');
  end if;

  if hold.state = 'settled' or exists (
    select from public.usage_records as counted
    where counted.workspace_id = meter_reserve.workspace_id and counted.meter = meter_reserve.meter
      and counted.key = meter_reserve.key
  ) then
    return jsonb_build_object('outcome', 'settled', 'hold_id', hold.id);
  end if;
  if hold.state = 'open' and hold.expires_at > private.now() then
    return jsonb_build_object('outcome', 'reserved', 'hold_id', hold.id, 'expires_at', hold.expires_at);
  end if;
  if hold.state = 'open' then
    -- Stale: it counts no longer, in whichever period it stands.
    update public.usage_counters as held set reserved = held.reserved - hold.amount
    where held.workspace_id = hold.workspace_id and held.meter = hold.meter
      and held.period_start = hold.period_start;
    if hold.period_start = counter.period_start then
      counter.reserved := counter.reserved - hold.amount;
    end if;
    update private.usage_holds as known set state = 'expired', ended_at = private.now()
    where known.id = hold.id;
  end if;

  refusal := private.meter_check(meter_reserve.workspace_id, counter, amount);
  if refusal is not null then
    return refusal;
  end if;
  update public.usage_counters as held set reserved = held.reserved + meter_reserve.amount
  where held.workspace_id = counter.workspace_id and held.meter = counter.meter
    and held.period_start = counter.period_start;
  insert into private.usage_holds as known (workspace_id, meter, period_start, key, amount, expires_at)
  values (counter.workspace_id, counter.meter, counter.period_start, meter_reserve.key, meter_reserve.amount,
          private.now() + make_interval(secs => ttl_seconds))
  on conflict on constraint usage_holds_once_per_cause do update
  set state = 'open', ended_at = null, period_start = excluded.period_start, amount = excluded.amount,
      expires_at = excluded.expires_at
  returning * into hold;
  return jsonb_build_object('outcome', 'reserved', 'hold_id', hold.id, 'expires_at', hold.expires_at);
end;
$function$;
comment on function public.meter_reserve(uuid, text, bigint, text, integer) is 'Server RPC: sets an amount aside before a call, once for each key: {outcome: reserved, hold_id, expires_at}, {outcome: settled} when this cause has been counted already, or {outcome: refused, reason: access | plan | limit, limit, used, reserved, resets_at, granted_by}.';
grant execute on function public.meter_reserve(uuid, text, bigint, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.meter_settle(hold_id uuid, used bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  hold private.usage_holds;
  counter public.usage_counters;
begin
  perform private.meter_amount_checked(used, 0);
  hold := private.usage_hold_lock(hold_id);
  if hold.state = 'settled' then
    return false;
  end if;
  update private.usage_holds as known
  set state = 'settled', used = meter_settle.used, ended_at = private.now()
  where known.id = hold.id;
  update public.usage_counters as held
  set used = held.used + meter_settle.used,
      reserved = held.reserved - case when hold.state = 'open' then hold.amount else 0 end
  where held.workspace_id = hold.workspace_id and held.meter = hold.meter
    and held.period_start = hold.period_start
  returning * into counter;
  if meter_settle.used > 0 then
    perform private.usage_record(counter, meter_settle.used, hold.key);
  end if;
  return true;
end;
$function$;
comment on function public.meter_settle(uuid, bigint) is 'Server RPC: records what a call has used, once, whatever has become of its hold; false when it was settled already. More than was reserved counts, too: then the next reserve is refused.';
grant execute on function public.meter_settle(uuid, bigint) to service_role;

CREATE OR REPLACE FUNCTION public.my_invitations()
 RETURNS TABLE(id uuid, workspace text, inviter text, role text, sent_at timestamp with time zone, expires_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from private.my_invitations() $function$;
comment on function public.my_invitations() is 'Client RPC: the invitations that wait for the caller, newest first.';
grant execute on function public.my_invitations() to authenticated;
grant execute on function public.my_invitations() to service_role;

CREATE OR REPLACE FUNCTION public.order_advance(staff uuid, order_id uuid, to_status text, carrier text, tracking_number text, tracking_url text, reason text, cause uuid DEFAULT NULL::uuid)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
  base text;
begin
  perform private.staff_acts(staff, coalesce(order_advance.reason, 'fulfilment'));
  ordered := private.order_for(order_advance.order_id, null, true);
  if not private.order_act(ordered.id, order_advance.cause) then
    return ordered.status;
  end if;
  base := private.order_base(ordered.id);
  if ordered.paid_at is null or ordered.status not in ('paid', 'partially_refunded', 'fulfilling', 'shipped', 'delivered') then
    perform private.problem(409, 'order_state_conflict', format(
      'The order is %s: it cannot become %s.', ordered.status, order_advance.to_status
    ));
  end if;
  -- All of it is on its way back to the buyer, though Stripe has not said so yet.
  if ordered.paid_amount > 0 and private.order_left(ordered.id) <= 0 then
    perform private.problem(409, 'order_state_conflict', 'All of this order is being refunded.');
  end if;
  if base in ('paid', 'fulfilling') and exists (
    select from public.order_items as line
    where line.order_id = ordered.id and line.restocked_quantity > line.refunded_quantity
  ) then
    perform private.problem(409, 'order_state_conflict',
      'Units of this order are on sale again, though their refund failed: refund them.');
  end if;
  if base in ('paid', 'fulfilling') and not exists (
    select from public.order_items as line
    where line.order_id = ordered.id and line.quantity > line.refunded_quantity
  ) then
    perform private.problem(409, 'order_state_conflict', 'Nothing of this order is left to send.');
  end if;
  if (base, order_advance.to_status) not in (
    ('paid', 'fulfilling'), ('paid', 'shipped'), ('fulfilling', 'fulfilling'), ('fulfilling', 'shipped'),
    ('shipped', 'shipped'), ('shipped', 'delivered'), ('delivered', 'delivered')
  ) then
    perform private.problem(409, 'order_state_conflict', format(
      'The order is %s: it cannot become %s.', base, order_advance.to_status
    ));
  end if;
  if order_advance.to_status = 'shipped' and (base <> 'shipped'
    or (ordered.carrier, ordered.tracking_number, ordered.tracking_url)
      is distinct from (order_advance.carrier, order_advance.tracking_number, order_advance.tracking_url)) then
    update public.orders as held
    set carrier = order_advance.carrier, tracking_number = order_advance.tracking_number,
        tracking_url = order_advance.tracking_url, shipped_at = coalesce(held.shipped_at, private.now()),
        status = case when base = 'shipped' then held.status else 'shipped' end
    where held.id = ordered.id;
    -- A correction is told as well: the buyer would look for the wrong parcel.
    perform private.order_mail(ordered.id, 'order_shipped', 'order_shipped:' || ordered.id || ':' || md5(concat_ws(
      '|', order_advance.carrier, order_advance.tracking_number, order_advance.tracking_url
    )));
  elsif base <> order_advance.to_status then
    update public.orders as held
    set status = order_advance.to_status,
        delivered_at = case when order_advance.to_status = 'delivered' then private.now() end
    where held.id = ordered.id;
  else
    return ordered.status;
  end if;
  perform private.audit_note('orders.' || order_advance.to_status, ordered.id::text, null, jsonb_strip_nulls(jsonb_build_object(
    'status', jsonb_build_object('old', ordered.status, 'new', order_advance.to_status),
    'carrier', order_advance.carrier, 'tracking_number', order_advance.tracking_number
  )));
  return order_advance.to_status;
end;
$function$;
comment on function public.order_advance(uuid, uuid, text, text, text, text, text, uuid) is 'Server RPC: staff say that an order is packed (fulfilling), sent (shipped) or has come (delivered); its status then. Again is the same; another tracking number is told to the buyer. Nothing unpaid, disputed or wholly refunded is sent. The same cause acts once.';
grant execute on function public.order_advance(uuid, uuid, text, text, text, text, text, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.order_cancel(order_id uuid, buyer uuid, by_token boolean, staff_reason text, session_ended boolean, cause uuid DEFAULT NULL::uuid)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
  became text;
  asked private.order_acts;
begin
  if staff_reason is not null then
    perform private.staff_acts(buyer, staff_reason);
    ordered := private.order_for(order_cancel.order_id, null, true);
  else
    ordered := private.order_for(order_cancel.order_id, buyer, by_token);
    perform private.act_as(buyer);
  end if;
  select * into asked from private.order_acts as known
  where known.order_id = ordered.id and known.cause = order_cancel.cause;
  if asked.is_done then
    return ordered.status;
  end if;
  if ordered.status = 'pending' then
    -- Somebody could still pay: Stripe's page is closed first.
    if not session_ended then
      if order_cancel.cause is not null then
        insert into private.order_acts (order_id, cause, is_done) values (ordered.id, order_cancel.cause, false)
        on conflict on constraint order_acts_pkey do nothing;
      end if;
      return 'session_open';
    end if;
    perform private.order_release(
      ordered.id, 'cancelled', case when staff_reason is null then 'cancelled_by_buyer' else 'cancelled_by_staff' end
    );
    perform private.order_mail(ordered.id, 'order_cancelled', 'order_cancelled:' || ordered.id);
  elsif ordered.status = 'expired' and ordered.paid_at is null and (session_ended or asked.cause is not null) then
    -- Stripe's word that the page is closed was faster: it is closed because the order was given up.
    update public.orders set status = 'cancelled' where id = ordered.id;
    perform private.order_mail(ordered.id, 'order_cancelled', 'order_cancelled:' || ordered.id);
  elsif ordered.status not in ('expired', 'cancelled') then
    perform private.order_cancel(ordered, staff_reason is not null);
  end if;
  if order_cancel.cause is not null then
    insert into private.order_acts (order_id, cause) values (ordered.id, order_cancel.cause)
    on conflict on constraint order_acts_pkey do update set is_done = true;
  end if;
  became := (select held.status from public.orders as held where held.id = ordered.id);
  if staff_reason is not null and became <> ordered.status then
    perform private.audit_note('orders.cancel', ordered.id::text, null, jsonb_build_object(
      'status', jsonb_build_object('old', ordered.status, 'new', became)
    ));
  end if;
  return became;
end;
$function$;
comment on function public.order_cancel(uuid, uuid, boolean, text, boolean, uuid) is 'Server RPC: cancels an order for its buyer, or with a reason for staff (`buyer` is then the member of staff); the status that it has then, or `session_open` where its session at Stripe must be ended first. Again is the same: with the same cause also where Stripe''s word of that end was faster.';
grant execute on function public.order_cancel(uuid, uuid, boolean, text, boolean, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.order_checkout(order_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.order_checkout(order_checkout.order_id) $function$;
comment on function public.order_checkout(uuid) is 'Server RPC: private.order_checkout; null for an unknown order.';
grant execute on function public.order_checkout(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.order_checkout_record(order_id uuid, session_id text)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with recorded as (
    update public.orders as placed set stripe_session_id = order_checkout_record.session_id
    where placed.id = order_checkout_record.order_id and placed.stripe_session_id is null
    returning 1
  )
  select exists (select from recorded);
$function$;
comment on function public.order_checkout_record(uuid, text) is 'Server RPC: notes which session at Stripe an order is paid by; false when one is noted already.';
grant execute on function public.order_checkout_record(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.order_confirmation_send(staff uuid, reason text, order_id uuid, cause text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
begin
  perform private.staff_acts(staff, reason);
  ordered := private.order_for(order_confirmation_send.order_id, null, true);
  if ordered.paid_at is null then
    perform private.problem(409, 'order_state_conflict', 'The order is not paid: there is nothing to confirm.');
  end if;
  perform private.audit_note('orders.confirm', ordered.id::text);
  return private.order_mail(ordered.id, 'order_confirmed', 'order_confirmed:' || ordered.id || ':' || cause) is not null;
end;
$function$;
comment on function public.order_confirmation_send(uuid, text, uuid, text) is 'Server RPC: staff send the confirmation of a paid order again; once a cause, false when it was sent or nobody can be written to.';
grant execute on function public.order_confirmation_send(uuid, text, uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.order_find(order_id uuid, session_id text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.order_checkout(placed.id) from public.orders as placed
  where case when order_find.order_id is not null then placed.id = order_find.order_id
    else placed.stripe_session_id = order_find.session_id end;
$function$;
comment on function public.order_find(uuid, text) is 'Server RPC: the order of an id or else of a checkout session, as private.order_checkout tells it; null when there is none.';
grant execute on function public.order_find(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.order_place(buyer text, user_id uuid, email text, locale text, price_list text, items jsonb, shipping_address jsonb, shipping_rate_id uuid, discount_code text, success_url text, cancel_url text, taxed boolean DEFAULT false, cart text DEFAULT NULL::text, address_hash text DEFAULT NULL::text, placed_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  priced record;
  -- One line a variant, so that the order in which a cart tells them does not matter.
  asking constant jsonb := jsonb_build_object(
    'items', (
      select jsonb_object_agg(item.id, item.quantity)
      from (
        select one ->> 'variant_id' as id, sum((one ->> 'quantity')::integer) as quantity
        from jsonb_array_elements(items) as one group by 1
      ) as item
    ),
    'list', price_list, 'code', upper(btrim(discount_code)), 'rate', shipping_rate_id, 'address', shipping_address,
    'email', lower(email), 'locale', locale, 'taxed', taxed, 'pages', jsonb_build_array(success_url, cancel_url)
  );
  asked constant text := private.hash_of(asking);
  hash text;
  open_one private.order_requests;
  new_id constant uuid := coalesce(order_place.placed_id, gen_random_uuid());
begin
  -- One at a time a buyer: of two tabs the second finds what the first has placed.
  perform pg_advisory_xact_lock(hashtextextended('order of ' || buyer, 0));
  if exists (select from public.orders as known where known.id = new_id) then
    return jsonb_build_object('fresh', false, 'matches', true, 'order', private.order_checkout(new_id));
  end if;
  select * into open_one from private.order_requests as known where known.buyer = order_place.buyer and known.closed_at is null;
  begin
    select * into priced from private.order_price(
      order_place.price_list, items, shipping_address ->> 'country', shipping_rate_id, discount_code
    );
  exception when sqlstate 'PT409' or sqlstate 'PT422' then
    -- The code has ended, or an item is off sale: what he has ordered already stays his to pay.
    if open_one.asked_hash is distinct from asked then
      raise;
    end if;
    return jsonb_build_object('fresh', false, 'matches', true, 'order', private.order_checkout(open_one.order_id));
  end;
  -- Prices are part of it: after a change of price the same cart is another request. Names and tax codes are
  -- not: the order has those that it was placed with.
  hash := private.hash_of(asking || jsonb_build_object(
    'list', (priced.list).id, 'discount', priced.discount - 'shares',
    'rate', to_jsonb(priced.rate) - array['created_at', 'updated_at'],
    'prices', (select jsonb_object_agg(line ->> 'variant_id', line -> 'unit_amount') from jsonb_array_elements(priced.lines) as line)
  ));
  if open_one.request_hash <> hash and exists (
    select from public.order_events as told
    where told.order_id = open_one.order_id and told.kind = 'payment_processing'
  ) then
    -- Its buyer has done what he can: while the bank takes days he may buy something else.
    update private.order_requests as held set buyer = 'processing:' || held.order_id where held.order_id = open_one.order_id;
    open_one := null;
  end if;
  if open_one.order_id is not null then
    return jsonb_build_object('fresh', false, 'matches', open_one.request_hash = hash, 'order', private.order_checkout(open_one.order_id));
  end if;

  if user_id is null and address_hash is not null then
    perform private.guest_holds_limit(address_hash, priced.lines);
  end if;
  perform private.order_write(new_id, user_id, email, locale, priced.list, priced.lines, priced.discount, priced.rate,
    shipping_address);
  insert into private.order_requests (order_id, buyer, asked_hash, request_hash, success_url, cancel_url, taxed, cart, address_hash, look_at)
  values (new_id, buyer, asked, hash, order_place.success_url, order_place.cancel_url, order_place.taxed, order_place.cart,
    order_place.address_hash, private.now() + interval '5 minutes');
  perform private.order_hold(new_id);
  if priced.discount is not null then
    perform private.discount_redeem((priced.discount ->> 'id')::uuid, new_id, user_id, email);
  end if;
  perform private.order_settle_free(new_id);
  return jsonb_build_object('fresh', true, 'matches', true, 'order', private.order_checkout(new_id));
end;
$function$;
comment on function public.order_place(text, uuid, text, text, text, jsonb, jsonb, uuid, text, text, text, boolean, text, text, uuid) is 'Server RPC: places an order and holds its stock, all or nothing: {fresh, matches, order}, the order as private.order_checkout tells it. A buyer has one pending order that he can still pay: `fresh` is false when it was there already, `matches` false when it is for something else than asked; then it must be ended first. An order of nothing is paid at once. `placed_id`: the new order''s id; the order of this id, where there is one, whatever became of it. Refuses with price_list_not_found, item_unavailable, order_too_large, discount_…, shipping_unavailable, shipping_required, out_of_stock.';
grant execute on function public.order_place(text, uuid, text, text, text, jsonb, jsonb, uuid, text, text, text, boolean, text, text, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.order_read(order_id uuid, buyer uuid, by_token boolean)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.order_view(ordered.id) || case
    when ordered.user_id is not distinct from order_read.buyer and order_read.buyer is not null
      or not private.order_faded(ordered) then '{}'
    else jsonb_build_object(
      'customer_email', null,
      'shipping_address', ordered.shipping_address - '{line1,line2,postal_code,state,phone}'::text[]
    )
  end
  from public.orders as ordered
  where ordered.id = order_read.order_id and (order_read.by_token or ordered.user_id = order_read.buyer);
$function$;
comment on function public.order_read(uuid, uuid, boolean) is 'Server RPC: an order for the user who placed it, or for whoever holds its signed link (`by_token`, which the caller has verified; without street and e-mail 90 days after its end); null for anybody else.';
grant execute on function public.order_read(uuid, uuid, boolean) to service_role;

CREATE OR REPLACE FUNCTION public.order_refund(staff uuid, why text, order_id uuid, amount bigint, reason text, lines jsonb, restock boolean, cause text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
  refund uuid;
begin
  perform private.staff_acts(staff, why);
  ordered := private.order_for(order_refund.order_id, null, true);
  -- Opened already: whatever has come meanwhile refuses nothing, and it is no other act.
  select known.id into refund from public.order_refunds as known
  where known.cause = private.refund_cause(ordered.id, order_refund.cause);
  if refund is not null then
    return public.order_refund_read(refund);
  end if;
  if ordered.status = 'disputed' then
    perform private.problem(409, 'order_not_refundable', 'The payment is disputed: the bank decides about it.');
  end if;
  refund := private.order_refund_open(
    ordered.id, order_refund.amount, order_refund.reason, order_refund.lines, order_refund.restock,
    coalesce(order_refund.cause, gen_random_uuid()::text)
  );
  perform private.audit_note('orders.refund', ordered.id::text, null, jsonb_build_object(
    'refund', refund, 'amount', (select made.amount from public.order_refunds as made where made.id = refund),
    'currency', ordered.currency
  ));
  return public.order_refund_read(refund);
end;
$function$;
comment on function public.order_refund(uuid, text, uuid, bigint, text, jsonb, boolean, text) is 'Server RPC: staff open a refund, see private.order_refund_open; the refund. The same cause is the same refund.';
grant execute on function public.order_refund(uuid, text, uuid, bigint, text, jsonb, boolean, text) to service_role;

CREATE OR REPLACE FUNCTION public.order_refund_read(refund_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'id', refund.id, 'order_id', refund.order_id, 'order_number', ordered.number, 'state', refund.state,
    'amount', refund.amount, 'currency', refund.currency, 'reason', refund.reason, 'lines', refund.lines,
    'shipping_amount', refund.shipping_amount, 'restock', refund.restock, 
    'failure', (select told.failure from private.order_refund_failures as told where told.refund_id = refund.id and refund.state = 'failed'),
    'stripe_refund_id', refund.stripe_refund_id,
    'stripe_payment_intent_id', coalesce(refund.stripe_payment_intent_id, ordered.stripe_payment_intent_id),
    'created_at', refund.created_at
  )
  from public.order_refunds as refund join public.orders as ordered on ordered.id = refund.order_id
  where refund.id = order_refund_read.refund_id;
$function$;
comment on function public.order_refund_read(uuid) is 'Server RPC: a refund with what Stripe must be told; null when there is none.';
grant execute on function public.order_refund_read(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.order_refund_refused(refund_id uuid, failure text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform from public.orders as held
  where held.id = (select refund.order_id from public.order_refunds as refund where refund.id = order_refund_refused.refund_id)
  for no key update;
  -- What Stripe has made meanwhile cannot be refused any more.
  perform private.order_refund_fail(refund.id, order_refund_refused.failure)
  from public.order_refunds as refund where refund.id = order_refund_refused.refund_id and refund.state = 'open';
  return public.order_refund_read(order_refund_refused.refund_id);
end;
$function$;
comment on function public.order_refund_refused(uuid, text) is 'Server RPC: Stripe has definitely refused a refund; the refund as it is now.';
grant execute on function public.order_refund_refused(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.order_release(order_id uuid, to_status text, reason text)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.order_release(order_release.order_id, order_release.to_status, order_release.reason) $function$;
comment on function public.order_release(uuid, text, text) is 'Server RPC: private.order_release.';
grant execute on function public.order_release(uuid, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.order_return_ask(order_id uuid, buyer uuid, by_token boolean, lines jsonb, reason text, return_id uuid DEFAULT NULL::uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
  wanted record;
  made uuid;
begin
  ordered := private.order_for(order_return_ask.order_id, buyer, by_token);
  perform private.act_as(buyer);
  -- What an earlier attempt has asked for, whatever staff have said to it since.
  select asked.id into made from public.order_returns as asked
  where asked.id = order_return_ask.return_id and asked.order_id = ordered.id;
  if made is not null then
    return made;
  end if;
  if private.order_base(ordered.id) not in ('shipped', 'delivered') or ordered.status in ('refunded', 'disputed') then
    perform private.problem(409, 'order_not_returnable', case
      when ordered.status in ('refunded', 'disputed') then 'The order is ' || ordered.status || '.'
      else 'Nothing of the order has been sent: it can be cancelled.' end);
  end if;
  -- The same again while nobody has decided: one request.
  select asked.id into made from public.order_returns as asked
  where asked.order_id = ordered.id and asked.state = 'requested' and asked.lines = order_return_ask.lines;
  if made is not null then
    return made;
  end if;
  for wanted in
    select one.order_item_id, sum(one.quantity) as quantity, max(line.quantity - line.refunded_quantity) as left_over,
      coalesce((
        select sum((other ->> 'quantity')::integer)
        from public.order_returns as waiting, jsonb_array_elements(waiting.lines) as other
        where waiting.order_id = ordered.id
          -- What cost nothing came back without a refund, by which it would be counted.
          and (waiting.state = 'requested' or waiting.state = 'accepted' and waiting.refund_id is null)
          and (other ->> 'order_item_id')::uuid = one.order_item_id
      ), 0) as asked
    from jsonb_to_recordset(order_return_ask.lines) as one (order_item_id uuid, quantity integer)
    left join public.order_items as line on line.id = one.order_item_id and line.order_id = ordered.id
    group by one.order_item_id
  loop
    if wanted.left_over is null then
      perform private.problem(422, 'order_line_unknown', 'No line of this order has this id.');
    elsif wanted.quantity < 1 or wanted.quantity > wanted.left_over - wanted.asked then
      perform private.problem(409, 'order_not_returnable', format(
        'Of line %s %s can still be sent back.', wanted.order_item_id, wanted.left_over - wanted.asked
      ));
    end if;
  end loop;
  insert into public.order_returns (id, order_id, user_id, lines, reason)
  values (coalesce(order_return_ask.return_id, gen_random_uuid()), ordered.id, ordered.user_id, order_return_ask.lines,
          order_return_ask.reason)
  returning id into made;
  insert into public.order_events (order_id, kind) values (ordered.id, 'return_asked');
  return made;
end;
$function$;
comment on function public.order_return_ask(uuid, uuid, boolean, jsonb, text, uuid) is 'Server RPC: whoever bought asks to send lines [{order_item_id, quantity}] of a sent order back; the request''s id. The same lines again are the same request until it is decided, and so is `return_id`, the id of a new one, for ever.';
grant execute on function public.order_return_ask(uuid, uuid, boolean, jsonb, text, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.order_return_decide(staff uuid, why text, return_id uuid, accept boolean, restock boolean, amount bigint, answer text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  asked public.order_returns;
  ordered public.orders;
  refund uuid;
  decided constant text := case when accept then 'accepted' else 'rejected' end;
begin
  perform private.staff_acts(staff, why);
  -- The order first, as everybody locks it.
  select held.* into ordered from public.orders as held
  where held.id = (select one.order_id from public.order_returns as one where one.id = order_return_decide.return_id)
  for no key update;
  select * into asked from public.order_returns as one where one.id = order_return_decide.return_id for update;
  if asked.id is null then
    perform private.problem(404, 'return_not_found', 'There is no return of this id.');
  end if;
  if asked.state <> 'requested' then
    if asked.state <> decided then
      perform private.problem(409, 'order_state_conflict', 'The return was ' || asked.state || ' already.');
    end if;
    return jsonb_build_object('state', asked.state, 'refund_id', asked.refund_id, 'order_id', asked.order_id);
  end if;
  if accept and order_return_decide.amount is null and (
    select sum(part.net_amount + part.tax_amount) = 0 from private.order_refund_lines(asked.order_id, asked.lines) as part
  ) then
    -- It cost nothing: there is nothing to give back, and the goods come back all the same.
    if order_return_decide.restock then
      perform private.order_restock(asked.order_id, asked.lines);
    end if;
  elsif accept then
    refund := private.order_refund_open(
      asked.order_id, order_return_decide.amount, 'returned', asked.lines,
      coalesce(order_return_decide.restock, false), 'return:' || asked.id
    );
  end if;
  update public.order_returns as one
  set state = decided, answer = order_return_decide.answer, restock = case when accept then coalesce(order_return_decide.restock, false) end,
      refund_id = refund, decided_at = private.now()
  where one.id = asked.id;
  insert into public.order_events (order_id, kind) values (asked.order_id, 'return_' || decided);
  perform private.audit_note('order_returns.' || decided, asked.id::text);
  perform private.order_mail(asked.order_id, 'order_return', 'order_return:' || asked.id, jsonb_strip_nulls(jsonb_build_object(
    'accepted', accept,
    'refund', (select private.money(made.amount, made.currency) from public.order_refunds as made where made.id = refund),
    'answer', order_return_decide.answer
  )));
  return jsonb_build_object('state', decided, 'refund_id', refund, 'order_id', asked.order_id);
end;
$function$;
comment on function public.order_return_decide(uuid, text, uuid, boolean, boolean, bigint, text) is 'Server RPC: staff accept a return, which opens its refund (none where its lines cost nothing; `amount` less than they are worth, where something was damaged), or reject it: {state, refund_id, order_id}. Again is the same.';
grant execute on function public.order_return_decide(uuid, text, uuid, boolean, boolean, bigint, text) to service_role;

CREATE OR REPLACE FUNCTION public.order_review_end(staff uuid, reason text, order_id uuid, cause uuid DEFAULT NULL::uuid)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ordered public.orders;
begin
  perform private.staff_acts(staff, reason);
  ordered := private.order_for(order_review_end.order_id, null, true);
  if not private.order_act(ordered.id, order_review_end.cause) then
    return ordered.status;
  end if;
  if ordered.status <> 'review' or ordered.paid_at is null then
    perform private.problem(409, 'order_state_conflict', format(
      'Only an order in review whose payment has come can be accepted: this one is %s.', ordered.status
    ));
  end if;
  update public.orders set status = 'paid' where id = ordered.id;
  -- What was refunded or disputed while people looked at it.
  perform private.order_restand(ordered.id);
  perform private.audit_note('orders.accept', ordered.id::text);
  return (select held.status from public.orders as held where held.id = ordered.id);
end;
$function$;
comment on function public.order_review_end(uuid, text, uuid, uuid) is 'Server RPC: staff accept an order whose money differed from it: it is paid, or partially refunded; its status then. To refuse it, cancel it. The same cause accepts once: not what is looked at again afterwards.';
grant execute on function public.order_review_end(uuid, text, uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.orders_pending_before(cart text, email text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with by_cart as (
    select request.order_id from private.order_requests as request
    where request.buyer = orders_pending_before.cart and request.closed_at is null
  ), found as (
    select held.id, held.id in (select order_id from by_cart) as own_cart
    from public.orders as held
    where held.status = 'pending' and held.user_id is null
      and (lower(held.customer_email) = lower(orders_pending_before.email) or held.id in (select order_id from by_cart))
    -- A few: anybody may order in anybody's name, and the buyer waits for each to be ended.
    order by 2 desc, held.created_at desc limit 3
  )
  select coalesce(jsonb_agg(private.order_checkout(found.id) || jsonb_build_object('own_cart', found.own_cart)), '[]')
  from found;
$function$;
comment on function public.orders_pending_before(text, text) is 'Server RPC: what a user may have ordered as a guest and not paid yet: by the guest''s cart (`own_cart`), or, which proves nothing, by his own address.';
grant execute on function public.orders_pending_before(text, text) to service_role;

CREATE OR REPLACE FUNCTION public.orders_pending_of(workspace_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(held.id), '[]')
  from public.orders as held
  join public.workspaces as workspace on workspace.personal_of = held.user_id
  where workspace.id = orders_pending_of.workspace_id and held.status = 'pending';
$function$;
comment on function public.orders_pending_of(uuid) is 'Server RPC: the pending orders of whose personal workspace it is.';
grant execute on function public.orders_pending_of(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.orders_to_look_at(batch integer)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with due as (
    select request.order_id from private.order_requests as request
    where request.closed_at is null and request.look_at <= private.now()
    order by request.look_at
    limit orders_to_look_at.batch
    for update skip locked
  ), looked as (
    update private.order_requests as request
    -- After 5, 10, 20, 40 minutes, then each hour; and when the hold ends, whatever comes first. Noted
    -- before Stripe is asked: whoever dies at it does not keep the others from their turn.
    set look_at = case
      when placed.expires_at > private.now() then least(placed.expires_at + interval '5 seconds', waited.until)
      else waited.until
    end
    from due join public.orders as placed on placed.id = due.order_id
    cross join lateral (
      select private.now() + least(greatest(private.now() - placed.created_at, interval '5 minutes'), interval '1 hour') as until
    ) as waited
    where request.order_id = due.order_id
    returning request.order_id
  )
  select coalesce(jsonb_agg(order_id), '[]') from looked;
$function$;
comment on function public.orders_to_look_at(integer) is 'Server RPC: pending orders of which Stripe is to be asked now, each to one caller; the next time is noted.';
grant execute on function public.orders_to_look_at(integer) to service_role;

CREATE OR REPLACE FUNCTION public.orphaned_files(batch integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object('bucket', page.bucket_id, 'name', page.name)), '[]')
  from (
    select object.bucket_id, object.name from storage.objects as object
    where object.bucket_id in ('avatars', 'exports')
      -- A file in no user's folder is whoever's put it there.
      and private.uuid_or_null(split_part(object.name, '/', 1)) is not null
      and not exists (
        select from public.profiles as profile
        where profile.id = private.uuid_or_null(split_part(object.name, '/', 1))
      )
    order by object.bucket_id, object.name
    limit batch
  ) as page;
$function$;
comment on function public.orphaned_files(integer) is 'Server RPC: files in folders of users who are gone, [{bucket, name}]: uploaded with a token that outlived its user, or left by a deletion elsewhere.';
grant execute on function public.orphaned_files(integer) to service_role;

CREATE OR REPLACE FUNCTION public.orphaned_subscriptions(batch integer)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select distinct held.workspace_id from public.subscriptions as held
  where held.status not in ('canceled', 'incomplete_expired') and not held.cancel_at_period_end
    and not exists (
      select from public.workspace_members as member
      where member.workspace_id = held.workspace_id and member.role = 'owner'
    )
  order by 1
  limit batch;
$function$;
comment on function public.orphaned_subscriptions(integer) is 'Server RPC: workspaces that nobody owns and that are still charged for.';
grant execute on function public.orphaned_subscriptions(integer) to service_role;

CREATE OR REPLACE FUNCTION public.orphaned_workspaces_close(batch integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  orphan uuid;
  closed integer := 0;
begin
  perform private.act_as(null, 'without members');
  for orphan in
    select workspace.id from public.workspaces as workspace
    left join private.billing_customers as customer on customer.workspace_id = workspace.id
    where workspace.created_at < private.now() - interval '1 day'
      and not exists (
        select from public.workspace_members as member where member.workspace_id = workspace.id
      )
      -- What is charged ends first: its last invoice belongs to the books.
      and not exists (
        select from public.subscriptions as held
        where held.workspace_id = workspace.id and held.status not in ('canceled', 'incomplete_expired')
      )
      -- What private.workspace_close leaves is closed.
      and (workspace.name <> 'Closed' or workspace.slug !~ '^closed-[0-9a-f]{32}$'
        or customer.email is not null or customer.name is not null)
    order by workspace.id
    limit batch
    for update of workspace skip locked
  loop
    perform private.workspace_close(orphan);
    closed := closed + 1;
  end loop;
  return closed;
end;
$function$;
comment on function public.orphaned_workspaces_close(integer) is 'Server RPC: closes workspaces of more than a day in which nobody is any more, as Auth leaves them when it deletes a user; how many.';
grant execute on function public.orphaned_workspaces_close(integer) to service_role;

CREATE OR REPLACE FUNCTION public.product_images_orphaned(batch integer)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(array_agg(page.name), '{}')
  from (
    select object.name from storage.objects as object
    where object.bucket_id = 'product-images' and object.created_at < now() - interval '1 day'
      and not exists (select from public.product_images as image where image.path = object.name)
    order by object.name
    limit batch
  ) as page;
$function$;
comment on function public.product_images_orphaned(integer) is 'Server RPC: files of the bucket that have no row since a day: uploaded and not used, or left by a job that died for good.';
grant execute on function public.product_images_orphaned(integer) to service_role;

CREATE OR REPLACE FUNCTION public.product_images_unused(names text[])
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(array_agg(given.name), '{}') from unnest(names) as given (name)
  where not exists (select from public.product_images as image where image.path = given.name);
$function$;
comment on function public.product_images_unused(text[]) is 'Server RPC: which of these files no image names: they may go.';
grant execute on function public.product_images_unused(text[]) to service_role;

CREATE OR REPLACE FUNCTION public.product_reviews(product_id uuid, cursor text DEFAULT NULL::text, page_size integer DEFAULT 20)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.reviews_shown(product_reviews.product_id, product_reviews.cursor, product_reviews.page_size)
$function$;
comment on function public.product_reviews(uuid, text, integer) is 'Client RPC: a product''s reviews, newest first, 1 to 100 a page: {reviews: [{id, rating, comment, created_at, author_name, avatar_url: a path below the project''s URL, verified}], next_cursor: null on the last page}. Comments are plain text.';
grant execute on function public.product_reviews(uuid, text, integer) to anon;
grant execute on function public.product_reviews(uuid, text, integer) to authenticated;
grant execute on function public.product_reviews(uuid, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.product_show(product text, price_list text DEFAULT NULL::text, locale text DEFAULT 'en'::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  shown constant public.price_lists := private.shop_price_list(product_show.price_list);
  french constant boolean := product_show.locale = 'fr';
  found_product public.products;
begin
  select held.* into found_product from public.products as held
  where held.active and held.slug = product_show.product;
  if found_product.id is null
    and product_show.product ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select held.* into found_product from public.products as held
    where held.active and held.id = product_show.product::uuid;
  end if;
  if found_product.id is null then
    perform private.problem(404, 'product_not_found', 'No product on sale has this slug or id.');
  end if;
  return jsonb_build_object(
    'id', found_product.id,
    'slug', found_product.slug,
    'name', case when french then found_product.name_fr else found_product.name_en end,
    'description', case when french then found_product.description_fr else found_product.description_en end,
    -- The way down the tree, as far as it is shown.
    'categories', (
      with recursive above as (
        select held.id, held.parent_id, held.slug, held.name_en, held.name_fr, 0 as height
        from public.categories as held where held.id = found_product.category_id and held.active
        union all
        select held.id, held.parent_id, held.slug, held.name_en, held.name_fr, above.height + 1
        from public.categories as held join above on held.id = above.parent_id
        where held.active
      )
      select coalesce(jsonb_agg(jsonb_build_object('id', above.id, 'slug', above.slug,
        'name', case when french then above.name_fr else above.name_en end) order by above.height desc), '[]')
      from above
    ),
    'attributes', found_product.attributes,
    'created_at', found_product.created_at,
    'price_list', shown.id,
    'currency', shown.currency,
    'rating', jsonb_build_object('count', found_product.rating_count, 'sum', found_product.rating_sum),
    'variants', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', variant.id, 'sku', variant.sku, 'options', variant.options, 'weight_grams', variant.weight_grams,
        'unit_amount', price.unit_amount, 'compare_at_amount', price.compare_at_amount,
        'availability', coalesce(availability.band, 'out_of_stock'), 'few_left', availability.few_left
      ) order by variant.position, variant.sku), '[]')
      from public.product_variants as variant
      left join public.variant_prices as price
        on price.variant_id = variant.id and price.price_list_id = shown.id
      left join public.variant_availability as availability on availability.variant_id = variant.id
      where variant.product_id = found_product.id and variant.active
    ),
    'images', (
      select coalesce(jsonb_agg(jsonb_build_object('path', image.path, 'variant_id', image.variant_id,
        'alt', case when french then image.alt_fr else image.alt_en end) order by image.position, image.id), '[]')
      from public.product_images as image where image.product_id = found_product.id
    ),
    'reviews', public.product_reviews(found_product.id, null, 5),
    'related', private.product_cards(
      private.products_related(found_product, shown.id, 4), shown, product_show.locale
    )
  );
end;
$function$;
comment on function public.product_show(text, text, text) is 'A product on sale with all that its page shows, by its slug or id; refuses one that is not on sale.';
grant execute on function public.product_show(text, text, text) to anon;
grant execute on function public.product_show(text, text, text) to authenticated;
grant execute on function public.product_show(text, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.products_search(search text DEFAULT NULL::text, category text DEFAULT NULL::text, price_list text DEFAULT NULL::text, min_amount bigint DEFAULT NULL::bigint, max_amount bigint DEFAULT NULL::bigint, attributes jsonb DEFAULT '{}'::jsonb, in_stock boolean DEFAULT false, sort text DEFAULT NULL::text, after_key text DEFAULT NULL::text, after_id uuid DEFAULT NULL::uuid, page_size integer DEFAULT 24, facets boolean DEFAULT false, locale text DEFAULT 'en'::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET jit TO 'off'
 SET search_path TO ''
AS $function$
declare
  shown constant public.price_lists := private.shop_price_list(products_search.price_list);
  size constant integer := least(greatest(coalesce(page_size, 24), 1), 100);
  terms constant jsonb := private.search_terms(left(coalesce(search, ''), 200));
  sorted constant text := coalesce(sort, case when terms = '[]' then 'newest' else 'relevance' end);
  categories uuid[];
  required tsquery;
  wanted tsquery;
  page uuid[];
  keys text[];
  matched uuid[];
  at bigint[];
  last_place tid;
  before integer := 0;
  most integer;
begin
  if sorted not in ('relevance', 'price_asc', 'price_desc', 'newest', 'rating')
    or sorted = 'relevance' and terms = '[]'
    or (after_key is null) <> (after_id is null)
    or jsonb_typeof(products_search.attributes) <> 'object'
    or char_length(products_search.attributes::text) > 4000 then
    perform private.problem(422, 'invalid_query', 'Sort, cursor and attributes must be of the forms described; relevance needs a search.');
  end if;
  if category is not null then
    select private.categories_below(held.id) into categories
    from public.categories as held
    where held.active and case
      when category ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then held.id = category::uuid
      else held.slug = category
    end;
    if categories is null then
      perform private.problem(404, 'category_not_found', 'No category has this slug or id.');
    end if;
  end if;
  -- Values of one attribute: one of them. Several attributes: all of them.
  select string_agg('(' || of_one.text || ')', '&')::tsquery into required
  from (
    select string_agg(private.tsquery_word('a:' || attribute.key || '=' || one.value), '|') as text
    from jsonb_each(products_search.attributes) as attribute,
      jsonb_array_elements_text(
        case jsonb_typeof(attribute.value) when 'array' then attribute.value else jsonb_build_array(attribute.value) end
      ) as one (value)
    group by attribute.key
  ) as of_one;

  if sorted = 'relevance' then
    -- Where the page before ended: score, block and number of the document, and how many came so far.
    if after_key is not null then
      at := string_to_array(after_key, '.');
      last_place := format('(%s,%s)', at[2], at[3]);
      before := at[4];
    end if;
    -- The best 1,000 are all there is: the one more than the page tells whether there is another.
    most := least(size + 1, 1000 - before);
    select array_agg(found.product_id order by found.score desc, found.place),
      array_agg(concat_ws('.', found.score, translate(found.place::text, ',()', '.'), before + size)
        order by found.score desc, found.place)
    into page, keys
    from private.search_best(
      terms, required, shown.id, categories, products_search.min_amount, products_search.max_amount,
      products_search.in_stock, at[1]::integer, last_place, greatest(most, 0)
    ) as found;
    if facets then
      matched := array(
        select found.product_id
        from private.search_best(
          terms, required, shown.id, categories, products_search.min_amount, products_search.max_amount,
          products_search.in_stock, null, null, 1001
        ) as found
      );
    end if;
  else
    wanted := case when terms = '[]' then required
      when required is null then private.tsquery_of(terms, 'w:')
      else private.tsquery_of(terms, 'w:') && required end;
    execute private.listing_query(
      sorted, wanted is not null, categories, products_search.min_amount is not null,
      products_search.max_amount is not null, products_search.in_stock, after_id is not null, size + 1
    ) into page, keys
    using shown.id, categories, products_search.min_amount, products_search.max_amount, wanted, after_key, after_id;
    if facets then
      execute private.listing_query(
        sorted, wanted is not null, categories, products_search.min_amount is not null,
        products_search.max_amount is not null, products_search.in_stock, false, 1001
      ) into matched
      using shown.id, categories, products_search.min_amount, products_search.max_amount, wanted, after_key, after_id;
    end if;
  end if;

  return jsonb_build_object(
    'products', private.product_cards(coalesce(page[1:size], '{}'), shown, products_search.locale),
    'next', case when cardinality(page) > size then jsonb_build_object('key', keys[size], 'id', page[size]) end,
    'sort', sorted,
    'price_list', shown.id,
    'currency', shown.currency,
    'facets', case when facets then
      private.product_facets(coalesce(matched[1:1000], '{}'), shown, products_search.locale) end,
    'facets_capped', case when facets then coalesce(cardinality(matched), 0) > 1000 end
  );
end;
$function$;
comment on function public.products_search(text, text, text, bigint, bigint, jsonb, boolean, text, text, uuid, integer, boolean, text) is 'A page of the products on sale, as the endpoint `products` answers it: searched, filtered, sorted; the place after which it begins is a sort key with an id.';
grant execute on function public.products_search(text, text, text, bigint, bigint, jsonb, boolean, text, text, uuid, integer, boolean, text) to anon;
grant execute on function public.products_search(text, text, text, bigint, bigint, jsonb, boolean, text, text, uuid, integer, boolean, text) to authenticated;
grant execute on function public.products_search(text, text, text, bigint, bigint, jsonb, boolean, text, text, uuid, integer, boolean, text) to service_role;

CREATE OR REPLACE FUNCTION public.rate_limit_forget(key text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ delete from private.rate_limit_windows as counted where counted.key = rate_limit_forget.key $function$;
comment on function public.rate_limit_forget(text) is 'Server RPC: forgets what rate_limit_hit counted, after a success that clears the suspicion.';
grant execute on function public.rate_limit_forget(text) to service_role;

CREATE OR REPLACE FUNCTION public.rate_limit_hit(key text, max_hits integer, window_seconds integer)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with hit as (
    insert into private.rate_limit_windows as counted (key, window_start, hits)
    values (
      rate_limit_hit.key,
      to_timestamp(floor(extract(epoch from now()) / window_seconds) * window_seconds),
      1
    )
    on conflict on constraint rate_limit_windows_pkey do update set hits = counted.hits + 1
    returning counted.hits, counted.window_start
  )
  select jsonb_build_object(
    'allowed', hits <= max_hits,
    'retry_after_seconds',
      greatest(1, ceil(extract(epoch from window_start - now()) + window_seconds))::integer
  )
  from hit;
$function$;
comment on function public.rate_limit_hit(text, integer, integer) is 'Server RPC: counts a request in the current fixed window: {allowed, retry_after_seconds}.';
grant execute on function public.rate_limit_hit(text, integer, integer) to service_role;

CREATE OR REPLACE FUNCTION public.receipt_send(user_id uuid, invoice_id uuid, cause text)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  asked public.invoices;
begin
  perform private.act_as(receipt_send.user_id, null);
  select invoice.* into asked from public.invoices as invoice
  join public.workspace_members as member
    on member.workspace_id = invoice.workspace_id and member.user_id = receipt_send.user_id
  where invoice.id = receipt_send.invoice_id and member.role in ('owner', 'admin', 'billing');
  if asked.id is null then
    perform private.problem(404, 'invoice_not_found', 'No invoice of a workspace whose billing you handle has this id.');
  end if;
  if asked.status <> 'paid' or asked.amount_paid = 0 then
    perform private.problem(409, 'invoice_not_paid', 'A receipt is of a payment: this invoice has none.');
  end if;
  return private.receipt_mail(
    asked.id, receipt_send.user_id,
    'receipt:' || asked.stripe_invoice_id || ':again:' || receipt_send.cause
  ) is not null;
end;
$function$;
comment on function public.receipt_send(uuid, uuid, text) is 'Server RPC: sends the receipt of a paid invoice to a user who handles the workspace''s billing; once for each cause, false when this one has sent it.';
grant execute on function public.receipt_send(uuid, uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.reconciliation_begin(run_id bigint, repair boolean, cause text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  run private.reconciliations;
begin
  if run_id is null then
    insert into private.reconciliations (repair, cause)
    values (reconciliation_begin.repair, reconciliation_begin.cause)
    on conflict on constraint reconciliations_once_per_cause do nothing
    returning * into run;
    if run.id is null then
      select * into run from private.reconciliations as known where known.cause = reconciliation_begin.cause;
    end if;
  else
    select * into run from private.reconciliations as known where known.id = run_id;
    if run.id is null then
      perform private.problem(404, 'not_found', 'There is no reconciliation ' || run_id || '.');
    end if;
  end if;
  return jsonb_build_object(
    'id', run.id, 'repair', run.repair, 'phase', run.phase, 'stage', run.stage, 'cursor', run.cursor
  );
end;
$function$;
comment on function public.reconciliation_begin(bigint, boolean, text) is 'Server RPC: a new run (null; with a cause, the one that this cause began) or one to go on with: {id, repair, phase, stage, cursor}.';
grant execute on function public.reconciliation_begin(bigint, boolean, text) to service_role;

CREATE OR REPLACE FUNCTION public.reconciliation_compare(run_id bigint, object_type text, objects jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  ids constant text[] := array(select given ->> 'id' from jsonb_array_elements(objects) as given);
  held_as constant text[] := array(
    select coalesce(given ->> 'held_as', given ->> 'id') from jsonb_array_elements(objects) as given
  );
begin
  if run_id is not null then
    insert into private.reconciliation_seen (reconciliation_id, object_type, object_id)
    select run_id, reconciliation_compare.object_type, unnest(ids)
    on conflict on constraint reconciliation_seen_pkey do nothing;
  end if;
  return jsonb_build_object(
    'mirrored', (
      select coalesce(jsonb_object_agg(held.id, held.mirrored), '{}')
      from (
        select * from private.stripe_mirror(reconciliation_compare.object_type, held_as)
        union all
        select * from private.credit_notes_mirrored(held_as) where reconciliation_compare.object_type = 'credit_note'
      ) as held
    ),
    'on_their_way', (
      select coalesce(jsonb_agg(late), '[]')
      from private.events_on_their_way(reconciliation_compare.object_type, ids) as late
    ),
    'customers', (
      select coalesce(jsonb_agg(customer.stripe_customer_id), '[]')
      from private.billing_customers as customer
      where customer.stripe_customer_id in (
        select given ->> 'customer_id' from jsonb_array_elements(objects) as given
      )
    )
  );
end;
$function$;
comment on function public.reconciliation_compare(bigint, text, jsonb) is 'Server RPC: what we hold of [{id, customer_id, held_as: the id that our row has instead}]: {mirrored: {held_as or id: fields}, on_their_way: [ids with an event not handled yet], customers: [those that are ours]}; notes them as seen by the run, if one is named.';
grant execute on function public.reconciliation_compare(bigint, text, jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.reconciliation_note(run_id bigint, phase text, stage text, cursor text, checked integer, seen jsonb, drifts jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into private.billing_drifts (reconciliation_id, kind, object_type, object_id, detail, repaired_at)
  select run_id, drift ->> 'kind', drift ->> 'object_type', drift ->> 'object_id', drift -> 'detail',
         case when (drift ->> 'repaired')::boolean then private.now() end
  from jsonb_array_elements(drifts) as drift
  on conflict on constraint billing_drifts_once_a_run do update
  set detail = excluded.detail,
      repaired_at = coalesce(private.billing_drifts.repaired_at, excluded.repaired_at);
  insert into private.reconciliation_seen (reconciliation_id, object_type, object_id)
  select run_id, met ->> 'object_type', met ->> 'object_id' from jsonb_array_elements(seen) as met
  on conflict on constraint reconciliation_seen_pkey do nothing;
  update private.reconciliations as run
  set phase = reconciliation_note.phase, stage = reconciliation_note.stage, cursor = reconciliation_note.cursor,
      checked = run.checked + reconciliation_note.checked,
      finished_at = case when reconciliation_note.phase = 'done' then private.now() end
  where run.id = run_id;
  if reconciliation_note.phase = 'done' then
    delete from private.reconciliation_seen where reconciliation_id = run_id;
  end if;
end;
$function$;
comment on function public.reconciliation_note(bigint, text, text, text, integer, jsonb, jsonb) is 'Server RPC: keeps how far a run has come, [{object_type, object_id}] that it need not look at again, and what it found, in one transaction.';
grant execute on function public.reconciliation_note(bigint, text, text, text, integer, jsonb, jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.reconciliation_report(run_id bigint)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'run_id', run.id,
    'done', run.phase = 'done',
    'checked', run.checked,
    'drifts', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'kind', drift.kind, 'object_type', drift.object_type, 'object_id', drift.object_id,
        'detail', drift.detail, 'repaired', drift.repaired_at is not null
      ) order by drift.id), '[]')
      from (select * from private.billing_drifts as found where found.reconciliation_id = run.id
            order by found.id limit 1000) as drift
    )
  )
  from private.reconciliations as run
  where run.id = run_id;
$function$;
comment on function public.reconciliation_report(bigint) is 'Server RPC: {run_id, done, checked, drifts} with the first 1,000 drifts.';
grant execute on function public.reconciliation_report(bigint) to service_role;

CREATE OR REPLACE FUNCTION public.reconciliation_strangers(customers text[])
 RETURNS SETOF text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select distinct named from unnest(customers) as named
  where not exists (
    select from private.billing_customers as known where known.stripe_customer_id = named
  );
$function$;
comment on function public.reconciliation_strangers(text[]) is 'Server RPC: those of Stripe''s customers that no workspace has.';
grant execute on function public.reconciliation_strangers(text[]) to service_role;

CREATE OR REPLACE FUNCTION public.reconciliation_unseen(run_id bigint, object_type text, batch integer)
 RETURNS SETOF text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select held.id from (
    select claim.product_id as id, claim.created_at from private.plan_products as claim
    where object_type = 'product'
    union all
    select price.id, price.created_at from public.prices as price where object_type = 'price' and price.active
    union all
    select one.stripe_subscription_id, one.created_at from public.subscriptions as one
    where object_type = 'subscription'
    union all
    select invoice.stripe_invoice_id, invoice.created_at from public.invoices as invoice
    where object_type = 'invoice'
    union all
    select note.stripe_credit_note_id, note.created_at from public.credit_notes as note
    where object_type = 'credit_note'
  ) as held
  where held.created_at < (select run.started_at from private.reconciliations as run where run.id = run_id)
    and not exists (
      select from private.reconciliation_seen as seen
      where seen.reconciliation_id = run_id and seen.object_type = reconciliation_unseen.object_type
        and seen.object_id = held.id
    )
  order by held.id
  limit batch;
$function$;
comment on function public.reconciliation_unseen(bigint, text, integer) is 'Server RPC: ids of our rows that a run has neither met at Stripe nor looked for there yet.';
grant execute on function public.reconciliation_unseen(bigint, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.refund_intent_close(intent_id uuid, refusal text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.refund_intents as intent
  set state = case when refund_intent_close.refusal is null then 'done' else 'refused' end,
      refusal = left(refund_intent_close.refusal, 500), closed_at = now()
  where intent.id = intent_id
    -- What went back cannot be refused any more, nor be done before it is seen to have gone back.
    and intent.state = case when refund_intent_close.refusal is null then 'refunded' else 'open' end;
  select private.refund_intent(intent_id);
$function$;
comment on function public.refund_intent_close(uuid, text) is 'Server RPC: nothing is left to do for an intent, or Stripe has definitely refused it; the intent as it is now.';
grant execute on function public.refund_intent_close(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.refund_intent_open(staff uuid, payment_id uuid, amount bigint, reason text, cause text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  paid public.payments;
  intent private.refund_intents;
  remaining bigint;
begin
  perform private.staff_acts(refund_intent_open.staff, refund_intent_open.reason);
  -- One at a time a payment.
  select * into paid from public.payments as one where one.id = refund_intent_open.payment_id for no key update;
  if paid.id is null then
    perform private.problem(404, 'payment_not_found', 'There is no payment of this id.');
  end if;
  select * into intent from private.refund_intents as known where known.cause = refund_intent_open.cause;
  if intent.id is not null then
    if intent.payment_id <> paid.id or intent.amount <> coalesce(refund_intent_open.amount, intent.amount) then
      perform private.problem(422, 'idempotency_key_reused', 'This Idempotency-Key has made another refund.');
    end if;
    return private.refund_intent(intent.id);
  end if;
  if paid.status <> 'succeeded' then
    perform private.problem(409, 'payment_not_refundable', 'Only a payment that succeeded can be refunded; this one is ' || paid.status || '.');
  end if;
  -- What Stripe has done is in amount_refunded from the transaction on in which its intent is no longer open.
  select paid.amount - paid.amount_refunded - coalesce(sum(pending.amount), 0) into remaining
  from private.refund_intents as pending
  where pending.payment_id = paid.id and pending.state = 'open';
  if remaining <= 0 then
    perform private.problem(409, 'payment_not_refundable', 'All of this payment was refunded.');
  end if;
  if refund_intent_open.amount > remaining then
    perform private.problem(422, 'refund_exceeds_payment',
      'Of this payment ' || remaining || ' ' || paid.currency || ' in minor units are left to refund.');
  end if;
  insert into private.refund_intents (payment_id, amount, cause)
  values (paid.id, coalesce(refund_intent_open.amount, remaining), refund_intent_open.cause)
  returning * into intent;
  perform private.audit_note(
    'payment.refund', paid.id::text, paid.workspace_id,
    jsonb_build_object('amount', intent.amount, 'currency', paid.currency, 'intent', intent.id)
  );
  -- Whoever asked may not live to see Stripe's answer.
  perform private.enqueue(
    'refund_finish', jsonb_build_object('intent', intent.id), 'refund:' || intent.id,
    private.now() + interval '3 minutes'
  );
  return private.refund_intent(intent.id);
end;
$function$;
comment on function public.refund_intent_open(uuid, uuid, bigint, text, text) is 'Server RPC: staff give back a payment, or `amount` of it (null: what is left): {id, state, amount, currency, payment_id, stripe_payment_id, stripe_invoice_id, stripe_refund_id, refusal}; the same cause gets the same intent.';
grant execute on function public.refund_intent_open(uuid, uuid, bigint, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.refund_intent_read(intent_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.refund_intent(intent_id) $function$;
comment on function public.refund_intent_read(uuid) is 'Server RPC: an intent as refund_intent_open answers it; null when there is none.';
grant execute on function public.refund_intent_read(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.restore_mail_causes(mails jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  known text[];
begin
  with asked as (
    update private.restore_mails as sent
    set cause = mail ->> 'cause'
    from jsonb_array_elements(mails) as mail
    where sent.provider_id = mail ->> 'id' and sent.cause is null
    returning sent.address_hash
  )
  select array_agg(distinct asked.address_hash) into known from asked;
  -- Of these addresses everything is known now: their mails need not wait for their next attempt, and have all
  -- of them again.
  update private.jobs as job
  set state = 'pending', finished_at = null, attempts = 0, run_at = private.now(), last_error = null
  where job.kind = 'mail_send' and job.state in ('pending', 'dead') and job.locked_until is null
    and job.last_error = 'Resend is being asked which mails were sent before the restore'
    and private.mail_address_hash(job.payload ->> 'to') = any (known)
    and not exists (
      select from private.restore_mails as sent
      where sent.address_hash = private.mail_address_hash(job.payload ->> 'to') and sent.cause is null
    );
end;
$function$;
comment on function public.restore_mail_causes(jsonb) is 'Server RPC: keeps what Resend said of mails of the lost time, [{id, cause}], and lets go the mails to addresses of which everything is known.';
grant execute on function public.restore_mail_causes(jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.restore_mails_from(restore_id bigint)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'taken_at', restore.taken_at, 'cursor', restore.mails_cursor, 'done', restore.mails_listed_at is not null)
  from private.restores as restore where restore.id = restore_mails_from.restore_id;
$function$;
comment on function public.restore_mails_from(bigint) is 'Server RPC: since when mails are to be listed, and the last one noted: {taken_at, cursor, done}.';
grant execute on function public.restore_mails_from(bigint) to service_role;

CREATE OR REPLACE FUNCTION public.restore_mails_note(restore_id bigint, mails jsonb, cursor text, done boolean)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into private.restore_mails (provider_id, address_hash, sent_at)
  select mail ->> 'id', private.mail_address_hash(address), (mail ->> 'created_at')::timestamptz
  from jsonb_array_elements(mails) as mail, jsonb_array_elements_text(mail -> 'to') as address
  on conflict on constraint restore_mails_pkey do nothing;
  update private.restores as restore
  set mails_cursor = coalesce(restore_mails_note.cursor, restore.mails_cursor),
      mails_listed_at = case when done then now() end
  where restore.id = restore_mails_note.restore_id;
  if done then
    perform private.enqueue(
      'restore_causes', jsonb_build_object('restore_id', restore_id), 'restore:' || restore_id || ':1'
    );
    -- Mails that were tried meanwhile need not wait for their next attempt, and have all of them again; a
    -- long list has outlasted some.
    update private.jobs as job
    set state = 'pending', finished_at = null, attempts = 0, run_at = private.now(), last_error = null
    where job.kind = 'mail_send' and job.state in ('pending', 'dead') and job.locked_until is null
      and job.last_error = 'mails sent before the restore are being listed';
  end if;
end;
$function$;
comment on function public.restore_mails_note(bigint, jsonb, text, boolean) is 'Server RPC: notes a page of sent mails [{id, to: [], created_at}] and how far the list was read, in one transaction.';
grant execute on function public.restore_mails_note(bigint, jsonb, text, boolean) to service_role;

CREATE OR REPLACE FUNCTION public.restore_mails_unasked(batch integer)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with waiting as materialized (
    select distinct private.mail_address_hash(job.payload ->> 'to') as hash
    from private.jobs as job where job.kind = 'mail_send' and job.state in ('pending', 'dead')
  )
  select coalesce(array_agg(next.provider_id), '{}') from (
    select sent.provider_id from private.restore_mails as sent
    where sent.cause is null
    group by sent.provider_id
    order by bool_or(sent.address_hash in (select waiting.hash from waiting)) desc, max(sent.sent_at) desc
    limit batch
  ) as next;
$function$;
comment on function public.restore_mails_unasked(integer) is 'Server RPC: Resend''s ids of mails of the lost time whose cause is not known yet, those first for whose address a mail waits.';
grant execute on function public.restore_mails_unasked(integer) to service_role;

CREATE OR REPLACE FUNCTION public.retention_run(batch integer DEFAULT 1000)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.apply_retention(batch) $function$;
comment on function public.retention_run(integer) is 'Server RPC: applies retention once: {removed: {rule: rows}, more}; call again while `more`.';
grant execute on function public.retention_run(integer) to service_role;

CREATE OR REPLACE FUNCTION public.review_hide(review_id uuid, reason text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if coalesce(char_length(btrim(reason)) not between 5 and 500, true) then
    perform private.problem(422, 'invalid_body', 'Say why, in 5 to 500 characters.');
  end if;
  perform private.review_moderate(review_hide.review_id, review_hide.reason);
end;
$function$;
comment on function public.review_hide(uuid, text) is 'Client RPC for staff: hides a review, with a reason that its author reads. Noted in the audit log.';
grant execute on function public.review_hide(uuid, text) to authenticated;

CREATE OR REPLACE FUNCTION public.review_show(review_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.review_moderate(review_show.review_id, null) $function$;
comment on function public.review_show(uuid) is 'Client RPC for staff: shows a review that was hidden. Noted in the audit log.';
grant execute on function public.review_show(uuid) to authenticated;

CREATE OR REPLACE FUNCTION public.seats_begin(workspace_id uuid, seq bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  sync private.seat_syncs;
begin
  insert into private.seat_syncs (workspace_id)
  select workspace.id from public.workspaces as workspace where workspace.id = seats_begin.workspace_id
  on conflict on constraint seat_syncs_pkey do nothing;
  select * into sync from private.seat_syncs as held
  where held.workspace_id = seats_begin.workspace_id for update;
  if sync.workspace_id is null or sync.synced_seq >= seats_begin.seq then
    return jsonb_build_object('outcome', 'done');
  end if;
  if sync.locked_until > clock_timestamp() then
    return jsonb_build_object('outcome', 'busy');
  end if;
  update private.seat_syncs as held set locked_until = clock_timestamp() + interval '90 seconds'
  where held.workspace_id = seats_begin.workspace_id;
  return jsonb_build_object(
    'outcome', 'begun', 'seq', sync.wanted_seq,
    'members', (
      select count(*) from public.workspace_members as member
      where member.workspace_id = seats_begin.workspace_id
    ),
    'stripe_subscription_id', (private.seat_subscription(seats_begin.workspace_id)).stripe_subscription_id,
    'now', extract(epoch from private.now())::bigint
  );
end;
$function$;
comment on function public.seats_begin(uuid, bigint) is 'Server RPC: takes a workspace''s seats to look at: {outcome: begun, seq, members, stripe_subscription_id, now}; done when `seq` was reached by another job (null: look in any case), busy while one is at it.';
grant execute on function public.seats_begin(uuid, bigint) to service_role;

CREATE OR REPLACE FUNCTION public.seats_end(workspace_id uuid, seq bigint)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.seat_syncs as held
  set synced_seq = greatest(held.synced_seq, coalesce(seats_end.seq, 0)), locked_until = null
  where held.workspace_id = seats_end.workspace_id;
$function$;
comment on function public.seats_end(uuid, bigint) is 'Server RPC: lets go of a workspace''s seats, which have followed up to `seq`; null when they have not.';
grant execute on function public.seats_end(uuid, bigint) to service_role;

CREATE OR REPLACE FUNCTION public.seats_for(user_id uuid, workspace_id uuid, price text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'per_seat', exists (
      select from public.prices as offered
      join public.plans as plan on plan.id = offered.plan_id and plan.per_seat
      where offered.id = seats_for.price or (offered.active and offered.lookup_key = seats_for.price)
    ),
    'members', (
      select count(*) from public.workspace_members as member
      where member.workspace_id = coalesce(seats_for.workspace_id, (
        select workspace.id from public.workspaces as workspace
        where workspace.personal_of = seats_for.user_id
      ))
    )
  );
$function$;
comment on function public.seats_for(uuid, uuid, text) is 'Server RPC: {per_seat, members}: whether a price is for one member, and how many the workspace has, the user''s personal one by default.';
grant execute on function public.seats_for(uuid, uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.second_factor_due()
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.second_factor_due() $function$;
comment on function public.second_factor_due() is 'Client RPC: whether the caller must show a second factor before changing billing, members or keys. What `secondFactor` of an endpoint asks.';
grant execute on function public.second_factor_due() to authenticated;
grant execute on function public.second_factor_due() to service_role;

CREATE OR REPLACE FUNCTION public.shop_books()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object(
    'kind', found.kind, 'object_type', found.object_type, 'object_id', found.object_id, 'order_id', found.order_id,
    'detail', found.detail
  )), '[]')
  from (
    select imbalance.kind, 'books' as object_type, imbalance.id::text as object_id, null::uuid as order_id,
      jsonb_build_object('ledger', imbalance.expected, 'counter', imbalance.actual) as detail
    from private.shop_imbalances() as imbalance
    union all
    select 'rating', 'product', wrong.product_id::text, null,
      jsonb_build_object('counter', jsonb_build_array(wrong.rating_count, wrong.rating_sum),
        'recount', jsonb_build_array(wrong.reviews, wrong.ratings))
    from private.rating_imbalances() as wrong
    union all
    select 'shortage', 'variant', stock.variant_id::text, null, jsonb_build_object('units', stock.shortage)
    from private.stock as stock where stock.shortage > 0
    union all
    select 'paid_without_charge', 'order', placed.id::text, placed.id, jsonb_build_object('status', placed.status)
    from public.orders as placed
    where placed.paid_at is not null and placed.total_amount > 0 and not exists (
      select from private.money_movements as moved where moved.order_id = placed.id and moved.kind = 'charge'
    )
    union all
    select 'refund_stuck', 'order', refund.order_id::text, refund.order_id,
      jsonb_build_object('refund', refund.id, 'amount', refund.amount)
    from public.order_refunds as refund
    where refund.state = 'open' and refund.created_at < private.now() - interval '1 day'
    limit 1000
  ) as found;
$function$;
comment on function public.shop_books() is 'Server RPC: what does not add up in our own books, or waits for somebody: [{kind, object_type, object_id, order_id, detail}], at most 1,000.';
grant execute on function public.shop_books() to service_role;

CREATE OR REPLACE FUNCTION public.shop_holds_overdue(batch integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(held.id), '[]') from (
    select placed.id from public.orders as placed
    where placed.status = 'pending' and placed.expires_at < private.now() - interval '1 hour'
      -- A bank debit takes days, and its hold stays meanwhile.
      and not exists (
        select from public.order_events as told where told.order_id = placed.id and told.kind = 'payment_processing'
      )
    order by placed.expires_at limit batch
  ) as held;
$function$;
comment on function public.shop_holds_overdue(integer) is 'Server RPC: orders that hold stock an hour past the end of their hold: the sweep did not get to them.';
grant execute on function public.shop_holds_overdue(integer) to service_role;

CREATE OR REPLACE FUNCTION public.shop_reconciliation_begin(run_id bigint, repair boolean, cause text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  run private.shop_reconciliations;
begin
  if run_id is null then
    insert into private.shop_reconciliations (repair, cause, since)
    values (shop_reconciliation_begin.repair, shop_reconciliation_begin.cause, (
      select max(earlier.started_at) - interval '7 days' from private.shop_reconciliations as earlier
      where earlier.finished_at is not null
    ))
    on conflict on constraint shop_reconciliations_once_per_cause do nothing
    returning * into run;
    if run.id is null then
      select * into run from private.shop_reconciliations as known where known.cause = shop_reconciliation_begin.cause;
    end if;
  else
    select * into run from private.shop_reconciliations as known where known.id = run_id;
    if run.id is null then
      perform private.problem(404, 'not_found', 'There is no reconciliation ' || run_id || '.');
    end if;
  end if;
  return jsonb_build_object(
    'id', run.id, 'repair', run.repair, 'phase', run.phase, 'cursor', run.cursor,
    'since', private.epoch(run.since)
  );
end;
$function$;
comment on function public.shop_reconciliation_begin(bigint, boolean, text) is 'Server RPC: a new run (null; with a cause, the one that this cause began) or one to go on with: {id, repair, phase, cursor, since: seconds}.';
grant execute on function public.shop_reconciliation_begin(bigint, boolean, text) to service_role;

CREATE OR REPLACE FUNCTION public.shop_reconciliation_compare(run_id bigint, object_type text, objects jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', found.kind, 'object_type', object_type, 'object_id', record ->> 'id',
      'order_id', found.order_id, 'detail', found.detail
    )), '[]')
    from jsonb_array_elements(objects) as record
    cross join lateral (
      select * from private.session_drift(record) where object_type = 'checkout_session'
      union all
      select * from private.movement_drift(object_type, record) where object_type <> 'checkout_session'
    ) as found
    -- Told of by an event that is not handled yet: late, not wrong. Health tells when it stays so.
    where run_id is null or not exists (
      select from private.events_on_their_way(
        shop_reconciliation_compare.object_type, array[record ->> 'id']
      )
    )
  );
end;
$function$;
comment on function public.shop_reconciliation_compare(bigint, text, jsonb) is 'Server RPC: of records of Stripe''s objects those that our rows differ from: [{kind, object_type, object_id, order_id, detail}]. Within a run, what an event is on its way about is left out.';
grant execute on function public.shop_reconciliation_compare(bigint, text, jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.shop_reconciliation_note(run_id bigint, phase text, cursor text, checked integer, seen text[], drifts jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into private.shop_drifts (reconciliation_id, kind, object_type, object_id, order_id, detail, repaired_at)
  select run_id, drift ->> 'kind', drift ->> 'object_type', drift ->> 'object_id', (drift ->> 'order_id')::uuid,
    coalesce(drift -> 'detail', '{}'), case when (drift ->> 'repaired')::boolean then private.now() end
  from jsonb_array_elements(drifts) as drift
  on conflict on constraint shop_drifts_once_a_run do update
  set detail = excluded.detail, repaired_at = coalesce(private.shop_drifts.repaired_at, excluded.repaired_at);
  insert into private.shop_reconciliation_seen (reconciliation_id, stripe_id)
  select run_id, met from unnest(seen) as met
  on conflict on constraint shop_reconciliation_seen_pkey do nothing;
  update private.shop_reconciliations as run
  set phase = shop_reconciliation_note.phase, cursor = shop_reconciliation_note.cursor,
      checked = run.checked + shop_reconciliation_note.checked,
      finished_at = case when shop_reconciliation_note.phase = 'done' then private.now() end
  where run.id = run_id;
  if shop_reconciliation_note.phase = 'done' then
    delete from private.shop_reconciliation_seen where reconciliation_id = run_id;
  end if;
end;
$function$;
comment on function public.shop_reconciliation_note(bigint, text, text, integer, text[], jsonb) is 'Server RPC: keeps how far a run has come, what it has met at Stripe and what it found, in one transaction.';
grant execute on function public.shop_reconciliation_note(bigint, text, text, integer, text[], jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.shop_reconciliation_report(run_id bigint)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'run_id', run.id, 'done', run.phase = 'done', 'checked', run.checked,
    'drifts', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'kind', drift.kind, 'object_type', drift.object_type, 'object_id', drift.object_id,
        'order_id', drift.order_id, 'detail', drift.detail, 'repaired', drift.repaired_at is not null
      ) order by drift.id), '[]')
      from (select * from private.shop_drifts as found where found.reconciliation_id = run.id
            order by found.id limit 1000) as drift
    )
  )
  from private.shop_reconciliations as run
  where run.id = run_id;
$function$;
comment on function public.shop_reconciliation_report(bigint) is 'Server RPC: {run_id, done, checked, drifts} with the first 1,000 drifts.';
grant execute on function public.shop_reconciliation_report(bigint) to service_role;

CREATE OR REPLACE FUNCTION public.shop_reconciliation_unlisted(run_id bigint, batch integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object(
    'kind', moved.kind, 'stripe_id', moved.stripe_id, 'order_id', moved.order_id, 'amount', moved.amount
  )), '[]')
  from (
    select distinct on (held.stripe_id) held.* from private.money_movements as held
    join private.shop_reconciliations as run on run.id = run_id
    where (run.since is null or held.created_at >= run.since) and held.created_at < run.started_at
      and not exists (
        select from private.shop_reconciliation_seen as seen
        where seen.reconciliation_id = run_id and seen.stripe_id = held.stripe_id
      )
    order by held.stripe_id, held.id
    limit batch
  ) as moved;
$function$;
comment on function public.shop_reconciliation_unlisted(bigint, integer) is 'Server RPC: movements of the ledger whose object a run has neither met at Stripe nor looked for there: [{kind, stripe_id, order_id, amount}].';
grant execute on function public.shop_reconciliation_unlisted(bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION public.staff_billing_reconcile(reason text)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.staff_billing_reconcile(reason) $function$;
comment on function public.staff_billing_reconcile(text) is 'Client RPC for staff: the job that compares billing with Stripe as the night''s does: the one that is due or runs already, or a new one. Noted in the audit log. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.staff_billing_reconcile(text) to authenticated;
grant execute on function public.staff_billing_reconcile(text) to service_role;

CREATE OR REPLACE FUNCTION public.staff_billing_reconciliations()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.staff_billing_reconciliations() $function$;
comment on function public.staff_billing_reconciliations() is 'Client RPC for staff: the ten latest comparisons of billing with Stripe, newest first: [{id, repair, checked, started_at, finished_at, drifts, open, found: the first hundred of [{kind, object_type, object_id, order_id, detail, repaired_at}]}]. Refuses with forbidden or second_factor_required.';
grant execute on function public.staff_billing_reconciliations() to authenticated;
grant execute on function public.staff_billing_reconciliations() to service_role;

CREATE OR REPLACE FUNCTION public.staff_jobs(staff uuid, filter jsonb, before_id bigint, page_size integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  lines jsonb;
begin
  perform private.staff_required(staff);
  select coalesce(jsonb_agg(private.job_line(job) order by job.id desc), '[]') into lines
  from private.jobs_found(filter, before_id, page_size + 1) as job;
  return jsonb_build_object(
    'jobs', case when jsonb_array_length(lines) > page_size then lines - page_size else lines end,
    'next_cursor', case when jsonb_array_length(lines) > page_size then lines -> (page_size - 1) ->> 'id' end
  );
end;
$function$;
comment on function public.staff_jobs(uuid, jsonb, bigint, integer) is 'Server RPC: {jobs, next_cursor} of the queue, newest first, for staff.';
grant execute on function public.staff_jobs(uuid, jsonb, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION public.staff_jobs_decide(staff uuid, reason text, decision text, ids bigint[], filter jsonb, most integer, cause uuid DEFAULT gen_random_uuid())
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.staff_acts(staff, reason);
  return coalesce(
    private.staff_decision(cause),
    private.staff_decided(cause, private.staff_jobs_decide(staff, reason, decision, ids, filter, most))
  );
end;
$function$;
comment on function public.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer, uuid) is 'Server RPC: retries or discards jobs, by their ids or up to `most` of a filter: {changed: [{id, state_before}]}, the same for the same cause. What runs, or is in another state than the action takes, is left out.';
grant execute on function public.staff_jobs_decide(uuid, text, text, bigint[], jsonb, integer, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.staff_mail_address(staff uuid, address text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  hash constant text := private.mail_address_hash(address);
begin
  perform private.staff_required(staff);
  return jsonb_build_object(
    'address_hash', hash,
    'suppression', (
      select jsonb_build_object('scope', held.scope, 'cause', held.cause, 'since', held.since, 'until', held.until)
      from private.mail_suppressions as held
      where held.address_hash = hash and (held.until is null or held.until > now())
    ),
    'feedback', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'kind', told.kind, 'occurred_at', told.occurred_at, 'detail', told.detail
      ) order by told.occurred_at desc), '[]')
      from (select * from private.mail_feedback as one where one.address_hash = hash
            order by one.occurred_at desc limit 50) as told
    ),
    'mails', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'template', mail.template, 'purpose', mail.purpose, 'outcome', mail.outcome, 'reason', mail.reason,
        'provider_id', mail.provider_id, 'delivery', told.delivery, 'created_at', mail.created_at
      ) order by mail.id desc), '[]')
      from (select * from private.mail_log as one where one.address_hash = hash
            order by one.id desc limit 50) as mail
      left join private.mail_deliveries as told on told.provider_id = mail.provider_id
    )
  );
end;
$function$;
comment on function public.staff_mail_address(uuid, text) is 'Server RPC: for staff, whether an address is suppressed, what was told of it and what became of its mails, the latest 50 of each.';
grant execute on function public.staff_mail_address(uuid, text) to service_role;

CREATE OR REPLACE FUNCTION public.staff_mail_lift(staff uuid, reason text, address text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  hash constant text := private.mail_address_hash(address);
begin
  perform private.staff_acts(staff, reason);
  if not exists (select from private.mail_suppressions as held where held.address_hash = hash) then
    perform private.problem(404, 'not_found', 'Nothing keeps mail from this address.');
  end if;
  insert into private.mail_feedback (source, address_hash, kind, occurred_at, detail)
  values ('staff:' || staff || ':' || clock_timestamp(), hash, 'lifted', clock_timestamp(), left(reason, 300));
  perform private.mail_suppression_derive(hash);
  perform private.audit_note('mail_suppressions.lift', hash);
end;
$function$;
comment on function public.staff_mail_lift(uuid, text, text) is 'Server RPC: for staff, forgets what was told of an address, so that mail goes to it again.';
grant execute on function public.staff_mail_lift(uuid, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.staff_mail_suppressions(staff uuid, before_id bigint, page_size integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  lines jsonb;
begin
  perform private.staff_required(staff);
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', held.id, 'address_hash', held.address_hash, 'scope', held.scope, 'cause', held.cause,
    'since', held.since, 'until', held.until
  ) order by held.id desc), '[]') into lines
  from (
    select * from private.mail_suppressions as one
    where (before_id is null or one.id < before_id) and (one.until is null or one.until > now())
    order by one.id desc limit page_size + 1
  ) as held;
  return jsonb_build_object(
    'suppressions', case when jsonb_array_length(lines) > page_size then lines - page_size else lines end,
    'next_cursor', case when jsonb_array_length(lines) > page_size then lines -> (page_size - 1) ->> 'id' end
  );
end;
$function$;
comment on function public.staff_mail_suppressions(uuid, bigint, integer) is 'Server RPC: {suppressions, next_cursor} for staff, what came last first.';
grant execute on function public.staff_mail_suppressions(uuid, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION public.staff_order(staff uuid, order_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  perform private.staff_required(staff);
  return (
    select private.order_view(ordered.id) || jsonb_build_object(
      'refunds', (
        select coalesce(jsonb_agg(public.order_refund_read(refund.id) order by refund.created_at, refund.id), '[]')
        from public.order_refunds as refund where refund.order_id = ordered.id
      ),
      'user_id', ordered.user_id, 'status_before', ordered.status_before, 'disputed_amount', ordered.disputed_amount,
      'left_amount', private.order_left(ordered.id),
      'stripe_session_id', ordered.stripe_session_id, 'stripe_payment_intent_id', ordered.stripe_payment_intent_id,
      'money', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'kind', moved.kind, 'amount', moved.amount, 'currency', moved.currency, 'stripe_id', moved.stripe_id,
          'created_at', moved.created_at
        ) order by moved.id), '[]')
        from private.money_movements as moved where moved.order_id = ordered.id
      ),
      'disputes', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'stripe_dispute_id', held.stripe_dispute_id, 'status', held.status, 'amount', held.amount,
          'currency', held.currency, 'reason', held.reason, 'evidence_due_by', held.evidence_due_by,
          'created_at', held.created_at
        ) order by held.created_at), '[]')
        from private.order_disputes as held where held.order_id = ordered.id
      )
    )
    from public.orders as ordered where ordered.id = staff_order.order_id
  );
end;
$function$;
comment on function public.staff_order(uuid, uuid) is 'Server RPC: an order for staff, with its ledger, its disputes and its ids at Stripe; null when there is none.';
grant execute on function public.staff_order(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.staff_order_days(time_zone text DEFAULT 'UTC'::text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.staff_order_days(time_zone) $function$;
comment on function public.staff_order_days(text) is 'Client RPC for staff: [{day, currency, orders, revenue}] of the last 30 days of a time zone: orders that were paid, by the day on which they were placed; revenue in minor units, without what went back since. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.staff_order_days(text) to authenticated;
grant execute on function public.staff_order_days(text) to service_role;

CREATE OR REPLACE FUNCTION public.staff_orders(staff uuid, filter jsonb, after jsonb, page_size integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  found jsonb;
  whole boolean;
begin
  perform private.staff_required(staff);
  -- Planned for the filter that came: one generic plan would read by the date whatever is asked for.
  execute format(
    $sql$
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', page.id, 'number', page.number, 'status', page.status, 'customer_email', page.customer_email,
        'user_id', page.user_id, 'currency', page.currency, 'total_amount', page.total_amount,
        'refunded_amount', page.refunded_amount, 'created_at', page.created_at, 'paid_at', page.paid_at,
        'returns_waiting', exists (
          select from public.order_returns as asked where asked.order_id = page.id and asked.state = 'requested'
        )
      ) order by page.created_at desc, page.id desc), '[]')
      from (
        select * from public.orders as ordered
        where true %s %s %s %s %s %s %s
        order by ordered.created_at desc, ordered.id desc
        limit %s
      ) as page
    $sql$,
    case when filter ? 'status' then format('and ordered.status = %L', filter ->> 'status') end,
    case when filter ? 'number' then format('and ordered.number = %L', upper(filter ->> 'number')) end,
    case when filter ? 'email' then format('and lower(ordered.customer_email) = lower(%L)', filter ->> 'email') end,
    case when filter ? 'from' then format('and ordered.created_at >= %L::timestamptz', filter ->> 'from') end,
    case when filter ? 'to' then format('and ordered.created_at < %L::timestamptz', filter ->> 'to') end,
    case when filter ? 'returns' then 'and exists (
      select from public.order_returns as asked where asked.order_id = ordered.id and asked.state = ''requested'')' end,
    case when after is not null then format(
      'and (ordered.created_at, ordered.id) < (%L::timestamptz, %L::uuid)', after ->> 'created_at', after ->> 'id'
    ) end,
    page_size + 1
  ) into found;
  whole := jsonb_array_length(found) <= page_size;
  return jsonb_build_object(
    'orders', case when whole then found else found - page_size end,
    'next', case when not whole then jsonb_build_object(
      'created_at', found -> (page_size - 1) ->> 'created_at', 'id', found -> (page_size - 1) ->> 'id'
    ) end
  );
end;
$function$;
comment on function public.staff_orders(uuid, jsonb, jsonb, integer) is 'Server RPC: {orders, next} for staff, newest first, of a filter {status, number, email, from, to, returns}; `after` is the `next` of the page before.';
grant execute on function public.staff_orders(uuid, jsonb, jsonb, integer) to service_role;

CREATE OR REPLACE FUNCTION public.staff_overview()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.staff_overview() $function$;
comment on function public.staff_overview() is 'Client RPC for staff: {incidents: open ones and those of the last week; jobs: {since, hours: [{hour, succeeded, dead, pending}]}, by when they were made; events: {since, hours: [{hour, provider, events}]}} of the last 24 hours. `since` is null unless only the newest 20,000 are counted, and these begin later. Refuses with forbidden or second_factor_required.';
grant execute on function public.staff_overview() to authenticated;
grant execute on function public.staff_overview() to service_role;

CREATE OR REPLACE FUNCTION public.staff_reviews(product_id uuid DEFAULT NULL::uuid, hidden boolean DEFAULT NULL::boolean, cursor text DEFAULT NULL::text, page_size integer DEFAULT 20)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.reviews_of_all(
    staff_reviews.product_id, staff_reviews.hidden, staff_reviews.cursor, staff_reviews.page_size
  )
$function$;
comment on function public.staff_reviews(uuid, boolean, text, integer) is 'Client RPC for staff: reviews as they are kept, newest first, of a product or of all, hidden or shown or both: {reviews, next_cursor}. Others meet 403 forbidden.';
grant execute on function public.staff_reviews(uuid, boolean, text, integer) to authenticated;

CREATE OR REPLACE FUNCTION public.staff_shop_reconcile(reason text)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.staff_shop_reconcile(reason) $function$;
comment on function public.staff_shop_reconcile(text) is 'Client RPC for staff: the job that compares the shop with Stripe as the night''s does: the one that is due or runs already, or a new one. Noted in the audit log. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.staff_shop_reconcile(text) to authenticated;
grant execute on function public.staff_shop_reconcile(text) to service_role;

CREATE OR REPLACE FUNCTION public.staff_shop_reconciliations()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.staff_shop_reconciliations() $function$;
comment on function public.staff_shop_reconciliations() is 'Client RPC for staff: the ten latest comparisons of the shop with Stripe and the ledgers, as staff_billing_reconciliations gives billing''s. Refuses with forbidden or second_factor_required.';
grant execute on function public.staff_shop_reconciliations() to authenticated;
grant execute on function public.staff_shop_reconciliations() to service_role;

CREATE OR REPLACE FUNCTION public.staff_standing()
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select private.staff_standing() $function$;
comment on function public.staff_standing() is 'Client RPC: whether the caller operates the product: staff, second_factor_required or none.';
grant execute on function public.staff_standing() to authenticated;
grant execute on function public.staff_standing() to service_role;

CREATE OR REPLACE FUNCTION public.staff_webhook_event(staff uuid, stored_id bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  event private.webhook_events;
begin
  perform private.staff_required(staff);
  select * into event from private.webhook_events as known where known.id = stored_id;
  if event.id is null then
    perform private.problem(404, 'not_found', 'There is no event ' || stored_id || '.');
  end if;
  return private.webhook_event_line(event) || jsonb_build_object(
    'payload', event.payload,
    'targets', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'type', named.type, 'id', named.id, 'seq', named.seq,
        'wanted_seq', target.wanted_seq, 'synced_seq', target.synced_seq, 'synced_at', target.synced_at,
        'mirrored', case when event.provider = 'stripe' then (
          select held.mirrored from private.stripe_mirror(named.type, array[named.id]) as held limit 1
        ) end
      ) order by named.type, named.id), '[]')
      from jsonb_to_recordset(event.targets) as named (type text, id text, seq bigint)
      left join private.sync_targets as target
        on target.provider = event.provider and target.object_type = named.type and target.object_id = named.id
    ),
    'changes', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'table', change.table_name, 'row', change.row_key, 'before', change.before, 'after', change.after,
        'changed_at', change.changed_at
      ) order by change.id), '[]')
      from (
        select * from private.webhook_event_changes as kept where kept.event_id = event.id
        order by kept.id desc limit 500
      ) as change
    ),
    'job_ids', (
      select coalesce(jsonb_agg(job.id order by job.id), '[]') from private.jobs as job
      where job.kind = 'webhook_handle' and job.state <> 'succeeded' and job.payload ->> 'event' = event.id::text
    )
  );
end;
$function$;
comment on function public.staff_webhook_event(uuid, bigint) is 'Server RPC: one event for staff, with its payload, its objects as we hold them now, what its handling changed (the latest 500 rows), and its jobs that have not succeeded.';
grant execute on function public.staff_webhook_event(uuid, bigint) to service_role;

CREATE OR REPLACE FUNCTION public.staff_webhook_events(staff uuid, filter jsonb, before_id bigint, page_size integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  lines jsonb;
begin
  perform private.staff_required(staff);
  -- One more than asked for tells whether there is a further page.
  select coalesce(jsonb_agg(private.webhook_event_line(event) order by event.id desc), '[]') into lines
  from private.webhook_events_found(filter, before_id, page_size + 1) as event;
  return jsonb_build_object(
    'events', case when jsonb_array_length(lines) > page_size then lines - page_size else lines end,
    'next_cursor', case when jsonb_array_length(lines) > page_size then lines -> (page_size - 1) ->> 'id' end
  );
end;
$function$;
comment on function public.staff_webhook_events(uuid, jsonb, bigint, integer) is 'Server RPC: {events, next_cursor} of the inbox, newest first, for staff.';
grant execute on function public.staff_webhook_events(uuid, jsonb, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION public.staff_webhook_ping(staff uuid, reason text, endpoint_id uuid, cause uuid DEFAULT gen_random_uuid())
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  event text;
begin
  perform private.staff_acts(staff, reason);
  if not exists (select from public.webhook_endpoints as held where held.id = staff_webhook_ping.endpoint_id) then
    perform private.problem(404, 'webhook_endpoint_not_found', 'There is no such endpoint.');
  end if;
  event := private.webhook_emit(
    'webhook.ping', cause::text, jsonb_build_object('id', cause), staff_webhook_ping.endpoint_id
  );
  return (
    select jsonb_build_object('deliveries', jsonb_agg(jsonb_build_object('id', delivery.id, 'state_before', 'new')))
    from public.webhook_deliveries as delivery
    where delivery.endpoint_id = staff_webhook_ping.endpoint_id and delivery.event_id = event
  );
end;
$function$;
comment on function public.staff_webhook_ping(uuid, text, uuid, uuid) is 'Server RPC: sends a test to an endpoint, enabled or not, once a cause: {deliveries: [{id, state_before}]}.';
grant execute on function public.staff_webhook_ping(uuid, text, uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.staff_webhook_replay(staff uuid, reason text, ids bigint[], filter jsonb, most integer, cause uuid DEFAULT gen_random_uuid())
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.staff_acts(staff, reason);
  return coalesce(
    private.staff_decision(cause),
    private.staff_decided(cause, private.staff_webhook_replay(staff, reason, ids, filter, most))
  );
end;
$function$;
comment on function public.staff_webhook_replay(uuid, text, bigint[], jsonb, integer, uuid) is 'Server RPC: handles events anew, by their ids or up to `most` of a filter: {replayed: [{id, state_before, job_id}]}, the same for the same cause. Those that do not exist are left out.';
grant execute on function public.staff_webhook_replay(uuid, text, bigint[], jsonb, integer, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.staff_webhook_resend(staff uuid, reason text, ids bigint[], filter jsonb, most integer, cause uuid DEFAULT gen_random_uuid())
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.staff_acts(staff, reason);
  return coalesce(
    private.staff_decision(cause),
    private.staff_decided(cause, private.staff_webhook_resend(staff, reason, ids, filter, most))
  );
end;
$function$;
comment on function public.staff_webhook_resend(uuid, text, bigint[], jsonb, integer, uuid) is 'Server RPC: sends deliveries anew, by their ids or up to `most` of a filter, under the same event ids: {deliveries: [{id, state_before}]}, the same for the same cause. What does not exist or still waits is left out.';
grant execute on function public.staff_webhook_resend(uuid, text, bigint[], jsonb, integer, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.staff_workspaces(search text DEFAULT NULL::text, before_created_at timestamp with time zone DEFAULT NULL::timestamp with time zone, before_id uuid DEFAULT NULL::uuid, page_size integer DEFAULT 50)
 RETURNS TABLE(id uuid, name text, slug text, personal boolean, created_at timestamp with time zone, members bigint, plan text, access text, overrides bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from private.staff_workspaces(
    staff_workspaces.search, staff_workspaces.before_created_at, staff_workspaces.before_id,
    staff_workspaces.page_size
  )
$function$;
comment on function public.staff_workspaces(text, timestamp with time zone, uuid, integer) is 'Client RPC for staff: workspaces, newest first, 1 to 101 a page before (before_created_at, before_id): all, or those whose name begins with `search`, whose slug, id or member''s id it is, or of which the user with that address is a member. `plan` and `access` are what counts now, `overrides` how many features staff have given or taken. Refuses with forbidden or second_factor_required.';
grant execute on function public.staff_workspaces(text, timestamp with time zone, uuid, integer) to authenticated;
grant execute on function public.staff_workspaces(text, timestamp with time zone, uuid, integer) to service_role;

CREATE OR REPLACE FUNCTION public.stock_adjust(variant_id uuid, reason text, delta integer DEFAULT NULL::integer, counted integer DEFAULT NULL::integer, request_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.stock_adjust(variant_id, reason, delta, counted, request_id) $function$;
comment on function public.stock_adjust(uuid, text, integer, integer, uuid) is 'Client RPC for staff: corrects the stock of a variant, by what came or went (delta) or by what lies on the shelf (counted: paid units that wait to be shipped are on it, and are not on hand), and says how it stands: {variant_id, on_hand, reserved, shortage, unshipped}. The same request_id again changes nothing. Refuses with forbidden, second_factor_required, invalid_body or not_found.';
grant execute on function public.stock_adjust(uuid, text, integer, integer, uuid) to authenticated;
grant execute on function public.stock_adjust(uuid, text, integer, integer, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.stock_history(variant_id uuid, before bigint DEFAULT NULL::bigint, page_size integer DEFAULT 50)
 RETURNS TABLE(id bigint, kind text, on_hand_delta integer, reserved_delta integer, shortage_delta integer, order_id uuid, actor_id uuid, note text, created_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from private.stock_history(variant_id, before, page_size) $function$;
comment on function public.stock_history(uuid, bigint, integer) is 'Client RPC for staff: what moved the stock of a variant, newest first, a page of up to 500 before an id. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.stock_history(uuid, bigint, integer) to authenticated;
grant execute on function public.stock_history(uuid, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION public.stock_levels(after text DEFAULT NULL::text, page_size integer DEFAULT 50, prefix text DEFAULT NULL::text, which text DEFAULT NULL::text)
 RETURNS TABLE(variant_id uuid, product_id uuid, sku text, on_hand integer, reserved integer, available integer, shortage integer, low_stock integer, updated_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from private.stock_levels(after, page_size, prefix, which) $function$;
comment on function public.stock_levels(text, integer, text, text) is 'Client RPC for staff: exact stock by SKU, a page of up to 500 after a SKU; of SKUs with a prefix; only what is low, or short. Refuses with forbidden, second_factor_required or invalid_body.';
grant execute on function public.stock_levels(text, integer, text, text) to authenticated;
grant execute on function public.stock_levels(text, integer, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.stripe_apply(object_type text, object_id text, expected_version bigint, seq bigint, record jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if not private.sync_accept('stripe', object_type, object_id, expected_version, seq) then
    return false;
  end if;
  case object_type
    when 'product' then perform private.stripe_apply_product(record);
    when 'price' then perform private.stripe_apply_price(record);
    when 'customer' then perform private.stripe_apply_customer(record);
    when 'subscription' then perform private.stripe_apply_subscription(record);
    when 'invoice' then perform private.stripe_apply_invoice(record);
    when 'checkout_session' then perform private.stripe_apply_checkout_session(record);
    when 'payment_method' then perform private.stripe_apply_payment_method(record);
    when 'charge' then perform private.stripe_apply_charge(record);
    when 'dispute' then perform private.stripe_apply_dispute(record);
    when 'credit_note' then perform private.stripe_apply_credit_note(record);
  end case;
  return true;
end;
$function$;
comment on function public.stripe_apply(text, text, bigint, bigint, jsonb) is 'Server RPC: writes a fetched Stripe object; false when somebody wrote since `expected_version` was read, then fetch again.';
grant execute on function public.stripe_apply(text, text, bigint, bigint, jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_cancellation(cancellation_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.cancellation_as_json(decided) from private.subscription_cancellations as decided
  where decided.id = cancellation_id;
$function$;
comment on function public.subscription_cancellation(uuid) is 'Server RPC: a cancellation; null for an unknown one.';
grant execute on function public.subscription_cancellation(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_cancellation_done(cancellation_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.subscription_cancellations as decided
  set refunded_at = coalesce(decided.refunded_at, now())
  where decided.id = cancellation_id;
$function$;
comment on function public.subscription_cancellation_done(uuid) is 'Server RPC: notes that everything that a cancellation gives back was given back.';
grant execute on function public.subscription_cancellation_done(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_cancellation_latest(user_id uuid, workspace_id uuid, subscription_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  target constant uuid := private.billing_workspace(
    subscription_cancellation_latest.user_id, subscription_cancellation_latest.workspace_id
  );
  decided private.subscription_cancellations;
begin
  select cancellation.* into decided from private.subscription_cancellations as cancellation
  join public.subscriptions as held on held.stripe_subscription_id = cancellation.stripe_subscription_id
  where cancellation.workspace_id = target and cancellation.created_at > now() - interval '24 hours'
    and (subscription_cancellation_latest.subscription_id is null
      or held.id = subscription_cancellation_latest.subscription_id)
  order by cancellation.created_at desc
  limit 1;
  return case when decided.id is not null then private.cancellation_as_json(decided) end;
end;
$function$;
comment on function public.subscription_cancellation_latest(uuid, uuid, uuid) is 'Server RPC: what was decided of late about a workspace''s (named) subscription, for a request that is repeated because its answer was lost; null when nothing was.';
grant execute on function public.subscription_cancellation_latest(uuid, uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_cancellation_open(user_id uuid, workspace_id uuid, stripe_subscription_id text, currency text, parts jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  target constant uuid := private.billing_workspace(
    subscription_cancellation_open.user_id, subscription_cancellation_open.workspace_id
  );
  cancellation private.subscription_cancellations;
begin
  perform private.act_as(subscription_cancellation_open.user_id, 'ended the subscription at once, with a refund');
  insert into private.subscription_cancellations (
    workspace_id, user_id, stripe_subscription_id, currency, parts
  )
  values (
    target, subscription_cancellation_open.user_id, subscription_cancellation_open.stripe_subscription_id,
    subscription_cancellation_open.currency, subscription_cancellation_open.parts
  )
  on conflict on constraint subscription_cancellations_once do nothing;
  -- The first decision counts: whoever comes second goes on with it.
  select * into cancellation from private.subscription_cancellations as decided
  where decided.stripe_subscription_id = subscription_cancellation_open.stripe_subscription_id;
  perform private.enqueue(
    'subscription_refund', jsonb_build_object('cancellation_id', cancellation.id),
    'subscription_refund:' || cancellation.id, private.now() + interval '1 minute'
  );
  return private.cancellation_as_json(cancellation);
end;
$function$;
comment on function public.subscription_cancellation_open(uuid, uuid, text, text, jsonb) is 'Server RPC: decides an end with a refund, and enqueues the job that finishes it should the request die; the cancellation.';
grant execute on function public.subscription_cancellation_open(uuid, uuid, text, text, jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_change_begin(quote_id uuid, user_id uuid, workspace_id uuid, stripe_subscription_id text, lease_seconds integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  -- The role may have gone since the quote was made.
  target constant uuid := private.billing_workspace(
    subscription_change_begin.user_id, subscription_change_begin.workspace_id
  );
  lease constant timestamptz := clock_timestamp() + make_interval(secs => lease_seconds);
  other private.subscription_changes;
  held private.subscription_changes;
  known boolean;
begin
  perform private.act_as(subscription_change_begin.user_id, 'a quoted change of the subscription');
  perform from public.workspaces as workspace where workspace.id = target for no key update;

  select * into other from private.subscription_changes as change
  where change.stripe_subscription_id = subscription_change_begin.stripe_subscription_id
    and change.state = 'open' and change.quote_id <> subscription_change_begin.quote_id;
  if other.quote_id is not null then
    if other.locked_until > clock_timestamp() then
      return jsonb_build_object('state', 'busy');
    end if;
    -- Whoever made it died. If Stripe did it all the same, its quote's next use finds that out.
    update private.subscription_changes as change set state = 'refused', closed_at = now()
    where change.quote_id = other.quote_id;
  end if;

  select * into held from private.subscription_changes as change
  where change.quote_id = subscription_change_begin.quote_id;
  known := held.quote_id is not null;
  if held.state = 'done' then
    return jsonb_build_object('state', 'done', 'stripe_invoice_id', held.stripe_invoice_id);
  end if;
  insert into private.subscription_changes as change (
    quote_id, workspace_id, user_id, stripe_subscription_id, locked_until
  )
  values (
    subscription_change_begin.quote_id, target, subscription_change_begin.user_id,
    subscription_change_begin.stripe_subscription_id, lease
  )
  on conflict on constraint subscription_changes_pkey do update
  set state = 'open', closed_at = null, locked_until = lease,
      attempt = case when change.state = 'refused' then change.attempt + 1 else change.attempt end
  returning * into held;
  return jsonb_build_object('state', 'open', 'attempt', held.attempt, 'known', known);
end;
$function$;
comment on function public.subscription_change_begin(uuid, uuid, uuid, text, integer) is 'Server RPC: begins or goes on with the use of a quote: {state: busy} while another change of the subscription runs, {state: done, stripe_invoice_id} when it was used, else {state: open, attempt, known}.';
grant execute on function public.subscription_change_begin(uuid, uuid, uuid, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_change_end(quote_id uuid, attempt smallint, state text, stripe_invoice_id text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.subscription_changes as change
  set state = subscription_change_end.state, closed_at = now(),
      stripe_invoice_id = subscription_change_end.stripe_invoice_id
  where change.quote_id = subscription_change_end.quote_id
    and change.attempt = subscription_change_end.attempt and change.state = 'open';
$function$;
comment on function public.subscription_change_end(uuid, smallint, text, text) is 'Server RPC: ends an attempt to use a quote as `done` or `refused`; one that another attempt has replaced changes nothing.';
grant execute on function public.subscription_change_end(uuid, smallint, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_changes_made(stripe_subscription_id text, quote_ids text[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.subscription_changes as change
  set state = 'done', closed_at = coalesce(change.closed_at, now())
  where change.quote_id in (
      select private.uuid_or_null(named) from unnest(subscription_changes_made.quote_ids) as named
    )
    and change.stripe_subscription_id = subscription_changes_made.stripe_subscription_id
    and change.state <> 'done';
$function$;
comment on function public.subscription_changes_made(text, text[]) is 'Server RPC: notes that these quotes'' changes of a subscription are made, whatever was known of them; what each was invoiced by is found at Stripe.';
grant execute on function public.subscription_changes_made(text, text[]) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_intent_abandon(intent_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.subscription_intents set state = 'abandoned', closed_at = now()
  where id = intent_id and state = 'open';
$function$;
comment on function public.subscription_intent_abandon(uuid) is 'Server RPC: gives an intent up after Stripe has definitely refused or ended it.';
grant execute on function public.subscription_intent_abandon(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_intent_of(workspace_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select to_jsonb(intent) || jsonb_build_object('matches', true)
  from private.subscription_intents as intent
  where intent.workspace_id = subscription_intent_of.workspace_id and intent.state = 'open';
$function$;
comment on function public.subscription_intent_of(uuid) is 'Server RPC: the workspace''s purchase under way, as subscription_intent_open tells it; null when there is none.';
grant execute on function public.subscription_intent_of(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_intent_open(user_id uuid, workspace_id uuid, price text, quantity integer, success_url text DEFAULT NULL::text, cancel_url text DEFAULT NULL::text, trial_days integer DEFAULT NULL::integer, trial_needs_card boolean DEFAULT false, promotion_code_id text DEFAULT NULL::text, payment_method_id text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  target constant uuid := private.billing_workspace(
    subscription_intent_open.user_id, subscription_intent_open.workspace_id
  );
  wanted public.prices;
  live public.subscriptions;
  intent private.subscription_intents;
  matches boolean;
begin
  -- One at a time a workspace, whoever of its members asks: the row lock is held for this call alone.
  -- Not `for update`, for which every mirrored row that refers to the workspace would have to wait.
  perform from public.workspaces as workspace where workspace.id = target for no key update;

  select * into wanted from public.prices as offered
  where offered.active and (offered.id = price or offered.lookup_key = price)
    and exists (select from public.plans as plan where plan.id = offered.plan_id and plan.active)
  order by offered.id = price desc, offered.created_at desc
  limit 1;
  if wanted.id is null then
    perform private.problem(404, 'price_not_found', 'No price on sale has this id or lookup key; see the plans endpoint.');
  end if;

  -- https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
  if wanted.unit_amount * subscription_intent_open.quantity > 99999999 then
    perform private.problem(422, 'invalid_body',
      'One payment takes at most eight digits: ask for a smaller quantity.');
  end if;

  select * into live from public.subscriptions as held
  where held.workspace_id = target and held.status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
  limit 1;
  if live.id is not null then
    perform private.problem(409, 'subscription_exists',
      'This workspace already has a subscription that is ' || live.status || '.');
  end if;

  select * into intent from private.subscription_intents as open_one
  where open_one.workspace_id = target and open_one.state = 'open';
  -- The card of a trial is ours to find, not the caller's to ask for.
  matches := intent.id is null or (
    intent.price_id = wanted.id and intent.quantity = subscription_intent_open.quantity
      and intent.success_url is not distinct from subscription_intent_open.success_url
      and intent.cancel_url is not distinct from subscription_intent_open.cancel_url
      and intent.trial_days is not distinct from subscription_intent_open.trial_days
      and intent.promotion_code_id is not distinct from subscription_intent_open.promotion_code_id
  );
  if intent.id is null then
    if subscription_intent_open.trial_days is not null and private.trial_used(target) then
      perform private.problem(409, 'trial_used', 'This workspace has had its trial: subscribe without one.');
    end if;
    insert into private.subscription_intents (
      workspace_id, user_id, price_id, quantity, success_url, cancel_url, trial_days, trial_needs_card,
      promotion_code_id, payment_method_id
    )
    values (
      target, subscription_intent_open.user_id, wanted.id, subscription_intent_open.quantity,
      subscription_intent_open.success_url, subscription_intent_open.cancel_url,
      subscription_intent_open.trial_days, subscription_intent_open.trial_needs_card,
      subscription_intent_open.promotion_code_id, subscription_intent_open.payment_method_id
    )
    returning * into intent;
    if intent.trial_days is not null then
      insert into private.workspace_trials (workspace_id, intent_id) values (target, intent.id)
      on conflict on constraint workspace_trials_pkey do update set intent_id = excluded.intent_id;
    end if;
  end if;
  return jsonb_build_object(
    'id', intent.id, 'workspace_id', target, 'user_id', intent.user_id,
    'price_id', intent.price_id, 'quantity', intent.quantity,
    'stripe_subscription_id', intent.stripe_subscription_id,
    'stripe_session_id', intent.stripe_session_id,
    'success_url', intent.success_url, 'cancel_url', intent.cancel_url,
    'trial_days', intent.trial_days, 'trial_needs_card', intent.trial_needs_card,
    'promotion_code_id', intent.promotion_code_id,
    'payment_method_id', intent.payment_method_id,
    'matches', matches
  );
end;
$function$;
comment on function public.subscription_intent_open(uuid, uuid, text, integer, text, text, integer, boolean, text, text) is 'Server RPC: the workspace''s purchase under way, opened if there was none: {id, workspace_id, user_id, price_id, quantity, stripe_subscription_id, stripe_session_id, success_url, cancel_url, trial_days, trial_needs_card, promotion_code_id, payment_method_id, matches}; `matches` is false when it is for something else than asked. Refuses a second trial with trial_used.';
grant execute on function public.subscription_intent_open(uuid, uuid, text, integer, text, text, integer, boolean, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_intent_read(user_id uuid, workspace_id uuid, intent_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select to_jsonb(intent) || jsonb_build_object('matches', true)
  -- The role may have gone since the purchase was begun.
  from (select private.billing_workspace(
    subscription_intent_read.user_id, subscription_intent_read.workspace_id
  ) as target offset 0) as asked
  join private.subscription_intents as intent on intent.workspace_id = asked.target
  where intent.id = subscription_intent_read.intent_id;
$function$;
comment on function public.subscription_intent_read(uuid, uuid, uuid) is 'Server RPC: a purchase as subscription_intent_open tells it, with its `state`, for the request that began it and is repeated; null when it is gone. Refuses whoever may not buy for the workspace.';
grant execute on function public.subscription_intent_read(uuid, uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_intent_record(intent_id uuid, stripe_subscription_id text, stripe_session_id text DEFAULT NULL::text)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with recorded as (
    update private.subscription_intents as intent
    set stripe_subscription_id =
          coalesce(subscription_intent_record.stripe_subscription_id, intent.stripe_subscription_id),
        stripe_session_id = coalesce(subscription_intent_record.stripe_session_id, intent.stripe_session_id)
    where intent.id = intent_id and intent.state = 'open'
    returning 1
  )
  select exists (select from recorded);
$function$;
comment on function public.subscription_intent_record(uuid, text, text) is 'Server RPC: notes which Stripe subscription or Checkout Session an intent became; false when it is no longer open.';
grant execute on function public.subscription_intent_record(uuid, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.subscription_to_change(user_id uuid, workspace_id uuid, subscription_id uuid DEFAULT NULL::uuid, or_ended boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  target constant uuid := private.billing_workspace(
    subscription_to_change.user_id, subscription_to_change.workspace_id
  );
  found public.subscriptions[];
begin
  select array_agg(one order by one.created_at, one.id) into found from public.subscriptions as one
  where one.workspace_id = target
    and (subscription_to_change.subscription_id is null or one.id = subscription_to_change.subscription_id)
    and (one.status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
      or subscription_to_change.or_ended and subscription_to_change.subscription_id is not null);
  if found is null then
    perform private.problem(404, 'subscription_not_found', 'This workspace has no subscription that runs.');
  end if;
  if cardinality(found) > 1 then
    perform private.problem(409, 'subscription_ambiguous',
      'Several subscriptions run: say which by subscription_id, one of '
        || (select string_agg(one.id::text, ', ' order by one.created_at, one.id) from unnest(found) as one) || '.');
  end if;
  return jsonb_build_object(
    'workspace_id', target,
    'id', found[1].id,
    'stripe_subscription_id', found[1].stripe_subscription_id,
    'now', private.epoch(private.now())
  );
end;
$function$;
comment on function public.subscription_to_change(uuid, uuid, uuid, boolean) is 'Server RPC: {workspace_id, id, stripe_subscription_id, now} of the running subscription that a user may change; with several, the one that is named. `or_ended`: the one that is named, also once it has ended, for a request that is repeated. `now`: the business clock, in seconds.';
grant execute on function public.subscription_to_change(uuid, uuid, uuid, boolean) to service_role;

CREATE OR REPLACE FUNCTION public.sync_state(provider text, object_type text, object_id text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('wanted_seq', wanted_seq, 'synced_seq', synced_seq, 'version', version)
  from private.sync_targets as target
  where target.provider = sync_state.provider
    and target.object_type = sync_state.object_type
    and target.object_id = sync_state.object_id;
$function$;
comment on function public.sync_state(text, text, text) is 'Server RPC: {wanted_seq, synced_seq, version} to read before a fetch; null for an object never wanted.';
grant execute on function public.sync_state(text, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.sync_want(provider text, object_type text, object_id text)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into private.sync_targets as target (provider, object_type, object_id, wanted_seq)
  values (sync_want.provider, sync_want.object_type, sync_want.object_id, 1)
  on conflict on constraint sync_targets_pkey do update set wanted_seq = target.wanted_seq + 1
  returning target.wanted_seq;
$function$;
comment on function public.sync_want(text, text, text) is 'Server RPC: says that an object must be looked at again; the wanted_seq that a sync must reach.';
grant execute on function public.sync_want(text, text, text) to service_role;

CREATE OR REPLACE FUNCTION public.usage_daily(workspace_id uuid, since date DEFAULT NULL::date, until date DEFAULT NULL::date)
 RETURNS TABLE(meter text, day date, used bigint)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if not exists (select from public.workspaces as mine where mine.id = usage_daily.workspace_id) then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  return query
  select record.meter, record.day, sum(record.amount)::bigint
  from public.usage_records as record
  where record.workspace_id = usage_daily.workspace_id
    and record.day >= coalesce(since, (private.now() at time zone 'utc')::date - 30)
    and record.day <= coalesce(until, 'infinity')
  group by record.meter, record.day
  order by record.day, record.meter;
end;
$function$;
comment on function public.usage_daily(uuid, date, date) is 'Client RPC: what a workspace has used, by meter and day in UTC; of the last 30 days by default.';
grant execute on function public.usage_daily(uuid, date, date) to authenticated;
grant execute on function public.usage_daily(uuid, date, date) to service_role;

CREATE OR REPLACE FUNCTION public.usage_holds_expire(batch integer DEFAULT 1000)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  counter public.usage_counters;
  counters integer := 0;
begin
  for counter in
    select held.* from public.usage_counters as held
    where (held.workspace_id, held.meter, held.period_start) in (
      select hold.workspace_id, hold.meter, hold.period_start from private.usage_holds as hold
      where hold.state = 'open' and hold.expires_at <= private.now()
      order by hold.expires_at
      limit batch
    )
    order by held.workspace_id, held.meter, held.period_start
    for no key update skip locked
  loop
    perform private.usage_counter_expire(counter);
    counters := counters + 1;
  end loop;
  return counters;
end;
$function$;
comment on function public.usage_holds_expire(integer) is 'Server RPC: frees what expired holds set aside; of how many counters.';
grant execute on function public.usage_holds_expire(integer) to service_role;

CREATE OR REPLACE FUNCTION public.usage_report_begin(report_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  before private.usage_reports;
begin
  select * into before from private.usage_reports as held where held.id = usage_report_begin.report_id for update;
  if before.id is null then
    return null; -- Its workspace is gone.
  end if;
  update private.usage_reports as held set first_sent_at = coalesce(held.first_sent_at, now())
  where held.id = before.id;
  return jsonb_build_object(
    'id', before.id, 'state', before.state, 'event_name', before.event_name,
    'stripe_customer_id', before.stripe_customer_id, 'value', before.value,
    'occurred_at', private.epoch(before.occurred_at),
    'known_for_seconds', coalesce(extract(epoch from now() - before.first_sent_at)::bigint, 0),
    -- Made by restore_begin, in its transaction.
    'restored_at', (
      select private.epoch(restore.begun_at) from private.restores as restore
      where restore.begun_at = before.created_at
      limit 1
    )
  );
end;
$function$;
comment on function public.usage_report_begin(uuid) is 'Server RPC: a report that is about to be sent, and how long ago it was first tried: {id, state, event_name, stripe_customer_id, value, occurred_at, known_for_seconds, restored_at}; restored_at, in seconds, when a lost report may have told of the same use until then; null when it is gone.';
grant execute on function public.usage_report_begin(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.usage_report_neighbours(report_id uuid, from_time bigint, to_time bigint)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'sent', coalesce(sum(other.value) filter (where other.state = 'sent'), 0),
    'unknown', count(*) filter (where other.state = 'open' and other.first_sent_at is not null)
  )
  from private.usage_reports as this
  join private.usage_reports as other
    on other.stripe_customer_id = this.stripe_customer_id and other.event_name = this.event_name
      and other.id <> this.id
      and other.occurred_at >= private.at(to_jsonb(from_time)) and other.occurred_at < private.at(to_jsonb(to_time))
  where this.id = usage_report_neighbours.report_id;
$function$;
comment on function public.usage_report_neighbours(uuid, bigint, bigint) is 'Server RPC: of the other reports on the same customer and event between two times (seconds): {sent: sum of their values, unknown: how many may or may not have come to Stripe}.';
grant execute on function public.usage_report_neighbours(uuid, bigint, bigint) to service_role;

CREATE OR REPLACE FUNCTION public.usage_report_sent(report_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update private.usage_reports as held set state = 'sent', finished_at = now()
  where held.id = usage_report_sent.report_id and held.state = 'open';
  return found;
end;
$function$;
comment on function public.usage_report_sent(uuid) is 'Server RPC: Stripe has it; false when that was known.';
grant execute on function public.usage_report_sent(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.usage_reports_open(batch integer DEFAULT 200)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  part record;
  report uuid;
  total bigint;
  last_use timestamptz;
  opened integer := 0;
begin
  -- One at a time: two would split the same use into two reports each, which is right, but twice the calls.
  perform pg_advisory_xact_lock(hashtextextended('usage reports', 0));
  for part in
    select record.workspace_id, record.meter, record.period_start, record.day,
      -- Settled after its period had ended: Stripe can count it in the next one only.
      record.recorded_at >= counter.period_end as late,
      event.event_name, customer.stripe_customer_id
    from public.usage_records as record
    join private.meter_events() as event on event.meter = record.meter
    join private.billing_customers as customer
      on customer.workspace_id = record.workspace_id and customer.stripe_customer_id is not null
    join public.usage_counters as counter
      on counter.workspace_id = record.workspace_id and counter.meter = record.meter
        and counter.period_start = record.period_start
    where record.report_id is null
      -- Stripe takes no event that is older than 35 days.
      and record.recorded_at > private.now() - interval '34 days'
    group by 1, 2, 3, 4, 5, 6, 7
    order by 1, 2, 3, 4, 5
    limit batch
  loop
    report := gen_random_uuid();
    -- First the report, to which the records then refer; what it says is known once they are taken.
    insert into private.usage_reports (
      id, workspace_id, meter, event_name, stripe_customer_id, value, occurred_at
    )
    values (report, part.workspace_id, part.meter, part.event_name, part.stripe_customer_id, 1, private.now());
    with taken as (
      update public.usage_records as record set report_id = report
      from public.usage_counters as counter
      where record.workspace_id = part.workspace_id and record.meter = part.meter
        and record.period_start = part.period_start and record.day = part.day and record.report_id is null
        and counter.workspace_id = record.workspace_id and counter.meter = record.meter
        and counter.period_start = record.period_start
        and (record.recorded_at >= counter.period_end) = part.late
      returning record.amount, record.recorded_at
    )
    select sum(taken.amount), date_trunc('second', max(taken.recorded_at)) into total, last_use from taken;
    if total is null then
      delete from private.usage_reports where id = report;
      continue;
    end if;
    update private.usage_reports set value = total, occurred_at = last_use where id = report;
    perform private.enqueue('usage_report', jsonb_build_object('report_id', report));
    opened := opened + 1;
  end loop;
  return opened;
end;
$function$;
comment on function public.usage_reports_open(integer) is 'Server RPC: takes what was used and not reported yet into reports, a job for each; how many. Call again until none is left.';
grant execute on function public.usage_reports_open(integer) to service_role;

CREATE OR REPLACE FUNCTION public.usage_sent(day date, after_customer text, after_event text, batch integer)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(to_jsonb(pair) order by pair.stripe_customer_id, pair.event_name), '[]')
  from (
    select report.stripe_customer_id, report.event_name, sum(report.value)::bigint as value
    from private.usage_reports as report
    where report.occurred_at >= day::timestamp at time zone 'utc'
      and report.occurred_at < (day + 1)::timestamp at time zone 'utc'
      and (report.stripe_customer_id, report.event_name) > (after_customer, after_event)
    group by report.stripe_customer_id, report.event_name
    -- What is still on its way, or a dead letter, has a job of its own that says so.
    having bool_and(report.state = 'sent')
    order by report.stripe_customer_id, report.event_name
    limit batch
  ) as pair;
$function$;
comment on function public.usage_sent(date, text, text, integer) is 'Server RPC: what we have sent of a day (UTC), by customer and event, after a pair of them: [{stripe_customer_id, event_name, value}].';
grant execute on function public.usage_sent(date, text, text, integer) to service_role;

CREATE OR REPLACE FUNCTION public.webhook_deliveries_page(filter jsonb DEFAULT '{}'::jsonb, before_id bigint DEFAULT NULL::bigint, page_size integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with page as (
    select * from private.webhook_deliveries_found(filter, before_id, least(greatest(page_size, 1), 100))
  )
  select jsonb_build_object(
    'deliveries', coalesce((select jsonb_agg(to_jsonb(page) order by page.id desc) from page), '[]'),
    'next_cursor', (
      select min(page.id)::text from page having count(*) = least(greatest(page_size, 1), 100)
    )
  );
$function$;
comment on function public.webhook_deliveries_page(jsonb, bigint, integer) is 'Client RPC: deliveries, newest first, 1 to 100 a page, as RLS lets the caller read them: {deliveries, next_cursor}.';
grant execute on function public.webhook_deliveries_page(jsonb, bigint, integer) to authenticated;
grant execute on function public.webhook_deliveries_page(jsonb, bigint, integer) to service_role;

CREATE OR REPLACE FUNCTION public.webhook_delivery_begin(delivery_id bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  -- Of a worker's ten: an endpoint that takes its ten seconds each time holds up nobody else.
  most_at_once constant integer := 3;
  delivery public.webhook_deliveries;
  endpoint public.webhook_endpoints;
begin
  select * into delivery from public.webhook_deliveries as held where held.id = delivery_id for update;
  if delivery.id is null or delivery.state <> 'pending' then
    return null;
  end if;
  select * into endpoint from public.webhook_endpoints as held where held.id = delivery.endpoint_id;
  -- A test is what one sends before enabling it.
  if not endpoint.enabled and delivery.type <> 'webhook.ping' then
    update public.webhook_deliveries as held
    set state = 'failed', finished_at = private.now(), last_error = 'the endpoint is disabled'
    where held.id = delivery_id;
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('webhooks to ' || endpoint.id, 0));
  if (
    select count(*) from public.webhook_deliveries as other
    where other.endpoint_id = endpoint.id and other.id <> delivery_id and other.sending_until > clock_timestamp()
  ) >= most_at_once then
    return jsonb_build_object('busy', true);
  end if;
  update public.webhook_deliveries as held
  set attempts = held.attempts + 1, last_attempt_at = private.now(),
      sending_until = clock_timestamp() + interval '30 seconds'
  where held.id = delivery_id;
  return jsonb_build_object(
    'attempt', delivery.attempts + 1, 'url', endpoint.url, 'event_id', delivery.event_id,
    'payload', delivery.payload,
    'secrets', (
      select jsonb_build_array(held.secret)
        || case when held.previous_until > private.now() then jsonb_build_array(held.previous_secret) else '[]' end
      from private.webhook_endpoint_secrets as held where held.endpoint_id = endpoint.id
    )
  );
end;
$function$;
comment on function public.webhook_delivery_begin(bigint) is 'Server RPC: begins an attempt: {attempt, url, event_id, payload, secrets: the present one first}; {busy} while enough others are under way to its endpoint; null when there is nothing to send any more.';
grant execute on function public.webhook_delivery_begin(bigint) to service_role;

CREATE OR REPLACE FUNCTION public.webhook_delivery_end(delivery_id bigint, attempt integer, status integer, error text, excerpt text, final boolean)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  -- About ten hours by the queue's backoff.
  most constant integer := 20;
  patience constant interval := interval '3 days';
  good constant boolean := coalesce(status between 200 and 299, false);
  ended public.webhook_deliveries;
begin
  update public.webhook_deliveries as held
  set state = case when good then 'delivered' when final or status = 410 or held.attempts >= most then 'failed'
        else 'pending' end,
      finished_at = case when good or final or status = 410 or held.attempts >= most then private.now() end,
      sending_until = null, last_status = status, last_error = case when not good then left(error, 500) end,
      last_excerpt = case when not good then left(excerpt, 300) end
  where held.id = delivery_id and held.state = 'pending' and held.attempts = attempt
  returning * into ended;
  if ended.id is null then
    return 'superseded';
  end if;
  if good then
    update public.webhook_endpoints as endpoint set failing_since = null
    where endpoint.id = ended.endpoint_id and endpoint.failing_since is not null;
  else
    update public.webhook_endpoints as endpoint set failing_since = private.now()
    where endpoint.id = ended.endpoint_id and endpoint.failing_since is null;
    update public.webhook_endpoints as endpoint
    set enabled = false, disabled_reason = case
      when status = 410 then 'answered 410 Gone'
      else 'nothing reached it for ' || extract(day from patience) || ' days: ' || left(error, 200)
    end
    where endpoint.id = ended.endpoint_id and endpoint.enabled
      and (status = 410 or endpoint.failing_since <= private.now() - patience);
  end if;
  return ended.state;
end;
$function$;
comment on function public.webhook_delivery_end(bigint, integer, integer, text, text, boolean) is 'Server RPC: ends an attempt; answers the delivery''s state, pending when it is to be tried again, or `superseded`. An endpoint that is gone, or fails for days, is disabled.';
grant execute on function public.webhook_delivery_end(bigint, integer, integer, text, text, boolean) to service_role;

CREATE OR REPLACE FUNCTION public.webhook_endpoint_rotate(endpoint_id uuid, overlap_hours integer DEFAULT 24, rotation_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.webhook_endpoint_new_secret(
    webhook_endpoint_rotate.endpoint_id,
    webhook_endpoint_rotate.overlap_hours,
    webhook_endpoint_rotate.rotation_id
  )
$function$;
comment on function public.webhook_endpoint_rotate(uuid, integer, uuid) is 'Client RPC for staff: a new secret: {secret, previous_signs_until}. Until then events carry both signatures, and who knows either believes them; 0 hours ends the old one at once. A third one ends the first. With the rotation_id of the latest one it makes no other and answers what that one made.';
grant execute on function public.webhook_endpoint_rotate(uuid, integer, uuid) to authenticated;

CREATE OR REPLACE FUNCTION public.webhook_endpoint_secret(endpoint_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select private.webhook_endpoint_secret_of(webhook_endpoint_secret.endpoint_id) $function$;
comment on function public.webhook_endpoint_secret(uuid) is 'Client RPC for staff: {secret, previous_signs_until} of an endpoint. Noted in the audit log.';
grant execute on function public.webhook_endpoint_secret(uuid) to authenticated;

CREATE OR REPLACE FUNCTION public.webhook_event(stored_id bigint)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'provider', provider, 'delivery_key', event_id, 'type', type, 'payload', payload, 'targets', targets
  )
  from private.webhook_events
  where id = stored_id;
$function$;
comment on function public.webhook_event(bigint) is 'Server RPC: {provider, delivery_key, type, payload, targets} of a stored event; null when retention removed it.';
grant execute on function public.webhook_event(bigint) to service_role;

CREATE OR REPLACE FUNCTION public.webhook_event_handled(stored_id bigint)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.webhook_events set handled_at = now() where id = stored_id and handled_at is null;
$function$;
comment on function public.webhook_event_handled(bigint) is 'Server RPC: notes that everything an event asks for is done.';
grant execute on function public.webhook_event_handled(bigint) to service_role;

CREATE OR REPLACE FUNCTION public.webhook_replay(stored_id bigint)
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.webhook_schedule(event.id, event.provider, event.targets)
  from private.webhook_events as event
  where event.id = stored_id;
$function$;
comment on function public.webhook_replay(bigint) is 'Server RPC: handles a stored event again, from the start; the new job''s id, null when there is no such event.';
grant execute on function public.webhook_replay(bigint) to service_role;

CREATE OR REPLACE FUNCTION public.webhook_store(provider text, event_id text, type text, payload jsonb, targets jsonb DEFAULT '[]'::jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  stored_id bigint;
begin
  insert into private.webhook_events (provider, event_id, type, payload)
  values (webhook_store.provider, webhook_store.event_id, webhook_store.type, webhook_store.payload)
  on conflict on constraint webhook_events_once_per_delivery_key do nothing
  returning id into stored_id;
  if stored_id is not null then
    perform private.webhook_schedule(stored_id, webhook_store.provider, webhook_store.targets);
  end if;
  return stored_id;
end;
$function$;
comment on function public.webhook_store(text, text, text, jsonb, jsonb) is 'Server RPC: stores an event with the job that handles it; null when it was stored before. `targets` is [{type, id}].';
grant execute on function public.webhook_store(text, text, text, jsonb, jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.workspace_create(name text, slug text DEFAULT NULL::text)
 RETURNS workspaces
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  made public.workspaces;
begin
  -- Not `insert … returning`: only once the row is there is its maker a member who may read it.
  insert into public.workspaces (name, slug) values (btrim(workspace_create.name), workspace_create.slug);
  select * into made from public.workspaces as workspace
  where workspace.id = current_setting('socle.workspace_made')::uuid;
  return made;
end;
$function$;
comment on function public.workspace_create(text, text) is 'Client RPC: makes a shared workspace that the caller owns; refuses with slug_taken or workspace_limit.';
grant execute on function public.workspace_create(text, text) to authenticated;

CREATE OR REPLACE FUNCTION public.workspace_delete(user_id uuid, workspace_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  held public.workspaces;
  held_role text;
begin
  perform private.act_as(workspace_delete.user_id);
  select * into held from public.workspaces as workspace
  where workspace.id = workspace_delete.workspace_id for no key update;
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = workspace_delete.workspace_id and member.user_id = workspace_delete.user_id;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role <> 'owner' then
    perform private.problem(403, 'forbidden', 'Only an owner may delete a workspace.');
  end if;
  if held.personal_of is not null then
    perform private.problem(409, 'personal_workspace',
      'A personal workspace goes with its person''s account.');
  end if;
  -- What is being bought may be paid at any moment, and would then belong to nothing.
  if exists (
    select from public.subscriptions as running
    where running.workspace_id = held.id and running.status not in ('canceled', 'incomplete_expired')
  ) or exists (
    select from private.subscription_intents as intent
    where intent.workspace_id = held.id and intent.state = 'open'
  ) then
    perform private.problem(409, 'workspace_subscribed',
      'A subscription of this workspace runs or is being bought: cancel it first, and delete the workspace when it has ended.');
  end if;
  perform private.workspace_close(held.id);
end;
$function$;
comment on function public.workspace_delete(uuid, uuid) is 'Server RPC: an owner ends a shared workspace; its invoices and payments stay, without whose they were. Refuses with workspace_not_found, forbidden, personal_workspace or workspace_subscribed.';
grant execute on function public.workspace_delete(uuid, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.workspace_invite(user_id uuid, workspace_id uuid, email text, role text, cause uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  address constant text := lower(btrim(workspace_invite.email));
  held_role text;
  hit jsonb;
  invitation public.workspace_invitations;
begin
  perform private.act_as(workspace_invite.user_id);
  -- One at a time a workspace: the seats are counted, and an address is invited once.
  perform from public.workspaces as workspace
  where workspace.id = workspace_invite.workspace_id for no key update;
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = workspace_invite.workspace_id and member.user_id = workspace_invite.user_id;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role not in ('owner', 'admin') then
    perform private.problem(403, 'forbidden', 'Only an owner or an admin may invite.');
  end if;
  select held.* into invitation from private.invitation_tokens as sent
  join public.workspace_invitations as held on held.id = sent.invitation_id
  where sent.cause = workspace_invite.cause and held.workspace_id = workspace_invite.workspace_id;
  if found then
    return to_jsonb(invitation);
  end if;
  if private.workspace_is_ending(workspace_invite.workspace_id) then
    perform private.problem(409, 'deletion_running',
      'The only owner''s account is being deleted: nobody joins this workspace any more.');
  end if;
  if workspace_invite.role = 'owner' then
    if held_role <> 'owner' then
      perform private.problem(403, 'forbidden', 'Nobody may give a role above his own.');
    end if;
    if exists (
      select from public.workspaces as workspace
      where workspace.id = workspace_invite.workspace_id and workspace.personal_of is not null
    ) then
      perform private.problem(409, 'personal_workspace',
        'A personal workspace has one owner, the person: invite an admin, or make another workspace.');
    end if;
  end if;
  if exists (
    select from public.workspace_members as member
    where member.workspace_id = workspace_invite.workspace_id
      and private.confirmed_address(member.user_id) = address
  ) then
    perform private.problem(409, 'already_member', 'Whoever has this address is a member already.');
  end if;

  select * into invitation from public.workspace_invitations as held
  where held.workspace_id = workspace_invite.workspace_id and held.email = address and held.state = 'open';
  -- An expired one keeps no seat, and neither does the one that is sent again now.
  perform private.seat_taken(workspace_invite.workspace_id, 1 + (
    select count(*) from public.workspace_members as member
    where member.workspace_id = workspace_invite.workspace_id
  ) + (
    select count(*) from public.workspace_invitations as other
    where other.workspace_id = workspace_invite.workspace_id and other.state = 'open'
      and other.expires_at > private.now() and other.email <> address
  ));

  -- Counted here and not in Redis, with what is sent: nobody else can use a workspace's share up, and
  -- what was refused above costs none.
  hit := public.rate_limit_hit('invitations:' || workspace_invite.workspace_id, 50, 3600);
  if (hit ->> 'allowed')::boolean then
    hit := public.rate_limit_hit('invitations:' || encode(sha256(convert_to(address, 'utf8')), 'hex'), 10, 86400);
  end if;
  if not (hit ->> 'allowed')::boolean then
    return jsonb_build_object('retry_after_seconds', hit -> 'retry_after_seconds');
  end if;

  if invitation.id is null then
    insert into public.workspace_invitations (workspace_id, email, role, invited_by)
    values (workspace_invite.workspace_id, address, workspace_invite.role, workspace_invite.user_id)
    returning * into invitation;
  else
    update public.workspace_invitations as held
    set role = workspace_invite.role, invited_by = workspace_invite.user_id
    where held.id = invitation.id;
  end if;
  perform private.invitation_send(invitation.id, workspace_invite.cause);
  return (
    select to_jsonb(sent) from public.workspace_invitations as sent where sent.id = invitation.id
  );
end;
$function$;
comment on function public.workspace_invite(uuid, uuid, text, text, uuid) is 'Server RPC: invites an address, or sends its open invitation again, with this role; the invitation, or {retry_after_seconds} when too many were sent. `cause` is the request''s: what it has sent before is returned as it stands, and nothing is sent. Refuses with workspace_not_found, forbidden, deletion_running, personal_workspace, already_member or seat_limit_reached.';
grant execute on function public.workspace_invite(uuid, uuid, text, text, uuid) to service_role;

CREATE OR REPLACE FUNCTION public.workspace_leave(workspace_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  me constant uuid := auth.uid();
  held_role text;
begin
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = workspace_leave.workspace_id and member.user_id = me;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if exists (
    select from public.workspaces as workspace
    where workspace.id = workspace_leave.workspace_id and workspace.personal_of = me
  ) then
    perform private.problem(409, 'personal_workspace',
      'Your personal workspace is yours as long as you have an account.');
  end if;
  if held_role = 'owner' then
    -- Refused here to the last one.
    update public.workspace_members as member set role = 'member'
    where member.workspace_id = workspace_leave.workspace_id and member.user_id = me;
  end if;
  delete from public.workspace_members as member
  where member.workspace_id = workspace_leave.workspace_id and member.user_id = me;
end;
$function$;
comment on function public.workspace_leave(uuid) is 'Client RPC: ends the caller''s membership; refuses with workspace_not_found, personal_workspace or last_owner.';
grant execute on function public.workspace_leave(uuid) to authenticated;

CREATE OR REPLACE FUNCTION public.workspace_owners(workspace_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object(
    'customer', customer.stripe_customer_id,
    'owners', (select count(*) from public.workspace_members as member
      where member.workspace_id = customer.workspace_id and member.role = 'owner'),
    'members', (select count(*) from public.workspace_members as member
      where member.workspace_id = customer.workspace_id)
  )
  from private.billing_customers as customer
  where customer.workspace_id = workspace_owners.workspace_id;
$function$;
comment on function public.workspace_owners(uuid) is 'Server RPC: {customer, owners, members} of a workspace; null for one that Stripe does not know.';
grant execute on function public.workspace_owners(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.workspace_people(workspace_id uuid)
 RETURNS TABLE(user_id uuid, name text, avatar_url text, role text, email text, joined_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from private.workspace_people(workspace_people.workspace_id) $function$;
comment on function public.workspace_people(uuid) is 'Client RPC: who is in a workspace of the caller''s; empty for any other. email is null but for owners and admins.';
grant execute on function public.workspace_people(uuid) to authenticated;
grant execute on function public.workspace_people(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.workspace_transfer(workspace_id uuid, user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  me constant uuid := auth.uid();
  held_role text;
begin
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = workspace_transfer.workspace_id and member.user_id = me;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role <> 'owner' then
    perform private.problem(403, 'forbidden', 'Only an owner may give a workspace to somebody else.');
  end if;
  if workspace_transfer.user_id = me then
    return;
  end if;
  -- First the new owner, refused where the workspace is personal: there is an owner at every moment.
  update public.workspace_members as member set role = 'owner'
  where member.workspace_id = workspace_transfer.workspace_id
    and member.user_id = workspace_transfer.user_id;
  if not found then
    perform private.problem(404, 'member_not_found',
      'Nobody with this id is a member of the workspace: invite them first.');
  end if;
  update public.workspace_members as member set role = 'admin'
  where member.workspace_id = workspace_transfer.workspace_id and member.user_id = me;
end;
$function$;
comment on function public.workspace_transfer(uuid, uuid) is 'Client RPC: makes another member the owner in the caller''s place, who becomes an admin; refuses with workspace_not_found, forbidden, personal_workspace or member_not_found.';
grant execute on function public.workspace_transfer(uuid, uuid) to authenticated;

CREATE OR REPLACE FUNCTION public.workspaces_with_two_live()
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object('workspace_id', held.workspace_id, 'subscriptions', held.ids)), '[]')
  from (
    select workspace_id, jsonb_agg(stripe_subscription_id order by created_at) as ids
    from public.subscriptions
    where status in ('active', 'trialing', 'past_due', 'unpaid', 'paused')
    group by workspace_id
    having count(*) > 1
  ) as held;
$function$;
comment on function public.workspaces_with_two_live() is 'Server RPC: workspaces for which Stripe holds more than one running subscription: [{workspace_id, subscriptions}].';
grant execute on function public.workspaces_with_two_live() to service_role;

-- Default privileges
-- new functions of postgres: {postgres=X/postgres}

-- Triggers on the platform's tables
CREATE TRIGGER on_auth_user_addressed AFTER UPDATE OF email ON auth.users FOR EACH ROW WHEN (old.email IS NULL AND new.email IS NOT NULL) EXECUTE FUNCTION private.handle_user_addressed();
CREATE TRIGGER on_auth_user_confirmed AFTER UPDATE OF email_confirmed_at ON auth.users FOR EACH ROW WHEN (old.email_confirmed_at IS NULL AND new.email_confirmed_at IS NOT NULL) EXECUTE FUNCTION private.handle_user_confirmed();
CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION private.handle_new_user();
CREATE TRIGGER on_auth_user_created_confirmed AFTER INSERT ON auth.users FOR EACH ROW WHEN (new.email_confirmed_at IS NOT NULL) EXECUTE FUNCTION private.handle_user_confirmed();
CREATE TRIGGER on_auth_user_deleted AFTER DELETE ON auth.users FOR EACH ROW EXECUTE FUNCTION private.files_orphaned();

-- Policies on the platform's tables
create policy "Staff add image files to folders of products" on storage.objects for insert to authenticated
  with check (((bucket_id = 'product-images'::text) AND ( SELECT private.is_staff() AS is_staff) AND private.is_product_image_name(name)));
create policy "Staff add import files to their own folder" on storage.objects for insert to authenticated
  with check (((bucket_id = 'catalogue-imports'::text) AND ( SELECT private.is_staff() AS is_staff) AND (name ~ (('^'::text || (( SELECT auth.uid() AS uid))::text) || '/[A-Za-z0-9_-]{1,100}\.csv$'::text))));
create policy "Staff delete import files" on storage.objects for delete to authenticated
  using (((bucket_id = 'catalogue-imports'::text) AND ( SELECT private.is_staff() AS is_staff)));
create policy "Staff delete product image files" on storage.objects for delete to authenticated
  using (((bucket_id = 'product-images'::text) AND ( SELECT private.is_staff() AS is_staff)));
create policy "Staff read export files" on storage.objects for select to authenticated
  using (((bucket_id = 'catalogue-exports'::text) AND ( SELECT private.is_staff() AS is_staff)));
create policy "Staff read import files" on storage.objects for select to authenticated
  using (((bucket_id = 'catalogue-imports'::text) AND ( SELECT private.is_staff() AS is_staff)));
create policy "Staff read product image files" on storage.objects for select to authenticated
  using (((bucket_id = 'product-images'::text) AND ( SELECT private.is_staff() AS is_staff)));
create policy "Users add avatar files to their own folder" on storage.objects for insert to authenticated
  with check (((bucket_id = 'avatars'::text) AND (name ~ (('^'::text || (( SELECT auth.uid() AS uid))::text) || '/[A-Za-z0-9_-]+\.(png|jpg|webp)$'::text)) AND (EXISTS ( SELECT
   FROM profiles profile
  WHERE (profile.id = ( SELECT auth.uid() AS uid))))));
create policy "Users delete their own avatar files" on storage.objects for delete to authenticated
  using (((bucket_id = 'avatars'::text) AND (name ~>=~ ((( SELECT auth.uid() AS uid))::text || '/'::text)) AND (name ~<~ ((( SELECT auth.uid() AS uid))::text || '0'::text))));
create policy "Users read their own avatar files" on storage.objects for select to authenticated
  using (((bucket_id = 'avatars'::text) AND (name ~>=~ ((( SELECT auth.uid() AS uid))::text || '/'::text)) AND (name ~<~ ((( SELECT auth.uid() AS uid))::text || '0'::text))));
create policy "Users read their own export files" on storage.objects for select to authenticated
  using (((bucket_id = 'exports'::text) AND (name ~>=~ ((( SELECT auth.uid() AS uid))::text || '/'::text)) AND (name ~<~ ((( SELECT auth.uid() AS uid))::text || '0'::text))));
create policy "Users replace their own avatar files" on storage.objects for update to authenticated
  using (((bucket_id = 'avatars'::text) AND (name ~>=~ ((( SELECT auth.uid() AS uid))::text || '/'::text)) AND (name ~<~ ((( SELECT auth.uid() AS uid))::text || '0'::text))))
  with check (((bucket_id = 'avatars'::text) AND (name ~ (('^'::text || (( SELECT auth.uid() AS uid))::text) || '/[A-Za-z0-9_-]+\.(png|jpg|webp)$'::text)) AND (EXISTS ( SELECT
   FROM profiles profile
  WHERE (profile.id = ( SELECT auth.uid() AS uid))))));

-- Storage buckets
insert into storage.buckets (id, public, file_size_limit, allowed_mime_types)
  values ('avatars', 't', '5242880', '{image/png,image/jpeg,image/webp}');
insert into storage.buckets (id, public, file_size_limit, allowed_mime_types)
  values ('catalogue-exports', 'f', '52428800', '{text/csv}');
insert into storage.buckets (id, public, file_size_limit, allowed_mime_types)
  values ('catalogue-imports', 'f', '52428800', '{text/csv,text/plain,application/vnd.ms-excel}');
insert into storage.buckets (id, public, file_size_limit, allowed_mime_types)
  values ('exports', 'f', '52428800', '{application/zip}');
insert into storage.buckets (id, public, file_size_limit, allowed_mime_types)
  values ('product-images', 't', '5242880', '{image/png,image/jpeg,image/webp}');
