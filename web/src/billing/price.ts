/** A price as one reads it: "€19.00 a month". */
import { formatMoney } from "../format.ts";
import { useLanguage } from "../i18n/language.tsx";

interface Price {
  currency: string;
  unit_amount: number;
  interval: string;
  interval_count: number;
}

/** Words prices in the page's language. */
export function usePriceText(): (price: Price) => string {
  const { t, language } = useLanguage();
  return ({ currency, unit_amount, interval, interval_count }) => {
    const every = interval_count === 1
      ? t.priceEvery[interval as keyof typeof t.priceEvery]
      : t.priceEveryFew(interval_count, interval);
    return `${formatMoney(unit_amount, currency, language)} ${every}`;
  };
}
