/** What migrations make, read out of their text: our SQL names every object with its schema. */

/** Tables and functions, each `schema.name`, sorted. */
export interface Objects {
  tables: string[];
  functions: string[];
}

function made(texts: readonly string[], create: string, what: string): Set<string> {
  const pattern = new RegExp(`^${create} ${what} ((?:private|public)\\.\\w+)`, "gm");
  return new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1]!)));
}

/**
 * What a part's migrations made first, without what is `kept`: others may have replaced a function of the
 * part's since, and the part one of theirs.
 */
export function objectsOf(
  own: readonly string[],
  others: readonly string[],
  kept: readonly string[],
): Objects {
  const only = (what: string) => {
    const theirs = made(others, "create(?: unlogged)?", what);
    return [...made(own, "create(?: or replace| unlogged)?", what).difference(theirs)]
      .filter((name) => !kept.includes(name)).sort();
  };
  return { tables: only("table"), functions: only("function") };
}
