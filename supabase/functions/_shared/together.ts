/** Tables put together out of several files. */

/** What the tables hold together, by type: a union of tables as the one that has the keys of all. */
type Together<Tables> = (Tables extends unknown ? (table: Tables) => void : never) extends
  (table: infer Whole) => void ? Whole : never;

/**
 * One table of several, in their order.
 *
 * @throws where two hold the same key: by a spread the later one would silently take the place of the other
 */
export function together<const Tables extends readonly object[]>(
  ...tables: Tables
): Together<Tables[number]> {
  const whole: Record<string, unknown> = {};
  for (const table of tables) {
    for (const [key, value] of Object.entries(table)) {
      if (Object.hasOwn(whole, key)) throw new Error(`"${key}" is declared twice: rename one`);
      whole[key] = value;
    }
  }
  return whole as Together<Tables[number]>;
}
