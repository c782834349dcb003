/** `task bundles`: bundles every function and fails for each that is over its budget. */
import { bundleBudget, bundleFunctions } from "./bundles/bundle.ts";
import { readSwitches } from "../local/cli/arguments.ts";

readSwitches("Usage: task bundles");

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`;
const directory = await Deno.makeTempDir({ prefix: "socle-bundles-" });
try {
  const bundles = (await bundleFunctions(directory)).sort((a, b) => b.bytes - a.bytes);
  const over = bundles.filter(({ bytes }) => bytes > bundleBudget);
  for (const { name, bytes } of over) {
    console.error(`${name}: ${kilobytes(bytes)}, its budget is ${kilobytes(bundleBudget)}`);
  }
  const [largest] = bundles;
  console.log(
    `${bundles.length} bundles, the largest ${largest!.name} of ${kilobytes(largest!.bytes)}`,
  );
  if (over.length > 0) Deno.exitCode = 1;
} finally {
  await Deno.remove(directory, { recursive: true });
}
