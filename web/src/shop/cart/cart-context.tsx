/** The cart, read once a page of the shop wants it, and what changes it. */
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { Socle } from "../../../../client/src/mod.ts";
import { useApp } from "../../app-context.ts";
import { type Problem, problemOf } from "../../problem.ts";
import type { Cart } from "../types.ts";
import { keepCartId, keptCartId } from "./kept.ts";

interface CartState {
  cart: Cart | undefined;
  /** Why it could not be read. */
  problem: Problem | undefined;
  /** Reads it anew. Undefined where that failed: `problem` says why. */
  reload(): Promise<Cart | undefined>;
  /** @throws {SocleError} */
  add(variantId: string, quantity: number, idempotencyKey: string): Promise<void>;
  /** 0 takes the line out. @throws {SocleError} */
  setQuantity(variantId: string, quantity: number): Promise<void>;
}

const CartContext = createContext<CartState | null>(null);

/** A request about the cart, as whoever the options name. */
type Ask = (socle: Socle, options: { cartId?: string }) => Promise<{ cart: Cart }>;

export function CartProvider({ children }: { children: ReactNode }) {
  const { socle, session } = useApp();
  const [cart, setCart] = useState<Cart>();
  const [problem, setProblem] = useState<Problem>();
  const userId = session?.user.id;
  // Another's cart is not shown for a moment after signing in or out.
  useEffect(() => {
    setCart(undefined);
    setProblem(undefined);
  }, [userId]);

  async function ask(about: Ask): Promise<Cart> {
    const cartId = keptCartId();
    try {
      const answered = await about(socle, cartId === null ? {} : { cartId });
      keepCartId(answered.cart.cart_id);
      setCart(answered.cart);
      setProblem(undefined);
      return answered.cart;
    } catch (error) {
      // An id that the server does not know as its own will never be good again.
      if (cartId === null || (await problemOf(error)).code !== "invalid_header") throw error;
      keepCartId(null);
      return await ask(about);
    }
  }

  const state: CartState = {
    cart,
    problem,
    async reload() {
      try {
        return await ask((socle, options) => socle.cartGet({}, options));
      } catch (error) {
        setProblem(await problemOf(error));
        return undefined;
      }
    },
    async add(variant_id, quantity, idempotencyKey) {
      await ask((socle, options) =>
        socle.cartAdd({ variant_id, quantity }, { ...options, idempotencyKey })
      );
    },
    async setQuantity(variant_id, quantity) {
      await ask((socle, options) =>
        quantity === 0
          ? socle.cartRemove({ variant_id }, options)
          : socle.cartSet({ variant_id, quantity }, options)
      );
    },
  };
  return <CartContext value={state}>{children}</CartContext>;
}

/** The cart and its changes, without reading it. */
export function useCartChanges(): CartState {
  const state = useContext(CartContext);
  if (state === null) throw new Error("useCart needs CartProvider around it");
  return state;
}

/** The cart, read anew when the page is opened, and after signing in or out. */
export function useCart(): CartState {
  const state = useCartChanges();
  const { session } = useApp();
  const userId = session?.user.id;
  useEffect(() => void state.reload(), [userId]);
  return state;
}
