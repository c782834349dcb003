-- Who changed what of the catalogue. Staff write it through RLS, row by row, and each is an entry of the audit
-- log. An import changes a hundred thousand rows in one go: its one entry is its start, and what became of it
-- is in public.catalogue_imports.

create function private.catalogue_audited()
returns boolean
language sql
stable
set search_path = ''
as $$
  -- A setting of the transaction that server RPCs alone can make; a caller who is signed in cannot.
  select case current_setting('role', true)
    when 'authenticated' then true
    when 'service_role' then coalesce(current_setting('socle.bulk', true), '') = ''
    -- A migration or the seed; an operator at the database is known to it by other means.
    else false
  end;
$$;
comment on function private.catalogue_audited() is
  'Whether a change of the catalogue is an entry of the audit log of its own: not within an import, which is one entry.';
grant execute on function private.catalogue_audited() to authenticated, service_role;

-- Of updates only those of what staff write: ratings, and redemptions of a code, change at every sale.
create trigger price_lists_audit
  after insert or delete or update of is_default, active on public.price_lists
  for each row when (private.catalogue_audited())
  execute function private.audit('system', '', 'id', 'currency', 'is_default', 'active');
create trigger categories_audit
  after insert or delete or update of parent_id, slug, name_en, name_fr, active on public.categories
  for each row when (private.catalogue_audited())
  execute function private.audit('system', '', 'id', 'parent_id', 'slug', '~name_en', '~name_fr', 'active');
create trigger products_audit
  after insert or delete or update of slug, category_id, name_en, name_fr, description_en, description_fr,
    attributes, tax_code, active on public.products
  for each row when (private.catalogue_audited())
  execute function private.audit(
    'system', '', 'id', 'slug', 'category_id', '~name_en', '~name_fr', '~description_en', '~description_fr',
    '~attributes', 'tax_code', 'active'
  );
create trigger product_variants_audit
  after insert or delete or update of sku, options, weight_grams, low_stock, active on public.product_variants
  for each row when (private.catalogue_audited())
  execute function private.audit('system', '', 'id', 'product_id', 'sku', '~options', 'weight_grams', 'low_stock', 'active');
create trigger variant_prices_audit
  after insert or delete or update of unit_amount, compare_at_amount on public.variant_prices
  for each row when (private.catalogue_audited())
  execute function private.audit('system', '', 'variant_id', 'price_list_id', 'unit_amount', 'compare_at_amount');
create trigger product_images_audit
  after insert or delete or update of variant_id, alt_en, alt_fr on public.product_images
  for each row when (private.catalogue_audited())
  execute function private.audit('system', '', 'id', 'product_id', 'path', '~variant_id', '~alt_en', '~alt_fr');
create trigger shipping_rates_audit
  after insert or delete or update of amount, countries, min_weight, max_weight, min_total, max_total, active
  on public.shipping_rates
  for each row when (private.catalogue_audited())
  execute function private.audit(
    'system', '', 'id', 'price_list_id', 'amount', 'countries', 'min_weight', 'max_weight', 'min_total', 'max_total',
    'active'
  );
create trigger discounts_audit
  after insert or delete or update of basis_points, amount, minimum_amount, max_redemptions, max_per_customer,
    starts_at, ends_at, active on public.discounts
  for each row when (private.catalogue_audited())
  execute function private.audit(
    'system', '', 'id', 'code', 'basis_points', 'amount', 'price_list_id', 'minimum_amount', 'max_redemptions',
    'max_per_customer', 'starts_at', 'ends_at', 'active'
  );
create trigger discount_scopes_audit
  after insert or delete on public.discount_scopes
  for each row when (private.catalogue_audited())
  execute function private.audit('system', '', 'discount_id', 'product_id', 'category_id');
