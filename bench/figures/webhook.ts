import { createHmac } from "node:crypto";
import postgres from "postgres";
import { figure } from "../support/figure.ts";
import { type HttpStack, httpStack } from "../support/http-stack.ts";
import { alternatingLoad, expectStatus } from "../support/load.ts";

const freshId = (prefix: string) => `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;

/** An event as Stripe sends one, of 2 KB, about a subscription that no other event is about. */
function signedEvent(secret: string): { body: string; signature: string } {
  const seconds = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    id: freshId("evt"),
    object: "event",
    api_version: "2026-10-28.endive",
    created: seconds,
    type: "customer.subscription.updated",
    livemode: false,
    pending_webhooks: 1,
    request: null,
    data: {
      object: {
        id: freshId("sub"),
        object: "subscription",
        customer: freshId("cus"),
        status: "active",
        items: { object: "list", data: [{ id: freshId("si"), quantity: 1 }], has_more: false },
        metadata: Object.fromEntries(
          Array.from(
            { length: 20 },
            (_, n) => [`field_${n}`, "what an application notes ".repeat(2)],
          ),
        ),
      },
    },
  });
  const v1 = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return { body, signature: `t=${seconds},v1=${v1}` };
}

/** The table of the baseline, once PostgREST knows it. */
async function makeTable({ stack }: HttpStack): Promise<void> {
  const sql = postgres(stack.env["SUPABASE_DB_URL"]!, { max: 1, onnotice: () => {} });
  try {
    await sql`
      create table public.bench_events (
        id text primary key,
        type text not null,
        payload jsonb not null,
        received_at timestamptz not null default now()
      )`;
    await sql`alter table public.bench_events enable row level security`;
    await sql`grant insert on public.bench_events to service_role`;
    await sql`notify pgrst, 'reload schema'`;
  } finally {
    await sql.end();
  }
}

export default figure({
  title: "Webhook accepted, end to end",
  subject: "signed events that `stripe-webhook` answers with 200, a second, by 16 at once",
  baseline: "bare signature check and one insert, on the same path",
  unit: "/s",
  goal: { atLeast: 0.7 },
  axis: "callers",
  notes: `
The events are 2 KB, signed as Stripe signs, each about another subscription. What ours writes in its one
transaction beyond the event: that the subscription is to be looked at again, and the job that does it.
jobs-run is called as ever and does nothing here: working the event off is no part of accepting it.

Where the ratio lies below its goal: with as many callers as here both sides wait for nothing but the two cores, so the
ratio is that of their processor time. More than half of it is the gateway's and the callers' on both sides; what ours
adds is about as much in Postgres (three rows with their indexes for one) as in the function (Stripe's SDK, the reply's
headers, the log line, the call of jobs-run).
`,
  gate: "both sides take turns four times a second; what differs is work, not waiting",
  async measure(bench) {
    const http = await bench.shared(httpStack);
    await makeTable(http);
    const secret = http.stack.env["STRIPE_WEBHOOK_SECRET"]!;
    const post = (name: string) => () => {
      const { body, signature } = signedEvent(secret);
      return expectStatus(
        200,
        fetch(`${http.functionsUrl}/${name}`, {
          method: "POST",
          headers: { "stripe-signature": signature, "content-type": "application/json" },
          body,
        }),
      );
    };
    const sides = { baseline: post("bench-webhook"), subject: post("stripe-webhook") };
    const seconds = bench.sized({ quick: 0.5, full: 2 });
    for (const callers of bench.sized({ quick: [1, 16], full: [1, 4, 16, 64] })) {
      await bench.pairs({ at: callers, judged: callers === 16 }, async () => {
        const { baseline, subject } = await alternatingLoad({ seconds, callers }, sides);
        return { baseline: baseline.perSecond, subject: subject.perSecond };
      });
    }
  },
});
