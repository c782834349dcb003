/** A copy of this checkout to try things on: what git holds, on the packages of this one. */
import { dirname, join } from "node:path";
import { repository, root, type Tree } from "./gates/tree.ts";

/** What a program that has ended wrote. */
export interface Ran {
  success: boolean;
  stdout: string;
  /** With what it complained of. */
  output: string;
}

/** A copy; `await using` removes it. */
export interface CheckoutCopy extends AsyncDisposable {
  folder: string;
  /** Its files, as gates see them. */
  tree(): Promise<Tree>;
  /** Runs a program in it, with variables of its own. @returns what it wrote, whether or not it succeeded */
  run(program: string, args: string[], env?: Record<string, string>): Promise<Ran>;
  /** The same with Deno. */
  deno(args: string[], env?: Record<string, string>): Promise<Ran>;
  /** Starts a program in it that goes on. Nobody reads what it writes. */
  spawn(program: string, args: string[], env?: Record<string, string>): Deno.ChildProcess;
}

/** Variables of the stack that tests run against: nothing in a copy is to find it. */
const ofStack = /^(SUPABASE_|SOCLE_|STRIPE_|RESEND_|UPSTASH_|MAILBOX_URL|SITE_URL)/;

/** This process's variables without a stack's, and those that are given. */
export function environment(env: Record<string, string> = {}): Record<string, string> {
  const held = Object.entries(Deno.env.toObject()).filter(([name]) => !ofStack.test(name));
  return { ...Object.fromEntries(held), NO_COLOR: "1", ...env };
}

async function run(
  folder: string,
  program: string,
  args: string[],
  env?: Record<string, string>,
): Promise<Ran> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: folder,
    clearEnv: true,
    env: environment(env),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, stdout: said!, output: said! + complained! };
}

/** Copies every file that git holds or would hold. */
export async function copyCheckout(): Promise<CheckoutCopy> {
  const folder = await Deno.makeTempDir({ prefix: "socle-copy-" });
  // Postgres may run as another account, which must be able to enter.
  await Deno.chmod(folder, 0o755);
  const { paths } = await repository();
  for (const parent of new Set(paths.map((path) => dirname(path)))) {
    await Deno.mkdir(join(folder, parent), { recursive: true });
  }
  await Promise.all(paths.map((path) => Deno.copyFile(join(root, path), join(folder, path))));
  for (const packages of ["node_modules", "web/node_modules"]) {
    const isThere = await Deno.stat(join(root, packages)).then(() => true, () => false);
    if (isThere) await Deno.symlink(join(root, packages), join(folder, packages));
  }
  // What lists the files asks git for them.
  const { success, output } = await run(folder, "git", ["init", "-q"]);
  if (!success) throw new Error(`git init failed: ${output}`);
  return {
    folder,
    tree: () => repository(folder),
    run: (program, args, env) => run(folder, program, args, env),
    spawn: (program, args, env) =>
      new Deno.Command(program, {
        args,
        cwd: folder,
        clearEnv: true,
        env: environment(env),
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn(),
    deno: (args, env) => run(folder, Deno.execPath(), args, env),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
