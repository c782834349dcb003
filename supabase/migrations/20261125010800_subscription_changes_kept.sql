-- What is kept of changes of subscriptions: a quote is good for minutes, and its answer for as long as
-- somebody may ask again; the audit log and Stripe tell the rest. After the retention rules, of which it is a row.

create index subscription_changes_closed on private.subscription_changes (closed_at) where closed_at is not null;
insert into private.retention_rules (name, relation, condition, keep, description) values
  ('subscription_changes', 'private.subscription_changes', 'closed_at < $1', '90 days',
   'quotes that were taken or refused');
