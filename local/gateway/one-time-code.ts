/** One-time codes of mails: digits for the reader, their hash for the database and for links. */

/** A random code of `length` digits, each equally likely. */
export function oneTimeCode(length: number): string {
  let code = "";
  while (code.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      // 250 is the largest multiple of ten in a byte: what lies above would favour small digits.
      if (byte < 250 && code.length < length) code += String(byte % 10);
    }
  }
  return code;
}

/** The hash that Lite stores for a code sent to `email`. */
export async function codeHash(email: string, code: string): Promise<string> {
  const bytes = new TextEncoder().encode(email.toLowerCase() + code);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
