/** The commands for a running stack, run as their users run them, against the stack of the tests. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openLogFile } from "../../local/cli/log-file.ts";
import { projectDir } from "../../local/stack.ts";
import { stripeSdk } from "../support/stack.ts";
import { signUp } from "../support/users.ts";
import { mailTo } from "../support/mails.ts";
import { waitFor } from "../support/wait.ts";

let running: string;
let empty: string;
Deno.test.beforeAll(async () => {
  running = await Deno.makeTempDir({ prefix: "socle-cli-" });
  empty = await Deno.makeTempDir({ prefix: "socle-cli-" });
  await Deno.writeTextFile(
    join(running, "running.json"),
    JSON.stringify({ pid: Deno.pid, env: Deno.env.toObject() }),
  );
});
Deno.test.afterAll(async () => {
  for (const folder of [running, empty]) await Deno.remove(folder, { recursive: true });
});

/** A command of local/cli with its arguments. */
function command(name: string, args: string[], dataDir: string) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `local/cli/${name}.ts`, ...args],
    cwd: projectDir,
    env: { NO_COLOR: "1", SOCLE_DATA_DIR: dataDir },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function cli(name: string, args: string[] = [], dataDir = running) {
  const { code, stdout, stderr } = await command(name, args, dataDir).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, said: said!, complained: complained! };
}

Deno.test("commands: each that asks a stack says how to start one where none runs", async () => {
  const asking = [
    ["status"],
    ["db", "select 1"],
    ["mailbox"],
    ["stripe", "trigger", "invoice.paid"],
  ];
  for (const [name, ...args] of asking) {
    const { code, complained } = await cli(name!, args, empty);
    assert.equal(code, 1, name);
    assert.match(complained, /Nothing runs here\. Start it with: .* task start/, name);
  }
  assert.match((await cli("logs", [], empty)).complained, /Nothing has been logged here/);
});

Deno.test("commands: what one does not take is refused before anything is done", async () => {
  for (const name of ["status", "seed", "web", "providers", "reset"]) {
    const { code, said, complained } = await cli(name, ["--all"], empty);
    assert.deepEqual([code, said], [1, ""], name);
    assert.match(complained, new RegExp(`--all[^]*\nUsage: task ${name}\n`));
  }
});

Deno.test("task db: shows rows as psql does, and what a statement did", async () => {
  const selected = await cli("db", ["select 1 as n, 'é\n' as text, null as nothing"]);
  assert.equal(
    selected.said,
    " n | text | nothing\n---+------+---------\n 1 | é↵   |\n(1 row)\n",
    selected.complained,
  );
  const { id } = await signUp();
  const changed = await cli("db", [`update profiles set name = 'Zoé' where id = '${id}'`]);
  assert.equal(changed.said, "UPDATE 1\n");
  const json = await cli("db", [`select name from profiles where id = '${id}'`, "--json"]);
  assert.deepEqual(JSON.parse(json.said), [{ name: "Zoé" }]);
  const wrong = await cli("db", ["select nothing from nowhere"]);
  assert.deepEqual([wrong.code, wrong.said], [1, ""]);
  assert.match(wrong.complained, /^ERROR: {2}42P01: relation "nowhere" does not exist/m);
});

Deno.test("task db: says which database it is on, and goes to none elsewhere unasked", async () => {
  const { host, pathname } = new URL(Deno.env.get("SUPABASE_DB_URL")!);
  const { complained } = await cli("db", ["select 1"]);
  assert.equal(complained, `Database: ${host}${pathname}\n`);

  const dataDir = await Deno.makeTempDir({ prefix: "socle-cli-" });
  // A reserved name, which nobody has: RFC 2606.
  const env = { SUPABASE_DB_URL: "postgresql://postgres:secret@db.invalid:5432/shop" };
  try {
    await Deno.writeTextFile(
      join(dataDir, "running.json"),
      JSON.stringify({ pid: Deno.pid, env }),
    );
    const refused = await cli("db", ["select 1"], dataDir);
    assert.equal(refused.code, 1);
    assert.match(refused.complained, /not on this machine: db\.invalid:5432\/shop\. Say --remote/);
    assert.doesNotMatch(refused.complained, /secret/);
    const tried = await cli("db", ["select 1", "--remote"], dataDir);
    assert.match(
      tried.complained,
      /^Database: db\.invalid:5432\/shop\n[\s\S]*(ENOTFOUND|EAI_AGAIN)/,
    );
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("task db --as: a user's statements meet RLS and grants", async () => {
  const [ada, eve] = [await signUp({ name: "Ada" }), await signUp({ name: "Eve" })];
  const profiles = await cli("db", [
    `select name from profiles where id in ('${ada.id}', '${eve.id}')`,
    "--as",
    ada.email,
    "--json",
  ]);
  assert.deepEqual(JSON.parse(profiles.said), [{ name: "Ada" }]);
  const refused = await cli("db", ["select from private.jobs", "--as", ada.email]);
  assert.match(refused.complained, /^ERROR: {2}42501/m);
  const nobody = await cli("db", ["select 1", "--as", "nobody@example.com"]);
  assert.match(nobody.complained, /No user has the address nobody@example\.com/);
});

Deno.test("task mailbox: lists the mails to an address, and reads the newest", async () => {
  const { email } = await signUp({ name: "Ada", locale: "fr" });
  const { subject } = await mailTo(email, /./);
  const listed = await cli("mailbox", [email]);
  assert.ok(listed.said.includes(subject), listed.said + listed.complained);
  const read = await cli("mailbox", [email, "--last"]);
  assert.match(read.said, /Bonjour Ada/);
});

Deno.test("task stripe trigger: causes the event, and shows what came of it", async () => {
  const { complained, said } = await cli("stripe", ["trigger", "customer.created"]);
  const id = /customer\.created +(cus_\w+)/.exec(said)?.[1];
  assert.ok(id !== undefined, said + complained);
  assert.equal((await stripeSdk().customers.retrieve(id)).id, id);
  const unknown = await cli("stripe", ["trigger", "moon.rises"]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.complained, /cannot cause moon\.rises[\s\S]* {2}invoice\.paid\n/);
});

Deno.test("task logs: filters by part, level and text, and follows", async () => {
  const log = await openLogFile(empty);
  log("stripe", "one");
  log(
    "function plans",
    '{"event":"request","method":"GET","status":200,"duration_ms":5,"request_id":"abc"}',
  );
  log("function plans", "broken", "error");
  const texts = async (...args: string[]) => {
    const { said, complained } = await cli("logs", ["--json", ...args], empty);
    assert.equal(complained, "");
    return said.trim().split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(line).message as string);
  };
  assert.equal((await texts()).length, 3);
  assert.deepEqual(await texts("stripe"), ["one"]);
  assert.equal((await texts("plans")).length, 2);
  assert.deepEqual(await texts("--level", "error"), ["broken"]);
  assert.equal((await texts("--grep", "abc")).length, 1);
  assert.deepEqual(await texts("--lines", "1"), ["broken"]);
  assert.match((await cli("logs", ["plans"], empty)).said, /function plans +GET 200 5 ms\n/);

  const child = command("logs", ["--follow", "--json", "mail"], empty).spawn();
  let said = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) said += text;
  })();
  // It may still be starting: what comes later is shown all the same.
  await waitFor("a line that is followed", () => {
    log("mail", "sent");
    return Promise.resolve(said.includes('"sent"'));
  });
  child.kill();
  await Promise.all([reading, child.status, child.stderr.cancel()]);
});

Deno.test("log file: a full one becomes the older, and what follows begins anew", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const log = await openLogFile(folder, 200);
    for (const message of ["first", "second", "third"]) log("part", message.padEnd(60, "."));
    const current = await Deno.readTextFile(join(folder, "stack.log"));
    const older = await Deno.readTextFile(join(folder, "stack.log.1"));
    assert.match(older, /second/);
    assert.match(current, /third/);
    assert.doesNotMatch(current, /second/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
