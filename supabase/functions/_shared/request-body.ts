/** Reading what a caller sends, body and query: size, then type, then form; nothing unchecked gets further. */
import type * as z from "zod";
import { type FieldError, problem, type ProblemCode } from "./problem.ts";

/**
 * Bytes of a request. Spelled so that it means `Uint8Array<ArrayBuffer>` where TypeScript knows that type,
 * and `Uint8Array` in the hosted runtime's older TypeScript.
 */
export type Bytes = ReturnType<TextEncoder["encode"]>;

/** The largest body an endpoint takes unless it declares another size. */
export const defaultBodyLimit = 1024 * 1024;

/**
 * The body's bytes.
 *
 * @throws {Problem} `body_too_large` as soon as more than `limit` bytes are announced or have come
 */
export async function readBytes(request: Request, limit: number): Promise<Bytes> {
  const tooLarge = () => problem("body_too_large", { detail: `At most ${limit} bytes are taken.` });
  if (Number(request.headers.get("content-length") ?? "0") > limit) {
    await request.body?.cancel();
    throw tooLarge();
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Deeper than any body has reason to be; JSON.stringify and Postgres give up at some thousand levels. */
export const deepestLevel = 64;

/** Where and why a value cannot be stored or passed on, if anywhere, whatever schema it matches. */
function unstorable(value: unknown): FieldError | undefined {
  const text = (pointer: string): FieldError => ({
    pointer,
    detail: "Text must be valid Unicode without NUL characters",
  });
  const storable = (one: string) => !one.includes("\0") && one.isWellFormed();
  const open: [value: unknown, pointer: string, level: number][] = [[value, "", 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [current, pointer, level] = next;
    if (typeof current === "string" && !storable(current)) return text(pointer);
    if (typeof current !== "object" || current === null) continue;
    if (level === deepestLevel) return { pointer, detail: "Nested too deeply" };
    for (const [key, inner] of Object.entries(current)) {
      if (!storable(key)) return text(pointer);
      open.push([inner, `${pointer}/${escapePointer(key)}`, level + 1]);
    }
  }
  return undefined;
}

function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/**
 * The value that a schema makes of what came.
 *
 * @param code `invalid_body` or `invalid_query`
 * @throws {Problem} with one entry in `errors` for each field that is wrong
 */
export function validate<T extends z.ZodType>(
  schema: T,
  value: unknown,
  code: Extract<ProblemCode, "invalid_body" | "invalid_query">,
): z.output<T> {
  const refused = unstorable(value);
  if (refused !== undefined) throw problem(code, { errors: [refused] });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors: FieldError[] = parsed.error.issues.slice(0, 50).flatMap((issue) => {
    const path = issue.path.map((step) => `/${escapePointer(String(step))}`).join("");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.slice(0, 50).map((key) => ({
        pointer: `${path}/${escapePointer(key.slice(0, 100))}`,
        detail: "This field is not known here, or not yours to write",
      }));
    }
    return [{ pointer: path, detail: issue.message }];
  });
  throw problem(code, { errors });
}

/**
 * The query's values by name.
 *
 * @throws {Problem} `invalid_query` when a name comes twice: parts in front of us may read the other one
 */
export function parseQuery(request: Request): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of new URL(request.url).searchParams) {
    if (values.has(name)) {
      throw problem("invalid_query", {
        errors: [{
          pointer: `/${escapePointer(name.slice(0, 100))}`,
          detail: "This parameter may come once",
        }],
      });
    }
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

/**
 * A JSON body. An absent one counts as `{}`, so that what is missing is named field by field.
 *
 * @throws {Problem} `unsupported_media_type`, `invalid_json`
 */
export function parseJson(request: Request, bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {};
  const type = (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (type !== "application/json" && !/^application\/[\w.+-]+\+json$/.test(type)) {
    throw problem("unsupported_media_type", { detail: "Send application/json." });
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw problem("invalid_json", { cause: error });
  }
}

async function readForm(bytes: Bytes, type: string, field = ""): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { "content-type": type } }).formData();
  } catch (error) {
    throw problem("invalid_body", {
      errors: [{ pointer: field, detail: "The form cannot be read" }],
      cause: error,
    });
  }
}

/**
 * A form's values by name: `application/x-www-form-urlencoded` or `multipart/form-data`.
 *
 * @throws {Problem} `unsupported_media_type`; `invalid_body` when a name comes twice or holds a file
 */
export async function parseForm(request: Request, bytes: Bytes): Promise<Record<string, string>> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i.test(type)) {
    throw problem("unsupported_media_type", {
      detail: "Send application/x-www-form-urlencoded or multipart/form-data.",
    });
  }
  const values = new Map<string, string>();
  for (const [name, value] of await readForm(bytes, type)) {
    if (typeof value !== "string" || values.has(name)) {
      throw problem("invalid_body", {
        errors: [{
          pointer: `/${escapePointer(name.slice(0, 100))}`,
          detail: "This field may come once, as text",
        }],
      });
    }
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

/** What an endpoint that takes a file declares. */
export interface FileBody {
  /** Name of the form field. */
  field: string;
  maxBytes: number;
}

/**
 * The file of a multipart form.
 *
 * @throws {Problem} `unsupported_media_type`, `invalid_body`, `body_too_large`
 */
export async function parseFile(
  request: Request,
  bytes: Bytes,
  { field, maxBytes }: FileBody,
): Promise<File> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.toLowerCase().startsWith("multipart/form-data")) {
    throw problem("unsupported_media_type", {
      detail: `Send multipart/form-data with a file in \`${field}\`.`,
    });
  }
  const missing = (detail: string) =>
    problem("invalid_body", { errors: [{ pointer: `/${field}`, detail }] });
  const form = await readForm(bytes, type, `/${field}`);
  const other = [...form.keys()].find((key) => key !== field);
  if (other !== undefined) {
    throw problem("invalid_body", {
      errors: [{
        pointer: `/${escapePointer(other.slice(0, 100))}`,
        detail: "This field is not known here",
      }],
    });
  }
  const file = form.get(field);
  if (!(file instanceof File) || form.getAll(field).length !== 1) {
    throw missing("One file is required");
  }
  if (file.size > maxBytes) {
    throw problem("body_too_large", { detail: `A file may have at most ${maxBytes} bytes.` });
  }
  return file;
}
