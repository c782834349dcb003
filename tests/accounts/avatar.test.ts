import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../support/connect.ts";
import { jpeg, png, pngOfSize, webp } from "../support/images.ts";
import { type Answer, call } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";

let sql: Sql;
Deno.test.beforeAll(() => {
  sql = connect();
});
Deno.test.afterAll(() => sql?.end());

const fiveMegabytes = 5 * 1024 * 1024;

function form(content: BlobPart, name = "picture.png", type = "image/png"): FormData {
  const form = new FormData();
  form.append("file", new File([content], name, { type }));
  return form;
}

function upload(user: TestUser, body: FormData): Promise<Answer> {
  return call("POST", "avatar-upload", { token: user.token, body });
}

async function uploaded(user: TestUser, body: FormData): Promise<string> {
  const answer = await upload(user, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.url;
}

/** What anyone gets at an avatar's address. */
async function fetched(url: string): Promise<{ status: number; type: string; bytes: Uint8Array }> {
  const reply = await fetch(url);
  const bytes = new Uint8Array(await reply.arrayBuffer());
  return { status: reply.status, type: reply.headers.get("content-type") ?? "", bytes };
}

async function assertGone(url: string): Promise<void> {
  const { status } = await fetched(url);
  assert.ok(status === 400 || status === 404, `${url} is still there: ${status}`);
}

async function files(userId: string): Promise<string[]> {
  const rows = await sql`
    select name from storage.objects
    where bucket_id = 'avatars' and starts_with(name, ${userId + "/"}) order by name`;
  return rows.map((row) => row["name"].slice(userId.length + 1));
}

async function shownAvatar(user: TestUser): Promise<string | null> {
  const answer = await call("GET", "user-profile", { token: user.token });
  return answer.body.profile.avatar_url;
}

Deno.test("avatar-upload: takes PNG, JPEG and WebP by content, whatever they are called", async () => {
  const user = await signUp();
  const images = [[png(), "image/png", "png"], [jpeg, "image/jpeg", "jpg"], [
    webp,
    "image/webp",
    "webp",
  ]] as const;
  for (const [bytes, type, extension] of images) {
    const url = await uploaded(user, form(bytes, "../../x.html", "text/html"));
    assert.match(url, new RegExp(`/avatars/${user.id}/[0-9a-f-]{36}\\.${extension}$`));
    const image = await fetched(url);
    assert.deepEqual([image.status, image.type], [200, type]);
    assert.deepEqual(image.bytes, bytes);
    assert.equal(await shownAvatar(user), url);
  }
});

Deno.test("avatar-upload: anything else is 415, and the avatar stays", async () => {
  const user = await signUp();
  const url = await uploaded(user, form(png()));
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
  const others: BlobPart[] = [
    "plain text",
    "<!doctype html><script>alert(1)</script>",
    svg,
    `<?xml version="1.0"?>${svg}`,
    "GIF89a\u0001",
    "%PDF-1.7",
    "RIFF\0\0\0\0WAVE",
    new Uint8Array(),
    png().subarray(0, 7) as Uint8Array<ArrayBuffer>,
    new Uint8Array([0, ...png()]),
  ];
  for (const content of others) {
    const answer = await upload(user, form(content));
    assert.deepEqual([answer.status, answer.body.code], [415, "unsupported_image"]);
  }
  assert.equal(await shownAvatar(user), url);
  assert.equal((await files(user.id)).length, 1);
});

Deno.test("avatar-upload: 5 MB are taken, a byte more is 413, with or without a length", async () => {
  const user = await signUp();
  const url = await uploaded(user, form(pngOfSize(fiveMegabytes)));
  assert.equal((await fetched(url)).bytes.length, fiveMegabytes);

  for (const size of [fiveMegabytes + 1, 2 * fiveMegabytes]) {
    const answer = await upload(user, form(pngOfSize(size)));
    assert.deepEqual([answer.status, answer.body.code], [413, "body_too_large"]);
  }
  assert.equal(await shownAvatar(user), url);
});

Deno.test("avatar-upload: a form must hold one file and nothing else", async () => {
  const user = await signUp();
  const two = form(png());
  two.append("file", new File([png()], "second.png"));
  const extra = form(png());
  extra.append("user_id", crypto.randomUUID());
  const misnamed = new FormData();
  misnamed.append("avatar", new File([png()], "picture.png"));
  const text = new FormData();
  text.append("file", "not a file");
  const cases: [FormData, string][] = [
    [two, "/file"],
    [extra, "/user_id"],
    [misnamed, "/avatar"],
    [text, "/file"],
    [new FormData(), "/file"],
  ];
  for (const [body, pointer] of cases) {
    const answer = await upload(user, body);
    assert.deepEqual([answer.status, answer.body.code], [422, "invalid_body"], pointer);
    assert.equal(answer.body.errors[0].pointer, pointer);
  }
  for (
    const [type, body] of [
      ["multipart/form-data; boundary=x", "--y\r\n"],
      ["multipart/form-data", "x"],
    ]
  ) {
    const answer = await call("POST", "avatar-upload", {
      token: user.token,
      body: body!,
      headers: { "content-type": type! },
    });
    assert.deepEqual([answer.status, answer.body.code], [422, "invalid_body"]);
  }
  for (const type of ["application/json", "image/png", "application/octet-stream"]) {
    const answer = await call("POST", "avatar-upload", {
      token: user.token,
      body: png(),
      headers: { "content-type": type },
    });
    assert.deepEqual([answer.status, answer.body.code], [415, "unsupported_media_type"]);
  }
  assert.deepEqual(await files(user.id), []);
});

Deno.test("avatar-upload: the file before goes, also leftovers, but nobody else's", async () => {
  const [user, other] = await Promise.all([signUp(), signUp()]);
  const kept = await uploaded(other, form(png()));
  const first = await uploaded(user, form(png(1)));
  // What an upload left that died between storing the file and showing it.
  const leftover = `${user.id}/${crypto.randomUUID()}.png`;
  const bucket = user.client.storage.from("avatars");
  const stored = await bucket.upload(leftover, png(2), { contentType: "image/png" });
  assert.equal(stored.error, null);
  await sql`
    update storage.objects set created_at = now() - interval '1 day'
    where bucket_id = 'avatars' and name = ${leftover}`;

  const second = await uploaded(user, form(png(3)));
  assert.notEqual(second, first);
  await assertGone(first);
  await assertGone(bucket.getPublicUrl(leftover).data.publicUrl);
  assert.deepEqual(await files(user.id), [second.split("/").at(-1)]);
  assert.equal((await fetched(kept)).status, 200);
  assert.equal(await shownAvatar(other), kept);
});

Deno.test("avatar-upload: of ten at once the profile shows one that is there, the others are gone", async () => {
  const user = await signUp();
  const urls = await Promise.all(
    Array.from({ length: 10 }, (_, grey) => uploaded(user, form(png(grey)))),
  );
  const shown = await shownAvatar(user);
  assert.ok(shown !== null && urls.includes(shown));
  assert.equal((await fetched(shown)).status, 200);
  assert.deepEqual(await files(user.id), [shown.split("/").at(-1)]);
});

Deno.test("avatar-upload: functions.invoke of supabase-js takes a form, and names what a bare Blob lacks", async () => {
  const { client, id } = await signUp();
  const { data, error } = await client.functions.invoke("avatar-upload", { body: form(webp) });
  assert.equal(error, null);
  assert.match(data.url, new RegExp(`${id}/[^/]+\\.webp$`));

  const withBlob = new FormData();
  withBlob.append("file", new Blob([jpeg], { type: "image/jpeg" }));
  const blob = await client.functions.invoke("avatar-upload", { body: withBlob });
  assert.equal(blob.error, null);
  assert.match(blob.data.url, /\.jpg$/);

  const bare = await client.functions.invoke("avatar-upload", { body: new Blob([png()]) });
  const reply: Response = bare.error.context;
  assert.equal(reply.status, 415);
  assert.match((await reply.json()).detail, /multipart\/form-data with a file in `file`/);
});

Deno.test("avatar-upload: needs a user", async () => {
  const answer = await call("POST", "avatar-upload", { body: form(png()) });
  assert.deepEqual([answer.status, answer.body.code], [401, "unauthenticated"]);
});
