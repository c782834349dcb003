/** Bodies of known, small size are passed on in one piece: 40 to 200 µs less than a stream takes. */
const wholeBytes = 64 * 1024;

const hopByHop = ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/** Where a function's request comes from and what of its URL the function sees. */
export interface Route {
  /** `/<name>/…` with the query, as on the hosted platform. */
  path: string;
  /** Scheme, host and port that the caller used. */
  origin: string;
  /** The caller's address, when whoever received the request knows it. */
  clientAddress: string | undefined;
}

/** A request as the function's own process gets it. */
export async function forwardedRequest(
  request: Request,
  { path, origin, clientAddress }: Route,
  signal: AbortSignal,
): Promise<{ url: string; init: RequestInit }> {
  const { protocol, host, port } = new URL(origin);
  const headers = new Headers(request.headers);
  hopByHop.forEach((name) => headers.delete(name));
  headers.delete("host");
  headers.set("x-forwarded-host", host);
  headers.set("x-forwarded-proto", protocol.slice(0, -1));
  // Appended, as the hosted edge does: what a caller claims stays in front.
  if (clientAddress) headers.append("x-forwarded-for", clientAddress);
  headers.set("x-forwarded-port", port || (protocol === "https:" ? "443" : "80"));
  const init: RequestInit = { method: request.method, headers, signal };
  if (request.body) {
    init.body = isSmall(request.headers) ? await request.arrayBuffer() : request.body;
  }
  return { url: `http://${host}${path}`, init };
}

/**
 * The function's reply as the hosted platform passes it on: HTML that a GET asked for becomes plain
 * text there. `finished` is called once, when the last byte is through or will never be.
 */
export async function forwardedReply(
  reply: Response,
  method: string,
  finished: () => void,
): Promise<Response> {
  const headers = new Headers(reply.headers);
  hopByHop.forEach((name) => headers.delete(name));
  const type = headers.get("content-type");
  if (method === "GET" && type && /^text\/html\b/i.test(type)) {
    headers.set("content-type", type.replace(/^text\/html/i, "text/plain"));
  }
  const init = { status: reply.status, statusText: reply.statusText, headers };
  if (!reply.body || isSmall(reply.headers)) {
    const whole = reply.body ? await reply.arrayBuffer() : null;
    finished();
    return new Response(whole, init);
  }
  return new Response(observed(reply.body, finished), init);
}

function isSmall(headers: Headers): boolean {
  const length = headers.get("content-length");
  return length !== null && Number(length) <= wholeBytes;
}

function observed(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  finished: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      finished();
    },
    async cancel(reason) {
      finished();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
