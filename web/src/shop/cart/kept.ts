/** What the browser keeps of a guest: the cart's id, and the proofs of orders that were placed here. */

const cartKey = "socle.cart";
const orderKey = (sessionId: string) => `socle.order.${sessionId}`;

/** The cart's id; null without one. */
export function keptCartId(): string | null {
  return localStorage.getItem(cartKey);
}

/** Keeps it, or forgets it. */
export function keepCartId(id: string | null): void {
  if (id === null) localStorage.removeItem(cartKey);
  else localStorage.setItem(cartKey, id);
}

/** Keeps a guest's proof of an order, until Stripe's page leads back: this tab alone needs it. */
export function keepOrderToken(sessionId: string, token: string): void {
  sessionStorage.setItem(orderKey(sessionId), token);
}

/** The proof of the order that a checkout's session paid. */
export function keptOrderToken(sessionId: string): string | undefined {
  return sessionStorage.getItem(orderKey(sessionId)) ?? undefined;
}
