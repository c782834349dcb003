/** A request as a line for a shell. */
import type { Built } from "./build.ts";

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** A command that sends the same bytes. */
export function curl({ method, path, headers, body, streamed }: Built, url: string): string {
  const parts = ["curl", "-i", "--path-as-is", "-X", quoted(method)];
  for (const [name, value] of headers) {
    // A header with an empty value has a semicolon instead of the colon there.
    parts.push("-H", quoted(value === "" ? `${name};` : `${name}: ${value}`));
  }
  if (streamed) parts.push("-H", quoted("transfer-encoding: chunked"));
  parts.push(quoted(`${url}/functions/v1/${path}`));
  if (body === undefined) return parts.join(" ");
  const text = new TextDecoder().decode(body);
  const plain = /^[\x20-\x7e]*$/.test(text) && text.length < 4000;
  return plain
    ? [...parts, "--data-binary", quoted(text)].join(" ")
    : `echo ${body.toBase64()} | base64 -d | ${[...parts, "--data-binary", "@-"].join(" ")}`;
}
