/** Tells when the database's schema changed: `notify pgrst`, which the DDL triggers send. */
import postgres from "postgres";
import type { Log } from "../log.ts";

export interface SchemaChanges {
  /** Listens again when a lost connection ended it; returns at once while it listens. */
  ensure(): void;
  stop(): Promise<void>;
}

/** @param changed called after every change, and when changes may have been missed */
export function watchSchema(databaseUrl: string, changed: () => void, log: Log): SchemaChanges {
  let client: postgres.Sql | undefined;
  let stopped = false;

  function start(): void {
    const mine = postgres(databaseUrl, {
      max: 1,
      connect_timeout: 5,
      onnotice: () => {},
      onclose: () => lost(),
    });
    client = mine;
    function lost(): void {
      if (stopped || client !== mine) return;
      client = undefined;
      changed();
      void mine.end({ timeout: 0 });
    }
    mine.listen("pgrst", (message) => {
      if (message === "" || message.startsWith("reload")) changed();
    }).then(undefined, (error: Error) => {
      if (stopped) return;
      log("rest", `cannot listen for schema changes: ${error.message}`, "warn");
      lost();
    });
  }

  start();
  return {
    ensure() {
      if (!client && !stopped) start();
    },
    async stop() {
      stopped = true;
      await client?.end({ timeout: 1 });
    },
  };
}
