import assert from "node:assert/strict";
import { readUpload } from "../../local/gateway/multipart.ts";
import { isValidObjectName } from "../../local/gateway/storage.ts";
import { startServer } from "./gateway-fixture.ts";

const server = await startServer();
const fixture = await server.fixture({
  migration: `
    insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
      ('avatars', 'avatars', true, 1000, '{image/png,text/plain}'),
      ('papers', 'papers', false, null, null);
    create policy "own avatar in" on storage.objects for insert to authenticated with check (
      bucket_id in ('avatars', 'papers')
      and (storage.foldername(name))[1] = (select auth.uid())::text);
    create policy "own avatar seen" on storage.objects for select to authenticated using (
      (storage.foldername(name))[1] = (select auth.uid())::text);
    create policy "own avatar changed" on storage.objects for update to authenticated using (
      (storage.foldername(name))[1] = (select auth.uid())::text);
    create policy "own avatar out" on storage.objects for delete to authenticated using (
      (storage.foldername(name))[1] = (select auth.uid())::text);
  `,
});
const { url } = fixture.gateway;
Deno.test.afterAll(() => server.stop());

const png = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 255]);
const status = (error: unknown) => (error as { statusCode?: string } | null)?.statusCode;

Deno.test("storage: a Blob, a File and raw bytes arrive byte for byte, with their type", async () => {
  const { client, id } = await fixture.user();
  const bodies = {
    blob: new Blob([png], { type: "image/png" }),
    file: new File([png], "x.png", { type: "image/png" }),
    bytes: png,
  };
  for (const [name, body] of Object.entries(bodies)) {
    const path = `${id}/${name}.png`;
    const options = { contentType: "image/png", cacheControl: "60" };
    const { data, error } = await client.storage.from("avatars").upload(path, body, options);
    assert.ifError(error);
    assert.equal(data!.path, path);
    const link = client.storage.from("avatars").getPublicUrl(path).data.publicUrl;
    const reply = await fetch(link);
    assert.deepEqual(await reply.bytes(), png);
    assert.equal(reply.headers.get("content-type"), "image/png");
    assert.equal(reply.headers.get("cache-control"), "max-age=60");
    assert.equal(reply.headers.get("access-control-allow-origin"), "*");
  }
  const [row] = await fixture.sql`
    select owner_id, jsonb_typeof(metadata) as type, metadata ->> 'size' as size,
      metadata ->> 'mimetype' as mimetype
    from storage.objects where name = ${`${id}/blob.png`}`;
  assert.deepEqual({ ...row }, { owner_id: id, type: "object", size: "10", mimetype: "image/png" });
});

Deno.test("storage: policies decide who writes, replaces, reads, lists and deletes", async () => {
  const [owner, other] = [await fixture.user(), await fixture.user()];
  const path = `${owner.id}/a.txt`;
  const mine = owner.client.storage.from("papers");
  assert.ifError((await mine.upload(path, "one")).error);
  const clients = { other: other.client, anonymous: fixture.client() };
  for (const [who, client] of Object.entries(clients)) {
    const theirs = client.storage.from("papers");
    const written = await theirs.upload(`${owner.id}/b.txt`, "x");
    assert.equal(status(written.error), "403", who);
    assert.match(written.error!.message, /new row violates row-level security policy/);
    assert.ok((await theirs.upload(path, "x", { upsert: true })).error, who);
    assert.ok((await theirs.update(path, "x")).error, who);
    assert.ok((await theirs.download(path)).error, who);
    assert.ok((await theirs.info(path)).error, who);
    assert.ok((await theirs.createSignedUrl(path, 60)).error, who);
    assert.ok((await theirs.move(path, `${other.id}/a.txt`)).error, who);
    assert.ok((await theirs.copy(path, `${other.id}/a.txt`)).error, who);
    assert.deepEqual((await theirs.list(owner.id)).data, [], who);
    assert.deepEqual((await theirs.remove([path])).data, [], who);
  }
  assert.equal(await (await mine.download(path)).data!.text(), "one");
  assert.ifError((await mine.upload(path, "two", { upsert: true })).error);
  assert.equal(await (await mine.download(path)).data!.text(), "two");
  assert.equal((await mine.remove([path])).data!.length, 1);
  assert.equal(status((await mine.download(path)).error), "404");
  assert.deepEqual((await mine.list(owner.id)).data, []);
});

Deno.test("storage: the same name twice is 409, unless it is an upsert", async () => {
  const { client, id } = await fixture.user();
  const papers = client.storage.from("papers");
  await papers.upload(`${id}/a`, "one");
  const { error } = await papers.upload(`${id}/a`, "two");
  assert.equal(status(error), "409");
  assert.equal(await (await papers.download(`${id}/a`)).data!.text(), "one");
});

Deno.test("storage: a name is the same however its slashes and spaces are encoded", async () => {
  const { client, id } = await fixture.user();
  const put = (path: string, body: string) =>
    headers(client).then((known) =>
      fetch(`${url}/storage/v1/object/papers/${path}`, {
        method: "POST",
        headers: { ...known, "x-upsert": "true" },
        body,
      })
    );
  for (const path of [`${id}%2Fa%20b%2B.txt`, `${id}/a%20b+.txt`]) {
    const reply = await put(path, path);
    assert.equal(reply.status, 200, await reply.text());
  }
  const rows = await fixture.sql`select name from storage.objects where owner_id = ${id}`;
  assert.deepEqual(rows.map((row) => row["name"]), [`${id}/a b+.txt`]);
});

Deno.test("storage: a bucket's size limit and types hold, however the file is sent", async () => {
  const { client, id } = await fixture.user();
  const avatars = client.storage.from("avatars");
  const large = new Uint8Array(1001);
  const contentType = "image/png";
  for (const body of [large, new Blob([large], { type: contentType })]) {
    const { error } = await avatars.upload(`${id}/large.png`, body, { contentType });
    assert.equal(status(error), "413");
    assert.match(error!.message, /exceeded the maximum allowed size/);
  }
  for (const body of [png, new Blob([png], { type: "image/gif" })]) {
    const gif = await avatars.upload(`${id}/x.gif`, body, { contentType: "image/gif" });
    assert.equal(status(gif.error), "415");
    assert.match(gif.error!.message, /mime type image\/gif is not supported/);
  }
  const chunked = await fetch(`${url}/storage/v1/object/avatars/${id}/stream.png`, {
    method: "POST",
    headers: await headers(client, { "content-type": contentType }),
    body: new Blob([large]).stream(),
  });
  assert.equal((await chunked.json()).statusCode, "413");
  assert.deepEqual((await avatars.list(id)).data, []);
});

async function headers(
  client: ReturnType<typeof fixture.client>,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  const { data } = await client.auth.getSession();
  return {
    apikey: fixture.keys.publishableKey,
    authorization: `Bearer ${data.session!.access_token}`,
    ...more,
  };
}

Deno.test("storage: a list shows one level, folders first known by name", async () => {
  const { client, id } = await fixture.user();
  const papers = client.storage.from("papers");
  for (const name of ["b.txt", "a.txt", "sub/one.txt", "sub/deep/two.txt"]) {
    assert.ifError((await papers.upload(`${id}/${name}`, name)).error);
  }
  const { data } = await papers.list(id);
  assert.deepEqual(data!.map((entry) => entry.name), ["a.txt", "b.txt", "sub"]);
  assert.equal(data![2]!.id, null);
  assert.equal(data![0]!.metadata?.["size"], 5);
  assert.match(data![0]!.created_at!, /^\d{4}-\d\d-\d\dT.*Z$/);
  const sub = await papers.list(`${id}/sub`, { sortBy: { column: "name", order: "desc" } });
  assert.deepEqual(sub.data!.map((entry) => entry.name), ["one.txt", "deep"]);
  const page = await papers.list(id, { limit: 1, offset: 1 });
  assert.deepEqual(page.data!.map((entry) => entry.name), ["b.txt"]);
  const search = await papers.list(id, { search: "A" });
  assert.deepEqual(search.data!.map((entry) => entry.name), ["a.txt"]);
});

Deno.test("storage: signed links read and write what they were signed for, and no more", async () => {
  const { client, id } = await fixture.user();
  const papers = client.storage.from("papers");
  await papers.upload(`${id}/a b.txt`, "signed");
  const { data, error } = await papers.createSignedUrl(`${id}/a b.txt`, 60);
  assert.ifError(error);
  assert.equal(await (await fetch(data!.signedUrl)).text(), "signed");
  const elsewhere = await fetch(data!.signedUrl.replace("a%20b.txt", "other.txt"));
  await elsewhere.body?.cancel();
  assert.ok(elsewhere.status >= 400);

  const upload = await papers.createSignedUploadUrl(`${id}/up.txt`);
  assert.ifError(upload.error);
  const { path, token } = upload.data!;
  const anonymous = fixture.client().storage.from("papers");
  assert.ifError((await anonymous.uploadToSignedUrl(path, token, "by link")).error);
  assert.equal(await (await papers.download(`${id}/up.txt`)).data!.text(), "by link");
});

Deno.test("storage: a public link of a private bucket, or of nothing, is not found", async () => {
  const { client, id } = await fixture.user();
  await client.storage.from("papers").upload(`${id}/a.txt`, "x");
  for (const path of [`papers/${id}/a.txt`, `avatars/${id}/none.png`, "none/a.txt"]) {
    const reply = await fetch(`${url}/storage/v1/object/public/${path}`);
    assert.equal(reply.status, 400);
    assert.equal((await reply.json()).statusCode, "404");
  }
});

Deno.test("storage: no name leads out of its folder", async () => {
  const { client, id } = await fixture.user();
  const escapes = [
    `${id}/..%2f..%2fescaped`,
    `${id}/%2e%2e%2fescaped`,
    `${id}/%252e%252e/escaped`,
    `${id}/..%5c..%5cescaped`,
    `${id}//escaped`,
    `%2fetc%2fescaped`,
    `${id}/\u2025/escaped`,
  ];
  for (const path of escapes) {
    for (const method of ["POST", "PUT", "GET"]) {
      const reply = await fetch(`${url}/storage/v1/object/papers/${path}`, {
        method,
        headers: await headers(client),
        ...(method !== "GET" && { body: "x" }),
      });
      const body = await reply.json();
      assert.equal(reply.status, 400, `${method} ${path}`);
      assert.equal(body.error, "InvalidKey", `${method} ${path}`);
    }
  }
  const rows = await fixture.sql`select name from storage.objects where name like '%escaped%'`;
  assert.deepEqual([...rows], []);
});

Deno.test("storage: the names that S3 takes are valid, others are not", () => {
  for (const name of ["a", "a/b.png", "A-1_2.(x)", "a b", "x@y=z;+,", "...a"]) {
    assert.equal(isValidObjectName(name), true, name);
  }
  for (const name of ["", "/a", "a//b", "../a", "a/..", "a/./b", "é", "a\\b", "a\0", "a/", "a%b"]) {
    assert.equal(isValidObjectName(name), false, name);
  }
});

Deno.test("storage: move and copy keep content and type", async () => {
  const { client, id } = await fixture.user();
  const papers = client.storage.from("papers");
  await papers.upload(`${id}/a.png`, png, { contentType: "image/png" });
  assert.ifError((await papers.copy(`${id}/a.png`, `${id}/b.png`)).error);
  assert.ifError((await papers.move(`${id}/a.png`, `${id}/c/d.png`)).error);
  for (const name of ["b.png", "c/d.png"]) {
    const { data } = await papers.download(`${id}/${name}`);
    assert.deepEqual(await data!.bytes(), png);
    assert.equal(data!.type, "image/png");
  }
  assert.ok((await papers.download(`${id}/a.png`)).error);
});

Deno.test("storage: the secret key makes and empties buckets", async () => {
  const { storage } = fixture.client(fixture.keys.secretKey);
  assert.ifError((await storage.createBucket("made", { public: false })).error);
  assert.ifError((await storage.from("made").upload("x.txt", "x")).error);
  assert.ok((await storage.deleteBucket("made")).error);
  assert.ifError((await storage.emptyBucket("made")).error);
  assert.ifError((await storage.deleteBucket("made")).error);
  const forbidden = await (await fixture.user()).client.storage.createBucket("theirs");
  assert.equal(status(forbidden.error), "403");
});

Deno.test("multipart: reads the nameless file of supabase-js beside its fields", async () => {
  const form = new FormData();
  form.append("cacheControl", "3600");
  form.append("", new File([png], "é.png", { type: "image/png" }));
  const request = new Request("http://x", { method: "POST", body: form });
  const type = request.headers.get("content-type")!;
  const upload = readUpload(await request.bytes(), type);
  assert.deepEqual(upload, {
    body: png,
    contentType: "image/png",
    fields: { cacheControl: "3600" },
  });
});

Deno.test("multipart: what is cut short or has no file is no upload", async () => {
  const form = new FormData();
  form.append("cacheControl", "3600");
  const request = new Request("http://x", { method: "POST", body: form });
  const type = request.headers.get("content-type")!;
  const bytes = await request.bytes();
  assert.equal(readUpload(bytes, type), undefined);
  assert.equal(readUpload(bytes.slice(0, 40), type), undefined);
  assert.equal(readUpload(new Uint8Array(), type), undefined);
  assert.equal(readUpload(bytes, "multipart/form-data"), undefined);
});

Deno.test("storage: a range of a file, by a signed or an own link, as hosted storage answers it", async () => {
  const { client, id } = await fixture.user();
  const path = `${id}/range.txt`;
  const papers = client.storage.from("papers");
  assert.ifError((await papers.upload(path, "0123456789", { contentType: "text/plain" })).error);
  const { data } = await papers.createSignedUrl(path, 60);
  const get = async (range: string) => {
    const reply = await fetch(data!.signedUrl, { headers: { range } });
    return [reply.status, reply.headers.get("content-range"), await reply.text()];
  };
  assert.deepEqual(await get("bytes=2-4"), [206, "bytes 2-4/10", "234"]);
  assert.deepEqual(await get("bytes=7-"), [206, "bytes 7-9/10", "789"]);
  assert.deepEqual(await get("bytes=8-99"), [206, "bytes 8-9/10", "89"]);
  assert.deepEqual(await get("bytes=10-"), [416, "bytes */10", ""]);
  assert.deepEqual(await get("lines=1-2"), [200, null, "0123456789"]);
});
