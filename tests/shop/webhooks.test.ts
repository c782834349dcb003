/** The shop's events on the running stack, as their receivers get them. */
import assert from "node:assert/strict";
import { connect } from "../support/connect.ts";
import { onSale } from "../support/products.ts";
import { insertOrder } from "../support/shop-rows.ts";
import { operator } from "../support/stack.ts";
import { signUpStaff } from "../support/users.ts";
import { waitFor } from "../support/wait.ts";
import { documentedReceiver, requestOf, webhookReceiver } from "../support/webhook-receiver.ts";

const sql = connect();
Deno.test.afterAll(() => sql.end());

Deno.test("webhooks out: a paid order is told, and the documented receiver believes it and no forgery", async () => {
  await using hook = await webhookReceiver({ sql, staff: await signUpStaff() }, ["order.paid"]);
  const product = await onSale(sql, { stock: 0 });
  const { orderId } = await insertOrder(sql, { userId: null, product, status: "pending" });
  await sql`update public.orders set status = 'paid', paid_at = now() where id = ${orderId}`;
  await operator().functions.invoke("jobs-run", { body: {} });
  const event = await waitFor(
    "the event",
    () => Promise.resolve(hook.received.find(({ body }) => body.data.id === orderId)),
  );

  const receive = await documentedReceiver();
  const secret = await hook.secret();
  assert.equal((await receive(requestOf(event), secret)).status, 204);
  assert.equal((await receive(requestOf(event), secret)).status, 204, "a repetition");
  const forged = { ...event, text: event.text.replace('"paid"', '"void"') };
  assert.equal((await receive(requestOf(forged), secret)).status, 400);

  const page = await Deno.readTextFile(new URL("../../docs/webhooks-out.md", import.meta.url));
  const shown = JSON.parse(
    page.split('"type": "order.paid"')[0]!.split("```json\n").at(-1)! +
      '"type": "order.paid"' + page.split('"type": "order.paid"')[1]!.split("```")[0]!,
  );
  const keys = (value: Record<string, unknown>) => Object.keys(value).toSorted();
  assert.deepEqual(keys(event.body), keys(shown));
  assert.deepEqual(keys(event.body.data), keys(shown.data));
  assert.deepEqual(keys(event.body.data.items[0]), keys(shown.data.items[0]));
});
