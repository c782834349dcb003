/** A secret of each kind that this project holds is found where somebody has put it. */
import assert from "node:assert/strict";
import { secrets } from "../../scripts/gates/secrets.ts";
import { changed, repository, type Tree } from "../../scripts/gates/tree.ts";

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Random, and put together here: this file holds none that could be found. */
function random(length: number, from = letters): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => from[byte % from.length]).join("");
}

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const planted: Record<string, () => string> = {
  "a Stripe key": () => `sk_live_51${random(97)}`,
  "a Stripe test key": () => `sk_test_51${random(97)}`,
  "a webhook's secret": () => `whsec_${random(32)}`,
  "a Supabase secret key": () => `sb_secret_${random(22)}_${random(8)}`,
  "a Supabase access token": () => `sbp_${random(40, "0123456789abcdef")}`,
  "a Resend key": () => `re_${random(8)}_${random(24)}`,
  "an Upstash token": () => `UPSTASH_REDIS_REST_TOKEN=AX${random(50)}`,
  "a database's address": () =>
    `postgresql://postgres:${random(16)}@db.${random(20)}.supabase.co/postgres`,
  "a private key": () => `-----BEGIN PRIVATE KEY-----\n${random(64)}\n-----END PRIVATE KEY-----`,
  "a private JWK": () => `{"kty":"EC","d":"${random(43)}"}`,
  "a signed token": () => `eyJ${random(20)}.eyJ${random(40)}.${random(43)}`,
  "a GitHub token": () => `ghp_${random(36)}`,
  "a Slack webhook": () =>
    `https://hooks.slack.com/services/T${random(8, upper)}/B${random(8, upper)}/${random(24)}`,
  "an AWS key": () => `AKIA${random(16, upper)}`,
};

async function found(tree: Tree): Promise<string[]> {
  return await secrets.complaints(tree);
}

const tree = await repository();
// The whole repository is scanned by its own gate; here it is enough to look at the planted file.
const allowedFiles = await Promise.all(
  ["tests/database/webhooks-out.test.ts", "tests/unit/webhook-destination.test.ts"]
    .map(async (path) => [path, await tree.read(path)] as const),
);
const few = changed({ paths: [], read: tree.read }, Object.fromEntries(allowedFiles));

for (const [what, make] of Object.entries(planted)) {
  Deno.test(`secrets: ${what} is found, and not shown`, async () => {
    const secret = make();
    const complaints = await found(changed(few, { "docs/x.md": `first line\n${secret}\n` }));
    assert.ok(complaints.length >= 1, "not found");
    for (const complaint of complaints) {
      assert.match(complaint, /^docs\/x\.md:2: /);
      assert.ok(!complaint.includes(secret), "shown");
    }
  });
}

Deno.test("secrets: what is allowed is allowed in its file alone, and an allowance that is not needed fails", async () => {
  const [[path, text]] = allowedFiles as [readonly [string, string], ...unknown[]];
  assert.deepEqual(await found(few), []);
  const elsewhere = await found(changed(few, { "docs/x.ts": text }));
  assert.match(elsewhere.join("\n"), /^docs\/x\.ts:\d+: BasicAuth/);
  const gone = await found(changed(few, { [path]: "nothing any more" }));
  assert.match(gone.join("\n"), /no longer holds what is allowed/);
});
