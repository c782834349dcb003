/** `Range` on downloads, as hosted storage answers it (RFC 9110, 14): one range of bytes. Lite sends the whole. */

/** The part of a successful reply that a request's Range header asks for; the reply itself without one. */
export async function inRange(reply: Response, range: string | null): Promise<Response> {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  if (asked === null || reply.status !== 200) return reply;
  const whole = await reply.blob();
  const from = Number(asked[1]);
  const to = Math.min(asked[2] === "" ? Infinity : Number(asked[2]), whole.size - 1);
  const headers = new Headers(reply.headers);
  headers.set("accept-ranges", "bytes");
  headers.delete("content-length");
  if (from > to) {
    headers.set("content-range", `bytes */${whole.size}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set("content-range", `bytes ${from}-${to}/${whole.size}`);
  return new Response(whole.slice(from, to + 1), { status: 206, headers });
}
