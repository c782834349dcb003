-- Foundations: the schema that the API does not expose, default privileges, the clock, and how SQL
-- tells a caller what went wrong.

create schema private;
comment on schema private is
  'What the API does not expose: queues, inboxes, ledgers, and the functions that policies call.';

-- Policies call functions in private, so their callers need usage; nothing else is granted here.
grant usage on schema private to anon, authenticated, service_role;

-- Functions are executable by everyone unless said otherwise; here each grant is written out. Projects
-- made before 30 October 2026 also give whatever is new in public to the three API roles.
alter default privileges for role postgres revoke execute on functions from public;
alter default privileges for role postgres in schema public
  revoke execute on functions from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on tables from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke all on sequences from anon, authenticated, service_role;

create function private.now()
returns timestamptz
language sql
stable
set search_path = ''
as $$ select pg_catalog.now() $$;
comment on function private.now() is
  'The clock that business rules read. The local stack replaces it to travel in time; signatures, tokens and locks keep real time.';
grant execute on function private.now() to anon, authenticated, service_role;

create function private.problem(status integer, code text, detail text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  -- PostgREST answers SQLSTATE PTxyz with HTTP status xyz.
  raise exception using errcode = 'PT' || status, message = code, detail = detail;
end;
$$;
comment on function private.problem(integer, text, text) is
  'Refuses a call with a code of the problem catalogue; `detail` says what, why and what to do. https://docs.postgrest.org/en/v14/references/errors.html';
grant execute on function private.problem(integer, text, text) to authenticated, service_role;

create function private.touch()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := pg_catalog.now();
  return new;
end;
$$;
comment on function private.touch() is 'Trigger: keeps updated_at.';

create function private.touch_version()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := pg_catalog.now();
  new.version := old.version + 1;
  return new;
end;
$$;
comment on function private.touch_version() is
  'Trigger: keeps updated_at and the version that If-Match compares.';
