/**
 * `task scaling`: counts what one checkout costs (bench/scaling.json), and writes docs/scaling.md: what
 * breaks first at so many checkouts a minute. `--page` writes the page alone, from what is kept; `--check`
 * writes nothing and exits 1 where the page is not what is kept.
 */
import { keepCounted, scalingDocument } from "./scaling/document.ts";
import { measure } from "./scaling/measure.ts";
import { readResults } from "./support/results.ts";

const page = new URL("../docs/scaling.md", import.meta.url);

if (!Deno.args.includes("--page") && !Deno.args.includes("--check")) {
  await keepCounted(await measure((line) => console.error(line)));
}
const text = await scalingDocument(await readResults());
if (!Deno.args.includes("--check")) {
  await Deno.writeTextFile(page, text);
  console.log("docs/scaling.md: written");
} else if (await Deno.readTextFile(page) !== text) {
  console.error("docs/scaling.md: not what was measured; run `deno task scaling --page`");
  Deno.exit(1);
}
