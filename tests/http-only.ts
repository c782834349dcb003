/**
 * Which test files need nothing but the variables of a running stack: they reach it by HTTP, and its database
 * by its address. The others make databases, stacks or providers of their own, which only the embedded stack
 * can give them.
 */
import type { Tree } from "../scripts/gates/tree.ts";
import { reachOf, testFiles } from "./reach.ts";

/** What brings a server, a database or a stack of a test's own. */
const embedded = [
  /^tests\/support\/(database|own-stack|faulty-stack|in-process|plans-prepared)\.ts$/,
  /^tests\/rls\/(world|rest-world)\.ts$/,
  /^local\/(stack|keys)\.ts$/,
  /^local\/postgres\//,
  /^local\/gateway\//,
];
/** Of the stand-ins and the programs here, or of no stack at all. */
const aboutOurselves =
  /^tests\/(local|bench|chaos|fuzz|gates|new|restore|web|deploy|client|docs|unit)\//;
/** Reads processes, or the stack's own files. */
const byOtherMeans = /SOCLE_TEST_|readRunning|Deno\.Command/;

/** Their paths, in order. */
export async function httpOnly(tree: Tree): Promise<string[]> {
  const reaches = await reachOf(tree);
  const files = testFiles(tree).filter((path) =>
    !aboutOurselves.test(path) && !reaches(path, embedded)
  );
  const texts = await Promise.all(files.map((path) => tree.read(path)));
  return files.filter((_, index) => !byOtherMeans.test(texts[index]!));
}
