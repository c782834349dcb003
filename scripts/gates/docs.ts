/** What the pages name is there: the files and headings that they link to, and the tasks that they tell to run. */
import { posix } from "node:path";
import type { Gate, Tree } from "./tree.ts";

/** A heading's anchor, as GitHub makes it. */
export function anchor(heading: string): string {
  return heading.trim().replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
}

/** The page without its blocks of code: a `#` or a bracket in those is no heading and no link. */
function prose(page: string): string {
  return page.replace(/^(```|~~~)[\s\S]*?^\1/gm, (block) => block.replace(/[^\n]/g, ""));
}

function anchorsOf(page: string): Set<string> {
  const anchors = new Set([...page.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id!));
  for (const [, heading] of prose(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const first = anchor(heading!);
    let name = first;
    for (let n = 1; anchors.has(name); n++) name = `${first}-${n}`;
    anchors.add(name);
  }
  return anchors;
}

async function brokenLinks(tree: Tree, path: string, page: string): Promise<string[]> {
  const there = new Set(tree.paths);
  const folders = new Set(tree.paths.map((one) => posix.dirname(one)));
  const complaints: string[] = [];
  for (const match of prose(page).matchAll(/\]\(([^)\s]+)\)/g)) {
    const [to = "", heading] = match[1]!.split("#");
    if (/^[a-z]+:/.test(to)) continue;
    const target = to === "" ? path : posix.join(posix.dirname(path), to);
    const folder = target.replace(/\/$/, "");
    if (!there.has(target)) {
      if (![...folders].some((one) => one === folder || one.startsWith(`${folder}/`))) {
        complaints.push(`links to ${match[1]}, which is not there`);
      }
    } else if (heading && !anchorsOf(await tree.read(target)).has(heading)) {
      complaints.push(`links to ${match[1]}, and ${target} has no such heading`);
    }
  }
  return complaints;
}

/** Tasks named in code: `task ok`, `npx -y deno@2.9.6 task ok`. */
function unknownTasks(page: string, tasks: Set<string>): string[] {
  const code = [...page.matchAll(/^(```|~~~)[\s\S]*?^\1|`[^`]+`/gm)].map(([text]) => text);
  return code.flatMap((text) =>
    [...text.matchAll(/(?:^`|deno(?:@[\d.]+)? )task\s+([a-z][a-z:-]*)/gm)]
      .filter(([, name]) => !tasks.has(name!))
      .map(([, name]) => `names \`task ${name}\`, which deno.json does not have`)
  );
}

export const docs: Gate = {
  name: "links and tasks of the pages",
  async complaints(tree) {
    const { tasks } = JSON.parse(await tree.read("deno.json")) as { tasks: object };
    const names = new Set(Object.keys(tasks));
    const found: string[] = [];
    for (const path of tree.paths.filter((one) => one.endsWith(".md"))) {
      const page = await tree.read(path);
      const complaints = [...await brokenLinks(tree, path, page), ...unknownTasks(page, names)];
      found.push(...complaints.map((one) => `${path}: ${one}`));
    }
    return found;
  },
};
