-- Reports of usage: their jobs need no key of their own, which would stay for good, some hundred a day for
-- each workspace: a report is made once, together with its job. And they tell whole seconds, as Stripe
-- counts, so that the minute in which we look for a report is the one in which Stripe has put it.

create or replace function public.usage_reports_open(batch integer default 200)
returns integer
language plpgsql
set search_path = ''
as $$
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
$$;
