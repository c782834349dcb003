/** The cart, read at the start where there may be one, and what changes it. */
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
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
  const reading = useRef<{ userId: string | undefined; answer: Promise<Cart | undefined> }>(null);
  const asked = useRef({ turn: 0, shown: 0 });
  // Another's cart is not shown for a moment after signing in or out. A guest without an id has none to read.
  useEffect(() => {
    setCart(undefined);
    setProblem(undefined);
    if (userId !== undefined || keptCartId() !== null) void state.reload();
  }, [userId]);

  async function ask(about: Ask): Promise<Cart> {
    const cartId = keptCartId();
    const turn = ++asked.current.turn;
    try {
      const answered = await about(socle, cartId === null ? {} : { cartId });
      keepCartId(answered.cart.cart_id);
      setProblem(undefined);
      // An answer that a later request's overtook is old.
      if (turn < asked.current.shown) return answered.cart;
      asked.current.shown = turn;
      // What found no room when two carts became one is said once, and a page may show it later.
      setCart((before) => {
        const { left_out } = answered.cart;
        return {
          ...answered.cart,
          left_out: left_out.length > 0 ? left_out : before?.left_out ?? [],
        };
      });
      return answered.cart;
    } catch (error) {
      // An id that the server does not know as its own will never be good again.
      if (cartId === null || (await problemOf(error)).code !== "invalid_header") throw error;
      keepCartId(null);
      return await ask(about);
    }
  }

  async function read(): Promise<Cart | undefined> {
    try {
      return await ask((socle, options) => socle.cartGet({}, options));
    } catch (error) {
      setProblem(await problemOf(error));
      return undefined;
    }
  }

  const state: CartState = {
    cart,
    problem,
    reload() {
      // The frame and a page may want it at once: two would join a guest's cart to the user's twice.
      if (reading.current !== null && reading.current.userId === userId) {
        return reading.current.answer;
      }
      const mine = { userId, answer: read() };
      reading.current = mine;
      void mine.answer.finally(() => {
        if (reading.current === mine) reading.current = null;
      });
      return mine.answer;
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
