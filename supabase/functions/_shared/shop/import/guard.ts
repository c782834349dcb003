/**
 * Text that a spreadsheet would take for a formula, or an import for the word that clears a cell. It is written
 * with an apostrophe before it, which spreadsheets take for "this is text", and read without.
 *
 * https://owasp.org/www-community/attacks/CSV_Injection
 */

/** What a cell says that clears what is there; an empty one leaves it. */
export const cleared = "(none)";

/** Text as a cell has it. Text that looks like a guarded one is guarded once more, so that nothing is lost. */
export function guarded(text: string): string {
  return /^'*([=+\-@\t\r]|\(none\)$)/.test(text) ? `'${text}` : text;
}

/** The text that {@linkcode guarded} was given. */
export function unguarded(cell: string): string {
  return /^'+([=+\-@\t\r]|\(none\)$)/.test(cell) ? cell.slice(1) : cell;
}
