import { createClient } from "@supabase/supabase-js";
import { readWorkspace } from "../../supabase/functions/_shared/accounts/workspace.ts";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import { figure } from "../support/figure.ts";
import { httpStack } from "../support/http-stack.ts";
import { alternating, alternatingLoad, expectStatus } from "../support/load.ts";
import { signUp } from "../support/sign-up.ts";

/** The query that the endpoint makes, taken from it, so that the baseline makes the same. */
async function queryOf(userId: string): Promise<string> {
  const asked: string[] = [];
  const client = createClient<Database>("http://database", "key", {
    auth: { persistSession: false, autoRefreshToken: false },
    global: {
      fetch: (input) => {
        const { pathname, search } = new URL(input instanceof Request ? input.url : input);
        asked.push(pathname + search);
        return Promise.resolve(Response.json([]));
      },
    },
  });
  try {
    await readWorkspace(client, { personalOf: userId });
  } catch (error) {
    // Nothing is found there; anything else is news.
    if (!(error instanceof Problem && error.code === "workspace_not_found")) throw error;
  }
  if (asked.length !== 1) throw new Error(`the endpoint makes ${asked.length} queries, not one`);
  return asked[0]!;
}

export default figure({
  title: "Simplest authenticated read",
  subject: "p50 of `GET workspace` by a signed-in user",
  baseline: "bare `Deno.serve` that passes the token and the same query on",
  unit: "ms",
  goal: { atMost: 1.2 },
  axis: "callers",
  notes: `
Both sides go through the same gateway into a function's process of its own, and make the same query of
PostgREST. Ours verifies the token (once a minute a token and isolate: verified-tokens.ts), counts the call in
Redis while the handler reads (limits.ts, \`beside\`), validates the reply, sets request id, CORS and timing,
and writes a log line. With one caller both round trips overlap; with many, on a machine whose cores are the
gateway's, the database's, Redis's and the callers' as well, what is counted is work: the call to Redis is a
second request beside the query, and that is where the rest of the ratio lies.
`,
  gate: "single calls that alternate between both, so that other load falls on both alike",
  async measure(bench) {
    const http = await bench.shared(httpStack);
    const { id, session: { access_token: token } } = await signUp(http);
    const headers = {
      apikey: http.stack.env["SUPABASE_PUBLISHABLE_KEY"]!,
      authorization: `Bearer ${token}`,
    };
    const bare = `${http.functionsUrl}/bench-read?query=${encodeURIComponent(await queryOf(id))}`;
    const ours = `${http.functionsUrl}/workspace`;
    const call = (url: string) => () => expectStatus(200, fetch(url, { headers }));
    const sides = { baseline: call(bare), subject: call(ours) };
    const calls = bench.sized({ quick: 40, full: 200 });
    await bench.pairs(
      { at: 1 },
      () => alternating(calls, { baseline: call(bare), subject: call(ours) }),
    );
    const seconds = bench.sized({ quick: 0.5, full: 2 });
    for (const callers of bench.sized({ quick: [16], full: [4, 16, 64] })) {
      await bench.pairs({ at: callers, judged: false }, async () => {
        const { baseline, subject } = await alternatingLoad({ seconds, callers }, sides);
        return { baseline: baseline.p50, subject: subject.p50 };
      });
    }
  },
});
