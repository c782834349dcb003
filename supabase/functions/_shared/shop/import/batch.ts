/** The next rows of an import's file: from the byte where the batch before ended, up to a thousand. */
import { type Column, readHeader, type Separator, separatorOf } from "./columns.ts";
import { BrokenCsv, CsvRecords } from "./records.ts";
import { readRow, type Row, type RowError } from "./row.ts";

/** Rows of a batch: what one transaction writes in well under a second. */
export const rowsAtOnce = 1000;
/** Bytes of a batch at most: long rows make it shorter. */
export const bytesAtOnce = 4 * 1024 * 1024;

/** A header is no longer than this. */
const headerBytes = 64 * 1024;

/** Where an import stands. */
export interface Position {
  byte: number;
  lines: number;
  size: number;
}

/** Gives the file's bytes from one on, at most so many. */
export type ReadFrom = (from: number, most: number) => AsyncIterable<Uint8Array>;

/** Rows, those that are none, and where the next batch begins. */
export interface Batch {
  rows: Row[];
  errors: RowError[];
  byte: number;
  lines: number;
  last: boolean;
}

/** Reads the next batch. @throws {BrokenCsv} */
export async function readBatch(
  read: ReadFrom,
  at: Position,
  layout: { separator: Separator; columns: readonly Column[] },
  mostRows = rowsAtOnce,
): Promise<Batch> {
  const records = new CsvRecords(layout.separator, at.lines);
  let came = 0;
  for await (const chunk of read(at.byte, bytesAtOnce)) {
    came += chunk.length;
    await records.add(chunk);
    if (records.found.length >= mostRows) break;
  }
  // Storage said less than there is: to be asked again.
  if (came === 0 && at.byte < at.size) throw new Error("the file ended before its size");
  const whole = at.byte + came >= at.size;
  if (whole) await records.end();
  const taken = records.found.slice(0, mostRows);
  const end = taken.at(-1);
  const last = whole && taken.length === records.found.length;
  if (end === undefined && !last) {
    throw new BrokenCsv(`Line ${at.lines + 1}: no row ends within ${bytesAtOnce} bytes.`);
  }
  const batch: Batch = {
    rows: [],
    errors: [],
    byte: last ? at.size : at.byte + end!.bytes,
    lines: end?.lines ?? at.lines,
    last,
  };
  for (const { cells, line } of taken) {
    const made = readRow(cells, line, layout.columns, layout.separator !== ",");
    if ("row" in made) batch.rows.push(made.row);
    else batch.errors.push(...made.errors);
  }
  return batch;
}

/** What the first line says, and where the rows begin. @throws {BrokenCsv} */
export async function readLayout(
  read: ReadFrom,
  size: number,
  currencies: Readonly<Record<string, string>>,
): Promise<{ separator: Separator; columns: Column[]; byte: number; lines: number }> {
  const start = await new Response(ReadableStream.from(read(0, headerBytes)) as BodyInit).bytes();
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) {
    throw new BrokenCsv("The file is UTF-16. Save it as CSV UTF-8.");
  }
  const text = new TextDecoder().decode(start).trimStart();
  const separator = separatorOf(text.split(/[\r\n]/, 1)[0]!);
  const records = new CsvRecords(separator, 0);
  await records.add(start);
  if (start.length >= size) await records.end();
  const header = records.found[0];
  if (header === undefined) throw new BrokenCsv("The file is empty.");
  const known = readHeader(header.cells, currencies);
  if ("problem" in known) throw new BrokenCsv(known.problem);
  return { separator, columns: known.columns, byte: header.bytes, lines: header.lines };
}
