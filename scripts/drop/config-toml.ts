/** supabase/config.toml without the functions that are gone. */

/** The text without the sections of functions whose folder is not there. */
export function withoutFunctions(text: string, isThere: (name: string) => boolean): string {
  const sections = text.split(/^(?=\[)/m);
  return sections.filter((section) => {
    const name = /^\[functions\.([\w-]+)\]/.exec(section)?.[1];
    return name === undefined || isThere(name);
  }).join("").trimEnd() + "\n";
}
