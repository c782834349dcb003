/**
 * Lite's storage on disk: one file and one description an object, both named by a digest.
 *
 * A name from outside never becomes a path, so that none can lead out of the folder or clash with
 * another on a file system that folds case or Unicode.
 */
import type { App } from "@supabase/lite";
import { join } from "node:path";

/** Lite's own interface; it exports only the field that holds one. */
type Adapter = NonNullable<App["_storageAdapter"]>;
type Metadata = Awaited<ReturnType<Adapter["headObject"]>>;

interface Description {
  bucket: string;
  name: string;
  mimetype: string;
  cacheControl: string;
  size: number;
  eTag: string;
  lastModified: string;
}

async function hex(algorithm: "SHA-256" | "SHA-1", bytes: Uint8Array<ArrayBuffer>) {
  return new Uint8Array(await crypto.subtle.digest(algorithm, bytes)).toHex();
}

async function bytesOf(
  body: Parameters<Adapter["uploadObject"]>[3],
): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(body as BodyInit).bytes();
}

function metadataOf(description: Description): Metadata {
  const { size, mimetype, cacheControl, eTag, lastModified } = description;
  return {
    size,
    contentLength: size,
    mimetype,
    cacheControl,
    eTag,
    lastModified: new Date(lastModified),
    httpStatusCode: 200,
  };
}

export function createDiskObjects(storageDir: string): Adapter {
  async function fileOf(bucket: string, name: string): Promise<string> {
    const digest = await hex("SHA-256", new TextEncoder().encode(`${bucket}/${name}`));
    return join(storageDir, digest.slice(0, 2), digest);
  }

  async function describe(file: string): Promise<Description> {
    return JSON.parse(await Deno.readTextFile(`${file}.json`));
  }

  /** Both files appear whole: a reader meets the old object or the new one. */
  async function write(file: string, body: Uint8Array, description: Description): Promise<void> {
    await Deno.mkdir(join(file, ".."), { recursive: true });
    const draft = `${file}.${crypto.randomUUID()}`;
    await Deno.writeFile(draft, body);
    await Deno.writeTextFile(`${draft}.json`, JSON.stringify(description));
    await Deno.rename(draft, file);
    await Deno.rename(`${draft}.json`, `${file}.json`);
  }

  async function remove(bucket: string, name: string): Promise<void> {
    const file = await fileOf(bucket, name);
    for (const path of [file, `${file}.json`]) {
      try {
        await Deno.remove(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  return {
    driver: undefined,
    async getObject(bucket, name) {
      const file = await fileOf(bucket, name);
      const [body, description] = await Promise.all([Deno.readFile(file), describe(file)]);
      return {
        httpStatusCode: 200,
        metadata: metadataOf(description),
        body: new Blob([body]),
      };
    },
    async headObject(bucket, name) {
      return metadataOf(await describe(await fileOf(bucket, name)));
    },
    async uploadObject(bucket, name, _version, content, mimetype, cacheControl) {
      const body = await bytesOf(content);
      const description: Description = {
        bucket,
        name,
        mimetype,
        cacheControl,
        size: body.length,
        eTag: `"${await hex("SHA-1", body)}"`,
        lastModified: new Date().toISOString(),
      };
      await write(await fileOf(bucket, name), body, description);
      return metadataOf(description);
    },
    async copyObject(bucket, name, _version, toBucket, toName) {
      const file = await fileOf(bucket, name);
      const description: Description = {
        ...await describe(file),
        bucket: toBucket,
        name: toName,
        lastModified: new Date().toISOString(),
      };
      await write(await fileOf(toBucket, toName), await Deno.readFile(file), description);
      const { eTag, lastModified } = metadataOf(description);
      return { httpStatusCode: 200, eTag, ...(lastModified && { lastModified }) };
    },
    deleteObject: (bucket, name) => remove(bucket, name),
    async deleteObjects(bucket, names) {
      for (const name of names) await remove(bucket, name);
    },
    async privateAssetUrl(bucket, name) {
      return `file://${await fileOf(bucket, name)}`;
    },
  };
}
