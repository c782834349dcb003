/**
 * `/storage/v1`: Lite's storage, which asks Postgres as the caller before it writes, reads or
 * deletes. The gateway adds names that stay inside, uploads by form, size limits, lists by folder.
 */
import type { JWTPayload } from "jose";
import type { Keys } from "../keys.ts";
import type { GatewayConnection } from "./connection.ts";
import { inRange } from "./byte-range.ts";
import { withIsoTimes } from "./iso-times.ts";
import { readUpload } from "./multipart.ts";
import { listObjects, type ListRequest } from "./storage-list.ts";
import { bearerToken, claimsOfInner, TokenRefused, type Tokens } from "./tokens.ts";

export interface StorageOptions {
  keys: Keys;
  tokens: Tokens;
  connection: GatewayConnection;
  /** Largest upload in bytes, whatever a bucket says. */
  fileSizeLimit: number;
  lite: (request: Request) => Promise<Response>;
}

export interface Storage {
  handle(request: Request, url: URL, apiKey?: string): Promise<Response>;
}

/** Hosted storage's reply: HTTP 400 for whatever a caller did wrong, the true status in the body. */
export function storageError(status: number, error: string, message: string): Response {
  return Response.json({ statusCode: String(status), error, message }, {
    status: status >= 500 ? status : 400,
  });
}

/** The reply while Postgres cannot be reached. */
export function storageUnavailable(): Response {
  const reply = storageError(503, "DatabaseError", "Database is not reachable, try again");
  reply.headers.set("retry-after", "1");
  return reply;
}

// https://supabase.com/docs/guides/storage/uploads/file-limitations: S3's safe characters, but for
// the question mark, which Lite keeps in its encoded form.
const validName = /^[\w/!\-.*'() &$@=;:+,]+$/;

// A link's token is signed by HMAC-SHA-256. What is no such text is not decoded: Lite fails at it.
const linkToken = /^[\w-]+\.[\w-]+\.[\w-]{43}$/;

/** Whether an object may be called so: hosted storage's rule, and no step out of a folder. */
export function isValidObjectName(name: string): boolean {
  return validName.test(name) && !name.startsWith("/") &&
    !name.split("/").some((segment) => segment === "" || segment === "." || segment === "..");
}

const objectRoute =
  /^\/object\/(?:(?:public|authenticated|info\/public|info\/authenticated|info|sign|upload\/sign)\/)?([^/]+)\/(.+)$/;
const uploadRoute = /^\/object\/(?!(?:sign|list|move|copy|info|public|authenticated)\/)[^/]+\/.+$/;

export function createStorage(options: StorageOptions): Storage {
  const { keys, tokens, connection, fileSizeLimit, lite } = options;

  /** The upload as Lite takes it: raw bytes, their length and type in the headers. */
  async function rawUpload(request: Request): Promise<Request | Response> {
    const tooLarge = storageError(
      413,
      "Payload too large",
      "The object exceeded the maximum allowed size",
    );
    if (Number(request.headers.get("content-length") ?? 0) > fileSizeLimit + 64 * 1024) {
      await request.body?.cancel();
      return tooLarge;
    }
    const bytes = await readAtMost(request, fileSizeLimit + 64 * 1024);
    if (!bytes) return tooLarge;
    const headers = new Headers(request.headers);
    const contentType = headers.get("content-type") ?? "application/octet-stream";
    let body = bytes;
    if (contentType.toLowerCase().startsWith("multipart/form-data")) {
      const upload = readUpload(bytes, contentType);
      if (!upload) return storageError(400, "InvalidRequest", "Missing file in multipart upload");
      body = upload.body;
      headers.set("content-type", upload.contentType);
      const age = upload.fields["cacheControl"];
      if (age) headers.set("cache-control", /^\d+$/.test(age) ? `max-age=${age}` : age);
    }
    if (body.length > fileSizeLimit) return tooLarge;
    headers.set("content-length", String(body.length));
    return new Request(request.url, { method: request.method, headers, body });
  }

  async function list(
    request: Request,
    bucket: string,
    claims: JWTPayload,
  ): Promise<Response> {
    let wanted: ListRequest;
    try {
      wanted = await request.json();
    } catch {
      return storageError(400, "InvalidRequest", "Body must be JSON");
    }
    const entries = await connection.withContext({
      auth: { uid: claims.sub ?? null, role: claims["role"], jwt: claims },
      storage: { operation: "storage.object.list" },
    }, (db) => listObjects(db, bucket, wanted));
    return Response.json(entries);
  }

  /** Headers for Lite, and who calls. A bad token never counts as no token. */
  async function identify(
    request: Request,
    apiKey: string | undefined,
  ): Promise<{ headers: Headers; claims: JWTPayload } | Response> {
    const headers = new Headers(request.headers);
    const token = bearerToken(headers);
    headers.delete("authorization");
    if (token === undefined || token === apiKey) {
      const role = apiKey === keys.secretKey ? "service_role" : "anon";
      return { headers, claims: { role } };
    }
    try {
      const inner = await tokens.toInner(token);
      headers.set("authorization", `Bearer ${inner}`);
      return { headers, claims: claimsOfInner(inner) };
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      const message = error.refusal === "expired"
        ? '"exp" claim timestamp check failed'
        : error.message;
      return storageError(403, "Unauthorized", message);
    }
  }

  return {
    async handle(request, url, apiKey) {
      const path = decodeURIComponent(url.pathname.slice("/storage/v1".length));
      const object = objectRoute.exec(path);
      const isList = /^\/object\/list\/([^/]+)$/.exec(path);
      if (object && !isList && !isValidObjectName(object[2]!)) {
        await request.body?.cancel();
        return storageError(400, "InvalidKey", `Invalid key: ${object[2]}`);
      }

      const isLink = /^\/object\/(upload\/)?sign\//.test(path) && request.method !== "POST";
      if (isLink && !linkToken.test(url.searchParams.get("token") ?? "")) {
        await request.body?.cancel();
        return storageError(400, "InvalidJWT", "The link's token is malformed");
      }

      const isPublic = request.method === "GET" && path.startsWith("/object/public/");
      const caller = isPublic
        ? { headers: withoutAuthorization(request.headers), claims: { role: "anon" } }
        : await identify(request, apiKey);
      if (caller instanceof Response) return caller;

      // Hosted storage serves a private object under this longer path as well. Lite decodes a path
      // only in part: it gets one spelling of each name, the one that was checked.
      const spelled = encodeURI(path.replace("/object/authenticated/", "/object/"));
      url.pathname = `/storage/v1${spelled.replaceAll("?", "%3F").replaceAll("#", "%23")}`;
      let inner = new Request(url, {
        method: request.method,
        headers: caller.headers,
        body: request.body,
      });
      const uploads = path.startsWith("/object/") && (request.method === "PUT" ||
        (request.method === "POST" && uploadRoute.test(path) &&
          !path.startsWith("/object/upload/")));
      if (!uploads && request.body !== null) {
        const text = await inner.text();
        // Postgres holds no zero byte: hosted storage refuses such a key, Lite would fail at it.
        if (text.includes("\\u0000")) return storageError(400, "InvalidKey", "Invalid key");
        inner = new Request(url, { method: request.method, headers: caller.headers, body: text });
      }
      if (isList && request.method === "POST") return await list(inner, isList[1]!, caller.claims);
      if (uploads) {
        const upload = await rawUpload(inner);
        if (upload instanceof Response) return upload;
        inner = upload;
      }
      const range = object && !isList && request.method === "GET"
        ? request.headers.get("range")
        : null;
      const reply = await inRange(await lite(inner), range);
      if (!reply.headers.get("content-type")?.startsWith("application/json")) return reply;
      if (/^\/object\/(?!list|sign|move|copy|info)/.test(path) && request.method === "GET") {
        return reply; // an object that happens to be JSON
      }
      const headers = new Headers(reply.headers);
      headers.delete("content-length");
      const body = withSignedLinks(withIsoTimes(await reply.json()));
      return Response.json(body, { status: reply.status, headers });
    },
  };
}

/** Lite names a signed link `signedUrl` and begins it at the host; storage-js wants the hosted form. */
function withSignedLinks(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withSignedLinks);
  if (body === null || typeof body !== "object" || !("signedUrl" in body)) return body;
  const { signedUrl, ...rest } = body;
  const link = String(signedUrl).replace(/^\/storage\/v1/, "");
  return link.startsWith("/object/upload/")
    ? { ...rest, url: link }
    : { ...rest, signedURL: link || null };
}

function withoutAuthorization(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete("authorization");
  return copy;
}

/** The whole body, or undefined when it is longer than `limit` bytes. */
async function readAtMost(
  request: Request,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
