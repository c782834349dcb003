/** Files that others read while they are written, or after whoever wrote them died. */

/** Writes a text file: a reader meets the old text or the new one, never half of it. For one writer at once. */
export async function writeWhole(
  path: string,
  text: string,
  options: Deno.WriteFileOptions = {},
): Promise<void> {
  const draft = `${path}.new`;
  await Deno.writeTextFile(draft, text, options);
  await Deno.rename(draft, path);
}
