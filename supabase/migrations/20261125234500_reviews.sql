-- Reviews: what buyers say of what they bought. Written through RLS, one for each line of an order; the
-- policy asks the order, and a trigger asks again, since the service role goes by policies.
--
-- Buyers read their own rows, and everybody the shown ones by product_reviews(): the table itself would
-- tell strangers the ids of users and of order lines, by which reviews could be linked to persons.

create table public.reviews (
  id            uuid primary key default gen_random_uuid(),
  product_id    uuid not null references public.products (id) on delete cascade,
  -- Erased with its account, by the wish of whoever goes: what somebody wrote is about somebody.
  user_id       uuid not null default auth.uid() references auth.users (id) on delete cascade,
  order_item_id uuid not null references public.order_items (id) on delete cascade,
  rating        smallint not null,
  comment       text not null default '',
  verified      boolean not null default true,
  hidden_at     timestamptz,
  hidden_reason text,
  created_at    timestamptz not null default private.now(),
  updated_at    timestamptz not null default now(),
  constraint reviews_once_per_item unique (order_item_id),
  constraint reviews_rating_possible check (rating between 1 and 5),
  constraint reviews_comment_length check (char_length(comment) <= 5000),
  constraint reviews_hidden_with_reason check ((hidden_at is null) = (hidden_reason is null)),
  constraint reviews_hidden_reason_length check (char_length(hidden_reason) between 5 and 500)
);
comment on table public.reviews is
  'What buyers say of products, one for each line of an order. Gone with the account of whoever wrote it.';
comment on column public.reviews.product_id is 'The product of the order''s line.';
comment on column public.reviews.comment is 'Plain text. Whoever shows it escapes it: there is no mark-up in it that means anything.';
comment on column public.reviews.verified is
  'Whether an order still shows it bought. Without that it is neither shown nor counted: a rating that one can buy, give back and keep would be for sale.';
comment on column public.reviews.hidden_at is 'Since when staff hide it; its author sees that, and why.';
create index reviews_product on public.reviews (product_id, created_at desc, id desc);
create index reviews_user on public.reviews (user_id, created_at desc);
create index reviews_newest on public.reviews (created_at desc, id desc);
create index reviews_hidden on public.reviews (hidden_at);
create trigger reviews_touch before update on public.reviews
  for each row execute function private.touch();

create function private.has_bought(order_item_id uuid, product_id uuid, user_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.order_items as item
    join public.orders as placed on placed.id = item.order_id
    where item.id = has_bought.order_item_id and item.product_id = has_bought.product_id
      and item.user_id = has_bought.user_id and item.refunded_quantity < item.quantity
      -- Not refunded: an order that was cancelled before anything was sent ends so, too.
      and placed.status in ('paid', 'fulfilling', 'shipped', 'delivered', 'partially_refunded')
  );
$$;
comment on function private.has_bought(uuid, uuid, uuid) is
  'Whether a line of a paid order shows that a user bought a product, and has not got it all refunded. The policy on reviews calls it, under the caller''s RLS.';
grant execute on function private.has_bought(uuid, uuid, uuid) to authenticated, service_role;

create function private.review_written()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Lines as people write them: no control characters, and no marks that turn around what follows.
  new.comment := btrim(regexp_replace(
    regexp_replace(new.comment, '\r\n?', E'\n', 'g'),
    '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]', '', 'g'
  ), E' \n\t');
  return new;
end;
$$;
comment on function private.review_written() is
  'Trigger: leaves plain text of a comment.';
create trigger reviews_written before insert or update of comment on public.reviews
  for each row execute function private.review_written();

create function private.review_is_of_buyer()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Whoever refunds the order at the same time comes before, and is seen, or after, and sees the review.
  perform from public.orders as placed
  where placed.id = (select item.order_id from public.order_items as item where item.id = new.order_item_id)
  for share;
  if not private.has_bought(new.order_item_id, new.product_id, new.user_id) then
    perform private.problem(403, 'review_not_allowed', 'Only who has bought a product reviews it: no paid order shows it.');
  end if;
  return null;
end;
$$;
comment on function private.review_is_of_buyer() is
  'Trigger: what the policy asks of buyers, asked of the service role as well. Security definer: buyers may not lock orders.';
-- After the row, so that whom the policy refuses hears of the policy.
create trigger reviews_of_buyer after insert on public.reviews
  for each row execute function private.review_is_of_buyer();

create function private.reviews_of_order_follow()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  changed constant uuid := case tg_table_name when 'orders' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'order_id' end;
begin
  -- All of an order's in one statement, whichever line changed: the products' locks are then taken in order.
  update public.reviews as review
  set verified = private.has_bought(review.order_item_id, review.product_id, review.user_id)
  where review.order_item_id in (select item.id from public.order_items as item where item.order_id = changed)
    and review.verified <> private.has_bought(review.order_item_id, review.product_id, review.user_id);
  return null;
end;
$$;
comment on function private.reviews_of_order_follow() is
  'Trigger of orders and their lines: a review counts while its order shows it bought. Security definer: whoever refunds may not write reviews.';
create constraint trigger orders_reviews after update of status on public.orders
  deferrable initially deferred for each row when (old.status <> new.status)
  execute function private.reviews_of_order_follow();
create constraint trigger order_items_reviews after update of refunded_quantity on public.order_items
  deferrable initially deferred for each row when (old.refunded_quantity <> new.refunded_quantity)
  execute function private.reviews_of_order_follow();

create function private.ratings_follow()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  changed jsonb;
begin
  -- By statement and in the order of the ids: an account's deletion takes many reviews along, and two of
  -- them, row by row, would wait for each other.
  if tg_op = 'INSERT' then
    select jsonb_agg(to_jsonb(one)) into changed from (
      select product_id, count(*) as reviews, sum(rating) as ratings
      from new_rows where hidden_at is null and verified group by product_id
    ) as one;
  elsif tg_op = 'DELETE' then
    select jsonb_agg(to_jsonb(one)) into changed from (
      select product_id, -count(*) as reviews, -sum(rating) as ratings
      from old_rows where hidden_at is null and verified group by product_id
    ) as one;
  else
    select jsonb_agg(to_jsonb(one)) into changed from (
      select product_id, sum(reviews) as reviews, sum(ratings) as ratings from (
        select product_id, 1 as reviews, rating as ratings from new_rows where hidden_at is null and verified
        union all
        select product_id, -1, -rating from old_rows where hidden_at is null and verified
      ) as both_sides
      group by product_id having sum(reviews) <> 0 or sum(ratings) <> 0
    ) as one;
  end if;
  if changed is null then
    return null;
  end if;
  perform from public.products as product
  where product.id in (select (one ->> 'product_id')::uuid from jsonb_array_elements(changed) as one)
  order by product.id for no key update;
  update public.products as product
  set rating_count = product.rating_count + one.reviews, rating_sum = product.rating_sum + one.ratings
  from jsonb_to_recordset(changed) as one (product_id uuid, reviews integer, ratings bigint)
  where product.id = one.product_id;
  return null;
end;
$$;
comment on function private.ratings_follow() is
  'Trigger: keeps how many shown reviews a product has, and the sum of their ratings. Security definer: who writes a review, or deletes an account, may not write products.';
create trigger reviews_ratings_insert after insert on public.reviews
  referencing new table as new_rows for each statement execute function private.ratings_follow();
create trigger reviews_ratings_update after update on public.reviews
  referencing old table as old_rows new table as new_rows for each statement execute function private.ratings_follow();
create trigger reviews_ratings_delete after delete on public.reviews
  referencing old table as old_rows for each statement execute function private.ratings_follow();

create trigger reviews_audit after update of hidden_at, hidden_reason on public.reviews
  for each row execute function private.audit('system', '', 'id', 'hidden_at', 'hidden_reason');

alter table public.reviews enable row level security;
grant select, insert (order_item_id, product_id, rating, comment), update (rating, comment), delete
  on public.reviews to authenticated;
grant select, insert, update, delete on public.reviews to service_role;
-- Staff read all of them by staff_reviews(): `or is_staff()` here would take the index from buyers.
create policy "Buyers read their own reviews"
  on public.reviews for select to authenticated using (user_id = (select auth.uid()));
create policy "Buyers review what they bought"
  on public.reviews for insert to authenticated
  with check (
    user_id = (select auth.uid()) and private.has_bought(order_item_id, product_id, user_id)
  );
create policy "Buyers change their own reviews"
  on public.reviews for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
-- A hidden one stays: deleted and written anew it would be shown again.
create policy "Buyers delete their own reviews unless hidden"
  on public.reviews for delete to authenticated using (user_id = (select auth.uid()) and hidden_at is null);

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

create function private.rating_imbalances()
returns table (product_id uuid, rating_count integer, rating_sum bigint, reviews bigint, ratings bigint)
language sql
stable
set search_path = ''
as $$
  select product.id, product.rating_count, product.rating_sum, coalesce(counted.reviews, 0), coalesce(counted.ratings, 0)
  from public.products as product
  left join (
    select review.product_id, count(*) as reviews, sum(review.rating) as ratings
    from public.reviews as review where review.hidden_at is null and review.verified group by review.product_id
  ) as counted on counted.product_id = product.id
  where (product.rating_count, product.rating_sum)
    is distinct from (coalesce(counted.reviews, 0)::integer, coalesce(counted.ratings, 0)::bigint);
$$;
comment on function private.rating_imbalances() is 'Products whose kept ratings differ from a recount: none, ever.';
grant execute on function private.rating_imbalances() to service_role;

insert into private.retention_reasons (relation, reason) values
  ('public.reviews', 'shown for as long as the product is; gone with the account of whoever wrote it');
insert into private.personal_data (relation, scope, owner_columns, omitted, note) values
  ('public.reviews', 'user', '{user_id}', '{}', 'reviews that the user wrote');
