-- Staff: who operates the product. A row is written by an operator (docs/operations.md), never by the API.
-- Staff come in through the same RLS and endpoints as everybody; what they do carries a reason.

create table private.staff (
  user_id    uuid primary key references auth.users (id) on delete cascade,
  note       text not null,
  created_at timestamptz not null default now(),
  constraint staff_note_length check (char_length(note) between 1 and 200)
);
comment on table private.staff is 'Users who operate the product.';
comment on column private.staff.note is 'Who they are and who let them in.';
alter table private.staff enable row level security;
grant select, insert, update, delete on private.staff to service_role;

create function private.is_staff()
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (select from private.staff where user_id = (select auth.uid()));
$$;
comment on function private.is_staff() is
  'Whether the caller operates the product. Security definer: policies call it, and nobody reads the list.';
grant execute on function private.is_staff() to authenticated, service_role;

create function public.is_staff()
returns boolean
language sql
stable
set search_path = ''
as $$ select private.is_staff() $$;
comment on function public.is_staff() is 'Client RPC: whether the caller operates the product.';
grant execute on function public.is_staff() to authenticated, service_role;

create function private.act_as(actor uuid, reason text default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform set_config('socle.actor', coalesce(actor::text, ''), true);
  perform set_config('socle.reason', coalesce(reason, ''), true);
end;
$$;
comment on function private.act_as(uuid, text) is
  'Says for whom, and why, a server RPC changes rows in this transaction; the audit log believes it of the service role alone.';
grant execute on function private.act_as(uuid, text) to service_role;
