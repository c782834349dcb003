/** Names in the page's language, and what makes a variant differ. */

/** The name in the language. */
export function nameIn(
  language: string,
  { name_en, name_fr }: { name_en: string; name_fr: string },
): string {
  return language === "fr" ? name_fr : name_en;
}

/**
 * The words for an order's options: an order keeps the names of the language it was placed in, and its options
 * follow them.
 */
export function orderWords(
  locale: string,
  language: string,
  words: Record<string, string>,
): Record<string, string> {
  return locale === language ? words : {};
}

/**
 * {"size": "M", "colour": "red"} as one reads it: "M, red"; empty for a product's only variant.
 *
 * @param words what the page's language has another word for
 */
export function optionsText(
  options: Record<string, unknown>,
  words: Record<string, string>,
): string {
  return Object.values(options).map(String).map((value) => words[value] ?? value).join(", ");
}
