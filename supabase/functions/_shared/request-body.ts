/** Reading what a caller sends: size first, then type, then form; nothing unchecked gets further. */
import type { z } from "zod";
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

/** Where a value holds text that Postgres cannot store (NUL, half a surrogate pair), if anywhere. */
function unstorableText(value: unknown): string | undefined {
  // A stack instead of recursion: a body of a million brackets must not exhaust ours.
  const open: [unknown, string][] = [[value, ""]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [current, pointer] = next;
    if (typeof current === "string") {
      if (current.includes("\0") || !current.isWellFormed()) return pointer;
    } else if (typeof current === "object" && current !== null) {
      for (const [key, inner] of Object.entries(current)) {
        if (key.includes("\0") || !key.isWellFormed()) return pointer;
        open.push([inner, `${pointer}/${escapePointer(key)}`]);
      }
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
  const unstorable = unstorableText(value);
  if (unstorable !== undefined) {
    throw problem(code, {
      errors: [{
        pointer: unstorable,
        detail: "Text must be valid Unicode without NUL characters",
      }],
    });
  }
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
  const missing = (detail: string, cause?: unknown) =>
    problem("invalid_body", { errors: [{ pointer: `/${field}`, detail }], cause });
  let form: FormData;
  try {
    form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  } catch (error) {
    throw missing("The form cannot be read", error);
  }
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
