/** What is made from the rest, made anew: formatted, generated, derived from the migrations. */

interface Step {
  says: string;
  args: string[];
}

const steps: Step[] = [
  { says: "formatted", args: ["fmt", "--quiet"] },
  { says: "docs/schema.sql", args: ["task", "--quiet", "schema"] },
  { says: "the database's types", args: ["task", "--quiet", "types"] },
  { says: "the API reference and the client's methods", args: ["task", "--quiet", "openapi"] },
  { says: "the page of what was measured", args: ["task", "--quiet", "bench", "--page"] },
  { says: "formatted", args: ["fmt", "--quiet"] },
];

/**
 * Generates every derived file of the checkout at `root` anew.
 *
 * @throws in the words of what failed
 */
export async function regenerate(root: string, tell: (line: string) => void): Promise<void> {
  for (const { says, args } of steps) {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: root,
      stdin: "null",
    }).output();
    if (!success) {
      const words = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      throw new Error(`cannot make anew: ${says}\n${words}`);
    }
    tell(`${says}: as the rest has it`);
  }
}
