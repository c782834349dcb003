/**
 * Regions: what of a part's stands inside a file of everybody's and cannot be an import. From a line with
 * `#region <part>` to the next with `#endregion <part>`, in whatever comment the language has; editors fold
 * them.
 */

/**
 * The text without a part's regions.
 *
 * @throws naming the line where a region does not end, or ends without having begun
 */
export function withoutRegions(text: string, part: string): string {
  const begins = new RegExp(`#region ${part}\\b`);
  const ends = new RegExp(`#endregion ${part}\\b`);
  if (!begins.test(text) && !ends.test(text)) return text;
  const kept: string[] = [];
  let since: number | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (begins.test(line)) {
      if (since !== undefined) throw new Error(`line ${index + 1}: a region begins inside another`);
      since = index + 1;
    } else if (ends.test(line)) {
      if (since === undefined) throw new Error(`line ${index + 1}: no region ends here`);
      since = undefined;
      // Not two blank lines where it stood.
      if (kept.at(-1) === "") kept.pop();
    } else if (since === undefined) {
      kept.push(line);
    }
  }
  if (since !== undefined) throw new Error(`line ${since}: the region does not end`);
  return kept.join("\n");
}
