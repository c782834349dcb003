-- Retention as data: what is kept how long is rows of one table, which one function reads. A new table
-- that must not grow for good gets a row in its own migration:
--
--   insert into private.retention_rules (name, relation, condition, keep, description) values
--     ('sent_pings', 'private.pings', 'sent_at < $1', '30 days', 'pings that were sent');
--
-- One call removes at most a batch of each rule and says whether more is left, so that no statement locks
-- or rewrites a whole table; the job calls again until nothing is.

create table private.retention_rules (
  name        text primary key,
  relation    text not null,
  condition   text not null,
  action      text not null default 'delete',
  keep        interval not null,
  description text not null,
  constraint retention_rules_name_format check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
  constraint retention_rules_keep_positive check (keep > interval '0'),
  -- A log that can be emptied by turning a number down is none.
  constraint retention_rules_audit_kept check (name <> 'audit_log' or keep >= interval '90 days')
);
comment on table private.retention_rules is
  'What is kept how long. The conditions are SQL and run with the owner''s rights: migrations and operators at the database write them, nobody else.';
comment on column private.retention_rules.relation is 'The table whose rows go.';
comment on column private.retention_rules.condition is
  'Which rows: SQL, in which $1 is the moment before which nothing is kept, and $2 is `keep` (for what goes by the business clock). It needs an index.';
comment on column private.retention_rules.action is
  '`delete`, or the assignments that empty a row which must stay. They must make its condition false.';
comment on column private.retention_rules.keep is 'For how long.';
comment on column private.retention_rules.description is 'What it is, for people.';
alter table private.retention_rules enable row level security;
grant select on private.retention_rules to service_role;

insert into private.retention_rules (name, relation, condition, action, keep, description) values
  ('idempotency_keys', 'private.idempotency_keys', 'created_at < $1', 'delete', '24 hours',
   'idempotency keys and the replies under them'),
  ('rate_limit_windows', 'private.rate_limit_windows', 'window_start < $1', 'delete', '1 day',
   'counts of rate limits from while Redis was down'),
  -- Stripe delivers again for three days, and by hand for thirty.
  ('webhook_events', 'private.webhook_events', 'handled_at < $1', 'delete', '90 days',
   'webhook events that were handled'),
  ('jobs', 'private.jobs', $$state = 'succeeded' and dedupe_key is null and finished_at < $1$$, 'delete', '30 days',
   'finished jobs without a cause'),
  -- A cause acts once for good, so its row stays; what it carried goes.
  ('job_payloads', 'private.jobs',
   $$state = 'succeeded' and dedupe_key is not null and payload <> '{}' and finished_at < $1$$,
   $$payload = '{}', last_error = null$$, '30 days', 'payloads of finished jobs that keep their cause'),
  -- Before the runs themselves, whose deletion takes along what they found.
  ('reconciliation_seen', 'private.reconciliation_seen',
   'reconciliation_id in (select id from private.reconciliations where started_at < $1)', 'delete', '2 days',
   'what an unfinished reconciliation has met: one that goes on looks once more'),
  ('reconciliations', 'private.reconciliations', 'started_at < $1', 'delete', '90 days',
   'reconciliations with what they found'),
  ('audit_log', 'public.audit_log', 'created_at < $1', 'delete', '1 year', 'the audit log');
create index reconciliations_started on private.reconciliations (started_at);

create or replace function private.audit_log_keep()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' and old.created_at < now() - (
    select rule.keep from private.retention_rules as rule where rule.name = 'audit_log'
  ) then
    return old;
  end if;
  raise exception using errcode = 'insufficient_privilege',
    message = 'cannot ' || lower(tg_op) || ' audit_log: it is only ever added to';
end;
$$;
comment on function private.audit_log_keep() is
  'Trigger: refuses to change or remove entries, to whoever owns the table as well; but for what is older than its retention rule.';

drop function public.retention_run();
drop function private.apply_retention();

create function private.apply_retention(batch integer default 1000)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
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
$$;
comment on function private.apply_retention(integer) is
  'Removes at most a batch of what each rule no longer keeps: {removed: {rule: rows}, more}. Security definer: removes what nobody else may, old entries of the audit log among it, by rules that only the owner writes.';
grant execute on function private.apply_retention(integer) to service_role;

create function public.retention_run(batch integer default 1000)
returns jsonb
language sql
set search_path = ''
as $$ select private.apply_retention(batch) $$;
comment on function public.retention_run(integer) is
  'Server RPC: applies retention once: {removed: {rule: rows}, more}; call again while `more`.';
grant execute on function public.retention_run(integer) to service_role;
