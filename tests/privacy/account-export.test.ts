/** An export from the wish to the mail, the files and their end, on the running stack. */
import assert from "node:assert/strict";
import { strFromU8, unzipSync } from "fflate";
import { death, dyingOperator } from "../support/dying-operator.ts";
import {
  exportNextPart,
  removeOldExports,
} from "../../supabase/functions/_shared/privacy/export.ts";
import { connect } from "../support/connect.ts";
import { png } from "../support/images.ts";
import { mailTo } from "../support/mails.ts";
import { buy } from "../support/purchases.ts";
import { call, operator, stack } from "../support/stack.ts";
import { signUp, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());
// What the functions have from their environment.
Deno.env.set("SUPABASE_URL", stack.url);

type Files = Record<string, Uint8Array>;

async function unzipped(url: string): Promise<Files> {
  const reply = await fetch(url);
  assert.equal(reply.status, 200, url);
  return unzipSync(await reply.bytes());
}

// deno-lint-ignore no-explicit-any -- rows as an export has them
const json = (files: Files, name: string): any => JSON.parse(strFromU8(files[name]!));

async function withAvatar(user: TestUser): Promise<Uint8Array> {
  const image = png();
  const { error } = await user.client.storage.from("avatars")
    .upload(`${user.id}/face.png`, image, { contentType: "image/png" });
  assert.equal(error, null);
  return image;
}

const current = async (user: TestUser) =>
  (await call("GET", "account-export", { token: user.token })).body.export;

Deno.test("account-export: a zip of rows, invoices and files, by a link in a mail, in the user's language", async () => {
  const user = await signUp({ name: "Zoé", locale: "fr" });
  const [image] = await Promise.all([withAvatar(user), buy(user)]);
  assert.equal(await current(user), null);
  const asked = await call("POST", "account-export", { token: user.token, body: {} });
  assert.equal(asked.status, 202, JSON.stringify(asked.body));
  assert.equal(asked.body.export.state, "pending");

  const mail = await mailTo(user.email, /copie de vos données/);
  const link = /https?:\/\/\S+\/object\/sign\/exports\/\S+/.exec(mail.text!)![0];
  const files = await unzipped(link);
  assert.match(strFromU8(files["README.txt"]!), /tout ce que nous détenons/);
  assert.equal(json(files, "account.json").email, user.email);
  assert.equal(json(files, "data/profiles.json")[0].name, "Zoé");
  const [invoice] = json(files, "data/invoices.json");
  assert.equal(invoice.status, "paid");
  assert.match(invoice.hosted_invoice_url, /^http/);
  assert.match(invoice.invoice_pdf, /^http/);
  assert.deepEqual(files[`files/avatars/${user.id}/face.png`], image);
  assert.ok(
    json(files, "data/audit_log.json").some((entry: { action: string }) =>
      entry.action === "account.export"
    ),
  );

  const ready = await current(user);
  assert.equal(ready.state, "ready");
  assert.equal(
    Date.parse(ready.expires_at) - Date.parse(ready.ready_at),
    7 * 24 * 60 * 60 * 1000,
  );
  assert.deepEqual(Object.keys(await unzipped(ready.files[0])), Object.keys(files));
});

/** An export whose parts the test gathers itself. */
async function begin(user: TestUser): Promise<string> {
  const [made] = await sql<{ id: string }[]>`
    insert into public.account_exports (user_id) values (${user.id}) returning id`;
  return made!.id;
}

Deno.test("account-export: killed between any two steps it goes on, and holds every row once", async () => {
  const user = await signUp();
  const image = await withAvatar(user);
  const id = await begin(user);
  // As many rows as make several pages, and parts.
  await sql`
    insert into public.audit_log (actor_id, actor_kind, action, target)
    select ${user.id}, 'user', 'sample.update', 'row ' || n from generate_series(1, 700) as n`;
  const parts = async () => {
    const [row] = await sql<{ parts: number; state: string }[]>`
      select parts, state from public.account_exports where id = ${id}`;
    return row!;
  };
  const limit = 40_000;
  for (let last = await parts(), n = 1; last.state === "pending"; n++) {
    assert.ok(n < 50, "it ends");
    // Its n-th request does what it asks for, and then it dies.
    await exportNextPart(dyingOperator(n), id, limit).catch((error) =>
      assert.match(Deno.inspect(error), new RegExp(death))
    );
    const now = await parts();
    if (now.parts > last.parts) n = 0;
    last = now;
  }
  const { files: links } = await current(user);
  assert.ok(links.length >= 2, `${links.length} parts`);
  const all: Files[] = [];
  for (const link of links) all.push(await unzipped(link));
  const names = all.flatMap((files) => Object.keys(files));
  assert.equal(new Set(names).size, names.length, "no file twice");
  const targets = all.flatMap((files) =>
    Object.keys(files).filter((name) => name.startsWith("data/audit_log"))
      .flatMap((name) => json(files, name).map(({ target }: { target: string }) => target))
  ).filter((target) => /^row \d+$/.test(target));
  assert.equal(targets.length, 700);
  assert.equal(new Set(targets).size, 700);
  assert.deepEqual(all.at(-1)![`files/avatars/${user.id}/face.png`], image);
});

Deno.test("account-export: asked twice at once, one is gathered", async () => {
  const user = await signUp();
  const id = await begin(user);
  const answers = await Promise.all(
    [1, 2, 3].map(() => call("POST", "account-export", { token: user.token, body: {} })),
  );
  for (const { body } of answers) assert.equal(body.export.id, id);
  const jobs = await sql`
    select from private.jobs where kind = 'account_export' and payload ->> 'export_id' = ${id}`;
  assert.equal(jobs.count, 0);
});

Deno.test("account-export: nobody else sees it, lists its files or reads them", async () => {
  const [user, stranger] = await Promise.all([signUp(), signUp()]);
  await exportNextPart(operator(), await begin(user));
  const [file] = (await current(user)).files;
  const path = new URL(file).pathname.split("/exports/")[1]!;
  const rows = await stranger.client.from("account_exports").select();
  assert.deepEqual(rows.data, []);
  const bucket = stranger.client.storage.from("exports");
  assert.notEqual((await bucket.download(path)).error, null);
  assert.notEqual((await bucket.createSignedUrl(path, 60)).error, null);
  assert.deepEqual((await bucket.list(path.split("/").slice(0, 2).join("/"))).data, []);
  const own = user.client.storage.from("exports");
  assert.equal((await own.download(path)).error, null);
  const forged = await own.upload(`${user.id}/own.zip`, new Uint8Array([1]), {
    contentType: "application/zip",
  });
  assert.notEqual(forged.error, null);
  assert.equal(await current(stranger), null);
});

Deno.test("account-export: after seven days the files go, and with them every link", async () => {
  const user = await signUp();
  const id = await begin(user);
  await exportNextPart(operator(), id);
  const [file] = (await current(user)).files;
  await sql`
    update public.account_exports set expires_at = private.now() - interval '1 second' where id = ${id}`;
  await removeOldExports(operator());
  const after = await waitFor("the end of the export", async () => {
    const found = await current(user);
    return found.state === "expired" && found;
  });
  assert.deepEqual(after.files, []);
  const gone = await fetch(file);
  await gone.body?.cancel();
  assert.notEqual(gone.status, 200);
  const left = await sql`
    select from storage.objects where bucket_id = 'exports' and starts_with(name, ${user.id})`;
  assert.equal(left.count, 0);
});
