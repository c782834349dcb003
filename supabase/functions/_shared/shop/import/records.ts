/**
 * Records of a CSV as its bytes come, each with the line on which it begins and the byte after its end, from
 * where a later request can go on.
 *
 * csv-parse: it takes bytes in any pieces, tells how many a record used, and knows quotes over several lines.
 * MIT, no dependencies, 144 kB. https://csv.js.org/parse/
 */
import { type CsvError, parse, type Parser } from "csv-parse";
import type { Separator } from "./columns.ts";

/** A record and where it is. */
export interface CsvRecord {
  cells: string[];
  /** The line of the file on which it begins. */
  line: number;
  /** Bytes from where reading began to its end. */
  bytes: number;
  /** Lines of the file up to its end. */
  lines: number;
}

/** A file that is no CSV: from there on nobody knows where a record begins. */
export class BrokenCsv extends Error {
  override readonly name = "BrokenCsv";
}

/** Longer than any row that is one; a quote that is never closed must not swallow the file. */
const longestRecord = 256 * 1024;

interface Progress {
  bytes: number;
  empty_lines: number;
}

/** Takes bytes and gives records. */
export class CsvRecords {
  readonly found: CsvRecord[] = [];
  readonly #parser: Parser;
  #lines: number;
  #empty = 0;
  #broken: CsvError | undefined;

  /** @param linesBefore lines of the file before the byte where reading begins */
  constructor(separator: Separator, linesBefore: number) {
    this.#lines = linesBefore;
    this.#parser = parse({
      bom: true,
      delimiter: separator,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: longestRecord,
      on_record: (cells: string[], progress: Progress) => {
        const line = this.#lines + progress.empty_lines - this.#empty + 1;
        this.#empty = progress.empty_lines;
        this.#lines = line + cells.reduce((sum, cell) => sum + breaksIn(cell), 0);
        // What a spreadsheet leaves of a row that was emptied.
        if (cells.some((cell) => cell !== "")) {
          this.found.push({ cells, line, bytes: progress.bytes, lines: this.#lines });
        }
        return null;
      },
    });
    this.#parser.on("error", (error) => this.#broken ??= error as CsvError);
    this.#parser.resume();
  }

  /** @throws {BrokenCsv} */
  async add(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) =>
      this.#parser.write(bytes, (error) => {
        if (error) this.#broken ??= error as CsvError;
        resolve();
      })
    );
    this.#check();
  }

  /** No more bytes: what has come is the end of the file. @throws {BrokenCsv} */
  async end(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#parser.once("close", resolve);
      this.#parser.end();
    });
    this.#check();
  }

  #check(): void {
    if (this.#broken === undefined) return;
    const begins = this.#lines + 1;
    throw new BrokenCsv(
      `Line ${begins}: ${
        this.#broken.code === "CSV_MAX_RECORD_SIZE" || this.#broken.code === "CSV_QUOTE_NOT_CLOSED"
          ? "a quote is opened here or below and not closed."
          : "a quote stands where none may: quote the whole cell, and double the quotes in it."
      }`,
    );
  }
}

function breaksIn(cell: string): number {
  return /[\r\n]/.test(cell) ? cell.match(/\r\n|\r|\n/g)!.length : 0;
}
