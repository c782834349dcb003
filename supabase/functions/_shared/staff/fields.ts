/** What the endpoints for staff have in common: reasons, ids, pages. */
import * as z from "zod";

/** Why a member of staff does it: kept beside what it changes, and in the audit log. */
export const Reason = z.string().trim().min(5).max(500);

/**
 * A moment as a filter names it: ISO 8601, of those that Postgres knows. It has no year 0 and no offset of
 * sixteen hours, and refuses the whole query.
 */
export const Moment = z.iso.datetime({ offset: true })
  .refine((text) => !text.startsWith("0000"), "There is no year 0")
  .refine((text) => !/[+-](1[6-9]|2\d):\d\d$/.test(text), "No place is sixteen hours from UTC");

/** A row's number as a query writes it: digits that a JavaScript number holds exactly. */
export const NumberInQuery = z.string().regex(/^[1-9][0-9]{0,14}$/);

export const Id = z.int().positive();

/** At most this many rows are changed by one call: what follows is work for one queue. */
export const mostAtOnce = 500;

export const Ids = z.array(Id).min(1).max(mostAtOnce);

/** A body that names rows: with either some of their ids, or a filter. */
export function idsOrFilter<T extends z.ZodType<{ ids?: unknown; filter?: unknown }>>(body: T): T {
  return body.refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    error: "Give either ids or a filter",
    path: ["filter"],
  });
}

/** Rows of a page: 1 to 100. */
export const PageSize = z.string().regex(/^([1-9]|[1-9][0-9]|100)$/);

export const defaultPageSize = 50;

/** A keyset page's query: the rows before `cursor`, newest first. */
export const pageQuery = { cursor: NumberInQuery.optional(), page_size: PageSize.optional() };

/** A page's query as numbers. */
export function pageOf(query: { cursor?: string | undefined; page_size?: string | undefined }) {
  return {
    before_id: (query.cursor === undefined ? null : Number(query.cursor)) as number,
    page_size: Number(query.page_size ?? defaultPageSize),
  };
}

/** A filter without what was not asked for. */
export function given(filter: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).filter((part): part is [string, string] => part[1] !== undefined),
  );
}
