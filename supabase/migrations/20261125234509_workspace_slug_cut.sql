-- A personal workspace's slug is its name's first 37 characters and a chance: where the cut came after a
-- hyphen there were two in a row, which the slug's format refuses, and with it the sign-up.

create or replace function private.workspace_slug()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  base constant text := coalesce(lower(btrim(new.slug)), private.slug_of(new.name));
begin
  -- Nobody chooses the address of a personal one, and many people have one name: it ends in chance, of
  -- 48 bits, since all names without a Latin letter share what comes before it.
  if new.slug is null and new.personal_of is not null then
    new.slug := rtrim(left(base, 37), '-') || '-' || right(gen_random_uuid()::text, 12);
    return new;
  end if;
  -- Two who want the same one at the same time take turns, so that the second sees the first.
  perform pg_advisory_xact_lock(hashtextextended('workspace slug ' || base, 0));
  if not exists (select from public.workspaces as other where other.slug = base and other.id <> new.id) then
    new.slug := base;
  elsif new.slug is null then
    new.slug := rtrim(left(base, 37), '-') || '-' || right(gen_random_uuid()::text, 12);
  else
    perform private.problem(409, 'slug_taken', 'Another workspace has this slug: choose another one.');
  end if;
  return new;
end;
$$;
