-- What is kept of entitlements and usage: who gave or took what, and for how long it is remembered what
-- was used. After the audit log and the retention rules, of which it is rows and a trigger.

create trigger feature_overrides_audit after insert or update or delete on public.feature_overrides
  for each row execute function private.audit(
    'system', 'workspace_id', 'feature', 'feature', 'enabled', 'limit_value', 'expires_at'
  );

create index usage_counters_ended on public.usage_counters (period_end);
insert into private.retention_rules (name, relation, condition, keep, description) values
  -- The record of what was used keeps the cause, so that it still counts once.
  ('usage_holds', 'private.usage_holds', $$state <> 'open' and ended_at < private.now() - $2$$, '30 days',
   'holds of metered calls that are over'),
  ('usage_counters', 'public.usage_counters', 'period_end < private.now() - $2', '3 years',
   'usage by period, with its records: what invoices were based on'),
  ('usage_reports', 'private.usage_reports',
   $$state = 'sent' and finished_at < $1
     and not exists (select from public.usage_records as record where record.report_id = usage_reports.id)$$,
   '3 years', 'reports of usage to Stripe whose records are gone');
