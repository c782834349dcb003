/**
 * A quote as its holder carries it: what we said, signed. Its key is derived from the project's secret
 * key, so there is nothing to set up; when that is rotated, quotes of the last ten minutes are made anew.
 */
import * as z from "zod";
import { secretKey } from "../env.ts";
import type { Bytes } from "../request-body.ts";

/** What makes two states of a subscription differ for a quote, as Stripe holds it. */
export const QuotedState = z.strictObject({
  status: z.string(),
  item: z.string(),
  price: z.string(),
  quantity: z.int(),
  period_start: z.int(),
  period_end: z.int(),
  /** Stripe's ids of its discounts. */
  discounts: z.array(z.string()),
  /** When it is to end, if it is. */
  ends_at: z.int().nullable(),
});

/** What is changed. */
export const QuotedChange = z.strictObject({
  when: z.enum(["now", "renewal"]),
  price: z.string(),
  quantity: z.int(),
  /** Stripe's id of a promotion code to redeem; null leaves the discounts as they are. */
  promotion_code: z.string().nullable(),
});

/** A signed quote. Amounts in Stripe's units of the subscription's currency, times in seconds. */
export const SignedQuote = z.strictObject({
  id: z.guid(),
  user: z.guid(),
  workspace: z.guid(),
  subscription: z.string(),
  before: QuotedState,
  change: QuotedChange,
  /** Whether an invoice is made at once. */
  invoiced: z.boolean(),
  /** What that invoice comes to; negative: a credit. */
  total: z.int(),
  /** What of it is charged, after the customer's balance. */
  amount_due: z.int(),
  next_total: z.int(),
  currency: z.string(),
  proration_date: z.int(),
  expires_at: z.int(),
});

export type SignedQuote = z.infer<typeof SignedQuote>;

const encoder = new TextEncoder();

async function signingKey(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  return await crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(),
      info: encoder.encode("socle subscription quote 1"),
    },
    material,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign", "verify"],
  );
}

let kept: { secret: string; key: Promise<CryptoKey> } | undefined;

function keyOf(secret: string): Promise<CryptoKey> {
  if (kept?.secret !== secret) kept = { secret, key: signingKey(secret) };
  return kept.key;
}

function toText(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function toBytes(text: string): Bytes | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined; // Not of a length that base64 has: nobody signed it.
  }
}

/** The quote as text: its JSON and its signature, both base64url. */
export async function signQuote(quote: SignedQuote, secret = secretKey()): Promise<string> {
  const payload = encoder.encode(JSON.stringify(SignedQuote.parse(quote)));
  const signature = await crypto.subtle.sign("HMAC", await keyOf(secret), payload);
  return `${toText(payload)}.${toText(new Uint8Array(signature))}`;
}

/** The quote of a text; undefined for one that we have not signed. */
export async function readQuote(
  text: string,
  secret = secretKey(),
): Promise<SignedQuote | undefined> {
  const [payload, signature, ...more] = text.split(".").map(toBytes);
  if (payload === undefined || signature === undefined || more.length > 0) return undefined;
  if (!await crypto.subtle.verify("HMAC", await keyOf(secret), signature, payload)) {
    return undefined;
  }
  const quote = SignedQuote.safeParse(JSON.parse(new TextDecoder().decode(payload)));
  return quote.success ? quote.data : undefined; // Signed before this release changed the form.
}
