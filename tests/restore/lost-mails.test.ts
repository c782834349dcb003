/**
 * Mails to an address that got many in the lost time, while Resend keeps to its limit: each lost mail is asked
 * for once, however many wait; what was sent is not sent again, and the rest goes out.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { causeTag } from "../../supabase/functions/_shared/mail/send.ts";
import { connect } from "../support/connect.ts";
import { startOwnStack } from "../support/own-stack.ts";
import { freshAddress } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

interface LostMail {
  id: string;
  to: string[];
  created_at: string;
  tags: { name: string; value: string }[];
}

/** A Resend that has sent mails, and refuses whoever asks it for one too soon after another. */
async function startResend(lost: LostMail[], apartMs: number) {
  const asked: string[] = [];
  const sent: string[] = [];
  let refused = 0;
  let last = -Infinity;

  async function bodyOf(request: IncomingMessage): Promise<{ to: string | string[] }> {
    let text = "";
    for await (const part of request.setEncoding("utf8")) text += part;
    return JSON.parse(text);
  }

  async function answer(request: IncomingMessage): Promise<[number, unknown]> {
    const path = new URL(request.url!, "http://resend").pathname;
    if (request.method === "POST") {
      sent.push([(await bodyOf(request)).to].flat()[0]!);
      return [200, { id: crypto.randomUUID() }];
    }
    if (path === "/emails") {
      return [200, {
        object: "list",
        has_more: false,
        data: lost.map(({ tags: _, ...listed }) => listed),
      }];
    }
    const now = performance.now();
    if (now - last < apartMs) {
      refused++;
      return [429, { statusCode: 429, name: "rate_limit_exceeded", message: "Too many requests." }];
    }
    last = now;
    const id = path.split("/").at(-1)!;
    asked.push(id);
    const mail = lost.find((one) => one.id === id);
    return mail === undefined
      ? [404, { statusCode: 404, name: "not_found", message: "Email not found" }]
      : [200, mail];
  }

  const server = createServer((request, response) => {
    answer(request).then(([status, body]) => {
      response.writeHead(status, {
        "content-type": "application/json",
        ...(status === 429 && { "retry-after": "1" }),
      });
      response.end(JSON.stringify(body));
    }, (error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    sent,
    get refused() {
      return refused;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

Deno.test("restore: of an address with many lost mails each is asked for once, and no mail waits for good", async () => {
  const to = freshAddress("reads");
  const other = freshAddress("other");
  const lostMail = (address: string, tags: LostMail["tags"]): LostMail => ({
    id: crypto.randomUUID(),
    to: [address],
    created_at: new Date().toISOString(),
    tags,
  });
  // Its queue's mail is the last of those to its address; another's mails nobody waits for.
  const lost = [
    ...Array.from({ length: 4 }, () => lostMail(to, [{ name: "cause", value: causeTag("else") }])),
    lostMail(to, []),
    lostMail(to, [{ name: "cause", value: causeTag("mail:sent-before") }]),
    lostMail(other, [{ name: "cause", value: causeTag("mail:other") }]),
  ];
  await using resend = await startResend(lost, 400);
  await using own = await startOwnStack({ functionsEnv: { RESEND_BASE_URL: resend.url } });
  const sql = connect(own.at);
  try {
    const jobs = await sql.begin(async (transaction) => {
      await transaction`select private.restore_begin(now() - interval '1 day', 'a test of lost mails')`;
      return await transaction<{ id: number }[]>`
        select private.enqueue('mail_send', jsonb_build_object(
          'template', 'welcome', 'to', ${to}::text, 'locale', 'en', 'props', '{"name": "Ada"}'::jsonb
        ), cause)::int as id
        from unnest(array['sent-before', 'first', 'second', 'third']) as cause`;
    });
    const ended = await waitFor("the mails to be done with", async () => {
      const rows = await sql<{ cause: string; state: string; note: string | null }[]>`
        select dedupe_key as cause, state, last_error as note from private.jobs
        where id = any (${jobs.map(({ id }) => id)}) and state <> 'pending' order by dedupe_key`;
      return rows.length === jobs.length && rows;
    });
    deepEqual(ended.map((row) => ({ ...row })), [
      { cause: "first", state: "succeeded", note: null },
      { cause: "second", state: "succeeded", note: null },
      {
        cause: "sent-before",
        state: "succeeded",
        note: "it was sent before the database was taken back",
      },
      { cause: "third", state: "succeeded", note: null },
    ]);
    deepEqual(resend.sent, [to, to, to]);
    await waitFor("every cause to be known", async () => {
      const [left] =
        await sql`select count(*)::int as n from private.restore_mails where cause is null`;
      return left!["n"] === 0;
    });
    deepEqual(resend.asked.toSorted(), lost.map(({ id }) => id).toSorted(), "each once");
    equal(resend.asked.at(-1), lost.at(-1)!.id, "those first for which a mail waits");
    equal(resend.refused, 0, "within Resend's limit");
  } finally {
    await sql.end();
  }
});

Deno.test("restore: where Resend refuses, what it has said is kept and it is asked again for the rest", async () => {
  const to = freshAddress("reads");
  const lost = Array.from({ length: 3 }, (_, index): LostMail => ({
    id: crypto.randomUUID(),
    to: [to],
    created_at: new Date().toISOString(),
    tags: [{ name: "cause", value: causeTag(`mail:${index}`) }],
  }));
  // Slower than we ask: every second call is refused at least.
  await using resend = await startResend(lost, 1_500);
  await using own = await startOwnStack({ functionsEnv: { RESEND_BASE_URL: resend.url } });
  const sql = connect(own.at);
  try {
    await sql`select private.restore_begin(now() - interval '1 day', 'a test of refusals')`;
    await waitFor("every cause to be known", async () => {
      const [known] = await sql`
        select count(*) filter (where cause is not null)::int as n from private.restore_mails`;
      return known!["n"] === lost.length;
    });
    ok(resend.refused > 0);
    deepEqual(resend.asked.toSorted(), lost.map(({ id }) => id).toSorted(), "each once");
    const tries = await sql`
      select state, last_error from private.jobs where kind = 'restore_causes' and state = 'dead'`;
    deepEqual([...tries], []);
  } finally {
    await sql.end();
  }
});
