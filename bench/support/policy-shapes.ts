/**
 * The shapes of the policies: what a condition looks like without the names of its columns, roles and buckets, and
 * what somebody would write who asks for the same rows without row level security.
 */

/** Who asks. */
export type Caller = "user" | "staff" | "visitor";

/** A shape. */
export interface Shape {
  name: string;
  caller: Caller;
  /**
   * The same rows by an explicit condition, as somebody writes it who knows the ids: `:user` stands for the caller's,
   * `:workspaces` and `:cases` for arrays of what is the caller's, `:plans` and such for those that are active.
   */
  where: string;
  /** What the query asks for besides, as its callers do. */
  asks?: string;
}

const member = "workspace_id = any (:workspaces)";
// #region shop
const listed = "price_list_id = any (:lists)";
const sold =
  `exists (select from public.products as product where product.id = product_id and product.active)`;
const priced = `exists (
    select from public.product_variants as variant join public.products as product on product.id = variant.product_id
    where variant.id = variant_id and variant.active and product.active
  ) and ${listed}`;
// #endregion shop
const asStaff = "exists (select from private.staff where user_id = :user)";

/** By what {@link shapeOf} answers. */
export const shapes: Record<string, Shape> = {
  "true": { name: "everybody", caller: "visitor", where: "true" },
  "active": { name: "active", caller: "visitor", where: "active" },
  // #region shop
  "on_sale": { name: "on sale", caller: "visitor", where: "on_sale" },
  // #endregion shop
  "(active OR staff)": { name: "active, or staff", caller: "user", where: "active" },
  // #region shop
  "(on_sale OR staff)": { name: "on sale, or staff", caller: "user", where: "on_sale" },
  // #endregion shop
  "(active AND (plan_id IN ( SELECT plan.id FROM plans plan WHERE plan.active)))": {
    name: "active, of an active plan",
    caller: "visitor",
    where: "active and plan_id = any (:plans)",
  },
  // #region shop
  "(price_list_id = ANY (listed))": {
    name: "of an active price list",
    caller: "visitor",
    where: listed,
  },
  "sold": { name: "of a product on sale", caller: "visitor", where: sold },
  "(active AND sold)": {
    name: "active, of a product on sale",
    caller: "visitor",
    where: `active and ${sold}`,
  },
  "((price_list_id = ANY (listed)) AND variant_read)": {
    name: "of a variant on sale",
    caller: "visitor",
    where: priced,
  },
  "(staff OR sold)": {
    name: "of a product on sale, or staff",
    caller: "user",
    where: sold,
  },
  "(staff OR (active AND sold))": {
    name: "active, of a product on sale, or staff",
    caller: "user",
    where: `active and ${sold}`,
  },
  "(staff OR ((price_list_id = ANY (listed)) AND variant_read))": {
    name: "of a variant on sale, or staff",
    caller: "user",
    where: priced,
  },
  // #endregion shop
  "staff": { name: "staff", caller: "staff", where: asStaff },
  "((bucket_id = bucket) AND staff)": {
    name: "staff, in a bucket",
    caller: "staff",
    where: `bucket_id = 'avatars' and ${asStaff}`,
  },
  "second_factor": { name: "second factor given", caller: "user", where: "true" },
  "own": { name: "own", caller: "user", where: "user_id = :user" },
  "(own_or_staff)": { name: "own, or staff", caller: "user", where: "user_id = :user" },
  // #region shop
  "(own AND (hidden_at IS NULL))": {
    name: "own, not hidden",
    caller: "user",
    where: "user_id = :user and hidden_at is null",
  },
  // #endregion shop
  "((bucket_id = bucket) AND own_folder)": {
    name: "own folder",
    caller: "user",
    where: "bucket_id = 'avatars' and name like ':id/%'",
    asks: "name like ':id/%'",
  },
  "member": { name: "of one's workspaces", caller: "user", where: member },
  "member_by_role": {
    name: "of workspaces where one has a role",
    caller: "user",
    where: member,
  },
  "(member_by_role OR ((role <> owner) AND member_by_role))": {
    name: "of workspaces where one has a role, by what the row's is",
    caller: "user",
    where: `${member} and role <> 'owner'`,
  },
  "(((user_id <> uid) AND member_by_role) OR ((role <> owner) AND member_by_role) OR ((role <> owner) AND own AND member))":
    {
      name: "others' in one's workspaces, or one's own",
      caller: "user",
      where: `${member} and role <> 'owner'`,
    },
  "(member_with_feature OR staff_reach OR ((workspace_id IS NULL) AND staff))": {
    name: "of workspaces with a feature, or staff",
    caller: "user",
    where: member,
  },
  "(case_id = ANY (cases))": {
    name: "of a parent that one may read",
    caller: "user",
    where: "case_id = any (:cases)",
  },
};

/** What stands for what, in this order. */
const names: [RegExp, string][] = [
  [/\s+/g, " "],
  [/\( SELECT auth\.uid\(\) AS uid\)/g, "uid"],
  [/\( SELECT private\.is_staff\(\) AS is_staff\)/g, "staff"],
  [/\( SELECT private\.second_factor_given\(\) AS second_factor_given\)/g, "second_factor"],
  // #region shop
  [/ARRAY\( SELECT list\.id FROM price_lists list WHERE list\.active\)/g, "listed"],
  // #endregion shop
  [/ARRAY\( SELECT held\.id FROM dunning_cases held\)/g, "cases"],
  // #region shop
  [
    /\(EXISTS \( SELECT FROM product_variants variant WHERE \(variant\.id = \w+\.variant_id\)\)\)/g,
    "variant_read",
  ],
  [
    /\(EXISTS \( SELECT FROM products product WHERE \(\(product\.id = \w+\.product_id\) AND product\.active\)\)\)/g,
    "sold",
  ],
  // #endregion shop
  [
    /\(name ~>=~ \(\(uid\)::text \|\| '\/'::text\)\) AND \(name ~<~ \(\(uid\)::text \|\| '0'::text\)\)/g,
    "own_folder",
  ],
  [
    /\((?:user_id|id) >= \( SELECT private\.readable_user\(false\) AS \w+\)\) AND \((?:user_id|id) <= \( SELECT private\.readable_user\(true\) AS \w+\)\)/g,
    "own_or_staff",
  ],
  [
    /\(\(?workspace_id >= \( SELECT private\.staff_reach\(false\) AS \w+\)\) AND \(workspace_id <= \( SELECT private\.staff_reach\(true\) AS \w+\)\)\)?/g,
    "staff_reach",
  ],
  [/\(bucket_id = '[\w-]+'::text\)/g, "(bucket_id = bucket)"],
  [/'owner'::text\)(?!\])/g, "owner)"],
  [/\((?:user_id|id) = uid\)/g, "own"],
  [
    /\(?(?:workspace_id|id) = ANY \(ARRAY\( SELECT private\.my_workspace_ids_with\([^)]*\) AS \w+\)\)\)?/g,
    "member_with_feature",
  ],
  [
    /\((?:workspace_id|id) = ANY \(ARRAY\( SELECT private\.(?:my|readable)_workspace_ids\(\) AS \w+\)\)\)/g,
    "member",
  ],
  [
    /\((?:workspace_id|id) = ANY \(ARRAY\( SELECT private\.(?:my|readable)_workspace_ids\([^)]+\) AS \w+\)\)\)/g,
    "member_by_role",
  ],
];

/** A policy's condition as Postgres prints it, without its names. */
export function shapeOf(condition: string): string {
  return names.reduce((text, [name, shape]) => text.replaceAll(name, shape), condition);
}
