/** Another user's files, through the storage API as an application and as an attacker call it. */
import assert from "node:assert/strict";
import { buckets } from "./matrix.ts";
import { raw } from "./raw-request.ts";
import { type Caller, type RestWorld, restWorld } from "./rest-world.ts";

let world: RestWorld;
Deno.test.beforeAll(async () => {
  world = await restWorld();
});
Deno.test.afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

const bucket = "avatars";
const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);
const forged = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 2]);
const image = { contentType: "image/png" };

const ownFile = (caller: Caller) => buckets[bucket]!.own(caller.id!);
const files = (caller: Caller) => caller.client.storage.from(bucket);

async function storedNames(): Promise<string[]> {
  const rows = await world.sql<{ name: string }[]>`
    select name from storage.objects where bucket_id = ${bucket} order by name`;
  return rows.map((row) => row.name);
}

/** Puts the owner's file there as new, and nothing else. */
async function onlyOwnersFile(): Promise<string> {
  const name = ownFile(world.owner);
  for (const caller of [world.owner, world.member, world.stranger]) {
    const { data } = await files(caller).list(caller.id!);
    const names = (data ?? []).map((one) => `${caller.id}/${one.name}`);
    if (names.length > 0) await files(caller).remove(names);
  }
  const { error } = await files(world.owner).upload(name, png, image);
  assert.equal(error, null);
  assert.deepEqual(await storedNames(), [name]);
  return name;
}

async function assertUntouched(name: string): Promise<void> {
  assert.deepEqual(await storedNames(), [name]);
  const reply = await fetch(files(world.anon).getPublicUrl(name).data.publicUrl);
  assert.deepEqual(new Uint8Array(await reply.arrayBuffer()), png);
}

Deno.test("storage: a user uploads, replaces, lists, moves and removes own files", async () => {
  const name = await onlyOwnersFile();
  const moved = name.replace("avatar", "moved");
  const mine = files(world.owner);
  assert.equal((await mine.upload(name, forged, { ...image, upsert: true })).error, null);
  assert.deepEqual((await mine.list(world.owner.id)).data!.map((one) => one.name), ["avatar.png"]);
  assert.equal((await mine.move(name, moved)).error, null);
  assert.deepEqual(await storedNames(), [moved]);
  assert.equal((await mine.remove([moved])).error, null);
  assert.deepEqual(await storedNames(), []);
});

Deno.test("storage: nobody else lists, replaces, moves, copies or removes a user's file", async () => {
  const name = await onlyOwnersFile();
  for (const caller of [world.anon, world.member, world.stranger]) {
    const theirs = files(caller);
    const beside = name.replace("avatar", "beside");
    const refusals = {
      upload: await theirs.upload(beside, forged, image),
      replace: await theirs.upload(name, forged, { ...image, upsert: true }),
      update: await theirs.update(name, forged, image),
      "move within": await theirs.move(name, beside),
      "sign an upload": await theirs.createSignedUploadUrl(beside),
    };
    for (const [what, { error }] of Object.entries(refusals)) {
      assert.notEqual(error, null, `${what} as ${caller.name}`);
    }
    if (caller.id !== null) {
      const taken = ownFile(caller);
      assert.notEqual((await theirs.move(name, taken)).error, null, `move as ${caller.name}`);
      assert.notEqual((await theirs.copy(name, taken)).error, null, `copy as ${caller.name}`);
    }
    const removed = await theirs.remove([name]);
    assert.deepEqual(removed.data ?? [], [], `remove as ${caller.name}`);
    for (const prefix of [world.owner.id, "", "."]) {
      const listed = await theirs.list(prefix);
      assert.deepEqual(listed.data ?? [], [], `list of '${prefix}' as ${caller.name}`);
    }
    await assertUntouched(name);
  }
});

Deno.test("storage: a file cannot be moved out of the own folder", async () => {
  const name = await onlyOwnersFile();
  const refused = [ownFile(world.stranger), ...buckets[bucket]!.refused(world.owner.id)];
  for (const target of refused) {
    assert.notEqual((await files(world.owner).move(name, target)).error, null, `move to ${target}`);
    assert.notEqual((await files(world.owner).copy(name, target)).error, null, `copy to ${target}`);
  }
  await assertUntouched(name);
});

Deno.test("storage: no spelling of a path leads out of the own folder", async () => {
  const name = await onlyOwnersFile();
  const attacker = world.stranger;
  const own = attacker.id;
  const other = world.owner.id;
  const spellings = [
    `${own}/../${other}/avatar.png`,
    `${own}/%2e%2e/${other}/avatar.png`,
    `${own}/..%2f${other}%2favatar.png`,
    `${own}%2f..%2f${other}%2favatar.png`,
    `${own}/%252e%252e/${other}/avatar.png`,
    `${own}%252f..%252f${other}%252favatar.png`,
    `${own}/..\\${other}\\avatar.png`,
    `${own}//${other}/avatar.png`,
    `${own}/./../${other}/avatar.png`,
    `../${bucket}/${other}/avatar.png`,
    `${other}/avatar.png%00${own}`,
    `${other.toUpperCase()}/avatar.png`,
    `${own}/folder/avatar.png`,
    "avatar.png",
  ];
  for (const spelling of spellings) {
    for (const method of ["POST", "PUT", "DELETE"]) {
      const at = `/storage/v1/object/${bucket}/${spelling}`;
      const { status } = await raw(world, method, at, attacker, forged);
      assert.ok(status >= 400 && status < 500, `${method} ${spelling} answered ${status}`);
    }
    await assertUntouched(name);
  }
});

Deno.test("storage: a file of another kind or too large is refused", async () => {
  const name = await onlyOwnersFile();
  const second = name.replace("avatar", "second");
  const mine = files(world.owner);
  const html = await mine.upload(second, forged, { contentType: "text/html" });
  assert.notEqual(html.error, null);
  const large = await mine.upload(second, new Uint8Array(5 * 1024 * 1024 + 1), image);
  assert.notEqual(large.error, null);
  await assertUntouched(name);
});

const contents = new TextEncoder().encode("anything: the kind is what is said");
const verbs = ["insert", "select", "update", "delete"] as const;

for (const [id, access] of Object.entries(buckets)) {
  const allowed = access.staff ?? (access.readOnly ? ["select"] : verbs);
  Deno.test(`storage ${id}: each caller does what the matrix gives, and nothing else`, async () => {
    const folderId = access.foldersOf && String(world.samplesOf.owner.row(access.foldersOf)["id"]);
    const writer = access.staff ? world.staff : world.owner;
    const kind = { contentType: access.mimeTypes[0]! };
    const keeper = world.operator.client.storage.from(id);
    // Staff write in folders of their own, where rows have none, and read everybody's.
    const file = access.own(world.owner.id, folderId);
    const another = access.own(writer.id, folderId).replace("avatar", "other")
      .replace("0a1b2c3d", "0a1b2c3e");
    const [, folder, leaf] = /^(.*)\/([^/]*)$/.exec(file)!;
    const names = async () =>
      (await world.sql<{ name: string }[]>`
        select name from storage.objects where bucket_id = ${id} order by 1`)
        .map(({ name }) => name);
    for (const caller of [...world.callers, world.operator]) {
      const reaches = (verb: typeof verbs[number]) =>
        caller === world.operator || (caller === writer && allowed.includes(verb));
      const files = caller.client.storage.from(id);
      const about = `as ${caller.name}`;
      await keeper.remove([file, another]);
      assert.equal((await keeper.upload(file, contents, kind)).error, null);

      const inserted = await files.upload(another, contents, kind);
      assert.equal(inserted.error === null, reaches("insert"), `insert ${about}`);
      assert.equal((await names()).includes(another), reaches("insert"), `insert ${about}`);

      const listed = await files.list(folder);
      const seen = (listed.data ?? []).some(({ name }) => name === leaf);
      assert.equal(seen, reaches("select"), `list ${about}`);
      const link = await files.createSignedUrl(file, 60);
      assert.equal(link.error === null, reaches("select"), `link ${about}`);
      // By its address alone a public bucket's file is read by everybody, another's by nobody.
      const open = await fetch(files.getPublicUrl(file).data.publicUrl);
      assert.equal(open.ok, access.public, `address ${about}`);
      await open.body?.cancel();

      const updated = await files.update(file, png, kind);
      assert.equal(updated.error === null, reaches("update"), `update ${about}`);
      const stored = await (await keeper.download(file)).data!.bytes();
      assert.deepEqual(stored, reaches("update") ? png : contents, `update ${about}`);

      const removed = await files.remove([file]);
      assert.equal((removed.data ?? []).length, reaches("delete") ? 1 : 0, `delete ${about}`);
      assert.equal((await names()).includes(file), !reaches("delete"), `delete ${about}`);
    }
    await keeper.remove([file, another]);
  });

  Deno.test(`storage ${id}: its writer takes no name that the matrix refuses`, async () => {
    const folderId = access.foldersOf && String(world.samplesOf.owner.row(access.foldersOf)["id"]);
    const writer = access.staff ? world.staff : world.owner;
    const own = access.own(writer.id, folderId);
    for (const name of access.refused(writer.id, folderId)) {
      const path = name.split("/").map(encodeURIComponent).join("/");
      const to = `/storage/v1/object/${id}/${path}`;
      const { status } = await raw(world, "POST", to, writer, contents, access.mimeTypes[0]);
      const stored = await world.sql<{ name: string }[]>`
        delete from storage.objects where bucket_id = ${id} returning name`;
      // Steps out of a folder are resolved on the way: some lead back to what is the writer's.
      const ends = decodeURIComponent(new URL(to, world.url).pathname).endsWith(`/${id}/${own}`);
      if (ends && status === 200) assert.deepEqual(stored.map((one) => one.name), [own]);
      else {
        assert.ok(status >= 400 && status < 500, `${name} answered ${status}`);
        assert.deepEqual([...stored], []);
      }
    }
  });
}
