/** The blocks of code of a page, as their first line describes them. */

/** A block, by what is to be done with it. */
export type Block =
  /** Commands; those that go on while the next blocks run are `background`. */
  | { kind: "run"; text: string; background: boolean }
  /** A whole file. */
  | { kind: "file"; path: string; text: string }
  /** The end of a file; its path may hold one `*`. */
  | { kind: "append"; path: string; text: string }
  /** A change of files, as `diff -u` writes it. */
  | { kind: "patch"; text: string };

/**
 * The blocks of a page that say what they are for: `sh`, `sh background`, `diff`, `<language> <path>`,
 * `<language> append <path>`. A block with a language alone is to be read, and left out.
 */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\S+)(.*)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language, rest, text]): Block[] => {
      const words = rest!.trim().split(/\s+/).filter((word) => word !== "");
      const body = text!;
      if (language === "sh") {
        return [{ kind: "run", text: body, background: words[0] === "background" }];
      }
      if (language === "diff") return [{ kind: "patch", text: body }];
      if (words[0] === "append") return [{ kind: "append", path: words[1]!, text: body }];
      return words.length === 0 ? [] : [{ kind: "file", path: words[0]!, text: body }];
    },
  );
}
