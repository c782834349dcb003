/** The Node that the application needs, where the machine has an older one. */
import { join } from "node:path";

/** supabase-js asks for it: before it, Node has no WebSocket. */
const needed = 22;
const toFetch = "node@22.23.3";

async function said(program: string, args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args, stdin: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The folders to look for programs in, with a Node that is new enough first. */
export async function pathWithNode(): Promise<string> {
  const path = Deno.env.get("PATH")!;
  const version = await said("node", ["--version"]);
  if (Number(/^v(\d+)/.exec(version ?? "")?.[1] ?? 0) >= needed) return path;
  const fetched = await said("npx", ["-y", "-p", toFetch, "sh", "-c", "command -v node"]);
  if (fetched === undefined || !fetched.includes("node_modules")) {
    throw new Error(
      `Node ${needed} or newer is needed: here is ${version}, and none could be fetched`,
    );
  }
  return `${join(fetched, "..")}:${path}`;
}
