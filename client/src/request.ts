/** The request of a call, as `functions.invoke` takes it. */
import type { CallOptions, CommonOptions } from "./call-options.ts";
import type { Operation } from "./operation.ts";

/** A request's name with path and query, and the rest of it. */
export interface InvokeRequest {
  address: string;
  method: Operation["method"];
  headers: Record<string, string>;
  body?: unknown;
}

/** Forms are encoded here: supabase-js would make JSON of them. */
function bodyOf({ form, file }: Operation, fields: Record<string, unknown>) {
  if (file !== undefined) {
    const body = new FormData();
    body.set(file, fields[file] as Blob);
    return { body };
  }
  if (!form) return { body: fields };
  return {
    body: new URLSearchParams(fields as Record<string, string>).toString(),
    type: "application/x-www-form-urlencoded",
  };
}

/** Spreads the input over path, query and body. What is undefined is left out. */
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
    ? {} as { body?: undefined; type?: undefined }
    : bodyOf(operation, rest) as { body: unknown; type?: string };
  const search = query.toString();
  return {
    address: search === "" ? address : `${address}?${search}`,
    method,
    headers: {
      ...headers,
      ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
      // #region shop
      ...(typeof cartId === "string" && { "x-cart-id": cartId }),
      // #endregion shop
      ...(ifMatch !== undefined && { "if-match": ifMatch }),
      ...(type !== undefined && { "content-type": type }),
    },
    ...(body !== undefined && { body }),
  };
}
