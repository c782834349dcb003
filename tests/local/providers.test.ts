/** `task providers`: the stand-ins beside a Supabase that is not ours to start; here, the stack of the tests. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { offsetOf } from "../../local/demo/clock.ts";
import { projectDir } from "../../local/stack.ts";
import { Store } from "../../local/stripe/store.ts";
import { repository } from "../../scripts/gates/tree.ts";
import { httpOnly } from "../http-only.ts";
import { portsInARow } from "../support/ports-in-a-row.ts";
import { stack, stackAddress, stripeSdk } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";

function providers(dataDir: string, env: Record<string, string>) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "local/cli/providers.ts"],
    cwd: projectDir,
    env: { NO_COLOR: "1", SOCLE_DATA_DIR: dataDir, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("task providers: Stripe, mail and Redis come up, their webhooks meant for the Supabase that was named", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "socle-providers-" });
  // As a `task start` left it that was ended while it filled new data.
  const store = new Store(join(dataDir, "stripe.sqlite"));
  store.set("clock_offset", String(-30 * 86_400));
  store.close();
  const child = providers(dataDir, {
    PROVIDERS_PORT: String(portsInARow()),
    API_URL: stack.url,
    PUBLISHABLE_KEY: stack.publishableKey,
    SECRET_KEY: stack.secretKey,
    DB_URL: stack.databaseUrl,
  });
  try {
    const variables = await waitFor("the providers", async () => {
      const text = await Deno.readTextFile(join(dataDir, "running.json")).catch(() => undefined);
      return text !== undefined && (JSON.parse(text).env as Record<string, string>);
    });
    const on = stackAddress(variables);
    assert.equal(on.url, stack.url);
    assert.deepEqual(JSON.parse(on.jwks), JSON.parse(stack.jwks));
    const functionsEnv = parseEnv(await Deno.readTextFile(join(dataDir, "functions.env")));
    for (const name of ["STRIPE_API_URL", "STRIPE_WEBHOOK_SECRET", "UPSTASH_REDIS_REST_URL"]) {
      assert.equal(functionsEnv[name], variables[name], name);
    }
    assert.match(functionsEnv["SEND_EMAIL_HOOK_SECRET"]!, /^v1,whsec_/);

    assert.equal(await offsetOf(variables), 0, "in real time, as the Supabase");
    const { id } = await stripeSdk(on).customers.create({ name: "Ada" });
    assert.match(id, /^cus_/);
    const mails = await fetch(`${on.mailUrl}/emails`, {
      headers: { authorization: `Bearer ${on.mailKey}` },
    });
    assert.equal(mails.status, 200, await mails.text());
    const pong = await fetch(variables["UPSTASH_REDIS_REST_URL"]!, {
      method: "POST",
      headers: { authorization: `Bearer ${variables["UPSTASH_REDIS_REST_TOKEN"]}` },
      body: JSON.stringify(["PING"]),
    });
    assert.deepEqual(await pong.json(), { result: "PONG" });
  } finally {
    child.kill("SIGTERM");
    await child.output();
  }
  await assert.rejects(Deno.stat(join(dataDir, "running.json")), Deno.errors.NotFound);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("task providers: says which variable it misses", async () => {
  const child = providers("none", { API_URL: stack.url, PUBLISHABLE_KEY: "", SECRET_KEY: "x" });
  const { code, stderr } = await child.output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /PUBLISHABLE_KEY is not set: start Supabase/);
});

Deno.test("task providers: refuses a Supabase that is not on this machine", async () => {
  const here = {
    API_URL: stack.url,
    PUBLISHABLE_KEY: "x",
    SECRET_KEY: "x",
    DB_URL: stack.databaseUrl,
  };
  const elsewhere = {
    API_URL: "https://abcdefghijklmnopqrst.supabase.co",
    DB_URL: "postgresql://postgres:secret@db.example.com:5432/postgres",
  };
  for (const [name, url] of Object.entries(elsewhere)) {
    const { code, stderr } = await providers("none", { ...here, [name]: url }).output();
    const complaint = new TextDecoder().decode(stderr);
    assert.equal(code, 1);
    assert.match(complaint, new RegExp(`${name} is not on this machine`));
    assert.doesNotMatch(complaint, /secret/);
  }
});

Deno.test("tests by HTTP alone: none of them makes a database or a stack of its own", async () => {
  const files = await httpOnly(await repository());
  assert.ok(files.length > 25, `${files.length}`);
  for (const file of ["tests/accounts/signup.test.ts", "tests/webhooks/stripe-webhook.test.ts"]) {
    assert.ok(files.includes(file), file);
  }
  for (const file of ["tests/rls/tables.test.ts", "tests/plans.test.ts", "tests/health.test.ts"]) {
    assert.ok(!files.includes(file), file);
  }
});
