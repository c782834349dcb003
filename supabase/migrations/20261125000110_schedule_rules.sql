-- Schedule rules: what private.tick() enqueues by the calendar, as data. A new rule is a row:
--
--   insert into private.schedule_rules (kind, every, at) values ('retention', '1 day', '3 hours');
--
-- A rule divides time into slots; the coming slot's job is written ahead and runs when it begins. What was
-- missed while nobody ticked is not made up for: a job of the calendar looks at everything there is.

create table private.schedule_rules (
  kind     text primary key,
  every    interval not null,
  at       interval not null default '0',
  payload  jsonb not null default '{}',
  last_job bigint,
  constraint schedule_rules_kind_format check (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
  -- Months differ in length. Under a minute, a tick (10 seconds) no longer hits each slot.
  constraint schedule_rules_every_divides_time check (
    every >= interval '1 minute' and extract(month from every) = 0 and extract(year from every) = 0
  ),
  constraint schedule_rules_at_within_slot check (at >= interval '0' and at < every)
);
comment on table private.schedule_rules is 'Which jobs run by the calendar, and when.';
comment on column private.schedule_rules.kind is 'The kind of job, as jobs-run knows it.';
comment on column private.schedule_rules.every is 'Length of a slot: 5 minutes, 1 day, 7 days.';
comment on column private.schedule_rules.at is
  'When in its slot a job runs, in UTC: 3 hours of a day is 03:00; slots of a week begin on Monday.';
comment on column private.schedule_rules.payload is 'What each job gets.';
comment on column private.schedule_rules.last_job is
  'The last slot''s job. Not a foreign key: the queue may forget jobs without asking.';
alter table private.schedule_rules enable row level security;
grant select, insert, update, delete on private.schedule_rules to service_role;

insert into private.schedule_rules (kind, every, at) values
  ('retention', '1 day', '3 hours'),
  ('cards_expiring', '1 day', '3 hours'),
  ('billing_reconcile', '1 day', '3 hours');

create function private.next_slot(every interval, at interval)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  -- Counted without a time zone, so that a day has 24 hours whatever the session's zone. 3 January 2000
  -- was a Monday.
  select (
    date_bin(every, private.now() at time zone 'utc', timestamp '2000-01-03' + at) + every
  ) at time zone 'utc';
$$;
comment on function private.next_slot(interval, interval) is 'When a rule''s next slot begins: later than now.';
grant execute on function private.next_slot(interval, interval) to service_role;

create function private.schedule_jobs()
returns void
language plpgsql
set search_path = ''
as $$
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
$$;
comment on function private.schedule_jobs() is
  'Enqueues the coming slot of each rule, once: the job''s key names the slot.';
grant execute on function private.schedule_jobs() to service_role;

create or replace function private.tick()
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  perform private.schedule_jobs();
  return exists (
    select from private.jobs
    where state = 'pending' and run_at <= private.now()
      and (locked_until is null or locked_until < clock_timestamp())
  );
end;
$$;
