/** What is added to the stack's log, across the change from one file to the next. */
import { logFiles, type LogLine, parseLines } from "./log-file.ts";

/** Opens a file; undefined while none has the name: between renaming and opening anew there is none. */
async function opened(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Reads the log on from a position. The file it reads stays open, so that its last lines are found under any name. */
export class LogFollower implements Disposable {
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  private constructor(readonly path: string, private file: Deno.FsFile | undefined) {}

  /** @param position in bytes, in the file that is the current one now */
  static async at(dataDir: string, position: number): Promise<LogFollower> {
    const path = logFiles(dataDir).current;
    const file = await opened(path);
    await file?.seek(position, Deno.SeekMode.Start);
    return new LogFollower(path, file);
  }

  /** The whole lines that came since the last look. */
  async look(): Promise<LogLine[]> {
    const lines = await this.#added();
    const next = await this.#successor();
    if (next === undefined) return lines;
    // Written between reading to the end and the change of names.
    lines.push(...await this.#added());
    this.file?.close();
    this.#rest = new Uint8Array();
    this.file = next;
    return [...lines, ...await this.#added()];
  }

  /** The file that has the name now, if it is another than the one that is read. */
  async #successor(): Promise<Deno.FsFile | undefined> {
    const now = await opened(this.path);
    if (now === undefined) return undefined;
    const [held, found] = [await this.file?.stat(), await now.stat()];
    if (held === undefined || held.ino !== found.ino || held.dev !== found.dev) return now;
    now.close();
    return undefined;
  }

  async #added(): Promise<LogLine[]> {
    const chunks = [this.#rest];
    const buffer = new Uint8Array(65_536);
    for (let read = await this.file?.read(buffer); read; read = await this.file?.read(buffer)) {
      chunks.push(buffer.slice(0, read));
    }
    const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
    const end = bytes.lastIndexOf(10) + 1;
    this.#rest = bytes.slice(end);
    return parseLines(new TextDecoder().decode(bytes.subarray(0, end)));
  }

  [Symbol.dispose](): void {
    this.file?.close();
  }
}
