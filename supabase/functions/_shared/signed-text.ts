/**
 * Texts that come back to us and must be ours: what is in the links of mails, for one. They are not
 * secret and do not expire; whatever must end says so in its text or in the database.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { env } from "./env.ts";

/** LINK_SECRET holds one secret or several, comma-separated: the first signs, each is believed. */
function secrets(): string[] {
  return env("LINK_SECRET").split(",").map((secret) => secret.trim()).filter(Boolean);
}

function signature(purpose: string, text: string, secret: string): string {
  return createHmac("sha256", secret).update(`${purpose}:${text}`).digest("base64url");
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => new TextEncoder().encode(text)) as [
    Uint8Array,
    Uint8Array,
  ];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * The text with its signature behind it, for URLs and headers if the text is. The same each time: a
 * retried mail must be the same mail.
 *
 * @param purpose what it is for: a text that was signed for one purpose is none for another
 */
export function signText(purpose: string, text: string): string {
  return `${text}.${signature(purpose, text, secrets()[0]!)}`;
}

/** The text that we signed for this purpose; undefined for anything else. */
export function readSignedText(purpose: string, signed: string): string | undefined {
  const cut = signed.lastIndexOf(".");
  if (cut < 0) return undefined;
  const [text, mac] = [signed.slice(0, cut), signed.slice(cut + 1)];
  return secrets().some((secret) => isSame(mac, signature(purpose, text, secret)))
    ? text
    : undefined;
}
