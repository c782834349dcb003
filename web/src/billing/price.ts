/** A price as one reads it: "€19.00 a month". */
import { formatMoney } from "../format.ts";
import { useLanguage } from "../text/language.tsx";
import { useBillingTexts } from "./texts.ts";

interface Price {
  currency: string;
  unit_amount: number;
  interval: string;
  interval_count: number;
}

/** Words prices in the page's language. */
export function usePriceText(): (price: Price, perSeat: boolean) => string {
  const { language } = useLanguage();
  const s = useBillingTexts();
  return ({ currency, unit_amount, interval, interval_count }, perSeat) => {
    const every = interval_count === 1
      ? s.priceEvery[interval as keyof typeof s.priceEvery]
      : s.priceEveryFew(interval_count, interval);
    const price = `${formatMoney(unit_amount, currency, language)} ${every}`;
    return perSeat ? s.perMember(price) : price;
  };
}
