/** What the tests of gates have in common: copies of the repository in which one thing is spoiled. */
import assert from "node:assert/strict";
import { changed, type Gate, repository, type Tree } from "../../scripts/gates/tree.ts";

/** This repository. */
export const tree = await repository();

/** The gate complains of the spoiled files, each pattern once, and of nothing else. */
export async function fails(gate: Gate, spoiled: Tree, ...patterns: RegExp[]): Promise<void> {
  const complaints = await gate.complaints(spoiled);
  for (const pattern of patterns) assert.match(complaints.join("\n"), pattern);
  assert.equal(complaints.length, patterns.length, complaints.join("\n"));
}

/** A copy in which one file has other text; the text must be there to be replaced. */
export async function replaced(path: string, from: string, to: string): Promise<Tree> {
  const text = await tree.read(path);
  assert.ok(text.includes(from), `${path} holds ${from}`);
  return changed(tree, { [path]: text.replace(from, () => to) });
}
