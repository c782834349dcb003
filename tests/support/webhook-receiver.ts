/** A receiver of webhooks out: a server of a test's own, and the verification that docs/webhooks-out.md shows. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { call } from "./stack.ts";
import type { TestUser } from "./users.ts";

/** A request that came. */
export interface Received {
  headers: Headers;
  text: string;
  // deno-lint-ignore no-explicit-any -- a test looks into whatever came
  body: any;
}

/** A server that answers as `answers` say, the last of them for good; and an endpoint that leads there. */
export async function webhookReceiver(
  { sql, staff }: { sql: postgres.Sql; staff: TestUser },
  events: string[],
  ...answers: (() => Response | Promise<Response>)[]
) {
  const received: Received[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const text = await request.text();
    received.push({ headers: request.headers, text, body: JSON.parse(text) });
    const answer = answers[Math.min(received.length, answers.length) - 1];
    return await (answer?.() ?? new Response(null, { status: 204 }));
  });
  const { data, error } = await staff.client.from("webhook_endpoints").insert({
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    events,
  }).select().single();
  assert.equal(error, null);
  const { id } = data!;
  return {
    id,
    url: `http://127.0.0.1:${server.addr.port}`,
    received,
    async secret(): Promise<string> {
      const held = await staff.client.rpc("webhook_endpoint_secret", { endpoint_id: id });
      assert.equal(held.error, null);
      return (held.data as { secret: string }).secret;
    },
    async deliveries() {
      const query = new URLSearchParams({ endpoint_id: id });
      return (await call("GET", `webhook-deliveries?${query}`, { token: staff.token })).body
        .deliveries;
    },
    async [Symbol.asyncDispose]() {
      await sql`delete from public.webhook_endpoints where id = ${id}`;
      await server.shutdown();
    },
  };
}

/** The receiver that docs/webhooks-out.md shows, as it stands there. */
export async function documentedReceiver(): Promise<
  (request: Request, secret: string) => Promise<Response>
> {
  const page = await Deno.readTextFile(new URL("../../docs/webhooks-out.md", import.meta.url));
  const code = page.split("```ts\n").find((part) => part.startsWith("import { Webhook }"))!
    .split("```")[0]!;
  const file = new URL(`./documented-${crypto.randomUUID()}.ts`, import.meta.url);
  await Deno.writeTextFile(file, code);
  try {
    return (await import(file.href)).receive;
  } finally {
    await Deno.remove(file);
  }
}

/** What came, as the documented receiver takes it. */
export const requestOf = ({ headers, text }: Received) =>
  new Request("https://erp.example.com/", { method: "POST", headers, body: text });
