import { join } from "node:path";
import { functionEnvironment } from "../../local/functions/environment.ts";
import { projectDir } from "../../local/stack.ts";
import { bundleFunctions } from "../../scripts/bundles/bundle.ts";
import { coldStarts } from "../support/cold-start.ts";
import { figure } from "../support/figure.ts";
import { httpStack } from "../support/http-stack.ts";

/** The functions of a quick run: one of each weight. */
const few = [
  "health",
  "stripe-webhook",
  // #region shop
  "checkout-create",
  // #endregion shop
  "jobs-run",
];

export default figure({
  title: "Cold start",
  subject: "process start, import and first reply of each function, bundled",
  baseline: "an empty function",
  unit: "ms",
  goal: { atMost: 3 },
  gate:
    "processes that start in turn; a package more, or one that does not shake, is a step that noise is not",
  notes: `
Each in a process of its own, from its start to the end of the first reply, as the local runtime starts them;
the size is the bundle's, minified, with every package. jobs-run has no goal: it renders mails, so it alone
imports React (tests/endpoints/imports.test.ts), and nobody waits for it. \`deno task bundles\` fails for a
bundle over 2,000 kB. zod is imported as a namespace, of which a bundle keeps what is used: by name it brings its
messages in every language (the same test). \`supabase functions deploy\` packs modules whole, so there a start loads
more than here: the ratio is that of functions that are deployed as bundles.
`,
  async measure(bench) {
    const { stack } = await bench.shared(httpStack);
    const environment = functionEnvironment(stack.functionsEnv);
    const directory = await Deno.makeTempDir({ prefix: "socle-bundles-" });
    await using cold = coldStarts(environment);
    const empty = join(projectDir, "bench", "baselines", "bench-empty.ts");
    try {
      const bundles = await bundleFunctions(directory, bench.size === "quick" ? few : undefined);
      for (const { name, file, bytes } of bundles) {
        await bench.pairs({
          name,
          detail: `${Math.ceil(bytes / 1000)} kB`,
          // It renders mails, and is called by the schedule and not by anybody who waits.
          judged: name !== "jobs-run",
        }, {
          baseline: () => cold.time("bench-empty", empty),
          subject: () => cold.time(name, file),
        });
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
