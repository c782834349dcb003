/** What others wrote and our mails repeat: names, labels, links. Cleaned, never refused for length. */
import * as z from "zod";

/**
 * A text as one visible line: no control, bidirectional or zero-width character, which could add a
 * mail header or turn a sentence around; at most `max` characters.
 */
export function singleLine(text: string, max: number): string {
  const line = text.normalize("NFC")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")
    .replace(/\p{C}/gu, "")
    .replace(/\p{Zs}{2,}/gu, " ")
    .trim();
  const characters = [...line];
  return characters.length <= max ? line : characters.slice(0, max - 1).join("").trimEnd() + "…";
}

/**
 * A person's name fit for a greeting, or "" where it holds an address: anyone can sign up someone
 * else's mailbox as "Win a prize at evil.example", and mail clients make a link of it.
 */
export function displayName(name: string): string {
  const line = singleLine(name, 60);
  return /:\/\/|www\.|[@/\\]|[\p{L}\p{N}]\.\p{L}{2,}/iu.test(line) ? "" : line;
}

/** A person's name: optional, since not everyone gave one. */
export const personName = z.string().overwrite(displayName).optional();

/** A workspace, plan or device name. */
export const label = z.string().overwrite((text) => singleLine(text, 80));

/** A mail address that a text names; RFC 5321 allows 254 characters. */
export const address = z.string().overwrite((text) => singleLine(text, 254));

/** A link that a button may open. `javascript:`, `data:` and the like are refused. */
export const link = z.url({ protocol: /^https?$/ });
