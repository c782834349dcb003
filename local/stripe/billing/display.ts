/** Stripe's own lists: https://docs.stripe.com/currencies#zero-decimal */
const zeroDecimal = new Set(
  "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "),
);
const threeDecimal = new Set("bhd jod kwd omr tnd".split(" "));

/** An amount of minor units to read: `€19.00`. For descriptions and pages only. */
export function displayMoney(amount: number, currency: string, locale = "en-US"): string {
  const digits = zeroDecimal.has(currency) ? 0 : threeDecimal.has(currency) ? 3 : 2;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/** A time to read: `November 22, 2026`, UTC. */
export function displayDate(seconds: number): string {
  return new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" })
    .format(seconds * 1000);
}
