/**
 * One part of an export: as much of an account as fits, from where the part before ended, as a zip.
 *
 * Several zips, not a stream into one: a function has 256 MB and two seconds of processor time a request,
 * and a stream that breaks has to begin anew, while a part that is stored stays. Each opens by itself.
 *
 * fflate: 30 kB without dependencies. Its synchronous zip needs no worker, which functions do not have,
 * and takes a level a file, so that images are stored as they are.
 */
import { strToU8, type Zippable, zipSync } from "fflate";
import { type Db, rows } from "../database.ts";
import type { Locale } from "../mail/locale.ts";
import type { Bytes } from "../request-body.ts";

/** Where gathering goes on; `{}` is the beginning. */
export interface ExportCursor {
  /** The table at which it stands; absent before the first. */
  relation?: string;
  /** The file of that table that comes next, and the row that it goes on after. */
  page?: number;
  after?: string;
  /** All tables are done: the files after this one come. */
  files?: string;
}

/** An export under way, as account_export_step tells it. */
export interface ExportStep {
  user_id: string;
  cursor: ExportCursor;
  parts: number;
  account: Record<string, unknown>;
  locale: Locale;
  relations: string[];
}

/** A zip and where to go on; no cursor after the last. */
export interface ExportPart {
  zip: Bytes;
  cursor: ExportCursor | undefined;
}

/** A part is closed once it holds this much. Twice this, at most, is in memory; the largest file besides. */
export const partBytes = 8 * 1024 * 1024;
const rowsAtOnce = 500;
const filesAtOnce = 100;

const readMe = {
  en: `This is everything that we hold about you.

account.json   your account
data/          one file a table, as JSON; times in UTC, amounts in minor units of their currency
files/         the files that you have stored, by bucket

A large account comes in several zip files; each opens by itself.
`,
  fr: `Voici tout ce que nous détenons à votre sujet.

account.json   votre compte
data/          un fichier par table, en JSON ; heures en UTC, montants en unités mineures de leur devise
files/         les fichiers que vous avez déposés, par compartiment

Un compte volumineux arrive en plusieurs fichiers zip ; chacun s’ouvre séparément.
`,
} satisfies Record<Locale, string>;

class Part {
  readonly entries: Zippable = {};
  bytes = 0;
  constructor(readonly limit: number) {}

  /** `level` 0 stores what no compression makes smaller. */
  add(name: string, content: Uint8Array, level: 0 | 6): void {
    this.entries[name] = [content, { level }];
    this.bytes += content.length;
  }
  addJson(name: string, value: unknown): void {
    this.add(name, strToU8(JSON.stringify(value, null, 2)), 6);
  }
  get full(): boolean {
    return this.bytes >= this.limit;
  }
}

/** Gathers the next part. Reads alone: a part that was not recorded is gathered again. */
export async function gatherPart(
  admin: Db,
  step: ExportStep,
  limit: number = partBytes,
): Promise<ExportPart> {
  const part = new Part(limit);
  if (step.parts === 0) {
    part.add("README.txt", strToU8(readMe[step.locale]), 6);
    part.addJson("account.json", step.account);
  }
  const cursor = step.cursor.files === undefined ? await addTables(admin, part, step) : step.cursor;
  const end = cursor.files === undefined ? cursor : await addFiles(admin, part, step, cursor.files);
  return { zip: zipSync(part.entries), cursor: end };
}

async function addTables(admin: Db, part: Part, step: ExportStep): Promise<ExportCursor> {
  const from = step.cursor.relation;
  for (const relation of step.relations) {
    if (from !== undefined && relation < from) continue;
    let { page = 1, after } = relation === from ? step.cursor : {} as ExportCursor;
    for (;;) {
      if (part.full) return { relation, page, ...(after !== undefined && { after }) };
      const found = await rows(admin.rpc("account_export_rows", {
        user_id: step.user_id,
        relation,
        after: (after ?? null) as string,
        batch: rowsAtOnce,
      })) as { rows: unknown[]; next: string | null };
      const name = relation.split(".")[1]!;
      if (found.rows.length > 0) {
        part.addJson(`data/${name}${page === 1 ? "" : `-${page}`}.json`, found.rows);
      }
      if (found.next === null) break;
      after = found.next;
      page++;
    }
  }
  return { files: "" };
}

async function addFiles(
  admin: Db,
  part: Part,
  step: ExportStep,
  from: string,
): Promise<ExportCursor | undefined> {
  for (let after = from;;) {
    const files = await rows(admin.rpc("account_files", {
      user_id: step.user_id,
      after,
      batch: filesAtOnce,
    })) as { key: string; bucket: string; name: string; bytes: number }[];
    if (files.length === 0) return undefined;
    for (const { key, bucket, name, bytes } of files) {
      // Exports hold no earlier exports.
      if (bucket !== "exports") {
        if (part.bytes > 0 && part.bytes + bytes > part.limit) return { files: after };
        const content = await download(admin, bucket, name);
        if (content !== undefined) part.add(`files/${bucket}/${name}`, content, 0);
      }
      after = key;
    }
  }
}

/** A file's bytes; undefined when it went since it was listed. */
async function download(admin: Db, bucket: string, name: string): Promise<Uint8Array | undefined> {
  const { data, error } = await admin.storage.from(bucket).download(name);
  if (error === null) return await data.bytes();
  const { data: exists } = await admin.storage.from(bucket).exists(name);
  if (!exists) return undefined;
  throw new Error(`cannot download a file of bucket ${bucket}`, { cause: error });
}
