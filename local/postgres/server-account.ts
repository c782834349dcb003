/**
 * Which account Postgres runs as, and whether that account can reach a path.
 *
 * Postgres refuses to run as root. As root (containers, CI) the server gets the `postgres` account
 * where there is one, else `nobody`; no account is created. That account can enter neither root's
 * home nor a private temporary folder, so data and programs may have to live elsewhere.
 */
import { dirname, resolve } from "node:path";

/** The account to start the server with; `undefined` means the one that runs this process. */
export interface ServerAccount {
  uid: number;
  gid: number;
  name: string;
}

async function accountNamed(name: string): Promise<ServerAccount | undefined> {
  const passwd = await Deno.readTextFile("/etc/passwd");
  const fields = passwd.split("\n").map((line) => line.split(":")).find((f) => f[0] === name);
  if (fields === undefined) return undefined;
  return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** The account for the server: none of its own unless this process is root. */
export async function serverAccount(): Promise<ServerAccount | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const account = (await accountNamed("postgres")) ?? (await accountNamed("nobody"));
  if (account === undefined) {
    throw new Error(
      "cannot start Postgres as root: /etc/passwd has neither `postgres` nor `nobody`; " +
        "run as an ordinary user, or name a running server in SOCLE_DATABASE_URL",
    );
  }
  return account;
}

/** Whether another account can enter every folder above `path` (and `path` itself, where it exists). */
export async function reachableByOthers(path: string): Promise<boolean> {
  for (let folder = resolve(path);; folder = dirname(folder)) {
    try {
      const { mode, isDirectory } = await Deno.stat(folder);
      if (isDirectory && mode !== null && (mode & 0o001) === 0) return false;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (folder === dirname(folder)) return true;
  }
}
