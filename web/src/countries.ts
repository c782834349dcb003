/** Countries of addresses, named in the page's language. Where the shop sends, its rates say. */

/** ISO 3166-1: the European Union, its neighbours, and a few that many shops send to. */
const codes =
  ("AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IN IS IT JP KR KW LI LT LU LV MC " +
    "MT MX NL NO NZ PL PT RO SE SG SI SK US").split(" ");

/** Code and name, sorted by name. */
export function countriesIn(language: string): { code: string; name: string }[] {
  const names = new Intl.DisplayNames([language], { type: "region" });
  return codes.map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((one, other) => one.name.localeCompare(other.name, language));
}

/** One country's name. */
export function countryIn(language: string, code: string): string {
  return new Intl.DisplayNames([language], { type: "region" }).of(code) ?? code;
}

/** The country that the browser's own language names, else France. */
export function likelyCountry(): string {
  const named = navigator.languages.map((one) => one.split("-")[1]).find((code) =>
    code !== undefined && codes.includes(code)
  );
  return named ?? "FR";
}
