-- The roles of a Supabase project as the hosted platform has them, and nothing exposed by default
-- (https://supabase.com/docs/guides/database/postgres/roles). Run by the superuser, once for each
-- server for the roles and once for each database for the rest; safe to run again.

do $$
declare
  wanted constant jsonb := '{
    "anon":                   "nologin noinherit",
    "authenticated":          "nologin noinherit",
    "service_role":           "nologin noinherit bypassrls",
    "authenticator":          "login noinherit password ''postgres''",
    "supabase_auth_admin":    "login noinherit createrole password ''postgres''",
    "supabase_storage_admin": "login noinherit createrole password ''postgres''",
    "postgres":               "login createdb createrole bypassrls password ''postgres''"
  }';
  role_name text;
begin
  for role_name in select jsonb_object_keys(wanted) loop
    if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
      execute format('create role %I %s', role_name, wanted ->> role_name);
    end if;
  end loop;
end;
$$;

grant anon, authenticated, service_role to authenticator;
-- The migrations' owner sets these roles in its own checks, as on the hosted platform.
grant anon, authenticated, service_role to postgres;
grant pg_monitor, pg_signal_backend to postgres;
-- It changes PostgREST's settings, which are this role's, as on the hosted platform.
grant authenticator to postgres with admin option;
grant set on parameter pgrst.db_pre_request to postgres;

do $$
begin
  execute format('grant all on database %I to postgres', current_database());
end;
$$;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role;
grant all on schema extensions to postgres;

grant usage, create on schema public to postgres;
grant usage on schema public to anon, authenticated, service_role;
alter role authenticator set statement_timeout = '8s';
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
