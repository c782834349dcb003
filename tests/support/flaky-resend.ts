/** A Resend that fails as told, then accepts: one mail for each Idempotency-Key, as Resend does. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How a request fails: `lost` is accepted, but the answer does not arrive. */
export type Failure = "closed" | "lost" | {
  status: number;
  /** Resend's name of the error, https://resend.com/docs/api-reference/errors */
  name?: string;
  headers?: Record<string, string>;
};

/** A request to send, as it came. */
export interface Sending {
  key: string;
  to: string;
  body: string;
}

/** A mail as Resend's list shows it. */
export interface Listed {
  id: string;
  to: string[];
  created_at: string;
}

export interface FlakyResend {
  url: string;
  /** Every request, also those that failed. */
  tried: Sending[];
  /** Accepted mails by Idempotency-Key. */
  accepted: Map<string, Sending>;
  /** What happens to the requests for an address, one after the other; then they are accepted. */
  fail(to: string, failures: Failure[]): void;
  /** What it lists, newest first. */
  listed: Listed[];
  /** After which mail each page of the list was asked for; null is the first. */
  pages: (string | null)[];
  /** How many times the page after a mail is refused. */
  failPage: { after: string; times: number } | undefined;
  /** Whether all requests find a closed door. */
  down: boolean;
  stop(): Promise<void>;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of request) text += decoder.decode(chunk, { stream: true });
  return text;
}

/** Starts one on a free port. */
export async function startFlakyResend(): Promise<FlakyResend> {
  const tried: Sending[] = [];
  const accepted = new Map<string, Sending>();
  const failures = new Map<string, Failure[]>();
  const resend: Pick<FlakyResend, "down" | "listed" | "pages" | "failPage"> = {
    down: false,
    listed: [],
    pages: [],
    failPage: undefined,
  };

  /** https://resend.com/docs/api-reference/emails/list-emails */
  function list(query: URLSearchParams, response: ServerResponse) {
    const after = query.get("after");
    resend.pages.push(after);
    const { failPage } = resend;
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (failPage !== undefined && failPage.after === after && failPage.times-- > 0) {
      return reply(500, { statusCode: 500, name: "internal_server_error", message: "not now" });
    }
    const from = after === null ? 0 : resend.listed.findIndex(({ id }) => id === after) + 1;
    const to = from + Math.min(100, Number(query.get("limit") ?? "20"));
    reply(200, {
      object: "list",
      data: resend.listed.slice(from, to),
      has_more: to < resend.listed.length,
    });
  }

  /** https://resend.com/docs/api-reference/emails/retrieve-email */
  function one(id: string, response: ServerResponse) {
    const found = resend.listed.find((mail) => mail.id === id);
    response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(
      found === undefined
        ? { statusCode: 404, name: "not_found", message: "Email not found" }
        : { object: "email", ...found },
    ));
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    // A client repeats by itself what it sent on a kept connection that closes: each gets a fresh one.
    response.setHeader("connection", "close");
    const { pathname, searchParams } = new URL(request.url!, "http://resend");
    if (request.method === "GET") {
      return pathname === "/emails"
        ? list(searchParams, response)
        : one(pathname.slice("/emails/".length), response);
    }
    const body = await textOf(request);
    const to = String([JSON.parse(body).to].flat()[0]);
    const sending = { key: String(request.headers["idempotency-key"]), to, body };
    tried.push(sending);
    const failure = resend.down ? "closed" : failures.get(to)?.shift();
    if (failure === "closed") return request.socket.destroy();
    if (typeof failure === "object") {
      const { status, name = "internal_server_error", headers = {} } = failure;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      const message = `no mail to ${to} now`;
      response.end(JSON.stringify({ statusCode: status, name, message }));
      return;
    }
    if (!accepted.has(sending.key)) accepted.set(sending.key, sending);
    if (failure === "lost") return request.socket.destroy();
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ id: crypto.randomUUID() }));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(resend, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tried,
    accepted,
    fail: (to: string, wanted: Failure[]) => void failures.set(to, [...wanted]),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
