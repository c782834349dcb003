/** Rows whose checks and triggers ask for more than trying finds. */

/** Statements that insert a row, as the schema has been since the table is there. */
export const handMade: Record<string, string> = {
  // One that delivers: what switches one off has a reason, and says so in two columns at once.
  "public.webhook_endpoints": `
    insert into public.webhook_endpoints (url, events)
    values ('https://hooks.example.com/' || gen_random_uuid(), array['webhook.ping'])`,
  "public.product_images": `
    insert into public.product_images (product_id, path)
    select id, id || '/' || gen_random_uuid() || '.png' from public.products limit 1`,
  // Of a line of an order that was paid, by whoever bought it: the first order that may be made so.
  "public.reviews": `
    do $review$
    declare
      item record;
      refusal text := 'there is no line of an order';
    begin
      for item in select * from public.order_items loop
        begin
          update public.orders
          set status = 'paid', paid_at = coalesce(paid_at, now())
          where id = item.order_id
            and status not in ('paid', 'fulfilling', 'shipped', 'delivered', 'partially_refunded');
          update public.order_items
          set user_id = (select id from auth.users order by id limit 1), refunded_quantity = 0,
            product_id = coalesce(product_id, (select id from public.products limit 1))
          where id = item.id;
          insert into public.reviews (product_id, user_id, order_item_id, rating)
          select product_id, user_id, id, 5 from public.order_items where id = item.id;
          return;
        exception when others then
          refusal := sqlerrm;
        end;
      end loop;
      raise exception '%', refusal;
    end;
    $review$`,
};

/** What somebody does by hand before a migration that asks for it, by the end of its name. */
export const doneBefore: Record<string, string> = {
  "_without_shop": "comment on table public.orders is 'put away'",
};

/** A change of rows that a migration makes on purpose. */
interface Meant {
  table: string;
  /** What changes in them; empty where rows go. */
  columns: string[];
  /** Where the migration says so. */
  says: RegExp;
}

/** Migrations that change what rows say, or take rows away, and why that is right. */
export const meantToChange: Record<string, Meant> = {
  // Files of a form that there is no bucket for.
  "20261125232010_product_images": {
    table: "public.product_images",
    columns: [],
    says: /they name files that are nowhere\.\ndelete from public\.product_images/,
  },
  // A new column is filled, which is a change like any other to the trigger that keeps the time.
  "20261125000200_teams": {
    table: "public.workspaces",
    columns: ["updated_at"],
    says: /add column slug text;\nupdate public\.workspaces\nset slug = /,
  },
  "20261125000820_vat": {
    table: "public.credit_notes",
    columns: ["updated_at"],
    says: /update public\.credit_notes as note\nset refunded_amounts = /,
  },
  // The catalogue of personal data follows the column that it adds to that table; nothing of a person's.
  "20261125235080_shop_order_privacy": {
    table: "private.personal_data",
    columns: ["note", "scope", "owner_columns"],
    says:
      /update private\.personal_data\nset scope = 'user', .*\nwhere relation = 'public\.order_events'/,
  },
  // How the rules tell what is too old: rows of migrations, none of anybody's.
  "20261126000620_business_times": {
    table: "private.retention_rules",
    columns: ["condition"],
    says:
      /update private\.retention_rules set condition = .* where name in \('audit_log', 'mail_log'\)/,
  },
  "20261126000640_reconciliation_business_time": {
    table: "private.retention_rules",
    columns: ["condition"],
    says: /update private\.retention_rules set condition = case name\n/,
  },
};

/**
 * Migrations after which nobody can sign up yet: the trigger that 20261122000500_accounts makes calls what
 * 20261122000800_billing makes.
 */
export const noSignUpAfter = [
  "20261122000500_accounts",
  "20261122000600_mail",
  "20261122000700_plans",
];
