-- Does Stripe count what we have sent? Every night, for the day before yesterday: by then Stripe has added
-- up its events, which it does in its own time, and has said nothing of those that it then threw away.

create function public.usage_sent(day date, after_customer text, after_event text, batch integer)
returns jsonb
language sql
stable
set search_path = ''
as $$
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
$$;
comment on function public.usage_sent(date, text, text, integer) is
  'Server RPC: what we have sent of a day (UTC), by customer and event, after a pair of them: [{stripe_customer_id, event_name, value}].';
grant execute on function public.usage_sent(date, text, text, integer) to service_role;

insert into private.schedule_rules (kind, every, at) values ('usage_reconcile', '1 day', '4 hours');
