/** Writes a picture as PNG (https://www.w3.org/TR/png-3/). */
import { crc32, deflateSync } from "node:zlib";
import type { Canvas } from "./canvas.ts";

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(body, 8);
  view.setUint32(body.length + 8, crc32(bytes.subarray(4, body.length + 8)));
  return bytes;
}

/** The file's bytes. */
export function png({ size, pixels }: Canvas): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, size);
  view.setUint32(4, size);
  header.set([8, 2], 8); // Eight bits a channel, red, green and blue.
  const row = size * 3;
  const filtered = new Uint8Array((row + 1) * size);
  for (let y = 0; y < size; y++) {
    const at = y * (row + 1);
    filtered[at] = 2; // Each byte less the one above: what is smooth becomes zeros.
    for (let x = 0; x < row; x++) {
      const above = y === 0 ? 0 : pixels[(y - 1) * row + x]!;
      filtered[at + 1 + x] = pixels[y * row + x]! - above;
    }
  }
  const parts = [
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(filtered, { level: 6 })),
    chunk("IEND", new Uint8Array()),
  ];
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
