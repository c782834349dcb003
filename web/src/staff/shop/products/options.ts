/** What makes a variant differ, as staff type it: a line each, "size: M". */

/** The lines of options. */
export function optionLines(options: unknown): string {
  return Object.entries(options as Record<string, string>)
    .map(([name, value]) => `${name}: ${value}`).join("\n");
}

/** The options of lines; a line without a colon is left out. */
export function optionsTyped(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split("\n").map((line) => /^([^:]+):(.+)$/.exec(line))
      .filter((found) => found !== null)
      .map(([, name, value]) => [name!.trim(), value!.trim()]),
  );
}
