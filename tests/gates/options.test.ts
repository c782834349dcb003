/** Options that pages and workflows name, and what tasks make of those that they do not take. */
import assert from "node:assert/strict";
import { options } from "../../scripts/gates/options.ts";
import { changed, root } from "../../scripts/gates/tree.ts";
import { fails, replaced, tree } from "./spoiled.ts";

Deno.test("options: one that a task or the Supabase CLI does not take fails, on a page and in a workflow", async () => {
  const spoiled = changed(tree, {
    "docs/x.md": [
      "`task start --port 60000`, `task start --ports 60000`, `task test --filter x --httponly`",
      "```sh",
      'npx -y deno@2.9.6 task db "select --remote" --as ada@example.com --format json # --no-comment',
      "npx -y deno@2.9.6 task drop shop --try && npx -y deno@2.9.6 task drop shop --dry",
      "npx -y deno@2.9.6 task fuzz --requests 10 \\",
      "  --depth 3",
      "npx supabase@3.1.0 db push --remote --include-seeds --yes",
      "npx supabase@3.1.0 db pull",
      "```",
    ].join("\n"),
  });
  await fails(
    options,
    spoiled,
    /gives --ports to `task start`/,
    /gives --httponly to `task test`/,
    /gives --format to `task db`/,
    /gives --dry to `task drop`/,
    /gives --depth to `task fuzz`/,
    /gives --include-seeds to `supabase db push`/,
    /runs `supabase db pull`/,
  );
  const deploy = ".github/workflows/deploy.yml";
  await fails(options, await replaced(deploy, "--use-api", "--use-apis"), /deploy\.yml: gives/);
  await fails(options, await replaced(deploy, "smoke --url", "smoke --uri"), /deploy\.yml: gives/);
  await fails(
    options,
    await replaced("local/cli/reset.ts", 'readSwitches("Usage: task reset");', ""),
    /deno\.json: `task reset` passes over/,
  );
  await fails(
    options,
    changed(tree, { "docs/x.md": "`task openapi --chekc`, `task openapi --check`" }),
    /x\.md: gives --chekc to `task openapi`/,
  );
});

Deno.test("options: what a task's script gives to others is none of its own, and a usage is read whole", async () => {
  const told: [string, ...RegExp[]][] = [
    ["`task ok --no-check`", /gives --no-check to `task ok`/],
    ["`task test --check`", /gives --check to `task test`/],
    ["`task test:next --browser`", /gives --browser to `task test:next`/],
    ["`task test:next --filter x`", /gives --filter to `task test:next`/],
    ["`task examples --chekc`, `task examples --check`", /gives --chekc to `task examples`/],
    // #region shop
    ["`task rush --filter x --fast`", /gives --fast to `task rush`/],
    ["`task scaling [--page | --chekc]`", /gives --chekc to `task scaling`/],
    ["`task scaling [--page [--check|--slow]]`", /gives --slow to `task scaling`/],
    ["`task scaling [--page | --check]`"],
    // #endregion shop
    ["`task bench --gate`, `task secrets --remote=x`"],
    ["`task fuzz --at-once 4 --codes`, `task test --http-only --part=web`"],
    [`\`task db "select ';'" --yaml\``, /gives --yaml to `task db`/],
    ["`npx supabase@3.1.0 db pushed`", /runs `supabase db pushed`/],
    [`\`np${"x"} supabase@2.0.0 db pushed --foo\``, /runs supabase@2\.0\.0, and what is known/],
  ];
  for (const [text, ...patterns] of told) {
    await fails(options, changed(tree, { "docs/x.md": text }), ...patterns);
  }
});

Deno.test("options: a task of Deno's own takes no option that a page may name", async () => {
  const { tasks } = JSON.parse(await tree.read("deno.json"));
  const spoiled = changed(tree, {
    "deno.json": JSON.stringify({ tasks: { ...tasks, x: { command: "deno test -A tests/unit" } } }),
    "docs/x.md": "`task x --browser`",
  });
  await fails(options, spoiled, /x\.md: gives --browser to `task x`/);
});

Deno.test("options: a script that takes its first argument alone passes over the others", async () => {
  const called = "readArguments(usage, { allowPositionals: true })";
  for (
    const [path, task] of [
      ["local/web/build.ts", "web:build"],
      ["tests/web/screenshots.ts", "screenshots"],
    ] as const
  ) {
    await fails(
      options,
      await replaced(path, called, "{ positionals: [Deno.args[0]] }"),
      new RegExp(`deno\\.json: \`task ${task}\` passes over`),
    );
  }
});

Deno.test("tasks: what they do not take ends them, with how they are written", async () => {
  for (
    const [script, ...args] of [
      ["local/web/build.ts", "web/dist", "--chekc"],
      ["local/web/build.ts", "web/dist", "more"],
      ["tests/web/screenshots.ts", "--dark"],
      ["scripts/drop.ts", "shop", "--dry"],
      ["bench/run.ts", "--fast"],
      ["tests/docs/next/run.ts", "--browser"],
    ]
  ) {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script!, ...args],
      cwd: root,
      stdin: "null",
    }).output();
    assert.ok(!success, `${script} ${args}`);
    assert.match(new TextDecoder().decode(stderr), /^Usage: task /m, `${script} ${args}`);
  }
});
