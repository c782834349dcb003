-- Reporting usage to Stripe's billing meters, exactly once. A report takes what has been recorded since the
-- last one in the transaction that makes it: its value never changes, and no record is in two. Its id is the
-- event's `identifier`, by which Stripe refuses a second one for 24 hours; what is unknown for longer is
-- asked for (_shared/metering/report-usage.ts). Not sent as running totals that overwrite each other
-- (Stripe's pre-aggregated meters): their windows are hours and days in UTC, and a period ends at any minute.

create table private.usage_reports (
  id                 uuid primary key default gen_random_uuid(),
  workspace_id       uuid not null references public.workspaces (id) on delete cascade,
  meter              text not null,
  event_name         text not null,
  stripe_customer_id text not null,
  value              bigint not null,
  occurred_at        timestamptz not null,
  state              text not null default 'open',
  first_sent_at      timestamptz,
  created_at         timestamptz not null default now(),
  finished_at        timestamptz,
  constraint usage_reports_state_known check (state in ('open', 'sent')),
  constraint usage_reports_finished_when_sent check ((state = 'open') = (finished_at is null)),
  constraint usage_reports_value_positive check (value > 0)
);
comment on table private.usage_reports is 'What Stripe is told, or is to be told, that a workspace has used.';
comment on column private.usage_reports.event_name is 'The Stripe meter''s name for its events.';
comment on column private.usage_reports.occurred_at is 'When the last of it was used: Stripe counts all of it in the period in which this lies.';
comment on column private.usage_reports.first_sent_at is 'When it was first tried, in real time: for a day after that Stripe knows the identifier.';
create index usage_reports_workspace on private.usage_reports (workspace_id);
-- What may have come to Stripe around a moment, for one of which we do not know.
create index usage_reports_customer on private.usage_reports (stripe_customer_id, event_name, occurred_at);
create index usage_reports_finished on private.usage_reports (finished_at) where state = 'sent';
alter table private.usage_reports enable row level security;
grant select, insert, update, delete on private.usage_reports to service_role;

alter table public.usage_records
  add constraint usage_records_report foreign key (report_id) references private.usage_reports (id);
create index usage_records_report on public.usage_records (report_id);
create index usage_records_unreported on public.usage_records (workspace_id, meter) where report_id is null;

create function private.meter_events()
returns table (meter text, event_name text)
language sql
stable
set search_path = ''
as $$
  -- Of two products that name two events for one meter, the same one counts whatever the order.
  select declared.key, min(declared.value)
  from private.plan_products as product,
    jsonb_each_text(coalesce(product.record -> 'meters', '{}')) as declared
  group by declared.key;
$$;
comment on function private.meter_events() is 'Which meters Stripe is told about, and the name of each there.';
grant execute on function private.meter_events() to service_role;

create function public.usage_reports_open(batch integer default 200)
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
    select sum(taken.amount), max(taken.recorded_at) into total, last_use from taken;
    if total is null then
      delete from private.usage_reports where id = report;
      continue;
    end if;
    update private.usage_reports set value = total, occurred_at = last_use where id = report;
    perform private.enqueue('usage_report', jsonb_build_object('report_id', report), report::text);
    opened := opened + 1;
  end loop;
  return opened;
end;
$$;
comment on function public.usage_reports_open(integer) is
  'Server RPC: takes what was used and not reported yet into reports, a job for each; how many. Call again until none is left.';
grant execute on function public.usage_reports_open(integer) to service_role;

create function public.usage_report_begin(report_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
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
    'known_for_seconds', coalesce(extract(epoch from now() - before.first_sent_at)::bigint, 0)
  );
end;
$$;
comment on function public.usage_report_begin(uuid) is
  'Server RPC: a report that is about to be sent, and how long ago it was first tried: {id, state, event_name, stripe_customer_id, value, occurred_at, known_for_seconds}; null when it is gone.';
grant execute on function public.usage_report_begin(uuid) to service_role;

create function public.usage_report_sent(report_id uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update private.usage_reports as held set state = 'sent', finished_at = now()
  where held.id = usage_report_sent.report_id and held.state = 'open';
  return found;
end;
$$;
comment on function public.usage_report_sent(uuid) is 'Server RPC: Stripe has it; false when that was known.';
grant execute on function public.usage_report_sent(uuid) to service_role;

create function public.usage_report_neighbours(report_id uuid, from_time bigint, to_time bigint)
returns jsonb
language sql
stable
set search_path = ''
as $$
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
$$;
comment on function public.usage_report_neighbours(uuid, bigint, bigint) is
  'Server RPC: of the other reports on the same customer and event between two times (seconds): {sent: sum of their values, unknown: how many may or may not have come to Stripe}.';
grant execute on function public.usage_report_neighbours(uuid, bigint, bigint) to service_role;

insert into private.schedule_rules (kind, every) values
  ('usage_holds_expire', '5 minutes'),
  -- Stripe leaves an invoice open for an hour after its period: what was used until then still comes in time.
  ('usage_reports_open', '15 minutes');
