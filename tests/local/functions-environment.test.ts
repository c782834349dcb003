import assert from "node:assert/strict";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { supabaseDir } from "../../local/stack.ts";
import { functionsProject, handler, listed } from "./functions-project.ts";

const showEnvironment = handler(`() => Response.json(Deno.env.toObject())`);

Deno.test("functions: a function sees the given variables, functions/.env over them, and no more", async () => {
  Deno.env.set("SOCLE_TEST_SECRET_OF_THE_PARENT", "1");
  await using project = await functionsProject({
    "config.toml": listed("show"),
    "functions/show/index.ts": showEnvironment,
    "functions/.env": `MAIL_FROM="Socle <a@demo.test>"\nSUPABASE_URL=https://stolen.test\n# no\n`,
  }, { env: { SUPABASE_URL: "http://127.0.0.1:54321", MAIL_FROM: "x", SITE_URL: "http://s" } });
  const seen = await (await project.call("/show")).json();
  assert.equal(seen.SUPABASE_URL, "http://127.0.0.1:54321");
  assert.equal(seen.MAIL_FROM, "Socle <a@demo.test>");
  assert.equal(seen.SITE_URL, "http://s");
  assert.match(seen.SB_EXECUTION_ID, /^[0-9a-f-]{36}$/);
  assert.equal("SOCLE_TEST_SECRET_OF_THE_PARENT" in seen, false);
  await project.logs(/SUPABASE_URL in supabase\/functions\/\.env is skipped/);
});

Deno.test("functions: .env as it is copied from the example changes nothing, whoever wants none of it has none", async () => {
  const example = await Deno.readTextFile(join(supabaseDir, "functions/.env.example"));
  const names = Object.keys(parseEnv(example)).filter((name) => !name.startsWith("SUPABASE_"));
  const env = Object.fromEntries(names.map((name) => [name, `the stack's ${name}`]));
  const files = {
    "config.toml": listed("show"),
    "functions/show/index.ts": showEnvironment,
    "functions/.env": example,
  };
  const seen = async (options: { ownVariables?: boolean }) => {
    await using project = await functionsProject(files, { env, ...options });
    const all = await (await project.call("/show")).json();
    return Object.fromEntries(names.map((name) => [name, all[name]]));
  };
  // What the example does set.
  const set = { BRAND_NAME: "Socle" };
  assert.deepEqual(await seen({}), { ...env, ...set });
  assert.deepEqual(await seen({ ownVariables: false }), env);
});

Deno.test("functions: a live key of Stripe in .env starts nothing, and restarts nothing", async () => {
  const files = {
    "config.toml": listed("show"),
    "functions/show/index.ts": showEnvironment,
    "functions/.env": "STRIPE_SECRET_KEY=sk_test_1",
  };
  await using project = await functionsProject(files, { watch: true });
  const key = async () => (await (await project.call("/show")).json()).STRIPE_SECRET_KEY;
  assert.equal(await key(), "sk_test_1");
  await project.write("functions/.env", "STRIPE_SECRET_KEY=rk_live_1");
  await project.logs(/nothing restarts: .*holds a live key of Stripe.*\.env\.production/);
  assert.equal(await key(), "sk_test_1");
  await assert.rejects(
    functionsProject({ ...files, "functions/.env": "STRIPE_SECRET_KEY=sk_live_1" }),
    /holds a live key of Stripe/,
  );
});

Deno.test("functions: the import map of config.toml is the one that counts", async () => {
  await using project = await functionsProject({
    "config.toml": `[functions.mapped]
      verify_jwt = false
      import_map = "./import_map.json"
      [functions.own]
      verify_jwt = false
      [functions.bare]
      verify_jwt = false`,
    "import_map.json": `{"imports": {"zod": "./functions/_shared/mine.ts"}}`,
    "functions/_shared/mine.ts": `export const name = "mine";`,
    "functions/mapped/index.ts": `import { name } from "zod"; ${
      handler("() => new Response(name)")
    }`,
    "functions/own/deno.json": `{"imports": {"own": "../_shared/mine.ts"}}`,
    "functions/own/index.ts": `import { name } from "own"; ${handler("() => new Response(name)")}`,
    "functions/bare/index.ts": `import "zod"; ${handler("() => new Response()")}`,
  });
  assert.equal(await (await project.call("/mapped")).text(), "mine");
  assert.equal(await (await project.call("/own")).text(), "mine");
  const bare = await project.call("/bare");
  assert.equal(bare.status, 503);
  assert.match((await bare.json()).message, /zod/);
});

Deno.test("functions: a function may use the network and /tmp, but start no process", async () => {
  await using project = await functionsProject({
    "config.toml": listed("files"),
    "functions/files/index.ts": handler(`async () => {
      const file = await Deno.makeTempFile({ dir: "/tmp" });
      await Deno.remove(file);
      const refused = (work: () => unknown) => { try { work(); } catch (e) { return (e as Error).name; } };
      return Response.json([
        refused(() => new Deno.Command("true").outputSync()),
        refused(() => Deno.writeTextFileSync("/nowhere/file", "")),
      ]);
    }`),
  });
  assert.deepEqual(await (await project.call("/files")).json(), ["NotCapable", "NotCapable"]);
});

Deno.test("functions: verify_jwt lets a user's token and the API keys pass, nothing else", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const stranger = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256" };
  const token = (expires: string, key = privateKey) =>
    new SignJWT({ role: "authenticated" }).setProtectedHeader({ alg: "ES256", kid: "k1" })
      .setSubject("u1").setIssuedAt().setExpirationTime(expires).sign(key);
  await using project = await functionsProject({
    "config.toml": "[functions.closed]",
    "functions/closed/index.ts": handler(`() => new Response("in")`),
  }, {
    env: {
      SUPABASE_JWKS: JSON.stringify({ keys: [jwk] }),
      SUPABASE_PUBLISHABLE_KEYS: `{"default":"sb_publishable_1"}`,
      SUPABASE_SECRET_KEYS: `{"default":"sb_secret_1"}`,
    },
  });
  const good = await token("1h");
  const cases: [number, Record<string, string>][] = [
    [200, { authorization: `Bearer ${good}` }],
    [200, { apikey: "sb_publishable_1" }],
    [200, { apikey: "sb_secret_1" }],
    [200, { authorization: "Bearer sb_publishable_1", apikey: "sb_publishable_1" }],
    [401, {}],
    [401, { apikey: "sb_publishable_2" }],
    [401, { authorization: "Bearer nonsense", apikey: "sb_publishable_1" }],
    [401, { authorization: `Bearer ${await token("-1h")}` }],
    [401, { authorization: `Bearer ${await token("1h", stranger.privateKey)}` }],
    [401, { authorization: "Basic dTpw" }],
  ];
  for (const [status, headers] of cases) {
    const reply = await project.call("/closed", { headers });
    assert.equal(reply.status, status, JSON.stringify(headers));
    await reply.body!.cancel();
  }
  const preflight = await project.call("/closed", { method: "OPTIONS" });
  assert.equal(await preflight.text(), "in");
});
