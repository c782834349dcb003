/**
 * Fields of bodies, queries and paths that name something, found in the declarations by form and by name,
 * and what stands behind each: somebody's, or everybody's.
 */
import type { z } from "zod";
import { jsonSchema } from "../../../scripts/openapi/schema.ts";
import type { Target } from "./target.ts";

type Schema = {
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
};

/** A field, by the names that lead to it; an array's items are "0". */
export interface IdField {
  part: "body" | "query" | "params";
  path: string[];
  /** The last name that is one. */
  name: string;
}

/** Names that say that a value names something, whatever its form. */
const naming = /(^|_)(id|ids|token|quote|path|email|address|url|code|number|key)$/;

/** Named so, and part of where somebody lives. */
const notNaming = new Set(["postal_code"]);

function within(schema: Schema, path: string[]): string[][] {
  const name = path.findLast((one) => !/^\d+$/.test(one)) ?? "";
  const deeper = [
    ...Object.entries(schema.properties ?? {}).flatMap(([one, inner]) =>
      within(inner, [...path, one])
    ),
    ...(schema.items === undefined ? [] : within(schema.items, [...path, "0"])),
    ...[...schema.anyOf ?? [], ...schema.oneOf ?? []].flatMap((one) => within(one, path)),
  ];
  if (deeper.length > 0) return deeper;
  if (notNaming.has(name)) return [];
  const isText = schema.type === "string" || schema.type === "integer";
  return isText && (schema.format === "uuid" || naming.test(name)) ? [path] : [];
}

/** Every such field that an endpoint takes. */
export function idFields({ declaration }: Pick<Target, "declaration">): IdField[] {
  return (["body", "query", "params"] as const).flatMap((part) => {
    const schema: z.ZodType | undefined = declaration[part];
    if (schema === undefined) return [];
    const paths = within(jsonSchema(schema, "input") as Schema, []);
    const names = new Map(paths.map((path) => [path.join("/"), path]));
    return [...names.values()].map((path) => ({
      part,
      path,
      name: path.findLast((one) => !/^\d+$/.test(one))!,
    }));
  });
}

/** A copy with a value at a path, which may lead through what is not there yet. */
export function withValue(root: unknown, [first, ...rest]: string[], value: unknown): unknown {
  if (first === undefined) return value;
  if (/^\d+$/.test(first)) {
    const items = Array.isArray(root) && root.length > 0 ? root : [{}];
    return [withValue(items[0], rest, value)];
  }
  const object = (root ?? {}) as Record<string, unknown>;
  return { ...object, [first]: withValue(object[first], rest, value) };
}

/**
 * Fields that name nothing of one tenant's, each with why. A field that is neither here nor among a
 * victim's fails the test.
 */
export const nobodys: Record<string, string> = {
  address: "a mail address, for staff alone",
  cancel_url: "where the caller's browser goes",
  // #region shop
  captcha_token: "the provider's, about the caller",
  discount_code: "a code that is given out; whom it counts for is the buyer",
  // #endregion shop
  email: "whom to write to: what it tells is tested by sign-up, reset and invitations",
  // #region shop
  order_token: "a bearer secret, signed: who holds it is let in to that one order",
  // #endregion shop
  price_id: "on sale to everybody",
  promotion_code: "a code that is given out",
  return_url: "where the caller's browser goes",
  // #region shop
  shipping_rate_id: "offered to everybody",
  // #endregion shop
  success_url: "where the caller's browser goes",
  token: "a secret of 256 bits or signed: whoever holds it is whom it was sent to",
  // #region shop
  tracking_number: "text for the buyer, by staff",
  tracking_url: "text for the buyer, by staff",
  // #endregion shop
  // #region shop
  variant_id: "on sale to everybody",
  // #endregion shop
};
