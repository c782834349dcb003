/** Tells when the database's schema changed: `notify pgrst`, which the DDL triggers send. */
// @ts-types="./node-postgres.d.ts"
import pg, { type Client } from "pg";
import type { Log } from "../log.ts";

export interface SchemaChanges {
  /** Listens again when a lost connection ended it; returns at once while it listens. */
  ensure(): void;
  stop(): Promise<void>;
}

/** @param changed called after every change, and when changes may have been missed */
export function watchSchema(databaseUrl: string, changed: () => void, log: Log): SchemaChanges {
  let client: Client | undefined;
  let stopped = false;

  function start({ again }: { again: boolean }): void {
    const mine = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 });
    client = mine;
    const lost = () => {
      if (client !== mine) return;
      client = undefined;
      if (!stopped) changed();
    };
    mine.on("notification", ({ payload }) => {
      if (!payload || payload.startsWith("reload")) changed();
    });
    mine.on("error", lost);
    mine.on("end", lost);
    mine.connect().then(() => mine.query("listen pgrst")).then(() => {
      // What changed until now, since another connection was lost, nobody told us.
      if (again) changed();
    }, (error: Error) => {
      if (!stopped) log("rest", `cannot listen for schema changes: ${error.message}`, "warn");
      lost();
    });
  }

  start({ again: false });
  return {
    ensure() {
      if (!client && !stopped) start({ again: true });
    },
    async stop() {
      stopped = true;
      await client?.end();
    },
  };
}
