/**
 * `task scaling`: counts what one checkout costs (bench/scaling.json), and writes docs/scaling.md: what
 * breaks first at so many checkouts a minute. `--page` writes the page alone, from what is kept; `--check`
 * writes nothing and exits 1 where the page is not what is kept.
 */
import { formatted } from "../scripts/drift/formatted.ts";
import { measure } from "./scaling/measure.ts";
import type { Measurement } from "./scaling/model.ts";
import { scalingPage } from "./scaling/page.ts";

const kept = new URL("./scaling.json", import.meta.url);
const page = new URL("../docs/scaling.md", import.meta.url);

async function read(): Promise<Measurement> {
  try {
    return JSON.parse(await Deno.readTextFile(kept)) as Measurement;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("bench/scaling.json is not there: run `deno task scaling` to measure");
  }
}

if (!Deno.args.includes("--page") && !Deno.args.includes("--check")) {
  const measurement = await measure((line) => console.error(line));
  await Deno.writeTextFile(kept, await formatted(JSON.stringify(measurement), "json"));
}
const prose = await Deno.readTextFile(new URL("./scaling/page.template", import.meta.url));
const text = await formatted(scalingPage(prose, await read()), "md");
if (!Deno.args.includes("--check")) {
  await Deno.writeTextFile(page, text);
  console.log("docs/scaling.md: written");
} else if (await Deno.readTextFile(page) !== text) {
  console.error("docs/scaling.md: not what was measured; run `deno task scaling --page`");
  Deno.exit(1);
}
