-- Invitations: a mail asks somebody by name to join a workspace, in a role no higher than the inviter's.
--
-- An invitation is for an address, and only an account with that confirmed address takes it. So a link
-- that was forwarded or leaked opens nothing, and who invites knows who comes. The token in the link says
-- which invitation it is and lets its holder read who invites; it is kept as a hash, and a mail sent
-- again carries another one.
--
--   open ──accept──▶ accepted      past expires_at, an open one is expired until it is sent again
--    ├────decline──▶ declined
--    └────revoke───▶ revoked       also when whoever sent it leaves or may no longer invite

create table public.workspace_invitations (
  id           uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  email        text not null,
  role         text not null,
  state        text not null default 'open',
  invited_by   uuid references auth.users (id) on delete set null,
  accepted_by  uuid references auth.users (id) on delete set null,
  sends        integer not null default 0,
  sent_at      timestamptz not null default private.now(),
  expires_at   timestamptz not null default private.now() + interval '7 days',
  created_at   timestamptz not null default now(),
  closed_at    timestamptz,
  constraint workspace_invitations_email_lower check (email = lower(btrim(email)) and char_length(email) between 3 and 254),
  constraint workspace_invitations_role_known check (role in ('owner', 'admin', 'member', 'billing')),
  constraint workspace_invitations_state_known check (state in ('open', 'accepted', 'declined', 'revoked')),
  constraint workspace_invitations_closed_when_ended check ((state = 'open') = (closed_at is null))
);
comment on table public.workspace_invitations is 'Who was asked to join a workspace, by whom, and what became of it.';
comment on column public.workspace_invitations.email is 'Whom it is for, in lower case: only an account with this confirmed address takes it.';
comment on column public.workspace_invitations.invited_by is 'Who sent its latest mail.';
comment on column public.workspace_invitations.sends is 'How many mails were sent for it.';
comment on column public.workspace_invitations.expires_at is 'Seven days after its latest mail; an open one that is past it can be sent again.';
create unique index workspace_invitations_one_open on public.workspace_invitations (workspace_id, email)
  where state = 'open';
create index workspace_invitations_workspace on public.workspace_invitations (workspace_id, created_at desc);
create index workspace_invitations_email on public.workspace_invitations (email);
create index workspace_invitations_inviter on public.workspace_invitations (invited_by);
create index workspace_invitations_taker on public.workspace_invitations (accepted_by);

create table private.invitation_tokens (
  token_hash    text primary key,
  invitation_id uuid not null references public.workspace_invitations (id) on delete cascade,
  superseded_at timestamptz,
  created_at    timestamptz not null default now(),
  constraint invitation_tokens_sha256 check (token_hash ~ '^[0-9a-f]{64}$')
);
comment on table private.invitation_tokens is
  'SHA-256 of the tokens in invitations'' links. No slow hash: a token is 244 random bits.';
comment on column private.invitation_tokens.superseded_at is
  'When a later mail took its place; kept, so that an old link is answered with that.';
create index invitation_tokens_invitation on private.invitation_tokens (invitation_id);
create unique index invitation_tokens_one_current on private.invitation_tokens (invitation_id)
  where superseded_at is null;

alter table public.workspace_invitations enable row level security;
alter table private.invitation_tokens enable row level security;
grant select, insert, update, delete on public.workspace_invitations, private.invitation_tokens to service_role;
grant select on public.workspace_invitations to authenticated;
grant update (state) on public.workspace_invitations to authenticated;
create policy "Owners and admins read their workspaces' invitations"
  on public.workspace_invitations for select to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin'])));
create policy "Owners and admins revoke their workspaces' invitations"
  on public.workspace_invitations for update to authenticated
  using (workspace_id in (select private.my_workspace_ids(array['owner', 'admin'])))
  with check (workspace_id in (select private.my_workspace_ids(array['owner', 'admin'])));

create function private.invitation_changed()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.state = old.state then
    return new;
  end if;
  -- current_user: inside a function that runs with its owner's rights, that function has decided.
  if old.state <> 'open' or (current_user = 'authenticated' and new.state <> 'revoked') then
    perform private.problem(409, 'invitation_closed', format(
      'This invitation is %s: an open one can be revoked, and a closed one stays as it is.', old.state
    ));
  end if;
  new.closed_at := private.now();
  return new;
end;
$$;
comment on function private.invitation_changed() is
  'Trigger: an invitation closes once, and by a direct call only as revoked.';
create trigger workspace_invitations_changed before update of state on public.workspace_invitations
  for each row execute function private.invitation_changed();

create function private.invitations_follow_member()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Else somebody who is put out comes back by an invitation that he sent to a second address.
  update public.workspace_invitations as invitation
  set state = 'revoked'
  where invitation.workspace_id = old.workspace_id and invitation.invited_by = old.user_id
    and invitation.state = 'open'
    and (tg_op = 'DELETE' or new.role not in ('owner', 'admin')
      or (new.role = 'admin' and invitation.role = 'owner'));
  return null;
end;
$$;
comment on function private.invitations_follow_member() is
  'Trigger on workspace_members: what somebody may no longer offer is no longer open. Security definer: a member who leaves may not change invitations.';
create trigger workspace_members_take_their_invitations after delete on public.workspace_members
  for each row when (old.role in ('owner', 'admin'))
  execute function private.invitations_follow_member();
create trigger workspace_members_lower_their_invitations after update of role on public.workspace_members
  for each row when (old.role in ('owner', 'admin') and new.role <> old.role)
  execute function private.invitations_follow_member();

create function private.confirmed_address(user_id uuid)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select lower(account.email) from auth.users as account
  where account.id = confirmed_address.user_id and account.email_confirmed_at is not null;
$$;
comment on function private.confirmed_address(uuid) is
  'A user''s confirmed address in lower case; null without one. Security definer: accounts are read by no API role.';
grant execute on function private.confirmed_address(uuid) to service_role;

create function private.invitation_send(invitation_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- Two random UUIDs: 244 bits out of the server's secure random numbers, without an extension.
  token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  invitation public.workspace_invitations;
begin
  update public.workspace_invitations as sent
  set sends = sent.sends + 1, sent_at = private.now(), expires_at = private.now() + interval '7 days'
  where sent.id = invitation_send.invitation_id
  returning * into invitation;
  update private.invitation_tokens as held set superseded_at = now()
  where held.invitation_id = invitation.id and held.superseded_at is null;
  insert into private.invitation_tokens (token_hash, invitation_id)
  values (encode(sha256(convert_to(token, 'utf8')), 'hex'), invitation.id);

  perform private.enqueue(
    'mail_send',
    jsonb_build_object(
      'template', 'invitation',
      'to', invitation.email,
      -- To who has an account in that person's language, to a stranger in that of whoever invites.
      'locale', coalesce(invitee_profile.locale, inviter_profile.locale, 'en'),
      'props', jsonb_build_object(
        'name', coalesce(invitee_profile.name, ''), 'inviter', coalesce(inviter_profile.name, ''),
        'inviter_address', inviter.email, 'workspace', workspace.name, 'role', invitation.role,
        'expires_at', invitation.expires_at, 'token', token
      )
    ),
    'invitation:' || invitation.id || ':' || invitation.sends
  )
  from public.workspaces as workspace
  join auth.users as inviter on inviter.id = invitation.invited_by
  left join public.profiles as inviter_profile on inviter_profile.id = inviter.id
  left join auth.users as invitee
    on invitee.email = invitation.email and invitee.email_confirmed_at is not null
  left join public.profiles as invitee_profile on invitee_profile.id = invitee.id
  where workspace.id = invitation.workspace_id;
end;
$$;
comment on function private.invitation_send(uuid) is
  'Enqueues an invitation''s mail with a fresh token, good for seven days. Security definer: reads addresses in auth.users.';
grant execute on function private.invitation_send(uuid) to service_role;

create function public.workspace_invite(user_id uuid, workspace_id uuid, email text, role text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  address constant text := lower(btrim(workspace_invite.email));
  held_role text;
  hit jsonb;
  invitation public.workspace_invitations;
begin
  perform private.act_as(workspace_invite.user_id);
  -- One at a time a workspace: the seats are counted, and an address is invited once.
  perform from public.workspaces as workspace
  where workspace.id = workspace_invite.workspace_id for no key update;
  select member.role into held_role from public.workspace_members as member
  where member.workspace_id = workspace_invite.workspace_id and member.user_id = workspace_invite.user_id;
  if held_role is null then
    perform private.problem(404, 'workspace_not_found', 'No workspace of yours has this id.');
  end if;
  if held_role not in ('owner', 'admin') then
    perform private.problem(403, 'forbidden', 'Only an owner or an admin may invite.');
  end if;
  if workspace_invite.role = 'owner' then
    if held_role <> 'owner' then
      perform private.problem(403, 'forbidden', 'Nobody may give a role above his own.');
    end if;
    if exists (
      select from public.workspaces as workspace
      where workspace.id = workspace_invite.workspace_id and workspace.personal_of is not null
    ) then
      perform private.problem(409, 'personal_workspace',
        'A personal workspace has one owner, the person: invite an admin, or make another workspace.');
    end if;
  end if;
  if exists (
    select from public.workspace_members as member
    where member.workspace_id = workspace_invite.workspace_id
      and private.confirmed_address(member.user_id) = address
  ) then
    perform private.problem(409, 'already_member', 'Whoever has this address is a member already.');
  end if;

  select * into invitation from public.workspace_invitations as held
  where held.workspace_id = workspace_invite.workspace_id and held.email = address and held.state = 'open';
  -- An expired one keeps no seat, and neither does the one that is sent again now.
  perform private.seat_taken(workspace_invite.workspace_id, 1 + (
    select count(*) from public.workspace_members as member
    where member.workspace_id = workspace_invite.workspace_id
  ) + (
    select count(*) from public.workspace_invitations as other
    where other.workspace_id = workspace_invite.workspace_id and other.state = 'open'
      and other.expires_at > private.now() and other.email <> address
  ));

  -- Counted here and not in Redis, with what is sent: nobody else can use a workspace's share up, and
  -- what was refused above costs none.
  hit := public.rate_limit_hit('invitations:' || workspace_invite.workspace_id, 50, 3600);
  if (hit ->> 'allowed')::boolean then
    hit := public.rate_limit_hit('invitations:' || encode(sha256(convert_to(address, 'utf8')), 'hex'), 10, 86400);
  end if;
  if not (hit ->> 'allowed')::boolean then
    return jsonb_build_object('retry_after_seconds', hit -> 'retry_after_seconds');
  end if;

  if invitation.id is null then
    insert into public.workspace_invitations (workspace_id, email, role, invited_by)
    values (workspace_invite.workspace_id, address, workspace_invite.role, workspace_invite.user_id)
    returning * into invitation;
  else
    update public.workspace_invitations as held
    set role = workspace_invite.role, invited_by = workspace_invite.user_id
    where held.id = invitation.id;
  end if;
  perform private.invitation_send(invitation.id);
  return (
    select to_jsonb(sent) from public.workspace_invitations as sent where sent.id = invitation.id
  );
end;
$$;
comment on function public.workspace_invite(uuid, uuid, text, text) is
  'Server RPC: invites an address, or sends its open invitation again, with this role; the invitation, or {retry_after_seconds} when too many were sent. Refuses with workspace_not_found, forbidden, personal_workspace, already_member or seat_limit_reached.';
grant execute on function public.workspace_invite(uuid, uuid, text, text) to service_role;

create function private.invitation_of_token(token text)
returns table (invitation_id uuid, superseded boolean)
language sql
stable
security definer
set search_path = ''
as $$
  select held.invitation_id, held.superseded_at is not null
  from private.invitation_tokens as held
  where held.token_hash = encode(sha256(convert_to(invitation_of_token.token, 'utf8')), 'hex');
$$;
comment on function private.invitation_of_token(text) is
  'Which invitation a token belongs to, and whether a later mail carries another one. Security definer: hashes are read by no API role.';
grant execute on function private.invitation_of_token(text) to service_role;

create function private.invitation_state(invitation public.workspace_invitations, superseded boolean)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select case
    when invitation.state <> 'open' then invitation.state
    when superseded then 'superseded'
    when invitation.expires_at <= private.now() then 'expired'
    -- Beside the trigger that revokes: an invitation is as good as its inviter's right to give it.
    when not exists (
      select from public.workspace_members as inviter
      where inviter.workspace_id = invitation.workspace_id and inviter.user_id = invitation.invited_by
        and (inviter.role = 'owner' or (inviter.role = 'admin' and invitation.role <> 'owner'))
    ) then 'revoked'
    else 'open'
  end;
$$;
comment on function private.invitation_state(public.workspace_invitations, boolean) is
  'How an invitation stands at this moment: open, accepted, declined, revoked, expired or superseded. Security definer: whoever is invited does not see the workspace''s members.';
grant execute on function private.invitation_state(public.workspace_invitations, boolean) to service_role;

create function private.invitation_refusal(state text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  case state
    when 'open' then return;
    when 'expired' then
      perform private.problem(410, 'invitation_expired', 'It was good for seven days: ask whoever invited you to send it again.');
    when 'superseded' then
      perform private.problem(410, 'invitation_expired', 'It was sent again since: use the link of the latest mail.');
    when 'accepted' then
      perform private.problem(409, 'invitation_closed', 'It was accepted before.');
    when 'declined' then
      perform private.problem(409, 'invitation_closed', 'It was declined: ask for another one if you have changed your mind.');
    else
      perform private.problem(409, 'invitation_closed', 'It was revoked: ask whoever invited you for another one.');
  end case;
end;
$$;
comment on function private.invitation_refusal(text) is
  'Refuses with invitation_expired or invitation_closed what is not open.';
grant execute on function private.invitation_refusal(text) to service_role;

create function public.invitation_accept(user_id uuid, token text default null, invitation_id uuid default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  found_id uuid := invitation_accept.invitation_id;
  superseded boolean := false;
  invitation public.workspace_invitations;
  state text;
  joined boolean;
begin
  perform private.act_as(invitation_accept.user_id);
  if invitation_accept.token is not null then
    select held.invitation_id, held.superseded into found_id, superseded
    from private.invitation_of_token(invitation_accept.token) as held;
  end if;
  -- The workspace first, as everywhere: who counts seats or owners waits there for each other.
  perform from public.workspaces as workspace
  where workspace.id = (
    select held.workspace_id from public.workspace_invitations as held where held.id = found_id
  ) for no key update;
  select * into invitation from public.workspace_invitations as held where held.id = found_id for update;
  if invitation.id is null then
    perform private.problem(404, 'invitation_not_found', 'No invitation has this token or id.');
  end if;
  if invitation.email is distinct from private.confirmed_address(invitation_accept.user_id) then
    if invitation_accept.token is null then
      perform private.problem(404, 'invitation_not_found', 'No invitation has this token or id.');
    end if;
    perform private.problem(403, 'invitation_for_another',
      'It was sent to another address than the confirmed one of your account: sign in or sign up with that address, or ask to be invited at yours.');
  end if;

  select exists (
    select from public.workspace_members as member
    where member.workspace_id = invitation.workspace_id and member.user_id = invitation_accept.user_id
  ) into joined;
  state := private.invitation_state(invitation, superseded);
  -- The same wish again, whose first answer was lost.
  if not (joined and state = 'accepted') then
    perform private.invitation_refusal(state);
    if not joined then
      perform private.seat_taken(invitation.workspace_id, 1 + (
        select count(*) from public.workspace_members as member
        where member.workspace_id = invitation.workspace_id
      ));
      insert into public.workspace_members (workspace_id, user_id, role)
      values (invitation.workspace_id, invitation_accept.user_id, invitation.role);
    end if;
    update public.workspace_invitations as held
    set state = 'accepted', accepted_by = invitation_accept.user_id
    where held.id = invitation.id;
  end if;
  return (
    select jsonb_build_object(
      'id', workspace.id, 'name', workspace.name, 'slug', workspace.slug, 'role', member.role
    )
    from public.workspaces as workspace
    join public.workspace_members as member
      on member.workspace_id = workspace.id and member.user_id = invitation_accept.user_id
    where workspace.id = invitation.workspace_id
  );
end;
$$;
comment on function public.invitation_accept(uuid, text, uuid) is
  'Server RPC: makes the invited user a member, by the mail''s token or the invitation''s id: {id, name, slug, role} of the workspace. Refuses with invitation_not_found, invitation_for_another, invitation_expired, invitation_closed or seat_limit_reached.';
grant execute on function public.invitation_accept(uuid, text, uuid) to service_role;

create function private.invitation_by_token(token text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  held record;
begin
  select invitation.email, invitation.role, invitation.expires_at, workspace.name as workspace,
    coalesce(inviter.name, '') as inviter, private.invitation_state(invitation, named.superseded) as state
  into held
  from private.invitation_of_token(invitation_by_token.token) as named
  join public.workspace_invitations as invitation on invitation.id = named.invitation_id
  join public.workspaces as workspace on workspace.id = invitation.workspace_id
  left join public.profiles as inviter on inviter.id = invitation.invited_by;
  if held.state is null then
    perform private.problem(404, 'invitation_not_found', 'No invitation has this token: is the link whole?');
  end if;
  return jsonb_build_object('state', held.state) || case when held.state = 'open' then jsonb_build_object(
    'workspace', held.workspace, 'inviter', held.inviter, 'email', held.email, 'role', held.role,
    'expires_at', held.expires_at
  ) else '{}' end;
end;
$$;
comment on function private.invitation_by_token(text) is
  'What the holder of a link may know before signing in. Security definer: needs no account, so it tells no more than the mail itself, and of one that is not open only that.';
grant execute on function private.invitation_by_token(text) to anon, authenticated, service_role;

create function public.invitation_by_token(token text)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.invitation_by_token(invitation_by_token.token) $$;
comment on function public.invitation_by_token(text) is
  'Client RPC for the page that the mail leads to: {state}, and while it is open {workspace, inviter, email, role, expires_at}; refuses with invitation_not_found.';
grant execute on function public.invitation_by_token(text) to anon, authenticated, service_role;

create function private.invitation_decline(token text, invitation_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  found_id uuid;
  is_superseded boolean := false;
  invitation public.workspace_invitations;
  state text;
begin
  if invitation_decline.token is not null then
    select held.invitation_id, held.superseded into found_id, is_superseded
    from private.invitation_of_token(invitation_decline.token) as held;
  else
    select held.id into found_id from public.workspace_invitations as held
    where held.id = invitation_decline.invitation_id and held.email = private.confirmed_address(auth.uid());
  end if;
  select * into invitation from public.workspace_invitations as held where held.id = found_id for update;
  if invitation.id is null then
    perform private.problem(404, 'invitation_not_found', 'No invitation has this token or id.');
  end if;
  state := private.invitation_state(invitation, is_superseded);
  -- Twice is once; and who wants to decline what has expired gets what he wants.
  if state = 'declined' or state = 'expired' then
    return;
  end if;
  perform private.invitation_refusal(state);
  update public.workspace_invitations as held set state = 'declined' where held.id = invitation.id;
end;
$$;
comment on function private.invitation_decline(text, uuid) is
  'Declines by token, or by id where the caller''s confirmed address is the invited one. Security definer: whoever is invited sees no invitation of the workspace.';
grant execute on function private.invitation_decline(text, uuid) to anon, authenticated, service_role;

create function public.invitation_decline(token text default null, invitation_id uuid default null)
returns void
language sql
set search_path = ''
as $$ select private.invitation_decline(invitation_decline.token, invitation_decline.invitation_id) $$;
comment on function public.invitation_decline(text, uuid) is
  'Client RPC: declines an invitation by its mail''s token, also without an account, or one''s own by its id; refuses with invitation_not_found, invitation_expired or invitation_closed.';
grant execute on function public.invitation_decline(text, uuid) to anon, authenticated, service_role;

create function private.my_invitations()
returns table (
  id uuid, workspace text, inviter text, role text, sent_at timestamptz, expires_at timestamptz
)
language sql
stable
security definer
set search_path = ''
as $$
  select invitation.id, workspace.name, coalesce(inviter.name, ''), invitation.role,
    invitation.sent_at, invitation.expires_at
  from public.workspace_invitations as invitation
  join public.workspaces as workspace on workspace.id = invitation.workspace_id
  left join public.profiles as inviter on inviter.id = invitation.invited_by
  where invitation.email = private.confirmed_address(auth.uid())
    and private.invitation_state(invitation, false) = 'open'
  order by invitation.sent_at desc, invitation.id;
$$;
comment on function private.my_invitations() is
  'Open invitations for the caller''s confirmed address. Security definer: names a workspace and a profile that the caller may not read yet.';
grant execute on function private.my_invitations() to authenticated, service_role;

create function public.my_invitations()
returns table (
  id uuid, workspace text, inviter text, role text, sent_at timestamptz, expires_at timestamptz
)
language sql
stable
set search_path = ''
as $$ select * from private.my_invitations() $$;
comment on function public.my_invitations() is
  'Client RPC: the invitations that wait for the caller, newest first.';
grant execute on function public.my_invitations() to authenticated, service_role;
