import type { Call } from "./call.ts";
import { invalid } from "./errors.ts";
import type { Selection } from "./store.ts";
import type { Documents, Kind, List } from "./wire.ts";

/** The parameters that every list call takes. */
export const paging = ["limit", "starting_after", "ending_before"] as const;

interface Paging {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
}

/** `created`, or another time, as list calls filter by it: equal to, or within. */
export type TimeRange = number | { gt?: number; gte?: number; lt?: number; lte?: number };

/** Answers a list call: a page of the documents that match, newest first. */
export function page<K extends Kind>(
  call: Call,
  kind: K,
  url: string,
  params: Paging,
  selection: Pick<Selection<K>, "where" | "filter"> = {},
): List<Documents[K]> {
  const { limit, startingAfter, endingBefore } = checked(params);
  const cursor = startingAfter ?? endingBefore;
  if (cursor !== undefined) {
    call.need(kind, cursor, startingAfter === undefined ? "ending_before" : "starting_after");
  }
  const { data, more } = call.store.list(kind, {
    ...selection,
    limit,
    startingAfter,
    endingBefore,
  });
  return { object: "list", data, has_more: more, url };
}

/** A page of a list that is held inside a document, in its own order. */
export function pageOf<T extends { id: string }>(
  whole: readonly T[],
  url: string,
  params: Paging,
): List<T> {
  const { limit, startingAfter, endingBefore } = checked(params);
  const cursor = startingAfter ?? endingBefore;
  const at = cursor === undefined ? -1 : whole.findIndex(({ id }) => id === cursor);
  if (cursor !== undefined && at < 0) throw invalid(`No such object: '${cursor}'`);
  const rest = endingBefore === undefined ? whole.slice(at + 1) : whole.slice(0, at);
  const data = endingBefore === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  return { object: "list", data: [...data], has_more: rest.length > limit, url };
}

/** Whether a time lies in what a list call asked for. */
export function within(time: number, range: TimeRange | undefined): boolean {
  if (range === undefined) return true;
  if (typeof range === "number") return time === range;
  return time > (range.gt ?? -Infinity) && time >= (range.gte ?? -Infinity) &&
    time < (range.lt ?? Infinity) && time <= (range.lte ?? Infinity);
}

function checked(params: Paging) {
  const limit = params.limit ?? 10;
  if (limit < 1 || limit > 100) {
    throw invalid(
      limit < 1
        ? "This value must be greater than or equal to 1."
        : `This value must be less than or equal to 100 (it currently is '${limit}').`,
      { param: "limit" },
    );
  }
  if (params.starting_after !== undefined && params.ending_before !== undefined) {
    throw invalid("You may only specify one of these parameters: starting_after, ending_before.");
  }
  return { limit, startingAfter: params.starting_after, endingBefore: params.ending_before };
}
