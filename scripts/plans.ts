/**
 * `task plans`: makes Stripe equal to supabase/functions/_shared/billing/plans.ts, plans and meters. The
 * account is that of STRIPE_SECRET_KEY: with `--deploy` of supabase/functions/.env.production; else of the
 * environment, of supabase/functions/.env, or the running local stack's, the first that there is.
 */
import { fail, readSwitches } from "../local/cli/arguments.ts";
import { readRunning } from "../local/cli/running.ts";
import { supabaseDir } from "../local/stack.ts";
import { deploymentFile, readDeploymentVariables, readOwnVariables } from "../local/variables.ts";
import { meters, plans } from "../supabase/functions/_shared/billing/plans.ts";
import { publishMeters } from "../supabase/functions/_shared/billing/publish-meters.ts";
import { publishPlans } from "../supabase/functions/_shared/billing/publish-plans.ts";
import { stripeClient } from "../supabase/functions/_shared/billing/stripe.ts";

const { deploy } = readSwitches("Usage: task plans [--deploy]", "deploy");

const given = !deploy && Deno.env.has("STRIPE_SECRET_KEY");
const own = deploy ? await readDeploymentVariables(supabaseDir) : given
  ? {} // Whoever names an account has nothing to do with the file's.
  : await readOwnVariables(supabaseDir, (_source, message) => console.error(message))
    .catch((error: Error) => fail(error.message));
// A deployment's account is that of its file, whatever a shell still has of a local stack.
if (deploy) ["STRIPE_SECRET_KEY", "STRIPE_API_URL"].forEach((name) => Deno.env.delete(name));
for (const [name, value] of Object.entries(own)) {
  if (!Deno.env.has(name)) Deno.env.set(name, value);
}
if (!Deno.env.get("STRIPE_SECRET_KEY")) {
  if (deploy) fail(`Whose plans? Set STRIPE_SECRET_KEY in ${deploymentFile}.`);
  const running = await readRunning();
  if (running === undefined) {
    fail(
      "Whose plans? Start the local stack, or say --deploy for the account of a deployment.",
    );
  }
  Deno.env.set("STRIPE_SECRET_KEY", running.env["STRIPE_SECRET_KEY"]!);
  Deno.env.set("STRIPE_API_URL", running.env["STRIPE_API_URL"]!);
}
const report = [
  ...await publishMeters(stripeClient(), meters),
  ...await publishPlans(stripeClient(), plans),
];
console.log(
  report.length === 0 ? "Stripe holds the plans and meters as declared." : report.join("\n"),
);
