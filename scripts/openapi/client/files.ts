/** The generated files of `client/src/`. */
import { limits } from "../../../supabase/functions/_shared/limits.ts";
import { catalogue } from "../../../supabase/functions/_shared/problem.ts";
import type { Declared } from "../../declarations.ts";
import { type ClientMethod, clientMethods } from "./methods.ts";

const head = (about: string) => (
  `/**\n * ${about}\n * Generated from the endpoints' declarations by \`deno task openapi\`.\n */\n`
);

const pascal = (id: string) => id[0]!.toUpperCase() + id.slice(1);

function codesFile(): string {
  const lines = Object.entries(catalogue).map(([code, [status, title]]) => (
    `/** ${status}: ${title} */\n${code}: ${status};`
  ));
  return `${head("Every code of an error that an endpoint answers, with its status.")}
export interface ProblemCodes {
${lines.join("\n")}
}

/** A code of the catalogue; docs/errors.md says what it means and who may answer it. */
export type ProblemCode = keyof ProblemCodes;
`;
}

const callers: Record<string, string> = {
  none: "Anybody.",
  publishable: "Whoever has the publishable key.",
  visitor: "Guests and signed-in users.",
  user: "A signed-in user.",
  staff: "Staff.",
  secret: "Holders of the secret key: servers alone.",
};

function about({ declared: { address, declaration }, options }: ClientMethod): string {
  const limit = limits[declaration.limit];
  const lines = [
    declaration.summary,
    "",
    `\`${declaration.method} /functions/v1/${address}\`. ${callers[declaration.auth]}`,
    ...(declaration.apiKey ? [`Or a workspace's key with \`${declaration.apiKey}\`.`] : []),
    ...(options.includes("idempotencyKey") ? ["Sent with an Idempotency-Key."] : []),
    ...(limit === null ? [] : [`At most ${limit.requests} in ${limit.windowSeconds} seconds.`]),
  ];
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */`;
}

function signature(method: ClientMethod): string {
  const { id, needsInput, options } = method;
  const own = options.map((name) => `"${name}"`).join(" | ") || "never";
  const name = pascal(id);
  return `${about(method)}
${id}(input${needsInput ? "" : "?"}: ${name}Input, options?: CallOptions<${own}>): ` +
    `Call<${name}Reply, ${name}Code>;`;
}

function methodTypes({ id, input, reply, codes }: ClientMethod): string {
  const name = pascal(id);
  return `export type ${name}Input = ${input};
export type ${name}Reply = ${reply};
export type ${name}Code = ${codes.map((code) => `"${code}"`).join(" | ")};`;
}

function methodsFile(methods: ClientMethod[]): string {
  return `${head("What each method takes, answers and may refuse by.")}
import type { Call, CallOptions } from "./call-options.ts";

/** The argument of a method that takes nothing. */
export type NoInput = Record<string, never>;

/** The endpoints as methods; what is refused is thrown as a SocleError. */
export interface Socle {
${methods.map(signature).join("\n")}
}

${methods.map(methodTypes).join("\n\n")}
`;
}

/** A row of the table that the client runs by: what the types do not know at run time. */
function row({ id, declared: { address, declaration }, query, options }: ClientMethod): string {
  const { method, form, file } = declaration;
  const sent = file ? `file: "${file.field}"` : form ? "form: true" : "";
  const flags = [
    ...(options.includes("idempotencyKey") ? ["keyed: true"] : []),
    ...(query.length > 0 ? [`query: ${JSON.stringify(query)}`] : []),
    ...(declaration.body || form || file || method === "GET" ? [] : ["bodiless: true"]),
    ...(sent === "" ? [] : [sent]),
  ];
  return `${id}: { method: "${method}", address: "${address}"${
    flags.map((flag) => `, ${flag}`).join("")
  } },`;
}

function operationsFile(methods: ClientMethod[]): string {
  return `${head("Where each method of the client is.")}
import type { Socle } from "./methods.ts";
import type { Operation } from "./operation.ts";

export const operations: Record<keyof Socle, Operation> = {
${methods.map(row).join("\n")}
};
`;
}

/** The files' names in `client/src/` with their text, not formatted yet. */
export function clientFiles(declared: Declared[]): { name: string; text: string }[] {
  const methods = clientMethods(declared);
  return [
    { name: "problem-codes.ts", text: codesFile() },
    { name: "methods.ts", text: methodsFile(methods) },
    { name: "operations.ts", text: operationsFile(methods) },
  ];
}
