/**
 * Ways to another's file by its path: steps out of a folder, encodings, look-alikes, and each verb of the
 * storage API on a private bucket, where reading is at stake as well.
 */
import assert from "node:assert/strict";
import { each } from "../endpoints/suite/case.ts";
import { raw } from "./raw-request.ts";
import { type Caller, type RestWorld, restWorld } from "./rest-world.ts";

let world: RestWorld;
/** The owner's file, in a bucket that the server writes and each user reads his own folder of. */
let file: string;
const bucket = "exports";
const secret = new TextEncoder().encode("PK\u0003\u0004 what only the owner may read");

Deno.test.beforeAll(async () => {
  world = await restWorld();
  file = `${world.owner.id}/0a1b2c3d-export/part-001.zip`;
  const { error } = await world.operator.client.storage.from(bucket)
    .upload(file, secret, { contentType: "application/zip" });
  assert.equal(error, null);
});
Deno.test.afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

const files = (caller: Caller) => caller.client.storage.from(bucket);

async function stored(): Promise<string[]> {
  const rows = await world.sql<{ name: string }[]>`
    select bucket_id || '/' || name as name from storage.objects order by 1`;
  return rows.map(({ name }) => name);
}

/** Spellings that some layer might read as the owner's file, from within the attacker's folder or not. */
function spellings(own: string, other: string): string[] {
  const rest = "0a1b2c3d-export/part-001.zip";
  const dots = [
    "..",
    "%2e%2e",
    "%2E.",
    "%252e%252e",
    "%25252e%25252e",
    // Overlong UTF-8 of a full stop, which is none.
    "%c0%ae%c0%ae",
    // Full-width and one-dot leaders.
    encodeURIComponent("．．"),
    encodeURIComponent("‥"),
    encodeURIComponent(".\u200b."),
  ];
  const slashes = ["/", "%2f", "%5c", "%252f", encodeURIComponent("／"), encodeURIComponent("∕")];
  const changed = [
    `/${other}/${rest}`,
    `//${other}/${rest}`,
    `./${other}/${rest}`,
    `${other}//${rest}`,
    `${other}/./${rest}`,
    `${other}%00/${rest}`,
    `${other}/${rest}%00.png`,
    `${other}/${rest}%20`,
    `${other}/${rest}%0a`,
    `${other.toUpperCase()}/${rest}`,
    `${other}/${rest.toUpperCase()}`,
    `*/${rest}`,
    `%25/${rest}`,
    // Zero width, right to left, a look-alike of a, composed and not.
    `${other}${encodeURIComponent("\u200b")}/${rest}`,
    `${encodeURIComponent("\u202e")}${other}/${rest}`,
    `${other}/${rest.replace("a", encodeURIComponent("а"))}`,
    `${other}/${rest.replace("e", encodeURIComponent("\u00e9"))}`,
    `${other}/${rest.replace("e", encodeURIComponent("e\u0301"))}`,
    `${other}/${encodeURIComponent(rest.replace("p", "ｐ"))}`,
  ];
  // Each way to step out with the two plain slashes, and each slash with plain dots.
  const pairs = [
    ...dots.flatMap((two) => slashes.slice(0, 2).map((slash) => [two, slash] as const)),
    ...slashes.slice(2).map((slash) => ["..", slash] as const),
  ];
  const stepped = pairs.map(([two, slash]) =>
    [own, two, ...`${other}/${rest}`.split("/")].join(slash)
  );
  return [...stepped, ...changed];
}

Deno.test("storage paths: no spelling reads another's private file, by any of the ways to read one", async () => {
  const before = await stored();
  const { stranger, anon, owner } = world;
  const ways = [
    "object",
    "object/authenticated",
    "object/public",
    "object/info",
    "object/info/authenticated",
    "render/image/authenticated",
    "object/sign",
  ];
  const asked = ways.flatMap((way) =>
    [file, ...spellings(stranger.id, owner.id)].map((path) => ({ way, path }))
  );
  await each(asked, async ({ way, path }) => {
    for (const caller of way === "object" ? [stranger, anon] : [stranger]) {
      const { status, body } = await raw(
        world,
        "GET",
        `/storage/v1/${way}/${bucket}/${path}`,
        caller,
      );
      assert.ok(status >= 400 && status < 500, `GET ${way} ${path} as ${caller.name}: ${status}`);
      assert.ok(!body.includes("what only the owner"), path);
    }
  });
  // The control: its owner reads it.
  const { data } = await files(owner).download(file);
  assert.deepEqual(await data!.bytes(), secret);
  assert.deepEqual(await stored(), before);
});

Deno.test("storage paths: no spelling writes, moves, signs or removes another's private file", async () => {
  const before = await stored();
  const { stranger, owner } = world;
  await each([file, ...spellings(stranger.id, owner.id)], async (path) => {
    const at = `/storage/v1/object/${bucket}/${path}`;
    const bodies = {
      move: {
        bucketId: bucket,
        sourceKey: decoded(path),
        destinationKey: `${stranger.id}/taken.zip`,
      },
      copy: {
        bucketId: bucket,
        sourceKey: decoded(path),
        destinationKey: `${stranger.id}/taken.zip`,
      },
      [`sign/${bucket}`]: { expiresIn: 60, paths: [decoded(path)] },
    };
    const tries: [string, string, unknown][] = [
      ["POST", at, "forged"],
      ["PUT", at, "forged"],
      ["DELETE", at, undefined],
      ["POST", `/storage/v1/object/sign/${bucket}/${path}`, { expiresIn: 60 }],
      ["POST", `/storage/v1/object/upload/sign/${bucket}/${path}`, {}],
      ...Object.entries(bodies).map(([verb, body]): [string, string, unknown] => [
        "POST",
        `/storage/v1/object/${verb}`,
        body,
      ]),
    ];
    for (const [method, to, body] of tries) {
      const reply = await raw(world, method, to, stranger, body);
      const about = `${method} ${to} ${JSON.stringify(body)}: ${reply.status} ${reply.body}`;
      // Several at once are answered one by one.
      const nothing = to.endsWith(`sign/${bucket}`) && !reply.body.includes("token=");
      assert.ok(nothing || reply.status >= 400 && reply.status < 500, about);
    }
    const removed = await raw(world, "DELETE", `/storage/v1/object/${bucket}`, stranger, {
      prefixes: [decoded(path)],
    });
    assert.ok(removed.status >= 400 || removed.body === "[]", `remove ${path}: ${removed.body}`);
  });
  assert.deepEqual(await stored(), before);
});

/** As a key in a body, which nobody decodes. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

Deno.test("storage paths: no prefix and no search lists another's folder", async () => {
  const { owner, stranger, anon, member } = world;
  const prefixes = [
    "",
    "/",
    ".",
    "..",
    "%",
    "_",
    owner.id,
    `${owner.id}/`,
    `${owner.id}/0a1b2c3d-export`,
    `${stranger.id}/../${owner.id}`,
    owner.id.slice(0, 8),
    `${owner.id.slice(0, 35)}_`,
  ];
  for (const caller of [stranger, anon, member]) {
    await each(prefixes, async (prefix) => {
      for (const search of ["", "%", "part", "_"]) {
        const { data } = await files(caller).list(prefix, { search });
        assert.deepEqual(data ?? [], [], `list of '${prefix}' for '${search}' as ${caller.name}`);
      }
    });
  }
  const { data } = await files(owner).list(`${owner.id}/0a1b2c3d-export`);
  assert.deepEqual(data!.map(({ name }) => name), ["part-001.zip"]);
});

Deno.test("storage paths: a link signed for one file opens no other, in no bucket, and ends", async () => {
  const { owner, stranger } = world;
  const beside = file.replace("part-001", "part-002");
  const theirs = `${stranger.id}/0a1b2c3d-export/part-001.zip`;
  for (const name of [beside, theirs]) {
    const { error } = await world.operator.client.storage.from(bucket)
      .upload(name, secret, { contentType: "application/zip" });
    assert.equal(error, null);
  }
  const { data } = await files(stranger).createSignedUrl(theirs, 60);
  const link = new URL(data!.signedUrl);
  const get = (path: string) => raw(world, "GET", path, world.anon);
  assert.equal((await get(link.pathname + link.search)).status, 200);
  const others = [file, beside, `${theirs}/../../../${file}`, `..%2f${bucket}%2f${file}`];
  for (const path of others) {
    const reply = await get(`/storage/v1/object/sign/${bucket}/${path}${link.search}`);
    assert.ok(reply.status >= 400 && reply.status < 500, `${path}: ${reply.status}`);
  }
  const elsewhere = await get(`/storage/v1/object/sign/avatars/${theirs}${link.search}`);
  assert.ok(elsewhere.status >= 400 && elsewhere.status < 500);
  // One that reads does not write.
  const uploaded = await raw(
    world,
    "PUT",
    `/storage/v1/object/upload/sign/${bucket}/${theirs}${link.search}`,
    world.anon,
    "forged",
  );
  assert.ok(uploaded.status >= 400 && uploaded.status < 500, String(uploaded.status));
  const token = link.searchParams.get("token")!;
  for (const forged of [token.slice(0, -2), `${token}x`, "x.y.z", "", stranger.token!]) {
    const reply = await get(`${link.pathname}?token=${forged}`);
    assert.ok(reply.status >= 400 && reply.status < 500, `${reply.status}: ${forged}`);
  }
  const { error } = await files(owner).createSignedUrl(theirs, 60);
  assert.notEqual(error, null);
});

Deno.test("storage paths: a file is not copied or moved out of a bucket that its taker may not read", async () => {
  const before = await stored();
  const { stranger, member, anon, owner } = world;
  for (const caller of [stranger, member, anon]) {
    for (const verb of ["move", "copy"] as const) {
      const { error } = await files(caller)[verb](file, `${caller.id}/avatar.png`, {
        destinationBucket: "avatars",
      });
      assert.notEqual(error, null, `${verb} as ${caller.name}`);
    }
  }
  // Not even by its owner, who reads it: the other bucket takes what it takes.
  for (const verb of ["move", "copy"] as const) {
    const { error } = await files(owner)[verb](file, `${owner.id}/part-001.zip`, {
      destinationBucket: "avatars",
    });
    assert.notEqual(error, null, verb);
  }
  assert.deepEqual(await stored(), before);
});
