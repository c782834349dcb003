/** The Supabase CLI against a database, without Docker and without an account. */

/** The version that the project is made with; Deno cannot resolve its platform packages: `npx` does. */
const cli = "supabase@3.1.0";

/**
 * Runs one command.
 *
 * @param project the folder of the project that is linked; where a command needs none, it gets an empty one
 * @returns its standard output, with the CLI's notices where it puts them there
 * @throws with what it wrote when it fails
 */
export async function supabaseCli(args: string[], project?: string): Promise<string> {
  const workdir = project ?? await Deno.makeTempDir({ prefix: "socle-cli-" });
  try {
    const { success, stdout, stderr } = await new Deno.Command("npx", {
      args: ["-y", cli, ...args],
      // The CLI keeps notes under its folder, and offers itself to agents and newer versions.
      cwd: workdir,
      env: {
        DO_NOT_TRACK: "1",
        SUPABASE_TELEMETRY_DISABLED: "1",
        SUPABASE_NO_UPDATE_NOTIFIER: "1",
        PGSSLMODE: "disable",
        NO_COLOR: "1",
      },
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    if (!success) {
      throw new Error(
        `supabase ${args.slice(0, 2).join(" ")} failed:\n${
          new TextDecoder().decode(stderr)
        }${text}`,
      );
    }
    return text;
  } finally {
    if (project === undefined) await Deno.remove(workdir, { recursive: true });
  }
}
