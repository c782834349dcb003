-- What the hosted platform has in `auth` and `storage` and @supabase/lite lacks, has otherwise, or
-- would grant to everybody. Run by the superuser after Lite made its tables; safe to run again.

-- Hosted definitions: Lite's read only the old single-claim settings.
create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;
create or replace function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )::text
$$;
create or replace function auth.email() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )::text
$$;
create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

create table if not exists auth.mfa_amr_claims (
  id                    uuid not null,
  session_id            uuid not null references auth.sessions (id) on delete cascade,
  created_at            timestamptz not null,
  updated_at            timestamptz not null,
  authentication_method text not null,
  constraint amr_id_pk primary key (id),
  constraint mfa_amr_claims_session_id_authentication_method_pkey
    unique (session_id, authentication_method)
);

-- Grants as hosted: the API roles reach storage's tables, where policies decide, and in auth only
-- the functions.
grant usage on schema auth, storage to anon, authenticated, service_role;
revoke all on all tables in schema auth from anon, authenticated, service_role;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;

-- The migrations run as `postgres`: triggers on auth.users, policies on storage.objects.
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'postgres' and not rolsuper) then
    grant usage, create on schema auth, storage to postgres;
    grant all on all tables in schema auth, storage to postgres;
    grant all on all routines in schema auth, storage to postgres;
    -- Hosted lets it write policies there without owning the tables, by an extension.
    alter table storage.buckets owner to postgres;
    alter table storage.objects owner to postgres;
  end if;
end;
$$;

-- PostgREST reads its schema again after any DDL; so does the gateway, by the same channel.
create schema if not exists extensions;
create or replace function extensions.pgrst_ddl_watch() returns event_trigger
  language plpgsql as $$
begin
  notify pgrst, 'reload schema';
end;
$$;
do $$
begin
  if not exists (select from pg_catalog.pg_event_trigger where evtname = 'pgrst_ddl_watch') then
    create event trigger pgrst_ddl_watch on ddl_command_end
      execute function extensions.pgrst_ddl_watch();
  end if;
  if not exists (select from pg_catalog.pg_event_trigger where evtname = 'pgrst_drop_watch') then
    create event trigger pgrst_drop_watch on sql_drop
      execute function extensions.pgrst_ddl_watch();
  end if;
end;
$$;
