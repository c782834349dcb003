-- Deletion, its edges: nobody joins a workspace that is about to end, and a sweep of files leaves alone what
-- is in no user's folder.

create or replace function public.account_deletion_step(deletion_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held public.account_deletions;
  facts jsonb;
begin
  select * into held from public.account_deletions as one where one.id = account_deletion_step.deletion_id for update;
  if held.id is null or held.state not in ('scheduled', 'running') then
    return null;
  end if;
  if held.state = 'scheduled' then
    if held.due_at > private.now() then
      return null;
    end if;
    -- Nobody joins any more what ends with the user. Before the look at who is there: whoever accepts at this
    -- moment is waited for here, and seen by it.
    update public.workspace_invitations as invitation
    set state = 'revoked', closed_at = now()
    where invitation.state = 'open' and invitation.workspace_id in (
      select mine.workspace_id from public.workspace_members as mine
      where mine.user_id = held.user_id and mine.role = 'owner' and not exists (
        select from public.workspace_members as other
        where other.workspace_id = mine.workspace_id and other.user_id <> mine.user_id
      )
    );
    if private.workspaces_in_the_way(held.user_id) <> '[]' then
      -- Somebody joined, or the other owner left, in these seven days.
      update public.account_deletions as one set state = 'blocked', finished_at = private.now() where one.id = held.id;
      perform private.enqueue_mail('account_delete_blocked', held.user_id, jsonb_build_object(
        'workspaces', (
          select jsonb_agg(one ->> 'name') from jsonb_array_elements(private.workspaces_in_the_way(held.user_id)) as one
        )
      ), 'delete_blocked:' || held.id);
      return null;
    end if;
    facts := private.account_facts(held.user_id);
    insert into private.account_deletion_details (deletion_id, email, locale)
    values (held.id, facts ->> 'email', coalesce(
      (select profile.locale from public.profiles as profile where profile.id = held.user_id), 'en'
    ))
    on conflict on constraint account_deletion_details_pkey do update
    set email = excluded.email, locale = excluded.locale, token_hash = null, token_expires_at = null;
    update public.account_deletions as one set state = 'running' where one.id = held.id;
  end if;
  return jsonb_build_object(
    'user_id', held.user_id, 'step', held.step,
    'workspaces', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', mine.workspace_id, 'customer', customer.stripe_customer_id
      ) order by mine.workspace_id), '[]')
      from public.workspace_members as mine
      left join private.billing_customers as customer on customer.workspace_id = mine.workspace_id
      where mine.user_id = held.user_id and not exists (
        select from public.workspace_members as other
        where other.workspace_id = mine.workspace_id and other.user_id <> held.user_id
      )
    )
  );
end;
$$;

create or replace function public.orphaned_files(batch integer)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('bucket', page.bucket_id, 'name', page.name)), '[]')
  from (
    select object.bucket_id, object.name from storage.objects as object
    where object.bucket_id in ('avatars', 'exports')
      -- A file in no user's folder is whoever's put it there.
      and private.uuid_or_null(split_part(object.name, '/', 1)) is not null
      and not exists (
        select from public.profiles as profile
        where profile.id = private.uuid_or_null(split_part(object.name, '/', 1))
      )
    order by object.bucket_id, object.name
    limit batch
  ) as page;
$$;
