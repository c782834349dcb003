-- What people read as the day on which something happened is business time, as what it is compared with is:
-- a workspace that was made, a key, a member who joined, a step of dunning, a mail, an entry of the audit log.
-- The queue, the inbox and incidents keep real time: they tell of the machine. So do tokens.

alter table public.profiles alter column created_at set default private.now();
alter table public.workspaces alter column created_at set default private.now();
alter table public.workspace_members alter column created_at set default private.now();
alter table public.workspace_invitations alter column created_at set default private.now();
alter table public.workspace_api_keys alter column created_at set default private.now();
alter table public.webhook_endpoints alter column created_at set default private.now();
alter table public.feature_overrides alter column created_at set default private.now();
alter table public.dunning_cases alter column created_at set default private.now();
alter table public.dunning_events alter column created_at set default private.now();
alter table public.audit_log alter column created_at set default private.now();
alter table private.mail_log alter column created_at set default private.now();
