/** Runs `task plans` against a stack's Stripe, as the operator does on the hosted platform. */
import { join } from "node:path";
import { projectDir, type Stack } from "./stack.ts";

/** @throws with the script's own words when Stripe refuses */
export async function publishPlans(stack: Stack): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(projectDir, "scripts/plans.ts")],
    cwd: projectDir,
    env: stack.functionsEnv,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`cannot publish the plans: ${new TextDecoder().decode(stderr)}`);
}
