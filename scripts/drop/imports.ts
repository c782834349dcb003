/**
 * Imports that lead to what is gone, and the one use of what they gave: an element of a list or an object
 * (`...shopJobs,`, `order_end: orderEnd,`), a statement of one line, or in JSX a value or an element of its
 * own line. Anything else is an error: then the core knows more of the part than it may.
 */

/** `import … from "./x.ts"`, `export … from "./x.ts"` and `import "./x.ts"`, at the beginning of a line. */
const declaration = /^(?:import|export)\s(?:([^;"'`]*?)\sfrom\s+)?"(\.{1,2}\/[^"]+)";\n/gm;

/** The names that a clause of an import brings: `a, { type b, c as d }, * as e`. */
function namesOf(clause: string): string[] {
  return clause.replace(/^type\s/, "").split(/[{},]/).map((one) =>
    one.trim().replace(/^type\s+/, "").split(/\s+as\s+/).at(-1)!
  ).filter((name) => /^[\w$]+$/.test(name));
}

/** The name by itself: no part of another, and no member of an object. */
function byItself(name: string): RegExp {
  return new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name.replaceAll("$", "\\$")}(?![\\w$])`);
}

/** Whether every bracket that a line opens it closes, and no other. */
function isWhole(line: string): boolean {
  const open: string[] = [];
  const pairs: Record<string, string> = { ")": "(", "]": "[", "}": "{" };
  for (const char of line.replaceAll(/"[^"]*"/g, "")) {
    if ("([{".includes(char)) open.push(char);
    else if (char in pairs && open.pop() !== pairs[char]) return false;
  }
  return open.length === 0;
}

/** A line without its use of a name: "" where nothing is left, undefined where it cannot be taken out. */
function withoutUse(line: string, name: string): string | undefined {
  const one = name.replaceAll("$", "\\$");
  const spread = `\\.\\.\\.(?:await )?${one}(?:\\([^()]*\\))?(?![\\w$.(])`;
  const shorter = line.replace(new RegExp(`,\\s*${spread}|${spread},?`), "");
  if (shorter !== line) return shorter.trim() === "" ? "" : shorter;
  // Of JSX: a value, and an element around others.
  if (new RegExp(`^\\s*(?:\\{${one}\\}|</?${one}>|<${one} />)\\s*$`).test(line)) return "";
  return isWhole(line) && /[,;]\s*(?:\/\/.*)?$/.test(line) ? "" : undefined;
}

/** Whether a line is of a comment, which may say what it likes. */
const isComment = (line: string) => /^\s*(?:\/\/|\/?\*)/.test(line);

/**
 * The text of a module without the imports that lead to what `isGone`, and without what they gave.
 *
 * @param isGone whether a specifier such as `./shop/jobs.ts` leads nowhere any more
 * @throws naming what is used otherwise than as an element or a statement of one line
 */
export function withoutImports(text: string, isGone: (specifier: string) => boolean): string {
  const names: string[] = [];
  const rest = text.replaceAll(
    declaration,
    (whole, clause: string | undefined, specifier: string) => {
      if (!isGone(specifier)) return whole;
      if (clause !== undefined && whole.startsWith("import")) names.push(...namesOf(clause));
      return "";
    },
  );
  if (rest === text) return text;
  let lines = rest.split("\n");
  for (const name of names) {
    const pattern = byItself(name);
    lines = lines.flatMap((line) => {
      if (isComment(line) || !pattern.test(line.replaceAll(/"[^"]*"/g, '""'))) return [line];
      const left = withoutUse(line, name);
      if (left === undefined) throw new Error(`${name} is used in: ${line.trim()}`);
      return left === "" ? [] : [left];
    });
  }
  return lines.join("\n");
}
