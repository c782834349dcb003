/** What `task doctor` says of stacks that run, ended, or left something behind, and of variables. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Finding } from "../../local/cli/doctor/check.ts";
import { machine } from "../../local/cli/doctor/machine.ts";
import { stack } from "../../local/cli/doctor/stack.ts";
import { deployable, variables } from "../../local/cli/doctor/variables.ts";
import { freePorts } from "../../local/ports.ts";
import { projectDir } from "../../local/stack.ts";
import { readDeploymentVariables, readOwnVariables } from "../../local/variables.ts";
import { env } from "../../supabase/functions/_shared/env.ts";
import { neededVariables } from "../../supabase/functions/_shared/variables.ts";
import { parseEnv } from "node:util";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "socle-doctor-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function about(findings: Finding[], what: string): Finding {
  const found = findings.find((one) => one.about === what);
  assert.ok(found !== undefined, `${what}: ${JSON.stringify(findings)}`);
  return found;
}

/** The id of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await child.status;
  return child.pid;
}

Deno.test("doctor: this machine runs the tests, so nothing of it fails", async () => {
  const findings = await machine();
  assert.deepEqual(findings.filter(({ state }) => state === "fail"), []);
  assert.equal(about(findings, "packages").says, "installed");
});

Deno.test("doctor: a running stack is asked for its health", async () => {
  const write = (folder: string, url: string) =>
    Deno.writeTextFile(
      join(folder, "running.json"),
      JSON.stringify({ pid: Deno.pid, env: { SUPABASE_URL: url } }),
    );
  await inFolder(async (folder) => {
    await write(folder, Deno.env.get("SUPABASE_URL")!);
    assert.equal(about(await stack(folder, 1), "health").state, "ok");
    await write(folder, "http://127.0.0.1:9");
    const silent = about(await stack(folder, 1), "health");
    assert.deepEqual([silent.state, silent.todo], ["fail", "see: task logs"]);
  });
});

Deno.test("doctor: a stack that was killed, and what it left, is named with what to do", async () => {
  await inFolder(async (folder) => {
    const { api } = freePorts();
    assert.equal(about(await stack(folder, api), "stack").state, "ok");
    const pid = await endedProcess();
    await Deno.writeTextFile(join(folder, "running.json"), JSON.stringify({ pid, env: {} }));
    assert.equal(about(await stack(folder, api), "stack").state, "warn");

    await Deno.mkdir(join(folder, "postgres"));
    const lock = join(folder, "postgres/postmaster.pid");
    await Deno.writeTextFile(lock, `${pid}\n`);
    await Deno.chmod(folder, 0o755);
    assert.equal(about(await stack(folder, api), "left-over processes").state, "ok");
    await Deno.writeTextFile(lock, `${Deno.pid}\n`);
    const stray = about(await stack(folder, api), "left-over processes");
    assert.deepEqual([stray.state, stray.todo], ["fail", `kill ${Deno.pid}`]);
  });
});

Deno.test("doctor: ports that others use are named", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await inFolder(async (folder) => {
    const ports = about(await stack(folder, port - 1), "ports");
    assert.equal(ports.state, "warn");
    assert.match(ports.says, new RegExp(`${port} \\(database\\)`));
  });
});

Deno.test("doctor: a port that is none is refused in one line", async () => {
  for (const port of ["abc", "0", "65536", ""]) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "local/cli/doctor.ts", `--port=${port}`],
      cwd: projectDir,
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.ok(said.endsWith(`--port takes a number from 1 to 65530, not ${port}\n`), said);
    assert.doesNotMatch(said, /^\s+at |Uncaught/m);
    assert.equal(code, 1);
  }
});

const deploying = {
  STRIPE_SECRET_KEY: "sk_test_a1",
  STRIPE_WEBHOOK_SECRET: "whsec_a, whsec_b",
  RESEND_API_KEY: "re_a1",
  MAIL_FROM: "Socle <hello@example.com>",
  RESEND_WEBHOOK_SECRET: "whsec_a",
  LINK_SECRET: "long enough to be a secret of ours",
  SEND_EMAIL_HOOK_SECRET: "v1,whsec_a|v1,whsec_b",
  UPSTASH_REDIS_REST_URL: "https://a.upstash.io",
  UPSTASH_REDIS_REST_TOKEN: "a-long-token",
  SITE_URL: "https://example.com",
};

Deno.test("doctor --deploy: what is missing or of another shape is named, with where to get it", () => {
  const failing = (own: Record<string, string>) =>
    deployable(own).filter(({ state }) => state === "fail").map(({ about }) => about);
  assert.deepEqual(failing(deploying), []);
  assert.deepEqual(failing({}), Object.keys(neededVariables));
  assert.deepEqual(failing({ ...deploying, SITE_URL: "http://127.0.0.1:3000" }), ["SITE_URL"]);
  assert.deepEqual(failing({ ...deploying, STRIPE_SECRET_KEY: "pk_test_a" }), [
    "STRIPE_SECRET_KEY",
  ]);
  assert.deepEqual(failing({ ...deploying, WEBHOOKS_TO_LOOPBACK: "on" }), ["WEBHOOKS_TO_LOOPBACK"]);
  assert.deepEqual(failing({ ...deploying, JOBS_PAUSED: "on" }), ["JOBS_PAUSED"]);
  assert.match(
    about(deployable({}), "STRIPE_SECRET_KEY").todo!,
    /https:\/\/dashboard\.stripe\.com\/apikeys/,
  );
});

Deno.test("doctor: a name in .env that nothing reads is told", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "functions"));
    await Deno.writeTextFile(join(folder, "functions/.env.example"), "SITE_URL=\n");
    const file = "supabase/functions/.env";
    assert.equal(about(await variables(folder, false), file).state, "ok");
    await Deno.writeTextFile(join(folder, "functions/.env"), "SITE_ULR=https://a.example\n");
    assert.match(about(await variables(folder, false), file).says, /SITE_ULR/);
  });
});

Deno.test("doctor: a deployment's variables are in a file of their own, a live key in no other", async () => {
  await inFolder(async (folder) => {
    const write = (name: string, variables: Record<string, string>) =>
      Deno.writeTextFile(
        join(folder, "functions", name),
        Object.entries(variables).map(([key, value]) => `${key}='${value}'\n`).join(""),
      );
    const failing = async () =>
      (await variables(folder, true)).filter(({ state }) => state === "fail")
        .map(({ about }) => about);
    await Deno.mkdir(join(folder, "functions"));
    await write(".env.example", deploying);
    await write(".env", deploying);
    const file = "supabase/functions/.env.production";
    assert.deepEqual(await failing(), [file, ...Object.keys(neededVariables)]);
    const live = { ...deploying, STRIPE_SECRET_KEY: "sk_live_a1" };
    await write(".env.production", live);
    assert.deepEqual(await failing(), []);
    assert.deepEqual(await readDeploymentVariables(folder), live);
    assert.deepEqual(await readOwnVariables(folder, () => {}), deploying);
    await write(".env", live);
    assert.deepEqual(await failing(), ["supabase/functions/.env"]);
    await assert.rejects(readOwnVariables(folder, () => {}), /live key .*\.env\.production/);
  });
});

Deno.test("variables: a missing one is named with where to get it, and how to set it", () => {
  const message = (name: string) => {
    const held = Deno.env.get(name);
    Deno.env.delete(name);
    try {
      return env(name);
    } catch (error) {
      return (error as Error).message;
    } finally {
      if (held !== undefined) Deno.env.set(name, held);
    }
  };
  assert.match(
    message("STRIPE_WEBHOOK_SECRET"),
    /^STRIPE_WEBHOOK_SECRET is not set: https:\/\/dashboard\.stripe\.com\/webhooks .*; write it into supabase\/functions\/\.env\.production/,
  );
  assert.match(message("API_KEY_SIGNING_JWK"), /\.env\.example says what it is/);
  assert.match(message("SUPABASE_URL"), /the platform sets it/);
});

Deno.test("variables: each that is needed is in .env.example", async () => {
  const example = await Deno.readTextFile(
    new URL("../../supabase/functions/.env.example", import.meta.url),
  );
  const names = Object.keys(parseEnv(example));
  assert.deepEqual(Object.keys(neededVariables).filter((name) => !names.includes(name)), []);
});
