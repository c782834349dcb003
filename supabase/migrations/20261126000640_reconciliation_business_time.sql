-- The comparison of billing is of the night that the schedule ran it in, and the schedule goes by business time:
-- so do its days, as the shop's have from the start.

alter table private.reconciliations alter column started_at set default private.now();
alter table private.billing_drifts alter column found_at set default private.now();
-- It is compared with when a run began.
alter table private.plan_products alter column created_at set default private.now();

update private.retention_rules set condition = case name
  when 'reconciliation_seen' then
    'reconciliation_id in (select id from private.reconciliations where started_at < private.now() - $2)'
  else 'started_at < private.now() - $2'
end where name in ('reconciliation_seen', 'reconciliations');

create or replace function public.reconciliation_note(run_id bigint, phase text, stage text, cursor text, checked integer, seen jsonb, drifts jsonb)
returns void
language plpgsql
set search_path = ''
as $$
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
$$;

-- Under whichever name the function is: a part that adds measures of its own gives it another, and one that is
-- dropped gives the name back.
do $$
declare
  held regprocedure := coalesce(
    to_regprocedure('private.base_alert_measures()'), to_regprocedure('private.core_alert_measures()'));
  written text := pg_get_functiondef(held);
  real constant text := 'epoch from now() - max(run.finished_at)';
begin
  if position(real in written) = 0 then
    raise exception '%: does not measure the time since the last comparison as it did', held;
  end if;
  execute replace(written, real, 'epoch from private.now() - max(run.finished_at)');
end;
$$;
