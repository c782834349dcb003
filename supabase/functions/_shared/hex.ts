/** Bytes as lower-case hexadecimal text. (`Uint8Array.toHex` is not there on the hosted Deno.) */
export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
