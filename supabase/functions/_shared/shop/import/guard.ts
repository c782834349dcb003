/**
 * Text that a spreadsheet would take for a formula. It is written with an apostrophe before it, which
 * spreadsheets take for "this is text", and read without.
 *
 * https://owasp.org/www-community/attacks/CSV_Injection
 */

/** Text as a cell has it. Text that looks like a guarded one is guarded once more, so that nothing is lost. */
export function guarded(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

/** The text that {@linkcode guarded} was given. */
export function unguarded(cell: string): string {
  return /^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}
