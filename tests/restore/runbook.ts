/** The commands that docs/operations.md tells an operator to give after the database was taken back. */
import assert from "node:assert/strict";

/** The page's section, and what it says to run. */
export interface Runbook {
  /** The SQL of its steps, with the moment in it that is to be replaced. */
  sql: string[];
  /** The functions that it calls, in order, with their bodies. */
  calls: { endpoint: string; body: Record<string, unknown> }[];
  /** What they are called with once more, and the function that must answer 200 then. */
  look: { body: Record<string, unknown>; health: string };
}

/** The moment that stands in the page for the one to which the database was taken back. */
export const moment = "2026-11-25T03:00:00Z";

export async function runbook(): Promise<Runbook> {
  const page = await Deno.readTextFile(new URL("../../docs/operations.md", import.meta.url));
  const section = page.split(/^## /m).find((part) =>
    part.startsWith("The database was taken back\n")
  );
  assert.ok(section !== undefined, "docs/operations.md has the section");
  const look =
    /\*\*Look once more\*\*[^*]*?with\s+`("[^`]*)`[^*]*?`GET \/functions\/v1\/([a-z-]+)`\s+must\s+answer\s+200/
      .exec(section);
  assert.ok(look !== null, "the section says what to look at in the end");
  return {
    look: { body: JSON.parse(`{${look[1]}}`), health: look[2]! },
    sql: [...section.matchAll(/^ *(select [^\n]*;)$/gm)].map(([, text]) => text!),
    calls: [...section.matchAll(/functions\/v1\/([a-z-]+)[\s\S]*?-d '(\{.*?\})'/g)]
      .map(([, endpoint, body]) => ({ endpoint: endpoint!, body: JSON.parse(body!) })),
  };
}
