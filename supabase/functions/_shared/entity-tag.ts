/** Tags of replies by their content, so that who has it already is not sent it again (RFC 9110, 8.8.3). */
import { toHex } from "./hex.ts";

/** Whether `If-None-Match` names the tag; it compares weakly: a proxy may have made `W/` of ours. */
function named(header: string | null, tag: string): boolean {
  if (header === null) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((one) => one.trim().replace(/^W\//, "") === tag);
}

/** The response with its tag: SHA-256 of its body; 304 without the body where the caller has it. */
export async function tagged(response: Response, request: Request): Promise<Response> {
  const body = await response.arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", body);
  const tag = `"${toHex(new Uint8Array(digest, 0, 16))}"`;
  const headers = new Headers(response.headers);
  headers.set("etag", tag);
  if (!named(request.headers.get("if-none-match"), tag)) {
    return new Response(body, { status: response.status, headers });
  }
  headers.delete("content-type");
  return new Response(null, { status: 304, headers });
}
