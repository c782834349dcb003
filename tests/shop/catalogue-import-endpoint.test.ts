/** catalogue-import as staff use it: upload, try, import, look, on the running stack. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { call } from "../support/stack.ts";
import { signUp, signUpStaff, type TestUser } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

const bytes = (text: string) => new TextEncoder().encode(text);
const csv = { contentType: "text/csv" };
/** Rows of the file that goes in; IMPORT_ROWS=100000 is what staff may upload. */
const rows = Number(Deno.env.get("IMPORT_ROWS") ?? "1100");

async function ended(staff: TestUser, id: string) {
  return await waitFor("the import to end", async () => {
    const { body } = await call("GET", `catalogue-import?import_id=${id}`, { token: staff.token });
    return body.import.state !== "running" && body;
  }, 120 + rows / 50);
}

Deno.test("catalogue-import: a file of several batches is tried, then imported, with progress and errors", async () => {
  const staff = await signUpStaff();
  const unique = `t${crypto.randomUUID().slice(0, 8)}`;
  const category = await staff.client.from("categories")
    .insert({ slug: unique, name_en: "Chairs", name_fr: "Chaises" });
  assert.equal(category.error, null);
  const path = `${staff.id}/${unique}.csv`;
  const bucket = staff.client.storage.from("catalogue-imports");
  const content = "sku,product,category,name_en,name_fr,price:eur,stock\n" +
    Array.from(
      { length: rows },
      (_, n) => `${unique}-${n},${unique}-${n % 500},${unique},Chair,Chaise,${n}.50,${n}\n`,
    ).join("") +
    `${unique}-bad,${unique}-0,,,,1.234,\n`;
  assert.equal((await bucket.upload(path, bytes(content), csv)).error, null);

  const begin = async (dry_run: boolean, again?: string) => {
    // Another test file's import may run; then the refusal is kept under the key.
    return await waitFor("its turn", async () => {
      const key = again ?? crypto.randomUUID();
      const answer = await call("POST", "catalogue-import", {
        token: staff.token,
        headers: { "idempotency-key": key },
        body: { path, dry_run },
      });
      return answer.body.code !== "catalogue_import_running" && { ...answer, key };
    });
  };
  const tried = await begin(true);
  assert.equal(tried.status, 202, JSON.stringify(tried.body));
  assert.equal((await ended(staff, tried.body.import.id)).import.created, rows);
  assert.equal(
    (await sql`select from public.products where starts_with(slug, ${unique})`).count,
    0,
  );

  const begun = await begin(false);
  const again = await begin(false, begun.key);
  assert.equal(again.body.import.id, begun.body.import.id, "one request, one import");
  const { import: done, errors } = await ended(staff, begun.body.import.id);
  assert.deepEqual(
    [done.state, done.created, done.failed, done.file_rows, done.bytes_done],
    ["done", rows, 1, rows + 1, bytes(content).length],
  );
  assert.deepEqual(errors, [{
    line: rows + 2,
    column_name: "price:eur",
    problem: "It is no price in EUR, which has 2 decimals at most.",
  }]);
  assert.equal(
    (await sql`select from public.products where starts_with(slug, ${unique})`).count,
    500,
  );
  const { data } = await staff.client.rpc("stock_levels", { prefix: `${unique}-77` });
  assert.equal(data!.find((one) => one.sku === `${unique}-77`)!.on_hand, 77);
  // Its file is its starter's, and other staff may see it; its rows as well.
  const other = await signUpStaff();
  assert.equal((await other.client.storage.from("catalogue-imports").download(path)).error, null);
  assert.equal(
    (await other.client.from("catalogue_imports").select().eq("id", done.id)).data!.length,
    1,
  );
});

Deno.test("catalogue-import: not for others; no file, no import", async () => {
  const [staff, user] = await Promise.all([signUpStaff(), signUp()]);
  const path = `${user.id}/a.csv`;
  const refused = await user.client.storage.from("catalogue-imports").upload(path, bytes("a"), csv);
  assert.notEqual(refused.error, null);
  for (const method of ["POST", "GET", "DELETE"]) {
    const answer = await call(
      method,
      `catalogue-import${method === "POST" ? "" : `?import_id=${crypto.randomUUID()}`}`,
      { token: user.token, ...(method === "POST" && { body: { path } }) },
    );
    assert.deepEqual([answer.status, answer.body.code], [403, "forbidden"], method);
  }
  const missing = await call("POST", "catalogue-import", { token: staff.token, body: { path } });
  assert.ok(["import_file_not_found", "catalogue_import_running"].includes(missing.body.code));
  for (const method of ["GET", "DELETE"]) {
    const answer = await call(method, `catalogue-import?import_id=${crypto.randomUUID()}`, {
      token: staff.token,
    });
    assert.equal(answer.body.code, "import_not_found", method);
  }
});
