/** Lists that go on: keyset pages, each read when somebody asks for more. */
import { useState } from "react";
import type { Problem } from "../../problem.ts";
import { type Action, useAction } from "../../use-action.ts";
import { useRead } from "../../use-read.ts";

/** A page as the endpoints give it; `next` is the cursor of the following one, null on the last. */
export interface Page<Row> {
  rows: Row[];
  next: string | null;
}

export interface Pages<Row> {
  /** All that was read so far; undefined until the first has come. */
  rows: Row[] | undefined;
  problem: Problem | undefined;
  /** Reads the following page; undefined when there is none. */
  more: Action<[]> | undefined;
  /** Begins anew with the first page. */
  reload(): Promise<void>;
  /** What became of a row, without reading the list anew: whoever is on a further page stays there. */
  replace(before: Row, now: Row): void;
}

/** @param key names the list: with another one it begins anew */
export function usePages<Row>(
  load: (cursor: string | undefined) => Promise<Page<Row>>,
  key: string,
): Pages<Row> {
  const first = useRead(() => load(undefined), key);
  const [further, setFurther] = useState<{ after: Page<Row>; page: Page<Row> }>();
  const [replaced, setReplaced] = useState<{ of: Page<Row> | undefined; rows: Map<Row, Row> }>();
  // What followed another first page is not of this list.
  const read = further !== undefined && further.after === first.value ? further.page : undefined;
  const last = read ?? first.value;
  const more = useAction(async () => {
    if (first.value === undefined || last?.next == null) return;
    const page = await load(last.next);
    setFurther({
      after: first.value,
      page: { rows: [...read?.rows ?? [], ...page.rows], next: page.next },
    });
  });
  const replacements = replaced?.of === first.value ? replaced?.rows : undefined;
  return {
    rows: first.value &&
      [...first.value.rows, ...read?.rows ?? []].map((row) => replacements?.get(row) ?? row),
    problem: first.problem ?? more.problem,
    more: last?.next == null ? undefined : more,
    reload: first.reload,
    replace(before, now) {
      const map = new Map(replacements);
      // By the row that was read, which may have been replaced already.
      const found = [...map].find(([, latest]) => latest === before)?.[0] ?? before;
      setReplaced({ of: first.value, rows: map.set(found, now) });
    },
  };
}
