/** A gateway over a database of its own; one Postgres for all tests of a file. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { type AuthConfig, createGateway, type Gateway } from "../../local/gateway/mod.ts";
import type { GatewayConnections } from "../../local/gateway/mod.ts";
import { generateKeys, type Keys } from "../../local/keys.ts";
import { type PostgresServer, startPostgres } from "../../local/postgres/server.ts";

const rolesSql = new URL("../../local/postgres/roles.sql", import.meta.url);

/** What the tests' migration makes: a table with a column that its owner may not change. */
const migration = `
  create schema private;
  create table private.secrets (id int);
  create table public.notes (
    id bigint generated always as identity primary key,
    owner uuid not null default auth.uid(),
    body text not null constraint notes_body_not_empty check (body <> ''),
    status text not null default 'new',
    tags jsonb not null default '[]',
    constraint notes_once unique (owner, body)
  );
  alter table public.notes enable row level security;
  grant select, insert, delete, update (body, tags) on public.notes to authenticated;
  grant all on public.notes to service_role;
  create policy "own notes" on public.notes to authenticated
    using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
  create table public.comments (
    id bigint generated always as identity primary key,
    note_id bigint not null references public.notes (id),
    body text not null
  );
  alter table public.comments enable row level security;
  grant select, insert on public.comments to authenticated;
  create policy "comments" on public.comments to authenticated using (true) with check (true);
  create table private.welcomes (user_id uuid, name text, locale text);
  create function private.welcome() returns trigger language plpgsql security definer
    set search_path = '' as $$
  begin
    if new.email = 'refused@example.com' then raise exception 'no'; end if;
    insert into private.welcomes
    values (new.id, new.raw_user_meta_data ->> 'name', new.raw_user_meta_data ->> 'locale');
    return new;
  end; $$;
  create trigger welcome after insert on auth.users
    for each row execute function private.welcome();
`;

export interface Fixture {
  gateway: Gateway;
  keys: Keys;
  sql: postgres.Sql;
  databaseUrl: string;
  logged: string[];
  /** A client without a session that keeps nothing and starts no timer. */
  client(key?: string): SupabaseClient;
  /** A client signed in as a new user. */
  user(
    name?: string,
  ): Promise<{ client: SupabaseClient; id: string; email: string; token: string }>;
  stop(): Promise<void>;
}

export interface FixtureOptions {
  auth?: Partial<AuthConfig>;
  connections?: GatewayConnections;
  /** SQL that runs as `postgres` after the common tables. */
  migration?: string;
  /** Run `migration` as the superuser. */
  asSuperuser?: boolean;
}

export interface Server extends Pick<PostgresServer, "adminUrl"> {
  fixture(options?: FixtureOptions): Promise<Fixture>;
  /** Stops Postgres, keeping its data. */
  down(): Promise<void>;
  /** Starts it again, on the same port. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** A throw-away Postgres with the hosted roles. */
export async function startServer(): Promise<Server> {
  const dataDir = await Deno.makeTempDir({ dir: "/tmp", prefix: "socle-gateway-test-" });
  await Deno.chmod(dataDir, 0o755);
  const port = freePort();
  const start = () =>
    startPostgres({ dataDir: `${dataDir}/postgres`, port, log: () => {}, durable: false });
  let server = await start();
  const admin = postgres(server.adminUrl(), { max: 1, onnotice: () => {} });
  await admin.unsafe(await Deno.readTextFile(rolesSql));
  await admin.end();
  const fixtures = new Set<Fixture>();

  return {
    adminUrl: (database) => server.adminUrl(database),
    async fixture(options = {}) {
      const fixture = await makeFixture(server, dataDir, options);
      fixtures.add(fixture);
      return fixture;
    },
    down: () => server.stop(),
    async up() {
      server = await start();
    },
    async stop() {
      for (const fixture of fixtures) await fixture.stop();
      await server.stop();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}

async function makeFixture(
  server: PostgresServer,
  dataDir: string,
  options: FixtureOptions,
): Promise<Fixture> {
  const database = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  const admin = postgres(server.adminUrl(), { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${database} owner postgres`);
  await admin.end();
  const databaseUrl = server.adminUrl(database);
  const sql = postgres(databaseUrl, {
    max: 2,
    onnotice: () => {},
    connection: { application_name: "gateway test" },
  });
  await sql.unsafe(await Deno.readTextFile(rolesSql));

  const logged: string[] = [];
  const keys = await generateKeys();
  const gateway = await createGateway({
    port: 0,
    databaseUrl,
    supabaseDir: `${dataDir}/none`,
    storageDir: `${dataDir}/${database}`,
    keys,
    auth: { emailMaxFrequency: 0, ...options.auth },
    log: (source, message) => logged.push(`${source}: ${message}`),
  });
  await gateway.prepare();
  const owner = postgres(server.url(database), { max: 1, onnotice: () => {} });
  await owner.unsafe(migration);
  if (options.migration) {
    await (options.asSuperuser ? sql : owner).unsafe(options.migration);
  }
  await owner.end();
  await gateway.open(options.connections);

  const client = (key = keys.publishableKey) =>
    createClient(gateway.url, key, { auth: { persistSession: false, autoRefreshToken: false } });
  return {
    gateway,
    keys,
    sql,
    databaseUrl,
    logged,
    client,
    async user(name = "Ada") {
      const email = `${crypto.randomUUID()}@example.com`;
      const mine = client();
      const { data, error } = await mine.auth.signUp({
        email,
        password: "correct horse",
        options: { data: { name, locale: "fr" } },
      });
      if (error) throw error;
      return { client: mine, id: data.user!.id, email, token: data.session!.access_token };
    },
    async stop() {
      await gateway.stop();
      await sql.end();
    },
  };
}
