/** The number that a query of one counts. */
export async function count(rows: Promise<Iterable<{ count: number }>>): Promise<number> {
  const [row] = [...await rows];
  return row!.count;
}
