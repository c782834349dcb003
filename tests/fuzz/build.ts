/** From a plan to a request: references found, changes made, caller's headers set. */
import type { z } from "zod";
import type { Declared } from "../../scripts/declarations.ts";
import { rightHeaders } from "../endpoints/suite/send.ts";
import type { Served } from "../endpoints/suite/target.ts";
import { changedAddress } from "./address.ts";
import { fieldsForm, fileForm } from "./file.ts";
import { withTextChange, withValueChange } from "./mutation.ts";
import type { Change, Plan } from "./plan.ts";
import { resolved } from "./reference.ts";
import { signatureOf, type SignedForm } from "./signed.ts";
import type { World } from "./world.ts";

/** A request as it is sent. */
export interface Built {
  method: string;
  /** Behind `/functions/v1/`. */
  path: string;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer> | undefined;
  /** Sent in pieces, without Content-Length. */
  streamed: boolean;
  /** Whether nothing of it was changed but its body's value. */
  otherwiseRight: boolean;
}

type ChangeTo<To> = Extract<Change, { to: To; change: unknown }>["change"];

function changesTo<To extends Change["to"]>(plan: Plan, to: To): ChangeTo<To>[] {
  return plan.changes.flatMap((one) =>
    one.to === to && "change" in one ? [one.change as ChangeTo<To>] : []
  );
}

async function callerHeaders(
  plan: Plan,
  declared: Declared,
  world: World,
): Promise<Record<string, string>> {
  const user = world.users[plan.second ? 1 : 0];
  const { auth, apiKey } = declared.declaration;
  if (plan.caller !== "right") return await world.headersOf(plan.caller, user, apiKey);
  const { at: { publishableKey, secretKey }, staff } = world.ground;
  const credentials = () =>
    Promise.resolve({ publishableKey, secretKey, userToken: user.token, staffToken: staff.token });
  const served = { credentials } as Served;
  const headers = await rightHeaders({ ...declared, served, label: "", methods: [] });
  if (auth === "visitor" && !plan.guest) headers["authorization"] = `Bearer ${user.token}`;
  return headers;
}

const encoder = new TextEncoder();

function jsonBytes(plan: Plan, value: unknown): Uint8Array<ArrayBuffer> {
  const changed = changesTo(plan, "value").reduce<unknown>(withValueChange, value);
  // Undefined where the whole was taken out: nothing is sent then.
  const bytes = encoder.encode(JSON.stringify(changed) ?? "");
  return new Uint8Array(changesTo(plan, "text").reduce<Uint8Array>(withTextChange, bytes));
}

/**
 * The value without some of its optional fields, where the schema takes it only so: what its refinements
 * ask for ("either this or that"), JSON Schema cannot tell the generator.
 */
function refined(schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined || schema.safeParse(value).success) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  const without = (...left: number[]) =>
    Object.fromEntries(entries.filter((_, index) => !left.includes(index)));
  const indexes = entries.map((_, index) => index);
  const smaller = [
    ...indexes.map((one) => without(one)),
    ...indexes.flatMap((one) => indexes.slice(one + 1).map((other) => without(one, other))),
    ...indexes.map((one) => ({ [entries[one]![0]]: entries[one]![1] })),
  ];
  return smaller.find((one) => schema.safeParse(one).success) ?? value;
}

/** Builds it. */
export async function build(plan: Plan, declared: Declared, world: World): Promise<Built> {
  const { name, address, declaration } = declared;
  const user = world.users[plan.second ? 1 : 0];
  const named = new Map<string, unknown>();
  const find = (value: unknown) =>
    resolved(value, (reference) => world.find(reference, user, named));

  const params = await find(plan.params) as Record<string, string> | undefined;
  const query = refined(declaration.query, await find(plan.query)) as
    | Record<string, string>
    | undefined;
  const value = refined(declaration.body, await find(plan.body));

  const headers = new Headers(await callerHeaders(plan, declared, world));
  let method: string = declaration.method;
  let body: Uint8Array<ArrayBuffer> | undefined;
  if (declaration.body || declaration.auth === "signature") {
    body = jsonBytes(plan, value);
    headers.set("content-type", "application/json");
  } else if (declaration.file || declaration.form) {
    const changes = changesTo(plan, "file");
    const form = new Response(
      declaration.file
        ? fileForm(declaration.file.field, plan.idempotencyKey ?? 0, changes)
        : fieldsForm(value as Record<string, unknown>, changes),
    );
    headers.set("content-type", form.headers.get("content-type") ?? "");
    body = new Uint8Array(await form.arrayBuffer());
  }
  if (declaration.auth === "signature") {
    const signature = await signatureOf(
      name as SignedForm,
      new TextDecoder().decode(body),
      changesTo(plan, "signature"),
    );
    for (const [key, one] of Object.entries(signature)) headers.set(key, one);
  }
  if (declaration.idempotent && plan.idempotencyKey !== null) {
    headers.set("idempotency-key", `fuzz-${plan.idempotencyKey}`);
  }
  // #region shop
  if (declaration.auth === "visitor" && plan.guest && plan.cart !== null) {
    headers.set("x-cart-id", String(await find(plan.cart)));
  }
  // #endregion shop
  for (const { name, value } of changesTo(plan, "header")) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  for (const change of plan.changes) if (change.to === "method") method = change.method;
  if (/^(get|head)$/i.test(method)) body = undefined;
  return {
    method,
    path: changedAddress(
      { path: address, query: Object.entries(query ?? {}), params: params ?? {} },
      changesTo(plan, "address"),
    ),
    headers: [...headers],
    body,
    streamed: plan.changes.some(({ to }) => to === "stream"),
    otherwiseRight: plan.caller === "right" && plan.changes.every(({ to }) => to === "value"),
  };
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(offset, offset + 7000));
      offset += 7000;
    },
  });
}

/** The request for `fetch`. */
export function requestOf({ method, path, headers, body, streamed }: Built): Request {
  return new Request(`http://functions/functions/v1/${path}`, {
    method,
    headers,
    redirect: "manual",
    ...(body !== undefined && { body: streamed ? streamOf(body) : body }),
  });
}
