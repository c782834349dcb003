/** In which group the reference shows an endpoint: as docs/architecture.md lists them. */

const architecture = new URL("../../docs/architecture.md", import.meta.url);

/**
 * The group of each function, in the order of the page; the first that names it. A clone's own are in `Yours`.
 *
 * @throws where the page has no list
 */
export async function endpointGroups(): Promise<Map<string, string>> {
  const page = await Deno.readTextFile(architecture);
  const section = page.split(/^## /m).find((part) => part.startsWith("The endpoints\n"));
  if (section === undefined) throw new Error("docs/architecture.md has no section The endpoints");
  const groups = new Map<string, string>();
  for (const [, group, names] of section.matchAll(/^- \*\*([^*]+)\*\*([\s\S]*?)(?=^- \*\*|^$)/gm)) {
    for (const [, name] of names!.matchAll(/`([a-z][a-z-]*)`/g)) {
      if (!groups.has(name!)) groups.set(name!, group!);
    }
  }
  return groups;
}
