/** The guides, and what the README has one try: the script that each of them builds up is type-checked, run, and says what the page promises. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectDir } from "../../local/stack.ts";
import { blocksOf } from "./blocks.ts";

/** The scripts of a page by their name. */
async function scriptsOf(page: string): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(join(projectDir, page));
  const scripts: Record<string, string> = {};
  for (const block of blocksOf(text)) {
    if (block.kind === "file") scripts[block.path] = block.text;
    if (block.kind === "append") scripts[block.path] += block.text;
  }
  return scripts;
}

/** Runs a script where a reader has it, at the root of the checkout, and what it says line by line. */
async function run(name: string, text: string): Promise<string[]> {
  // Where `task db` finds the stack that the tests run against.
  const dataDir = await Deno.makeTempDir({ prefix: "socle-guide-" });
  const file = join(projectDir, `.guide-${crypto.randomUUID()}-${name}`);
  try {
    await Deno.writeTextFile(
      join(dataDir, "running.json"),
      JSON.stringify({ pid: Deno.pid, env: Deno.env.toObject() }),
    );
    await Deno.writeTextFile(file, text);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--check", file],
      cwd: projectDir,
      env: { NO_COLOR: "1", SOCLE_DATA_DIR: dataDir },
      stdin: "null",
    }).output();
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.ok(success, said! + complained);
    return said!.trim().split("\n");
  } finally {
    await Deno.remove(file);
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("README: what it has one try does what its comments say", async () => {
  const { "try.ts": script } = await scriptsOf("README.md");
  const said = await run("try.ts", script!);
  assert.deepEqual(said.slice(0, 3), ["incomplete", "1 of one's own", "409 seat_limit_reached"]);
  assert.match(said.join("\n"), /feature: "members",\s+included: true,\s+limit: 1,\s+used: 1,/);
  assert.deepEqual(said.slice(-2), [
    '[ "free", "basic", "pro", "team" ]',
    "This workspace has no subscription that runs.",
  ]);
});

Deno.test("guide-saas.md: sign up, buy, invite, upgrade, end, as the page says", async () => {
  const { "saas.ts": script } = await scriptsOf("docs/guide-saas.md");
  const said = await run("saas.ts", script!);
  assert.match(said.join("\n"), /^due now: \d+ eur$/im);
  assert.deepEqual(said.filter((line) => !line.startsWith("due now")), [
    "plan: basic",
    "projects: 10",
    "invited: seat_limit_reached",
    "plan: pro",
    "refused: quote_invalid",
    "status: canceled",
  ]);
});

// #region shop
Deno.test("guide-shop.md: a product is put on sale, found, put into a cart and ordered, as the page says", async () => {
  const { "shop.ts": script } = await scriptsOf("docs/guide-shop.md");
  const said = await run("shop.ts", script!);
  assert.match(said.join("\n"), /^pay at: http/m);
  assert.deepEqual(said.filter((line) => !line.startsWith("pay at")), [
    "sold: Bol en grès",
    "lines: 1",
    "order: pending",
  ]);
});
// #endregion shop
