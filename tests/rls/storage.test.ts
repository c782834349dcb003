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
  await world[Symbol.asyncDispose]();
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
