/**
 * The text of a key: `socle_<live|test>_<prefix>_<secret><checksum>`.
 *
 * Made so that whoever scans for leaked secrets can match it and knows by the checksum, without asking
 * us, that it is one of ours (https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/).
 */
import { toHex } from "../hex.ts";

const base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
const base62 = `${base36}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

const prefixLength = 8;
/** 32 of 62 characters: 190 bits. */
const secretLength = 32;
const checksumLength = 6;

/** What a secret scanner looks for. */
export const keyPattern = /^socle_(live|test)_[0-9a-z]{8}_[0-9A-Za-z]{38}$/;

/** A key that was just made. */
export interface NewKey {
  /** The whole: told once, kept nowhere. */
  key: string;
  /** The part that is shown later. */
  prefix: string;
}

function randomText(alphabet: string, length: number): string {
  // Bytes past the last whole multiple would make the first characters likelier than the others.
  const usable = 256 - 256 % alphabet.length;
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < usable && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** CRC-32 (IEEE 802.3). */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let place = 0; place < checksumLength; place++) {
    digits = base62[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** Makes a key. `live` names in it whether real money is meant, for people; we go by the whole alone. */
export function newKey(live: boolean): NewKey {
  const prefix = randomText(base36, prefixLength);
  const unchecked = `socle_${live ? "live" : "test"}_${prefix}_${randomText(base62, secretLength)}`;
  return { key: unchecked + checksum(unchecked), prefix };
}

/** Whether a text has the form of a key, its checksum included: anything else needs no look-up. */
export function isKeyText(text: string): boolean {
  return keyPattern.test(text) &&
    text.slice(-checksumLength) === checksum(text.slice(0, -checksumLength));
}

/** What is kept of a key: SHA-256 in hex. */
export async function hashKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return toHex(digest);
}
