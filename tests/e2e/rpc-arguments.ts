/** How the database's functions want to be called, as the generated types tell. */

const types = new URL("../../supabase/functions/_shared/database.types.ts", import.meta.url);

/** Each function's arguments: name and TypeScript type. */
export async function argumentNames(): Promise<Record<string, [name: string, type: string][]>> {
  const text = await Deno.readTextFile(types);
  const section = text.slice(text.indexOf("    Functions: {"), text.indexOf("    Enums:"));
  const found = section.matchAll(/^ {6}"?(\w+)"?: \{\s+Args: (\{[^}]*\}|Record<[^>]*>)/gm);
  return Object.fromEntries(
    [...found].map(([, name, args]) => [
      name!,
      [...args!.matchAll(/"?(\w+)"?\??: ([\w()[\]]+)/g)].map((
        [, argument, type],
      ) => [argument!, type!]),
    ]),
  );
}
