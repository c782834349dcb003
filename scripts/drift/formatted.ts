/** What `deno fmt` makes of a text of one kind, with the project's line width. */
export async function formatted(text: string, kind: "ts" | "md" | "json" | "svg"): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--line-width", "100", "--ext", kind, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`cannot format ${kind}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
