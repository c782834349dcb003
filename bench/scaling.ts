/**
 * `task scaling`: counts what one checkout costs (bench/scaling.json), and writes docs/scaling.md: what
 * breaks first at so many checkouts a minute. `--page` writes the page alone, from what is kept; `--check`
 * writes nothing and exits 1 where the page is not what is kept.
 */
import { keepCounted, scalingDocument } from "./scaling/document.ts";
import { measure } from "./scaling/measure.ts";
import { readResults } from "./support/results.ts";
import { readSwitches } from "../local/cli/arguments.ts";

const { page, check } = readSwitches("Usage: task scaling [--page | --check]", "page", "check");

const document = new URL("../docs/scaling.md", import.meta.url);

if (!page && !check) {
  await keepCounted(await measure((line) => console.error(line)));
}
const text = await scalingDocument(await readResults());
if (!check) {
  await Deno.writeTextFile(document, text);
  console.log("docs/scaling.md: written");
} else if (await Deno.readTextFile(document) !== text) {
  console.error("docs/scaling.md: not what was measured; run `deno task scaling --page`");
  Deno.exit(1);
}
