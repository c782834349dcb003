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
export function usePriceText(): (price: Price, perSeat: boolean) => string {
  const { t, language } = useLanguage();
  return ({ currency, unit_amount, interval, interval_count }, perSeat) => {
    const every = interval_count === 1
      ? t.priceEvery[interval as keyof typeof t.priceEvery]
      : t.priceEveryFew(interval_count, interval);
    const price = `${formatMoney(unit_amount, currency, language)} ${every}`;
    return perSeat ? t.perMember(price) : price;
  };
}
