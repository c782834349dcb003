/** config.toml as the workflow of the real stack changes it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "smol-toml";
import { supabaseDir } from "../../local/stack.ts";
import { forTests } from "../../scripts/ci/settings.ts";

const config = await Deno.readTextFile(join(supabaseDir, "config.toml"));

Deno.test("settings for tests: mails go by our hook, Auth counts nothing, the rest is as it was", () => {
  // deno-lint-ignore no-explicit-any -- a document of any form
  const [before, after] = [parse(config) as any, parse(forTests(config)) as any];
  assert.equal(after.auth.hook.send_email.enabled, true);
  assert.match(after.auth.hook.send_email.uri, /^http:\/\/127\.0\.0\.1:54321\//);
  assert.ok(after.auth.rate_limit.sign_in_sign_ups > 10_000);
  delete after.auth.rate_limit;
  after.auth.hook.send_email = before.auth.hook.send_email;
  assert.deepEqual(after, before);
});

Deno.test("settings for tests: a file that has changed otherwise is refused", () => {
  assert.throws(
    () => forTests(config.replace("[auth.hook.send_email]", "[auth.hook.other]")),
    /hook/,
  );
  assert.throws(() => forTests(forTests(config)), /not as expected/);
});
