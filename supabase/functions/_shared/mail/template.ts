/**
 * What a mail is: a schema of its props, its texts in every language side by side, a sample. Plain
 * values without React, so that what enqueues a mail can check props at no cost; only render.tsx,
 * which turns blocks into HTML, loads React.
 */
import type * as z from "zod";
import { formatMoney, type Money } from "../money.ts";
import { formatDate, frenchSpacing, type Locale } from "./locale.ts";
import type { Purpose } from "./topics.ts";

/** One part of a mail's body, in reading order. */
export type Block =
  | { kind: "text"; text: string }
  | { kind: "note"; text: string }
  | { kind: "action"; label: string; url: string; fallback: string }
  | { kind: "link"; label: string; url: string }
  | { kind: "code"; label: string; code: string }
  | { kind: "rows"; rows: Row[] }
  | { kind: "items"; items: Item[] }
  | { kind: "address"; label: string; lines: string[] };

/** One fact of a table: `strong` is what the reader looks for first. */
export interface Row {
  label: string;
  value: string;
  strong?: boolean;
}

/** One line of an order: what it is, its size or count below it, what it costs. */
export interface Item {
  name: string;
  detail: string;
  value: string;
}

/** A mail in one language, before it is HTML or text. */
export interface Content {
  subject: string;
  /** What the inbox shows after the subject. */
  preheader: string;
  heading: string;
  blocks: Block[];
  /** Why its reader gets it, of a transactional mail that is about no account of the reader's. */
  because?: string;
}

/** The same sentence in each language. */
export type Sentence = Record<Locale, string>;

/** What a template writes with: the reader's language, our name, amounts and dates. */
export interface Writer {
  locale: Locale;
  brand: string;
  say(sentence: Sentence): string;
  money(amount: Money): string;
  /** @param timeZone IANA; UTC unless given */
  date(instant: string, timeZone?: string): string;
}

/** A mail as a file of `templates/` declares it. */
export interface Declaration<Schema extends z.ZodType> {
  /** Why it is sent: `transactional`, or a topic that its reader can turn off (topics.ts). */
  purpose: Purpose;
  /** Strict: a prop that no text uses is a mistake of the caller. */
  props: Schema;
  /** A sample, shown by previews and rendered by the tests. */
  preview: z.input<Schema>;
  write(writer: Writer, props: z.output<Schema>): Content;
}

/** A declared mail, closed over the type of its props. */
export interface Template<Schema extends z.ZodType> {
  purpose: Purpose;
  props: Schema;
  preview: z.input<Schema>;
  /** @throws {z.ZodError} the props are not of the schema */
  compose(locale: Locale, brand: string, props: unknown): Content;
}

/** Declares a mail: one in each file of `templates/`, listed in templates.ts. */
export function mailTemplate<Schema extends z.ZodType>(
  { purpose, props: schema, preview, write }: Declaration<Schema>,
): Template<Schema> {
  return {
    purpose,
    props: schema,
    preview,
    compose: (locale, brand, props) => write(writer(locale, brand), schema.parse(props)),
  };
}

function writer(locale: Locale, brand: string): Writer {
  return {
    locale,
    brand,
    say: (sentence) => locale === "fr" ? frenchSpacing(sentence.fr) : sentence[locale],
    money: (amount) => formatMoney(amount, locale),
    date: (instant, timeZone) => formatDate(instant, locale, timeZone),
  };
}
