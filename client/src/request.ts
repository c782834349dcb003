/** The request of a call, as `functions.invoke` takes it. */
import type { CallOptions, CommonOptions } from "./call-options.ts";
import type { Operation } from "./operation.ts";

/** A request's name with path and query, and the rest of it. */
export interface InvokeRequest {
  address: string;
  method: Operation["method"];
  headers: Record<string, string>;
  body?: FormData | string;
}

/** Encoded here, once: what cannot be encoded is the caller's mistake, and no failure of a request. */
function bodyOf(
  { form, file }: Operation,
  fields: Record<string, unknown>,
): { body?: FormData | string; type?: string } {
  if (file !== undefined) {
    const body = new FormData();
    body.set(file, fields[file] as Blob);
    return { body };
  }
  if (!form) return { body: JSON.stringify(fields), type: "application/json" };
  return {
    body: new URLSearchParams(fields as Record<string, string>).toString(),
    type: "application/x-www-form-urlencoded",
  };
}

/**
 * Spreads the input over path, query and body. What is undefined is left out.
 *
 * @throws {TypeError} for what is no JSON (a BigInt, a cycle), and for a header that HTTP cannot carry
 */
export function requestOf(
  operation: Operation,
  input: Record<string, unknown>,
  {
    headers = {},
    idempotencyKey,
    // #region shop
    cartId,
    // #endregion shop
    ifMatch,
  }: CommonOptions & CallOptions,
): InvokeRequest {
  const { method, query: named, bodiless } = operation;
  const path: Record<string, string> = {};
  const address = operation.address.replace(/{(\w+)}/g, (_, name: string) => {
    path[name] = encodeURIComponent(String(input[name]));
    return path[name];
  });
  const query = new URLSearchParams();
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || name in path) continue;
    if (method === "GET" || bodiless || named?.includes(name)) query.set(name, String(value));
    else rest[name] = value;
  }
  const { body, type } = method === "GET" || bodiless
    ? {} as ReturnType<typeof bodyOf>
    : bodyOf(operation, rest);
  const search = query.toString();
  const sent = new Headers(headers);
  const own = {
    "idempotency-key": idempotencyKey,
    // #region shop
    "x-cart-id": cartId,
    // #endregion shop
    "if-match": ifMatch,
    "content-type": type,
  };
  for (const [name, value] of Object.entries(own)) {
    if (typeof value === "string") sent.set(name, value);
  }
  const checked: Record<string, string> = {};
  sent.forEach((value, name) => checked[name] = value);
  return {
    address: search === "" ? address : `${address}?${search}`,
    method,
    headers: checked,
    ...(body !== undefined && { body }),
  };
}
