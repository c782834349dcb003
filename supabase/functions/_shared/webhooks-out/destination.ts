/**
 * Where a webhook may go: to public addresses, over https. Staff name the addresses; one that leads into
 * our own network would let whoever writes it read what answers there, or change it.
 *
 * The name is looked up once more by fetch itself, which takes no address beside a name: a name that answers
 * differently the second time gets by. It then meets a signed POST whose answer nobody but staff reads.
 */
import { optionalEnv } from "../env.ts";

/** Names and their addresses; rejects when a name has none. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<string[]>;

/** An address that we do not send to, however often it is tried. */
export class RefusedDestination extends Error {
  override readonly name = "RefusedDestination";
}

function isPublicV4(address: string): boolean {
  const [a, b, c] = address.split(".").map(Number) as [number, number, number];
  // https://www.iana.org/assignments/iana-ipv4-special-registry
  return !(a === 0 || a === 10 || a === 127 || a >= 224 || (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) || (a === 192 && b === 88 && c === 99) ||
    (a === 198 && (b === 18 || b === 19)) || (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113));
}

/** Whether an IP address is one of the public Internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPublicV4(mapped);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) return isPublicV4(address);
  const [first, second = ""] = address.toLowerCase().split(":");
  if (first === undefined || !/^[23][0-9a-f]{3}$/.test(first)) return false; // 2000::/3
  // 2001::/23 are protocols of their own, 2001:db8::/32 examples, 2002::/16 IPv4 in disguise.
  const part = Number.parseInt(second === "" ? "0" : second, 16);
  return !(first === "2002" || (first === "2001" && (part < 0x200 || part === 0xdb8)) ||
    first === "3fff");
}

async function addressesOf(host: string, signal: AbortSignal): Promise<string[]> {
  const found = await Promise.allSettled([
    Deno.resolveDns(host, "A", { signal }),
    Deno.resolveDns(host, "AAAA", { signal }),
  ]);
  const addresses = found.flatMap((one) => one.status === "fulfilled" ? one.value : []);
  if (addresses.length > 0) return addresses;
  throw new Error(`${host} has no address`);
}

/**
 * Refuses what leads into a private network, or is not https. One private address among several is enough:
 * which of them fetch takes is not ours to say.
 *
 * @throws {RefusedDestination} for good; any other error may pass
 */
export async function checkDestination(
  address: string,
  options: { signal: AbortSignal; toLoopback?: boolean; resolve?: Resolve },
): Promise<void> {
  const { signal, resolve = addressesOf } = options;
  const toLoopback = options.toLoopback ?? optionalEnv("WEBHOOKS_TO_LOOPBACK") === "on";
  if (!URL.canParse(address)) throw new RefusedDestination("the address cannot be read");
  const { protocol, hostname, port, username, password } = new URL(address);
  // URL has read 0x7f.1 and 2130706433 as 127.0.0.1 already.
  const host = hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  if (toLoopback && ["127.0.0.1", "localhost", "::1"].includes(host)) return;
  if (protocol !== "https:") throw new RefusedDestination("the address is not https");
  // Nobody's mail server or database is tried for an open port by us.
  if (!["", "8443"].includes(port)) throw new RefusedDestination(`port ${port} is not 443 or 8443`);
  if (username !== "" || password !== "") {
    throw new RefusedDestination("the address holds a name or a password");
  }
  const isAddress = host.includes(":") || /^[\d.]+$/.test(host);
  const addresses = isAddress ? [host] : await resolve(host, signal);
  const refused = addresses.find((one) => !isPublicAddress(one));
  if (refused !== undefined) throw new RefusedDestination(`${refused} is not a public address`);
}
