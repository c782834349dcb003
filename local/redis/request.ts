import type { Command } from "./backend.ts";

export type RedisRequest =
  | { kind: "command"; command: Command }
  | { kind: "pipeline" | "transaction"; commands: Command[] };

/** What a request to the REST protocol asks for, or the reply that refuses it. */
export async function parseRequest(
  request: Request,
  token: string,
): Promise<RedisRequest | Response> {
  const url = new URL(request.url);
  const shown = /^bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ??
    url.searchParams.get("_token");
  if (shown !== token) return refusal(401, "WRONGPASS invalid or missing auth token");
  if (!["GET", "HEAD", "POST", "PUT"].includes(request.method)) {
    return refusal(405, "ERR Only HEAD, GET, POST and PUT methods are allowed");
  }
  const posts = request.method === "POST" || request.method === "PUT";

  if (posts && (url.pathname === "/pipeline" || url.pathname === "/multi-exec")) {
    const rows = await jsonBody(request);
    const commands = Array.isArray(rows) ? rows.map(commandOf) : [];
    if (commands.length === 0 || commands.includes(undefined)) {
      return refusal(400, "ERR The body is not an array of commands, each an array");
    }
    return {
      kind: url.pathname === "/pipeline" ? "pipeline" : "transaction",
      commands: commands as Command[],
    };
  }
  if (url.pathname === "/") {
    const command = posts ? commandOf(await jsonBody(request)) : undefined;
    return command
      ? { kind: "command", command }
      : refusal(400, "ERR The body is not a command as an array");
  }

  // /set/foo?EX=100 with a body is SET foo <body> EX 100.
  const command = url.pathname.slice(1).split("/").map(decodeURIComponent);
  const body = posts ? await request.text() : "";
  if (body) command.push(body);
  for (const [name, value] of url.searchParams) {
    if (name === "_token") continue;
    command.push(name);
    if (value) command.push(value);
  }
  return { kind: "command", command: command as Command };
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

/** The body as JSON; undefined where it is none. */
async function jsonBody(request: Request): Promise<unknown> {
  return await request.json().catch((error) => {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  });
}

function commandOf(row: unknown): Command | undefined {
  if (!Array.isArray(row) || typeof row[0] !== "string" || row[0] === "") return;
  return row.map((part) =>
    typeof part === "object" && part !== null ? JSON.stringify(part) : String(part ?? "")
  ) as Command;
}
