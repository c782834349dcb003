/**
 * The problem catalogue is closed: SQL refuses with its codes and statuses alone, every code of it is in
 * docs/errors.md, and none is there that nothing raises. (That TypeScript raises no other code is the
 * compiler's business; that docs/errors.md is what is declared, `task openapi --check`'s.)
 */
import { catalogue } from "../../supabase/functions/_shared/problem.ts";
import type { Gate, Tree } from "./tree.ts";

/** A refusal in the schema: `private.problem(404, 'workspace_not_found', …)`. */
interface Refusal {
  place: string;
  status: number;
  code: string;
}

const catalogueFile = "supabase/functions/_shared/problem.ts";
const known = new Map<string, number>(
  Object.entries(catalogue).map(([code, [status]]) => [code, status]),
);

function refusalsIn(path: string, text: string): (Refusal | string)[] {
  return [...text.matchAll(/private\.problem\(([^,)]*),\s*([^,)]*)/g)].flatMap((match) => {
    const place = `${path}:${text.slice(0, match.index).split("\n").length}`;
    const [status, code] = [match[1]!.trim(), match[2]!.trim()];
    // Its definition, comment and grants name types.
    if (/^(status )?integer$/.test(status)) return [];
    if (!/^\d{3}$/.test(status) || !/^'[a-z_]+'$/.test(code)) {
      return `${place}: refuses with a code that is not written out: ${status}, ${code}`;
    }
    return { place, status: Number(status), code: code.slice(1, -1) };
  });
}

async function texts(tree: Tree, wanted: RegExp): Promise<[string, string][]> {
  return await Promise.all(
    tree.paths.filter((path) => wanted.test(path)).map(async (path) =>
      [path, await tree.read(path)] as [string, string]
    ),
  );
}

export const problems: Gate = {
  name: "problem codes are in the catalogue, and documented",
  async complaints(tree) {
    const page = await tree.read("docs/errors.md");
    // Not in the migrations: what one of them refused with, a later one may have replaced or dropped.
    const found = (await texts(tree, /^docs\/schema\.sql$/))
      .flatMap(([path, text]) => refusalsIn(path, text));
    const refusals = found.filter((one) => typeof one !== "string");
    const raised = new Set(refusals.map(({ code }) => code));
    for (const [path, text] of await texts(tree, /^supabase\/functions\/.*\.tsx?$/)) {
      if (path === catalogueFile) continue;
      for (const match of text.matchAll(/"([a-z_]+)"/g)) raised.add(match[1]!);
    }
    return [
      ...found.filter((one) => typeof one === "string"),
      ...refusals.flatMap(({ place, status, code }) =>
        known.get(code) === status
          ? []
          : `${place}: refuses with ${status} ${code}, which ${catalogueFile} does not have`
      ),
      ...[...known].flatMap(([code, status]) => [
        ...(page.includes(`**\`${code}\`** (${status})`)
          ? []
          : [`docs/errors.md: ${code} is missing; run \`deno task openapi\``]),
        ...(raised.has(code) ? [] : [`${catalogueFile}: nothing raises ${code}`]),
      ]),
    ];
  },
};
