/** Product images through the storage API: who writes them, under which names, and that files go with their rows. */
import assert from "node:assert/strict";
import { productImagesRemove } from "../../supabase/functions/_shared/shop/jobs/product-images.ts";
import { connect } from "../support/connect.ts";
import { png } from "../support/images.ts";
import { settledJobs } from "../support/jobs.ts";
import { type Client, operator } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());
let staff: TestUser;
Deno.test.beforeAll(async () => {
  staff = await signUpStaff();
});

const bucket = (client: Client) => client.storage.from("product-images");
const image = { contentType: "image/png" };

/** A product of a test's own, written by staff through RLS. */
async function product(): Promise<string> {
  const slug = crypto.randomUUID();
  const category = await staff.client.from("categories")
    .insert({ slug, name_en: "Chairs", name_fr: "Chaises" }).select("id").single();
  const made = await staff.client.from("products")
    .insert({ slug, category_id: category.data!.id, name_en: "Chair", name_fr: "Chaise" })
    .select("id").single();
  return made.data!.id;
}

/** An image with its file, as staff add one. */
async function withImage(productId: string): Promise<string> {
  const path = `${productId}/${crypto.randomUUID()}.png`;
  assert.equal((await bucket(staff.client).upload(path, png(), image)).error, null);
  const row = await staff.client.from("product_images").insert({ product_id: productId, path });
  assert.equal(row.error, null);
  return path;
}

const isThere = async (path: string) => {
  const row =
    await sql`select from storage.objects where bucket_id = 'product-images' and name = ${path}`;
  const { error } = await bucket(operator()).download(path);
  assert.equal(error === null, row.count === 1, "the row and the bytes");
  return row.count === 1;
};

Deno.test("product-images: staff add, everybody sees; a row that goes takes its file along, a product all of them", async () => {
  const id = await product();
  const [first, second, third] = [await withImage(id), await withImage(id), await withImage(id)];
  const seen = await fetch(bucket(operator()).getPublicUrl(first).data.publicUrl);
  assert.deepEqual(await seen.bytes(), png());
  await staff.client.from("product_images").delete().eq("path", first);
  await settledJobs(sql, first);
  assert.deepEqual([await isThere(first), await isThere(second)], [false, true]);
  await staff.client.from("products").delete().eq("id", id);
  await settledJobs(sql, second);
  assert.deepEqual([await isThere(second), await isThere(third)], [false, false]);
});

Deno.test("product-images: a job that comes late, or again, leaves a file that a row names", async () => {
  const path = await withImage(await product());
  const context = { admin: operator(), cause: "a test", signal: AbortSignal.timeout(10_000) };
  const gone = path.replace(/[^/]+$/, `${crypto.randomUUID()}.png`);
  for (let n = 0; n < 2; n++) {
    assert.equal(
      (await productImagesRemove.handle(context, { names: [path, gone] })).outcome,
      "succeeded",
    );
  }
  assert.equal(await isThere(path), true);
});

Deno.test("product-images: nobody else uploads, replaces, moves, lists or removes them; no name leads elsewhere", async () => {
  const id = await product();
  const path = await withImage(id);
  const user = await signUp();
  const fresh = `${id}/${crypto.randomUUID()}.png`;
  const theirs = bucket(user.client);
  const attempts = {
    upload: () => theirs.upload(fresh, png(), image),
    replace: () => theirs.upload(path, png(), { ...image, upsert: true }),
    move: () => theirs.move(path, fresh),
    "sign an upload": () => theirs.createSignedUploadUrl(fresh),
    // An image is never replaced under its name, by staff neither.
    "replace as staff": () => bucket(staff.client).upload(path, png(), { ...image, upsert: true }),
    "move as staff": () => bucket(staff.client).move(path, fresh),
    "no product's folder": () => {
      const name = `${crypto.randomUUID()}/${crypto.randomUUID()}.png`;
      return bucket(staff.client).upload(name, png(), image);
    },
    "up and down": () => bucket(staff.client).upload(`${id}/..%2f${fresh}`, png(), image),
    "no folder": () =>
      bucket(staff.client).upload(`${id}%252f${crypto.randomUUID()}.png`, png(), image),
    "another kind": () =>
      bucket(staff.client).upload(`${id}/${crypto.randomUUID()}.svg`, "<svg/>", {
        contentType: "image/svg+xml",
      }),
    "too large": () =>
      bucket(staff.client).upload(fresh, new Uint8Array(5 * 1024 * 1024 + 1), image),
  };
  for (const [what, attempt] of Object.entries(attempts)) {
    assert.notEqual((await attempt()).error, null, what);
  }
  assert.deepEqual((await theirs.remove([path])).data ?? [], []);
  assert.deepEqual((await theirs.list(id)).data ?? [], []);
  const stored = await sql`
    select name from storage.objects where bucket_id = 'product-images' and starts_with(name, ${id})`;
  assert.deepEqual(stored.map((one) => one["name"]), [path]);
  // A row cannot name the file of another product.
  const other = await staff.client.from("product_images")
    .insert({ product_id: await product(), path: fresh });
  assert.equal(other.error?.code, "23514");
});

Deno.test("product-images: staff who delete their account leave the shop its images", async () => {
  const path = await withImage(await product());
  const [row] = await sql`
    select public.account_files(${staff.id}, '', 100) as files,
      (select owner_id from storage.objects where name = ${path}) as owner`;
  assert.equal(row!["owner"], staff.id);
  assert.deepEqual(row!["files"], []);
});
