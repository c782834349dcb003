/** docs/scaling.md, of what `task scaling` counted and `task bench` measured. */
import { formatted } from "../../scripts/drift/formatted.ts";
import type { CaseResult } from "../support/figure.ts";
import type { Results } from "../support/results.ts";
import type { Counted, Measurement } from "./model.ts";
import { scalingPage } from "./page.ts";

const kept = new URL("../scaling.json", import.meta.url);

/** Keeps what was counted, for the page. */
export async function keepCounted(counted: Counted): Promise<void> {
  await Deno.writeTextFile(kept, await formatted(JSON.stringify(counted), "json"));
}

async function readCounted(): Promise<Counted> {
  try {
    return JSON.parse(await Deno.readTextFile(kept)) as Counted;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("bench/scaling.json is not there: run `deno task scaling` to measure");
  }
}

/** What `task bench` measured last: in full, else quick. @throws where it never measured one of them */
function rates({ full, quick }: Results): Measurement["perSecond"] {
  const rate = (figure: string, is: (one: CaseResult) => boolean): number => {
    const found = (full[figure] ?? quick[figure])?.cases.find(is);
    if (found === undefined) throw new Error(`run \`deno task bench ${figure}\` first`);
    return found.subject;
  };
  return {
    jobs: rate("jobs", ({ name }) => name === "nothing else in the tables"),
    webhooks: rate("webhook", ({ at }) => at === 16),
  };
}

/** The page as it is to be. */
export async function scalingDocument(results: Results): Promise<string> {
  const prose = await Deno.readTextFile(new URL("./page.template", import.meta.url));
  const measurement = { ...await readCounted(), perSecond: rates(results) };
  return await formatted(scalingPage(prose, measurement), "md");
}
