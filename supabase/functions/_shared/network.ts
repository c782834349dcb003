/**
 * Whose an address is, for counting: an IPv4 address, or the /64 of an IPv6 one, since whoever has one of
 * those has 2^64 addresses in it. Empty for loopback and private addresses: they name a proxy or this
 * machine, and what was counted by them would be counted for everybody.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  const plain = mapped?.[1] ?? address.toLowerCase().split("%")[0]!;
  if (/^\d+\.\d+\.\d+\.\d+$/.test(plain)) return isPrivateV4(plain) ? "" : plain;
  if (!/^[\da-f:]+$/.test(plain) || !plain.includes(":")) return "";
  const [before = "", after] = plain.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0");
  const groups = [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
  const first = groups[0]!;
  const isZero = (count: number) => groups.slice(0, count).every((group) => group === 0);
  // An IPv4 address in hexadecimal.
  if (isZero(5) && groups[5] === 0xffff) {
    return networkOf(groups.slice(6).flatMap((group) => [group >> 8, group & 255]).join("."));
  }
  // The first /64 is this machine's; nobody has been given an address in it.
  const isLocal = isZero(4) ||
    (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80;
  return isLocal ? "" : groups.slice(0, 4).map((group) => group.toString(16)).join(":");
}

function isPrivateV4(address: string): boolean {
  const [a, b] = address.split(".").map(Number) as [number, number];
  return a === 127 || a === 10 || a === 0 || (a === 192 && b === 168) || (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) || (a === 100 && b >= 64 && b < 128);
}
