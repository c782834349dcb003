/**
 * A PDF of one A4 page with lines of text, written by hand: the whole format that a small invoice
 * needs is five objects and a table of where they start (ISO 32000-1, 7.5).
 */
export function onePagePdf(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  const text = lines.map((line) => `(${winAnsi(line)}) '`).join("\n");
  const content = `BT /F1 12 Tf 16 TL 56 786 Td\n${text}\nET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R " +
    "/Resources << /Font << /F1 4 0 R >> >> >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) file += `${String(offset).padStart(10, "0")} 00000 n \n`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  // Every character is one byte by now, so that lengths and offsets are those of the bytes.
  return Uint8Array.from(file, (character) => character.charCodeAt(0));
}

/** Text in the font's encoding, escaped for a PDF string; what it lacks becomes "?". */
function winAnsi(text: string): string {
  return [...text].map((character) => {
    if (character === "€") return "\x80";
    if (/[\\()]/.test(character)) return `\\${character}`;
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x202f || code === 0xa0) return " ";
    return code >= 32 && code < 127 || code > 160 && code < 256 ? character : "?";
  }).join("");
}
