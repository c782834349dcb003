/** Text in a cell of a Markdown table: what would end the cell or the row is kept from doing so. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}
