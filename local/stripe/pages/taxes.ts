import { displayMoney } from "../billing/display.ts";
import type { Store } from "../store.ts";
import type { Documents } from "../wire.ts";

/** What a document says of its taxes, a line each. */
export function taxLines(
  _store: Store,
  taxes: Documents["invoice"]["total_taxes"],
  currency: string,
): string[] {
  return (taxes ?? []).map(({ amount }) => `Tax   ${displayMoney(amount, currency)}`);
}
