import assert from "node:assert/strict";
import {
  durationSeconds,
  readApiConfig,
  readAuthConfig,
  sizeBytes,
} from "../../local/gateway/config.ts";
import { loadKeys } from "../../local/keys.ts";

Deno.test("keys: are made once, then read, by whoever comes first", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const made = await Promise.all(Array.from({ length: 8 }, () => loadKeys(`${dir}/new`)));
    const again = await loadKeys(`${dir}/new`);
    for (const keys of made) assert.deepEqual(keys, again);
    const names = [...Deno.readDirSync(`${dir}/new`)].map((entry) => entry.name);
    assert.deepEqual(names, ["keys.json"], "drafts are left behind");
    assert.equal((await Deno.stat(`${dir}/new/keys.json`)).mode! & 0o777, 0o600);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("keys: have the hosted shapes, and the public half tells nothing private", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const keys = await loadKeys(dir);
    assert.match(keys.publishableKey, /^sb_publishable_[\w-]{22}_[\w-]{8}$/);
    assert.match(keys.secretKey, /^sb_secret_[\w-]{22}_[\w-]{8}$/);
    assert.match(keys.emailHookSecret, /^v1,whsec_[A-Za-z0-9+/]{43}=$/);
    const [key] = keys.jwks.keys;
    assert.equal(key?.kid, keys.signingKey.kid);
    assert.equal(key?.alg, "ES256");
    assert.equal(key?.d, undefined);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("keys: a damaged file is named", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/keys.json`, "{}");
    await assert.rejects(loadKeys(dir), /cannot read .*keys\.json/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("config.toml: auth is read, and silent settings have the CLI's defaults", () => {
  const config = readAuthConfig(`
[auth]
site_url = "http://localhost:5173"
additional_redirect_urls = ["https://app.example.com/**"]
jwt_expiry = 900
[auth.email]
enable_confirmations = true
max_frequency = "1m30s"
  `);
  assert.equal(config.siteUrl, "http://localhost:5173");
  assert.deepEqual(config.redirectAllowList, ["https://app.example.com/**"]);
  assert.equal(config.jwtExpiry, 900);
  assert.equal(config.confirmations, true);
  assert.equal(config.emailMaxFrequency, 90);
  assert.equal(config.minimumPasswordLength, 6);
  assert.equal(readAuthConfig("").confirmations, false);
  assert.equal(readAuthConfig("").emailMaxFrequency, 1);
});

Deno.test("config.toml: a setting of the wrong type is named", () => {
  assert.throws(() => readAuthConfig('[auth]\njwt_expiry = "soon"'), /jwt_expiry must be a number/);
  assert.throws(() => readApiConfig("[api]\nschemas = 1"), /schemas must be a list/);
  assert.throws(() => durationSeconds("1 day"), /duration "1 day"/);
  assert.throws(() => sizeBytes("big"), /size "big"/);
});

Deno.test("config.toml: sizes and durations", () => {
  assert.equal(sizeBytes("50MiB"), 50 * 1024 * 1024);
  assert.equal(sizeBytes("5MB"), 5_000_000);
  assert.equal(sizeBytes("1024"), 1024);
  assert.equal(durationSeconds("500ms"), 0.5);
  assert.equal(durationSeconds("24h"), 86_400);
});
