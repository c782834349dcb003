/** An import or export of the catalogue whose answer was lost, repeated under its key: there is one of it. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { keyed } from "../support/repeating.ts";
import { call } from "../support/stack.ts";
import { signUpStaff, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

/** Staff with a file of one variant in the bucket, of which there are five. */
async function uploaded() {
  const staff = await signUpStaff();
  const sku = `t${crypto.randomUUID().slice(0, 8)}`;
  await staff.client.from("categories").insert({ slug: sku, name_en: "Lamps", name_fr: "Lampes" });
  const path = `${staff.id}/${sku}.csv`;
  const rows =
    `sku,product,category,name_en,name_fr,price:eur,stock\n${sku},${sku},${sku},A,A,1,5\n`;
  const { error } = await staff.client.storage.from("catalogue-imports")
    .upload(path, new TextEncoder().encode(rows), { contentType: "text/csv" });
  strictEqual(error, null);
  return { staff, sku, path };
}

/** Begins an import, when no other test's runs, and loses the answer. */
async function cutOff(staff: TestUser, path: string) {
  const { first, ...request } = await waitFor("its turn", async () => {
    const request = keyed({ sql }, "catalogue-import", staff, { path });
    const first = await request.send();
    return first.body.code !== "catalogue_import_running" && { ...request, first };
  }, 120);
  strictEqual(first.status, 202, JSON.stringify(first.body));
  await request.loseReply();
  return { id: first.body.import.id as string, ...request };
}

const stateOf = async (staff: TestUser, id: string): Promise<string> =>
  (await call("GET", `catalogue-import?import_id=${id}`, { token: staff.token })).body.import.state;
const importsOf = async (path: string) =>
  (await sql`select from public.catalogue_imports where path = ${path}`).count;

Deno.test("catalogue-import, cut off: while it runs the repetition is answered with it, not refused by it", async () => {
  const { staff, path } = await uploaded();
  const { id, send } = await cutOff(staff, path);
  await waitFor("its job to be done", async () => await stateOf(staff, id) === "done");
  // However fast the job was: as it stood before.
  await waitFor("its turn", async () => {
    const { count } = await sql`
      update public.catalogue_imports set state = 'running', finished_at = null
      where id = ${id} and not exists (
        select from public.catalogue_imports as other where other.state = 'running'
      )`;
    return count === 1;
  });
  const again = await send();
  await sql`update public.catalogue_imports set state = 'done', finished_at = now() where id = ${id}`;
  deepStrictEqual([again.status, again.body.import?.id], [202, id], JSON.stringify(again.body));
});

Deno.test("catalogue-import, cut off: once it has ended the repetition imports nothing again, also without its file", async () => {
  const { staff, sku, path } = await uploaded();
  const { id, send, loseReply } = await cutOff(staff, path);
  await waitFor("the import to end", async () => await stateOf(staff, id) === "done");
  await staff.client.from("products").update({ name_en: "B" }).eq("slug", sku);
  const again = await send();
  deepStrictEqual(
    [again.status, again.body.import?.id, again.body.import?.state],
    [202, id, "done"],
    JSON.stringify(again.body),
  );
  await loseReply();
  await staff.client.storage.from("catalogue-imports").remove([path]);
  strictEqual((await send()).body.import?.id, id);
  strictEqual(await importsOf(path), 1);
  const { data } = await staff.client.from("products").select("name_en").eq("slug", sku).single();
  strictEqual(data!.name_en, "B");
});

Deno.test("catalogue-import, cut off and cancelled: the repetition does not begin it anew", async () => {
  const { staff, path } = await uploaded();
  const { id, send } = await cutOff(staff, path);
  await call("DELETE", `catalogue-import?import_id=${id}`, { token: staff.token });
  const again = await send();
  deepStrictEqual([again.status, again.body.import?.id], [202, id], JSON.stringify(again.body));
  strictEqual(await importsOf(path), 1);
});

Deno.test("catalogue-export, cut off: once it is ready the repetition is answered with it, as is who found it under way", async () => {
  const staff = await signUpStaff();
  const ready = (id: string) =>
    waitFor("the export", async () => {
      const [row] = await sql`select state from public.catalogue_exports where id = ${id}`;
      return row!["state"] === "ready";
    }, 120);
  const request = keyed({ sql }, "catalogue-export", staff, {});
  const { body: { export: { id } } } = await request.send();
  await ready(id);
  await waitFor("its turn", async () => {
    const { count } = await sql`
      update public.catalogue_exports set state = 'running', ready_at = null, expires_at = null
      where id = ${id} and not exists (
        select from public.catalogue_exports as other where other.state = 'running'
      )`;
    return count === 1;
  });
  const joining = keyed({ sql }, "catalogue-export", staff, {});
  strictEqual((await joining.send()).body.export.id, id);
  await sql`update public.catalogue_exports
    set state = 'ready', ready_at = now(), expires_at = now() + interval '7 days' where id = ${id}`;
  for (const { send, loseReply } of [request, joining]) {
    await loseReply();
    const again = await send();
    deepStrictEqual([again.status, again.body.export?.id], [202, id], JSON.stringify(again.body));
  }
});
