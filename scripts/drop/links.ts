/** Rows of tables and entries of lists in Markdown whose link leads to a page that is gone: they go with it. */

const link = /\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g;

/**
 * The text without them.
 *
 * @param isGone whether a link such as `docs/shop-cart.md` leads nowhere any more
 * @throws for such a link in a paragraph: that belongs into a region
 */
export function withoutLinks(text: string, isGone: (to: string) => boolean): string {
  const leadsNowhere = (block: string) =>
    [...block.matchAll(link)].some((match) => isGone(match[1]!));
  const kept: string[] = [];
  let fenced = false;
  // A block is a row of a table, an entry of a list with what is indented below it, or a line.
  let block: string[] = [];
  let isEntry = false;
  const close = () => {
    const whole = block.join("\n");
    if (!leadsNowhere(whole)) kept.push(...block);
    else if (!isEntry && !whole.startsWith("|")) throw new Error(`links in a paragraph: ${whole}`);
    block = [];
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) fenced = !fenced;
    const begins = /^\s*(?:[-*]|\d+\.)\s/.test(line);
    const goesOn = isEntry && /^\s+\S/.test(line) && !begins;
    if (!fenced && goesOn) {
      block.push(line);
      continue;
    }
    close();
    isEntry = begins && !fenced;
    block = [line];
  }
  close();
  return kept.join("\n");
}
