/** The whole way of a user, on the shared stack; `deno task journey` walks it on a running one. */
import { journey } from "./journey.ts";

Deno.test("a user signs up, subscribes, pays, gets a receipt, and nobody else gets at it", async () => {
  await journey(Deno.env.toObject(), () => {});
});
