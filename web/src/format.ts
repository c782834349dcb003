/** Amounts and dates as a reader of a language writes them. */
import { exponentOf } from "../../supabase/functions/_shared/currencies.ts";

/** The language with the country that the browser asks for: en-GB writes dates otherwise than en-US. */
function regional(language: string): string {
  return navigator.languages.find((one) => one.startsWith(language)) ?? language;
}

/** An amount in minor units, by the one table of decimals: Intl counts some currencies otherwise. */
export function formatMoney(amount: number, currency: string, language: string): string {
  const decimals = exponentOf(currency);
  return new Intl.NumberFormat(regional(language), {
    style: "currency",
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(amount / 10 ** decimals);
}

/** A moment (ISO 8601) as a day. */
export function formatDay(moment: string, language: string): string {
  return new Intl.DateTimeFormat(regional(language), { dateStyle: "long" }).format(
    new Date(moment),
  );
}

/** A moment (ISO 8601) as a day and a time. */
export function formatMoment(moment: string, language: string): string {
  return new Intl.DateTimeFormat(regional(language), { dateStyle: "medium", timeStyle: "short" })
    .format(new Date(moment));
}

/** A moment (ISO 8601) of today as a time. */
export function formatTime(moment: string, language: string): string {
  return new Intl.DateTimeFormat(regional(language), { timeStyle: "short" }).format(
    new Date(moment),
  );
}
