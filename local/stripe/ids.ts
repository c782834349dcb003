import { randomBytes } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Random letters and digits. */
export function randomWord(length: number): string {
  let word = "";
  while (word.length < length) {
    // 248 is the largest multiple of 62 in a byte: what lies above would favour the first letters.
    for (const byte of randomBytes(length)) {
      if (byte < 248 && word.length < length) word += alphabet[byte % 62];
    }
  }
  return word;
}

/** A new id as Stripe writes them: `cus_` and 24 letters and digits. */
export function newId(prefix: string): string {
  return `${prefix}_${randomWord(24)}`;
}
