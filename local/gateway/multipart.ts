/**
 * Reads the one upload that supabase-js sends as a form: a file part without a name, beside
 * `cacheControl` and `metadata`. `Request.formData()` drops a part whose name is empty.
 */

export interface Upload {
  body: Uint8Array<ArrayBuffer>;
  contentType: string;
  /** The other fields, by name. */
  fields: Record<string, string>;
}

const crlf = new Uint8Array([13, 10]);
const blankLine = new Uint8Array([13, 10, 13, 10]);

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  outer: for (
    let i = bytes.indexOf(wanted[0]!, from);
    i !== -1;
    i = bytes.indexOf(wanted[0]!, i + 1)
  ) {
    for (let j = 1; j < wanted.length; j++) {
      if (bytes[i + j] !== wanted[j]) continue outer;
    }
    return i;
  }
  return -1;
}

/** The form's file and fields, or undefined when it is no form with a file. */
export function readUpload(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
): Upload | undefined {
  const match = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (!boundary) return undefined;
  const delimiter = new TextEncoder().encode(`--${boundary}`);
  const innerDelimiter = new TextEncoder().encode(`\r\n--${boundary}`);

  const fields: Record<string, string> = {};
  let file: { body: Uint8Array<ArrayBuffer>; contentType: string } | undefined;
  let start = indexOf(bytes, delimiter, 0);
  while (start !== -1) {
    const afterDelimiter = start + delimiter.length;
    if (indexOf(bytes, crlf, afterDelimiter) !== afterDelimiter) break; // the closing "--"
    const headEnd = indexOf(bytes, blankLine, afterDelimiter);
    const bodyEnd = headEnd === -1 ? -1 : indexOf(bytes, innerDelimiter, headEnd + 2);
    if (bodyEnd === -1) return undefined;
    const head = new TextDecoder().decode(bytes.subarray(afterDelimiter, headEnd));
    const body = bytes.slice(headEnd + blankLine.length, bodyEnd);
    const name = /;\s*name="([^"]*)"/i.exec(head)?.[1] ?? "";
    if (/;\s*filename\*?=/i.test(head) || name === "") {
      file ??= { body, contentType: /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim() ?? "" };
    } else {
      fields[name] = new TextDecoder().decode(body);
    }
    start = bodyEnd + crlf.length;
  }
  return file && {
    body: file.body,
    contentType: file.contentType || "application/octet-stream",
    fields,
  };
}
