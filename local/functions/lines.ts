/** Calls `take` with each line of a process's output, the last one without a line end too. */
export async function eachLine(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
  if (rest) take(rest);
}
