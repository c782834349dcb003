/** Whatever makes Stripe try or take a card is behind the limits against card testing. */
import assert from "node:assert/strict";
import { loadDeclarations } from "../../scripts/declarations.ts";

/** Endpoints that open a page of Stripe's which takes cards: what is declined there, no answer tells. */
const pagesThatTakeCards = ["billing-portal", "subscription-checkout"];

Deno.test("card testing: whatever a card may be declined at, or given at, declares too_many_declines", async () => {
  const declared = await loadDeclarations();
  const reaching = declared.filter(({ name, declaration }) =>
    pagesThatTakeCards.includes(name) || declaration.problems.includes("payment_declined")
  );
  for (const page of pagesThatTakeCards) {
    assert.ok(reaching.some(({ name }) => name === page), `${page} is no endpoint`);
  }
  const unlimited = reaching
    .filter(({ declaration }) => !declaration.problems.includes("too_many_declines"))
    .map(({ name }) => name);
  assert.deepEqual(unlimited, []);
});
