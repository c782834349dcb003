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
