import assert from "node:assert/strict";
import { networkOf } from "../../supabase/functions/_shared/network.ts";

Deno.test("network: an IPv4 address counts by itself, also written as IPv6", () => {
  for (const address of ["203.0.113.7", "::ffff:203.0.113.7", "::ffff:cb00:7107"]) {
    assert.equal(networkOf(address), "203.0.113.7");
  }
});

Deno.test("network: all addresses of an IPv6 /64 count as one, others do not", () => {
  const one = networkOf("2001:db8:1:2:3:4:5:6");
  assert.equal(one, "2001:db8:1:2");
  for (const address of ["2001:DB8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"]) {
    assert.equal(networkOf(address), one);
  }
  assert.notEqual(networkOf("2001:db8:1:3::1"), one);
  assert.equal(networkOf("2001:db8::1"), "2001:db8:0:0");
});

Deno.test("network: what names a proxy, this machine or nothing is nobody's", () => {
  const nobodys = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.1",
    "192.168.1.1",
    "169.254.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "::ffff:7f00:1",
    "::",
    "fd00::1",
    "fc00::1",
    "fe80::1%eth0",
    "",
    "unknown",
    "'; select 1",
  ];
  for (const address of nobodys) assert.equal(networkOf(address), "", address);
  for (const address of ["172.32.0.1", "100.128.0.1", "11.0.0.1", "2a00::1"]) {
    assert.notEqual(networkOf(address), "", address);
  }
});
