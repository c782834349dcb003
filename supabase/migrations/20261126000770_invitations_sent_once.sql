-- A request to invite remembers what it sent. Repeated after a lost answer it otherwise sends another mail,
-- whose link ends the first one's; finds that the invited one is a member by now; or asks somebody anew who
-- has declined or was put out since.

alter table private.invitation_tokens add column cause uuid;
comment on column private.invitation_tokens.cause is
  'The request that sent it: unique, so that it sends once.';
create unique index invitation_tokens_cause on private.invitation_tokens (cause) where cause is not null;

drop function public.workspace_invite(uuid, uuid, text, text);
drop function private.invitation_send(uuid);
create function private.invitation_send(invitation_id uuid, cause uuid)
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
  insert into private.invitation_tokens (token_hash, invitation_id, cause)
  values (encode(sha256(convert_to(token, 'utf8')), 'hex'), invitation.id, invitation_send.cause);

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
comment on function private.invitation_send(uuid, uuid) is
  'Enqueues an invitation''s mail with a fresh token, good for seven days. Security definer: reads addresses in auth.users.';
grant execute on function private.invitation_send(uuid, uuid) to service_role;

create function public.workspace_invite(
  user_id uuid, workspace_id uuid, email text, role text, cause uuid default null
)
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
  select held.* into invitation from private.invitation_tokens as sent
  join public.workspace_invitations as held on held.id = sent.invitation_id
  where sent.cause = workspace_invite.cause and held.workspace_id = workspace_invite.workspace_id;
  if found then
    return to_jsonb(invitation);
  end if;
  if private.workspace_is_ending(workspace_invite.workspace_id) then
    perform private.problem(409, 'deletion_running',
      'The only owner''s account is being deleted: nobody joins this workspace any more.');
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
  perform private.invitation_send(invitation.id, workspace_invite.cause);
  return (
    select to_jsonb(sent) from public.workspace_invitations as sent where sent.id = invitation.id
  );
end;
$$;
comment on function public.workspace_invite(uuid, uuid, text, text, uuid) is
  'Server RPC: invites an address, or sends its open invitation again, with this role; the invitation, or {retry_after_seconds} when too many were sent. `cause` is the request''s: what it has sent before is returned as it stands, and nothing is sent. Refuses with workspace_not_found, forbidden, deletion_running, personal_workspace, already_member or seat_limit_reached.';
grant execute on function public.workspace_invite(uuid, uuid, text, text, uuid) to service_role;
