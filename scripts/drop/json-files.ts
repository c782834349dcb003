/** JSON files in which a part has entries: deno.json's tasks, what was measured, recorded examples. */

/** The text of deno.json without the tasks whose command names a file that is gone. */
export function withoutTasks(text: string, isGone: (path: string) => boolean): string {
  const config = JSON.parse(text) as { tasks: Record<string, { command: string }> };
  for (const [name, { command }] of Object.entries(config.tasks)) {
    if (command.split(" ").some(isGone)) delete config.tasks[name];
  }
  return JSON.stringify(config, null, 2) + "\n";
}

/** The text of supabase/import_map.json without packages. */
export function withoutPackages(text: string, names: readonly string[]): string {
  const map = JSON.parse(text) as { imports: Record<string, string> };
  for (const name of names) delete map.imports[name];
  return JSON.stringify(map, null, 2) + "\n";
}

/** The text of deno.lock without packages, line by line: written as JSON it would be another file. */
export function withoutLocked(text: string, names: readonly string[]): string {
  const rest = names.reduce(
    (lock, name) =>
      lock.replaceAll(new RegExp(`^ +"npm:${name}@[^"]*"(?:: "[^"]*")?,?\\n`, "gm"), "")
        .replaceAll(new RegExp(`^ {4}"${name}@[^"]*": \\{\\n[^}]*^ {4}\\},?\\n`, "gm"), ""),
    text,
  );
  JSON.parse(rest);
  return rest;
}

interface Measured {
  cases: { name?: string }[];
}

/** The text of bench/results.json without figures that are gone, and without cases of the part's. */
export function withoutFigures(
  text: string,
  { isGone, cases }: { isGone: (figure: string) => boolean; cases: RegExp },
): string {
  const results = JSON.parse(text) as Record<string, Record<string, Measured>>;
  for (const figures of Object.values(results)) {
    for (const [name, measured] of Object.entries(figures)) {
      measured.cases = measured.cases.filter((one) => !cases.test(one.name ?? ""));
      if (isGone(name) || measured.cases.length === 0) delete figures[name];
    }
  }
  return JSON.stringify(results, null, 2) + "\n";
}

/** The text without members of these names, however deep: of recorded examples of shared endpoints. */
export function withoutMembers(text: string, names: readonly string[]): string {
  return JSON.stringify(
    JSON.parse(text, (name, value) => names.includes(name) ? undefined : value),
    null,
    2,
  ) + "\n";
}
