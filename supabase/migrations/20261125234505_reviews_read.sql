-- Reading reviews: strangers those that are shown, of one product; staff all of them, and they hide one or show it
-- again. Each by a function that says what of a reviewer is told, since the table tells strangers nothing.

create function private.public_name(name text, email text)
returns text
language sql
immutable
set search_path = ''
as $$
  -- "Ada Lovelace" is "Ada L."; and who has chosen no name is called by the address, which is not told.
  select case
    when strpos(name, '@') > 0 or lower(name) = lower(split_part(email, '@', 1)) then null
    when cardinality(words) > 1 then left(words[1], 40) || ' ' || upper(left(words[cardinality(words)], 1)) || '.'
    else nullif(left(words[1], 40), '')
  end
  from (select regexp_split_to_array(btrim(name), '\s+') as words) as split;
$$;
comment on function private.public_name(text, text) is
  'What strangers read of a user''s name: the first one and an initial; null where no name was chosen.';

create function private.review_cursor(cursor text, out before_time timestamptz, out before_id uuid)
language plpgsql
immutable
set search_path = ''
as $$
begin
  before_time := 'infinity';
  before_id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  if cursor is null then
    return;
  end if;
  if cursor !~ '^[0-9]{1,18}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    perform private.problem(422, 'invalid_query', 'This is no cursor of ours: begin without one.');
  end if;
  before_time := timestamptz 'epoch' + split_part(cursor, '_', 1)::bigint * interval '1 microsecond';
  before_id := split_part(cursor, '_', 2)::uuid;
end;
$$;
comment on function private.review_cursor(text) is
  'Where a page of reviews goes on: before this time and id. A cursor is microseconds since 1970 and an id.';

create function private.reviews_shown(product_id uuid, cursor text, page_size integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  beyond record := private.review_cursor(reviews_shown.cursor);
  size constant integer := least(greatest(coalesce(reviews_shown.page_size, 20), 1), 100);
begin
  return (
    with page as (
      select review.*, row_number() over (order by review.created_at desc, review.id desc) as place
      from public.reviews as review
      where review.product_id = reviews_shown.product_id and review.hidden_at is null and review.verified
        and (review.created_at, review.id) < (beyond.before_time, beyond.before_id)
        and private.product_on_sale(reviews_shown.product_id)
      order by review.created_at desc, review.id desc
      limit size + 1
    )
    select jsonb_build_object(
      'reviews', coalesce(jsonb_agg(jsonb_build_object(
        'id', page.id,
        'rating', page.rating,
        'comment', page.comment,
        'created_at', page.created_at,
        'author_name', private.public_name(profile.name, account.email),
        'avatar_url', profile.avatar_url,
        'verified', page.verified
      ) order by page.place) filter (where page.place <= size), '[]'),
      'next_cursor', (
        select private.microseconds(last.created_at) || '_' || last.id from page as last
        where last.place = size and exists (select from page as further where further.place > size)
      )
    )
    from page
    join public.profiles as profile on profile.id = page.user_id
    join auth.users as account on account.id = page.user_id
  );
end;
$$;
comment on function private.reviews_shown(uuid, text, integer) is
  'A page of a product''s reviews. Security definer: strangers read of a reviewer a short name and a picture, and nothing else of a profile or an order.';
grant execute on function private.reviews_shown(uuid, text, integer) to anon, authenticated, service_role;

create function private.microseconds(moment timestamptz)
returns bigint
language sql
immutable
set search_path = ''
as $$ select (extract(epoch from moment) * 1000000)::bigint $$;
comment on function private.microseconds(timestamptz) is 'Since 1970, exactly: what a cursor by time needs.';

create function public.product_reviews(product_id uuid, cursor text default null, page_size integer default 20)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.reviews_shown(product_reviews.product_id, product_reviews.cursor, product_reviews.page_size)
$$;
comment on function public.product_reviews(uuid, text, integer) is
  'Client RPC: a product''s reviews, newest first, 1 to 100 a page: {reviews: [{id, rating, comment, created_at, author_name, avatar_url: a path below the project''s URL, verified}], next_cursor: null on the last page}. Comments are plain text.';
grant execute on function public.product_reviews(uuid, text, integer) to anon, authenticated, service_role;

create function private.only_staff()
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not private.is_staff() then
    perform private.problem(403, 'forbidden', 'This is for those who operate the product.');
  end if;
end;
$$;
comment on function private.only_staff() is 'Lets only staff go on, by the caller''s own token: for client RPCs.';
grant execute on function private.only_staff() to authenticated, service_role;

create function private.reviews_of_all(product_id uuid, hidden boolean, cursor text, page_size integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  beyond record := private.review_cursor(reviews_of_all.cursor);
  size constant integer := least(greatest(coalesce(reviews_of_all.page_size, 20), 1), 100);
begin
  perform private.only_staff();
  return (
    with page as (
      select review.*, row_number() over (order by review.created_at desc, review.id desc) as place
      from public.reviews as review
      where (reviews_of_all.product_id is null or review.product_id = reviews_of_all.product_id)
        and (reviews_of_all.hidden is null or (review.hidden_at is not null) = reviews_of_all.hidden)
        and (review.created_at, review.id) < (beyond.before_time, beyond.before_id)
      order by review.created_at desc, review.id desc
      limit size + 1
    )
    select jsonb_build_object(
      'reviews', coalesce(jsonb_agg(to_jsonb(page) - 'place' order by page.place)
        filter (where page.place <= size), '[]'),
      'next_cursor', (
        select private.microseconds(last.created_at) || '_' || last.id from page as last
        where last.place = size and exists (select from page as further where further.place > size)
      )
    )
    from page
  );
end;
$$;
comment on function private.reviews_of_all(uuid, boolean, text, integer) is
  'A page of everybody''s reviews, for staff. Security definer: staff read under RLS only what they wrote themselves, so that buyers keep their index.';
grant execute on function private.reviews_of_all(uuid, boolean, text, integer) to authenticated;

create function public.staff_reviews(
  product_id uuid default null, hidden boolean default null, cursor text default null, page_size integer default 20
)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select private.reviews_of_all(
    staff_reviews.product_id, staff_reviews.hidden, staff_reviews.cursor, staff_reviews.page_size
  )
$$;
comment on function public.staff_reviews(uuid, boolean, text, integer) is
  'Client RPC for staff: reviews as they are kept, newest first, of a product or of all, hidden or shown or both: {reviews, next_cursor}. Others meet 403 forbidden.';
grant execute on function public.staff_reviews(uuid, boolean, text, integer) to authenticated;

create function private.review_moderate(review_id uuid, reason text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.only_staff();
  update public.reviews as review
  set hidden_at = case when reason is not null then coalesce(review.hidden_at, private.now()) end,
      hidden_reason = btrim(reason)
  where review.id = review_id;
  if not found then
    perform private.problem(404, 'review_not_found', 'There is no such review.');
  end if;
end;
$$;
comment on function private.review_moderate(uuid, text) is
  'Hides a review for a reason, or without one shows it again. Security definer: staff may write nobody''s review, only hide it.';
grant execute on function private.review_moderate(uuid, text) to authenticated;

create function public.review_hide(review_id uuid, reason text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if coalesce(char_length(btrim(reason)) not between 5 and 500, true) then
    perform private.problem(422, 'invalid_body', 'Say why, in 5 to 500 characters.');
  end if;
  perform private.review_moderate(review_hide.review_id, review_hide.reason);
end;
$$;
comment on function public.review_hide(uuid, text) is
  'Client RPC for staff: hides a review, with a reason that its author reads. Noted in the audit log.';
grant execute on function public.review_hide(uuid, text) to authenticated;

create function public.review_show(review_id uuid)
returns void
language sql
set search_path = ''
as $$ select private.review_moderate(review_show.review_id, null) $$;
comment on function public.review_show(uuid) is
  'Client RPC for staff: shows a review that was hidden. Noted in the audit log.';
grant execute on function public.review_show(uuid) to authenticated;
