/** What the tasks have in common that read arguments. */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** Says what is wrong, and ends with exit code 1. */
export function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}

/**
 * The task's arguments; ends with what is wrong and with how they are written where one is not known.
 *
 * @param config of `parseArgs` (https://nodejs.org/api/util.html#utilparseargsconfig), without `args`
 */
export function readArguments<const Config extends Omit<ParseArgsConfig, "args">>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs<Config>({ ...config, args: Deno.args });
  } catch (error) {
    if (error instanceof TypeError) fail(`${error.message}\n${usage}`);
    throw error;
  }
}

/**
 * Which of a task's switches were given; ends as {@link readArguments} where anything else was: a task that
 * passes over what it does not know does what nobody asked for.
 */
export function readSwitches<const Name extends string>(
  usage: string,
  ...names: Name[]
): Record<Name, boolean> {
  const options = Object.fromEntries(names.map((name) => [name, { type: "boolean" as const }]));
  const { values } = readArguments(usage, { options });
  return Object.fromEntries(names.map((name) => [name, values[name] === true])) as Record<
    Name,
    boolean
  >;
}
