-- Retention for what had neither a rule nor a reason; and for every table from now on one or the other:
--
--   insert into private.retention_rules …     what goes, and when
--   insert into private.retention_reasons …   why rows stay, or with what they go
--
-- A rule asks for what is over alone. What is still under way stays, however old.

create table private.retention_reasons (
  relation text primary key,
  reason   text not null,
  constraint retention_reasons_reason_said check (char_length(reason) >= 20)
);
comment on table private.retention_reasons is
  'Tables without a retention rule of their own: why their rows are kept, or with what they go. Every table of public and private has a rule or a row here; a new one says it in its own migration.';
comment on column private.retention_reasons.relation is 'The table, with its schema.';
comment on column private.retention_reasons.reason is 'For people: whoever asks what is kept, and why.';
alter table private.retention_reasons enable row level security;
grant select on private.retention_reasons to service_role;
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('private.retention_reasons', 'none', '{}', '{}', 'reasons, about nobody');

create index subscription_intents_closed on private.subscription_intents (closed_at) where closed_at is not null;
create index subscription_cancellations_refunded on private.subscription_cancellations (refunded_at)
  where refunded_at is not null;
create index refund_intents_closed on private.refund_intents (closed_at) where closed_at is not null;
-- Null is no end: least() passes over it.
create index workspace_api_keys_over on public.workspace_api_keys (least(revoked_at, expires_at));
create index feature_overrides_expires on public.feature_overrides (expires_at) where expires_at is not null;
create index account_deletions_unconfirmed on public.account_deletions (requested_at) where state = 'unconfirmed';

insert into private.retention_rules (name, relation, condition, keep, description) values
  -- A trial counts by its purchase until Stripe has told of its subscription: private.trial_used.
  ('subscription_intents', 'private.subscription_intents',
   $$closed_at < $1 and not exists (
     select from private.workspace_trials as trial
     where trial.intent_id = subscription_intents.id and trial.stripe_subscription_id is null
       and subscription_intents.state = 'bought'
   )$$,
   '90 days', 'purchases that were made or given up'),
  ('subscription_cancellations', 'private.subscription_cancellations', 'refunded_at < $1', '90 days',
   'ends with a refund that was given'),
  -- Its cause makes the same request one refund.
  ('refund_intents', 'private.refund_intents', 'closed_at < $1', '1 year',
   'refunds that staff asked for and that were made or refused'),
  -- As long as the audit log names them.
  ('workspace_api_keys', 'public.workspace_api_keys', 'least(revoked_at, expires_at) < $1', '1 year',
   'keys that were revoked or have expired'),
  ('feature_overrides', 'public.feature_overrides', 'expires_at < private.now() - $2', '90 days',
   'what staff gave or took for a time that is over'),
  -- A link that was sent again may still be good.
  ('account_deletions_unconfirmed', 'public.account_deletions',
   $$state = 'unconfirmed' and requested_at < private.now() - $2 and not exists (
     select from private.account_deletion_details as details
     where details.deletion_id = account_deletions.id and details.token_expires_at > now()
   )$$,
   '30 days', 'deletions of accounts that were never confirmed');

insert into private.retention_reasons (relation, reason) values
  -- Goes with another.
  ('private.webhook_event_changes', 'goes with its event in private.webhook_events'),
  ('private.billing_drifts', 'goes with its run in private.reconciliations'),
  ('private.invitation_tokens', 'goes with its invitation in public.workspace_invitations'),
  ('private.api_key_hashes', 'goes with its key in public.workspace_api_keys'),
  ('private.account_deletion_details', 'goes with its deletion in public.account_deletions, and as soon as that is confirmed or done'),
  ('public.usage_records', 'goes with its period in public.usage_counters'),
  ('public.dunning_events', 'goes with its case in public.dunning_cases'),
  -- The account, and the workspace: as long as they are.
  ('public.profiles', 'the account itself: goes when its user deletes it'),
  ('public.mail_preferences', 'what a user has decided holds until the account goes'),
  ('private.staff', 'who operates the product: ends when operators say so, or with the account'),
  ('public.workspaces', 'the workspace itself: goes with its last member, or stays nameless as the owner of its books'),
  ('public.workspace_members', 'who is in a workspace now: goes when the member does'),
  ('public.billing_details', 'what the next invoice must bear: goes with the customer or the workspace'),
  ('public.payment_methods', 'mirror of the cards that Stripe holds now: goes when they are detached there'),
  ('private.seat_syncs', 'one row a workspace, goes with it'),
  -- The books. How long is the law's to say and differs by country (eight years in Germany: section 147 of
  -- the Abgabenordnung), so that no rule is set for everybody here.
  ('public.subscriptions', 'the books: what invoices are based on, without the person once the workspace is closed'),
  ('public.invoices', 'the books, which the law makes one keep; without links once the workspace is closed'),
  ('public.credit_notes', 'the books, which the law makes one keep; without links once the workspace is closed'),
  ('public.payments', 'the books, which the law makes one keep: amounts, no names'),
  ('public.refunds', 'the books, which the law makes one keep: amounts, no names'),
  ('public.disputes', 'the books, which the law makes one keep: amounts, no names'),
  ('public.dunning_cases', 'the books: which invoices were late and what became of them'),
  ('private.billing_customers', 'which customer of Stripe''s the books belong to; nameless once the workspace is closed'),
  -- Forgotten, it would happen again.
  ('private.workspace_trials', 'one trial a workspace: forgotten, it would get another; goes with the workspace'),
  ('private.card_trials', 'one trial a card: forgotten, it would get another; a fingerprint, which names nobody'),
  ('private.sync_targets', 'counters, one row an object of Stripe''s: without its version an older fetch would overwrite a newer one, and an event that waits would find that nobody asked'),
  ('private.mail_suppressions', 'one hash an address: forgotten, mail would go where it bounced or was complained of'),
  -- The catalogue and the rules: as many as were written.
  ('public.plans', 'the catalogue: old plans name what was bought'),
  ('public.plan_features', 'the catalogue: old plans name what was bought'),
  ('public.prices', 'the catalogue: old prices name what was bought'),
  ('private.plan_products', 'the catalogue: which product of Stripe''s a plan is'),
  ('public.dunning_policy', 'rules, as many as operators write'),
  ('private.alert_rules', 'rules, as many as migrations and operators write'),
  ('private.decline_limits', 'rules, as many as migrations and operators write'),
  ('private.schedule_rules', 'rules, as many as migrations write'),
  ('private.second_factor_rules', 'rules, as many as migrations write'),
  ('private.personal_data', 'rules, as many as there are tables'),
  ('private.retention_rules', 'rules, as many as migrations write'),
  ('private.retention_reasons', 'reasons, as many as there are tables');
