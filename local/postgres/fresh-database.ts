/**
 * A database as a new project has it after its migrations: what the schema dump, the types, the
 * advisors and the tests look at. Nothing of it is left when it is disposed of.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import type { Gateway } from "../gateway/mod.ts";
import { generateKeys, type Keys } from "../keys.ts";
import { freePorts } from "../ports.ts";
import { migrate } from "./migrate.ts";
import { startPostgres } from "./server.ts";

/** A fresh database; `await using` drops it. */
export interface FreshDatabase extends AsyncDisposable {
  /** Connection string of `postgres`, the role that owns what the migrations make. */
  url: string;
  /** Connection string of a superuser. */
  adminUrl: string;
  /** Its Supabase API without functions, the same at each call; serves once its `open()` was called. */
  gateway(): Promise<Gateway>;
  keys: Keys;
}

export interface FreshDatabaseOptions {
  /** Connection string of a running server's superuser; without it a server is started for this one. */
  server?: string | undefined;
  /** A database of that server to be copied instead of migrated: one of these, which nobody is connected to. */
  template?: string | undefined;
  /** The folder whose migrations are applied; null leaves the database as the platform makes it. */
  supabaseDir?: string | null;
  /** Whether commits wait for the disk, as a project's do; only of a server that is started for it. */
  durable?: boolean;
}

const rolesSql = new URL("./roles.sql", import.meta.url);
const projectSupabaseDir = join(
  dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
  "supabase",
);

/** The same server as another role or with another database. */
function pointedAt(url: string, change: { role?: string; database?: string }): string {
  const changed = new URL(url);
  if (change.role !== undefined) changed.username = changed.password = change.role;
  if (change.database !== undefined) changed.pathname = `/${change.database}`;
  return changed.href;
}

async function runAsAdmin(url: string, text: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

/** With what it needs in the database. Loaded when it is wanted: most who copy a template talk to Postgres alone. */
async function preparedGateway(
  options: { databaseUrl: string; storageDir: string; keys: Keys },
): Promise<Gateway> {
  const { createGateway, readAuthConfig, readConfigToml } = await import("../gateway/mod.ts");
  const gateway = await createGateway({
    ...options,
    port: 0,
    supabaseDir: projectSupabaseDir,
    auth: readAuthConfig(await readConfigToml(projectSupabaseDir)),
    log: () => {},
  });
  try {
    await gateway.prepare();
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  return gateway;
}

/**
 * Makes one: the platform's roles, `auth` and `storage`, then the migrations in order.
 *
 * @throws when the server does not start or a migration fails, in their words
 */
export async function freshDatabase(options: FreshDatabaseOptions = {}): Promise<FreshDatabase> {
  const { supabaseDir = projectSupabaseDir, template, durable = false } = options;
  await using undo = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir({ prefix: "socle-fresh-" });
  undo.defer(() => Deno.remove(dir, { recursive: true }));

  let serverUrl = options.server;
  if (serverUrl === undefined) {
    // Postgres may run as another account, which must be able to enter.
    await Deno.chmod(dir, 0o755);
    const server = await startPostgres({
      dataDir: join(dir, "postgres"),
      port: freePorts().database,
      log: () => {},
      durable,
    });
    // It lies elsewhere where the server's account cannot reach `dir` (see server-account.ts).
    undo.defer(() => Deno.remove(server.dataDir, { recursive: true }));
    undo.defer(() => server.stop());
    serverUrl = server.adminUrl();
  }

  const database = `fresh_${crypto.randomUUID().replaceAll("-", "")}`;
  const adminUrl = pointedAt(serverUrl, { database });
  const url = pointedAt(adminUrl, { role: "postgres" });
  await runAsAdmin(
    serverUrl,
    // Copying the files takes half of what writing them through the log does.
    `create database ${database}` +
      (template === undefined ? "" : ` template ${template} strategy file_copy`),
  );
  undo.defer(() => runAsAdmin(serverUrl, `drop database if exists ${database} with (force)`));
  // Also in a copy: what the roles may do to a database belongs to that one.
  await runAsAdmin(adminUrl, await Deno.readTextFile(rolesSql));

  const keys = await generateKeys();
  let made: Promise<Gateway> | undefined;
  const gateway = () =>
    made ??= preparedGateway({ databaseUrl: adminUrl, storageDir: join(dir, "storage"), keys });
  undo.defer(async () => {
    // Whoever asked for it has been told why there is none.
    await (await made?.catch(() => undefined))?.stop();
  });
  if (template === undefined) {
    await gateway();
    if (supabaseDir !== null) await migrate(url, supabaseDir, { seed: false });
  }

  const all = undo.move();
  return { url, adminUrl, gateway, keys, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
