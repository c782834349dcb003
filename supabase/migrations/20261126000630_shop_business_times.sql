-- The shop's, as 20261126000620_business_times.sql has the others: a code that says nothing else is good from
-- the business day on which it was made.

alter table public.discounts alter column starts_at set default private.now();
alter table public.discounts alter column created_at set default private.now();
alter table private.stock_movements alter column created_at set default private.now();
