-- Invitations that are over are not kept for good: each holds the address of somebody who may never have
-- come. Late in number, since it uses the rules of retention.

create index workspace_invitations_over on public.workspace_invitations (coalesce(closed_at, expires_at));
insert into private.retention_rules (name, relation, condition, keep, description) values
  ('workspace_invitations', 'public.workspace_invitations', 'coalesce(closed_at, expires_at) < $1',
   '90 days', 'invitations that were closed or have expired');
