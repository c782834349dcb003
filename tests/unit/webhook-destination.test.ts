/** Where webhooks may go: never into a private network, however its address is written. */
import { equal, rejects } from "node:assert/strict";
import {
  checkDestination,
  isPublicAddress,
  RefusedDestination,
} from "../../supabase/functions/_shared/webhooks-out/destination.ts";

const signal = new AbortController().signal;
const resolves = (...addresses: string[]) => () => Promise.resolve(addresses);

Deno.test("webhook destinations: addresses of private, local and reserved networks are not public", () => {
  const refused = `
    0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
    192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
    224.0.0.1 240.0.0.1 255.255.255.255
    :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::a00:1 100::1 2001::1 2001:db8::1 2002:7f00:1::
    3fff::1 fc00::1 fd12:3456::1 fe80::1 ff02::1 localhost`;
  for (const address of refused.trim().split(/\s+/)) {
    equal(isPublicAddress(address), false, address);
  }
  const allowed = `
    1.1.1.1 8.8.8.8 100.63.0.1 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 192.167.1.1 198.17.0.1
    223.255.255.254 ::ffff:8.8.8.8 2001:4860:4860::8888 2a00:1450:4007::200e 2606:4700::1111`;
  for (const address of allowed.trim().split(/\s+/)) equal(isPublicAddress(address), true, address);
});

Deno.test("webhook destinations: a name goes through when all of its addresses are public", async () => {
  const check = (address: string, ...found: string[]) =>
    checkDestination(address, { signal, toLoopback: false, resolve: resolves(...found) });
  await check("https://example.com/hook", "93.184.215.14", "2606:2800:21f::1");
  await check("https://example.com:443/hook", "93.184.215.14");
  await check("https://example.com:8443/hook", "93.184.215.14");
  for (const port of [22, 80, 444, 5432]) {
    await rejects(check(`https://example.com:${port}/`, "93.184.215.14"), RefusedDestination);
  }
  // What the database takes for an address is not one for everybody.
  for (const address of ["https://e.com%3A25/", "https://[:::]/", "https://a|b/"]) {
    await rejects(check(address, "93.184.215.14"), RefusedDestination);
  }
  for (const found of [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["93.184.215.14", "::1"]]) {
    await rejects(check("https://example.com/hook", ...found), RefusedDestination);
  }
});

Deno.test("webhook destinations: however loopback or a private address is written, it is refused", async () => {
  const never = () => Promise.reject(new Error("nothing to look up"));
  for (
    const address of [
      "https://127.0.0.1/",
      "https://127.1/",
      "https://0x7f.0.0.1/",
      "https://2130706433/",
      "https://0177.0.0.1/",
      "https://[::1]/",
      "https://[::ffff:7f00:1]/",
      "https://[fd00::1]/",
      "https://169.254.169.254/latest/meta-data",
      "http://93.184.215.14/",
      "https://user:secret@93.184.215.14/",
    ]
  ) {
    await rejects(
      checkDestination(address, { signal, toLoopback: false, resolve: never }),
      RefusedDestination,
      address,
    );
  }
  await rejects(
    checkDestination("https://localhost./", {
      signal,
      toLoopback: false,
      resolve: resolves("127.0.0.1"),
    }),
    RefusedDestination,
  );
});

Deno.test("webhook destinations: a local stack reaches this machine, and nothing else private", async () => {
  const options = { signal, toLoopback: true, resolve: resolves("10.0.0.1") };
  await checkDestination("http://127.0.0.1:8080/hook", options);
  await checkDestination("http://localhost:8080/hook", options);
  await rejects(checkDestination("https://10.0.0.1/", options), RefusedDestination);
  await rejects(checkDestination("https://example.com/", options), RefusedDestination);
});

Deno.test("webhook destinations: a name that is not found may be found later", async () => {
  const lost = new Error("example.com has no address");
  await rejects(
    checkDestination("https://example.com/", {
      signal,
      toLoopback: false,
      resolve: () => Promise.reject(lost),
    }),
    lost,
  );
});
