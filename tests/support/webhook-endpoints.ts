/** Endpoints of webhooks out, in SQL: what is told to them, and what becomes of them. */
import { asUser } from "./callers.ts";
import type { Sql } from "./database.ts";

/** What an endpoint is told. */
export interface Told {
  id: number;
  event_id: string;
  type: string;
  payload: Payload;
  state: string;
}

interface Payload {
  type: string;
  timestamp: string;
  // deno-lint-ignore no-explicit-any -- a test looks into whatever came
  data: any;
}

/** An endpoint of a test's own, written by a user who is staff; gone with it. */
export async function webhookEndpoint(sql: Sql, staff: string, events: string[]) {
  const [made] = await asUser(
    sql,
    staff,
    (call) =>
      call<{ id: string }[]>`
      insert into public.webhook_endpoints (url, events)
      values ('https://example.com/hook', ${events}) returning id`,
  );
  const { id } = made!;
  return {
    id,
    async deliveries() {
      return [
        ...await sql<Told[]>`
        select id::int, event_id, type, payload, state from public.webhook_deliveries
        where endpoint_id = ${id} order by id`,
      ];
    },
    row: async () => (await sql`select * from public.webhook_endpoints where id = ${id}`)[0]!,
    [Symbol.asyncDispose]: async () => {
      await sql`delete from public.webhook_endpoints where id = ${id}`;
    },
  };
}
