-- A name of spaces alone is none: whoever writes the table past the endpoint could choose it, and was greeted by
-- nothing. Such names become the empty one, which stands for "none chosen".

update public.profiles set name = '' where name <> '' and btrim(name) = '';
alter table public.profiles add constraint profiles_name_not_blank check (name = '' or btrim(name) <> '');
