-- Seats that are paid one by one: a plan that says `per_seat` is bought in the quantity of the members.
--
-- Up at once, down at the renewal. A member who comes in raises the quantity by a job, written in the
-- transaction in which he came; one who goes leaves a seat that is paid for and that the next one may
-- take. Two hours before each renewal another job lowers the quantity to the members there are. A job
-- reads the count when it runs, so ten who came make one change, and whatever is repeated, late or in
-- another order ends in the same quantity.

alter table public.plans add column per_seat boolean not null default false;
comment on column public.plans.per_seat is 'Whether its prices are for one member: then its quantity follows them.';

create or replace function private.plan_derive(plan text)
returns void
language plpgsql
set search_path = ''
as $$
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
$$;

create table private.seat_syncs (
  workspace_id uuid primary key references public.workspaces (id) on delete cascade,
  wanted_seq   bigint not null default 0,
  synced_seq   bigint not null default 0,
  locked_until timestamptz,
  constraint seat_syncs_not_ahead check (synced_seq <= wanted_seq)
);
comment on table private.seat_syncs is 'How often a workspace''s paid seats were to follow its members, and up to which of these they have.';
comment on column private.seat_syncs.wanted_seq is 'Raised with each change that asks for more seats.';
comment on column private.seat_syncs.synced_seq is 'The wanted_seq that the latest job had read before it counted.';
comment on column private.seat_syncs.locked_until is
  'A job is at it until then, in real time: of two at once the one that counted first could undo the other.';
alter table private.seat_syncs enable row level security;
grant select, insert, update, delete on private.seat_syncs to service_role;

create function private.seat_subscription(workspace uuid)
returns public.subscriptions
language sql
stable
set search_path = ''
as $$
  select held.* from public.subscriptions as held
  join public.plans as plan on plan.id = held.plan_id and plan.per_seat
  where held.workspace_id = workspace and held.status in ('active', 'trialing', 'past_due')
  order by held.created_at desc, held.id
  limit 1;
$$;
comment on function private.seat_subscription(uuid) is
  'The running subscription whose quantity follows a workspace''s members; null where none does.';
grant execute on function private.seat_subscription(uuid) to service_role;

create function private.seats_follow(workspace uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
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
$$;
comment on function private.seats_follow(uuid) is
  'Enqueues a job where a workspace has more members than seats it pays for. Security definer: whoever comes in may not see the subscription.';

create function private.seats_follow_member()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.seats_follow(new.workspace_id);
  return null;
end;
$$;
comment on function private.seats_follow_member() is
  'Trigger: a member who comes takes a seat. Security definer: as private.seats_follow.';
-- Its name comes after that of the trigger that locks the workspace: everybody takes the locks in one order.
create trigger workspace_members_seats after insert on public.workspace_members
  for each row execute function private.seats_follow_member();

create function private.seats_follow_subscription()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
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
$$;
comment on function private.seats_follow_subscription() is
  'Trigger: when a subscription begins, changes or renews, its seats are looked at, and again shortly before its next renewal. Security definer: as private.seats_follow.';
create trigger subscriptions_seats after insert on public.subscriptions
  for each row execute function private.seats_follow_subscription();
create trigger subscriptions_seats_change
  after update of status, plan_id, quantity, current_period_end on public.subscriptions
  for each row when (
    (old.status, old.plan_id, old.quantity, old.current_period_end)
      is distinct from (new.status, new.plan_id, new.quantity, new.current_period_end)
  )
  execute function private.seats_follow_subscription();

create function public.seats_begin(workspace_id uuid, seq bigint)
returns jsonb
language plpgsql
set search_path = ''
as $$
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
$$;
comment on function public.seats_begin(uuid, bigint) is
  'Server RPC: takes a workspace''s seats to look at: {outcome: begun, seq, members, stripe_subscription_id, now}; done when `seq` was reached by another job (null: look in any case), busy while one is at it.';
grant execute on function public.seats_begin(uuid, bigint) to service_role;

create function public.seats_end(workspace_id uuid, seq bigint)
returns void
language sql
set search_path = ''
as $$
  update private.seat_syncs as held
  set synced_seq = greatest(held.synced_seq, coalesce(seats_end.seq, 0)), locked_until = null
  where held.workspace_id = seats_end.workspace_id;
$$;
comment on function public.seats_end(uuid, bigint) is
  'Server RPC: lets go of a workspace''s seats, which have followed up to `seq`; null when they have not.';
grant execute on function public.seats_end(uuid, bigint) to service_role;

create function public.seats_for(user_id uuid, workspace_id uuid, price text)
returns jsonb
language sql
stable
set search_path = ''
as $$
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
$$;
comment on function public.seats_for(uuid, uuid, text) is
  'Server RPC: {per_seat, members}: whether a price is for one member, and how many the workspace has, the user''s personal one by default.';
grant execute on function public.seats_for(uuid, uuid, text) to service_role;
