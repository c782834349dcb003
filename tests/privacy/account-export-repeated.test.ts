/** An export whose answer was lost, repeated under its key: it is the one that was asked for. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { keyed } from "../support/repeating.ts";
import { signUp } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

Deno.test("account-export, cut off: once it is ready the repetition is answered with it, as is who found it under way", async () => {
  const user = await signUp();
  const request = keyed({ sql }, "account-export", user, {});
  const { body: { export: { id } } } = await request.send();
  await waitFor("the export", async () => {
    const [row] = await sql`select state from public.account_exports where id = ${id}`;
    return row!["state"] === "ready";
  });
  await sql`update public.account_exports set state = 'pending', expires_at = null where id = ${id}`;
  const joining = keyed({ sql }, "account-export", user, {});
  strictEqual((await joining.send()).body.export.id, id);
  await sql`update public.account_exports set state = 'ready', expires_at = now() + interval '7 days'
    where id = ${id}`;
  for (const { send, loseReply } of [request, joining]) {
    await loseReply();
    const again = await send();
    deepStrictEqual(
      [again.status, again.body.export?.id, again.body.export?.state],
      [202, id, "ready"],
      JSON.stringify(again.body),
    );
  }
  strictEqual((await sql`select from public.account_exports where user_id = ${user.id}`).count, 1);
});
