/** A request whose path is sent as it is written: `fetch` would resolve `..` itself. */
import { request } from "node:http";
import type { Caller, RestWorld } from "./rest-world.ts";

/** An object is sent as JSON; text or bytes as a file, an image by default, over what is there. */
export async function raw(
  { url, publishableKey }: Pick<RestWorld, "url" | "publishableKey">,
  method: string,
  path: string,
  caller: Caller,
  body?: unknown,
  kind = "image/png",
): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(url);
  const isJson = typeof body === "object" && !(body instanceof Uint8Array);
  const sentBody = isJson ? JSON.stringify(body) : body as string | Uint8Array | undefined;
  return await new Promise((resolve, reject) => {
    const sent = request({
      method,
      hostname,
      port,
      path,
      agent: false,
      headers: {
        apikey: publishableKey,
        ...(caller.token !== null && { authorization: `Bearer ${caller.token}` }),
        ...(sentBody !== undefined && {
          "content-type": isJson ? "application/json" : kind,
          "content-length": new Blob([sentBody as BlobPart]).size,
          "x-upsert": "true",
        }),
      },
    }, (reply) => {
      const chunks: Uint8Array[] = [];
      reply.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      reply.on("end", () =>
        resolve({
          status: reply.statusCode!,
          body: new TextDecoder().decode(Uint8Array.from(chunks.flatMap((one) => [...one]))),
        }));
    });
    sent.on("error", reject);
    sent.end(sentBody);
  });
}
