/** The languages that mails are written in, and how each writes dates and punctuation. */
import * as z from "zod";

export const Locale = z.enum(["fr", "en"]);
export type Locale = z.infer<typeof Locale>;

/** The language to write to someone in, from a setting that anyone may have written: en unless fr. */
export function localeOf(setting: unknown): Locale {
  return typeof setting === "string" && /^fr([-_]|$)/i.test(setting) ? "fr" : "en";
}

/** A moment: ISO 8601 with an offset, as JSON.stringify and Postgres's to_jsonb write it. */
export const Instant = z.iso.datetime({ offset: true });

/** IANA time zone, such as "Europe/Paris". */
export const TimeZone = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}, "expected an IANA time zone");

/**
 * A date as the reader writes it: "22/11/2026" in fr, "22 November 2026" in en, where digits alone
 * would be another day for an American than for a Briton. Its spaces don't break.
 *
 * @param instant ISO 8601 with an offset
 * @param timeZone decides the day; UTC unless given
 */
export function formatDate(instant: string, locale: Locale, timeZone = "UTC"): string {
  const style: Intl.DateTimeFormatOptions = locale === "fr"
    ? { day: "2-digit", month: "2-digit", year: "numeric" }
    : { dateStyle: "long" };
  return new Intl.DateTimeFormat(locale === "fr" ? "fr-FR" : "en-GB", { ...style, timeZone })
    .format(new Date(instant)).replaceAll(" ", "\u00a0");
}

/**
 * Makes the spaces unbreakable that French puts before « : ; ? ! » and inside guillemets, so that
 * texts can be written with the space bar. U+00A0 for all of them: the narrow U+202F, finer before
 * « ; ? ! », is an empty box in older Outlook.
 */
export function frenchSpacing(text: string): string {
  return text.replace(/ (?=[:;?!»])|(?<=«) /g, "\u00a0");
}
