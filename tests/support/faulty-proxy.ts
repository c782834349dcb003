/**
 * A way to a provider that fails as told, in front of its local stand-in (Stripe, Resend or Redis): the
 * product reaches it by the provider's address and cannot tell it from a network or a provider that is
 * not well.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** What happens to a call. */
export type Fault =
  /** The connection breaks before the provider hears of it. */
  | { kind: "unreachable" }
  /** The provider does what it was asked, then the connection breaks. */
  | { kind: "answer lost" }
  /** An answer that is an error; the provider hears nothing. */
  | { kind: "error"; status: number; body?: unknown }
  /** The provider does it, and its answer comes this much later. */
  | { kind: "slow"; milliseconds: number }
  /** The provider does it, and its answer comes when the promise resolves. */
  | { kind: "answer held"; until: Promise<unknown> };

/** Which calls: all of these parts that are given must match. */
export interface Matcher {
  method?: string;
  path?: RegExp;
}

/** A call that came by, in the order of arrival. */
export interface SeenCall {
  method: string;
  path: string;
}

/** A fault under way. */
export interface Breakage {
  /** How many calls met it. */
  readonly met: number;
  /** Ends it. */
  mend(): void;
}

/** The proxy; `await using` takes it down. */
export interface FaultyProxy extends AsyncDisposable {
  url: string;
  /** Every call so far. */
  calls: SeenCall[];
  /** Where calls go. */
  forwardTo(url: string): void;
  /** Lets matching calls fail until mended, or `times` times. The latest one that matches counts. */
  breakCalls(matcher: Matcher, fault: Fault, times?: number): Breakage;
  /** Ends every fault. */
  mendAll(): void;
}

interface Rule {
  matcher: Matcher;
  fault: Fault;
  left: number;
  met: number;
}

const hopByHop = ["connection", "host", "content-length", "transfer-encoding", "content-encoding"];

/** Starts it on a free port; tell it where to forward before the first call. */
export async function startFaultyProxy(): Promise<FaultyProxy> {
  let rules: Rule[] = [];
  let target: string | undefined;
  const calls: SeenCall[] = [];

  async function forward(request: IncomingMessage): Promise<{
    status: number;
    headers: [string, string][];
    body: Uint8Array;
  }> {
    if (target === undefined) throw new Error("the proxy was not told where to forward");
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (!hopByHop.includes(name) && typeof value === "string") headers.set(name, value);
    }
    const body = parts.length === 0 ? undefined : await new Blob(parts as BlobPart[]).bytes();
    const reply = await fetch(target + request.url, {
      method: request.method!,
      headers,
      ...(body !== undefined && { body }),
    });
    return {
      status: reply.status,
      headers: [...reply.headers].filter(([name]) => !hopByHop.includes(name)),
      body: await reply.bytes(),
    };
  }

  function ruleFor({ method, path }: SeenCall): Rule | undefined {
    const rule = rules.findLast(({ matcher, left }) =>
      left > 0 && (matcher.method === undefined || matcher.method === method) &&
      (matcher.path === undefined || matcher.path.test(path))
    );
    if (rule !== undefined) {
      rule.left--;
      rule.met++;
    }
    return rule;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = { method: request.method!, path: request.url!.split("?")[0]! };
    calls.push(call);
    const fault = ruleFor(call)?.fault;
    if (fault?.kind === "unreachable") return void request.socket.destroy();
    if (fault?.kind === "error") {
      response.writeHead(fault.status, { "content-type": "application/json" });
      // Stripe's form of an error; for another provider's, `body` is given.
      const error = { type: "api_error", message: `answered ${fault.status}, as told` };
      return void response.end(JSON.stringify(fault.body ?? { error }));
    }
    const reply = await forward(request);
    if (fault?.kind === "slow") await delay(fault.milliseconds);
    if (fault?.kind === "answer held") await fault.until;
    if (fault?.kind === "answer lost") return void request.socket.destroy();
    response.writeHead(reply.status, reply.headers.flat());
    response.end(reply.body);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    forwardTo: (url) => void (target = url),
    breakCalls(matcher, fault, times = Infinity) {
      const rule: Rule = { matcher, fault, left: times, met: 0 };
      rules.push(rule);
      return {
        get met() {
          return rule.met;
        },
        mend: () => void (rules = rules.filter((one) => one !== rule)),
      };
    },
    mendAll: () => void (rules = []),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
