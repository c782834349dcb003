/** `task status`: the running stack's variables as KEY=value lines; exit 1 when nothing runs. */
import { runningVariables } from "./running.ts";
import { readSwitches } from "./arguments.ts";

readSwitches("Usage: task status");

const variables = await runningVariables();
for (const [name, value] of Object.entries(variables)) console.log(`${name}=${value}`);
