/**
 * Each gate fails on a copy of the repository in which one thing is spoiled, and for that alone. That the
 * repository itself passes is `task gates`.
 */
import assert from "node:assert/strict";
import { boundaries } from "../../scripts/gates/boundaries.ts";
import { dependencies } from "../../scripts/gates/dependencies.ts";
import { docs } from "../../scripts/gates/docs.ts";
import { endpoints } from "../../scripts/gates/endpoints.ts";
import { licences, licencesBy } from "../../scripts/gates/licences.ts";
import { pins } from "../../scripts/gates/pins.ts";
import { problems } from "../../scripts/gates/problems.ts";
import { shellScriptsOf, workflows } from "../../scripts/gates/workflows.ts";
import { changed } from "../../scripts/gates/tree.ts";
import { fails, replaced, tree } from "./spoiled.ts";

Deno.test("boundaries: what ships imports nothing of local/, tests/ or scripts/, however it is written", async () => {
  for (
    const text of [
      'import { Keys } from "../../../local/keys.ts";',
      'export { Keys } from "../../../local/keys.ts";',
      'const { Keys } = await import("../../../local/keys.ts");',
      'import type { Keys } from "../../../tests/support/users.ts";',
      'import "../../../scripts/plans.ts";',
    ]
  ) {
    const spoiled = changed(tree, { "supabase/functions/_shared/x.ts": `\n${text}\n` });
    await fails(
      boundaries,
      spoiled,
      /^supabase\/functions\/_shared\/x\.ts:2: imports (local|tests|scripts)\//,
    );
  }
});

Deno.test("boundaries: functions use no module that the hosted runtime lacks, and no package past the map", async () => {
  const spoiled = changed(tree, {
    "supabase/functions/health/x.ts":
      'import "node:child_process";\nimport "left-pad";\nimport "npm:left-pad@1.3.0";\n',
  });
  await fails(
    boundaries,
    spoiled,
    /x\.ts:1: imports node:child/,
    /x\.ts:2: .* left-pad/,
    /x\.ts:3: /,
  );
});

Deno.test("boundaries: pages import no server's code but what is shared", async () => {
  const spoiled = changed(tree, {
    "web/src/x.ts": 'import "../../local/keys.ts";\nimport "node:crypto";\n',
  });
  await fails(boundaries, spoiled, /web\/src\/x\.ts:1: /, /web\/src\/x\.ts:2: /);
});

Deno.test("boundaries: the client imports nothing but itself", async () => {
  const spoiled = changed(tree, {
    "client/src/x.ts": 'import "zod";\nimport "node:crypto";\nimport "../../web/src/format.ts";\n',
  });
  await fails(boundaries, spoiled, /x\.ts:1: /, /x\.ts:2: /, /x\.ts:3: /);
});

Deno.test("endpoints: one that is not listed or described fails, and so does a name without a function", async () => {
  const added = changed(tree, { "supabase/functions/refund-all/index.ts": "" });
  await fails(
    endpoints,
    added,
    /config\.toml: the function refund-all is missing/,
    /openapi\.json: the function refund-all/,
    /architecture\.md: the function refund-all/,
  );
  await fails(
    endpoints,
    await replaced("docs/architecture.md", "`billing-portal`", "`billing-portals`"),
    /architecture\.md: the function billing-portal is/,
    /architecture\.md: billing-portals is no function/,
  );
});

Deno.test("problems: SQL refuses with codes of the catalogue alone, under their statuses, written out", async () => {
  const spoiled = changed(tree, {
    "docs/schema.sql": [
      await tree.read("docs/schema.sql"),
      "perform private.problem(409, 'no_such_code', 'x');",
      "perform private.problem(400, 'workspace_not_found', 'x');",
      "perform private.problem(409, reason, 'x');",
    ].join("\n"),
  });
  await fails(
    problems,
    spoiled,
    /schema\.sql:\d+: refuses with 409 no_such_code/,
    /schema\.sql:\d+: refuses with 400 workspace_not_found/,
    /schema\.sql:\d+: refuses with a code that is not written out/,
  );
});

Deno.test("problems: a code that docs/errors.md does not have fails", async () => {
  const page = await replaced("docs/errors.md", "**`slug_taken`**", "**`slug_token`**");
  await fails(problems, page, /errors\.md: slug_taken is missing/);
});

Deno.test("docs: a link, a heading and a task that are not there fail", async () => {
  const spoiled = changed(tree, {
    "docs/x.md": [
      "# X `y` & z",
      "[gone](gone.md) [other](architecture.md#no-such) [own](#x-y--z) [out](https://example.com/x)",
      "```sh",
      "npx -y deno@2.9.6 task deploy # [no link](here.md)",
      "```",
      "`task ok`, `task okay`",
    ].join("\n"),
  });
  await fails(
    docs,
    spoiled,
    /x\.md: links to gone\.md/,
    /x\.md: links to architecture\.md#no-such/,
    /x\.md: names `task deploy`/,
    /x\.md: names `task okay`/,
  );
});

Deno.test("pins: a range, a tag, a package that is not locked and one without digest fail", async () => {
  const map = "supabase/import_map.json";
  await fails(pins, await replaced(map, "npm:zod@4.6.7", "npm:zod@^4.6.7"), /zod is npm:zod@\^4/);
  await fails(pins, await replaced(map, "npm:zod@4.6.7", "npm:zod"), /zod is npm:zod/);
  await fails(
    pins,
    await replaced(map, "npm:zod@4.6.7", "npm:zod@4.6.8"),
    /deno\.lock: zod@4\.6\.8/,
  );
  await fails(
    pins,
    await replaced(
      "deno.lock",
      '"zod@4.6.7": {\n      "integrity": "sha512-',
      '"zod@4.6.7": {\n      "integrity": "',
    ),
    /deno\.lock: zod@4\.6\.7 has no digest/,
  );
});

Deno.test("pins: nothing is named or run past the import map", async () => {
  const spoiled = changed(tree, {
    "web/package.json": "{}",
    "docs/x.md": ["-y supabase start", "supabase link", "supabase@3.1.0 link"]
      .map((one) => `np${"x"} ${one}`).join("\n"),
    "scripts/x.ts": 'await import("jsr:@std/assert@1");',
  });
  await fails(
    pins,
    spoiled,
    /web\/package\.json/,
    /docs\/x\.md:1: runs supabase/,
    /docs\/x\.md:2: runs supabase/,
    /scripts\/x\.ts:1: /,
  );
});

Deno.test("dependencies: one without a row, a row without one, and one that nothing imports fail", async () => {
  const map = "supabase/import_map.json";
  await fails(
    dependencies,
    await replaced(map, '"zod":', '"left-pad": "npm:left-pad@1.3.0",\n"zod":'),
    /left-pad has no row/,
    /nothing imports left-pad/,
  );
  const without = await replaced(map, '"fast-check": "npm:fast-check@4.10.2",', "");
  await fails(dependencies, without, /fast-check is not in supabase\/import_map\.json/);
});

Deno.test("licences: one that asks for more, also of a package that comes along, fails; of a tool it does not", async () => {
  const of = (name: string, licence: string) =>
    licencesBy((key) => Promise.resolve(key.startsWith(`${name}@`) ? licence : "MIT"));
  await fails(
    of("stripe", "GPL-3.0-only"),
    tree,
    /stripe@.* ships, and its licence is GPL-3\.0-only/,
  );
  await fails(of("@supabase/postgrest-js", "none"), tree, /postgrest-js@.* is none/);
  await fails(of("playwright-core", "GPL-3.0-only"), tree);
  await fails(of("stripe", "(GPL-3.0-only OR MIT)"), tree);
  await fails(of("stripe", "MIT AND ISC"), tree);
  await fails(of("stripe", "(MIT AND GPL-3.0-only)"), tree, /its licence is \(MIT AND GPL/);
  await fails(of("stripe", "MIT AND ISC AND BSD-3-Clause"), tree);
  assert.equal(licences.name, "licences of what ships");
});

Deno.test("workflows: a secret that nobody is told to set is noticed", async () => {
  await fails(
    workflows,
    await replaced(
      ".github/workflows/deploy.yml",
      "secrets.STRIPE_SECRET_KEY",
      "secrets.STRIPE_KEY",
    ),
    /deploy\.yml: reads STRIPE_KEY, which docs\/deploy\.md does not name/,
  );
  for (
    const [expression, name] of [
      ["secrets['FOO_BAR']", "FOO_BAR"],
      ['vars["FOO_BAR"]', "FOO_BAR"],
      ["secrets.lower", "lower"],
      ["secrets.ABC1", "ABC1"],
    ] as const
  ) {
    await fails(
      workflows,
      await replaced(".github/workflows/deploy.yml", "secrets.STRIPE_SECRET_KEY", expression),
      new RegExp(`reads ${name}, which`),
    );
  }
});

/** What bash says of a script that it only reads. */
async function shellFault(script: string): Promise<string> {
  const bash = new Deno.Command("bash", { args: ["-n"], stdin: "piped", stderr: "piped" }).spawn();
  const writer = bash.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { success, stderr } = await bash.output();
  return success ? "" : new TextDecoder().decode(stderr);
}

Deno.test("workflows: every script is one that bash can read", async () => {
  assert.match(await shellFault("if true; then echo"), /syntax error/);
  const paths = tree.paths.filter((path) => path.startsWith(".github/workflows/"));
  const scripts =
    (await Promise.all(paths.map(async (path) => shellScriptsOf(await tree.read(path)))))
      .flat();
  assert.ok(scripts.length > 20, `${scripts.length}`);
  for (const script of scripts) assert.equal(await shellFault(script), "", script);
});

Deno.test("workflows: what does not parse, or runs what is not there, is noticed", async () => {
  const ci = ".github/workflows/ci.yml";
  await fails(
    workflows,
    await replaced(ci, "jobs:", "  jobs: ["),
    /^\.github\/workflows\/ci\.yml: /,
  );
  await fails(workflows, await replaced(ci, "./.ci/run", "./.ci/walk"), /runs \.ci\/walk/);
  await fails(
    workflows,
    await replaced(ci, "./.ci/run", "npx -y deno@2.9.6 task okay"),
    /runs the task okay/,
  );
  for (
    const [command, path] of [
      ["test -A tests/nowhere.ts", "tests/nowhere.ts"],
      ["test -A tests/unit tests/nowhere", "tests/nowhere"],
      ["check scripts/*.ts nowhere.ts && true", "nowhere.ts"],
    ] as const
  ) {
    await fails(
      workflows,
      await replaced(ci, "./.ci/run", `npx -y deno@2.9.6 ${command}`),
      new RegExp(`runs ${path}, which is not there`),
    );
  }
  await fails(
    workflows,
    await replaced(
      ci,
      "./.ci/run",
      "npx -y deno@2.9.6 check . && npx -y deno@2.9.6 test tests/unit",
    ),
  );
  await fails(workflows, await replaced(ci, "checkout@v4", "checkout@main"), /name its version/);
  await fails(workflows, await replaced(ci, "    timeout-minutes: 60\n", ""), /may run for ever/);
  await fails(
    workflows,
    await replaced(ci, "permissions:\n  contents: read\n", ""),
    /what its token may do/,
  );
  await fails(
    workflows,
    await replaced(".devcontainer/devcontainer.json", '"name": "Socle",', '"name": "Socle"'),
    /^\.devcontainer\/devcontainer\.json: /,
  );
});
